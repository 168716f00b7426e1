//! The controls of single fields, groups and rows.

use std::collections::HashMap;

use askama::Template;
use serde_json::Value;

use super::check_values::{grouped, plain_number};
use super::conditions::Asked;
use super::model::{Choice, Field, Fields, Kind, TextFormat, TextRule};
use super::picker::{self, Picker};
use super::render::{FormView, Origin, id_of, rendered, row_name};
use super::render_read::{ReadView, lines};
use crate::money::Fen;
use crate::text::Speaker;

/// Renders fields with what is known of the page.
pub(super) struct Renderer<'a> {
    pub(super) view: &'a FormView<'a>,
    pub(super) asked: &'a Asked,
    /// Dotted paths of the fields that conditions read, rows as `[]`.
    pub(super) reads: &'a [String],
    pub(super) errors: &'a HashMap<&'a str, Vec<String>>,
}

/// What every field's template shows.
pub(super) struct Base<'a> {
    pub(super) t: &'a Speaker,
    pub(super) icons: &'a str,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) label: &'a str,
    pub(super) help: Option<&'a str>,
    /// Where its value comes from, in words.
    pub(super) origin: Option<String>,
    pub(super) errors: Vec<String>,
    pub(super) required: bool,
    /// Whether other questions hang on the answer.
    pub(super) refresh: bool,
}

impl Base<'_> {
    /// The ids of help and errors, for `aria-describedby`.
    pub(super) fn described(&self) -> String {
        let help = self.help.map(|_| format!("{}-hint", self.id));
        let origin = self.origin.as_ref().map(|_| format!("{}-origin", self.id));
        let error = (!self.errors.is_empty()).then(|| format!("{}-error", self.id));
        help.into_iter().chain(origin).chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// A text box.
struct TextBox {
    value: String,
    kind: &'static str,
    mode: &'static str,
    complete: &'static str,
    class: &'static str,
    max: usize,
    placeholder: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "form/input.html")]
struct Input<'a> {
    base: Base<'a>,
    input: TextBox,
    long: bool,
}

/// A value that can only be read.
#[derive(Template)]
#[template(path = "form/fixed.html")]
struct Fixed<'a> {
    base: Base<'a>,
    value: String,
}

/// An option of a select, radio or check box group.
struct Picked<'a> {
    value: &'a str,
    label: &'a str,
    on: bool,
}

#[derive(Template)]
#[template(path = "form/select.html")]
struct Select<'a> {
    base: Base<'a>,
    options: Vec<Picked<'a>>,
    /// What was sent and is no option: shown, so that it is not lost silently.
    unknown: Option<String>,
}

#[derive(Template)]
#[template(path = "form/choices.html")]
struct Choices<'a> {
    base: Base<'a>,
    options: Vec<Picked<'a>>,
    kind: &'static str,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "form/agree.html")]
struct Agree<'a> {
    base: Base<'a>,
    on: bool,
}

#[derive(Template)]
#[template(path = "form/group.html")]
struct Group<'a> {
    base: Base<'a>,
    body: String,
}

/// Fields one under another.
#[derive(Template)]
#[template(path = "form/fields.html")]
struct Together<'a> {
    body: &'a str,
}

struct Row {
    /// The pointer's id and the input's name: `people-0`, `people.0`.
    id: String,
    name: String,
    title: String,
    body: String,
    errors: Vec<String>,
}

#[derive(Template)]
#[template(path = "form/rows.html")]
struct Rows<'a> {
    base: Base<'a>,
    rows: Vec<Row>,
    heading: usize,
    can_add: bool,
    /// What the button says that adds a row, and what stands there when the list is full.
    add: String,
    full: String,
}

