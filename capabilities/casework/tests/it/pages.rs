//! The pages in a browser without scripts: the whole story by forms, nothing typed is lost, others see nothing.

use http::Request;
use minshu_runtime::testing::{Browser, Seen};
use serde_json::json;

use crate::world::{BOARDS, CLERK, COMPANY, FOOD, OFFICER, USCC, World, pdf, world};

fn shows(seen: &Seen, status: u16, texts: &[&str]) {
    assert_eq!(seen.status.as_u16(), status, "{} {:?}", seen.text, seen.location);
    for text in texts {
        assert!(seen.text.contains(text), "{text} is not on the page: {}", seen.text);
    }
    assert!(!seen.text.contains("&#60;"), "markup was taken for text: {}", seen.text);
    assert!(!seen.text.contains("[casework-") && !seen.text.contains("[form-"), "{}", seen.text);
}

/// The token that forms of the page carry.
fn token(seen: &Seen) -> String {
    let after = seen.text.split("name=\"_csrf\" value=\"").nth(1).expect("a form");
    after.split('"').next().unwrap().to_owned()
}

fn hidden(seen: &Seen, name: &str) -> String {
    let after = seen.text.split(&format!("name=\"{name}\" value=\"")).nth(1).expect(name);
    after.split('"').next().unwrap().to_owned()
}

/// Sends a file as a browser does.
async fn upload(
    world: &World,
    browser: &mut Browser,
    page: &Seen,
    path: &str,
    file: (&str, &[u8]),
    fragment: bool,
) -> Seen {
    let mut body = Vec::new();
    let edge = "----edge";
    let csrf = token(page);
    body.extend(
        format!("--{edge}\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n{csrf}\r\n")
            .bytes(),
    );
    body.extend(
        format!(
            "--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            file.0
        )
        .bytes(),
    );
    body.extend(file.1);
    body.extend(format!("\r\n--{edge}--\r\n").bytes());
    let mut request =
        Request::post(path).header("content-type", format!("multipart/form-data; boundary={edge}"));
    if fragment {
        request = request.header("hx-request", "true");
    }
    let request = request.body(body.into()).unwrap();
    world.house.send(browser, request).await
}

/// What a browser sends of a right food form: name and code of the company can only be read there.
fn food_pairs<'a>() -> Vec<(&'a str, &'a str)> {
    vec![
        ("company.contact", "沈志明"),
        ("company.phone", "138 5910 0001"),
        ("premises.division", "350102001001"),
        ("premises.address", "东街 83 号 1 层"),
        ("premises.area", "126.5"),
        ("business.kind", "catering"),
        ("business.seats", "40"),
        ("business.items", "hot"),
        ("business.items", "drinks"),
        ("business.online", "false"),
        ("people.0.name", "沈志明"),
        ("people.0.number", "11010519491231002x"),
        ("people.0.role", "manager"),
        ("people.0.direct", "true"),
        ("people.0.health", "2026-11-30"),
    ]
}

fn changed<'a>(name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut pairs = food_pairs();
    pairs.iter_mut().filter(|(n, _)| *n == name).for_each(|pair| pair.1 = value);
    pairs
}

#[tokio::test]
async fn a_stranger_reads_and_is_asked_to_sign_in() {
    let world = world().await;
    let mut nobody = Browser::default();
    shows(&world.house.get(&mut nobody, "/items").await, 200, &["食品经营许可证核发", "不收费"]);
    let seen = world.house.get(&mut nobody, "/items?q=%E6%B2%A1%E6%9C%89").await;
    shows(&seen, 200, &["没有找到含“没有”的事项"]);
    let item = format!("/items/{FOOD}");
    let seen = world.house.get(&mut nobody, &item).await;
    shows(
        &seen,
        200,
        &["我能办吗", "7 个工作日", "营业场所平面图", &format!("/sign-in?to={item}")],
    );
    shows(&world.house.get(&mut nobody, "/items/nothing.there").await, 404, &[]);
    let seen = world.house.get(&mut nobody, "/drafts").await;
    assert!(seen.location.unwrap().starts_with("/sign-in?to="));
    let mut resident = world.browser(&world.house.resident());
    let seen = world.house.get(&mut resident, &item).await;
    shows(&seen, 200, &["您的账户还不能代表任何企业或单位"]);
    let seen = world.house.post(&mut resident, &format!("{item}/start"), &[]).await;
    shows(&seen, 422, &["这件事要由企业或单位申请"]);
}

