//! The pages in a browser without scripts: what is typed is not lost, what is done is seen.

use minshu_runtime::testing::{Browser, Seen};
use serde_json::json;

use crate::world::{PASSWORD, World, number, phone, world};

const CLERK: &str = "gov-single-window.clerk";

fn shows(seen: &Seen, status: u16, texts: &[&str]) {
    assert_eq!(seen.status.as_u16(), status, "{}", seen.text);
    for text in texts {
        assert!(seen.text.contains(text), "{text} is not on the page: {}", seen.text);
    }
}

#[tokio::test]
async fn a_resident_opens_an_account_and_a_clerk_proves_it() {
    let world = world().await;
    world.officer(90, CLERK, "350102").await;
    let mut resident = Browser::default();
    shows(&world.house.get(&mut resident, "/register").await, 200, &["开账户"]);
    let wrong = number(1).replace("35010", "35019");
    let form = |number: &str| {
        [
            ("name", "林晓燕".to_owned()),
            ("number", number.to_owned()),
            ("phone", phone(1)),
            ("password", PASSWORD.to_owned()),
        ]
    };
    let seen = sent(&world, &mut resident, "/register", &form(&wrong)).await;
    shows(&seen, 422, &["有 1 处要改", &wrong, "林晓燕", "id=\"number-error\""]);
    assert!(!seen.text.contains(PASSWORD), "a password is never sent back");
    let seen = sent(&world, &mut resident, "/register", &form(&number(1))).await;
    assert_eq!(seen.location.as_deref(), Some("/me"), "{}", seen.text);
    let seen = world.house.get(&mut resident, "/me").await;
    shows(&seen, 200, &["身份还没有核验", "试验机构", "138****0001"]);
    assert!(!seen.text.contains(&number(1)) && !seen.text.contains(&phone(1)));

    let mut clerk = world.browser(90).await;
    shows(&world.house.get(&mut clerk, "/counter/people").await, 200, &["核验身份、登记代办"]);
    let seen = world
        .house
        .post(&mut clerk, "/counter/people", &[("phone", &phone(1)), ("number", "")])
        .await;
    shows(&seen, 200, &["找到 1 个账户", "林**", "未核验"]);
    let account = account_of(&seen);
    let prove = |number: String| {
        [
            ("account", account.clone()),
            ("evidence", "identity-card".to_owned()),
            ("number_seen", number),
            ("name_seen", "林晓燕".to_owned()),
        ]
    };
    let seen = sent(&world, &mut clerk, "/counter/people/prove", &prove(number(2))).await;
    shows(&seen, 422, &["与对方填写的号码不同", &number(2), "找到 1 个账户"]);
    let seen = sent(&world, &mut clerk, "/counter/people/prove", &prove(number(1))).await;
    assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
    let seen = world.house.get(&mut clerk, &seen.location.unwrap()).await;
    shows(&seen, 200, &["核验通过", "已核验"]);
    let seen = world.house.get(&mut resident, "/me").await;
    shows(&seen, 200, &["已核验", "我可以代办的企业"]);
}

