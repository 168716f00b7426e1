//! Pure rules: texts with places, which values fit a template, and what is said then.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::FieldProblem;
use minshu_kernel::text::{Lang, LocalText, Message};
use minshu_kernel::web::percent;
use serde::Serialize;

use crate::model::{Content, MessageKind, Step, Tone};

/// The longest name of a place, in bytes.
const NAME_MAX: usize = 40;
/// The longest value, in characters.
pub const VALUE_MAX: usize = 300;
/// The longest value in a short message, in characters; longer ones are cut.
pub const SMS_VALUE_MAX: usize = 40;
/// The longest value that may stand in an address, in characters.
pub const LINK_VALUE_MAX: usize = 100;
/// The most values that are looked at; a template declares at most 20.
pub const VALUES_MAX: usize = 60;
/// The last instant that can be written: the end of the year 9999.
const LAST_MS: i64 = 253_402_271_999_999;

/// A text with places: `收到申请，编号 {number}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Place(String),
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternProblem {
    /// A place does not end.
    #[error("the brace at character {0} opens a place that does not end: write {{name}}")]
    Open(usize),
    /// A brace closes nothing.
    #[error("the brace at character {0} closes nothing: write {{name}}")]
    Close(usize),
    /// A name that cannot be one.
    #[error("\"{0}\" cannot name a place: small letters, digits and _, a letter first, at most 40")]
    Name(String),
}

/// Whether a text can name a place.
pub fn is_name(text: &str) -> bool {
    text.len() <= NAME_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl Pattern {
    /// Reads a text with places.
    pub fn parse(text: &str) -> Result<Pattern, PatternProblem> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (words, brace) = rest.split_at(at);
            if !words.is_empty() {
                pieces.push(Piece::Words(words.to_owned()));
            }
            let before = text.get(..text.len() - brace.len()).unwrap_or("");
            let character = before.chars().count() + 1;
            let Some(inside) = brace.strip_prefix('{') else {
                return Err(PatternProblem::Close(character));
            };
            let Some((name, after)) = inside.split_once('}') else {
                return Err(PatternProblem::Open(character));
            };
            if !is_name(name) {
                return Err(PatternProblem::Name(name.chars().take(NAME_MAX).collect()));
            }
            pieces.push(Piece::Place(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest.to_owned()));
        }
        Ok(Pattern { pieces })
    }

    /// The names of its places.
    pub fn places(&self) -> BTreeSet<&str> {
        self.pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Place(name) => Some(name.as_str()),
                Piece::Words(_) => None,
            })
            .collect()
    }

    /// How many places it has, one that stands twice counted twice.
    pub fn count(&self) -> usize {
        self.pieces.iter().filter(|piece| matches!(piece, Piece::Place(_))).count()
    }

    /// Its words without the places.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Words(words) => Some(words.as_str()),
            Piece::Place(_) => None,
        })
    }

    /// The text with its places filled in.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) => words.clone(),
                Piece::Place(name) => value(name),
            })
            .collect()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fill(|name| format!("{{{name}}}")))
    }
}

/// A text in both languages, with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPattern {
    /// Chinese.
    pub zh: Pattern,
    /// English.
    pub en: Pattern,
}

impl LocalPattern {
    fn fill(&self, said: &BTreeMap<String, LocalText>) -> LocalText {
        let value = |lang| {
            move |name: &str| said.get(name).map_or("", |v: &LocalText| v.get(lang)).to_owned()
        };
        LocalText::new(self.zh.fill(value(Lang::Zh)), self.en.fill(value(Lang::En)))
    }
}

/// A short message that a template sends beside the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// What it says.
    pub text: LocalPattern,
    /// How long the message must be unread, in milliseconds; 0 at once.
    pub after_ms: i64,
}

/// A template of a pack that is ready to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// `pack.template`.
    pub id: String,
    /// The pack.
    pub pack: String,
    /// One line.
    pub title: LocalPattern,
    /// Paragraphs.
    pub text: LocalPattern,
    /// What kind it is.
    pub kind: MessageKind,
    /// After how long an unread message goes by mail, in milliseconds; none where it does not.
    pub email_after_ms: Option<i64>,
    /// How it is meant.
    pub tone: Tone,
    /// Where it leads on.
    pub link: Option<Pattern>,
    /// What a short message says, and after how long an unread message is told so.
    pub sms: Option<Short>,
    /// Whether its reader must say that it arrived.
    pub acknowledge: bool,
    /// What happens while nobody reads it.
    pub steps: Vec<Step>,
    /// The values it needs: each is given, and no other.
    pub values: BTreeSet<String>,
}

/// The values of a message as they were given; a name is in one of the three.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Given<'a> {
    /// Texts that are the same in both languages: numbers, names of people.
    pub values: &'a BTreeMap<String, String>,
    /// Texts in both languages: names of items, places, offices.
    pub names: &'a BTreeMap<String, LocalText>,
    /// Ends of limits, milliseconds since 1970 in UTC.
    pub dues: &'a BTreeMap<String, Timestamp>,
}

