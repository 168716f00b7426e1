//! Work of capabilities that goes on beside requests: each in a task of its own, so that a channel that does not
//! answer holds up nothing else. Each is done by the process that holds its lease.

use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::access::Principal;
use minshu_kernel::capability::WorkerEntry;
use minshu_kernel::ctx::{Call, Ctx, Door};
use minshu_kernel::error::Failure;
use minshu_kernel::ids::RequestId;
use minshu_kernel::text::Lang;
use serde_json::Value as Json;
use tokio::task::JoinHandle;

use crate::house::House;
use crate::leases;

/// How long a worker that found nothing waits.
const IDLE: Duration = Duration::from_millis(500);

/// Starts every worker.
pub fn run(house: &Arc<House>) -> Vec<JoinHandle<()>> {
    let workers = house.contract.workers.iter().cloned();
    workers.map(|worker| tokio::spawn(on(house.clone(), worker))).collect()
}

async fn on(house: Arc<House>, worker: WorkerEntry) {
    let lease = leases::of_worker(worker.name);
    loop {
        let Some(hold) = house.leases.held(&lease) else {
            tokio::time::sleep(IDLE).await;
            continue;
        };
        match leases::under(hold, round(&house, &worker)).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(IDLE).await,
            Err(failure) => {
                tracing::warn!(worker = worker.name, %failure, "a worker waits");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// One round of a worker; answers whether there was anything to do.
pub async fn round(house: &Arc<House>, worker: &WorkerEntry) -> Result<bool, Failure> {
    let call = Call {
        who: Arc::new(Principal::job()),
        operation: worker.name.to_owned(),
        input: Json::Null,
        key: None,
        cause: None,
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    };
    let ctx = Arc::new(Ctx::new(house.services.clone(), &call, worker.name));
    let door: Arc<dyn Door> = house.clone();
    (worker.round)(ctx, door).await
}