#[tokio::test]
async fn the_whole_story_by_forms() {
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    let mut browser = world.browser(&agent);
    let draft = begun(&world, &mut browser, &agent).await;
    filled_in(&world, &mut browser, &draft).await;
    materials(&world, &mut browser, &draft).await;
    let case = submitted(&world, &mut browser, &draft).await;
    returned(&world, &case).await;
    corrected(&world, &mut browser, &case).await;
    decided(&world, &mut browser, &case).await;
}

async fn begun(
    world: &World,
    browser: &mut Browser,
    agent: &minshu_kernel::access::Principal,
) -> String {
    let seen = world.house.get(browser, &format!("/items/{FOOD}")).await;
    shows(&seen, 200, &[&format!("替“{COMPANY}”申请"), "开始办"]);
    let organisation = agent.mandates[0].to_string();
    let form = [("on_behalf", organisation.as_str()), ("_key", "start-1")];
    let seen = world.house.post(browser, &format!("/items/{FOOD}/start"), &form).await;
    let draft = seen.location.clone().expect("a draft");
    assert!(draft.starts_with("/drafts/"), "{draft}");
    let again = world.house.post(browser, &format!("/items/{FOOD}/start"), &form).await;
    assert_eq!(again.location.as_ref(), Some(&draft), "the same form twice begins one draft");
    let seen = world.house.get(browser, &draft).await;
    shows(&seen, 200, &[USCC, COMPANY, "存草稿", "data-draft=", "还差"]);
    draft
}

async fn filled_in(world: &World, browser: &mut Browser, draft: &str) {
    // A wrong check character: told beside the field, saved, and nothing is lost.
    let mut pairs = changed("people.0.number", "110105194912310021");
    pairs.push(("_do", "next"));
    let seen = world.house.post(browser, draft, &pairs).await;
    shows(
        &seen,
        422,
        &["110105194912310021", "第 18 位", "东街 83 号 1 层", "people-0-number-error"],
    );
    let seen = world.house.get(browser, draft).await;
    shows(&seen, 200, &["110105194912310021", "126.5"]);
    // One more row, without a script.
    let mut pairs = food_pairs();
    pairs.push(("_add", "people"));
    let seen = world.house.post(browser, draft, &pairs).await;
    assert_eq!(seen.location, Some(format!("{draft}#people")));
    let seen = world.house.get(browser, draft).await;
    shows(&seen, 200, &["people.1.name"]);
    let mut pairs = food_pairs();
    pairs.push(("_do", "next"));
    let seen = world.house.post(browser, draft, &pairs).await;
    assert_eq!(seen.location, Some(format!("{draft}/materials")), "{}", seen.text);
    // The island saves too.
    let seen = world.house.post(browser, &format!("{draft}/autosave"), &food_pairs()).await;
    let saved: serde_json::Value = serde_json::from_str(&seen.text).unwrap();
    assert!(saved["version"].as_i64().unwrap() > 1 && saved["problems"] == json!([]), "{saved}");
    // Another window had saved meanwhile: nothing is overwritten unasked, and nothing typed is lost.
    let older = || vec![("_version", "1")];
    let mut same = food_pairs();
    same.extend(older());
    let seen = world.house.post(browser, &format!("{draft}/autosave"), &same).await;
    assert_eq!(seen.status.as_u16(), 200, "what is there already takes nothing from anybody");
    let mut pairs = changed("premises.address", "东街 85 号");
    pairs.extend(older());
    let seen = world.house.post(browser, &format!("{draft}/autosave"), &pairs).await;
    assert_eq!(seen.status.as_u16(), 409);
    let seen = world.house.post(browser, draft, &pairs).await;
    shows(&seen, 409, &["这份草稿在别处改过", "用这里填的", "用别处存的", "东街 85 号"]);
    let kept = world.house.get(browser, draft).await;
    shows(&kept, 200, &["东街 83 号 1 层"]);
    // The page that came back names the version there is: sending it again is the choice.
    let seen_version = hidden(&seen, "_version");
    let mut pairs = changed("premises.address", "东街 85 号");
    pairs.push(("_version", &seen_version));
    let seen = world.house.post(browser, draft, &pairs).await;
    assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
    shows(&world.house.get(browser, draft).await, 200, &["东街 85 号"]);
    world.house.post(browser, &format!("{draft}/autosave"), &food_pairs()).await;
    // A draft survives a closed browser, and is nobody else's.
    shows(&world.house.get(browser, "/drafts").await, 200, &[draft, COMPANY]);
    let mut other = world.browser(&world.house.resident());
    shows(&world.house.get(&mut other, draft).await, 404, &[]);
}

