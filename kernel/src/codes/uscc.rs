//! The unified social credit code (统一社会信用代码), GB 32100-2015: registering authority, kind,
//! 6 digits of the registering authority's division, the 9 characters of the organisation code
//! (GB 11714-1997, with its own check character), 1 check character.

use super::{half_width, is_blank};
use crate::text::Message;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The 31 characters of GB 32100 §5, by value: without I, O, S, V and Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// The weights of GB 11714 §4.2, by position.
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
/// The registering authorities of GB 32100 §4.2 with its amendments, by character 1.
const AUTHORITIES: &[u8] = b"123456789ANY";
/// The kinds whose names are known, by characters 1 and 2. Others are read as well: authorities
/// add kinds of their own, and the check characters guard against slips.
const KINDS: [&str; 35] = [
    "11", "12", "13", "19", "21", "29", "31", "32", "33", "34", "35", "39", "41", "49", "51", "52",
    "53", "54", "59", "61", "62", "69", "71", "72", "79", "81", "89", "91", "92", "93", "A1", "N1",
    "N2", "N3", "Y1",
];

/// A checked unified social credit code: 18 characters. It is public: organisations print it on
/// everything they issue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc([u8; 18]);

/// Why a text is not a unified social credit code. Positions count from 1, blanks left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsccProblem {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// Not 18 characters.
    #[error("{found} characters instead of 18")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// 15 digits: the number of an old business licence, replaced since 2018.
    #[error("15 digits: the number of an old business licence")]
    OldLicence,
    /// A character that the code does not use.
    #[error("position {position}: {found:?} is not used in this code")]
    Character {
        /// Where, 1 to 18.
        position: usize,
        /// What stands there.
        found: char,
        /// What it looks like and may be, for I, O, S, V and Z.
        perhaps: Option<char>,
    },
    /// A letter among the six digits of the division (positions 3 to 8).
    #[error("position {position}: {found:?} is not a digit")]
    Digit {
        /// Where, 3 to 8.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// No registering authority has this character.
    #[error("position 1: {found:?} is no registering authority")]
    Authority {
        /// What stands at position 1.
        found: char,
    },
    /// The organisation code within (positions 9 to 17) contradicts its own check character.
    #[error("positions 9-17: position 17 should be {expected}")]
    OrganisationCode {
        /// What position 17 would be, were positions 9 to 16 right.
        expected: char,
    },
    /// The check character is another.
    #[error("position 18 should be {expected}")]
    CheckCharacter {
        /// What it would be, were the other 17 right.
        expected: char,
    },
}

impl UsccProblem {
    /// What the person is told: what is wrong, where, and what would be right.
    pub fn message(&self) -> Message {
        match *self {
            Self::Empty => "codes-uscc-empty".into(),
            Self::Length { found } => Message::new("codes-uscc-length").with("found", found),
            Self::OldLicence => "codes-uscc-old-licence".into(),
            Self::Character { position, found, perhaps: Some(perhaps) } => {
                Message::new("codes-uscc-mistaken-letter")
                    .with("position", position)
                    .with("found", found.to_string())
                    .with("perhaps", perhaps.to_string())
            }
            Self::Character { position, found, perhaps: None } => {
                Message::new("codes-uscc-character")
                    .with("position", position)
                    .with("found", found.to_string())
            }
            Self::Digit { position, found } => Message::new("codes-uscc-digit")
                .with("position", position)
                .with("found", found.to_string()),
            Self::Authority { found } => {
                Message::new("codes-uscc-authority").with("found", found.to_string())
            }
            Self::OrganisationCode { expected } => {
                Message::new("codes-uscc-organisation-code").with("expected", expected.to_string())
            }
            Self::CheckCharacter { expected } => {
                Message::new("codes-uscc-check").with("expected", expected.to_string())
            }
        }
    }
}

