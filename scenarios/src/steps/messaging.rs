//! Messages: who is told what, and who is not.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{Words, sentences};
use crate::trouble::{Outcome, Trouble};
use crate::world::{World, string};

/// How long a message may take: the event is sealed, the flow takes it up.
const PATIENCE: Duration = Duration::from_secs(15);

sentences! {
    r"{人}应当收到消息“(.+?)”" => is_told;
    r"{人}应当没有收到消息“(.+?)”" => is_not_told;
    r"{人}应当有(\d+)条未读消息" => has_unread;
    r"{人}打开消息“(.+?)”" => open;
    r"{人}把消息全部标为已读" => mark_all_read;
    r"{人}应当打不开{人}的消息" => cannot_open;
    r"{人}选择只用短信收“(.+?)”" => choose;
    r"{人}的“(.+?)”应当(照样|不再)用短信发" => is_told_by_sms;
    r"{人}应当看到{人}(还没看|看过)消息“(.+?)”" => sees_receipt;
    r"{人}应当看不到{人}看没看过消息“(.+?)”" => sees_no_receipt;
}

async fn inbox(world: &mut World, who: &str) -> Result<Vec<Value>, Trouble> {
    let told = world.ask(who, "messaging.inbox", &[("limit", "100")]).await?.expect("消息")?;
    Ok(told.get("messages").and_then(Value::as_array).cloned().unwrap_or_default())
}

fn title(message: &Value) -> &str {
    message.pointer("/title/zh").and_then(Value::as_str).unwrap_or("")
}

fn said(messages: &[Value]) -> String {
    let titles: Vec<&str> = messages.iter().map(title).collect();
    if titles.is_empty() { "没有消息".to_owned() } else { titles.join("｜") }
}

/// The latest message with these words in its title, once it is there.
async fn message(world: &mut World, who: &str, words: &str) -> Result<Value, Trouble> {
    let end = Instant::now() + PATIENCE;
    loop {
        let messages = inbox(world, who).await?;
        if let Some(found) = messages.iter().find(|message| title(message).contains(words)) {
            return Ok(found.clone());
        }
        if Instant::now() > end {
            let told = said(&messages);
            return Err(Trouble::story(format!("{who}没有收到“{words}”：{told}")));
        }
        sleep(Duration::from_millis(100)).await;
    }
}

async fn is_told(world: &mut World, words: Words) -> Outcome {
    message(world, words.get(0), words.get(1)).await.map(drop)
}

/// What is looked at is now: tell first of a message that must have come.
async fn is_not_told(world: &mut World, words: Words) -> Outcome {
    let messages = inbox(world, words.get(0)).await?;
    match messages.iter().find(|message| title(message).contains(words.get(1))) {
        None => Ok(()),
        Some(found) => Err(Trouble::story(format!("{}收到了“{}”", words.get(0), title(found)))),
    }
}

async fn has_unread(world: &mut World, words: Words) -> Outcome {
    let end = Instant::now() + PATIENCE;
    loop {
        let told = world.ask(words.get(0), "messaging.unread_count", &[]).await?.expect("未读")?;
        let count = told.get("count").and_then(Value::as_i64).unwrap_or(-1);
        if count.to_string() == words.get(1) {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(Trouble::story(format!("{}有 {count} 条未读消息", words.get(0))));
        }
        sleep(Duration::from_millis(100)).await;
    }
}

async fn open(world: &mut World, words: Words) -> Outcome {
    let found = message(world, words.get(0), words.get(1)).await?;
    let path = format!("/inbox/{}", string(&found, "message")?);
    let page = world.browser(words.get(0)).await?.open(&path).await?;
    match page.status {
        200 => Ok(()),
        status => Err(Trouble::story(format!("消息“{path}”是 {status}：{}", page.text()))),
    }
}

async fn mark_all_read(world: &mut World, words: Words) -> Outcome {
    let none = serde_json::json!({});
    world.act(words.get(0), "messaging.mark_all_read", none).await?.expect("标为已读").map(drop)
}

async fn cannot_open(world: &mut World, words: Words) -> Outcome {
    let messages = inbox(world, words.get(1)).await?;
    if messages.is_empty() {
        return Err(Trouble::story(format!("{}没有消息", words.get(1))));
    }
    for found in messages {
        let id = string(&found, "message")?;
        let told = world.ask(words.get(0), "messaging.message", &[("message", &id)]).await?;
        if !matches!(told.status, 403 | 404) {
            return Err(Trouble::story(format!("打开了“{}”：{}", title(&found), told.status)));
        }
    }
    Ok(())
}

/// The word of a kind as people call it.
fn kind(name: &str) -> Result<&'static str, Trouble> {
    match name {
        "法定告知" => Ok("legal"),
        "要您办的事" => Ok("act"),
        "办件进展" => Ok("progress"),
        "提醒和政策消息" => Ok("news"),
        other => Err(Trouble::story(format!("没有“{other}”这一种消息"))),
    }
}

async fn choose(world: &mut World, words: Words) -> Outcome {
    let kinds = serde_json::json!([kind(words.get(1))?]);
    let none = serde_json::json!([]);
    let input = serde_json::json!({
        "sms": kinds, "email": none, "quiet_from": 1320, "quiet_until": 420,
    });
    world.act(words.get(0), "messaging.set_preferences", input).await?.expect("选择").map(drop)
}

async fn is_told_by_sms(world: &mut World, words: Words) -> Outcome {
    let told = world.ask(words.get(0), "messaging.preferences", &[]).await?.expect("怎么告诉")?;
    let wanted = kind(words.get(1))?;
    let kinds = told.get("kinds").and_then(Value::as_array).cloned().unwrap_or_default();
    let found = kinds.iter().find(|one| one.get("kind").and_then(Value::as_str) == Some(wanted));
    let on = found.and_then(|one| one.get("sms")).and_then(Value::as_bool);
    match on == Some(words.get(2) == "照样") {
        true => Ok(()),
        false => Err(Trouble::story(format!("{}：{told}", words.get(1)))),
    }
}

/// What became of a message of somebody, as an officer sees it.
async fn receipt(
    world: &mut World,
    officer: &str,
    who: &str,
    words: &str,
) -> Result<Option<Value>, Trouble> {
    let found = message(world, who, words).await?;
    let (about, id) = (string(&found, "about")?, string(&found, "message")?);
    let told = world.ask(officer, "messaging.receipts", &[("about", &about)]).await?;
    if told.status == 403 {
        return Ok(None);
    }
    let told = told.expect("收到没有")?;
    let all = told.get("receipts").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(all.into_iter().find(|one| one.get("message").and_then(Value::as_str) == Some(&id)))
}

async fn sees_receipt(world: &mut World, words: Words) -> Outcome {
    let found = receipt(world, words.get(0), words.get(1), words.get(3)).await?;
    let found = found.ok_or_else(|| Trouble::story("看不到这条消息"))?;
    let read = found.get("read_ms").is_some_and(Value::is_number);
    match read == (words.get(2) == "看过") {
        true => Ok(()),
        false => Err(Trouble::story(format!("{found}"))),
    }
}

async fn sees_no_receipt(world: &mut World, words: Words) -> Outcome {
    match receipt(world, words.get(0), words.get(1), words.get(2)).await? {
        None => Ok(()),
        Some(found) => Err(Trouble::story(format!("看到了：{found}"))),
    }
}
