//! Personal values as pages and logs show them: enough to recognise one's own, too little to use.
//! Total functions on any text: what does not have the expected shape shows less, never more.

/// Characters shown at most, so that a hostile value does not fill a page.
const SHOWN_MAX: usize = 40;

/// Compound surnames that are borne today; the mask of a name keeps the surname whole.
const COMPOUND_SURNAMES: [&str; 24] = [
    "欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文", "长孙",
    "司徒", "司空", "端木", "南宫", "东方", "独孤", "轩辕", "呼延", "钟离", "西门", "澹台", "百里",
];

/// A citizen identity number: `350102199003071234` → `3501**********1234`. Anything that has not 18
/// characters is all stars.
pub fn citizen(text: &str) -> String {
    if text.chars().count() == 18 { ends(text, 4, 4) } else { stars(text) }
}

/// A telephone number: `13812341234` → `138****1234`, `0591-87654321` → `0591-****4321`,
/// `0591-87654321-801` → `0591-****4321-***`. Anything shorter than 7 characters is all stars.
pub fn phone(text: &str) -> String {
    let mut groups = text.split('-');
    let (area, number, extension) = (groups.next(), groups.next(), groups.next());
    match (area, number) {
        (Some(area), Some(number)) if area.len() <= 4 && number.chars().count() >= 7 => {
            let tail: String = extension.map(|e| format!("-{}", stars(e))).unwrap_or_default();
            let last: String = number.chars().skip(number.chars().count() - 4).collect();
            format!("{area}-****{last}{tail}")
        }
        _ if text.chars().count() >= 11 => ends(text, 3, 4),
        _ if text.chars().count() >= 7 => ends(text, 0, 4),
        _ => stars(text),
    }
}

/// A name: the surname stays, the rest is stars. 林晓 → 林*, 欧阳修文 → 欧阳**, 买买提·艾力 →
/// 买****; of a name in Latin letters each word keeps its first letter: John Smith → J*** S****.
pub fn name(text: &str) -> String {
    let characters: Vec<char> = text.trim().chars().take(SHOWN_MAX).collect();
    if characters.first().is_some_and(char::is_ascii_alphabetic) {
        let mut at_start = true;
        return characters
            .into_iter()
            .map(|c| {
                let shown =
                    if c.is_whitespace() || (at_start && c.is_alphabetic()) { c } else { '*' };
                at_start = c.is_whitespace();
                shown
            })
            .collect();
    }
    // Of two characters the first alone is the surname: 欧阳 may well be Mr Ou.
    let compound = characters.len() > 2
        && COMPOUND_SURNAMES.iter().any(|s| s.chars().eq(characters[..2].iter().copied()));
    let surname = if compound { 2 } else { 1 };
    match characters.len() {
        0 => String::new(),
        1 => "*".to_owned(),
        length => {
            let shown: String = characters[..surname].iter().collect();
            let hidden = if characters.contains(&'·') { 4 } else { length - surname };
            shown + &"*".repeat(hidden)
        }
    }
}

/// The first and the last characters, stars between.
fn ends(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count();
    let hidden = length.saturating_sub(first + last);
    let mut masked: String = text.chars().take(first).collect();
    masked.extend(std::iter::repeat_n('*', hidden.min(SHOWN_MAX)));
    masked.extend(text.chars().skip(first + hidden));
    masked
}

fn stars(text: &str) -> String {
    "*".repeat(text.chars().take(SHOWN_MAX).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_keep_their_ends() {
        assert_eq!(citizen("350102199003071234"), "3501**********1234");
        assert_eq!(citizen("3501021990"), "**********");
        assert_eq!(phone("13812341234"), "138****1234");
        assert_eq!(phone("0591-87654321"), "0591-****4321");
        assert_eq!(phone("0592-2654321-12"), "0592-****4321-**");
        assert_eq!(phone("87654321"), "****4321");
        assert_eq!(phone("110"), "***");
        assert_eq!(phone("0-1"), "***");
    }

    #[test]
    fn names_keep_the_surname() {
        assert_eq!(name("林晓"), "林*");
        assert_eq!(name("林晓明"), "林**");
        assert_eq!(name("欧阳修文"), "欧阳**");
        assert_eq!(name("欧阳修"), "欧阳*");
        assert_eq!(name("欧阳"), "欧*");
        assert_eq!(name("买买提·艾力"), "买****");
        assert_eq!(name("John Smith"), "J*** S****");
        assert_eq!(name("林"), "*");
        assert_eq!(name(" "), "");
    }

    proptest! {
        #[test]
        fn any_text_is_masked(text in "\\PC{0,60}") {
            prop_assert!(name(&text).chars().count() <= SHOWN_MAX + 4);
            let _ = (citizen(&text), phone(&text));
        }

        #[test]
        fn a_citizen_number_shows_eight_characters(text in "[0-9]{17}[0-9X]") {
            prop_assert_eq!(citizen(&text).chars().filter(|c| *c == '*').count(), 10);
        }

        #[test]
        fn a_mobile_hides_four_digits(text in "1[3-9][0-9]{9}") {
            prop_assert_eq!(phone(&text), format!("{}****{}", &text[..3], &text[7..]));
        }
    }
}