/// Checks what somebody typed: full-width characters, blanks and small letters are put right, then
/// length, characters, authority, organisation code and check character are tried in that order.
/// The organisation code comes first so that a slip inside it is narrowed down to positions 9–17.
pub fn check(text: &str) -> Result<Uscc, UsccProblem> {
    let mut typed = ['0'; 18];
    let mut found = 0_usize;
    for c in text.chars().map(half_width).filter(|c| !is_blank(*c)) {
        if let Some(place) = typed.get_mut(found) {
            *place = c.to_ascii_uppercase();
        }
        found = found.saturating_add(1);
    }
    match found {
        0 => return Err(UsccProblem::Empty),
        18 => {}
        15 if typed.iter().all(char::is_ascii_digit) => return Err(UsccProblem::OldLicence),
        _ => return Err(UsccProblem::Length { found }),
    }
    let mut code = [b'0'; 18];
    for (index, (place, c)) in code.iter_mut().zip(typed).enumerate() {
        let position = index + 1;
        match u8::try_from(c).ok().filter(|b| value(*b).is_some()) {
            Some(b) if (2..8).contains(&index) && !b.is_ascii_digit() => {
                return Err(UsccProblem::Digit { position, found: c });
            }
            Some(b) => *place = b,
            None => {
                return Err(UsccProblem::Character { position, found: c, perhaps: looks_like(c) });
            }
        }
    }
    if !AUTHORITIES.contains(&code[0]) {
        return Err(UsccProblem::Authority { found: char::from(code[0]) });
    }
    let expected = organisation_check(&code);
    if code[16] != expected {
        return Err(UsccProblem::OrganisationCode { expected: char::from(expected) });
    }
    let expected = check_character(&code);
    if code[17] != expected {
        return Err(UsccProblem::CheckCharacter { expected: char::from(expected) });
    }
    Ok(Uscc(code))
}

/// The value of a character of the alphabet, 0 to 30.
fn value(b: u8) -> Option<u32> {
    ALPHABET.iter().position(|known| *known == b).and_then(|index| u32::try_from(index).ok())
}

/// The character that the alphabet has in place of one left out for its likeness.
const fn looks_like(c: char) -> Option<char> {
    match c {
        'I' => Some('1'),
        'O' => Some('0'),
        'S' => Some('5'),
        'V' => Some('U'),
        'Z' => Some('2'),
        _ => None,
    }
}

/// GB 32100 §5: weights 3^i mod 31 over the first 17 characters.
fn check_character(code: &[u8; 18]) -> u8 {
    let mut weight = 1;
    let mut sum = 0;
    for b in &code[..17] {
        sum += value(*b).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET[((31 - sum % 31) % 31) as usize]
}

/// GB 11714 §4: 11 − Σ mod 11 over positions 9 to 16, letters from A = 10; 10 is X, 11 is 0.
fn organisation_check(code: &[u8; 18]) -> u8 {
    let letter_or_digit = |b: u8| match b {
        b'A'..=b'Z' => u32::from(b - b'A') + 10,
        _ => u32::from(b - b'0'),
    };
    let sum: u32 =
        code[8..16].iter().zip(ORGANISATION_WEIGHTS).map(|(b, w)| letter_or_digit(*b) * w).sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    }
}

impl Uscc {
    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The name of the registering authority, by character 1 (GB 32100 §4.2).
    pub fn authority(&self) -> Message {
        Message::new(format!("codes-uscc-authority-{}", self.as_str()[..1].to_ascii_lowercase()))
    }

    /// The name of the organisation's kind, by characters 1 and 2; "other" where it is not known.
    pub fn kind(&self) -> Message {
        let prefix = &self.as_str()[..2];
        if KINDS.contains(&prefix) {
            Message::new(format!("codes-uscc-kind-{}", prefix.to_ascii_lowercase()))
        } else {
            "codes-uscc-kind-other".into()
        }
    }

    /// The division of the registering authority (GB/T 2260, 6 digits; `100000` is the nation).
    pub fn division(&self) -> &str {
        &self.as_str()[2..8]
    }

    /// The organisation code within (GB 11714, 9 characters).
    pub fn organisation_code(&self) -> &str {
        &self.as_str()[8..17]
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({})", self.as_str())
    }
}

impl FromStr for Uscc {
    type Err = UsccProblem;
    fn from_str(text: &str) -> Result<Self, UsccProblem> {
        check(text)
    }
}

