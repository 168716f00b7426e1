//! The time of a case, and the departments of a joint approval.

use serde_json::{Value, json};

use super::facts::{seen, text, zh};
use super::handling::{places, step};
use crate::client::Answer;
use crate::steps::Words;
use crate::trouble::{Outcome, Trouble};
use crate::words;
use crate::world::World;

pub(super) async fn suspend(world: &mut World, told: Words) -> Outcome {
    let kind = match told.get(1) {
        "专家评审" => "expert_review",
        "听证" => "hearing",
        "检验检测" => "testing",
        "现场勘验" => "inspection",
        _ => "publicity",
    };
    let until = words::date(told.get(2)).ok_or_else(|| Trouble::story("没有这一天"))?;
    let input = json!({ "kind": kind, "until": until, "reason": told.get(3) });
    step(world, told.get(0), "casework.suspend", input).await.map(drop)
}

pub(super) async fn resume(world: &mut World, told: Words) -> Outcome {
    let input = json!({ "result": told.get(1) });
    step(world, told.get(0), "casework.resume", input).await.map(drop)
}

pub(super) async fn ask_extension(world: &mut World, told: Words) -> Outcome {
    let input = json!({ "reason": told.get(1) });
    step(world, told.get(0), "casework.ask_extension", input).await.map(drop)
}

pub(super) async fn recall(world: &mut World, told: Words) -> Outcome {
    let input = json!({ "reason": told.get(1) });
    step(world, told.get(0), "casework.recall", input).await.map(drop)
}

/// An operation on the case that asks for no version.
async fn act(
    world: &mut World,
    who: &str,
    action: &str,
    mut input: Value,
) -> Result<Answer, Trouble> {
    input["case"] = json!(world.case()?.id);
    world.act(who, action, input).await
}

pub(super) async fn answer_extension(world: &mut World, told: Words) -> Outcome {
    let input = json!({ "approve": told.get(1) == "批准", "reason": told.get(2) });
    act(world, told.get(0), "casework.answer_extension", input).await.map(drop)
}

pub(super) async fn urge(world: &mut World, told: Words) -> Outcome {
    act(world, told.get(0), "casework.urge", json!({})).await.map(drop)
}

/// Answers for the department of which somebody is; who has none answers for the first.
async fn opine(world: &mut World, who: &str, mut input: Value) -> Outcome {
    let view = seen(world, who).await?;
    let branches = view.get("branches").and_then(Value::as_array).cloned().unwrap_or_default();
    let own = |branch: &&Value| branch.get("may_opine").and_then(Value::as_bool) == Some(true);
    let branch = branches.iter().find(own).or(branches.first());
    let branch = branch.ok_or_else(|| Trouble::story("这个办件没有联合审批"))?;
    input["branch"] = json!(text(branch, "branch"));
    act(world, who, "casework.opine", input).await.map(drop)
}

pub(super) async fn agree(world: &mut World, told: Words) -> Outcome {
    opine(world, told.get(0), json!({ "answer": "agree" })).await
}

pub(super) async fn disagree(world: &mut World, told: Words) -> Outcome {
    opine(world, told.get(0), json!({ "answer": "disagree", "reasons": told.get(1) })).await
}

pub(super) async fn ask(world: &mut World, told: Words) -> Outcome {
    let mut input = places(world, &told)?;
    input["answer"] = json!("ask");
    opine(world, told.get(0), input).await
}

/// Department, where it stands, and its last day (empty where nothing runs); a flag comes a little after its moment.
pub(super) async fn departments_are(world: &mut World, told: Words) -> Outcome {
    let wanted: Vec<Vec<String>> = told.rows().map(<[String]>::to_vec).collect();
    let mut found = Vec::new();
    for _ in 0..60 {
        let view = seen(world, told.get(0)).await?;
        let branches = view.get("branches").and_then(Value::as_array).cloned().unwrap_or_default();
        found = branches.iter().map(department).collect();
        if found == wanted {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    Err(Trouble::story(format!("各部门的办理情况是 {found:?}")))
}

fn department(branch: &Value) -> Vec<String> {
    let state = match (text(branch, "state"), text(branch, "flag")) {
        (_, "yellow") => "黄牌",
        (_, "red") => "红牌",
        ("open", _) => "办理中",
        ("agreed", _) => "同意",
        ("disagreed", _) => "不同意",
        ("asked", _) => "要补正",
        _ => "没有答复",
    };
    let due = branch.get("due_ms").and_then(Value::as_i64);
    let due = due.map(|ms| words::say_date(words::last_day(ms))).unwrap_or_default();
    vec![zh(branch, "/name").to_owned(), state.to_owned(), due]
}

pub(super) async fn clock_stands(world: &mut World, told: Words) -> Outcome {
    let view = seen(world, told.get(0)).await?;
    match zh(&view, "/suspended/name") {
        found if found == told.get(1) => Ok(()),
        found => Err(Trouble::story(format!("计时停着的原因是“{found}”"))),
    }
}

/// Days and why they count or not, stretch by stretch.
pub(super) async fn counted_so(world: &mut World, told: Words) -> Outcome {
    let view = seen(world, told.get(0)).await?;
    let stretches = view.pointer("/clock/stretches").and_then(Value::as_array);
    let found: Vec<(String, String)> = stretches
        .into_iter()
        .flatten()
        .map(|stretch| {
            let days = stretch.get("days").and_then(Value::as_i64).unwrap_or(0);
            let counted = stretch.get("counted").and_then(Value::as_bool) == Some(true);
            let mark = if counted { "计" } else { "不计" };
            (format!("{mark}{days}天"), zh(stretch, "/reason").to_owned())
        })
        .collect();
    let wanted: Vec<(String, String)> =
        told.pairs().map(|(days, why)| (days.to_owned(), why.to_owned())).collect();
    if found == wanted {
        return Ok(());
    }
    Err(Trouble::story(format!("时间是这样算的：{found:?}")))
}

pub(super) async fn flagged_has(world: &mut World, told: Words) -> Outcome {
    let id = world.case()?.id;
    let asked = [("view", "flagged"), ("limit", "200")];
    let list = world.ask(told.get(0), "casework.work_list", &asked).await?.expect("本地亮牌")?;
    let cases = list.get("cases").and_then(Value::as_array).into_iter().flatten();
    let found = cases.into_iter().any(|case| text(case, "case") == id);
    if found == (told.get(1) == "有") {
        return Ok(());
    }
    Err(Trouble::story(format!("本地亮牌里{}这个办件", if found { "有" } else { "没有" })))
}
