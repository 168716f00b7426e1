//! Patterns and values.

use proptest::prelude::*;

use super::*;

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

fn both(zh: &str, en: &str) -> LocalPattern {
    LocalPattern { zh: pattern(zh), en: pattern(en) }
}

fn template() -> Template {
    Template {
        sms: None,
        kind: crate::model::MessageKind::Progress,
        email_after_ms: None,
        acknowledge: false,
        steps: Vec::new(),
        id: "p.received".to_owned(),
        pack: "p".to_owned(),
        title: both("收到，编号 {number}", "Received, number {number}"),
        text: both("{item}，最迟 {until}。", "{item}, by {until}."),
        tone: Tone::Wait,
        link: Some(pattern("/cases/{case}")),
        values: ["number", "item", "until", "case"].map(str::to_owned).into(),
    }
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn due(lang: Lang, end: Timestamp) -> String {
    format!("{}{}", lang.code(), end.0)
}

fn told(values: &[(&str, &str)], names: &[(&str, &str, &str)], dues: &[(&str, i64)]) -> String {
    let values = texts(values);
    let names =
        names.iter().map(|(n, zh, en)| ((*n).to_owned(), LocalText::new(*zh, *en))).collect();
    let dues = dues.iter().map(|(n, ms)| ((*n).to_owned(), Timestamp(*ms))).collect();
    let given = Given { values: &values, names: &names, dues: &dues };
    match template().render(&given, due) {
        Ok(content) => format!("{content:?}"),
        Err(problems) => problems
            .iter()
            .map(|p| format!("{} {}", p.pointer, p.message.key))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

const GOOD: &[(&str, &str)] = &[("number", "SPJY-1"), ("case", "a b/c")];
const ITEM: &[(&str, &str, &str)] = &[("item", "食品", "Food")];

#[test]
fn a_template_speaks_both_languages_and_leads_on() {
    let values = texts(GOOD);
    let names = [("item".to_owned(), LocalText::new("食品", "Food"))].into();
    let dues = [("until".to_owned(), Timestamp(7))].into();
    let given = Given { values: &values, names: &names, dues: &dues };
    let content = template().render(&given, due).unwrap();
    assert_eq!(content.title, LocalText::new("收到，编号 SPJY-1", "Received, number SPJY-1"));
    assert_eq!(content.text, LocalText::new("食品，最迟 zh7。", "Food, by en7."));
    assert_eq!(content.link.as_deref(), Some("/cases/a%20b%2Fc"));
}

#[test]
fn values_that_are_missing_or_unknown_are_named() {
    assert_eq!(
        told(&[("number", "1"), ("nummer", "1")], &[], &[]),
        "/values/nummer messaging-problem-unknown\n/values/case messaging-problem-missing\n\
         /values/item messaging-problem-missing\n/values/until messaging-problem-missing"
    );
    let twice = [("number", "1"), ("case", "2"), ("item", "3")];
    assert_eq!(told(&twice, ITEM, &[("until", 1)]), "/names/item messaging-problem-twice");
    let blank = [("number", " "), ("case", "2")];
    assert_eq!(told(&blank, ITEM, &[("until", 1)]), "/values/number messaging-problem-missing");
    assert_eq!(told(GOOD, ITEM, &[("until", -1)]), "/dues/until messaging-problem-instant");
    assert_eq!(told(GOOD, ITEM, &[("until", i64::MAX)]), "/dues/until messaging-problem-instant");
}

#[test]
fn values_are_bounded_at_their_edges() {
    let at = |number: usize, case: usize| {
        let (number, case) = ("字".repeat(number), "c".repeat(case));
        told(&[("number", &number), ("case", &case)], ITEM, &[("until", 1)])
    };
    assert!(at(VALUE_MAX, LINK_VALUE_MAX).starts_with("Content"));
    assert_eq!(at(VALUE_MAX + 1, 1), "/values/number messaging-problem-long");
    assert_eq!(at(1, LINK_VALUE_MAX + 1), "/values/case messaging-problem-long");
    let split = [("number", "1\n\n假的一段"), ("case", "2")];
    assert_eq!(told(&split, ITEM, &[("until", 1)]), "/values/number messaging-problem-characters");
    let many: Vec<String> = (0..=VALUES_MAX).map(|n| format!("v{n}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(told(&many, &[], &[]), "/values messaging-problem-too-many");
}

#[test]
fn a_wrong_value_is_named_and_never_shown() {
    let values = texts(&[("a/b~c", "35010219900307002X")]);
    let (names, dues) = (BTreeMap::new(), BTreeMap::new());
    let given = Given { values: &values, names: &names, dues: &dues };
    let problems = template().render(&given, due).unwrap_err();
    assert_eq!(problems[0].pointer, "/values/a~1b~0c");
    assert!(!format!("{problems:?}").contains("35010219900307002X"));
}

#[test]
fn braces_that_do_not_fit_are_told_with_their_place() {
    assert_eq!(Pattern::parse("收到{number"), Err(PatternProblem::Open(3)));
    assert_eq!(Pattern::parse("收到}"), Err(PatternProblem::Close(3)));
    for bad in
        ["{}", "{Number}", "{a b}", "{1a}", "{{a}}", "{字}", &format!("{{{}}}", "a".repeat(41))]
    {
        assert!(matches!(Pattern::parse(bad), Err(PatternProblem::Name(_))), "{bad}");
    }
    assert_eq!(pattern("{a}{b}{a}").places(), ["a", "b"].into());
}

#[test]
fn about_is_a_kind_and_an_id() {
    assert!(is_about("casework.case:01928f5e-7b1a-7c3d-8e4f-0123456789ab"));
    for bad in ["", "case", ":1", "case:", "Case:1", "case:林晓燕", "case:a b", "a:b:c"] {
        assert!(!is_about(bad), "{bad}");
    }
    assert!(is_about(&format!("{}:{}", "k".repeat(60), "i".repeat(80))));
    assert!(!is_about(&format!("{}:1", "k".repeat(61))));
    assert!(!is_about(&format!("k:{}", "i".repeat(81))));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[{}a-z_字 ]{0,40}") {
        if let Ok(pattern) = Pattern::parse(&text) {
            prop_assert_eq!(pattern.to_string(), text);
        }
    }

    #[test]
    fn what_is_written_is_read_back(parts in prop::collection::vec(("[^{}]{0,8}", "[a-z][a-z0-9_]{0,39}"), 0..6)) {
        let text: String = parts.iter().map(|(words, name)| format!("{words}{{{name}}}")).collect();
        let pattern = Pattern::parse(&text).unwrap();
        prop_assert_eq!(pattern.to_string(), text);
        let names: BTreeSet<&str> = parts.iter().map(|(_, name)| name.as_str()).collect();
        prop_assert_eq!(pattern.places(), names);
    }

    #[test]
    fn a_link_never_leaves_the_site(value in "\\PC{1,100}") {
        prop_assume!(!value.trim().is_empty() && !value.chars().any(char::is_control));
        let values = texts(&[("number", "1"), ("case", &value)]);
        let names = [("item".to_owned(), LocalText::new("甲", "A"))].into();
        let dues = [("until".to_owned(), Timestamp(1))].into();
        let given = Given { values: &values, names: &names, dues: &dues };
        let link = template().render(&given, due).unwrap().link.unwrap();
        let rest = link.strip_prefix("/cases/").unwrap();
        prop_assert!(!rest.is_empty() && !rest.contains(['/', '\\', '?', '#', ' ']));
    }
}