impl Serialize for Uscc {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Uscc {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        check(&Cow::<str>::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl From<Uscc> for crate::records::Value {
    fn from(code: Uscc) -> Self {
        crate::records::Value::Text(code.as_str().to_owned())
    }
}

impl JsonSchema for Uscc {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Uscc".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[1-9ANY][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$",
            "maxLength": 18,
            "examples": ["91350102MA2Y00001E"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Codes that are published: of a town's office, of ministries and provinces, of a company.
    const GOOD: [&str; 7] = [
        "11370800MB28559184",
        "11430000006122244L",
        "11100000000013338W",
        "11220000013544541J",
        "11100000MB03271699",
        "11100000000013661B",
        "113700000045046442",
    ];

    /// Fifteen characters with both check characters put in.
    fn complete(eight: &str, organisation: &str) -> String {
        let mut code = [b'0'; 18];
        code[..8].copy_from_slice(eight.as_bytes());
        code[8..16].copy_from_slice(organisation.as_bytes());
        code[16] = organisation_check(&code);
        code[17] = check_character(&code);
        String::from_utf8(code.to_vec()).unwrap()
    }

    #[test]
    fn published_codes_are_good() {
        for text in GOOD {
            assert_eq!(check(text).unwrap().as_str(), text);
        }
        let code = check("11370800MB28559184").unwrap();
        assert_eq!(code.division(), "370800");
        assert_eq!(code.organisation_code(), "MB2855918");
        assert_eq!(code.authority().key, "codes-uscc-authority-1");
        assert_eq!(code.kind().key, "codes-uscc-kind-11");
    }

    #[test]
    fn it_is_read_as_people_type_it() {
        let code = check("１１３７０８００ mb28 5591 84").unwrap();
        assert_eq!(code.as_str(), GOOD[0]);
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"11370800MB28559184\"");
        assert_eq!(serde_json::from_str::<Uscc>("\"11370800mb28559184\"").unwrap(), code);
        assert!(serde_json::from_str::<Uscc>("\"11370800MB28559185\"").is_err());
    }

    #[test]
    fn each_mistake_is_named_at_its_place() {
        use UsccProblem as P;
        let problem = |text: &str| check(text).unwrap_err();
        assert_eq!(problem(" "), P::Empty);
        assert_eq!(problem("11370800MB2855918"), P::Length { found: 17 });
        assert_eq!(problem("350100100012345"), P::OldLicence);
        assert_eq!(problem("11370800MB28559185"), P::CheckCharacter { expected: '4' });
        assert_eq!(problem("11370800MB28559284"), P::OrganisationCode { expected: '6' });
        assert_eq!(
            problem("1137O800MB28559184"),
            P::Character { position: 5, found: 'O', perhaps: Some('0') }
        );
        assert_eq!(
            problem("11370800MB2855918好"),
            P::Character { position: 18, found: '好', perhaps: None }
        );
        assert_eq!(problem("1137A800MB28559184"), P::Digit { position: 5, found: 'A' });
        assert_eq!(problem("C1370800MB28559184"), P::Authority { found: 'C' });
    }

    #[test]
    fn every_single_slip_is_found() {
        for text in GOOD {
            for index in 0..18 {
                for b in ALPHABET {
                    let mut other = text.as_bytes().to_vec();
                    other[index] = *b;
                    let same = other == text.as_bytes();
                    assert_eq!(check(std::str::from_utf8(&other).unwrap()).is_ok(), same);
                }
            }
        }
    }

    #[test]
    fn every_name_has_its_text() {
        let texts = crate::show::tests::texts();
        let names =
            AUTHORITIES.iter().map(|a| complete(&format!("{}1350000", *a as char), "00000000"));
        let kinds = KINDS.iter().map(|k| complete(&format!("{k}350000"), "00000000"));
        for text in names.chain(kinds) {
            let code = check(&text).unwrap();
            assert!(texts.has(&code.authority().key), "{}", code.authority().key);
            assert!(texts.has(&code.kind().key), "{}", code.kind().key);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            let _ = check(&text);
        }

        #[test]
        fn a_code_that_was_put_together_is_read_back(
            eight in "[1-9ANY][1-9][0-9]{6}",
            organisation in "[0-9A-HJ-NPQRTUWXY]{8}",
        ) {
            let text = complete(&eight, &organisation);
            prop_assert_eq!(check(&text).unwrap().to_string(), text);
        }
    }
}
