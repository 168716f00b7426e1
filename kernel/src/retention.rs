//! Records that age: a capability says which types of its records are kept for a time, by which ground and from when, finds
//! those whose time is over, and says how one goes. The house gathers them into lists, lets people judge those, and removes
//! what was approved.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::BoxFuture;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::division::DivisionCode;
use crate::error::Failure;
use crate::ids::{AccountId, OrganisationId, PersonId};
use crate::list::After;
use crate::objects::ObjectAddress;
use crate::records::Statement;
use crate::text::LocalText;

/// Records of a type that are kept equally long, such as the cases of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct AgeingClass {
    /// Its id within the type, such as `pack.item`.
    pub id: String,
    /// The pack that declares it.
    pub pack: Option<String>,
    /// Its name.
    pub name: LocalText,
    /// Full years for which its records are kept; nothing where they are kept for ever.
    pub years: Option<u16>,
    /// The legal ground of that time.
    pub basis: LocalText,
}

/// Records of a class that are asked for: the oldest first.
#[derive(Debug, Clone)]
pub struct DueAsk<'a> {
    /// The class.
    pub class: &'a AgeingClass,
    /// Those whose time began before this instant.
    pub before: Timestamp,
    /// Behind this one: the beginning of its time and its id.
    pub after: Option<After>,
    /// The most.
    pub limit: u32,
}

/// A record whose time is over.
#[derive(Debug, Clone, PartialEq)]
pub struct AgedRecord {
    /// Its id: 1 to 36 letters, digits and hyphens.
    pub id: String,
    /// When its time began.
    pub aged: Timestamp,
    /// Where it lies.
    pub division: DivisionCode,
}

/// A record as those see it who judge whether it may go: nobody is named in full.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordFace {
    /// The number that people quote.
    pub number: String,
    /// What it is called, the names in it masked.
    pub about: String,
    /// The class, by its id.
    pub class: String,
    /// When its time began; nothing while it is still in use.
    pub aged: Option<Timestamp>,
    /// Where it lies.
    pub division: DivisionCode,
    /// The pack.
    pub pack: Option<String>,
    /// The account that began it.
    pub account: Option<AccountId>,
    /// The person it is about.
    pub person: Option<PersonId>,
    /// The organisation it is about.
    pub organisation: Option<OrganisationId>,
}

/// How a record goes.
#[derive(Debug, Default)]
pub struct Removal {
    /// The statements that take every row of it away; they lose their race where the record changed.
    pub writes: Vec<Statement>,
    /// Its files. One that something else still uses stays.
    pub files: Vec<ObjectAddress>,
}

/// The classes of a type, in an order that stays.
pub type Classes = for<'a> fn(&'a Ctx) -> BoxFuture<'a, Result<Vec<AgeingClass>, Failure>>;
/// Records whose time began before an instant, by an index.
pub type Due = for<'a> fn(&'a Ctx, DueAsk<'a>) -> BoxFuture<'a, Result<Vec<AgedRecord>, Failure>>;
/// A record by its id.
pub type Look = for<'a> fn(&'a Ctx, &'a str) -> BoxFuture<'a, Result<Option<RecordFace>, Failure>>;
/// The id of a record by the number that people quote.
pub type FindNumber =
    for<'a> fn(&'a Ctx, &'a str) -> BoxFuture<'a, Result<Option<String>, Failure>>;
/// How a record goes.
pub type Remove = for<'a> fn(&'a Ctx, &'a str) -> BoxFuture<'a, Result<Option<Removal>, Failure>>;

/// A type of records that age.
#[derive(Clone)]
pub struct RecordType {
    /// `capability.record`.
    pub name: &'static str,
    /// What it is called: the key of a text.
    pub title: &'static str,
    /// What starts the time: the key of a text.
    pub starts: &'static str,
    /// The holding that tells people of their own records of this type.
    pub holding: &'static str,
    /// Its classes.
    pub classes: Classes,
    /// Finds what is due.
    pub due: Due,
    /// Shows one.
    pub look: Look,
    /// Finds one by its number.
    pub find: FindNumber,
    /// Removes one.
    pub remove: Remove,
}

/// The instant before which a time of so many full years must have begun to be over today. The day of the beginning does not
/// count, and a day that a month does not have ends with that month (Civil Code, articles 201 and 202): what began on
/// 5 March 2016 and is kept for ten years is over from 6 March 2026.
pub fn over_before(today: Date, years: u16) -> Timestamp {
    let years = i64::from(years).years();
    // As far back as the calendar goes: nothing is older.
    let Ok(first) = today.checked_sub(years) else { return Timestamp(i64::MIN) };
    let last = match first.checked_add(years) {
        // 29 February is one day later than the same day of a year that has none.
        Ok(end) if end < today => first,
        _ => first.yesterday().unwrap_or(first),
    };
    Timestamp::end_of(last)
}

/// Whether a time of so many full years that began then is over at this instant.
pub fn is_over(began: Timestamp, years: u16, now: Timestamp) -> bool {
    began < over_before(now.date(), years)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_is_over_with_the_day_after_its_last() {
        for (began, years, last) in [
            ("2016-03-05", 10, "2026-03-05"),
            ("2016-02-29", 10, "2026-02-28"),
            ("2016-02-28", 10, "2026-02-28"),
            ("2018-02-28", 10, "2028-02-28"),
            ("2024-02-29", 4, "2028-02-29"),
            ("2016-12-31", 30, "2046-12-31"),
        ] {
            let (began, last) = (day(began), day(last));
            for at in [Timestamp::start_of(began), Timestamp::end_of(began).plus_ms(-1)] {
                let still = Timestamp::end_of(last).plus_ms(-1);
                assert!(!is_over(at, years, still), "{began} {years}");
                assert!(is_over(at, years, Timestamp::end_of(last)), "{began} {years}");
            }
        }
    }
}
