//! Packs: read, checked, compiled, kept by hash, exchanged whole. A bad set leaves the last good one in force.

pub mod apply;
pub mod check;
pub mod diff;
pub mod flow;
pub mod manage;
pub mod model;
pub mod pins;
pub mod policy;
pub mod read;
pub mod spans;

use std::future::Future;
use std::sync::Arc;

use arc_swap::ArcSwap;
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::ctx::PacksInForce;
use minshu_kernel::error::Failure;
use minshu_kernel::pack::{PackFile, PackSet};
use minshu_kernel::records::Records;
use minshu_kernel::text::Texts;
use minshu_kernel::values;
use minshu_storage::records::Db;

pub use check::{Checked, check};
pub use flow::Flow;
pub use read::PackSources;

use crate::house::HouseError;
use crate::store;
use apply::Refusal;

/// The packs in force.
pub struct PackHolder {
    current: ArcSwap<Checked>,
    refused: ArcSwap<Refusal>,
    /// One set is put in force at a time.
    applying: tokio::sync::Mutex<()>,
}

tokio::task_local! {
    /// The set that an operation began with: it sees no other until it ends.
    static SEEN: Arc<Checked>;
}

/// The texts that messages about packs need.
pub fn texts_of(contract: &Contract) -> Result<Arc<Texts>, HouseError> {
    let mut sources = contract.texts.clone();
    sources.push(minshu_kernel::TEXTS);
    Texts::load(&sources).map_err(HouseError::Texts)
}

impl PackHolder {
    /// Loads the set that is kept as the one in force. Where there is none, or this program cannot use it any more,
    /// it is the set on disk; where that has mistakes too, the house does not stand.
    pub async fn open(
        db: &Db,
        capabilities: &[Arc<dyn Capability>],
        contract: &Contract,
        on_disk: &PackSources,
        texts: &Texts,
    ) -> Result<PackHolder, HouseError> {
        let kept = sources_in_force(db).await?;
        let usable = kept.and_then(|kept| match check(&kept, capabilities, contract, texts) {
            Ok(checked) => Some(checked),
            Err(problems) => {
                let hash = kept.hash();
                tracing::warn!(
                    hash,
                    mistakes = problems.len(),
                    "the packs in force are of an older program"
                );
                None
            }
        });
        let checked = match usable {
            Some(checked) => checked,
            None => check(on_disk, capabilities, contract, texts).map_err(HouseError::Packs)?,
        };
        Ok(PackHolder {
            current: ArcSwap::new(Arc::new(checked)),
            refused: ArcSwap::default(),
            applying: tokio::sync::Mutex::new(()),
        })
    }

    /// Runs an operation: whatever it asks, it sees the set that was in force when it began.
    pub async fn steady<F: Future>(&self, operation: F) -> F::Output {
        match SEEN.try_with(|_| ()) {
            Ok(()) => operation.await,
            Err(_) => SEEN.scope(self.latest(), operation).await,
        }
    }

    /// The set in force at this moment, whatever an operation under way has seen.
    fn latest(&self) -> Arc<Checked> {
        self.current.load_full()
    }

    fn seen(&self) -> Arc<Checked> {
        SEEN.try_with(Arc::clone).unwrap_or_else(|_| self.latest())
    }

    /// The flows in force.
    pub fn flows(&self) -> Arc<Vec<Flow>> {
        self.seen().flows.clone()
    }

    /// The scenarios of a pack; none where it has none.
    pub fn scenarios(&self, pack: &str) -> Vec<PackFile> {
        self.seen().scenarios.get(pack).cloned().unwrap_or_default()
    }

    /// Why the set on disk is not in force; empty where nothing speaks against it.
    pub fn refused(&self) -> Arc<Refusal> {
        self.refused.load_full()
    }

    fn exchange(&self, checked: Arc<Checked>) {
        self.current.store(checked);
        self.refused.store(Arc::default());
    }
}

impl PacksInForce for PackHolder {
    fn current(&self) -> Arc<PackSet> {
        self.seen().set.clone()
    }
}

/// The files of the set in force.
pub async fn sources_in_force(records: &dyn Records) -> Result<Option<PackSources>, Failure> {
    let rows = records.scan(store::PACK_SET_IN_FORCE.into(), values![]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let content: String = row.get("content")?;
    serde_json::from_str(&content).map(Some).map_err(Failure::internal)
}

/// What is known of the set in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its hash.
    pub hash: String,
    /// The hash of the set before; empty where there was none.
    pub hash_before: String,
    /// Since when, in milliseconds.
    pub since_ms: i64,
    /// Who put it in force: a principal's reference.
    pub principal: String,
    /// The user of the machine who typed the command, by number.
    pub system_user: Option<i64>,
    /// Whether it came into force when a server started.
    pub at_start: bool,
    /// How many sets were in force up to now, with this one.
    pub version: i64,
}

/// The standing of the set in force; none where no set was ever put in force.
pub async fn standing(records: &dyn Records) -> Result<Option<Standing>, Failure> {
    let rows = records.point(store::PACKS_IN_FORCE.into(), values![]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Standing {
        hash: row.get("hash")?,
        hash_before: row.get("hash_before")?,
        since_ms: row.get("since_ms")?,
        principal: row.get("principal")?,
        system_user: row.get("system_user")?,
        at_start: row.get("at_start")?,
        version: row.get("version")?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(hash: &str) -> Arc<Checked> {
        let set = PackSet {
            hash: hash.to_owned(),
            packs: Vec::new(),
            roles: Default::default(),
            sections: Default::default(),
        };
        Arc::new(Checked { set: Arc::new(set), flows: Arc::default(), scenarios: Arc::default() })
    }

    #[tokio::test]
    async fn an_operation_sees_one_set_from_its_beginning_to_its_end() {
        let holder = PackHolder {
            current: ArcSwap::new(checked("one")),
            refused: ArcSwap::default(),
            applying: tokio::sync::Mutex::new(()),
        };
        holder
            .steady(async {
                holder.exchange(checked("two"));
                assert_eq!(holder.current().hash, "one");
                holder.steady(async { assert_eq!(holder.current().hash, "one") }).await;
            })
            .await;
        assert_eq!(holder.current().hash, "two");
        holder.steady(async { assert_eq!(holder.current().hash, "two") }).await;
    }
}
