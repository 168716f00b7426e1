//! Case numbers: `SPJY-350102-2026-000417-K`: the item's letters, the division that handles it, the year of
//! submission in Asia/Shanghai, a running number, a check character (ISO/IEC 7064 MOD 37,36, the same as on
//! electronic licences), so that a number read over the telephone is known to be right.

use jiff::civil::Date;
use minshu_kernel::division::DivisionCode;

const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The series from which the running number is taken.
pub fn series(prefix: &str, division: DivisionCode, submitted: Date) -> String {
    format!("casework.case:{prefix}:{}:{}", six_digits(division), submitted.year())
}

/// The whole number.
pub fn compose(prefix: &str, division: DivisionCode, submitted: Date, running: i64) -> String {
    let body = format!("{prefix}-{}-{}-{running:06}", six_digits(division), submitted.year());
    let check = check_character(&body);
    format!("{body}-{check}")
}

/// Whether the check character fits: small letters and missing hyphens are forgiven.
pub fn is_well_formed(text: &str) -> bool {
    let plain: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let Some((body, check)) = plain.split_at_checked(plain.len().saturating_sub(1)) else {
        return false;
    };
    body.len() >= 18 && check.starts_with(check_character(body))
}

/// County and above have six digits of their own; what lies below is handled under its county's.
fn six_digits(division: DivisionCode) -> String {
    division.to_string().chars().take(6).collect()
}

/// ISO/IEC 7064 MOD 37,36 over the letters and digits of a text; everything else is passed over.
fn check_character(text: &str) -> char {
    let mut product = 36_usize;
    for byte in text.bytes() {
        let Some(value) = ALPHABET.iter().position(|a| *a == byte) else { continue };
        let sum = (product + value) % 36;
        let sum = if sum == 0 { 36 } else { sum };
        product = (sum * 2) % 37;
    }
    char::from(ALPHABET[(37 - product) % 36])
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_check_is_that_of_published_licences() {
        // Identifiers of electronic licences with a known check character.
        for (body, check) in [
            ("11100000000013338W01111430000006122244L20230000403002", 'S'),
            ("11100000000013338W03211220000013544541J2430599001", 'F'),
            ("11100000MB03271699022340100000000016001", '9'),
        ] {
            assert_eq!(check_character(body), check, "{body}");
        }
    }

    #[test]
    fn a_number_tells_item_place_and_year() {
        let county: DivisionCode = "350102".parse().unwrap();
        let number = compose("SPJY", county, date(2026, 3, 5), 417);
        assert!(number.starts_with("SPJY-350102-2026-000417-"), "{number}");
        assert!(is_well_formed(&number));
        assert!(is_well_formed(&number.to_lowercase().replace('-', " ")));
        assert_eq!(series("SPJY", county, date(2026, 3, 5)), "casework.case:SPJY:350102:2026");
        assert!(compose("AB", county, date(2026, 3, 5), 1_234_567).contains("-1234567-"));
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_found(running in 1_i64..2_000_000, at in 0_usize..22, other in 0_usize..36) {
            let number = compose("SPJY", "350203".parse().unwrap(), date(2026, 1, 2), running);
            let mut bytes = number.into_bytes();
            let place = at.min(bytes.len() - 1);
            prop_assume!(bytes[place] != b'-' && bytes[place] != ALPHABET[other]);
            bytes[place] = ALPHABET[other];
            prop_assert!(!is_well_formed(std::str::from_utf8(&bytes).unwrap()));
        }

        #[test]
        fn any_text_is_looked_at(text in ".{0,60}") {
            let _answer = is_well_formed(&text);
        }
    }
}
