//! Time, restarts, the audit chain, and what pages show.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Words, sentences};
use crate::client::Page;
use crate::database;
use crate::markup;
use crate::trouble::{Outcome, Trouble};
use crate::words;
use crate::world::World;

sentences! {
    r"现在是(\d+年\d+月\d+日)(\d+)时(?:(\d+)分)?" => set_clock;
    r"过了(\d+)(天|小时|分钟)" => advance_clock;
    r"{人}把(\d+年\d+月\d+日)定为(放假|上班)，说明“(.+?)”" => declare_day;
    "服务器重新启动" => restart;
    "审计链应当完整，其中有这些操作：" => chain_holds_with;
    "审计链应当完整" => chain_holds;
    "有人改动了数据库里一条已封存的审计记录的一个字节" => tamper;
    "核对审计链应当指出被改动的那一条" => chain_names_entry;
    r"{人}打开网页“(/.*?)”" => open;
    r"{人}点击“(.+?)”" => follow;
    r"{人}的网页上应当有“(.+?)”" => page_says;
    r"{人}的网页上不应当有“(.+?)”" => page_says_not;
    r"{人}的网页上应当有：" => page_says_all;
    r"{人}的网页上应当列出(\d+)个系统" => lists_systems;
    r"{人}的网页上应当列出(\d+)个章节" => lists_chapters;
}

async fn set_clock(world: &mut World, told: Words) -> Outcome {
    let day =
        words::date(told.get(0)).ok_or_else(|| Trouble::story(format!("没有{}", told.get(0))))?;
    let part = |text: &str| text.parse::<i64>().unwrap_or(0);
    let instant = words::instant(day, part(told.get(1)), part(told.get(2)));
    move_clock(world, &format!("set {}", instant.0)).await
}

async fn advance_clock(world: &mut World, told: Words) -> Outcome {
    let count: i64 = told.get(0).parse().unwrap_or(0);
    let unit = match told.get(1) {
        "天" => 86_400_000,
        "小时" => 3_600_000,
        _ => 60_000,
    };
    move_clock(world, &format!("advance {}", count * unit)).await
}

async fn move_clock(world: &mut World, line: &str) -> Outcome {
    world.server()?.clock(line).await?;
    world.forget_sessions();
    Ok(())
}

async fn declare_day(world: &mut World, told: Words) -> Outcome {
    let day =
        words::date(told.get(1)).ok_or_else(|| Trouble::story(format!("没有{}", told.get(1))))?;
    let working = told.get(2) == "上班";
    let reason = json!({ "zh": told.get(3), "en": told.get(3) });
    let day = json!({ "date": day.to_string(), "working": working, "reason": reason });
    world.act(told.get(0), "platform.declare_day", json!({ "day": day })).await.map(drop)
}

async fn restart(world: &mut World, _: Words) -> Outcome {
    world.server()?.stop().await?;
    world.server()?.resume().await?;
    world.follow_address()
}

/// What `minshu audit verify` found, on the stopped server; it goes on afterwards.
async fn verify(world: &mut World) -> Result<(bool, Value), Trouble> {
    world.server()?.stop().await?;
    let (holds, said) = world.server()?.command(&["audit", "verify", "--json"]).await?;
    let report = said.find('{').and_then(|at| {
        serde_json::Deserializer::from_str(&said[at..]).into_iter::<Value>().next()?.ok()
    });
    let report = report.ok_or_else(|| Trouble::Server(format!("minshu audit verify：{said}")))?;
    world.server()?.resume().await?;
    world.follow_address()?;
    Ok((holds, report))
}

async fn chain_holds(world: &mut World, _: Words) -> Outcome {
    let (holds, report) = verify(world).await?;
    let entries = report.get("entries").and_then(Value::as_i64).unwrap_or(0);
    if holds && entries > 0 {
        return Ok(());
    }
    Err(Trouble::story(format!("审计链不完整：{report}")))
}

async fn chain_holds_with(world: &mut World, told: Words) -> Outcome {
    // What was committed a moment ago is sealed when the server has stopped.
    chain_holds(world, told.clone()).await?;
    let operations = database::sealed_operations(world.server()?).await?;
    for (operation, _) in told.pairs() {
        if !operations.iter().any(|known| known == operation) {
            return Err(Trouble::story(format!("审计链里没有 {operation}")));
        }
    }
    Ok(())
}