async fn materials(world: &World, browser: &mut Browser, draft: &str) {
    let page = world.house.get(browser, &format!("{draft}/materials")).await;
    shows(&page, 200, &["营业场所平面图", "食品安全管理制度", "从业人员健康证明", "PDF、PNG、JPG"]);
    assert!(!page.text.contains("冷藏冷冻设备清单"), "the condition does not ask for it");
    let to = |id: &str| format!("{draft}/materials/{id}");
    let text = "只是文字\n".as_bytes();
    let seen = upload(world, browser, &page, &to("plan"), ("平面图.pdf", text), false).await;
    shows(&seen, 422, &["只收 PDF / PNG / JPG", "file-plan-error"]);
    let seen = upload(world, browser, &page, &to("plan"), ("空.pdf", b""), false).await;
    shows(&seen, 422, &["是空的"]);
    let mut large = pdf("large");
    large.resize((10 << 20) + 1, b'\n');
    let seen = upload(world, browser, &page, &to("health"), ("健康证.pdf", &large), true).await;
    shows(&seen, 200, &["每份不超过 10 MB", "<li class=\"material has-error\""]);
    let seen = upload(world, browser, &page, &to("plan"), ("平面图.pdf", &pdf("p")), true).await;
    shows(&seen, 200, &["平面图.pdf", "已收到"]);
    assert!(!seen.text.contains("<html"), "a fragment");
    for (id, name) in [("rules", "制度.pdf"), ("health", "健康证.pdf")] {
        let seen = upload(world, browser, &page, &to(id), (name, &pdf(id)), false).await;
        assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
    }
    let page = world.house.get(browser, &format!("{draft}/materials")).await;
    shows(&page, 200, &["制度.pdf", "健康证.pdf", "已齐"]);
    let file = page.text.split(&format!("{draft}/files/")).nth(1).unwrap();
    let file = format!("{draft}/files/{}", file.split('"').next().unwrap());
    let seen = world.house.get(browser, &file).await;
    assert_eq!(seen.status.as_u16(), 200);
    assert!(seen.text.starts_with("%PDF-1.4"), "the content as it was sent");
    let seen = world.house.post(browser, &format!("{file}/remove"), &[]).await;
    assert_eq!(seen.status.as_u16(), 303);
    let seen = upload(world, browser, &page, &to("plan"), ("平面图.pdf", &pdf("q")), false).await;
    assert_eq!(seen.status.as_u16(), 303);
}

async fn submitted(world: &World, browser: &mut Browser, draft: &str) -> String {
    let page = world.house.get(browser, &format!("{draft}/review")).await;
    shows(&page, 200, &["提交前核对一遍", "11010519491231002X", "遮住证件号码", "最迟办结"]);
    let masked = world.house.get(browser, &format!("{draft}/review?hide=1")).await;
    shows(&masked, 200, &["1101**********002X", "138****0001", "显示证件号码"]);
    assert!(!masked.text.contains("11010519491231002X"));
    let version = hidden(&page, "version");
    let form = |truth: bool| {
        let mut form = vec![("version", version.as_str()), ("_key", "submit-1")];
        if truth {
            form.push(("true", "yes"));
        }
        form
    };
    let to = format!("{draft}/submit");
    let seen = world.house.post(browser, &to, &form(false)).await;
    shows(&seen, 422, &["请确认内容和材料都是真实的"]);
    let seen = world.house.post(browser, &to, &form(true)).await;
    let case = seen.location.clone().unwrap_or_else(|| panic!("{}", seen.text));
    assert!(case.starts_with("/cases/"), "{case}");
    let again = world.house.post(browser, &to, &form(true)).await;
    assert_eq!(again.location.as_ref(), Some(&case), "sent twice, opened once");
    let seen = world.house.get(browser, &case).await;
    shows(
        &seen,
        200,
        &["已提交，办件编号 SPJY-350102-2026-", "现在不用您做什么", "综合窗口受理员"],
    );
    shows(&world.house.get(browser, "/cases").await, 200, &["待受理", "SPJY-350102-2026-"]);
    case
}

