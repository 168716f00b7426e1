//! Telephone numbers of the mainland: mobiles (11 digits from 13 to 19) and landlines with their
//! area code (national numbering plan: 010 and 02x with 8 digits, other areas with 7 or 8).

use super::{half_width, is_blank, is_hyphen, mask};
use crate::text::Message;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// More characters than any telephone number is written with.
const TYPED_MAX: usize = 40;
/// Digits of an extension at most.
const EXTENSION_MAX: usize = 6;

/// A checked telephone number. It never prints itself whole, and its memory is wiped when dropped.
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, ZeroizeOnDrop)]
pub struct Phone(String);

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhoneKind {
    /// A mobile; messages reach it.
    Mobile,
    /// A landline.
    Landline,
}

/// Why a text is not a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneProblem {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// More than one number, or something else.
    #[error("more than {TYPED_MAX} characters")]
    TooLong,
    /// Neither a digit nor a mark between digits.
    #[error("position {position} is not a digit")]
    Character {
        /// Where in what was typed, from 1, blanks left out.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// A country code other than 86.
    #[error("a number of another country")]
    Foreign,
    /// Begins with neither 1 nor 0.
    #[error("begins with neither 1 nor 0")]
    Beginning,
    /// Seven or eight digits: a landline without its area code.
    #[error("the area code is missing")]
    AreaCodeMissing,
    /// A mobile has 11 digits.
    #[error("a mobile with {found} digits instead of 11")]
    MobileLength {
        /// How many there are.
        found: usize,
    },
    /// The second digit of a mobile is 3 to 9.
    #[error("position 2: mobiles begin with 13 to 19")]
    MobileBeginning,
    /// No such area code.
    #[error("no such area code")]
    AreaCode,
    /// The digits after the area code are too few or too many.
    #[error("{found} digits after the area code instead of {wanted}")]
    LandlineLength {
        /// How many there are.
        found: usize,
        /// `8`, or `7–8` where both exist.
        wanted: &'static str,
    },
    /// The number after the area code begins with 0 or 1.
    #[error("the number after the area code begins with 0 or 1")]
    LandlineBeginning,
    /// A landline where a mobile is wanted.
    #[error("not a mobile")]
    NotMobile,
}

impl PhoneProblem {
    /// What the person is told: what is wrong, where, and what would be right.
    pub fn message(&self) -> Message {
        match *self {
            Self::Empty => "codes-phone-empty".into(),
            Self::TooLong => "codes-phone-too-long".into(),
            Self::Character { position, found } => Message::new("codes-phone-character")
                .with("position", position)
                .with("found", found.to_string()),
            Self::Foreign => "codes-phone-foreign".into(),
            Self::Beginning => "codes-phone-beginning".into(),
            Self::AreaCodeMissing => "codes-phone-area-code-missing".into(),
            Self::MobileLength { found } => {
                Message::new("codes-phone-mobile-length").with("found", found)
            }
            Self::MobileBeginning => "codes-phone-mobile-beginning".into(),
            Self::AreaCode => "codes-phone-area-code".into(),
            Self::LandlineLength { found, wanted } => Message::new("codes-phone-landline-length")
                .with("found", found)
                .with("wanted", wanted),
            Self::LandlineBeginning => "codes-phone-landline-beginning".into(),
            Self::NotMobile => "codes-phone-not-mobile".into(),
        }
    }
}

/// The digits of what was typed, and how they were grouped.
#[derive(Default)]
struct Typed {
    digits: Zeroizing<String>,
    /// Whether a `+` stood in front.
    plus: bool,
    /// How many digits stand before the last mark.
    before_last_mark: usize,
    /// Digits after a sign of extension.
    extension: String,
}

