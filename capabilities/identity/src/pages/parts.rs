//! Pieces of forms: the hidden fields with the summary of mistakes, a text field, a select, check boxes, the
//! division picker. Each is a small template that a page puts in as it is.

use std::cell::RefCell;

use askama::Template;
use minshu_kernel::division::{DivisionCode, Divisions};
use minshu_kernel::form::DivisionPicker;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Visit};

/// The address of the icons' sprite.
pub(crate) const ICONS: &str = "/assets/icons.svg";

/// Lets a part stand in a page as it is: it has escaped what it holds.
macro_rules! part {
    ($($name:ty),+) => { $(impl askama::filters::HtmlSafe for $name {})+ };
}
part!(Head, Field, Select, Choices);

/// A mistake and the field that it is about; no field where it is about the whole.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub id: String,
    pub text: String,
}

/// What every form begins with: its token, its key, and what was wrong with it.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/head.html")]
pub(crate) struct Head {
    csrf: String,
    key: String,
    title: String,
    entries: Vec<Entry>,
}

/// A text field.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/field.html")]
pub(crate) struct Field {
    id: String,
    name: String,
    label: String,
    optional: String,
    hint: String,
    value: String,
    kind: &'static str,
    class: &'static str,
    mode: &'static str,
    complete: &'static str,
    problem: String,
}

/// Something to choose.
#[derive(Debug, Clone)]
pub(crate) struct Option_ {
    pub value: String,
    pub label: String,
    pub note: String,
    pub on: bool,
}

/// A choice of one from a list.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/select.html")]
pub(crate) struct Select {
    id: String,
    name: String,
    label: String,
    options: Vec<Option_>,
    problem: String,
}

/// A choice of any number.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/choices.html")]
pub(crate) struct Choices {
    id: String,
    name: String,
    label: String,
    options: Vec<Option_>,
    problem: String,
}

/// Makes the parts of one form. `prefix` keeps the ids of several forms on a page apart. The head is made
/// last: its summary names the fields by their labels.
pub(crate) struct Maker<'a> {
    t: &'a Speaker,
    state: &'a FormState,
    prefix: &'a str,
    /// Name and label of each field made so far.
    labels: RefCell<Vec<(String, String)>>,
}

impl<'a> Maker<'a> {
    /// For a form.
    pub(crate) fn new(t: &'a Speaker, state: &'a FormState, prefix: &'a str) -> Self {
        Maker { t, state, prefix, labels: RefCell::default() }
    }

    /// The name of the field at a pointer: `/name/zh` is `name_zh`, `/roles/3` belongs to `roles`.
    fn name(pointer: &str) -> String {
        let words = pointer.split('/').filter(|word| !word.is_empty());
        let named = words.take_while(|word| !word.bytes().all(|b| b.is_ascii_digit()));
        named.collect::<Vec<_>>().join("_")
    }

    /// A field's label, kept for the summary.
    fn label(&self, name: &str, label: String) -> String {
        self.labels.borrow_mut().push((name.to_owned(), label.clone()));
        label
    }

