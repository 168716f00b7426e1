//! Which events a subscription hears of: by type, by pack and by place.

use minshu_kernel::access::Resource;
use minshu_kernel::division::{DivisionCode, Level};
use serde_json::Value as Json;

/// The most patterns of a subscription.
pub const MOST_PATTERNS: usize = 40;
/// The longest pattern.
const LONGEST: usize = 80;

/// A type of event, or all that begin with some of its words: `casework.case.decided`, `casework.case.*`, `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// One type.
    Exact(String),
    /// Every type that begins so; the text ends with a full stop or is empty.
    Begins(String),
}

impl Pattern {
    /// Reads a pattern; `None` where it is none.
    pub fn parse(text: &str) -> Option<Pattern> {
        if text.len() > LONGEST {
            return None;
        }
        let begins = match text.strip_suffix('*') {
            Some("") => return Some(Pattern::Begins(String::new())),
            Some(before) => before.strip_suffix('.')?,
            None => text,
        };
        let word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if !begins.split('.').all(word) {
            return None;
        }
        Some(match text.ends_with('*') {
            true => Pattern::Begins(format!("{begins}.")),
            false => Pattern::Exact(text.to_owned()),
        })
    }

    /// Whether a type of event fits.
    pub fn fits(&self, kind: &str) -> bool {
        match self {
            Pattern::Exact(wanted) => kind == wanted,
            Pattern::Begins(begins) => kind.starts_with(begins.as_str()),
        }
    }
}

/// What a subscription may hear of.
#[derive(Debug, Clone)]
pub struct Interest {
    /// Types of events.
    pub patterns: Vec<Pattern>,
    /// Events of this pack alone.
    pub pack: Option<String>,
    /// Events of this division and what lies in it.
    pub division: DivisionCode,
}

impl Interest {
    /// Whether an event is told. One that names no place is told to subscriptions of the whole province alone, and
    /// one that names no pack to those that are bound to none: what cannot be placed is not told in doubt.
    pub fn wants(&self, kind: &str, data: &Json) -> bool {
        let division =
            data.get("division").and_then(Json::as_str).and_then(|text| text.parse().ok());
        let here = match division {
            Some(division) => self.division.contains(division),
            None => self.division.level() == Level::Province,
        };
        let ours =
            self.pack.is_none() || self.pack.as_deref() == data.get("pack").and_then(Json::as_str);
        here && ours && self.patterns.iter().any(|pattern| pattern.fits(kind))
    }

    /// The subscription as access sees it: its holder must be covered for all that it may hear of.
    pub fn resource(&self, id: &str) -> Resource {
        Resource {
            pack: self.pack.clone(),
            division: Some(self.division),
            ..Resource::of("platform.subscription", id)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn interest(pattern: &str, pack: Option<&str>, division: &str) -> Interest {
        Interest {
            patterns: vec![Pattern::parse(pattern).unwrap()],
            pack: pack.map(str::to_owned),
            division: division.parse().unwrap(),
        }
    }

    #[test]
    fn patterns_go_by_whole_words() {
        let case = Pattern::parse("casework.case.*").unwrap();
        assert!(case.fits("casework.case.decided") && !case.fits("casework.cases.decided"));
        assert!(Pattern::parse("*").unwrap().fits("messaging.message.sent"));
        let one = Pattern::parse("casework.case.decided").unwrap();
        assert!(one.fits("casework.case.decided") && !one.fits("casework.case.decided.twice"));
        for text in
            ["", ".", "a..b", "casework.", "case*", "Case.*", "*.decided", "a b", "a.*.b", "**"]
        {
            assert_eq!(Pattern::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_event_is_told_where_it_lies() {
        let gulou = interest("*", None, "350102");
        assert!(gulou.wants("a.b.c", &json!({ "division": "350102" })));
        assert!(gulou.wants("a.b.c", &json!({ "division": "350102001" })));
        assert!(!gulou.wants("a.b.c", &json!({ "division": "350203" })));
        assert!(!gulou.wants("a.b.c", &json!({ "division": "350100" })));
        assert!(!gulou.wants("a.b.c", &json!({})));
        assert!(!gulou.wants("a.b.c", &json!({ "division": "here" })));
        assert!(interest("*", None, "350000").wants("a.b.c", &json!({})));
        let pack = interest("*", Some("gov"), "350000");
        assert!(pack.wants("a.b.c", &json!({ "pack": "gov" })));
        assert!(
            !pack.wants("a.b.c", &json!({ "pack": "other" })) && !pack.wants("a.b.c", &json!({}))
        );
    }

    proptest! {
        #[test]
        fn a_pattern_fits_what_begins_with_its_words(
            words in proptest::collection::vec("[a-z][a-z0-9_]{0,8}", 2..5),
            cut in 1_usize..4,
        ) {
            let kind = words.join(".");
            let begin = words[..cut.min(words.len() - 1)].join(".");
            let pattern = Pattern::parse(&format!("{begin}.*")).unwrap();
            let longer = format!("{begin}x.y");
            prop_assert!(pattern.fits(&kind) && !pattern.fits(&longer));
            prop_assert!(Pattern::parse(&kind).unwrap().fits(&kind));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,100}") {
            let _read_or_refused = Pattern::parse(&text);
        }
    }
}
