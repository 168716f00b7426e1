//! Numbers that people type from a card or a licence: read generously (full-width characters,
//! blanks, pasted marks), checked to the standard, and refused with the position and the remedy.

pub mod citizen;
pub mod mask;
pub mod phone;
pub mod uscc;

/// The ordinary form of a full-width character (U+FF01–U+FF5E, U+3000); others are themselves.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Whether a character says nothing: blanks, control characters, and the invisible marks that
/// come along when a number is pasted from a contact list or a certificate window.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

/// Whether a character is one of the strokes that people write between groups of digits.
pub(crate) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}')
}

/// The province-level prefixes of GB/T 2260, the first two digits of every division: 34 of them.
pub const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_becomes_ordinary() {
        assert_eq!("３５０Ｘ－　甲".chars().map(half_width).collect::<String>(), "350X- 甲");
        assert!(is_blank('\u{202d}') && is_blank(' ') && !is_blank('0'));
        assert!(is_hyphen('—') && is_hyphen('-') && !is_hyphen('_'));
    }

    #[test]
    fn provinces_are_in_order_and_once() {
        assert!(PROVINCES.is_sorted_by(|a, b| a < b));
    }
}
