//! The citizen identity number (公民身份号码), GB 11643-1999: 6 digits of the division, 8 of the
//! birth date, 3 of sequence (odd for men), 1 check character by ISO 7064 MOD 11-2.

use super::{PROVINCES, half_width, is_blank, mask};
use crate::text::Message;
use jiff::civil::Date;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The weights of GB 11643 §5, by position: 2^(18 − i) mod 11.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character by the remainder.
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
/// Nobody alive was born before.
const EARLIEST_YEAR: i16 = 1880;

/// A checked citizen identity number. It never prints itself whole: [`Debug`](fmt::Debug) and
/// [`Display`](fmt::Display) are masked, and its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, ZeroizeOnDrop)]
pub struct CitizenNumber(String);

/// Sex, as digit 17 tells it (GB 11643 §4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// An odd digit.
    Male,
    /// An even digit.
    Female,
}

impl Sex {
    /// Its name.
    pub fn message(self) -> Message {
        match self {
            Sex::Male => "codes-sex-male".into(),
            Sex::Female => "codes-sex-female".into(),
        }
    }
}

/// Why a text is not a citizen identity number. Positions count from 1 over the characters of the
/// number, blanks left out. Holds nothing from which the number could be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CitizenNumberProblem {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// Not 18 characters.
    #[error("{found} characters instead of 18")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// The number of a first-generation card, 15 digits, not valid since 2013-01-01.
    #[error("15 digits: the number of a first-generation card")]
    FirstGeneration,
    /// Something else than a digit (or than a digit or X at position 18).
    #[error("position {position} is not a digit")]
    Character {
        /// Where, 1 to 18.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// The first two digits are no province of GB/T 2260.
    #[error("positions 1-2 name no province")]
    Province,
    /// The year of birth is before 1880.
    #[error("positions 7-10: a year before 1880")]
    BirthYear,
    /// The month of birth is not 01 to 12.
    #[error("positions 11-12: no such month")]
    BirthMonth,
    /// The month has no such day.
    #[error("positions 13-14: the month has {days} days")]
    BirthDay {
        /// How many days that month has.
        days: i8,
    },
    /// The birth date is after today.
    #[error("positions 7-14: a date to come")]
    BirthInFuture,
    /// The check character is another.
    #[error("position 18 should be {expected}")]
    CheckCharacter {
        /// What it would be, were the other 17 right.
        expected: char,
    },
}

impl CitizenNumberProblem {
    /// What the person is told: what is wrong, where, and what would be right.
    pub fn message(&self) -> Message {
        match *self {
            Self::Empty => "codes-citizen-empty".into(),
            Self::Length { found } => Message::new("codes-citizen-length").with("found", found),
            Self::FirstGeneration => "codes-citizen-first-generation".into(),
            Self::Character { position: 18, found } => {
                Message::new("codes-citizen-last-character").with("found", found.to_string())
            }
            Self::Character { position, found } => Message::new("codes-citizen-character")
                .with("position", position)
                .with("found", found.to_string()),
            Self::Province => "codes-citizen-province".into(),
            Self::BirthYear => "codes-citizen-birth-year".into(),
            Self::BirthMonth => "codes-citizen-birth-month".into(),
            Self::BirthDay { days } => {
                Message::new("codes-citizen-birth-day").with("days", i64::from(days))
            }
            Self::BirthInFuture => "codes-citizen-birth-future".into(),
            Self::CheckCharacter { expected } => {
                Message::new("codes-citizen-check").with("expected", expected.to_string())
            }
        }
    }
}

