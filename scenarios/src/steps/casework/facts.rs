//! What people see of a case.

use serde_json::Value;

use crate::steps::Words;
use crate::trouble::{Outcome, Trouble};
use crate::words;
use crate::world::World;

/// The case as somebody sees it.
pub(super) async fn seen(world: &mut World, who: &str) -> Result<Value, Trouble> {
    let id = world.case()?.id;
    world.ask(who, "casework.case", &[("case", &id)]).await?.expect(&format!("{who}打开办件"))
}

pub(super) fn zh<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(|text| text.get("zh")).and_then(Value::as_str).unwrap_or("")
}

pub(super) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

pub(super) async fn number_begins(world: &mut World, words: Words) -> Outcome {
    let number = world.case()?.number;
    if number.starts_with(words.get(0)) {
        return Ok(());
    }
    Err(Trouble::story(format!("编号是 {number}")))
}

pub(super) async fn has_cases(world: &mut World, words: Words) -> Outcome {
    let told = world.ask(words.get(0), "casework.my_cases", &[]).await?.expect("自己的办件")?;
    let count = told.get("cases").and_then(Value::as_array).map_or(0, Vec::len);
    if count.to_string() == words.get(1) {
        return Ok(());
    }
    Err(Trouble::story(format!("有 {count} 个办件")))
}

/// The case's line in somebody's work list.
async fn line(world: &mut World, who: &str) -> Result<Option<Value>, Trouble> {
    let id = world.case()?.id;
    let told = world.ask(who, "casework.work_list", &[("limit", "200")]).await?.expect("待办")?;
    let cases = told.get("cases").and_then(Value::as_array).into_iter().flatten();
    Ok(cases.into_iter().find(|case| text(case, "case") == id).cloned())
}

pub(super) async fn work_list_has(world: &mut World, words: Words) -> Outcome {
    let found = line(world, words.get(0)).await?;
    match (found, words.get(1)) {
        (Some(_), "有") | (None, "没有") => Ok(()),
        (Some(case), _) => Err(Trouble::story(format!("待办里有 {case}"))),
        (None, _) => Err(Trouble::story("待办里没有这个办件")),
    }
}

