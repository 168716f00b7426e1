//! What holds of licences, without SQL: values, holders, days, check values, masks.

use jiff::ToSpan as _;
use jiff::civil::Date;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::codes::{citizen, mask, uscc};
use minshu_kernel::ctx::Entropy;
use minshu_kernel::error::FieldProblem;
use minshu_kernel::text::Message;

use crate::error::LicencesError;
use crate::model::{HolderKind, Values};
use crate::pack::{FieldKind, FieldToml, ValidityToml};

/// The most characters of a value.
pub const VALUE_MAX: usize = 500;
/// The most characters of a holder's name.
pub const NAME_MAX: usize = 120;
/// The most characters of a reason or a purpose.
pub const REASON_MAX: usize = 500;
/// Signs of codes that people read off and type: none that look alike.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Holds values against the fields of a type: trimmed, and every mistake at its place.
pub fn values(fields: &[FieldToml], given: &Values) -> Result<Values, LicencesError> {
    let (mut kept, mut problems) = (Values::new(), Vec::new());
    for field in fields {
        let value = given.get(&field.id).map_or("", |value| value.trim());
        let at = format!("/values/{}", field.id);
        if value.is_empty() {
            if !field.optional {
                problems.push(FieldProblem::new(at, "licences-value-missing"));
            }
            continue;
        }
        if value.chars().count() > VALUE_MAX {
            let message = Message::new("licences-value-long").with("most", VALUE_MAX);
            problems.push(FieldProblem::new(at, message));
        } else if field.kind == FieldKind::Date && value.parse::<Date>().is_err() {
            problems.push(FieldProblem::new(at, "licences-value-date"));
        } else {
            kept.insert(field.id.clone(), value.to_owned());
        }
    }
    for id in given.keys().filter(|id| !fields.iter().any(|field| field.id == **id)).take(20) {
        let at = format!("/values/{}", id.chars().take(40).collect::<String>());
        problems.push(FieldProblem::new(at, "licences-value-unknown"));
    }
    if problems.is_empty() { Ok(kept) } else { Err(LicencesError::BadValues(problems)) }
}

/// A holder's number as it is kept; what is wrong with it otherwise.
pub fn holder_number(kind: HolderKind, text: &str, today: Date) -> Result<String, LicencesError> {
    let bad = LicencesError::BadHolder;
    match kind {
        HolderKind::Person => match citizen::check(text, today) {
            Ok(number) => Ok(number.expose().to_owned()),
            Err(problem) => Err(bad(problem.message())),
        },
        HolderKind::Organisation => match uscc::check(text) {
            Ok(code) => Ok(code.as_str().to_owned()),
            Err(problem) => Err(bad(problem.message())),
        },
    }
}

/// A text of a bounded length, trimmed.
pub fn text(pointer: &'static str, given: &str, most: usize) -> Result<String, LicencesError> {
    let text = given.trim();
    let problem = match text.chars().count() {
        0 => Message::new("licences-value-missing"),
        long if long > most => Message::new("licences-value-long").with("most", most),
        _ => return Ok(text.to_owned()),
    };
    Err(LicencesError::BadValues(vec![FieldProblem::new(pointer, problem)]))
}

/// Until when a licence holds that holds from a day on: the end of its last day.
pub fn until(validity: &ValidityToml, from: Date, values: &Values) -> Option<Timestamp> {
    let last = if let Some(years) = validity.years {
        from.checked_add(i64::from(years).years()).ok()?.yesterday().ok()?
    } else if let Some(months) = validity.months {
        from.checked_add(i64::from(months).months()).ok()?.yesterday().ok()?
    } else {
        values.get(validity.until.as_ref()?)?.parse().ok()?
    };
    Some(Timestamp::end_of(last))
}

/// A text of random signs.
pub fn signs(entropy: &dyn Entropy, many: usize) -> String {
    let mut bytes = vec![0; many];
    entropy.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect()
}