/// Checks a mobile or landline: full-width characters, blanks, hyphens, brackets, `+86`, `0086`
/// and an extension (`-801`, `转801`) are understood.
pub fn check(text: &str) -> Result<Phone, PhoneProblem> {
    let typed = read(text)?;
    let mut digits = typed.digits.as_str();
    let mut abroad = false;
    if typed.plus {
        digits = digits.strip_prefix("86").ok_or(PhoneProblem::Foreign)?;
        abroad = true;
    } else if let Some(rest) = digits.strip_prefix("00") {
        digits = rest.strip_prefix("86").ok_or(PhoneProblem::Foreign)?;
        abroad = true;
    } else if let Some(rest) = digits.strip_prefix("86")
        && ((rest.len() == 11 && rest.starts_with('1')) || rest.starts_with('0'))
    {
        digits = rest;
    }
    let before_last_mark = typed.before_last_mark.saturating_sub(typed.digits.len() - digits.len());
    // An old habit of long distance: 0 before a mobile.
    if digits.len() == 12 && is_mobile_beginning(&digits[1..]) && digits.starts_with('0') {
        digits = &digits[1..];
    }
    if is_mobile_beginning(digits) || (digits.starts_with('1') && !abroad) {
        return mobile(digits, &typed.extension);
    }
    if digits.is_empty() {
        return Err(PhoneProblem::Empty);
    }
    if digits.starts_with('0') {
        return landline(digits, before_last_mark, &typed.extension);
    }
    if abroad {
        let with_zero = Zeroizing::new(format!("0{digits}"));
        return landline(&with_zero, before_last_mark + 1, &typed.extension);
    }
    Err(match digits.len() {
        7 | 8 => PhoneProblem::AreaCodeMissing,
        _ => PhoneProblem::Beginning,
    })
}

/// Checks a mobile, the only kind that messages reach.
pub fn check_mobile(text: &str) -> Result<Phone, PhoneProblem> {
    let phone = check(text)?;
    if phone.kind() == PhoneKind::Mobile { Ok(phone) } else { Err(PhoneProblem::NotMobile) }
}

fn read(text: &str) -> Result<Typed, PhoneProblem> {
    let mut typed = Typed { digits: Zeroizing::new(String::with_capacity(64)), ..Typed::default() };
    let mut in_extension = false;
    let mut position = 0;
    for c in text.chars().map(half_width).filter(|c| !is_blank(*c)) {
        position += 1;
        if position > TYPED_MAX {
            return Err(PhoneProblem::TooLong);
        }
        match c {
            '0'..='9' if in_extension => typed.extension.push(c),
            '0'..='9' => typed.digits.push(c),
            '+' if typed.digits.is_empty() && !typed.plus => typed.plus = true,
            '转' | '轉' | '#' | 'x' | 'X' if !in_extension && !typed.digits.is_empty() => {
                in_extension = true;
            }
            '(' | ')' | '.' | '·' => typed.before_last_mark = typed.digits.len(),
            c if is_hyphen(c) => typed.before_last_mark = typed.digits.len(),
            found => return Err(PhoneProblem::Character { position, found }),
        }
    }
    if typed.digits.is_empty() {
        return Err(PhoneProblem::Empty);
    }
    if typed.extension.len() > EXTENSION_MAX {
        return Err(PhoneProblem::TooLong);
    }
    Ok(typed)
}

fn is_mobile_beginning(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

fn mobile(digits: &str, extension: &str) -> Result<Phone, PhoneProblem> {
    let found = digits.len() + extension.len();
    if found != 11 || !extension.is_empty() {
        return Err(PhoneProblem::MobileLength { found });
    }
    if !is_mobile_beginning(digits) {
        return Err(PhoneProblem::MobileBeginning);
    }
    Ok(Phone(digits.to_owned()))
}

fn landline(digits: &str, before_last_mark: usize, extension: &str) -> Result<Phone, PhoneProblem> {
    let (area_length, wanted) = match digits.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', _, ..] => (3, 8..=8),
        [b'0', b'3'..=b'9', _, _, ..] => (4, 7..=8),
        _ => return Err(PhoneProblem::AreaCode),
    };
    let (area, mut number) = digits.split_at(area_length);
    let mut extension = extension;
    // A last group after a complete number is an extension: 0591-87654321-801.
    let complete = before_last_mark.saturating_sub(area_length);
    if extension.is_empty() && wanted.contains(&complete) && number.len() > complete {
        (number, extension) = number.split_at(complete);
    }
    if !wanted.contains(&number.len()) || extension.len() > EXTENSION_MAX {
        let wanted = if *wanted.start() == 8 { "8" } else { "7–8" };
        return Err(PhoneProblem::LandlineLength { found: number.len(), wanted });
    }
    if number.starts_with(['0', '1']) {
        return Err(PhoneProblem::LandlineBeginning);
    }
    // Room enough, so that the text is not moved and left behind.
    let mut text = String::with_capacity(32);
    text.push_str(area);
    text.push('-');
    text.push_str(number);
    if !extension.is_empty() {
        text.push('-');
        text.push_str(extension);
    }
    Ok(Phone(text))
}

