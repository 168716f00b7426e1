//! The working-day calendar in force: the State Council's arrangements with the days that operators declared.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;
use minshu_kernel::calendar::{Calendar, DayOverride, NATIONAL};
use minshu_kernel::ctx::CalendarInForce;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Records;
use minshu_kernel::text::LocalText;
use minshu_kernel::values;

use crate::store;

/// Holds the calendar; exchanged whole when a day is declared, here or in another process.
pub struct CalendarHolder {
    current: ArcSwap<Calendar>,
    /// Which edit of the declared days it was made from; rises with each.
    revision: AtomicI64,
}

impl CalendarHolder {
    /// Reads the declared days.
    pub async fn open(records: &dyn Records) -> Result<CalendarHolder, Failure> {
        // Before the days are read: an edit in between is then read twice and never missed.
        let revision = AtomicI64::new(revision(records).await?);
        Ok(CalendarHolder { current: ArcSwap::new(Arc::new(read(records).await?)), revision })
    }

    /// Reads the declared days again where one was declared since.
    pub async fn refresh(&self, records: &dyn Records) -> Result<(), Failure> {
        let revision = revision(records).await?;
        if revision != self.revision.load(Ordering::Acquire) {
            self.current.store(Arc::new(read(records).await?));
            self.revision.store(revision, Ordering::Release);
        }
        Ok(())
    }
}

impl CalendarInForce for CalendarHolder {
    fn current(&self) -> Arc<Calendar> {
        self.current.load_full()
    }
}

async fn revision(records: &dyn Records) -> Result<i64, Failure> {
    let rows = records.point(store::CALENDAR_REVISION.into(), values![]).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.get("revision"))?)
}

async fn read(records: &dyn Records) -> Result<Calendar, Failure> {
    let national = Calendar::from_toml(NATIONAL).map_err(|problems| {
        let first = problems.first().map(|p| format!("{p:?}")).unwrap_or_default();
        Failure::internal(format!("the built-in calendar is wrong: {first}"))
    })?;
    let rows = records.scan(store::CALENDAR_DAYS.into(), values![]).await?;
    let mut days = Vec::with_capacity(rows.len());
    for row in &rows {
        let date: String = row.get("id")?;
        days.push(DayOverride {
            date: date.parse().map_err(Failure::internal)?,
            working: row.get("working")?,
            reason: LocalText::new(
                row.get::<String>("reason_zh")?,
                row.get::<String>("reason_en")?,
            ),
        });
    }
    Ok(national.with_overrides(days))
}
