//! Packs: read, checked, compiled, kept by hash, exchanged whole. A bad set leaves the last good one in force.

pub mod check;
pub mod flow;
pub mod manage;
pub mod model;
pub mod read;
pub mod spans;

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::clock::Clock;
use minshu_kernel::ctx::PacksInForce;
use minshu_kernel::error::Failure;
use minshu_kernel::pack::{PackFile, PackProblem, PackSet};
use minshu_kernel::records::{Records as _, Statement, WriteSet};
use minshu_kernel::text::Texts;
use minshu_kernel::values;
use minshu_storage::records::Db;

pub use check::{Checked, check};
pub use flow::Flow;
pub use read::PackSources;

use crate::house::HouseError;
use crate::store;

/// The packs in force.
pub struct PackHolder {
    current: ArcSwap<PackSet>,
    flows: ArcSwap<Vec<Flow>>,
    scenarios: ArcSwap<BTreeMap<String, Vec<PackFile>>>,
    /// Mistakes of the set on disk, where the last good one is in force instead.
    refused: Vec<PackProblem>,
}

/// The texts that messages about packs need.
pub fn texts_of(contract: &Contract) -> Result<Arc<Texts>, HouseError> {
    let mut sources = contract.texts.clone();
    sources.push(minshu_kernel::TEXTS);
    Texts::load(&sources).map_err(HouseError::Texts)
}

impl PackHolder {
    /// Loads the set on disk. Where it has mistakes the last good one, kept by hash, is in force and the mistakes are
    /// logged; where there is none, the house does not stand.
    pub async fn open(
        db: &Db,
        capabilities: &[Arc<dyn Capability>],
        contract: &Contract,
        sources: &PackSources,
        clock: &dyn Clock,
    ) -> Result<PackHolder, HouseError> {
        let texts = texts_of(contract)?;
        let problems = match check(sources, capabilities, contract, &texts) {
            Ok(checked) => {
                keep(db, sources, &checked.set.hash, clock).await?;
                return Ok(PackHolder::of(checked, Vec::new()));
            }
            Err(problems) => problems,
        };
        for problem in &problems {
            tracing::error!(%problem, "the packs on disk are not loaded");
        }
        let Some(kept) = last_kept(db).await? else { return Err(HouseError::Packs(problems)) };
        match check(&kept, capabilities, contract, &texts) {
            Ok(checked) => {
                tracing::warn!(hash = %checked.set.hash, "the last good set of packs is in force");
                Ok(PackHolder::of(checked, problems))
            }
            Err(_) => Err(HouseError::Packs(problems)),
        }
    }

    fn of(checked: Checked, refused: Vec<PackProblem>) -> PackHolder {
        PackHolder {
            current: ArcSwap::new(checked.set),
            flows: ArcSwap::new(checked.flows),
            scenarios: ArcSwap::new(checked.scenarios),
            refused,
        }
    }

    /// The flows in force.
    pub fn flows(&self) -> Arc<Vec<Flow>> {
        self.flows.load_full()
    }

    /// The scenarios of a pack; none where it has none.
    pub fn scenarios(&self, pack: &str) -> Vec<PackFile> {
        self.scenarios.load().get(pack).cloned().unwrap_or_default()
    }

    /// Why the set on disk is not in force; empty where it is.
    pub fn refused(&self) -> &[PackProblem] {
        &self.refused
    }

    /// Puts another set in force.
    pub fn exchange(&self, checked: Checked) {
        self.current.store(checked.set);
        self.flows.store(checked.flows);
        self.scenarios.store(checked.scenarios);
    }
}

impl PacksInForce for PackHolder {
    fn current(&self) -> Arc<PackSet> {
        self.current.load_full()
    }
}

/// The set that was kept last.
pub async fn last_kept(db: &Db) -> Result<Option<PackSources>, Failure> {
    let rows = db.point(store::LAST_PACK_SET.into(), values![]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let content: String = row.get("content")?;
    serde_json::from_str(&content).map(Some).map_err(Failure::internal)
}

/// Keeps a good set by its hash.
pub async fn keep(
    db: &Db,
    sources: &PackSources,
    hash: &str,
    clock: &dyn Clock,
) -> Result<(), Failure> {
    let content = serde_json::to_string(sources).map_err(Failure::internal)?;
    let statement = Statement::one(store::KEEP_PACK_SET, values![hash, content, clock.now().0]);
    Ok(db.apply(WriteSet { statements: vec![statement] }).await?)
}