impl Phone {
    /// The whole number in its one form: `13812345678`, `0591-87654321`, `0591-87654321-801`.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Mobile or landline.
    pub fn kind(&self) -> PhoneKind {
        if self.0.starts_with('1') { PhoneKind::Mobile } else { PhoneKind::Landline }
    }

    /// The number with stars in its middle: `138****5678`, `0591-****4321`.
    pub fn masked(&self) -> String {
        mask::phone(&self.0)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (typed, wanted) in [
            ("13812345678", "13812345678"),
            ("138 1234 5678", "13812345678"),
            ("138-1234-5678", "13812345678"),
            ("+86 138 1234 5678", "13812345678"),
            ("0086-13812345678", "13812345678"),
            ("8613812345678", "13812345678"),
            ("＋８６　１３８１２３４５６７８", "13812345678"),
            ("\u{202d}199 1234 5678\u{202c}", "19912345678"),
            ("013812345678", "13812345678"),
            ("0591-87654321", "0591-87654321"),
            ("059187654321", "0591-87654321"),
            ("（0591）8765 4321", "0591-87654321"),
            ("+86 591 8765 4321", "0591-87654321"),
            ("+86 0591 87654321", "0591-87654321"),
            ("86-591-87654321", "refused"),
            ("+86-591-87654321-801", "0591-87654321-801"),
            ("0591-87654321-801", "0591-87654321-801"),
            ("0591—8765432—6", "0591-8765432-6"),
            ("0592-2654321转12", "0592-2654321-12"),
            ("010 6655 4433", "010-66554433"),
            ("+86 10 6655 4433", "010-66554433"),
            ("02165432100", "021-65432100"),
        ] {
            let read = check(typed);
            let shown = read.as_ref().map_or("refused", Phone::expose);
            assert_eq!(shown, wanted, "{typed}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
        use PhoneProblem as P;
        let problem = |text: &str| check(text).unwrap_err();
        assert_eq!(problem(" "), P::Empty);
        assert_eq!(problem("+86"), P::Empty);
        assert_eq!(problem(&"1 3".repeat(30)), P::TooLong);
        assert_eq!(problem("138a2345678"), P::Character { position: 4, found: 'a' });
        assert_eq!(problem("1381234567"), P::MobileLength { found: 10 });
        assert_eq!(problem("138123456789"), P::MobileLength { found: 12 });
        assert_eq!(problem("12812345678"), P::MobileBeginning);
        assert_eq!(problem("12345"), P::MobileLength { found: 5 });
        assert_eq!(problem("87654321"), P::AreaCodeMissing);
        assert_eq!(problem("4008123123"), P::Beginning);
        assert_eq!(problem("+1 202 555 0100"), P::Foreign);
        assert_eq!(problem("0085212345678"), P::Foreign);
        assert_eq!(problem("0591876543"), P::LandlineLength { found: 6, wanted: "7–8" });
        assert_eq!(problem("0106655443"), P::LandlineLength { found: 7, wanted: "8" });
        assert_eq!(problem("0591-12345678"), P::LandlineBeginning);
        assert_eq!(problem("011"), P::AreaCode);
        assert_eq!(check_mobile("0591-87654321").unwrap_err(), P::NotMobile);
    }

    #[test]
    fn it_prints_itself_masked() {
        assert_eq!(check("13812345678").unwrap().to_string(), "138****5678");
        assert_eq!(format!("{:?}", check("059187654321").unwrap()), "Phone(0591-****4321)");
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,50}") {
            let _ = check(&text);
        }

        #[test]
        fn digits_and_marks_are_answered(text in "[+]?[-0-9()转 ]{0,30}") {
            if let Ok(phone) = check(&text) {
                prop_assert_eq!(check(phone.expose()).unwrap(), phone);
            }
        }

        #[test]
        fn a_mobile_comes_back(text in "1[3-9][0-9]{9}") {
            let phone = check_mobile(&format!("+86 {text}")).unwrap();
            prop_assert_eq!(phone.expose(), text);
        }
    }
}
