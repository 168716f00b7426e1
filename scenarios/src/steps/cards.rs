//! Cards: bound, seen at a counter, read by terminals, lost and found.

use serde_json::{Value, json};

use super::{Words, sentences};
use crate::trouble::{Outcome, Trouble};
use crate::world::{World, string};

sentences! {
    r"{人}绑定(社会保障卡|市民卡|公交卡|居民健康卡)“(.+?)”" => bind;
    r"{人}在窗口核验{人}的卡“(.+?)”" => confirm;
    r"{人}在窗口给{人}绑定(社会保障卡|市民卡|公交卡|居民健康卡)“(.+?)”" => enter;
    r"{人}在窗口恢复{人}的卡“(.+?)”" => lift;
    r"{人}挂失(社会保障卡|市民卡|公交卡|居民健康卡)" => report_loss;
    r"{人}把名下的卡全部挂失" => report_all;
    r"{人}为(乘车识别|就诊识别)读卡“(.+?)”，应当(认得|不认得|显示已停用)" => reads;
    r"{人}为(乘车识别|就诊识别)读卡“(.+?)”和“(.+?)”，应当是同一个人" => reads_the_same;
    r"卡“(.+?)”在{人}的乘车识别和{人}的就诊识别里，应当对不到一起" => cannot_be_joined;
    r"{人}应当不能为(乘车识别|就诊识别)读卡“(.+?)”" => may_not_read;
}

fn kind(name: &str) -> Result<&'static str, Trouble> {
    match name {
        "社会保障卡" => Ok("startup-multicard.social-security"),
        "市民卡" => Ok("startup-multicard.citizen"),
        "公交卡" => Ok("startup-multicard.transit"),
        "居民健康卡" => Ok("startup-multicard.health"),
        other => Err(Trouble::story(format!("没有“{other}”这种卡"))),
    }
}

fn purpose(name: &str) -> &'static str {
    match name {
        "乘车识别" => "startup-multicard.ride",
        _ => "startup-multicard.visit",
    }
}

async fn bind(world: &mut World, words: Words) -> Outcome {
    let input = json!({ "kind": kind(words.get(1))?, "number": words.get(2) });
    let answer = world.act(words.get(0), "cards.bind", input).await?;
    world.last = Some(answer);
    Ok(())
}

/// What a clerk sees of whoever stands at the counter.
async fn at_counter(world: &mut World, clerk: &str, holder: &str) -> Result<Value, Trouble> {
    let number = world.person(holder)?.number;
    let input = json!({ "number": number });
    world.act(clerk, "cards.at_counter", input).await?.expect("查名下的卡")
}

/// The card of somebody whose number ends as the one that was read.
async fn card_at_counter(
    world: &mut World,
    clerk: &str,
    holder: &str,
    number: &str,
) -> Result<String, Trouble> {
    let found = at_counter(world, clerk, holder).await?;
    let end: String = number.chars().skip(number.chars().count().saturating_sub(4)).collect();
    let cards = found.get("cards").and_then(Value::as_array).cloned().unwrap_or_default();
    let ends = |card: &&Value| {
        card.get("number").and_then(Value::as_str).is_some_and(|shown| shown.ends_with(&end))
    };
    match cards.iter().find(ends) {
        Some(card) => string(card, "card"),
        None => Err(Trouble::story(format!("{holder}名下没有卡“{number}”：{found}"))),
    }
}

async fn confirm(world: &mut World, words: Words) -> Outcome {
    seen(world, words, "cards.confirm").await
}

async fn lift(world: &mut World, words: Words) -> Outcome {
    seen(world, words, "cards.lift").await
}

async fn seen(world: &mut World, words: Words, action: &str) -> Outcome {
    let (clerk, holder, number) = (words.get(0), words.get(1), words.get(2));
    let card = card_at_counter(world, clerk, holder, number).await?;
    let input = json!({ "card": card, "number_seen": number });
    let answer = world.act(clerk, action, input).await?;
    world.last = Some(answer);
    Ok(())
}

async fn enter(world: &mut World, words: Words) -> Outcome {
    let found = at_counter(world, words.get(0), words.get(1)).await?;
    let input = json!({
        "account": string(&found, "account")?, "kind": kind(words.get(2))?, "number": words.get(3),
    });
    let answer = world.act(words.get(0), "cards.enter", input).await?;
    world.last = Some(answer);
    Ok(())
}

/// One's own good card; of a kind where one is named.
async fn own(world: &mut World, who: &str, wanted: Option<&str>) -> Result<String, Trouble> {
    let found = world.ask(who, "cards.mine", &[]).await?.expect("我的卡")?;
    let cards = found.get("cards").and_then(Value::as_array).cloned().unwrap_or_default();
    let is = |card: &&Value| {
        let text = |name: &str| card.get(name).and_then(Value::as_str);
        text("state") == Some("good") && wanted.is_none_or(|kind| text("kind") == Some(kind))
    };
    let missing = || Trouble::story(format!("{who}名下没有这样的卡：{found}"));
    string(cards.iter().find(is).ok_or_else(missing)?, "card")
}

async fn report_loss(world: &mut World, words: Words) -> Outcome {
    let card = own(world, words.get(0), Some(kind(words.get(1))?)).await?;
    let input = json!({ "card": card, "loss": "lost" });
    world.act(words.get(0), "cards.report_loss", input).await?.expect("挂失").map(drop)
}

async fn report_all(world: &mut World, words: Words) -> Outcome {
    let card = own(world, words.get(0), None).await?;
    let input = json!({ "card": card, "loss": "lost", "all": true });
    world.act(words.get(0), "cards.report_loss", input).await?.expect("挂失").map(drop)
}

async fn resolve(
    world: &mut World,
    terminal: &str,
    purpose_name: &str,
    number: &str,
) -> Result<Value, Trouble> {
    let input = json!({ "purpose": purpose(purpose_name), "number": number });
    world.act(terminal, "cards.resolve", input).await?.expect("读卡")
}

async fn reads(world: &mut World, words: Words) -> Outcome {
    let found = resolve(world, words.get(0), words.get(1), words.get(2)).await?;
    let wanted = match words.get(3) {
        "认得" => "good",
        "不认得" => "unknown",
        _ => "stopped",
    };
    match found.get("standing").and_then(Value::as_str) == Some(wanted) {
        true => Ok(()),
        false => Err(Trouble::story(format!("{found}"))),
    }
}

async fn reads_the_same(world: &mut World, words: Words) -> Outcome {
    let first = resolve(world, words.get(0), words.get(1), words.get(2)).await?;
    let second = resolve(world, words.get(0), words.get(1), words.get(3)).await?;
    match string(&first, "holder")? == string(&second, "holder")? {
        true => Ok(()),
        false => Err(Trouble::story(format!("{first}｜{second}"))),
    }
}

async fn cannot_be_joined(world: &mut World, words: Words) -> Outcome {
    let riding = resolve(world, words.get(1), "乘车识别", words.get(0)).await?;
    let visiting = resolve(world, words.get(2), "就诊识别", words.get(0)).await?;
    match string(&riding, "holder")? == string(&visiting, "holder")? {
        false => Ok(()),
        true => Err(Trouble::story("两种用途得到了同一个代号")),
    }
}

async fn may_not_read(world: &mut World, words: Words) -> Outcome {
    let input = json!({ "purpose": purpose(words.get(1)), "number": words.get(2) });
    let told = world.act(words.get(0), "cards.resolve", input).await?;
    match told.status {
        403 | 404 => Ok(()),
        status => Err(Trouble::story(format!("读到了：{status}"))),
    }
}
