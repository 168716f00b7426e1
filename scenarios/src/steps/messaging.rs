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
