//! The working-day calendar in force: the State Council's arrangements with the days that operators declared.

use std::sync::Arc;

use arc_swap::ArcSwap;
use minshu_kernel::calendar::{Calendar, DayOverride, NATIONAL};
use minshu_kernel::ctx::CalendarInForce;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Records;
use minshu_kernel::text::LocalText;
use minshu_kernel::values;

use crate::store;

/// Holds the calendar; exchanged whole when a day is declared.
pub struct CalendarHolder {
    current: ArcSwap<Calendar>,
}

impl CalendarHolder {
    /// Reads the declared days.
    pub async fn open(records: &dyn Records) -> Result<CalendarHolder, Failure> {
        Ok(CalendarHolder { current: ArcSwap::new(Arc::new(read(records).await?)) })
    }

    /// Reads the declared days again.
    pub async fn reload(&self, records: &dyn Records) -> Result<(), Failure> {
        self.current.store(Arc::new(read(records).await?));
        Ok(())
    }
}

impl CalendarInForce for CalendarHolder {
    fn current(&self) -> Arc<Calendar> {
        self.current.load_full()
    }
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