async fn returned(world: &World, case: &str) {
    let mut clerk = world.browser(&world.house.officer(CLERK, "350102"));
    let seen = world.house.get(&mut clerk, "/work").await;
    shows(&seen, 200, &["食品经营许可证核发", COMPANY, "在我手里"]);
    let work = case.replace("/cases/", "/work/");
    let preview = world.house.get(&mut clerk, &format!("{work}/preview")).await;
    shows(&preview, 200, &["打开办理"]);
    let page = world.house.get(&mut clerk, &work).await;
    shows(&page, 200, &["受理", "退回补正", "不予受理", "1101**********002X", "平面图.pdf"]);
    let version = hidden(&page, "version");
    let to = format!("{work}/return");
    let seen = world
        .house
        .post(&mut clerk, &to, &[("version", &version), ("material", "plan"), ("why.plan", "")])
        .await;
    shows(&seen, 422, &["return-material-plan-error", "checked"]);
    let form =
        [("version", version.as_str()), ("material", "plan"), ("why.plan", "没有标出洗消间")];
    let seen = world.house.post(&mut clerk, &to, &form).await;
    assert_eq!(seen.location, Some(work.clone()), "{}", seen.text);
    // A second clerk still has the old page open.
    let mut second = world.browser(&world.house.officer(CLERK, "350100"));
    world.house.get(&mut second, "/work").await;
    let seen =
        world.house.post(&mut second, &format!("{work}/accept"), &[("version", &version)]).await;
    shows(&seen, 409, &["已经有人先办了一步", "福建省福州市鼓楼区综合窗口受理员"]);
    let mut elsewhere = world.browser(&world.house.officer(CLERK, "350203"));
    shows(&world.house.get(&mut elsewhere, &work).await, 404, &[]);
    let seen = world.house.get(&mut elsewhere, "/work").await;
    shows(&seen, 200, &["这里没有办件"]);
}

async fn corrected(world: &World, browser: &mut Browser, case: &str) {
    let page = world.house.get(browser, case).await;
    shows(&page, 200, &["现在要做的一件事", "没有标出洗消间", "开始补正"]);
    let seen = world.house.post(browser, &format!("{case}/correct"), &[]).await;
    let draft = seen.location.unwrap();
    let page = world.house.get(browser, &draft).await;
    shows(&page, 200, &["请按下面的意见补正", "没有标出洗消间", "东街 83 号 1 层"]);
    let page = world.house.get(browser, &format!("{draft}/materials")).await;
    shows(&page, 200, &["要重新交"]);
    let to = format!("{draft}/materials/plan");
    let seen = upload(world, browser, &page, &to, ("平面图-改.pdf", &pdf("new")), false).await;
    assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
    let page = world.house.get(browser, &format!("{draft}/review")).await;
    shows(&page, 200, &["补正后重新提交", "平面图-改.pdf"]);
    let version = hidden(&page, "version");
    let form = [("version", &*version), ("true", "yes")];
    let seen = world.house.post(browser, &format!("{draft}/submit"), &form).await;
    assert_eq!(seen.location.as_deref(), Some(case), "{}", seen.text);
}

async fn decided(world: &World, browser: &mut Browser, case: &str) {
    let work = case.replace("/cases/", "/work/");
    let mut clerk = world.browser(&world.house.officer(CLERK, "350102"));
    let page = world.house.get(&mut clerk, &work).await;
    let version = hidden(&page, "version");
    let seen =
        world.house.post(&mut clerk, &format!("{work}/accept"), &[("version", &version)]).await;
    assert_eq!(seen.location, Some(work.clone()), "{}", seen.text);
    shows(&world.house.get(&mut clerk, &work).await, 200, &["这一件现在不归您办"]);
    let mut officer = world.browser(&world.house.officer(OFFICER, "350102"));
    let page = world.house.get(&mut officer, &work).await;
    shows(&page, 200, &["作出决定", "退回补正时要求的"]);
    let version = hidden(&page, "version");
    let to = format!("{work}/decide");
    let seen =
        world.house.post(&mut officer, &to, &[("version", &version), ("reason", "好")]).await;
    shows(&seen, 422, &["请选择准予或不予批准", ">好</textarea>"]);
    let form =
        [("version", version.as_str()), ("outcome", "granted"), ("reason", "材料齐全，符合条件。")];
    let seen = world.house.post(&mut officer, &to, &form).await;
    assert_eq!(seen.location, Some(work), "{}", seen.text);
    let seen = world.house.get(browser, case).await;
    shows(&seen, 200, &["准予，食品经营许可证", "材料齐全，符合条件。", "承诺办结"]);
}