/// Checks what somebody typed: full-width characters, blanks and a small x are put right, then
/// length, characters, province, birth date (1880 to `today`) and check character are tried in
/// that order, so that the narrowest cause is named.
pub fn check(text: &str, today: Date) -> Result<CitizenNumber, CitizenNumberProblem> {
    // Room for every longer text is never needed, so that the buffer is not moved and left behind.
    let mut number = Zeroizing::new(String::with_capacity(4 * 18));
    let mut found = 0_usize;
    for c in text.chars().map(half_width).filter(|c| !is_blank(*c)) {
        found = found.saturating_add(1);
        if found <= 18 {
            number.push(c.to_ascii_uppercase());
        }
    }
    match found {
        0 => return Err(CitizenNumberProblem::Empty),
        18 => {}
        15 if number.bytes().all(|b| b.is_ascii_digit()) => {
            return Err(CitizenNumberProblem::FirstGeneration);
        }
        _ => return Err(CitizenNumberProblem::Length { found }),
    }
    for (index, c) in number.chars().enumerate() {
        if !(c.is_ascii_digit() || (index == 17 && c == 'X')) {
            return Err(CitizenNumberProblem::Character { position: index + 1, found: c });
        }
    }
    let number = CitizenNumber(std::mem::take(&mut *number));
    if !PROVINCES.contains(&(number.digits(0, 2) as u8)) {
        return Err(CitizenNumberProblem::Province);
    }
    check_birth(&number, today)?;
    let expected = number.expected_check();
    if !number.0.ends_with(expected) {
        return Err(CitizenNumberProblem::CheckCharacter { expected });
    }
    Ok(number)
}

fn check_birth(number: &CitizenNumber, today: Date) -> Result<(), CitizenNumberProblem> {
    let (year, month, day) = number.birth_parts();
    if year < EARLIEST_YEAR {
        return Err(CitizenNumberProblem::BirthYear);
    }
    let Ok(first) = Date::new(year, month, 1) else {
        return Err(CitizenNumberProblem::BirthMonth);
    };
    let Ok(birth) = Date::new(year, month, day) else {
        return Err(CitizenNumberProblem::BirthDay { days: first.days_in_month() });
    };
    if birth > today {
        return Err(CitizenNumberProblem::BirthInFuture);
    }
    Ok(())
}

impl CitizenNumber {
    /// The whole number: 17 digits and a digit or `X`. For encryption, keyed hashes and exchange
    /// with the authority that holds it; pages and logs print the number itself, masked.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The first four and the last four characters, stars between: `3501**********002X`.
    pub fn masked(&self) -> String {
        mask::citizen(&self.0)
    }

    /// The division of first registration (GB/T 2260, 6 digits; it may have been dissolved since).
    pub fn division(&self) -> &str {
        self.0.get(..6).unwrap_or_default()
    }

    /// The birth date.
    pub fn birth_date(&self) -> Date {
        let (year, month, day) = self.birth_parts();
        Date::new(year, month, day).unwrap_or(Date::ZERO)
    }

    /// Completed years of life on a day; 0 before birth.
    pub fn age_on(&self, day: Date) -> u16 {
        let birth = self.birth_date();
        let birthday_passed = (day.month(), day.day()) >= (birth.month(), birth.day());
        let years = day.year() - birth.year() - i16::from(!birthday_passed);
        u16::try_from(years).unwrap_or(0)
    }

    /// Sex, by digit 17.
    pub fn sex(&self) -> Sex {
        if self.digits(16, 17) % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    fn digits(&self, from: usize, to: usize) -> u32 {
        self.0.bytes().take(to).skip(from).fold(0, |n, b| n * 10 + u32::from(b - b'0'))
    }

    fn birth_parts(&self) -> (i16, i8, i8) {
        (self.digits(6, 10) as i16, self.digits(10, 12) as i8, self.digits(12, 14) as i8)
    }

    fn expected_check(&self) -> char {
        check_character(&self.0)
    }
}

/// The check character that belongs to the first 17 digits (GB 11643 §5, ISO 7064 MOD 11-2). What stands behind them,
/// and what is no digit, does not count.
pub fn check_character(digits: &str) -> char {
    let value = |byte: u8| if byte.is_ascii_digit() { u32::from(byte - b'0') } else { 0 };
    let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(b, weight)| value(b) * weight).sum();
    CHECKS[(sum % 11) as usize]
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenNumber({})", self.masked())
    }
}

