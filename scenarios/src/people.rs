//! People and companies of the stories: fictional, with numbers that are right by their check characters.
//! Divisions and dates are plausible; nobody's real number is looked for or avoided beyond chance.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use minshu_kernel::codes::citizen::check_character;

/// The division in which everybody's number was issued: 福州市鼓楼区.
const ISSUED_IN: &str = "350102";
/// The alphabet of GB 32100, by value.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A person of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The citizen identity number.
    pub number: String,
    /// The mobile number.
    pub phone: String,
    /// The password of the account.
    pub password: String,
}

/// The people and companies of one scenario, by name. The same name is the same person throughout.
#[derive(Debug, Clone)]
pub struct People {
    salt: u32,
    people: BTreeMap<String, Person>,
    companies: BTreeMap<String, String>,
}

impl People {
    /// For a fresh server: the same numbers every time.
    pub fn fixed() -> People {
        People { salt: 0, people: BTreeMap::new(), companies: BTreeMap::new() }
    }

    /// For a server that has seen scenarios before: other numbers every time.
    pub fn varied() -> People {
        let random = RandomState::new().build_hasher().finish();
        People { salt: (random % 900_000) as u32, ..People::fixed() }
    }

    /// The person of a name.
    pub fn person(&mut self, name: &str) -> Person {
        let count = self.people.len() as u32;
        let salt = self.salt;
        let make = || {
            let serial = salt.wrapping_mul(97).wrapping_add(count * 7 + 1);
            Person {
                name: name.to_owned(),
                number: citizen_number(serial),
                phone: format!("138{:08}", (u64::from(serial) * 10_007 + 12_345) % 100_000_000),
                password: format!("Rongcheng-{:06}-haifeng", serial % 1_000_000),
            }
        };
        self.people.entry(name.to_owned()).or_insert_with(make).clone()
    }

    /// The unified social credit code of a company.
    pub fn company(&mut self, name: &str) -> String {
        let count = self.companies.len() as u32;
        let serial = self.salt.wrapping_mul(31).wrapping_add(count * 13 + 374);
        self.companies.entry(name.to_owned()).or_insert_with(|| credit_code(serial)).clone()
    }
}

/// A citizen identity number (GB 11643): division, a birthday between 1960 and 1999, a serial, the check.
pub fn citizen_number(serial: u32) -> String {
    let year = 1960 + serial % 40;
    let month = 1 + (serial / 40) % 12;
    let day = 1 + (serial / 480) % 28;
    let order = (serial / 13_440).wrapping_add(serial) % 1_000;
    let body = format!("{ISSUED_IN}{year}{month:02}{day:02}{order:03}");
    format!("{body}{}", check_character(&body))
}

/// A unified social credit code (GB 32100) of a company registered in 鼓楼区.
pub fn credit_code(serial: u32) -> String {
    let organisation = format!("MA{:06}", serial % 1_000_000);
    let mut code = format!("91{ISSUED_IN}{organisation}");
    code.push(organisation_check(&organisation));
    let check = credit_check(&code);
    code.push(check);
    code
}

/// GB 11714: 11 − Σ mod 11 over the eight characters.
fn organisation_check(body: &str) -> char {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let value = |c: char| c.to_digit(36).unwrap_or(0);
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(c, weight)| value(c) * weight).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

/// GB 32100: weights 3^i mod 31 over the first 17 characters.
fn credit_check(body: &str) -> char {
    let value = |b: u8| USCC_ALPHABET.iter().position(|known| *known == b).unwrap_or(0);
    let (sum, _) =
        body.bytes().fold((0, 1), |(sum, weight), b| (sum + value(b) * weight, weight * 3 % 31));
    char::from(USCC_ALPHABET[(31 - sum % 31) % 31])
}

/// The same number with another last character: what a slip of the pen makes of it.
pub fn with_wrong_end(number: &str) -> String {
    let mut text = number.to_owned();
    let wrong = match text.pop() {
        Some('1') => '2',
        _ => '1',
    };
    text.push(wrong);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use minshu_kernel::codes::{citizen, phone, uscc};

    const TODAY: jiff::civil::Date = jiff::civil::date(2026, 2, 9);

    #[test]
    fn the_numbers_are_right_and_their_slips_are_not() {
        for serial in (0..2_000).chain([u32::MAX, 3_999_999_999]) {
            let number = citizen_number(serial);
            assert!(citizen::check(&number, TODAY).is_ok(), "{number}");
            assert!(citizen::check(&with_wrong_end(&number), TODAY).is_err(), "{number}");
            let code = credit_code(serial);
            assert!(uscc::check(&code).is_ok(), "{code}");
            assert!(uscc::check(&with_wrong_end(&code)).is_err(), "{code}");
        }
    }

    #[test]
    fn a_name_is_one_person_and_two_names_are_two() {
        let mut people = People::varied();
        let lin = people.person("林晓燕");
        assert_eq!(people.person("林晓燕"), lin);
        let mut seen = std::collections::BTreeSet::new();
        for index in 0..40 {
            let person = people.person(&format!("人{index}"));
            assert!(phone::check_mobile(&person.phone).is_ok(), "{}", person.phone);
            assert!(seen.insert(person.number) && seen.insert(person.phone));
        }
        assert_ne!(people.company("甲公司"), people.company("乙公司"));
    }
}
