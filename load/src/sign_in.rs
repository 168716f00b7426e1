//! Sign-in at the recommended cost of argon2, while other people's pages go on.

use std::time::Duration;

use serde_json::json;

use crate::client::Client;
use crate::report::{Latencies, Report, moment};
use crate::server::{PASSWORD, Server, Trouble, phone};

/// People who sign in, each again and again.
const PEOPLE: u32 = 64;
/// Connections that sign in at once.
const ABREAST: u32 = 16;
/// The page that others look at meanwhile, and how often.
const PAGE: &str = "/chapters/06-public-services";
const EVERY: Duration = Duration::from_millis(10);

/// Measures on a running server.
pub async fn measure(
    server: &Server,
    length: Duration,
    report: &mut Report,
) -> Result<(), Trouble> {
    // The first ones stand for those who are signed in already.
    let reader = server.person(1, None).await?;
    for number in 0..PEOPLE {
        server.person(1_000 + number, None).await?;
    }
    let end = moment() + length;
    let signing = (0..ABREAST).map(|place| {
        let address = server.address.clone();
        tokio::spawn(async move {
            let mut client = Client::connect(&address).await?;
            let mut latencies = Vec::new();
            let mut number = place;
            while moment() < end {
                let input = json!({ "phone": phone(1_000 + number), "password": PASSWORD });
                let begun = moment();
                let answer = client.act("", "identity.sign_in", &input).await?;
                if answer.status != 200 {
                    let what = String::from_utf8_lossy(&answer.body).into_owned();
                    return Err(Trouble::from(format!(
                        "sign-in answers {}: {what}",
                        answer.status
                    )));
                }
                latencies.push(begun.elapsed());
                number = (number + ABREAST) % PEOPLE;
            }
            Ok(latencies)
        })
    });
    let signing: Vec<_> = signing.collect();
    let mut client = Client::connect(&server.address).await?;
    let mut pages = Vec::new();
    while moment() < end {
        let begun = moment();
        let answer = client.get(&reader, PAGE).await?;
        if answer.status != 200 {
            return Err(format!("{PAGE} answers {}", answer.status).into());
        }
        pages.push(begun.elapsed());
        tokio::time::sleep(EVERY.saturating_sub(begun.elapsed())).await;
    }
    let mut all = Vec::new();
    for one in signing {
        all.extend(one.await??);
    }
    let (signed, pages) = (Latencies::new(all), Latencies::new(pages));
    let rate = signed.count() as f64 / length.as_secs_f64();
    report.add(
        "sign-in with a password, argon2id, while pages are read",
        format!("{rate:.0}/s, p99 {:.0} ms; pages p99 {:.1} ms", signed.ms(0.99), pages.ms(0.99)),
        "≥ 50/s, pages < 50 ms",
        "",
    );
    Ok(())
}
