//! The form as a page: summary of problems, sections, fields. Without a script every button is a submit button
//! that brings the page back; scripts only make it quicker.

use std::collections::HashMap;

use askama::Template;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::check::{Lookups, is_filled};
use super::conditions::{Asked, read_by_conditions, settle};
use super::model::{Field, Fields, Kind};
use super::render_fields::Renderer;
use crate::division::{DivisionCode, Divisions, Level};
use crate::error::FieldProblem;
use crate::text::{LocalText, Speaker};

/// What is to be shown, and to whom.
#[derive(Clone, Copy)]
pub struct FormView<'a> {
    /// What was filled in so far, as [`parse`](super::FormSchema::parse) gave it.
    pub value: &'a Value,
    /// The fields that hold what a source said.
    pub origins: &'a [Origin<'a>],
    /// What is wrong; pointers relative to the value. Empty on the first visit.
    pub problems: &'a [FieldProblem],
    /// The reader's language.
    pub speaker: &'a Speaker,
    /// The division tree, for the picker.
    pub divisions: &'a Divisions,
    /// The address of the icons' sprite.
    pub icons: &'a str,
    /// One section by its name, or all.
    pub section: Option<&'a str>,
    /// Whether to put the summary of problems on top; a page with problems of its own gathers them itself.
    pub summary: bool,
}

/// Where the value of a field comes from, where it is not the person who fills the form in.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The field, as a JSON pointer.
    pub pointer: &'a str,
    /// The source, as the page says it.
    pub source: &'a LocalText,
    /// Whether the value can only be read.
    pub fixed: bool,
}

/// [`Lookups`] from the division tree and a date.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The division tree.
    pub divisions: &'a Divisions,
    /// Today in Asia/Shanghai.
    pub today: Date,
}

impl Lookups for Known<'_> {
    fn division(&self, code: &str) -> Option<Level> {
        let code: DivisionCode = code.parse().ok()?;
        self.divisions.get(code).map(|division| division.level())
    }

    fn has_parts(&self, code: &str) -> bool {
        let code: Option<DivisionCode> = code.parse().ok();
        let division = code.and_then(|code| self.divisions.get(code));
        division.is_some_and(|division| division.has_children())
    }

    fn today(&self) -> Date {
        self.today
    }
}

/// A section and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Its name in the schema, and its id on the page.
    pub name: String,
    /// Its title.
    pub title: LocalText,
    /// Whether anything was filled in.
    pub begun: bool,
    /// How many required answers are missing.
    pub missing: usize,
    /// How many answers are wrong.
    pub wrong: usize,
}

impl Progress {
    /// Whether nothing is missing or wrong.
    pub fn is_done(&self) -> bool {
        self.missing == 0 && self.wrong == 0
    }

    /// How far it is, in words; nothing for a section that was not begun.
    fn note(&self, speaker: &Speaker) -> String {
        match (self.wrong, self.missing) {
            (wrong, _) if wrong > 0 => speaker.say1("form-section-wrong", "count", wrong),
            _ if !self.begun => String::new(),
            (_, missing) if missing > 0 => speaker.say1("form-section-missing", "count", missing),
            _ => speaker.say("form-section-done"),
        }
    }
}

#[derive(Template)]
#[template(path = "form/steps.html")]
struct Steps<'a> {
    t: &'a Speaker,
    icons: &'a str,
    steps: &'a [Progress],
}

pub(super) fn steps(steps: &[Progress], speaker: &Speaker, icons: &str) -> String {
    rendered(&Steps { t: speaker, icons, steps })
}

/// Problems that tell of something left out rather than of something wrong.
const MISSING: [&str; 6] = [
    "form-required",
    "form-required-choice",
    "form-must-agree",
    "form-rows-min",
    "form-several-min",
    "form-division-shallow",
];

pub(super) fn progress(fields: &Fields, value: &Value, problems: &[FieldProblem]) -> Vec<Progress> {
    let asked = settle(fields, value);
    let sections = fields
        .list
        .iter()
        .filter(|field| field.kind.is_container() && asked.is_asked(&format!("/{}", field.name)));
    sections
        .map(|field| {
            let at = format!("/{}", field.name);
            let own = problems.iter().filter(|p| {
                p.pointer
                    .strip_prefix(&at)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            let (missing, wrong): (Vec<_>, Vec<_>) =
                own.partition(|problem| MISSING.contains(&&*problem.message.key));
            Progress {
                name: field.name.clone(),
                title: field.label.clone(),
                begun: value.get(&field.name).is_some_and(is_filled),
                missing: missing.len(),
                wrong: wrong.len(),
            }
        })
        .collect()
}

/// A field by pointer, with the rows on the way.
pub(super) fn label(fields: &Fields, pointer: &str) -> Option<LocalText> {
    let mut parts = pointer.strip_prefix('/')?.split('/');
    let mut field: &Field = fields.get(parts.next()?)?;
    let mut rows: Vec<LocalText> = Vec::new();
    while let Some(part) = parts.next() {
        field = match &field.kind {
            Kind::Group(inner) => inner.get(part)?,
            Kind::Rows { fields: inner, noun, .. } => {
                rows.push(row_name(noun.as_ref(), part.parse::<usize>().ok()?.saturating_add(1)));
                match parts.next() {
                    Some(name) => inner.get(name)?,
                    None => return Some(joined(&rows, None)),
                }
            }
            _ => return None,
        };
    }
    Some(joined(&rows, Some(&field.label)))
}

fn joined(rows: &[LocalText], label: Option<&LocalText>) -> LocalText {
    let parts = || rows.iter().chain(label);
    let zh: Vec<&str> = parts().map(|part| part.zh.as_str()).collect();
    let en: Vec<&str> = parts().map(|part| part.en.as_str()).collect();
    // A number stands apart from the word after it: 人员 1 的姓名.
    let zh = zh.join("的");
    let apart = |zh: String, digit: char| zh.replace(&format!("{digit}的"), &format!("{digit} 的"));
    LocalText { zh: ('0'..='9').fold(zh, apart), en: en.join(", ") }
}

/// 人员 1, Person 1; 第 1 项, Entry 1 where rows have no noun.
pub(super) fn row_name(noun: Option<&LocalText>, number: usize) -> LocalText {
    match noun {
        Some(noun) => {
            LocalText { zh: format!("{} {number}", noun.zh), en: format!("{} {number}", noun.en) }
        }
        None => LocalText { zh: format!("第 {number} 项"), en: format!("Entry {number}") },
    }
}

/// The id of the element of a pointer: `/people/0/name` → `people-0-name`.
pub(super) fn id_of(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', "-")
}

/// The button that the enter key presses: browsers take the first one, which must not be one that removes a row.
#[derive(Template)]
#[template(path = "form/enter.html")]
struct Enter<'a> {
    t: &'a Speaker,
}

#[derive(Template)]
#[template(path = "form/summary.html")]
struct Summary<'a> {
    t: &'a Speaker,
    entries: Vec<SummaryEntry>,
}

