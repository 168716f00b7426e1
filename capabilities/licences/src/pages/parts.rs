//! Pieces that the pages share: a state, a text field, a licence as strangers see it, what is wrong as a whole.

use askama::Template;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup};

use crate::actions::look::Face;
use crate::model::State;

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

/// How a state looks: a colour is never alone.
pub(super) struct StateTag {
    pub(super) class: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: String,
}

impl StateTag {
    pub(super) fn of(t: &Speaker, state: State) -> StateTag {
        let (class, icon) = match state {
            State::Valid => (" is-good", "circle-check"),
            State::Suspended => (" is-warn", "circle-pause"),
            State::Lapsed | State::Transferred | State::Replaced => ("", "clock"),
            State::Withdrawn | State::Cancelled | State::Revoked => (" is-bad", "x"),
        };
        StateTag { class, icon, word: t.say(&format!("licences-state-{}", state.word())) }
    }
}

/// Until when something holds, in words.
pub(super) fn until(t: &Speaker, until: Option<Timestamp>) -> String {
    match until {
        // The end is 24:00 of the last day.
        Some(until) => t.say1("licences-until", "day", show::date(t, until.plus_ms(-1).date())),
        None => t.say("licences-without-end"),
    }
}

/// A text field with its mistake.
#[derive(Template)]
#[template(path = "parts/field.html")]
pub(super) struct Field {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) value: String,
    pub(super) problem: String,
    pub(super) kind: &'static str,
    pub(super) most: usize,
    pub(super) optional: bool,
    pub(super) optional_word: String,
    pub(super) code: bool,
}

impl askama::filters::HtmlSafe for Field {}

impl Field {
    /// A line of text whose mistakes stand at a pointer.
    pub(super) fn new(
        t: &Speaker,
        state: &FormState,
        (name, pointer): (&str, &str),
        label: String,
        value: &str,
    ) -> Field {
        Field {
            id: format!("field-{}", name.replace(['/', '.'], "-")),
            name: name.to_owned(),
            label,
            hint: String::new(),
            value: value.to_owned(),
            problem: state.problem(pointer).unwrap_or_default().to_owned(),
            kind: "text",
            most: 500,
            optional: false,
            optional_word: t.say("licences-optional"),
            code: false,
        }
    }

    pub(super) fn hinted(mut self, hint: String) -> Field {
        self.hint = hint;
        self
    }

    pub(super) fn typed_as_code(mut self) -> Field {
        self.code = true;
        self
    }
}

/// What is wrong as a whole, above everything.
#[derive(Template)]
#[template(path = "parts/problem.html")]
pub(super) struct Problem {
    wrong: String,
}

impl askama::filters::HtmlSafe for Problem {}

impl Problem {
    pub(super) fn of(t: &Speaker, state: &FormState) -> Problem {
        let wrong = match (&state.summary, state.problems.is_empty()) {
            (Some(_), false) => t.say1("form-summary", "count", state.problems.len()),
            (Some(summary), true) => summary.clone(),
            (None, _) => String::new(),
        };
        Problem { wrong }
    }
}

#[derive(Template)]
#[template(path = "parts/face.html")]
struct FacePart {
    name: String,
    state: StateTag,
    since: String,
    facts: Vec<(String, Markup)>,
}

/// A licence as strangers see it.
pub(super) fn face(t: &Speaker, face: &Face) -> Result<Markup, Failure> {
    let mut facts = vec![
        (t.say("licences-holder"), t.named(&face.holder)),
        (t.say("licences-issuer"), t.named(&face.issuer)),
        (t.say("licences-issued"), t.named(&show::date(t, face.issued_ms.date()))),
        (t.say("licences-validity"), t.named(&until(t, face.until_ms))),
    ];
    facts.extend(face.fields.iter().map(|f| (t.local(&f.name).to_owned(), t.named(&f.value))));
    facts.push((t.say("licences-identifier"), t.named(&face.identifier)));
    let since = match face.state {
        State::Valid => String::new(),
        _ => t.say1("licences-since", "at", show::instant(t, face.since_ms)),
    };
    Markup::of(&FacePart {
        name: t.local(&face.name).to_owned(),
        state: StateTag::of(t, face.state),
        since,
        facts,
    })
}

/// A QR code as the path of an SVG of so many units a side, its quiet zone included.
pub(super) fn qr(text: &str) -> Result<(usize, String), Failure> {
    use std::fmt::Write as _;

    use qrcode::{Color, EcLevel, QrCode};
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| Failure::internal(format!("a QR code: {error}")))?;
    let width = code.width();
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % width + QUIET, place / width + QUIET);
            let _infallible = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    Ok((width + 2 * QUIET, path))
}
