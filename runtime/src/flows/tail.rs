//! The sealed events of late, in memory: the parts of a process read the same ones, each a little later than the other.
//! Positions are without gaps, so that events are kept by blocks of them; a full block never changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use minshu_kernel::error::Failure;
use minshu_kernel::records::Records;
use minshu_kernel::values;
use tokio::sync::Mutex;

use super::{Sealed, store};
use crate::leases::part_of;

/// Positions in a block.
const BLOCK: i64 = 200;
/// Blocks that are kept; a part that is further behind reads its own again.
const KEPT: usize = 16;

/// An event, and the part of its subject.
pub(super) struct Parted {
    pub event: Sealed,
    pub part: usize,
}

type Block = Arc<Vec<Arc<Parted>>>;

/// The events of late.
#[derive(Default)]
pub struct Tail(Mutex<BTreeMap<i64, Block>>);

/// The position of the last sealed event.
pub(super) async fn head(records: &dyn Records) -> Result<i64, Failure> {
    let rows = records.point(store::EVENTS_HEAD.into(), values![]).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.get("position"))?)
}

impl Tail {
    /// The events of the block behind this position, as far as they are sealed up to `head`.
    pub(super) async fn after(
        &self,
        records: &dyn Records,
        position: i64,
        head: i64,
    ) -> Result<Block, Failure> {
        let number = position.div_euclid(BLOCK);
        let end = ((number + 1) * BLOCK).min(head);
        let mut blocks = self.0.lock().await;
        let kept = blocks.get(&number).cloned().unwrap_or_default();
        let known = kept.last().map_or(number * BLOCK, |last| last.event.position);
        if known >= end {
            return Ok(kept);
        }
        let rows = records.point(store::EVENTS_BETWEEN.into(), values![known, end]).await?;
        let mut grown = Vec::with_capacity(kept.len() + rows.len());
        grown.extend(kept.iter().cloned());
        for row in &rows {
            let event = Sealed::read(row)?;
            let part = part_of(&event.subject);
            grown.push(Arc::new(Parted { event, part }));
        }
        let grown = Arc::new(grown);
        blocks.insert(number, grown.clone());
        while blocks.len() > KEPT {
            // The one that is furthest away is the one that is wanted least.
            let first = blocks.keys().next().copied().unwrap_or_default();
            let last = blocks.keys().next_back().copied().unwrap_or_default();
            blocks.remove(if number - first >= last - number { &first } else { &last });
        }
        Ok(grown)
    }
}
