//! Case steps: drafts saved, sent in, accepted and decided by many principals at once. Every step is durable, with its
//! audit entry, event, access decision and schema check.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::client::{Answer, Client};
use crate::report::{Latencies, Report, moment};
use crate::server::{Server, Trouble};

/// People at once.
const PEOPLE: u32 = 128;

struct Offices {
    clerks: Vec<String>,
    officers: Vec<String>,
}

/// Measures on a running server; answers the median of a step at the rate of the bar, in milliseconds.
pub async fn measure(
    database: &str,
    server: &Server,
    length: Duration,
    report: &mut Report,
) -> Result<f64, Trouble> {
    let clerk = server.post("load-test.clerk", "350102").await?;
    let officer = server.post("load-test.officer", "350102").await?;
    let mut offices = Offices { clerks: Vec::new(), officers: Vec::new() };
    for number in 0..8 {
        offices.clerks.push(server.person(10_000 + number, Some(&clerk)).await?);
        offices.officers.push(server.person(11_000 + number, Some(&officer)).await?);
    }
    let mut residents = Vec::new();
    for number in 0..PEOPLE {
        residents.push(server.person(number, None).await?);
    }
    let offices = Arc::new(offices);
    let (wanted, bar) = match database {
        "SQLite" => (2_000, "≥ 2 000/s, p99 < 50 ms"),
        _ => (500, "≥ 500/s, p99 < 50 ms"),
    };
    let peer = "Camunda 8: 100 tasks/s on 11 vCPU";
    let mut at_the_bar = 0.0;
    // At the rate of the bar, then as fast as it goes.
    for pace in [Some(wanted), None] {
        let end = moment() + length;
        let workers: Vec<_> = residents
            .iter()
            .enumerate()
            .map(|(index, resident)| {
                let (address, offices) = (server.address.clone(), offices.clone());
                let (resident, pace) = (resident.clone(), Pace::new(pace, index as u32));
                tokio::spawn(
                    async move { work(&address, &resident, &offices, index, pace, end).await },
                )
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await??);
        }
        let latencies = Latencies::new(all);
        let rate = latencies.count() as f64 / length.as_secs_f64();
        let value = format!(
            "{rate:.0}/s, p50 {:.1} ms, p99 {:.1} ms ({PEOPLE} people)",
            latencies.ms(0.5),
            latencies.ms(0.99)
        );
        if pace.is_some() {
            at_the_bar = latencies.ms(0.5);
        }
        let how = if pace.is_some() { "at the bar's rate" } else { "as fast as it goes" };
        report.add(format!("case step, durable, {database}, {how}"), value, bar, peer);
    }
    Ok(at_the_bar)
}

/// When a person's next step is due. A step that begins late because the one before was slow is measured from when it
/// was due: nothing of a stall is left out.
struct Pace {
    gap: Option<Duration>,
    due: Instant,
}

impl Pace {
    /// `rate` steps a second of all people together, each beginning a little after the one before.
    fn new(rate: Option<u32>, person: u32) -> Pace {
        let gap = rate.map(|rate| Duration::from_secs(1) * PEOPLE / rate);
        let offset = gap.unwrap_or_default() * person / PEOPLE;
        Pace { gap, due: moment() + offset }
    }

    async fn next(&mut self) -> Instant {
        let Some(gap) = self.gap else { return moment() };
        let due = self.due;
        self.due += gap;
        tokio::time::sleep_until(due.into()).await;
        due
    }
}

/// One person's cases, one after another, with the offices' steps between.
async fn work(
    address: &str,
    resident: &str,
    offices: &Offices,
    index: usize,
    mut pace: Pace,
    end: Instant,
) -> Result<Vec<Duration>, Trouble> {
    let mut client = Client::connect(address).await?;
    let mut latencies = Vec::new();
    let clerk = &offices.clerks[index % offices.clerks.len()];
    let officer = &offices.officers[index % offices.officers.len()];
    let form = json!({ "request": { "division": "350102", "reason": "压力测试用的申请事由，写得和真的一样长一些。" } });
    while moment() < end {
        let mut step = async |client: &mut Client, token: &str, operation: &str, input: Json| {
            let begun = pace.next().await;
            let answer = client.act(token, operation, &input).await?;
            latencies.push(begun.elapsed());
            read(operation, &answer)
        };
        let draft = json!({ "item": "load-test.request", "form": form });
        let draft = step(&mut client, resident, "casework.save_draft", draft).await?;
        let send = json!({ "draft": draft["draft"] });
        let case = step(&mut client, resident, "casework.submit", send).await?;
        let accept = json!({ "case": case["case"], "version": case["version"] });
        let case = step(&mut client, clerk, "casework.accept", accept).await?;
        let decide = json!({
            "case": case["case"], "version": case["version"],
            "outcome": "granted", "reasons": "符合条件，准予办理。",
        });
        step(&mut client, officer, "casework.decide", decide).await?;
    }
    Ok(latencies)
}

fn read(operation: &str, answer: &Answer) -> Result<Json, Trouble> {
    let body: Json = serde_json::from_slice(&answer.body)?;
    if answer.status != 200 {
        return Err(format!("{operation} answers {}: {body}", answer.status).into());
    }
    Ok(body)
}
