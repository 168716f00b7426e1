//! Item versions that open cases are pinned to: what other packs must leave them.

use std::collections::BTreeMap;

use minshu_kernel::BoxFuture;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::pack::PackSet;
use minshu_kernel::pins::{DeclaredVersion, OpenPin, Pins};
use minshu_kernel::records::{Records, Statement};
use minshu_kernel::values;

use crate::compile::{CompiledItem, Section};
use crate::store::{periods, versions};

/// `[[casework.item]]`, to which cases are pinned.
pub(crate) struct ItemPins;

impl Pins for ItemPins {
    fn kind(&self) -> &'static str {
        "casework.item"
    }

    fn declared(&self, set: &PackSet) -> Vec<DeclaredVersion> {
        let section = set.section::<Section>(crate::NAME);
        let version = |item: &CompiledItem| DeclaredVersion {
            id: item.id.clone(),
            version: item.version.clone(),
        };
        section.items().map(|item| version(item)).collect()
    }

    fn keep(&self, set: &PackSet, now: Timestamp) -> Vec<Statement> {
        let section = set.section::<Section>(crate::NAME);
        let kept = section.items().map(|item| versions::insert(item, now));
        let held =
            section.items().map(|item| periods::hold(&item.id, &item.version, &set.hash, now));
        kept.chain(held).chain(periods::end_others(&set.hash, now)).collect()
    }

    fn open<'a>(
        &'a self,
        records: &'a dyn Records,
        set: &'a PackSet,
    ) -> BoxFuture<'a, Result<Vec<OpenPin>, Failure>> {
        Box::pin(open(records, set))
    }
}

async fn open(records: &dyn Records, set: &PackSet) -> Result<Vec<OpenPin>, Failure> {
    let section = set.section::<Section>(crate::NAME);
    let mut pins: Vec<OpenPin> = Vec::new();
    for row in records.scan(versions::OPEN_VERSIONS.into(), values![]).await? {
        let (id, version): (String, String) = (row.get("item")?, row.get("id")?);
        let (stage, cases): (i64, i64) = (row.get("stage")?, row.get("cases")?);
        let (roles, unreadable) = match section.read(row.get("content")?) {
            Ok(item) => (item.roles_from(usize::try_from(stage).unwrap_or(0)), None),
            Err(what) => (Vec::new(), Some(what)),
        };
        // The rows of a version stand together, a row for each stage.
        if pins.last().is_none_or(|pin| pin.version != version) {
            pins.push(OpenPin { id, version, records: 0, roles: BTreeMap::new(), unreadable });
        }
        if let Some(pin) = pins.last_mut() {
            pin.records += cases;
            for role in roles {
                *pin.roles.entry(role).or_default() += cases;
            }
        }
    }
    Ok(pins)
}
