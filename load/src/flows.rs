//! Flows: cases that are accepted, and a message for each. The same number of events is worked off by one worker process
//! and by three, on the same two cores and the same PostgreSQL.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::client::Client;
use crate::report::{Report, moment};
use crate::server::{Server, Sharing, Trouble};

/// Events that are worked off in each measurement,
/// as many as take twenty seconds: the processes divide the work between them in the first two.
const EVENTS: usize = 30_000;
/// People who send cases in abreast.
const ABREAST: usize = 32;

const FLOW: &str = r#"
[[flow]]
id = "tell-sent"
on = "casework.case.submitted"
do = "messaging.send"

[flow.with]
template = "sent"
about    = { cel = "'casework.case:' + event.case" }
values   = { number = { cel = "event.number" } }

[flow.with.to]
account = { cel = "has(event.owner_account) ? event.owner_account : ''" }
person  = { cel = "has(event.owner) ? event.owner : ''" }

[[messaging.template]]
id     = "sent"
title  = { zh = "{number}已收到", en = "{number} has come in" }
text   = { zh = "请等候办理。", en = "It is being looked at." }
values = ["number"]
"#;

/// Measures on a database of its own for each number of workers, made from `server`'s.
pub async fn measure(
    program: &Path,
    packs: &Path,
    databases: &[String],
    report: &mut Report,
) -> Result<(), Trouble> {
    let folder = tempfile::tempdir()?;
    let own = folder.path().join("packs");
    with_the_flow(packs, &own)?;
    let mut rates = Vec::new();
    for (workers, database) in [1, 3].into_iter().zip(databases) {
        let place = folder.path().join(format!("of-{workers}"));
        rates.push(one(program, &own, &place, database, workers).await?);
    }
    let [single, shared] = rates[..] else { return Err("a database for each is wanted".into()) };
    let compared = |of: fn(&Rates) -> f64| {
        let (shared, single) = (of(&shared), of(&single));
        format!("{shared:.0}/s and {single:.0}/s: {:.2}×", shared / single)
    };
    report.add(
        "flows, three worker processes beside one, once the work is divided".to_owned(),
        compared(|rates| rates.later),
        "≥ 0.9×, nothing doubled or lost",
        "",
    );
    report.add(
        "the same from the first event, while the processes come up".to_owned(),
        compared(|rates| rates.whole),
        "",
        "",
    );
    Ok(())
}

fn with_the_flow(from: &Path, to: &Path) -> Result<(), Trouble> {
    copy(from, to)?;
    let file = to.join("06-public-services/load-test/pack.toml");
    let pack = std::fs::read_to_string(&file)? + FLOW;
    Ok(std::fs::write(file, pack)?)
}

fn copy(from: &Path, to: &Path) -> Result<(), Trouble> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)?.flatten() {
        let target: PathBuf = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Events a second.
#[derive(Clone, Copy)]
struct Rates {
    /// From the first one to the last.
    whole: f64,
    /// Of the second half.
    later: f64,
}

/// Events a second that so many workers pass.
async fn one(
    program: &Path,
    packs: &Path,
    place: &Path,
    database: &str,
    workers: usize,
) -> Result<Rates, Trouble> {
    let shared = |roles: &str| Sharing { roles: roles.to_owned(), place: place.to_owned() };
    let start = async |name: &str, roles: &str| {
        Server::start_sharing(program, packs, &place.join(name), database, &shared(roles)).await
    };
    let web = start("web", "web").await?;
    // The flow begins with what happens from now on.
    start("first", "worker").await?.stop().await?;
    let resident = web.person(1, None).await?;
    let mut senders = Vec::new();
    for _ in 0..ABREAST {
        let (address, resident) = (web.address.clone(), resident.clone());
        senders.push(tokio::spawn(async move {
            let mut client = Client::connect(&address).await?;
            for _ in 0..EVENTS / ABREAST {
                let form = json!({ "request": { "division": "350102", "reason": "压力测试用的申请事由。" } });
                let draft = json!({ "item": "load-test.request", "form": form });
                let draft = client.act(&resident, "casework.save_draft", &draft).await?;
                let draft: serde_json::Value = serde_json::from_slice(&draft.body)?;
                let sent = json!({ "draft": draft["draft"] });
                let sent = client.act(&resident, "casework.submit", &sent).await?;
                if sent.status != 200 {
                    return Err(format!("a case was not sent in: {}", sent.status).into());
                }
            }
            Ok::<_, Trouble>(())
        }));
    }
    for sender in senders {
        sender.await??;
    }
    let wanted = EVENTS / ABREAST * ABREAST;
    let mut running = Vec::new();
    for number in 0..workers {
        running.push(start(&format!("worker-{number}"), "worker").await?);
    }
    let begun = moment();
    let (mut first, mut half) = (None, None);
    loop {
        let mut done = 0.0;
        for worker in &running {
            done += worker.operations_done("messaging.send").await?;
        }
        if done > 0.0 && first.is_none() {
            first = Some((moment(), done));
        }
        if done >= wanted as f64 / 2.0 && half.is_none() {
            half = Some((moment(), done));
        }
        if done >= wanted as f64 {
            break;
        }
        if begun.elapsed() > Duration::from_secs(600) {
            return Err(format!("{done} of {wanted} flows were done in ten minutes").into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let end = moment();
    // Whatever was told twice would be among these.
    let told: f64 = {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut done = 0.0;
        for worker in &running {
            done += worker.operations_done("messaging.send").await?;
        }
        done
    };
    if told as usize != wanted {
        return Err(format!("{told} flows were done for {wanted} events").into());
    }
    let (Some(first), Some(half)) = (first, half) else { return Err("no flow was done".into()) };
    let rate = |(since, before)| (wanted as f64 - before) / end.duration_since(since).as_secs_f64();
    let rates = Rates { whole: rate(first), later: rate(half) };
    for worker in running {
        worker.stop().await?;
    }
    web.stop().await?;
    Ok(rates)
}
