//! What a pack declares to cards: `[[cards.kind]]`, a kind of card, and `[[cards.purpose]]`, what terminals may ask
//! about cards for. The structs are schema and reference at once; their checks are in [`crate::compile`].

use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KindToml {
    /// Its id within the pack.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 64))]
    pub id: String,
    /// What it is called: 社会保障卡.
    pub name: LocalText,
    /// Who issues it, and whom to tell of a loss so that another one is made.
    pub issuer: LocalText,
    /// The numbers of characters that its number may have, 6 to 32 each.
    #[schemars(length(min = 1, max = 8))]
    pub lengths: Vec<u8>,
    /// What its number is made of.
    #[serde(default)]
    pub signs: Signs,
    /// How a slip in its number is found.
    #[serde(default)]
    pub check: Check,
    /// Where the number stands on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<LocalText>,
    /// How many of the kind one person may have bound, 1 to 10.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10))]
    pub most: u8,
}

const fn one() -> u8 {
    1
}

/// What a number is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Signs {
    /// Digits.
    #[default]
    Digits,
    /// Digits and capital letters.
    DigitsAndLetters,
}

/// How a slip in a number is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// It is not.
    #[default]
    None,
    /// The last digit checks the others (ISO/IEC 7812-1, annex B), as on bank cards.
    Luhn,
    /// It is the holder's citizen identity number (GB 11643).
    Citizen,
}

/// What terminals may ask about cards for. Whoever holds a role of this pack with `cards.terminal` may ask for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeToml {
    /// Its id within the pack.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 64))]
    pub id: String,
    /// What it is, as the holder reads it: 乘车扣费.
    pub name: LocalText,
    /// The kinds of cards that are taken for it: of this pack, or `pack.kind`.
    #[schemars(length(min = 1, max = 20))]
    pub kinds: Vec<String>,
}