    fn id(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn problem(&self, name: &str) -> String {
        let found = self.state.problems.iter().find(|(pointer, _)| Self::name(pointer) == name);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Hidden fields and summary.
    pub(crate) fn head(&self) -> Head {
        let entries: Vec<Entry> = self
            .state
            .problems
            .iter()
            .map(|(pointer, text)| {
                let name = Self::name(pointer);
                let labels = self.labels.borrow();
                match labels.iter().find(|(known, _)| *known == name) {
                    // About the whole, or about a field that this form does not show.
                    None => Entry { id: String::new(), text: text.clone() },
                    Some((_, label)) => Entry {
                        id: self.id(&name),
                        text: self.t.say2(
                            "form-summary-entry",
                            ("label", label.as_str()),
                            ("problem", text.as_str()),
                        ),
                    },
                }
            })
            .collect();
        let title = match (&self.state.summary, entries.len()) {
            (None, _) => String::new(),
            // The summary of a failure that names its fields says no more than this.
            (Some(_), count @ 1..) => self.t.say1("form-summary", "count", count),
            (Some(summary), 0) => summary.clone(),
        };
        Head { csrf: self.state.csrf.clone(), key: self.state.key.clone(), title, entries }
    }

    /// A text field at a pointer, with what was typed.
    pub(crate) fn text(&self, pointer: &str, label: &str, value: &str) -> Field {
        let name = Self::name(pointer);
        Field {
            id: self.id(&name),
            label: self.label(&name, self.t.say(label)),
            optional: String::new(),
            hint: String::new(),
            value: value.to_owned(),
            kind: "text",
            class: "",
            mode: "",
            complete: "off",
            problem: self.problem(&name),
            name,
        }
    }

    /// What is wrong with a field that the page itself draws; its label is kept for the summary.
    pub(crate) fn said(&self, pointer: &str, label: &str) -> String {
        let name = Self::name(pointer);
        self.label(&name, self.t.say(label));
        self.problem(&name)
    }

    /// A password at a pointer: what was typed is never sent back.
    pub(crate) fn password(&self, pointer: &str, label: &str, complete: &'static str) -> Field {
        Field { kind: "password", complete, ..self.text(pointer, label, "") }
    }

    /// Password and, where the account asks for a second step, its code: proving once more who sits there. `hint` is a
    /// key, or empty.
    pub(crate) fn proof(&self, hint: &str, second: bool) -> Vec<Field> {
        let password = self.password("/password", "identity-field-password", "current-password");
        let password = match hint {
            "" => password,
            hint => password.hint(self.t.say(hint)),
        };
        let code = second.then(|| {
            let code = self.code("/code", "identity-field-totp", "").complete("one-time-code");
            code.hint(self.t.say("identity-second-hint"))
        });
        std::iter::once(password).chain(code).collect()
    }

    /// A mobile number at a pointer.
    pub(crate) fn phone(&self, pointer: &str, label: &str, value: &str) -> Field {
        Field { kind: "tel", mode: "tel", class: " is-medium", ..self.text(pointer, label, value) }
    }

    /// A date at a pointer.
    pub(crate) fn date(&self, pointer: &str, label: &str, value: &str) -> Field {
        Field { kind: "date", class: " is-medium", ..self.text(pointer, label, value) }
    }

    /// A code or identity number at a pointer.
    pub(crate) fn code(&self, pointer: &str, label: &str, value: &str) -> Field {
        Field { class: " is-code", ..self.text(pointer, label, value) }
    }

    /// A choice of one at a pointer: value and label of each.
    pub(crate) fn select(
        &self,
        pointer: &str,
        label: &str,
        chosen: &str,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Select {
        let name = Self::name(pointer);
        let options = options.into_iter().map(|(value, label)| Option_ {
            on: value == chosen,
            value,
            label,
            note: String::new(),
        });
        Select {
            id: self.id(&name),
            label: self.label(&name, self.t.say(label)),
            options: options.collect(),
            problem: self.problem(&name),
            name,
        }
    }

    /// Check boxes at a pointer.
    pub(crate) fn choices(&self, pointer: &str, label: String, options: Vec<Option_>) -> Choices {
        let name = Self::name(pointer);
        Choices {
            id: self.id(&name),
            label: self.label(&name, label),
            options,
            problem: self.problem(&name),
            name,
        }
    }

    /// The division picker at a pointer; a hint says that it may be left empty, and what that means.
    pub(crate) fn division(
        &self,
        divisions: &Divisions,
        pointer: &str,
        label: &str,
        hint: Option<&str>,
        chosen: &str,
    ) -> Markup {
        let name = Self::name(pointer);
        let (id, problem) = (self.id(&name), self.problem(&name));
        let hint = hint.map(|key| self.t.say(key));
        DivisionPicker {
            speaker: self.t,
            divisions,
            icons: ICONS,
            id: &id,
            name: &name,
            label: &self.label(&name, self.t.say(label)),
            help: hint.as_deref(),
            problem: Some(problem.as_str()).filter(|problem| !problem.is_empty()),
            required: hint.is_none(),
            province: true,
            chosen,
        }
        .render()
    }
}

impl Field {
    /// With a line of help.
    pub(crate) fn hint(mut self, hint: String) -> Field {
        self.hint = hint;
        self
    }

    /// That may be left empty.
    pub(crate) fn optional(mut self, t: &Speaker) -> Field {
        self.optional = t.say("form-optional");
        self
    }

    /// That the browser may fill in.
    pub(crate) fn complete(mut self, complete: &'static str) -> Field {
        self.complete = complete;
        self
    }

    /// That holds digits.
    pub(crate) fn numeric(mut self) -> Field {
        self.mode = "numeric";
        self
    }

    fn described(&self) -> String {
        described(&self.id, &self.hint, &self.problem)
    }
}

impl Choices {
    /// Whose boxes send another name than the field's own: several groups of one list.
    pub(crate) fn named(mut self, name: &str) -> Choices {
        self.name = name.to_owned();
        self
    }
}

/// The ids by which a field is described.
fn described(id: &str, hint: &str, problem: &str) -> String {
    let hint = (!hint.is_empty()).then(|| format!("{id}-hint"));
    let problem = (!problem.is_empty()).then(|| format!("{id}-error"));
    hint.into_iter().chain(problem).collect::<Vec<_>>().join(" ")
}

/// The division that a form's selects of one name hold: the last that lies within the one before. Where an
/// upper one was changed, the lower ones still hold parts of another, and the chain ends there.
pub(crate) fn picked(visit: &Visit, name: &str) -> String {
    let values = visit.form.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let mut chosen: Option<DivisionCode> = None;
    for value in values.take(6) {
        let Ok(code) = value.parse::<DivisionCode>() else { break };
        match chosen {
            Some(above) if above == code || !above.contains(code) => break,
            _ => chosen = Some(code),
        }
    }
    chosen.map(|code| code.to_string()).unwrap_or_default()
}

/// Whether the form was sent only to fill the next level of a division picker.
pub(crate) fn picks(visit: &Visit) -> bool {
    visit.form.iter().any(|(name, _)| name == "_pick")
}

/// A field's text, or nothing where it was left empty.
pub(crate) fn given(visit: &Visit, name: &str) -> Option<String> {
    let text = visit.field(name).trim();
    (!text.is_empty()).then(|| text.to_owned())
}
