//! Mistakes of policies, each at its place.

use super::*;
use minshu_kernel::access::{Basis, PermissionSet};
use proptest::prelude::*;

fn validator() -> Validator {
    let sets = [PermissionSet {
        id: "c.work",
        name: ("", ""),
        basis: Basis::Post,
        may: &["c.read", "c.act"],
    }];
    let text = schema::of(["c.read", "c.act"].into_iter(), &sets);
    Validator::new(Schema::from_cedarschema_str(&text).expect("the schema").0)
}

/// The mistakes of a text as `line:column: message`.
fn mistakes(text: &str) -> Vec<String> {
    let found = std::cell::RefCell::new(Vec::new());
    read("p", text, &validator(), &|offset, message| {
        let (line, column) = place(text, offset);
        found.borrow_mut().push(format!("{line}:{column}: {message}"));
    });
    found.into_inner()
}

#[test]
fn a_policy_that_holds_for_lists_is_taken() {
    let text = r#"// Nobody handles a case of their own.
@id("no-own-case")
forbid (principal, action in [Action::"set c.work"], resource)
when { principal has person && resource has owner && resource.owner == principal.person };
"#;
    assert_eq!(mistakes(text), Vec::<String>::new());
    let taken = read("p", text, &validator(), &|_, _| {});
    assert_eq!(taken.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["no-own-case"]);
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let told: String = [
            ("permit", "\n@id(\"all\")\npermit (principal, action, resource);"),
            ("no name", "// permit\nforbid (principal, action, resource);"),
            ("twice", "@id(\"a\") forbid (principal, action, resource);\n@id(\"a\") forbid (principal, action, resource);"),
            ("bad name", "@id(\"No Own\") forbid (principal, action, resource);"),
            ("syntax", "@id(\"a\")\nforbid (principal, action resource);"),
            ("no such operation", "@id(\"a\")\nforbid (principal, action == Action::\"c.reed\", resource);"),
            ("not guarded", "@id(\"a\")\nforbid (principal, action, resource) when { resource.role == \"p.x\" };"),
            ("no such attribute", "@id(\"a\")\nforbid (principal, action, resource) when { resource.colour == 1 };"),
            ("not of lists", "@id(\"a\")\nforbid (principal, action, resource) when { resource has role && resource.role like \"p*\" };"),
            ("head", "@id(\"a\")\nforbid (principal == Subject::\"x\", action, resource);"),
            ("slot", "@id(\"a\")\nforbid (principal == ?principal, action, resource);"),
        ]
        .iter()
        .map(|(what, text)| format!("{what}\n  {}\n", mistakes(text).join("\n  ")))
        .collect();
    insta::assert_snapshot!(told);
}

#[test]
fn what_is_too_long_or_too_deep_is_not_parsed() {
    assert!(too_much(&"(".repeat(DEEPEST)).is_none());
    assert!(too_much(&"(".repeat(DEEPEST + 1)).is_some());
    assert!(too_much(&"!".repeat(DEEPEST + 1)).is_some());
    assert!(too_much(&format!("// {}", "(".repeat(100))).is_none());
    assert!(too_much(&" ".repeat(MOST_BYTES + 1)).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_text_makes_it_panic(text in "(forbid|permit|@id\\(\"a\"\\)|[(){};\"/ \n!=&|.a-z]|principal|resource|action|when|文){0,30}") {
        if too_much(&text).is_none() {
            mistakes(&text);
        }
    }
}
