//! Verification: every link is computed again from its entry, every event from its audit entry, every block's root and
//! signature, and the heads in the objects seam against the database.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Records;
use minshu_kernel::values;
use serde::{Deserialize, Serialize};

use super::block::{Block, merkle_root};
use super::entry::{Entry, GENESIS, events_hash};
use crate::house::House;
use crate::store;

/// What verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Sealed entries that were computed again.
    pub entries: i64,
    /// Events that were computed again.
    pub events: i64,
    /// Signed blocks that were verified.
    pub blocks: i64,
    /// The last link.
    pub head: String,
    /// What is wrong, each with the entry or block that it concerns. Empty: the chain holds.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The entry's position or the block's number.
    pub at: i64,
    /// The entry's id, or `block`.
    pub entry: String,
    /// What is wrong.
    pub what: String,
}

/// Verification stops after this many faults: one changed entry is enough to know.
const MOST_FAULTS: usize = 20;

/// Told how many entries were computed again so far.
pub trait Progress: Send {
    /// Some more were; a failure ends the verification.
    fn reached(&mut self, entries: i64) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Nobody wants to know.
impl Progress for () {
    async fn reached(&mut self, _: i64) -> Result<(), Failure> {
        Ok(())
    }
}

/// Verifies the whole chain from its beginning.
pub async fn verify(house: &House, progress: &mut impl Progress) -> Result<Report, Failure> {
    verify_until(house, i64::MAX, progress).await
}

/// Verifies the chain as it was when its entry at `last` had been sealed: what came later is not looked at.
///
/// # Errors
/// Where the database does not answer.
pub async fn verify_until(
    house: &House,
    last: i64,
    progress: &mut impl Progress,
) -> Result<Report, Failure> {
    let mut report = Report::default();
    entries(house, last, &mut report, progress).await?;
    if report.faults.len() < MOST_FAULTS {
        blocks(house, last, &mut report).await?;
    }
    Ok(report)
}

/// The position of the last entry that was written at this moment or before it; 0 where there was none.
///
/// # Errors
/// Where the database does not answer.
pub async fn position_at(records: &dyn Records, at: Timestamp) -> Result<i64, Failure> {
    let rows = records.scan(store::AUDIT_POSITION_AT.into(), values![at]).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.get("position"))?)
}

/// Computes the links of the newest entries again: quick, and without keys or objects. What it finds is wrong; that it
/// finds nothing proves nothing of what is older.
///
/// # Errors
/// Where the database does not answer.
pub async fn newest(records: &dyn Records, count: i64) -> Result<Vec<Fault>, Failure> {
    let head = records.point(store::CHAIN.into(), values!["audit"]).await?.into_iter().next();
    let head: i64 = head.map_or(Ok(0), |row| row.get("position"))?;
    let mut position = (head - count).max(0);
    let known = records.point(store::CHAINS_OF_BLOCK.into(), values![position, position]).await?;
    let mut before = known.first().map_or(Ok(GENESIS.to_owned()), |row| row.get("chain"))?;
    let mut faults = Vec::new();
    if position > 0 && known.is_empty() {
        let what = "it is missing".to_owned();
        return Ok(vec![Fault { at: position, entry: "entry".into(), what }]);
    }
    for row in &records.scan(store::SEALED_AUDIT.into(), values![position, count]).await? {
        let entry = Entry::read(row)?;
        let at: i64 = row.get("position")?;
        let stored: Option<String> = row.get("chain")?;
        let link = entry.link(&before, at);
        let what = if at != position + 1 {
            format!("entries {} to {} are missing", position + 1, at - 1)
        } else if stored.as_deref() != Some(link.as_str()) {
            "its bytes are not those that were sealed".to_owned()
        } else {
            (position, before) = (at, link);
            continue;
        };
        faults.push(Fault { at, entry: entry.id, what });
        (position, before) = (at, stored.unwrap_or(link));
    }
    // Rows are read behind the head: more may be there by now, fewer may not.
    if position < head {
        let what = format!("the chain's head says {head} entries, {position} are there");
        faults.push(Fault { at: head, entry: "head".into(), what });
    }
    Ok(faults)
}

