//! Declared templates: what is good compiles, and every mistake is told at its file, line and column.

use minshu_runtime::testing::pack;

use crate::world::{TEMPLATES, checked, packs_of};

fn mistakes(template: &str, templates: &str) -> String {
    checked(&packs_of(template, templates)).map_or_else(|told| told, |_| "none".to_owned())
}

fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(TEMPLATES.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from} is not in the templates");
        text.replacen(from, to, 1)
    })
}

#[test]
fn what_is_good_compiles() {
    assert_eq!(mistakes("\"closed\"", TEMPLATES), "none");
}

#[test]
fn mistakes_of_templates_are_told_at_their_places() {
    let templates = changed(&[
        ("{item}办好了，编号 {number}", "{item}办好了，编号 {nummer}"),
        ("Please collect it by {until}", "Please collect it by {until"),
        ("/files/{file}?from=inbox", "//elsewhere.example/{file}"),
        ("编号 {number}，{holder}，{until}。", "编号 {number}，{holder}。"),
        ("{item}的材料请再交一次", " "),
        (
            "values = [\"number\", \"file\", \"item\", \"holder\", \"until\"]\nlink   = \"/files/{file}\"",
            "values = [\"number\", \"file\", \"Item\", \"item\", \"holder\", \"until\", \"until\", \"spare\"]\nlink   = \"/files/{file}\"",
        ),
    ]);
    insta::assert_snapshot!(mistakes("\"closed\"", &templates));
}

#[test]
fn shapes_are_held_by_the_schema() {
    let templates = changed(&[
        ("id     = \"closed\"", "id     = \"Closed files\""),
        ("tone   = \"good\"", "tone   = \"great\""),
        ("id     = \"lost\"\ntone   = \"act\"", "id     = \"lost\"\nlevel  = \"act\""),
    ]);
    insta::assert_snapshot!(mistakes("\"lost\"", &templates));
}

#[test]
fn a_flow_names_a_template_that_is_there_and_exactly_its_values() {
    let fewer = changed(&[
        ("\"item\", \"holder\", \"until\"]", "\"holder\", \"item\", \"until\", \"place\"]"),
        ("{item}办好了", "{item}在{place}办好了"),
        ("{item} is done, number", "{item} is done at {place}, number"),
        ("请在 {until} 以前来取", "请来取"),
        ("Please collect it by {until}", "Please collect it"),
        ("\"until\", \"place\"", "\"place\""),
    ]);
    let told = [mistakes("\"close\"", TEMPLATES), mistakes("\"closed\"", &fewer)];
    insta::assert_snapshot!(told.join("\n--\n"));
}

#[test]
fn a_template_is_declared_once_and_lengths_have_edges() {
    // The place counts as it is written: six characters.
    let title = |length: usize| {
        let zh = format!("{{item}}{}", "字".repeat(length - 6));
        changed(&[("{item}的材料请再交一次", &zh)])
    };
    assert_eq!(mistakes("\"closed\"", &title(120)), "none");
    let told = mistakes("\"closed\"", &title(121));
    assert!(told.ends_with("121 characters, where 120 fit"), "{told}");
    let twice = changed(&[("id     = \"lost\"", "id     = \"closed\"")]);
    let told = mistakes("\"closed\"", &twice);
    assert!(told.contains("there is a template \"desk.closed\" already"), "{told}");
}

#[test]
fn another_packs_template_is_named_in_full() {
    let mut packs = packs_of("\"other.closed\"", "");
    let own = minshu_runtime::testing::head("other", "");
    let files = [("pack.toml", own.as_str()), ("messages/files.toml", TEMPLATES)];
    packs.packs.extend(pack("06-public-services/other", &files).packs);
    assert_eq!(checked(&packs).map_or_else(|told| told, |_| "none".to_owned()), "none");
}
