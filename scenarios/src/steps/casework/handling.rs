//! The offices' side of a case, and the applicant's once it is a case.

use futures_util::future::join;
use serde_json::{Value, json};

use super::facts::seen;
use crate::client::Answer;
use crate::steps::Words;
use crate::trouble::{Outcome, Trouble};
use crate::world::{Draft, World, number, string};

/// Takes a step on the case, by the version that this person sees; who sees nothing goes by the last that anybody saw.
pub(super) async fn step(
    world: &mut World,
    who: &str,
    action: &str,
    mut input: Value,
) -> Result<Answer, Trouble> {
    if let Ok(view) = seen(world, who).await {
        let version = number(&view, "version")?;
        if let Some(case) = &mut world.case {
            case.version = version;
        }
    }
    let case = world.case()?;
    input["case"] = json!(case.id);
    input["version"] = json!(case.version);
    let answer = world.act(who, action, input).await?;
    if let (true, Some(case)) = (answer.done(), &mut world.case) {
        case.version = number(&answer.body, "version")?;
    }
    Ok(answer)
}

pub(super) async fn accept(world: &mut World, words: Words) -> Outcome {
    step(world, words.get(0), "casework.accept", json!({})).await.map(drop)
}

/// Materials and fields by their names, each with its reason, as `casework.return` takes them.
pub(super) fn places(world: &World, words: &Words) -> Result<Value, Trouble> {
    let item = world.item.as_ref().ok_or_else(|| Trouble::story("还没有申请过"))?;
    let (mut materials, mut fields) = (Vec::new(), Vec::new());
    for (name, reason) in words.pairs() {
        match item.materials.get(name) {
            Some(id) => materials.push(json!({ "id": id, "reason": reason })),
            None => {
                let place = item.form.place(name).map_err(Trouble::Story)?;
                fields.push(json!({ "pointer": place.pointer, "reason": reason }));
            }
        }
    }
    Ok(json!({ "materials": materials, "fields": fields }))
}

pub(super) async fn return_case(world: &mut World, words: Words) -> Outcome {
    let input = places(world, &words)?;
    step(world, words.get(0), "casework.return", input).await.map(drop)
}

pub(super) async fn return_again(world: &mut World, words: Words) -> Outcome {
    let mut input = places(world, &words)?;
    input["again_reason"] = json!(words.get(1));
    step(world, words.get(0), "casework.return", input).await.map(drop)
}

pub(super) async fn begin_correction(world: &mut World, words: Words) -> Outcome {
    let case = world.case()?;
    let input = json!({ "case": case.id });
    let reply =
        world.act(words.get(0), "casework.begin_correction", input).await?.expect("开始补正")?;
    let id = string(&reply, "draft")?;
    let view =
        world.ask(words.get(0), "casework.draft", &[("draft", &id)]).await?.expect("打开草稿")?;
    let item = world.item.clone().ok_or_else(|| Trouble::story("还没有申请过"))?;
    let organisation = view.get("organisation").and_then(Value::as_str);
    let company = world.organisations.iter().find(|(_, id)| Some(id.as_str()) == organisation);
    let company = company.map(|(name, _)| name.clone());
    let form = view.get("form").cloned().unwrap_or_default();
    world.draft = Some(Draft { id, item, form, company });
    Ok(())
}

pub(super) async fn advance(world: &mut World, words: Words) -> Outcome {
    step(world, words.get(0), "casework.advance", json!({})).await.map(drop)
}

async fn decide(world: &mut World, words: &Words, outcome: &str) -> Outcome {
    let input = json!({ "outcome": outcome, "reasons": words.get(1) });
    step(world, words.get(0), "casework.decide", input).await.map(drop)
}

pub(super) async fn grant(world: &mut World, words: Words) -> Outcome {
    decide(world, &words, "granted").await
}

pub(super) async fn deny(world: &mut World, words: Words) -> Outcome {
    decide(world, &words, "denied").await
}

pub(super) async fn refuse(world: &mut World, words: Words) -> Outcome {
    let input = json!({ "reasons": words.get(1) });
    step(world, words.get(0), "casework.refuse", input).await.map(drop)
}

pub(super) async fn withdraw(world: &mut World, words: Words) -> Outcome {
    let input = json!({ "reason": words.get(1) });
    step(world, words.get(0), "casework.withdraw", input).await.map(drop)
}

/// Both have the case open in the same version and press their buttons at the same moment.
pub(super) async fn decide_at_once(world: &mut World, words: Words) -> Outcome {
    let (one, other) = (words.get(0), words.get(1));
    let version = number(&seen(world, one).await?, "version")?;
    let same = number(&seen(world, other).await?, "version")?;
    if version != same {
        return Err(Trouble::story(format!("两个人看到的版本不同：{version} 与 {same}")));
    }
    let tokens = (world.token(one).await?, world.token(other).await?);
    let case = world.case()?;
    let input = |outcome: &str| {
        json!({
            "case": case.id, "version": version, "outcome": outcome,
            "reasons": "经审查，依据现场核查记录作出本决定。",
        })
    };
    let (granted, denied) = (input("granted"), input("denied"));
    let api = world.api()?;
    let (first, second) = join(
        api.act(Some(&tokens.0), "casework.decide", &granted, None),
        api.act(Some(&tokens.1), "casework.decide", &denied, None),
    )
    .await;
    world.together = vec![(one.to_owned(), first?), (other.to_owned(), second?)];
    Ok(())
}
