//! Pages of a signed-in person.

use std::time::Duration;

use crate::client::Client;
use crate::report::{Latencies, Report, moment};
use crate::server::{Server, Trouble};

/// Connections at once.
const CONNECTIONS: usize = 32;

/// Measures pages on a running server.
pub async fn measure(
    server: &Server,
    length: Duration,
    report: &mut Report,
) -> Result<(), Trouble> {
    let token = server.person(1, None).await?;
    for (path, bar) in
        [("/chapters/06-public-services", "≥ 10 000/s, p99 < 20 ms (30 kB)"), ("/", "")]
    {
        let mut client = Client::connect(&server.address).await?;
        let kib = client.get(&token, path).await?.body.len() / 1024;
        let end = moment() + length;
        let workers: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let (address, token) = (server.address.clone(), token.clone());
                tokio::spawn(async move {
                    let mut client = Client::connect(&address).await?;
                    let mut latencies = Vec::new();
                    while moment() < end {
                        let begun = moment();
                        let answer = client.get(&token, path).await?;
                        if answer.status != 200 {
                            let what = format!("{path} answers {}", answer.status);
                            return Err(Trouble::from(what));
                        }
                        latencies.push(begun.elapsed());
                    }
                    Ok(latencies)
                })
            })
            .collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await??);
        }
        let latencies = Latencies::new(all);
        let rate = latencies.count() as f64 / length.as_secs_f64();
        let p99 = latencies.ms(0.99);
        let value = format!("{rate:.0}/s, p99 {p99:.1} ms ({kib} KiB)");
        report.add(format!("page {path}, signed in"), value, bar, "");
    }
    Ok(())
}
