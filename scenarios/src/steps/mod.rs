//! The sentences that scenarios are written in, a file per capability, shared by every pack.
//!
//! A sentence is a Chinese regular expression, matched whole, and a function; `{人}` in it is the name of somebody,
//! two to four characters long. It means the same behind 假如, 当 and
//! 那么: Gherkin's keywords are for the reader. No two sentences may fit one step; a test tries every step of every
//! pack.

pub mod access;
pub mod cards;
pub mod casework;
pub mod identity;
pub mod licences;
pub mod messaging;
pub mod outcome;
pub mod platform;
mod safety;

use std::sync::LazyLock;

use cucumber::step::{Collection, Context, Step};
use regex::Regex;

use crate::trouble::Outcome;
use crate::world::World;

/// What a step brings: the captured words and its table.
#[derive(Debug, Clone, Default)]
pub struct Words {
    captured: Vec<String>,
    table: Vec<Vec<String>>,
}

impl Words {
    /// Of a matched step.
    pub fn of(context: &Context) -> Words {
        let captured = context.matches.iter().skip(1).map(|(_, text)| text.clone()).collect();
        let table = context.step.table.as_ref().map(|table| table.rows.clone()).unwrap_or_default();
        Words { captured, table }
    }

    /// The captured word at a place, from 0; empty where the sentence left it out.
    pub fn get(&self, place: usize) -> &str {
        self.captured.get(place).map_or("", String::as_str)
    }

    /// The rows of the table below its head.
    pub fn rows(&self) -> impl Iterator<Item = &[String]> {
        self.table.iter().skip(1).map(Vec::as_slice)
    }

    /// The rows as pairs of the first two columns.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rows().map(|row| {
            let cell = |at: usize| row.get(at).map_or("", |text| text.as_str());
            (cell(0), cell(1))
        })
    }
}

/// Lists sentences with their functions: `async fn(&mut World, Words) -> Outcome`.
macro_rules! sentences {
    ($($regex:literal => $function:path;)+) => {
        /// The sentences of this file.
        pub(super) const SENTENCES: &[super::Sentence] = &[$(
            ($regex, |world, context| {
                Box::pin(async move {
                    let words = $crate::steps::Words::of(&context);
                    $crate::steps::settle($function(world, words).await);
                })
            }),
        )+];
    };
}
pub(crate) use sentences;

/// A sentence: its expression, without the marks of beginning and end, and its function.
type Sentence = (&'static str, Step<World>);

/// A failed step ends its scenario by a panic: so the runner has it.
fn settle(outcome: Outcome) {
    if let Err(trouble) = outcome {
        std::panic::panic_any(trouble.to_string());
    }
}

/// A person's name: short, so that it never swallows what somebody does.
const PERSON: &str = r"([\p{Han}·]{2,4})";

static COLLECTION: LazyLock<Collection<World>> = LazyLock::new(|| {
    let all = [
        access::SENTENCES,
        cards::SENTENCES,
        casework::SENTENCES,
        identity::SENTENCES,
        licences::SENTENCES,
        messaging::SENTENCES,
        outcome::SENTENCES,
        platform::SENTENCES,
        safety::SENTENCES,
    ];
    all.into_iter().flatten().fold(Collection::new(), |book, (expression, function)| {
        let regex = Regex::new(&format!("^(?:{})$", expression.replace("{人}", PERSON)));
        let regex = regex.unwrap_or_else(|error| panic!("{expression}: {error}"));
        book.given(None, regex.clone(), *function)
            .when(None, regex.clone(), *function)
            .then(None, regex, *function)
    })
});

/// Every sentence.
pub fn collection() -> &'static Collection<World> {
    &COLLECTION
}