struct SummaryEntry {
    id: String,
    text: String,
}

#[derive(Template)]
#[template(path = "form/section.html")]
struct Section<'a> {
    id: String,
    number: usize,
    title: &'a str,
    help: Option<&'a str>,
    body: String,
}

pub(super) fn render(fields: &Fields, view: &FormView<'_>) -> String {
    let mut value = view.value.clone();
    add_blank_rows(fields, &mut value);
    let view = &FormView { value: &value, ..*view };
    let asked = settle(fields, view.value);
    let mut reads = Vec::new();
    read_by_conditions(fields, &mut reads, "");
    let mut errors: HashMap<&str, Vec<String>> = HashMap::new();
    for problem in view.problems {
        let text = view.speaker.message(&problem.message);
        errors.entry(problem.pointer.as_str()).or_default().push(text);
    }
    let renderer = Renderer { view, asked: &asked, reads: &reads, errors: &errors };
    let mut html = rendered(&Enter { t: view.speaker });
    if view.summary && !view.problems.is_empty() {
        html.push_str(&summary(fields, view));
    }
    html.push_str(&sections(fields, view, &asked, &renderer));
    html
}

/// Lists show as many rows as they must have, so that nobody has to ask for the first one.
fn add_blank_rows(fields: &Fields, value: &mut Value) {
    let Value::Object(object) = value else { return };
    for field in &fields.list {
        match &field.kind {
            Kind::Group(inner) => {
                let group = object.entry(&field.name).or_insert_with(|| Value::Object(Map::new()));
                add_blank_rows(inner, group);
            }
            Kind::Rows { fields: inner, min, .. } => {
                let rows = object.entry(&field.name).or_insert_with(|| Value::Array(Vec::new()));
                let Value::Array(rows) = rows else { continue };
                let least = if field.required { (*min).max(1) } else { *min };
                while rows.len() < least {
                    rows.push(Value::Object(Map::new()));
                }
                for row in rows {
                    add_blank_rows(inner, row);
                }
            }
            _ => {}
        }
    }
}

fn summary(fields: &Fields, view: &FormView<'_>) -> String {
    let entries = view.problems.iter().map(|problem| {
        let said = view.speaker.message(&problem.message);
        let label = label(fields, &problem.pointer);
        // What the form does not have is nowhere on the page.
        let id = label.as_ref().map_or_else(String::new, |_| id_of(&problem.pointer));
        let text = match label {
            // Some messages name what they are about themselves.
            Some(label) if !said.starts_with(view.speaker.local(&label)) => {
                view.speaker.say2("form-summary-entry", ("label", label), ("problem", said))
            }
            _ => said,
        };
        SummaryEntry { id, text }
    });
    rendered(&Summary { t: view.speaker, entries: entries.collect() })
}

/// Groups and lists at the top are sections; other fields between them stand in one without a title.
fn sections(
    fields: &Fields,
    view: &FormView<'_>,
    asked: &Asked,
    renderer: &Renderer<'_>,
) -> String {
    let mut html = String::new();
    let mut loose = String::new();
    let mut number = 0;
    let empty = Value::Null;
    for field in &fields.list {
        let at = format!("/{}", field.name);
        if !asked.is_asked(&at) {
            continue;
        }
        let value = view.value.get(&field.name).unwrap_or(&empty);
        if !field.kind.is_container() {
            if view.section.is_none() {
                loose.push_str(&renderer.field(field, value, &at, &field.name, 3));
            }
            continue;
        }
        number += 1;
        if view.section.is_some_and(|wanted| wanted != field.name) {
            continue;
        }
        flush(&mut html, &mut loose);
        let body = renderer.container(field, value, &at, &field.name, 3);
        html.push_str(&rendered(&Section {
            id: field.name.clone(),
            number,
            title: view.speaker.local(&field.label),
            help: field.help.as_ref().map(|help| view.speaker.local(help)),
            body,
        }));
    }
    flush(&mut html, &mut loose);
    html
}

#[derive(Template)]
#[template(path = "form/loose.html")]
struct Loose<'a> {
    body: &'a str,
}

fn flush(html: &mut String, loose: &mut String) {
    if !loose.is_empty() {
        html.push_str(&rendered(&Loose { body: loose }));
        loose.clear();
    }
}

/// A template over strings only fails where formatting fails, which writing to a `String` does not.
pub(super) fn rendered(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}