impl Renderer<'_> {
    fn base<'s>(&'s self, field: &'s Field, at: &str, name: &str) -> Base<'s> {
        let path: Vec<&str> = name
            .split('.')
            .map(|p| if p.bytes().all(|b| b.is_ascii_digit()) { "[]" } else { p })
            .collect();
        let path = path.join(".").replace(".[]", "[]");
        let origin = self.origin(at).map(|origin| {
            let key = if origin.fixed { "form-origin-fixed" } else { "form-origin" };
            self.view.speaker.say1(key, "source", origin.source)
        });
        Base {
            t: self.view.speaker,
            icons: self.view.icons,
            id: id_of(at),
            name: name.to_owned(),
            label: self.view.speaker.local(&field.label),
            help: field.help.as_ref().map(|help| self.view.speaker.local(help)),
            origin,
            errors: self.errors.get(at).cloned().unwrap_or_default(),
            required: field.required,
            refresh: self.reads.contains(&path),
        }
    }

    fn origin(&self, at: &str) -> Option<&Origin<'_>> {
        self.view.origins.iter().find(|origin| origin.pointer == at)
    }

    /// All fields of an object that are asked.
    fn fields(
        &self,
        fields: &Fields,
        value: &Value,
        at: &str,
        name: &str,
        heading: usize,
    ) -> String {
        let mut html = String::new();
        for field in &fields.list {
            let at = format!("{at}/{}", field.name);
            if self.asked.is_asked(&at) {
                let name = format!("{name}.{}", field.name);
                let given = value.get(&field.name).unwrap_or(&Value::Null);
                html.push_str(&self.field(field, given, &at, &name, heading));
            }
        }
        rendered(&Together { body: &html })
    }

    /// One field with its label, help and errors.
    pub(super) fn field(
        &self,
        field: &Field,
        given: &Value,
        at: &str,
        name: &str,
        heading: usize,
    ) -> String {
        let base = self.base(field, at, name);
        let chosen = given.as_str().unwrap_or("");
        if !field.kind.is_container() && self.origin(at).is_some_and(|origin| origin.fixed) {
            let view = ReadView {
                value: given,
                speaker: self.view.speaker,
                divisions: self.view.divisions,
                masked: false,
                heading: 2,
            };
            let value = lines(&view, self.asked, field, given).join(" ");
            return rendered(&Fixed { base, value });
        }
        match &field.kind {
            Kind::Choice { options, select: true } => {
                let known = chosen.is_empty() || options.iter().any(|o| o.value == chosen);
                let unknown = (!known).then(|| chosen.to_owned());
                let options = self.options(options, |value| value == chosen);
                rendered(&Select { base, options, unknown })
            }
            Kind::Choice { options, .. } => {
                let class = if options.len() <= 3 { " is-inline" } else { "" };
                let options = self.options(options, |value| value == chosen);
                rendered(&Choices { base, options, kind: "radio", class })
            }
            Kind::Several { options, .. } => {
                let given = given.as_array().map_or(&[][..], Vec::as_slice);
                let class = if options.len() > 3 { " is-pair" } else { "" };
                let options = self.options(options, |value| given.iter().any(|g| g == value));
                rendered(&Choices { base, options, kind: "checkbox", class })
            }
            Kind::YesNo { agree: true } => {
                rendered(&Agree { base, on: given.as_bool().unwrap_or(false) })
            }
            Kind::YesNo { agree: false } => {
                let (yes, no) =
                    (self.view.speaker.say("form-yes"), self.view.speaker.say("form-no"));
                let options = vec![
                    Picked { value: "true", label: &yes, on: *given == Value::Bool(true) },
                    Picked { value: "false", label: &no, on: *given == Value::Bool(false) },
                ];
                rendered(&Choices { base, options, kind: "radio", class: " is-inline" })
            }
            Kind::Division(level) => {
                let asked = picker::Asked { deepest: *level, province: false };
                let FormView { speaker, divisions, .. } = *self.view;
                let levels = picker::levels(speaker, divisions, &base.id, asked, chosen);
                rendered(&Picker { base, levels })
            }
            Kind::Group(_) | Kind::Rows { .. } => {
                let body = self.container(field, given, at, name, heading);
                rendered(&Group { base, body })
            }
            kind => {
                let long = matches!(kind, Kind::Text(rule) if rule.format == TextFormat::Long);
                rendered(&Input { input: self.text_box(field, given), base, long })
            }
        }
    }

    fn options<'s>(&'s self, options: &'s [Choice], on: impl Fn(&str) -> bool) -> Vec<Picked<'s>> {
        options
            .iter()
            .map(|option| Picked {
                value: &option.value,
                label: self.view.speaker.local(&option.label),
                on: on(&option.value),
            })
            .collect()
    }

    /// What stands within a section, a group or a list.
    pub(super) fn container(
        &self,
        field: &Field,
        given: &Value,
        at: &str,
        name: &str,
        heading: usize,
    ) -> String {
        match &field.kind {
            Kind::Group(inner) => self.fields(inner, given, at, name, heading),
            Kind::Rows { fields, max, noun, .. } => {
                let rows = given.as_array().map_or(&[][..], Vec::as_slice);
                let rows = rows.iter().take(max + 1);
                let rows: Vec<Row> = rows
                    .enumerate()
                    .map(|(index, row)| {
                        let (at, name) = (format!("{at}/{index}"), format!("{name}.{index}"));
                        let title = row_name(noun.as_ref(), index + 1);
                        Row {
                            id: id_of(&at),
                            title: self.view.speaker.local(&title).to_owned(),
                            body: self.fields(fields, row, &at, &name, heading + 1),
                            errors: self.errors.get(at.as_str()).cloned().unwrap_or_default(),
                            name,
                        }
                    })
                    .collect();
                rendered(&Rows {
                    base: self.base(field, at, name),
                    can_add: rows.len() < *max,
                    rows,
                    heading,
                    add: match noun {
                        Some(noun) => self.view.speaker.say1("form-add-one", "noun", noun),
                        None => self.view.speaker.say1("form-add-row", "label", &field.label),
                    },
                    full: self.view.speaker.say1("form-rows-full", "max", *max),
                })
            }
            _ => String::new(),
        }
    }

    fn text_box(&self, field: &Field, given: &Value) -> TextBox {
        let speaker = self.view.speaker;
        let mut input = TextBox {
            value: shown(&field.kind, given),
            kind: "text",
            mode: "",
            complete: "",
            class: "",
            max: 0,
            placeholder: field.placeholder.as_ref().map_or("", |p| speaker.local(p)).to_owned(),
            before: String::new(),
            after: String::new(),
        };
        match &field.kind {
            Kind::Text(rule) => text_input(&mut input, rule),
            Kind::Date(_) => {
                // What is no date cannot be shown by a date input: it stays a text until it is one.
                let date = input.value.is_empty() || super::typed::date(&input.value).is_some();
                (input.kind, input.class) = (if date { "date" } else { "text" }, " is-medium");
            }
            Kind::Whole(rule) => {
                (input.mode, input.class) = ("numeric", " is-short");
                input.after = rule.unit.as_ref().map_or("", |u| speaker.local(u)).to_owned();
            }
            Kind::Number(rule) => {
                (input.mode, input.class) = ("decimal", " is-short");
                input.after = rule.unit.as_ref().map_or("", |u| speaker.local(u)).to_owned();
            }
            Kind::Money(_) => {
                (input.mode, input.class) = ("decimal", " is-medium");
                "¥".clone_into(&mut input.before);
            }
            _ => {}
        }
        input
    }
}

