//! Service forms: one JSON Schema drives the page, the API and the check.
//!
//! The schema is a closed subset of JSON Schema 2020-12 with a few `x-` keywords; what is not in the subset is a
//! mistake with line and column. Top-level objects and lists are the sections of the page.
//!
//! | type | keywords | asked as |
//! |---|---|---|
//! | string | `minLength`, `maxLength`, `pattern` (anchored), `format`: `long-text`, `citizen-number`, `uscc`, `phone`, `email`, `postcode` | text |
//! | string, `format: date` | `x-min`, `x-max`: a date or `today` | date |
//! | string, `format: division` | `x-levels`: the deepest level, `prefecture` to `village` | selects in a chain |
//! | string, `enum` | `x-labels`: `{value: {zh, en}}`, `x-widget`: `radio`, `select` | radio buttons up to six, else a select |
//! | integer, number | `minimum`, `maximum`, `x-unit` | number |
//! | integer, `format: money` | `minimum`, `maximum`, in fen | amount in yuan |
//! | boolean | `const: true`: must be agreed to | yes or no; a box |
//! | array of enum | `minItems`, `maxItems` | check boxes |
//! | array of object | `minItems`, `maxItems` up to 100 | rows, added and removed |
//! | object | `properties`, `required` | a group |
//!
//! Every field: `title`, `description`, or `x-zh` and `x-en` with `label`, `help`, `placeholder`; `x-personal`
//! (encrypted at rest, masked for others); `x-when`, a condition over `form` (and `row` within a list) that decides
//! whether it is asked.

mod check;
mod check_values;
mod compile;
mod compile_kinds;
mod conditions;
mod export;
mod model;
mod normalise;
mod personal;
mod picker;
mod places;
mod read;
mod render;
mod render_fields;
mod render_read;
#[cfg(test)]
mod tests;
mod texts;
mod typed;

use serde_json::{Map, Value};

pub use check::{Completeness, Lookups};
pub use compile::FormProblem;
pub use picker::DivisionPicker;
pub use read::{FormCommand, Parsed};
pub use render::{FormView, Known, Origin, Progress};
pub use render_read::ReadView;

use crate::error::FieldProblem;
use crate::expr::Type;
use crate::text::{LocalText, Speaker};

/// A compiled form.
#[derive(Debug, Clone)]
pub struct FormSchema {
    title: LocalText,
    fields: model::Fields,
}

impl FormSchema {
    /// Compiles the text of a schema. All mistakes are given, in the order of the text.
    pub fn compile(json_text: &str) -> Result<FormSchema, Vec<FormProblem>> {
        let (title, fields) = compile::compile(json_text)?;
        Ok(FormSchema { title, fields })
    }

    /// The form's title.
    pub fn title(&self) -> &LocalText {
        &self.title
    }

    /// Reads a submitted page: pairs of names such as `people.0.name` and values, in their order. The buttons
    /// `_add`, `_remove`, `_pick` and `_show` are done and told as [`Parsed::command`].
    /// Other names with a leading `_` are passed over.
    pub fn parse(&self, pairs: &[(String, String)]) -> Parsed {
        read::read(&self.fields, pairs)
    }

    /// One writing of a value: texts tidied (full-width digits, blanks, line ends), members in order, answers to
    /// questions that are not asked dropped. Sections and lists are always there, if empty.
    pub fn normalise(&self, value: &Value) -> Value {
        normalise::normalise(&self.fields, value)
    }

    /// What is wrong with a normalised value, in the order of the page; pointers are relative to the value.
    /// Total over any JSON; at most 100 problems.
    pub fn validate(
        &self,
        value: &Value,
        lookups: &dyn Lookups,
        completeness: Completeness,
    ) -> Vec<FieldProblem> {
        check::check(&self.fields, value, lookups, completeness)
    }

    /// The places of personal fields, `*` for any row: `/people/*/number`.
    pub fn personal_pointers(&self) -> Vec<String> {
        personal::pointers(&self.fields)
    }

    /// What may rest in clear of a value, which is what was chosen from closed sets, and all else by JSON pointers, to
    /// be encrypted apart: what people write may name people wherever it stands.
    pub fn split_personal(&self, value: &Value) -> (Value, Map<String, Value>) {
        personal::split(&self.fields, value)
    }

    /// The whole of what [`split_personal`](Self::split_personal) took apart.
    pub fn join_personal(&self, clear: &Value, personal: &Map<String, Value>) -> Value {
        personal::join(&self.fields, clear, personal)
    }

    /// The value with its personal parts masked, for showing.
    pub fn masked(&self, value: &Value) -> Value {
        personal::masked(&self.fields, value)
    }

    /// The type of a submitted value, for the conditions of packs over `form`.
    pub fn field_type(&self) -> Type {
        export::field_type(&self.fields)
    }

    /// The standard JSON Schema of a submitted value, without `x-` keywords, for OpenAPI.
    pub fn json_schema(&self) -> Value {
        let mut schema = export::json_schema(&self.fields);
        schema["title"] = Value::String(self.title.en.clone());
        schema
    }

    /// The label of the field at a JSON pointer, with the rows on the way: for lists of problems elsewhere.
    pub fn label(&self, pointer: &str) -> Option<LocalText> {
        render::label(&self.fields, pointer)
    }

    /// The sections and how far each is, from the problems of a check with [`Completeness::Submit`].
    pub fn progress(&self, value: &Value, problems: &[FieldProblem]) -> Vec<Progress> {
        render::progress(&self.fields, value, problems)
    }

    /// The sections as the `<li>` elements of an `<ol class="steps">`, each a link to its section; steps of other
    /// kinds (materials) can follow in the same list.
    pub fn render_steps(&self, progress: &[Progress], speaker: &Speaker, icons: &str) -> String {
        render::steps(progress, speaker, icons)
    }

    /// The fields as HTML, to be put into a `<form class="form" novalidate>`: the summary of problems, then the
    /// sections.
    pub fn render(&self, view: &FormView<'_>) -> String {
        render::render(&self.fields, view)
    }

    /// The filled-in form as HTML to be read: definition lists, and tables for lists.
    pub fn render_read(&self, view: &ReadView<'_>) -> String {
        render_read::render(&self.fields, view)
    }
}
