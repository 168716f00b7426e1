//! Money is integer minor units: fen, a hundredth of a yuan. No floating point anywhere.

use crate::codes::{half_width, is_blank};
use crate::text::Message;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An amount in fen (1 yuan = 100 fen). As JSON an integer; written for people as `¥1,234.50`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// More characters than any amount is written with.
const TYPED_MAX: usize = 48;

/// Why a text is not an amount. Positions count from 1 over what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyProblem {
    /// No digit was typed.
    #[error("no digits")]
    Empty,
    /// More characters than any amount has.
    #[error("more than {TYPED_MAX} characters")]
    TooLong,
    /// Neither a digit nor a mark that amounts have.
    #[error("position {position}: {found:?} does not belong to an amount")]
    Character {
        /// Where.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// A group after a comma or blank has not three digits: `1,23` may be a slip of `1.23` or
    /// `1,230`.
    #[error("position {position}: groups have three digits")]
    Grouping {
        /// Where the group's comma or blank stands.
        position: usize,
    },
    /// More than two digits after the point.
    #[error("{found} digits after the point instead of 2 at most")]
    TooFine {
        /// How many there are.
        found: usize,
    },
    /// Greater than [`Fen::MAX_TYPED`].
    #[error("too large")]
    TooLarge,
}

impl MoneyProblem {
    /// What the person is told: what is wrong, where, and what would be right.
    pub fn message(&self) -> Message {
        match *self {
            Self::Empty => "money-empty".into(),
            Self::TooLong => "money-too-long".into(),
            Self::Character { position, found } => Message::new("money-character")
                .with("position", position)
                .with("found", found.to_string()),
            Self::Grouping { position } => {
                Message::new("money-grouping").with("position", position)
            }
            Self::TooFine { found } => Message::new("money-too-fine").with("found", found),
            Self::TooLarge => {
                Message::new("money-too-large").with("max", Fen::MAX_TYPED.to_string())
            }
        }
    }
}

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);
    /// The greatest amount that is read: 2^53 − 1 fen, the greatest integer that every JSON reader
    /// keeps (RFC 8259 §6); some ninety trillion yuan.
    pub const MAX_TYPED: Fen = Fen(9_007_199_254_740_991);

    /// Whole yuan. None past 2^63.
    pub const fn from_yuan(yuan: i64) -> Option<Fen> {
        match yuan.checked_mul(100) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    /// Reads what somebody typed: `1,234.50`, `1234.5`, `￥1 234.50`, `12元`, `-3`. Full-width
    /// characters are put right; at most two digits after the point; a comma or blank groups three.
    pub fn parse(text: &str) -> Result<Fen, MoneyProblem> {
        let mut reader = Reader::default();
        let trimmed = text.trim_matches(is_blank);
        let trimmed = trimmed.strip_suffix('元').unwrap_or(trimmed).trim_end_matches(is_blank);
        let skipped = text.chars().take_while(|c| is_blank(*c)).count();
        for (index, c) in trimmed.chars().enumerate() {
            if index >= TYPED_MAX {
                return Err(MoneyProblem::TooLong);
            }
            reader.take(skipped + index + 1, half_width(c))?;
        }
        reader.finish()
    }

    /// The sum, none past 2^63.
    pub const fn checked_add(self, other: Fen) -> Option<Fen> {
        match self.0.checked_add(other.0) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    /// The difference, none past 2^63.
    pub const fn checked_sub(self, other: Fen) -> Option<Fen> {
        match self.0.checked_sub(other.0) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    /// So many times, none past 2^63.
    pub const fn checked_mul(self, times: i64) -> Option<Fen> {
        match self.0.checked_mul(times) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    /// The other sign, none for the least.
    pub const fn checked_neg(self) -> Option<Fen> {
        match self.0.checked_neg() {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    /// The sum of all, none past 2^63.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Fen>) -> Option<Fen> {
        amounts.into_iter().try_fold(Fen::ZERO, Fen::checked_add)
    }

    /// The part `numerator / denominator`, rounded half away from zero to the fen (四舍五入). None
    /// for a denominator of 0 and past 2^63.
    pub fn checked_part(self, numerator: i64, denominator: i64) -> Option<Fen> {
        if denominator == 0 {
            return None;
        }
        let product = i128::from(self.0) * i128::from(numerator);
        let denominator = i128::from(denominator);
        let quotient = product / denominator;
        let rest = product % denominator;
        let up = rest.abs() * 2 >= denominator.abs();
        let away = if (product < 0) == (denominator < 0) { 1 } else { -1 };
        i64::try_from(if up { quotient + away } else { quotient }).ok().map(Fen)
    }

    /// Without sign of currency and groups, two digits after the point: `1234.50`, for inputs.
    pub fn plain(self) -> String {
        let (sign, yuan, fen) = self.parts();
        format!("{sign}{yuan}.{fen:02}")
    }

    fn parts(self) -> (&'static str, u64, u64) {
        let all = self.0.unsigned_abs();
        (if self.0 < 0 { "-" } else { "" }, all / 100, all % 100)
    }
}

impl fmt::Display for Fen {
    /// As people write it, in both languages: `¥1,234.50`, `-¥0.05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, yuan, fen) = self.parts();
        f.pad(&format!("{sign}¥{}.{fen:02}", crate::show::grouped(yuan)))
    }
}

impl FromStr for Fen {
    type Err = MoneyProblem;
    fn from_str(text: &str) -> Result<Self, MoneyProblem> {
        Fen::parse(text)
    }
}

impl From<Fen> for crate::records::Value {
    fn from(amount: Fen) -> Self {
        crate::records::Value::Integer(amount.0)
    }
}

/// Where in an amount the reader is.
#[derive(Default, Clone, Copy, PartialEq)]
enum Part {
    /// Before the first digit: sign and currency may come.
    #[default]
    Front,
    /// In the yuan.
    Yuan,
    /// After the point.
    Fraction,
}

#[derive(Default)]
struct Reader {
    part: Part,
    negative: bool,
    currency: bool,
    /// Yuan, then fen as fraction digits come; saturates, which is found too large.
    value: i64,
    /// Digits since the beginning or the last comma or blank.
    in_group: usize,
    /// Where the last comma or blank stood.
    group_at: Option<usize>,
    fraction: usize,
}

impl Reader {
    fn take(&mut self, position: usize, c: char) -> Result<(), MoneyProblem> {
        let digit = c.to_digit(10).map(i64::from);
        match (self.part, c, digit) {
            (Part::Front | Part::Yuan, _, Some(digit)) => {
                self.part = Part::Yuan;
                self.in_group += 1;
                self.push(digit);
            }
            (Part::Fraction, _, Some(digit)) => {
                self.fraction += 1;
                if self.fraction <= 2 {
                    self.push(digit);
                }
            }
            (Part::Front, '\u{a5}' | '\u{ffe5}', _) if !self.currency => self.currency = true,
            (Part::Front, '-' | '\u{2212}', _) if !self.negative => self.negative = true,
            (Part::Front, c, _) if is_blank(c) => {}
            (Part::Front | Part::Yuan, '.', _) => {
                self.close_group()?;
                self.part = Part::Fraction;
            }
            (Part::Yuan, c, _) if c == ',' || is_blank(c) => {
                self.close_group()?;
                if self.group_at.is_none() && self.in_group > 3 {
                    return Err(MoneyProblem::Grouping { position });
                }
                self.group_at = Some(position);
                self.in_group = 0;
            }
            (_, found, _) => return Err(MoneyProblem::Character { position, found }),
        }
        Ok(())
    }

    fn push(&mut self, digit: i64) {
        self.value = self.value.saturating_mul(10).saturating_add(digit);
    }

    fn close_group(&self) -> Result<(), MoneyProblem> {
        match self.group_at {
            Some(position) if self.in_group != 3 => Err(MoneyProblem::Grouping { position }),
            _ => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Fen, MoneyProblem> {
        if self.part == Part::Front || (self.fraction == 0 && self.in_group == 0) {
            return Err(match self.group_at {
                Some(position) => MoneyProblem::Grouping { position },
                None => MoneyProblem::Empty,
            });
        }
        self.close_group()?;
        if self.fraction > 2 {
            return Err(MoneyProblem::TooFine { found: self.fraction });
        }
        for _ in self.fraction..2 {
            self.push(0);
        }
        if self.value > Fen::MAX_TYPED.0 {
            return Err(MoneyProblem::TooLarge);
        }
        Ok(Fen(if self.negative { -self.value } else { self.value }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, fen) in [
            ("1,234.50", 123_450),
            ("1234.5", 123_450),
            ("￥1 234.50", 123_450),
            ("¥1,234,567.89", 123_456_789),
            ("１，２３４．５０", 123_450),
            ("12元", 1_200),
            ("12.3 元", 1_230),
            ("0", 0),
            (".5", 50),
            ("3.", 300),
            ("-¥0.05", -5),
            ("−12", -1_200),
            ("  12  ", 1_200),
            ("007", 700),
            ("90071992547409.91", Fen::MAX_TYPED.0),
        ] {
            assert_eq!(Fen::parse(text), Ok(Fen(fen)), "{text}");
        }
    }

    #[test]
    fn each_mistake_is_named_at_its_place() {
        use MoneyProblem as P;
        for (text, problem) in [
            ("", P::Empty),
            (" ¥ ", P::Empty),
            (".", P::Empty),
            ("-", P::Empty),
            ("12a", P::Character { position: 3, found: 'a' }),
            (" 1.2.3", P::Character { position: 5, found: '.' }),
            ("3万", P::Character { position: 2, found: '万' }),
            ("12元5", P::Character { position: 3, found: '元' }),
            ("1e5", P::Character { position: 2, found: 'e' }),
            ("1,23", P::Grouping { position: 2 }),
            ("1,2345", P::Grouping { position: 2 }),
            ("1234,567", P::Grouping { position: 5 }),
            ("1,,234", P::Grouping { position: 2 }),
            ("1,", P::Grouping { position: 2 }),
            ("1.234", P::TooFine { found: 3 }),
            ("90071992547409.92", P::TooLarge),
            ("99999999999999999999999999999", P::TooLarge),
        ] {
            assert_eq!(Fen::parse(text), Err(problem), "{text}");
        }
        assert_eq!(Fen::parse(&"1".repeat(49)), Err(P::TooLong));
    }

    #[test]
    fn it_is_shown_with_groups_and_two_digits() {
        assert_eq!(Fen(123_450).to_string(), "¥1,234.50");
        assert_eq!(Fen(-5).to_string(), "-¥0.05");
        assert_eq!(Fen(i64::MIN).to_string(), "-¥92,233,720,368,547,758.08");
        assert_eq!(Fen(123_450).plain(), "1234.50");
    }

    #[test]
    fn arithmetic_stops_at_the_edge() {
        assert_eq!(Fen(i64::MAX).checked_add(Fen(1)), None);
        assert_eq!(Fen(i64::MIN).checked_sub(Fen(1)), None);
        assert_eq!(Fen(i64::MIN).checked_neg(), None);
        assert_eq!(Fen(i64::MAX).checked_mul(2), None);
        assert_eq!(Fen::checked_sum([Fen(1), Fen(2), Fen(-4)]), Some(Fen(-1)));
        assert_eq!(Fen::from_yuan(i64::MAX), None);
    }

    #[test]
    fn parts_round_half_away_from_zero() {
        assert_eq!(Fen(5).checked_part(1, 2), Some(Fen(3)));
        assert_eq!(Fen(-5).checked_part(1, 2), Some(Fen(-3)));
        assert_eq!(Fen(5).checked_part(1, -2), Some(Fen(-3)));
        assert_eq!(Fen(100).checked_part(1, 3), Some(Fen(33)));
        assert_eq!(Fen(0).checked_part(1, 3), Some(Fen(0)));
        assert_eq!(Fen(1).checked_part(1, 0), None);
        assert_eq!(Fen(i64::MAX).checked_part(2, 1), None);
    }

    #[test]
    fn as_json_it_is_an_integer() {
        assert_eq!(serde_json::to_string(&Fen(123_450)).unwrap(), "123450");
        assert_eq!(serde_json::from_str::<Fen>("123450").unwrap(), Fen(123_450));
        assert!(serde_json::from_str::<Fen>("1234.5").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let _ = Fen::parse(&text);
        }

        #[test]
        fn near_amounts_are_answered(text in "[-¥0-9,. 元]{0,24}") {
            if let Ok(amount) = Fen::parse(&text) {
                prop_assert_eq!(Fen::parse(&amount.to_string()), Ok(amount));
            }
        }

        #[test]
        fn what_is_shown_is_read_back(fen in -Fen::MAX_TYPED.0..=Fen::MAX_TYPED.0) {
            prop_assert_eq!(Fen::parse(&Fen(fen).to_string()), Ok(Fen(fen)));
            prop_assert_eq!(Fen::parse(&Fen(fen).plain()), Ok(Fen(fen)));
        }
    }
}
