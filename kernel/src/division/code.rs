//! Division codes and their levels.

use crate::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A level of the tree, highest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A province, autonomous region or municipality (省级).
    Province,
    /// A prefecture or prefecture-level city (地级).
    Prefecture,
    /// A county, district or county-level city (县级).
    County,
    /// A township, town or street (乡级).
    Township,
    /// A village or residents' community (村级).
    Village,
}

impl Level {
    /// All, highest first.
    pub const ALL: [Level; 5] =
        [Level::Province, Level::Prefecture, Level::County, Level::Township, Level::Village];

    /// The word in packs, in the API and of the scope column: `county`.
    pub const fn word(self) -> &'static str {
        match self {
            Level::Province => "province",
            Level::Prefecture => "prefecture",
            Level::County => "county",
            Level::Township => "township",
            Level::Village => "village",
        }
    }

    /// Its name for people.
    pub fn name(self) -> LocalText {
        match self {
            Level::Province => LocalText::new("省级", "province"),
            Level::Prefecture => LocalText::new("市级", "prefecture"),
            Level::County => LocalText::new("县级", "county"),
            Level::Township => LocalText::new("乡级", "township"),
            Level::Village => LocalText::new("村级", "village"),
        }
    }
}

/// A division's code: 6 digits for provinces, prefectures and counties, 9 for townships, 12 for
/// villages. Ordered as a tree is read: a division right before what lies in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DivisionCode(u64);

/// Why a text is not a division code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a division code: 6, 9 or 12 digits are wanted, the first two from 11")]
pub struct BadDivisionCode;

impl DivisionCode {
    /// The level that the code shows.
    pub const fn level(self) -> Level {
        match self.0 {
            100_000_000_000.. => Level::Village,
            1_000_000.. => Level::Township,
            code if code.is_multiple_of(10_000) => Level::Province,
            code if code.is_multiple_of(100) => Level::Prefecture,
            _ => Level::County,
        }
    }

    /// Whether another division is this one or lies in it, by the digits alone.
    pub const fn contains(self, other: DivisionCode) -> bool {
        let shared = match self.level() {
            Level::Province => 2,
            Level::Prefecture => 4,
            Level::County => 6,
            Level::Township => 9,
            Level::Village => 12,
        };
        let cut = 10_u64.pow(12 - shared);
        other.order().1 >= self.order().1
            && other.level() as u8 >= self.level() as u8
            && self.order().0 / cut == other.order().0 / cut
    }

    /// The code as a number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Whether its digits begin so.
    pub(super) fn begins_with(self, digits: &str) -> bool {
        let mut text = [0_u8; 12];
        let mut rest = self.0;
        let length = self.digits();
        for place in text[..length].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        text[..length].starts_with(digits.as_bytes())
    }

    const fn digits(self) -> usize {
        match self.level() {
            Level::Village => 12,
            Level::Township => 9,
            _ => 6,
        }
    }

    /// Twelve digits and the own length: what the order goes by.
    const fn order(self) -> (u64, usize) {
        let digits = self.digits();
        (self.0 * 10_u64.pow(12 - digits as u32), digits)
    }
}

impl PartialOrd for DivisionCode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DivisionCode {
    fn cmp(&self, other: &Self) -> Ordering {
        // 350000, 350100 and 350101 are in order as numbers; only lengths have to be made equal.
        self.order().cmp(&other.order())
    }
}

impl FromStr for DivisionCode {
    type Err = BadDivisionCode;

    fn from_str(text: &str) -> Result<Self, BadDivisionCode> {
        if !matches!(text.len(), 6 | 9 | 12) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadDivisionCode);
        }
        // No province begins with 0 or 10, so that the number keeps all digits.
        if text < "11" {
            return Err(BadDivisionCode);
        }
        text.parse().map(DivisionCode).map_err(|_| BadDivisionCode)
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DivisionCode({})", self.0)
    }
}

impl Serialize for DivisionCode {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DivisionCode {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl From<DivisionCode> for crate::records::Value {
    fn from(code: DivisionCode) -> Self {
        crate::records::Value::Text(code.to_string())
    }
}

impl JsonSchema for DivisionCode {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "DivisionCode".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(1[1-9]|[2-9][0-9])[0-9]{4}([0-9]{3}([0-9]{3})?)?$",
            "maxLength": 12,
            "examples": ["350102"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_code_shows_its_level() {
        for (text, level) in [
            ("350000", Level::Province),
            ("350100", Level::Prefecture),
            ("350128", Level::County),
            ("350582", Level::County),
            ("350102001", Level::Township),
            // 金门县 stands in the lists with one township and one village of this code.
            ("350527000", Level::Township),
            ("350527000000", Level::Village),
            ("990102001001", Level::Village),
        ] {
            let code: DivisionCode = text.parse().unwrap();
            assert_eq!(code.level(), level, "{text}");
            assert_eq!(code.to_string(), text);
        }
        for bad in
            ["", "35", "3501", "35010", "3501020", "35010a", "050100", "100000", "３５０１００"]
        {
            assert_eq!(bad.parse::<DivisionCode>(), Err(BadDivisionCode), "{bad}");
        }
    }

    #[test]
    fn the_order_is_that_of_the_tree() {
        let order = [
            "350000",
            "350100",
            "350102",
            "350102001",
            "350102001001",
            "350102002",
            "350128",
            "350200",
            "350527",
            "350527000",
            "350527000000",
            "350582",
        ];
        let codes: Vec<DivisionCode> = order.iter().map(|t| t.parse().unwrap()).collect();
        assert!(codes.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn levels_are_written_as_packs_have_them() {
        for level in Level::ALL {
            assert_eq!(serde_json::to_value(level).unwrap(), level.word());
        }
        let code: DivisionCode = serde_json::from_str("\"350102\"").unwrap();
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"350102\"");
        assert!(serde_json::from_str::<DivisionCode>("350102").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,20}") {
            let _ = text.parse::<DivisionCode>();
        }

        #[test]
        fn what_is_written_is_read_back(text in "[1-9][1-9][0-9]{4}([0-9]{3}([0-9]{3})?)?") {
            let code: DivisionCode = text.parse().unwrap();
            prop_assert_eq!(code.to_string(), text.clone());
            prop_assert!(code.begins_with(&text) && code.begins_with(&text[..3]));
            prop_assert!(!code.begins_with("00"));
        }
    }
}