async fn tamper(world: &mut World, _: Words) -> Outcome {
    world.server()?.stop().await?;
    world.tampered = Some(database::tamper(world.server()?).await?);
    world.server()?.resume().await?;
    world.follow_address()
}

async fn chain_names_entry(world: &mut World, _: Words) -> Outcome {
    let (holds, report) = verify(world).await?;
    let tampered = world.tampered.clone().ok_or_else(|| Trouble::story("还没有人改动过"))?;
    let faults = report.get("faults").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = faults.iter().any(|fault| {
        fault.get("entry").and_then(Value::as_str) == Some(&tampered.entry)
            && fault.get("at").and_then(Value::as_i64) == Some(tampered.position)
    });
    // The others stand: whoever reads the report is not to look through the whole chain.
    if !holds && named && faults.len() == 1 {
        return Ok(());
    }
    Err(Trouble::story(format!(
        "改动的是第 {} 条 {}，报告是 {report}",
        tampered.position, tampered.entry
    )))
}

async fn open(world: &mut World, told: Words) -> Outcome {
    let page = world.browser(told.get(0)).await?.open(told.get(1)).await?.clone();
    shown(&page)
}

fn shown(page: &Page) -> Outcome {
    match page.status {
        200 => Ok(()),
        status => Err(Trouble::story(format!("网页“{}”是 {status}：{}", page.path, page.text()))),
    }
}

async fn follow(world: &mut World, told: Words) -> Outcome {
    let browser = world.browser(told.get(0)).await?;
    let links = markup::links_with_text(&browser.page.html);
    let wanted = told.get(1);
    let link = links.iter().find(|(_, text)| text == wanted);
    let link = link.or_else(|| links.iter().find(|(_, text)| text.contains(wanted)));
    let Some((address, _)) = link else {
        let texts: Vec<&str> = links.iter().map(|(_, text)| text.as_str()).collect();
        return Err(Trouble::story(format!(
            "网页“{}”上没有“{wanted}”，有：{}",
            browser.page.path,
            texts.join("｜")
        )));
    };
    let address = address.clone();
    let page = browser.open(&address).await?.clone();
    shown(&page)
}

async fn page_says(world: &mut World, told: Words) -> Outcome {
    says(&world.browser(told.get(0)).await?.page, told.get(1))
}

fn says(page: &Page, wanted: &str) -> Outcome {
    // What the reader sees as one text may stand in several elements.
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let text = page.text();
    if plain(&text).contains(&plain(wanted)) {
        return Ok(());
    }
    Err(Trouble::story(format!("网页“{}”上没有“{wanted}”：{text}", page.path)))
}

async fn page_says_not(world: &mut World, told: Words) -> Outcome {
    let page = &world.browser(told.get(0)).await?.page;
    match says(page, told.get(1)) {
        Ok(()) => Err(Trouble::story(format!("网页“{}”上有“{}”", page.path, told.get(1)))),
        Err(_) => Ok(()),
    }
}

async fn page_says_all(world: &mut World, told: Words) -> Outcome {
    let page = &world.browser(told.get(0)).await?.page;
    told.pairs().try_for_each(|(text, _)| says(page, text))
}

/// Distinct addresses one level below a path.
fn below(page: &Page, parent: &str) -> usize {
    let links = markup::links(&page.html).into_iter();
    let one_level = links.filter_map(|address| {
        let rest = address.strip_prefix(parent)?.split(['?', '#']).next()?.to_owned();
        (!rest.is_empty() && !rest.contains('/')).then_some(rest)
    });
    one_level.collect::<BTreeSet<_>>().len()
}

async fn lists_systems(world: &mut World, told: Words) -> Outcome {
    lists(world, &told, "/systems/").await
}

async fn lists_chapters(world: &mut World, told: Words) -> Outcome {
    lists(world, &told, "/chapters/").await
}

async fn lists(world: &mut World, told: &Words, parent: &str) -> Outcome {
    let page = &world.browser(told.get(0)).await?.page;
    let found = below(page, parent);
    if found.to_string() == told.get(1) {
        return Ok(());
    }
    Err(Trouble::story(format!("网页“{}”列出了 {found} 个", page.path)))
}