/// A flag is raised by a job when its time comes: a little later than the clock was set.
pub(super) async fn work_list_flag(world: &mut World, words: Words) -> Outcome {
    let wanted = match words.get(1) {
        "亮黄牌" => "yellow",
        "亮红牌" => "red",
        _ => "none",
    };
    let mut found = String::new();
    for _ in 0..60 {
        let line = line(world, words.get(0)).await?;
        let line = line.ok_or_else(|| Trouble::story("待办里没有这个办件"))?;
        text(&line, "flag").clone_into(&mut found);
        if found == wanted {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    Err(Trouble::story(format!("办件的牌是 {found}")))
}

pub(super) async fn cannot_see(world: &mut World, words: Words) -> Outcome {
    let id = world.case()?.id;
    let answer = world.ask(words.get(0), "casework.case", &[("case", &id)]).await?;
    match answer.status {
        403 | 404 => {}
        _ => return Err(Trouble::story(format!("看得到：{}", answer.tell()))),
    }
    // Nor by its address in the browser.
    for path in [format!("/cases/{id}"), format!("/work/{id}")] {
        let number = world.case()?.number;
        let page = world.browser(words.get(0)).await?.open(&path).await?;
        if !matches!(page.status, 403 | 404) || page.html.contains(&number) {
            return Err(Trouble::story(format!("网页“{path}”是 {}：{}", page.status, page.text())));
        }
    }
    Ok(())
}

/// What was done, as people say it.
fn verb(word: &str) -> &str {
    match word {
        "submit" => "提交",
        "accept" => "受理",
        "return" => "退回补正",
        "resubmit" => "补正后提交",
        "refuse" => "不予受理",
        "advance" => "转下一环节",
        "grant" => "准予",
        "deny" => "不予",
        "withdraw" => "撤回",
        "flag" => "亮牌",
        "opine" => "答复意见",
        "suspend" => "暂停计时",
        "resume" => "恢复计时",
        "ask_extension" => "申请延长",
        "extend" => "批准延长",
        "urge" => "催办",
        "recall" => "撤回上一步",
        "escalate" => "转督导",
        other => other,
    }
}

pub(super) async fn history_is(world: &mut World, told: Words) -> Outcome {
    let view = seen(world, told.get(0)).await?;
    let steps = view.get("steps").and_then(Value::as_array).into_iter().flatten();
    let wanted: Vec<(&str, &str)> = told.pairs().collect();
    // The clock raises flags in its own time; a story that does not speak of them is about people.
    let with_flags = wanted.iter().any(|(verb, _)| *verb == "亮牌");
    let found: Vec<(&str, &str)> = steps
        .filter(|step| with_flags || !matches!(text(step, "verb"), "flag" | "escalate"))
        .map(|step| {
            let role = zh(step, "/office/role_name");
            let who = match (role, text(step, "verb")) {
                ("", "flag" | "escalate") => "时钟",
                ("", _) if step.get("joined").is_some() => "各部门",
                ("", _) => "申请人",
                (role, _) => role,
            };
            (verb(text(step, "verb")), who)
        })
        .collect();
    if found == wanted {
        return Ok(());
    }
    Err(Trouble::story(format!("办理过程是 {found:?}")))
}

pub(super) async fn is_with(world: &mut World, told: Words) -> Outcome {
    let view = seen(world, told.get(0)).await?;
    let (place, role) = (zh(&view, "/office/place"), zh(&view, "/office/role_name"));
    let due = view.get("due_ms").and_then(Value::as_i64);
    let due = due.map(|ms| words::say_date(words::last_day(ms))).unwrap_or_default();
    if place.ends_with(told.get(1)) && role == told.get(2) && due == told.get(3) {
        return Ok(());
    }
    Err(Trouble::story(format!("办件由{place}的{role}办理，到{due}为止")))
}

pub(super) async fn is_with_applicant(world: &mut World, told: Words) -> Outcome {
    let view = seen(world, told.get(0)).await?;
    let with_nobody = view.get("office").is_none_or(Value::is_null);
    if with_nobody && text(&view, "state") == "returned" {
        return Ok(());
    }
    Err(Trouble::story(format!(
        "办件由{}办理，状态 {}",
        zh(&view, "/office/place"),
        text(&view, "state")
    )))
}

pub(super) async fn promised_by(world: &mut World, told: Words) -> Outcome {
    let view = seen(world, told.get(0)).await?;
    let due = view.get("promised_due_ms").and_then(Value::as_i64);
    let due = due.map(|ms| words::say_date(words::last_day(ms))).unwrap_or_default();
    if due == told.get(1) {
        return Ok(());
    }
    Err(Trouble::story(format!("承诺的是{due}")))
}

pub(super) async fn state_is(world: &mut World, told: Words) -> Outcome {
    let wanted = match told.get(1) {
        "已提交" => "submitted",
        "待补正" => "returned",
        "已受理" => "accepted",
        "已准予" => "granted",
        "未准予" => "denied",
        "未受理" => "not_accepted",
        _ => "withdrawn",
    };
    let view = seen(world, told.get(0)).await?;
    match text(&view, "state") {
        found if found == wanted => Ok(()),
        found => Err(Trouble::story(format!("办件的状态是 {found}"))),
    }
}

pub(super) async fn asked_to_correct(world: &mut World, told: Words) -> Outcome {
    let view = seen(world, told.get(0)).await?;
    let returned = view.get("returned").map(Value::to_string).unwrap_or_default();
    for (name, reason) in told.pairs() {
        if !returned.contains(name) || !returned.contains(reason) {
            return Err(Trouble::story(format!("补正要求里没有“{name}：{reason}”：{returned}")));
        }
    }
    Ok(())
}

pub(super) async fn open_case_page(world: &mut World, told: Words) -> Outcome {
    let path = format!("/cases/{}", world.case()?.id);
    open(world, told.get(0), &path).await
}

pub(super) async fn open_work_page(world: &mut World, told: Words) -> Outcome {
    open(world, told.get(0), "/work").await
}

pub(super) async fn open(world: &mut World, who: &str, path: &str) -> Outcome {
    let page = world.browser(who).await?.open(path).await?;
    match page.status {
        200 => Ok(()),
        status => Err(Trouble::story(format!("网页“{path}”是 {status}：{}", page.text()))),
    }
}