/// What people typed of such a text, as it was made: small letters, hyphens and letters that look like digits are forgiven.
pub fn typed(text: &str) -> String {
    let plain = text.chars().filter(char::is_ascii_alphanumeric).take(64);
    plain
        .map(|sign| match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            sign => sign,
        })
        .collect()
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub fn same(one: &str, other: &str) -> bool {
    let differing = one.bytes().zip(other.bytes()).fold(0, |found, (a, b)| found | (a ^ b));
    one.len() == other.len() && differing == 0
}

/// A holder's name as a stranger reads it: an organisation's is public.
pub fn shown_name(kind: HolderKind, name: &str) -> String {
    match kind {
        HolderKind::Person => mask::name(name),
        HolderKind::Organisation => name.to_owned(),
    }
}

/// A value that names a person, as a stranger reads it: the first character, and the last one of a long one.
pub fn masked(value: &str) -> String {
    let signs: Vec<char> = value.chars().collect();
    match signs.as_slice() {
        [] => String::new(),
        [first] => first.to_string(),
        [first, .., last] if signs.len() > 3 => {
            format!("{first}{}{last}", "*".repeat(signs.len().min(12) - 2))
        }
        [first, rest @ ..] => format!("{first}{}", "*".repeat(rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use minshu_kernel::text::LocalText;
    use proptest::prelude::*;

    use super::*;

    fn field(id: &str, kind: FieldKind, optional: bool) -> FieldToml {
        let name = LocalText::new(id, id);
        FieldToml { id: id.to_owned(), name, kind, personal: false, shown: true, optional }
    }

    #[test]
    fn values_are_held_against_the_fields() {
        let fields = [
            field("place", FieldKind::Text, false),
            field("born", FieldKind::Date, false),
            field("note", FieldKind::Text, true),
        ];
        let given = |pairs: &[(&str, &str)]| -> Values {
            pairs.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect()
        };
        let good = given(&[("place", " 中山路 18 号 "), ("born", "2026-03-05"), ("note", " ")]);
        let kept = values(&fields, &good).unwrap();
        assert_eq!(kept, given(&[("place", "中山路 18 号"), ("born", "2026-03-05")]));
        let bad = given(&[("born", "5 March"), ("other", "x"), ("note", &"长".repeat(501))]);
        let Err(LicencesError::BadValues(problems)) = values(&fields, &bad) else { panic!() };
        let told: Vec<String> =
            problems.iter().map(|p| format!("{} {}", p.pointer, p.message.key)).collect();
        assert_eq!(
            told,
            [
                "/values/place licences-value-missing",
                "/values/born licences-value-date",
                "/values/note licences-value-long",
                "/values/other licences-value-unknown",
            ]
        );
    }

    #[test]
    fn a_licence_of_five_years_ends_with_the_day_before() {
        let years = ValidityToml { years: Some(5), ..ValidityToml::default() };
        let end = until(&years, date(2026, 3, 5), &Values::new()).unwrap();
        assert_eq!(end, Timestamp::end_of(date(2031, 3, 4)));
        let field = ValidityToml { until: Some("last".to_owned()), ..ValidityToml::default() };
        let values = Values::from([("last".to_owned(), "2027-01-31".to_owned())]);
        assert_eq!(
            until(&field, date(2026, 3, 5), &values),
            Some(Timestamp::end_of(date(2027, 1, 31)))
        );
        assert_eq!(until(&ValidityToml::default(), date(2026, 3, 5), &values), None);
    }

    #[test]
    fn what_names_people_is_masked() {
        for (value, shown) in
            [("林", "林"), ("林晓燕", "林**"), ("350102199003070020", "3**********0"), ("", "")]
        {
            assert_eq!(masked(value), shown);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_masked(text in "\\PC{0,200}") {
            let shown = masked(&text);
            prop_assert!(shown.chars().filter(|c| *c != '*').count() <= 2.max(text.chars().filter(|c| *c == '*').count() + 2));
            prop_assert!(typed(&text).len() <= 64);
            prop_assert_eq!(typed(&typed(&text)), typed(&text));
            let _told = holder_number(HolderKind::Person, &text, date(2026, 3, 5));
            let _told = holder_number(HolderKind::Organisation, &text, date(2026, 3, 5));
        }
    }
}