fn account_of(seen: &Seen) -> String {
    let after = seen.text.split("name=\"account\" value=\"").nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

async fn sent(world: &World, browser: &mut Browser, path: &str, form: &[(&str, String)]) -> Seen {
    let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
    world.house.post(browser, path, &pairs).await
}

#[tokio::test]
async fn signing_in_leads_back_to_where_one_was_and_nowhere_else() {
    let world = world().await;
    world.account(1, true, &[]).await;
    for (to, wanted) in [("/me", "/me"), ("https://evil.example/", "/"), ("//evil.example", "/")] {
        let mut browser = Browser::default();
        world.house.get(&mut browser, "/sign-in").await;
        let form =
            [("phone", phone(1)), ("password", "a wrong one".to_owned()), ("to", to.to_owned())];
        let seen = sent(&world, &mut browser, "/sign-in", &form).await;
        shows(&seen, 422, &["手机号和密码对不上", &phone(1)]);
        let form = [("phone", phone(1)), ("password", PASSWORD.to_owned()), ("to", to.to_owned())];
        let seen = sent(&world, &mut browser, "/sign-in", &form).await;
        assert_eq!(seen.location.as_deref(), Some(wanted), "{to}");
        shows(&world.house.get(&mut browser, "/me").await, 200, &["我的账户"]);
        let seen = sent(&world, &mut browser, "/sign-out", &[]).await;
        assert_eq!(seen.location.as_deref(), Some("/"));
        let seen = world.house.get(&mut browser, "/me").await;
        assert_eq!(seen.location.as_deref(), Some("/sign-in?to=%2Fme"));
    }
}

#[tokio::test]
async fn a_forged_form_is_refused() {
    let world = world().await;
    let mut stranger = Browser::default();
    let form = [("phone", phone(1)), ("password", PASSWORD.to_owned())];
    let seen = sent(&world, &mut stranger, "/sign-in", &form).await;
    assert_eq!(seen.status.as_u16(), 403);
}

#[tokio::test]
async fn an_administrator_enters_an_office_with_a_post_and_appoints() {
    let world = world().await;
    world.officer(80, "platform.registrar", "350100").await;
    world.account(1, true, &[]).await;
    let mut admin = world.browser(80).await;
    shows(&world.house.get(&mut admin, "/admin/organisations").await, 200, &["试验机构"]);
    let office = |pick: Option<&str>, name: &str| {
        let mut form = vec![
            ("kind", "department".to_owned()),
            ("name", name.to_owned()),
            ("uscc", String::new()),
            ("parent", String::new()),
            ("division", "350000".to_owned()),
            ("division", "350100".to_owned()),
            ("division", "350102".to_owned()),
        ];
        form.extend(pick.map(|field| ("_pick", field.to_owned())));
        form
    };
    // Choosing a level without a script only brings the next one.
    let seen = sent(
        &world,
        &mut admin,
        "/admin/organisations",
        &office(Some("division"), "鼓楼区政务服务中心"),
    )
    .await;
    shows(&seen, 200, &["鼓东街道", "value=\"鼓楼区政务服务中心\""]);
    let seen = sent(&world, &mut admin, "/admin/organisations", &office(None, " ")).await;
    shows(&seen, 422, &["请填写这一项", "<option value=\"350102\" selected>"]);
    let seen =
        sent(&world, &mut admin, "/admin/organisations", &office(None, "鼓楼区政务服务中心")).await;
    let page = seen.location.unwrap();
    shows(&world.house.get(&mut admin, &page).await, 200, &["机构已添加", "还没有岗位", "受理员"]);
    let post = |en: &str| {
        vec![
            ("name_zh", "受理岗".to_owned()),
            ("name_en", en.to_owned()),
            ("roles", CLERK.to_owned()),
        ]
    };
    let seen = sent(&world, &mut admin, &format!("{page}/posts"), &post("")).await;
    shows(&seen, 422, &["请填写这一项", "value=\"受理岗\"", &format!("value=\"{CLERK}\" checked")]);
    let seen = sent(&world, &mut admin, &format!("{page}/posts"), &post("Intake desk")).await;
    let page = seen.location.unwrap();
    shows(&world.house.get(&mut admin, &page).await, 200, &["没有人在岗", "受理员", "Clerk"]);
    let form = [("phone", phone(7)), ("from", String::new()), ("until", String::new())];
    let seen = sent(&world, &mut admin, &format!("{page}/appoint"), &form).await;
    shows(&seen, 422, &["没有用这个手机号开的账户", &phone(7)]);
    let form = [("phone", phone(1)), ("from", String::new()), ("until", String::new())];
    let seen = sent(&world, &mut admin, &format!("{page}/appoint"), &form).await;
    assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
    let seen = world.house.get(&mut admin, &page).await;
    shows(&seen, 200, &["林晓燕", "起，没有截止日期"]);
    let appointment = seen.text.split("name=\"appointment\" value=\"").nth(1).unwrap();
    let appointment = appointment.split('"').next().unwrap().to_owned();
    let form = [("appointment", appointment)];
    let seen = sent(&world, &mut admin, &format!("{page}/dismiss"), &form).await;
    assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
    shows(&world.house.get(&mut admin, &page).await, 200, &["曾任人员", "没有人在岗"]);
    // A resident sees none of it.
    let mut resident = world.browser(1).await;
    for path in ["/admin/organisations", &page, "/counter/people"] {
        assert_eq!(world.house.get(&mut resident, path).await.status.as_u16(), 403, "{path}");
    }
}

#[tokio::test]
async fn a_clerk_records_a_mandate_and_the_home_page_knows() {
    let world = world().await;
    world.officer(90, CLERK, "350102").await;
    world.account(1, true, &[]).await;
    let mut clerk = world.browser(90).await;
    world.house.get(&mut clerk, "/counter/people").await;
    let form = |code: &str| {
        vec![
            ("phone", phone(1)),
            ("uscc", code.to_owned()),
            ("company", "沈记小馆".to_owned()),
            ("division", "350000".to_owned()),
            ("division", "350100".to_owned()),
            ("division", "350102".to_owned()),
            ("until", String::new()),
            ("evidence", "营业执照正本".to_owned()),
        ]
    };
    let seen = sent(&world, &mut clerk, "/counter/mandates", &form("11370800MB28559185")).await;
    shows(&seen, 422, &["沈记小馆", "id=\"mandate-uscc-error\"", "营业执照正本"]);
    let seen = sent(&world, &mut clerk, "/counter/mandates", &form("11370800MB28559184")).await;
    assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
    let mut resident = world.browser(1).await;
    shows(&world.house.get(&mut resident, "/me").await, 200, &["沈记小馆", "11370800MB28559184"]);
    let seen = world.house.post(&mut clerk, "/counter/people", &[("phone", &phone(1))]).await;
    let mandate = seen.text.split("name=\"mandate\" value=\"").nth(1).unwrap();
    let mandate = mandate.split('"').next().unwrap().to_owned();
    let form = [("mandate", mandate), ("account", account_of(&seen))];
    let seen = sent(&world, &mut clerk, "/counter/mandates/end", &form).await;
    assert_eq!(seen.status.as_u16(), 303, "{}", seen.text);
    shows(&world.house.get(&mut resident, "/me").await, 200, &["还没有。带营业执照"]);
    let who = world.signed_in(1).await;
    let mine = world.asked(&who, "identity.my_mandates", json!({})).await;
    assert_eq!(mine["mandates"], json!([]));
}