#[tokio::test]
async fn a_person_withdraws_and_pages_say_so() {
    let world = world().await;
    let person = world.house.resident();
    let mut browser = world.browser(&person);
    let seen = world.house.get(&mut browser, &format!("/items/{BOARDS}")).await;
    shows(&seen, 200, &["我自己（林晓燕）"]);
    let seen = world
        .house
        .post(&mut browser, &format!("/items/{BOARDS}/start"), &[("on_behalf", "")])
        .await;
    let draft = seen.location.unwrap();
    let seen = world.house.get(&mut browser, &draft).await;
    shows(&seen, 200, &["申请人：林晓燕"]);
    let seen = world.house.get(&mut browser, &format!("{draft}/review")).await;
    shows(&seen, 200, &["处要补"]);
    let seen = world.house.post(&mut browser, &format!("{draft}/submit"), &[("true", "yes")]).await;
    shows(&seen, 422, &["处要改，改好再提交"]);
    let seen = world.house.post(&mut browser, &format!("{draft}/discard"), &[]).await;
    assert_eq!(seen.location.as_deref(), Some("/drafts"));
    let case = world.boards_case(&person).await["case"].as_str().unwrap().to_owned();
    let to = format!("/cases/{case}/withdraw");
    world.house.get(&mut browser, &format!("/cases/{case}")).await;
    let seen = world.house.post(&mut browser, &to, &[("reason", "")]).await;
    shows(&seen, 422, &["reason-error"]);
    let seen = world.house.post(&mut browser, &to, &[("reason", "不想办了")]).await;
    assert_eq!(seen.location, Some(format!("/cases/{case}")));
    let seen = world.house.get(&mut browser, &format!("/cases/{case}")).await;
    shows(&seen, 200, &["您已经撤回", "不想办了"]);
    // Not proved: the review says where to go.
    let claimed = minshu_kernel::access::Principal { proved: false, ..world.house.resident() };
    let input = json!({ "item": BOARDS, "form": crate::world::boards_form() });
    let draft = world.done(&claimed, "casework.save_draft", input).await["draft"].clone();
    for material in ["picture", "consent"] {
        world.attach(&claimed, &draft, material).await;
    }
    let mut browser = world.browser(&claimed);
    let page = format!("/drafts/{}", draft.as_str().unwrap());
    world.house.get(&mut browser, &page).await;
    let seen = world.house.post(&mut browser, &format!("{page}/submit"), &[("true", "yes")]).await;
    shows(&seen, 403, &["您的身份还没有核验"]);
}

#[tokio::test]
async fn system_pages_and_homes_show_casework() {
    use minshu_kernel::capability::{Capability as _, Contract};
    let world = world().await;
    let agent = world.agent(COMPANY, USCC);
    world.food_case(&agent).await;
    world.food_draft(&agent).await;
    let mut contract = Contract::default();
    minshu_casework::Casework.describe(&mut contract);
    let clerk = world.house.officer(CLERK, "350102");
    let visit = |who| std::sync::Arc::new(world.visit(who));
    let panel = &contract.panels[0];
    let shown = (panel.render)(visit(&agent), "gov-single-window".into()).await.unwrap().unwrap();
    assert!(shown.0.contains("设置大型户外广告审批"));
    let other = (panel.render)(visit(&agent), "another".into()).await.unwrap();
    assert!(other.is_none());
    let mine = (contract.mine[0])(visit(&agent), ()).await.unwrap();
    let tones: Vec<_> = mine.iter().map(|entry| entry.tone).collect();
    assert_eq!(tones, ["quiet", "wait"]);
    let tasks = (contract.tasks[0])(visit(&clerk), ()).await.unwrap();
    assert_eq!(tasks[0].title, "受理：食品经营许可证核发");
    assert!((contract.tasks[0])(visit(&agent), ()).await.unwrap().is_empty());
}
