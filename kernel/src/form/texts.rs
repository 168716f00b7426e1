//! Words that several parts of a form share.

use jiff::civil::Date;

use crate::division::Level;
use crate::text::LocalText;

/// A level of the division tree as people call it.
pub(super) fn level(level: Level) -> LocalText {
    match level {
        Level::Province => LocalText::new("省", "province"),
        Level::Prefecture => LocalText::new("设区市", "city"),
        Level::County => LocalText::new("县（市、区）", "county or district"),
        Level::Township => LocalText::new("乡镇（街道）", "township or subdistrict"),
        Level::Village => LocalText::new("村（社区）", "village or community"),
    }
}

/// A date within a sentence: 2026年3月5日, 5 March 2026.
pub(super) fn date(date: Date) -> LocalText {
    LocalText {
        zh: format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        en: date.strftime("%-d %B %Y").to_string(),
    }
}