fn text_input(input: &mut TextBox, rule: &TextRule) {
    match rule.format {
        TextFormat::Plain | TextFormat::Long => {
            input.max = rule.max;
            if rule.max <= 20 {
                input.class = " is-medium";
            }
        }
        // Codes are often pasted with blanks between the digits, so the browser must not cut them.
        TextFormat::CitizenNumber | TextFormat::Uscc => {
            (input.class, input.complete) = (" is-code", "off");
        }
        TextFormat::Phone => {
            (input.kind, input.mode, input.complete) = ("tel", "tel", "tel");
            input.class = " is-medium";
        }
        TextFormat::Email => {
            (input.kind, input.mode, input.complete) = ("email", "email", "email");
        }
        TextFormat::Postcode => {
            (input.mode, input.complete, input.class) = ("numeric", "postal-code", " is-short");
        }
    }
}

/// A value as its input holds it: what was typed where it did not read, otherwise the common writing.
fn shown(kind: &Kind, given: &Value) -> String {
    match (kind, given) {
        (_, Value::String(text)) => text.clone(),
        (Kind::Money(_), Value::Number(number)) => match number.as_i64() {
            Some(fen) => grouped(&Fen(fen).plain()),
            None => number.to_string(),
        },
        (_, Value::Number(number)) => grouped(&plain_number(number)),
        _ => String::new(),
    }
}
