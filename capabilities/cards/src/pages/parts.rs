//! Pieces that the pages share: a card in a list, a text field, a choice.

use askama::Template;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup};

use crate::model::State;
use crate::queries::{CardView, KindView};

/// The address of the icons' sprite.
const ICONS: &str = "/assets/icons.svg";

#[derive(Template)]
#[template(path = "parts/icon.html")]
struct Icon<'a> {
    name: &'a str,
    size: &'a str,
    sprite: &'a str,
}

/// An icon of the set, for templates.
pub(crate) fn icon(name: &str) -> Markup {
    Icon { name, size: "", sprite: ICONS }.render().map(Markup).unwrap_or_default()
}

/// A card as pages show it.
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) number: String,
    pub(super) state: State,
    pub(super) class: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: String,
    pub(super) note: String,
}

impl Shown {
    pub(super) fn of(t: &Speaker, card: &CardView) -> Shown {
        let (class, icon) = match card.state {
            State::Claimed => (" is-warn", "clock"),
            State::Good => (" is-good", "circle-check"),
            State::Stopped => (" is-bad", "circle-pause"),
            State::Ended => ("", "x"),
        };
        let at = show::instant(t, card.changed_ms);
        let note = match card.loss {
            Some(loss) => t.say1(&format!("cards-stopped-{}", loss.word()), "at", at),
            None => t.say1(&format!("cards-since-{}", card.state.word()), "at", at),
        };
        Shown {
            id: card.card.to_string(),
            name: t.local(&card.name).to_owned(),
            number: card.number.clone(),
            state: card.state,
            class,
            icon,
            word: t.say(&format!("cards-state-{}", card.state.word())),
            note,
        }
    }
}

/// A text field with its mistake.
#[derive(Template)]
#[template(path = "parts/field.html")]
pub(super) struct Field {
    id: String,
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    problem: String,
}

impl askama::filters::HtmlSafe for Field {}

impl Field {
    /// A field of a form whose ids begin with `prefix`.
    pub(super) fn new(
        t: &Speaker,
        state: Option<&FormState>,
        prefix: &str,
        (name, label, hint): (&'static str, &str, &str),
        value: &str,
    ) -> Field {
        let problem = state.and_then(|state| state.problem(&format!("/{name}")));
        Field {
            id: format!("{prefix}{name}"),
            name,
            label: t.say(label),
            hint: if hint.is_empty() { String::new() } else { t.say(hint) },
            value: value.to_owned(),
            problem: problem.unwrap_or_default().to_owned(),
        }
    }
}

/// A kind to choose.
pub(super) struct Choice {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) note: String,
    pub(super) on: bool,
}

impl Choice {
    pub(super) fn all(t: &Speaker, kinds: &[KindView], chosen: &str) -> Vec<Choice> {
        let choice = |kind: &KindView| Choice {
            kind: kind.kind.clone(),
            name: t.local(&kind.name).to_owned(),
            note: kind.help.as_ref().map(|help| t.local(help).to_owned()).unwrap_or_default(),
            on: kind.kind == chosen,
        };
        kinds.iter().map(choice).collect()
    }
}