impl fmt::Display for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 3, 5);

    fn problem(text: &str) -> CitizenNumberProblem {
        check(text, TODAY).unwrap_err()
    }

    /// The seventeen digits with the check character that belongs to them.
    fn complete(seventeen: &str) -> String {
        format!("{seventeen}{}", check_character(seventeen))
    }

    #[test]
    fn the_example_of_the_standard_is_good() {
        let number = check("11010519491231002X", TODAY).unwrap();
        assert_eq!(number.expose(), "11010519491231002X");
        assert_eq!(number.birth_date(), date(1949, 12, 31));
        assert_eq!(number.sex(), Sex::Female);
        assert_eq!(number.division(), "110105");
        assert_eq!(number.age_on(date(2025, 12, 30)), 75);
        assert_eq!(number.age_on(date(2025, 12, 31)), 76);
    }

    #[test]
    fn it_is_read_as_people_type_it() {
        for text in [
            "11010519491231002x",
            " 110105 19491231 002X ",
            "１１０１０５１９４９１２３１００２Ｘ",
            "\u{202d}11010519491231002X\u{202c}",
        ] {
            assert_eq!(check(text, TODAY).unwrap().expose(), "11010519491231002X", "{text:?}");
        }
    }

    #[test]
    fn it_prints_itself_masked() {
        let number = check("11010519491231002X", TODAY).unwrap();
        assert_eq!(number.to_string(), "1101**********002X");
        assert_eq!(format!("{number:?}"), "CitizenNumber(1101**********002X)");
    }

    #[test]
    fn each_mistake_is_named_at_its_place() {
        use CitizenNumberProblem as P;
        assert_eq!(problem("　"), P::Empty);
        assert_eq!(problem("1101051949123100"), P::Length { found: 16 });
        // One character too many, as in the published bad example.
        assert_eq!(problem("1101051949123100200"), P::Length { found: 19 });
        assert_eq!(problem("110105194912310020"), P::CheckCharacter { expected: 'X' });
        assert_eq!(problem("110105491231002"), P::FirstGeneration);
        assert_eq!(problem("11O10519491231002X"), P::Character { position: 3, found: 'O' });
        assert_eq!(problem("11010519491231002Y"), P::Character { position: 18, found: 'Y' });
        assert_eq!(problem("X10105194912310021"), P::Character { position: 1, found: 'X' });
        assert_eq!(problem(&complete("19010519491231002")), P::Province);
        assert_eq!(problem(&complete("35010218791231002")), P::BirthYear);
        assert_eq!(problem(&complete("35010219901301002")), P::BirthMonth);
        assert_eq!(problem(&complete("35010219900001002")), P::BirthMonth);
        assert_eq!(problem(&complete("35010219900230002")), P::BirthDay { days: 28 });
        assert_eq!(problem(&complete("35010220000230002")), P::BirthDay { days: 29 });
        assert_eq!(problem(&complete("35010220260306002")), P::BirthInFuture);
        assert!(check(&complete("35010220260305002"), TODAY).is_ok());
        assert!(check(&complete("35010218800101001"), TODAY).is_ok());
    }

    #[test]
    fn one_wrong_digit_or_two_exchanged_are_always_found() {
        let good = complete("35058219870614351");
        let bytes = good.as_bytes();
        for index in 0..17 {
            for digit in b'0'..=b'9' {
                let mut other = bytes.to_vec();
                other[index] = digit;
                let same = other == bytes;
                let text = String::from_utf8(other).unwrap();
                assert_eq!(check(&text, TODAY).is_ok(), same, "{text}");
            }
            if index < 16 && bytes[index] != bytes[index + 1] {
                let mut other = bytes.to_vec();
                other.swap(index, index + 1);
                assert!(check(&String::from_utf8(other).unwrap(), TODAY).is_err());
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            let _ = check(&text, TODAY);
        }

        #[test]
        fn a_number_that_was_put_together_is_read_back(
            province in prop::sample::select(&PROVINCES[..]),
            rest in 0_u32..10_000,
            days in 0_i64..53_000,
            sequence in 0_u32..1_000,
        ) {
            let birth = date(1880, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let text = complete(&format!(
                "{province}{rest:04}{}{sequence:03}",
                birth.to_string().replace('-', "")
            ));
            let number = check(&text, TODAY).unwrap();
            prop_assert_eq!(number.expose(), &text);
            prop_assert_eq!(number.birth_date(), birth);
            prop_assert_eq!(check(number.expose(), TODAY).unwrap(), number);
        }
    }
}
