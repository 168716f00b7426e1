//! Emergency access, substitutes: who sees what for a while, for whom, and what is said of it.

use serde_json::{Value, json};

use super::{Words, sentences};
use crate::trouble::{Outcome, Trouble};
use crate::words;
use crate::world::{World, string};

sentences! {
    r"{人}应急查阅这个办件，说明“(.+?)”" => break_glass;
    r"{人}提前结束应急查阅" => close;
    r"{人}应当看得到这个办件" => can_see;
    r"{人}应当有(\d+)次待复核的应急查阅，其中超期(\d+)次" => waits;
    r"{人}复核应急查阅，认为(有|没有)必要，意见是“(.+?)”" => review;
    r"{人}指定{人}代理自己的岗位，到(\d+年\d+月\d+日)为止" => name_substitute;
    r"{人}结束{人}的代理" => end_substitute;
    r"{人}看到的最后一步应当写明代{人}" => step_names_holder;
}

async fn break_glass(world: &mut World, words: Words) -> Outcome {
    let person = world.person(words.get(0))?;
    let input = json!({
        "kind": "casework.case", "number": world.case()?.number, "reason": "office-down",
        "words": words.get(1), "password": person.password,
    });
    world.act(words.get(0), "identity.break_glass", input).await.map(drop)
}

/// The own openings, the latest first.
async fn own(world: &mut World, who: &str) -> Result<Vec<Value>, Trouble> {
    let answer = world.ask(who, "identity.my_openings", &[]).await?.expect("查看自己的应急查阅")?;
    Ok(answer["openings"].as_array().cloned().unwrap_or_default())
}

async fn close(world: &mut World, words: Words) -> Outcome {
    let openings = own(world, words.get(0)).await?;
    let open = openings.iter().find(|opening| opening["open"] == true);
    let open = open.ok_or_else(|| Trouble::story("没有正在进行的应急查阅"))?;
    let input = json!({ "opening": open["opening"] });
    world.act(words.get(0), "identity.close_opening", input).await.map(drop)
}

async fn can_see(world: &mut World, words: Words) -> Outcome {
    let id = world.case()?.id;
    let answer = world.ask(words.get(0), "casework.case", &[("case", &id)]).await?;
    answer.expect("查看办件").map(drop)
}

async fn waiting(world: &mut World, who: &str) -> Result<Value, Trouble> {
    world.ask(who, "identity.openings", &[]).await?.expect("查看待复核的应急查阅")
}

async fn waits(world: &mut World, words: Words) -> Outcome {
    let page = waiting(world, words.get(0)).await?;
    let told = (page["waiting"].to_string(), page["overdue"].to_string());
    match (told.0 == words.get(1), told.1 == words.get(2)) {
        (true, true) => Ok(()),
        _ => Err(Trouble::story(format!("待复核 {} 次，其中超期 {} 次", told.0, told.1))),
    }
}

async fn review(world: &mut World, words: Words) -> Outcome {
    let page = waiting(world, words.get(0)).await?;
    let first =
        page.pointer("/openings/0").ok_or_else(|| Trouble::story("没有待复核的应急查阅"))?;
    let input = json!({
        "opening": first["opening"], "justified": words.get(1) == "有", "words": words.get(2),
    });
    world.act(words.get(0), "identity.review_opening", input).await.map(drop)
}

/// The post that somebody holds in the own name.
async fn post(world: &mut World, who: &str) -> Result<Value, Trouble> {
    let me = world.ask(who, "identity.me", &[]).await?.expect("查看自己的账户")?;
    let posts = me["posts"].as_array().cloned().unwrap_or_default();
    let held = posts.into_iter().find(|post| post["substitute"] == false);
    held.ok_or_else(|| Trouble::story(format!("{who}没有担任岗位")))
}

async fn name_substitute(world: &mut World, words: Words) -> Outcome {
    let held = world.ask(words.get(0), "identity.me", &[]).await?.expect("查看自己的账户")?;
    // Whoever holds none in the own name tries with the one that is held for somebody else.
    let post = match post(world, words.get(0)).await {
        Ok(post) => post,
        Err(_) => held["posts"][0].clone(),
    };
    let until = words::date(words.get(2)).ok_or_else(|| Trouble::story("日期写错了"))?;
    let phone = world.person(words.get(1))?.phone;
    let input = json!({ "post": post["post"], "phone": phone, "until": until.to_string() });
    world.act(words.get(0), "identity.name_substitute", input).await.map(drop)
}

async fn end_substitute(world: &mut World, words: Words) -> Outcome {
    let name = world.person(words.get(1))?.name;
    let post = post(world, words.get(0)).await?;
    let lines = post["substitutes"].as_array().cloned().unwrap_or_default();
    let line = lines.into_iter().find(|line| line["name"] == *name);
    let line = line.ok_or_else(|| Trouble::story(format!("{name}不是代理人")))?;
    let input = json!({ "appointment": line["appointment"] });
    world.act(words.get(0), "identity.end_substitute", input).await.map(drop)
}

async fn step_names_holder(world: &mut World, words: Words) -> Outcome {
    let id = world.case()?.id;
    let answer = world.ask(words.get(0), "casework.case", &[("case", &id)]).await?;
    let case = answer.expect("查看办件")?;
    let last = case["steps"].as_array().and_then(|steps| steps.last()).cloned().unwrap_or_default();
    let wanted = world.person(words.get(1))?.name;
    match string(&last, "instead_of") {
        Ok(name) if name == *wanted => Ok(()),
        _ => Err(Trouble::story(format!("最后一步写的是：{last}"))),
    }
}
