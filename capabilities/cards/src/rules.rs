//! Numbers of cards: read as people type them, checked, shown in part.

use minshu_kernel::codes::citizen;
use minshu_kernel::text::Message;

use crate::compile::Kind;
use crate::pack::{Check, Signs};

/// The most characters that are read, blanks included.
const TYPED_MAX: usize = 80;

/// The number of a card in its one form: blanks and hyphens left out, capital letters.
///
/// # Errors
/// What is wrong with it, as its holder is told.
pub fn number(kind: &Kind, typed: &str) -> Result<String, Message> {
    if typed.chars().count() > TYPED_MAX {
        return Err(length(kind));
    }
    let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let number: String = kept.map(|c| c.to_ascii_uppercase()).collect();
    let fits = |c: char| match kind.signs {
        // A citizen identity number may end on X.
        Signs::Digits => c.is_ascii_digit() || (kind.check == Check::Citizen && c == 'X'),
        Signs::DigitsAndLetters => c.is_ascii_digit() || c.is_ascii_uppercase(),
    };
    if number.is_empty() {
        return Err(Message::new("cards-number-missing"));
    }
    if !number.chars().all(fits) {
        return Err(Message::new(match kind.signs {
            Signs::Digits => "cards-number-digits",
            Signs::DigitsAndLetters => "cards-number-signs",
        }));
    }
    if !kind.lengths.iter().any(|length| usize::from(*length) == number.len()) {
        return Err(length(kind));
    }
    let right = match kind.check {
        Check::None => true,
        Check::Luhn => luhn(&number),
        Check::Citizen => number
            .char_indices()
            .next_back()
            .is_some_and(|(at, last)| at == 17 && citizen::check_character(&number[..at]) == last),
    };
    if right { Ok(number) } else { Err(Message::new("cards-number-slip")) }
}

fn length(kind: &Kind) -> Message {
    let lengths: Vec<String> = kind.lengths.iter().map(u8::to_string).collect();
    Message::new("cards-number-length").with("lengths", lengths.join("/"))
}

/// Whether the last digit checks the others (ISO/IEC 7812-1, annex B). Letters stand for nothing and check nothing.
fn luhn(number: &str) -> bool {
    let sum = number.bytes().rev().enumerate().map(|(at, byte)| {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        match at % 2 {
            0 => digit,
            _ if digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        }
    });
    number.bytes().all(|byte| byte.is_ascii_digit()) && sum.sum::<u32>() % 10 == 0
}

/// What people are shown of a number: its last four characters.
pub fn masked(number: &str) -> String {
    let from = number.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    format!("****{}", &number[from..])
}

#[cfg(test)]
mod tests {
    use minshu_kernel::text::LocalText;
    use proptest::prelude::*;

    use super::*;

    fn kind(lengths: &[u8], signs: Signs, check: Check) -> Kind {
        Kind {
            id: "p.k".to_owned(),
            pack: "p".to_owned(),
            name: LocalText::new("卡", "Card"),
            issuer: LocalText::new("所", "Office"),
            lengths: lengths.to_vec(),
            signs,
            check,
            help: None,
            most: 1,
        }
    }

    fn told(kind: &Kind, typed: &str) -> String {
        number(kind, typed).unwrap_or_else(|message| message.key.into_owned())
    }

    #[test]
    fn numbers_are_read_as_people_type_them_and_slips_are_found() {
        let bank = kind(&[16, 19], Signs::Digits, Check::Luhn);
        // A number that card issuers publish for tests.
        assert_eq!(told(&bank, "4111 1111 1111 1111"), "4111111111111111");
        assert_eq!(told(&bank, "4111-1111-1111-1112"), "cards-number-slip");
        assert_eq!(told(&bank, "4111 1111 1111 111"), "cards-number-length");
        assert_eq!(told(&bank, "4111 1111 1111 111O"), "cards-number-digits");
        let social = kind(&[9], Signs::DigitsAndLetters, Check::None);
        assert_eq!(told(&social, " a1234 5678"), "A12345678");
        assert_eq!(told(&social, "a1234_678"), "cards-number-signs");
        assert_eq!(told(&social, "-"), "cards-number-missing");
        let health = kind(&[18], Signs::Digits, Check::Citizen);
        assert_eq!(told(&health, "11010519491231002x"), "11010519491231002X");
        assert_eq!(told(&health, "110105194912310020"), "cards-number-slip");
        assert_eq!(told(&health, "X10105194912310020"), "cards-number-slip");
    }

    #[test]
    fn four_characters_are_shown() {
        assert_eq!([masked("A12345678"), masked("12"), masked("")], ["****5678", "****12", "****"]);
    }

    proptest! {
        #[test]
        fn any_text_is_a_number_in_its_one_form_or_refused(typed in "\\PC{0,100}", way in 0..9_usize) {
            let signs = [Signs::Digits, Signs::DigitsAndLetters][way % 2];
            let check = [Check::None, Check::Luhn, Check::Citizen][way / 3];
            let kind = kind(&[6, 9, 18], signs, check);
            if let Ok(read) = number(&kind, &typed) {
                prop_assert_eq!(number(&kind, &read), Ok(read.clone()));
                prop_assert!(masked(&read).chars().count() == 8);
            }
        }

        /// One wrong digit is always found.
        #[test]
        fn luhn_finds_every_single_slip(digits in "[0-9]{15}", at in 0..16_usize, by in 1..10_u8) {
            let right = (0..10).map(|last| format!("{digits}{last}")).find(|number| luhn(number)).unwrap();
            let mut wrong = right.into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            prop_assert!(!luhn(std::str::from_utf8(&wrong).unwrap()));
        }
    }
}