async fn entries(
    house: &House,
    last: i64,
    report: &mut Report,
    progress: &mut impl Progress,
) -> Result<(), Failure> {
    let records = &house.services.records;
    let mut before = GENESIS.to_owned();
    let mut position = 0;
    loop {
        let rows = records.scan(store::SEALED_AUDIT.into(), values![position, 2_000_i64]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let entry = Entry::read(row)?;
            let at: i64 = row.get("position")?;
            if at > last {
                report.head = before;
                return Ok(());
            }
            let mut fault = |what: String| {
                report.faults.push(Fault { at, entry: entry.id.clone(), what });
            };
            if at != position + 1 {
                fault(format!("entries {} to {} are missing", position + 1, at - 1));
            }
            let stored: Option<String> = row.get("chain")?;
            let link = entry.link(&before, at);
            if stored.as_deref() != Some(link.as_str()) {
                fault("its bytes are not those that were sealed".to_owned());
            }
            if !entry.events_hash.is_empty() {
                let (hash, count) = hash_of_events(house, &entry.id).await?;
                if hash != entry.events_hash {
                    fault("its events are not those that were sealed".to_owned());
                }
                report.events += count;
            }
            // Go on from the stored link, so that one changed entry is named and not all behind it.
            before = stored.unwrap_or(link);
            position = at;
            report.entries += 1;
            if report.faults.len() >= MOST_FAULTS {
                return Ok(());
            }
        }
        progress.reached(report.entries).await?;
    }
    let head = records.point(store::CHAIN.into(), values!["audit"]).await?.into_iter().next();
    if let Some(row) = head {
        let at: i64 = row.get("position")?;
        if at != position || (at > 0 && row.get::<String>("chain")? != before) {
            let what = format!("the chain's head says {at} entries, {position} are there");
            report.faults.push(Fault { at, entry: "head".into(), what });
        }
    }
    report.head = before;
    Ok(())
}

async fn hash_of_events(house: &House, audit: &str) -> Result<(String, i64), Failure> {
    let rows = house.services.records.point(store::EVENTS_OF_AUDIT.into(), values![audit]).await?;
    let mut fields: Vec<[String; 7]> = Vec::with_capacity(rows.len());
    for row in &rows {
        fields.push([
            row.get("id")?,
            row.get("kind")?,
            row.get::<i64>("type_version")?.to_string(),
            row.get("aggregate_kind")?,
            row.get("aggregate_id")?,
            row.get::<i64>("aggregate_version")?.to_string(),
            row.get("data")?,
        ]);
    }
    let hash = events_hash(fields.iter().map(|f| f.each_ref().map(String::as_str)));
    Ok((hash, rows.len() as i64))
}

async fn blocks(house: &House, last: i64, report: &mut Report) -> Result<(), Failure> {
    let records = &house.services.records;
    let public = house.keys.seal_key().public_key();
    let mut number = 0;
    let mut next = 1;
    loop {
        let rows = records.scan(store::BLOCKS_AFTER.into(), values![number, 200_i64]).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            let block = Block {
                number: row.get("number")?,
                first: row.get("first_position")?,
                last: row.get("last_position")?,
                root: row.get("root")?,
                chain: row.get("chain")?,
                at_ms: row.get("at_ms")?,
            };
            if block.last > last {
                return Ok(());
            }
            let mut fault = |what: &str| {
                let what = what.to_owned();
                report.faults.push(Fault { at: block.number, entry: "block".into(), what });
            };
            if block.number != number + 1 || block.first != next {
                fault("a block before this one is missing");
            }
            if !block.verify(&public, &row.get::<String>("signature")?) {
                fault("its signature is not the installation's");
            }
            let range = values![block.first, block.last];
            let links = records.scan(store::CHAINS_OF_BLOCK.into(), range).await?;
            let links = links
                .iter()
                .map(|row| row.get::<String>("chain"))
                .collect::<Result<Vec<_>, _>>()?;
            if merkle_root(&links) != block.root {
                fault("its entries are not those that were signed");
            }
            let name = format!("audit/heads/{:012}.json", block.number);
            match house.services.objects.get_named(&name).await {
                Ok(head) if same_block(&head, &block) => {}
                Ok(_) => fault("its head in the object store says something else"),
                Err(_) => fault("its head is missing in the object store"),
            }
            number = block.number;
            next = block.last + 1;
            report.blocks += 1;
        }
    }
}

fn same_block(head: &[u8], block: &Block) -> bool {
    serde_json::from_slice::<serde_json::Value>(head)
        .ok()
        .and_then(|head| serde_json::from_value::<Block>(head.get("block")?.clone()).ok())
        .is_some_and(|kept| kept == *block)
}
