//! Numbers from blocks that this process leases: unique and rising within the process, gaps allowed.

use std::collections::HashMap;
use std::sync::Arc;

use minshu_kernel::BoxFuture;
use minshu_kernel::ctx::Numbers;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::{Records, RecordsError, Statement, WriteSet};
use minshu_kernel::values;
use tokio::sync::Mutex;

use crate::store;

/// How many numbers a lease takes.
const BLOCK: i64 = 32;

/// A lease of numbers: the next one and the end.
#[derive(Clone, Copy)]
struct Lease {
    next: i64,
    end: i64,
}

/// Leases blocks from the records.
pub struct LeasedNumbers {
    records: Arc<dyn Records>,
    leases: Mutex<HashMap<String, Lease>>,
}

impl LeasedNumbers {
    /// Over the records.
    pub fn new(records: Arc<dyn Records>) -> Self {
        LeasedNumbers { records, leases: Mutex::new(HashMap::new()) }
    }

    async fn lease(&self, series: &str) -> Result<Lease, Failure> {
        let insert = Statement::any(store::INSERT_SERIES, values![series]);
        self.records.apply(WriteSet { statements: vec![insert] }).await?;
        for _ in 0..20 {
            let rows = self.records.point(store::NEXT_NUMBER.into(), values![series]).await?;
            let next: i64 = rows.first().ok_or_else(Failure::missing)?.get("next")?;
            let take = Statement::one(store::TAKE_NUMBERS, values![series, next, BLOCK]);
            match self.records.apply(WriteSet { statements: vec![take] }).await {
                Ok(()) => return Ok(Lease { next, end: next + BLOCK }),
                Err(RecordsError::Lost { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::new(Kind::Conflict, "kernel.lost_race"))
    }
}

impl Numbers for LeasedNumbers {
    fn next<'a>(&'a self, series: &'a str) -> BoxFuture<'a, Result<i64, Failure>> {
        Box::pin(async move {
            let mut leases = self.leases.lock().await;
            let lease = match leases.get(series).copied() {
                Some(lease) if lease.next < lease.end => lease,
                _ => self.lease(series).await?,
            };
            leases.insert(series.to_owned(), Lease { next: lease.next + 1, ..lease });
            Ok(lease.next)
        })
    }
}