impl Template {
    /// The message, where the values fit. `due` writes the end of a limit for people.
    pub fn render(
        &self,
        given: &Given<'_>,
        due: impl Fn(Lang, Timestamp) -> String,
    ) -> Result<Content, Vec<FieldProblem>> {
        let said = self.said(given, due)?;
        let link = self.link.as_ref().map(|link| {
            link.fill(|name| said.get(name).map_or_else(String::new, |v| percent(&v.zh).into()))
        });
        let sms = self.sms.as_ref().map(|sms| {
            let cut = |(name, text): (&String, &LocalText)| {
                (name.clone(), LocalText::new(cut(&text.zh), cut(&text.en)))
            };
            sms.text.fill(&said.iter().map(cut).collect())
        });
        Ok(Content {
            title: self.title.fill(&said),
            text: self.text.fill(&said),
            link,
            sms,
            acknowledge: self.acknowledge,
            steps: self.steps.clone(),
        })
    }

    /// Every value in both languages, or everything that is wrong with them.
    fn said(
        &self,
        given: &Given<'_>,
        due: impl Fn(Lang, Timestamp) -> String,
    ) -> Result<BTreeMap<String, LocalText>, Vec<FieldProblem>> {
        let count = given.values.len() + given.names.len() + given.dues.len();
        if count > VALUES_MAX {
            let message = Message::new("messaging-problem-too-many").with("most", VALUES_MAX);
            return Err(vec![FieldProblem::new("/values", message)]);
        }
        let mut sorted = Sorted { template: self, said: BTreeMap::new(), problems: Vec::new() };
        for (name, text) in given.values {
            sorted.take("values", name, LocalText::new(text, text));
        }
        for (name, text) in given.names {
            sorted.take("names", name, text.clone());
        }
        for (name, end) in given.dues {
            if (0..=LAST_MS).contains(&end.0) {
                let text = LocalText::new(due(Lang::Zh, *end), due(Lang::En, *end));
                sorted.take("dues", name, text);
            } else {
                sorted.wrong("dues", name, "messaging-problem-instant");
            }
        }
        for name in &self.values {
            let told = sorted.problems.iter().any(|p| ends_with_name(&p.pointer, name));
            if !sorted.said.contains_key(name) && !told {
                sorted.wrong("values", name, "messaging-problem-missing");
            }
        }
        if sorted.problems.is_empty() { Ok(sorted.said) } else { Err(sorted.problems) }
    }
}

fn ends_with_name(pointer: &str, name: &str) -> bool {
    pointer.rsplit_once('/').is_some_and(|(_, last)| last == name)
}

/// Values on their way into a template.
struct Sorted<'a> {
    template: &'a Template,
    said: BTreeMap<String, LocalText>,
    problems: Vec<FieldProblem>,
}

impl Sorted<'_> {
    /// A mistake names the value and never shows it: it may be personal.
    fn wrong(&mut self, map: &str, name: &str, key: &'static str) {
        let shown: String = name.chars().take(NAME_MAX).collect();
        let pointer = format!("/{map}/{}", shown.replace('~', "~0").replace('/', "~1"));
        let message = Message::new(key).with("name", shown);
        self.problems.push(FieldProblem::new(pointer, message));
    }

    fn take(&mut self, map: &str, name: &str, text: LocalText) {
        if !self.template.values.contains(name) {
            return self.wrong(map, name, "messaging-problem-unknown");
        }
        let both = [&text.zh, &text.en];
        if both.iter().any(|t| t.trim().is_empty()) {
            return self.wrong(map, name, "messaging-problem-missing");
        }
        if both.iter().any(|t| t.chars().any(|c| c.is_control() || turns(c))) {
            return self.wrong(map, name, "messaging-problem-characters");
        }
        let in_link = self.template.link.as_ref().is_some_and(|link| link.places().contains(name));
        let most = if in_link { LINK_VALUE_MAX } else { VALUE_MAX };
        if both.iter().any(|t| t.chars().count() > most) {
            return self.wrong(map, name, "messaging-problem-long");
        }
        if self.said.insert(name.to_owned(), text).is_some() {
            self.wrong(map, name, "messaging-problem-twice");
        }
    }
}

/// A value as it stands in a short message.
fn cut(text: &str) -> String {
    match text.chars().count() > SMS_VALUE_MAX {
        true => text.chars().take(SMS_VALUE_MAX - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// A text as one bounded line in which nothing hides: control characters and line breaks become spaces, and marks that
/// turn a text round are left out.
pub fn one_line(text: &str, most: usize) -> String {
    let kept = text.chars().filter(|c| !turns(*c)).take(most);
    kept.map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// Marks that turn the direction of a text (UAX 9): a value with them could make a line say something else.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text says what a message is about: `kind:id`, such as `casework.case:` and the case's id.
pub fn is_about(text: &str) -> bool {
    let Some((kind, id)) = text.split_once(':') else { return false };
    let kind_fits = |c: char| c.is_ascii_lowercase() || matches!(c, '.' | '_');
    let id_fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=60).contains(&kind.len())
        && (1..=80).contains(&id.len())
        && kind.chars().all(kind_fits)
        && id.chars().all(id_fits)
}

#[cfg(test)]
mod tests;
