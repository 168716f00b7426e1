//! The compiled form: what pages, checks and schemas are made from.

use jiff::civil::Date;
use regex::Regex;

use crate::division::Level;
use crate::expr::Expression;
use crate::text::LocalText;

/// Fields in the order in which they are asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    pub(super) list: Vec<Field>,
}

impl Fields {
    pub(super) fn get(&self, name: &str) -> Option<&Field> {
        self.list.iter().find(|field| field.name == name)
    }
}

/// One field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Its key in the JSON value: lower-case letters, digits and `_`.
    pub(super) name: String,
    pub(super) label: LocalText,
    pub(super) help: Option<LocalText>,
    pub(super) placeholder: Option<LocalText>,
    pub(super) required: bool,
    /// Encrypted at rest and masked where it is shown to others.
    pub(super) personal: bool,
    /// Whether it is asked at all.
    pub(super) when: Option<Expression>,
    pub(super) kind: Kind,
}

/// What a field holds.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text(TextRule),
    Date(DateRule),
    /// A code of the division tree, as deep as the level.
    Division(Level),
    /// One value of a closed set.
    Choice {
        options: Vec<Choice>,
        select: bool,
    },
    /// Several values of a closed set.
    Several {
        options: Vec<Choice>,
        min: usize,
        max: usize,
    },
    /// A whole number.
    Whole(NumberRule<i64>),
    /// A number with a fraction.
    Number(NumberRule<f64>),
    /// An amount in fen.
    Money(NumberRule<i64>),
    /// Yes or no; `agree` is a box that must be ticked (`const: true`).
    YesNo {
        agree: bool,
    },
    /// Fields that belong together; at the top of a form, a section.
    Group(Fields),
    /// A list of rows; the noun is what one row is (人员, person).
    Rows {
        fields: Fields,
        min: usize,
        max: usize,
        noun: Option<LocalText>,
    },
}

/// The rules of a text.
#[derive(Debug, Clone)]
pub(super) struct TextRule {
    pub(super) format: TextFormat,
    /// In characters.
    pub(super) min: usize,
    /// In characters.
    pub(super) max: usize,
    pub(super) pattern: Option<Regex>,
}

/// The formats of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFormat {
    Plain,
    Long,
    CitizenNumber,
    Uscc,
    Phone,
    Email,
    Postcode,
}

/// The bounds of a date.
#[derive(Debug, Clone, Default)]
pub(super) struct DateRule {
    pub(super) first: Option<DateBound>,
    pub(super) last: Option<DateBound>,
}

/// A bound of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateBound {
    Today,
    On(Date),
}

impl DateBound {
    pub(super) fn date(self, today: Date) -> Date {
        match self {
            DateBound::Today => today,
            DateBound::On(date) => date,
        }
    }
}

/// The bounds and unit of a number.
#[derive(Debug, Clone)]
pub(super) struct NumberRule<T> {
    pub(super) min: Option<T>,
    pub(super) max: Option<T>,
    pub(super) unit: Option<LocalText>,
}

/// A value of a closed set with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: LocalText,
}

impl Kind {
    /// Whether its value is an object or a list of objects: there even when nothing was filled in.
    pub(super) fn is_container(&self) -> bool {
        matches!(self, Kind::Group(_) | Kind::Rows { .. })
    }

    /// Whether one chooses rather than writes.
    pub(super) fn is_chosen(&self) -> bool {
        matches!(
            self,
            Kind::Choice { .. } | Kind::Several { .. } | Kind::YesNo { .. } | Kind::Division(_)
        )
    }

    pub(super) fn fields(&self) -> Option<&Fields> {
        match self {
            Kind::Group(fields) | Kind::Rows { fields, .. } => Some(fields),
            _ => None,
        }
    }
}
