//! The division picker, the same on every page: a select a level in a chain, from the cities of the installation's
//! own province down. The last that is chosen counts.

use askama::Template;

use super::render::rendered;
use super::render_fields::Base;
use super::texts;
use crate::division::{Division, DivisionCode, Divisions, Level};
use crate::text::Speaker;
use crate::web::Markup;

/// A picker that stands on its own, outside the form of a schema.
pub struct DivisionPicker<'a> {
    /// The reader's language.
    pub speaker: &'a Speaker,
    /// The division tree.
    pub divisions: &'a Divisions,
    /// The address of the icons' sprite.
    pub icons: &'a str,
    /// The id of the first select, which mistakes link to.
    pub id: &'a str,
    /// The name that every select sends.
    pub name: &'a str,
    /// The question.
    pub label: &'a str,
    /// A line of help.
    pub help: Option<&'a str>,
    /// What is wrong with the choice.
    pub problem: Option<&'a str>,
    /// Whether something must be chosen.
    pub required: bool,
    /// Whether the province as a whole can be chosen.
    pub province: bool,
    /// The code chosen so far; may be empty.
    pub chosen: &'a str,
}

impl DivisionPicker<'_> {
    /// Renders it, down to villages.
    pub fn render(&self) -> Markup {
        let base = Base {
            t: self.speaker,
            icons: self.icons,
            id: self.id.to_owned(),
            name: self.name.to_owned(),
            label: self.label,
            help: self.help,
            origin: None,
            errors: self.problem.map(str::to_owned).into_iter().collect(),
            required: self.required,
            refresh: false,
        };
        let asked = Asked { deepest: Level::Village, province: self.province };
        let levels = levels(self.speaker, self.divisions, self.id, asked, self.chosen);
        Markup(rendered(&Picker { base, levels }))
    }
}

/// What a picker asks for.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// The last level.
    pub(super) deepest: Level,
    /// Whether the province as a whole can be chosen, beside its cities.
    pub(super) province: bool,
}

/// One level.
pub(super) struct PickerLevel {
    id: String,
    label: String,
    options: Vec<PickerOption>,
}

struct PickerOption {
    code: String,
    name: String,
    on: bool,
    /// The province among its own parts: nothing follows on it.
    whole: bool,
}

#[derive(Template)]
#[template(path = "form/division.html")]
pub(super) struct Picker<'a> {
    pub(super) base: Base<'a>,
    pub(super) levels: Vec<PickerLevel>,
}

/// The selects; each offers the parts of what the one above holds.
pub(super) fn levels(
    speaker: &Speaker,
    divisions: &Divisions,
    id: &str,
    asked: Asked,
    chosen: &str,
) -> Vec<PickerLevel> {
    let code: Option<DivisionCode> = chosen.parse().ok();
    let path = code.map(|code| divisions.path(code)).unwrap_or_default();
    let root = path.first().copied().or_else(|| divisions.roots().next());
    let mut above = root;
    let below = |level: &Level| *level != Level::Province && *level <= asked.deepest;
    Level::ALL
        .into_iter()
        .filter(below)
        .enumerate()
        .map(|(index, level)| {
            let here = path.iter().copied().find(|division| division.level() == level);
            let option = |part: Division<'_>| PickerOption {
                code: part.code().to_string(),
                name: part.name().to_owned(),
                on: here.is_some_and(|here| here.code() == part.code()),
                whole: false,
            };
            let whole = root.filter(|_| asked.province && index == 0).map(|root| PickerOption {
                name: speaker.say1("form-division-whole", "name", root.name()),
                on: code == Some(root.code()),
                whole: true,
                ..option(root)
            });
            let parts = above.into_iter().flat_map(|above| divisions.children(above.code()));
            let options = whole.into_iter().chain(parts.map(option)).collect();
            above = here;
            PickerLevel {
                id: if index == 0 { id.to_owned() } else { format!("{id}-{}", index + 1) },
                label: capitalised(speaker.local(&texts::level(level))),
                options,
            }
        })
        .collect()
}

/// A label begins with a capital, where the writing has them.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
