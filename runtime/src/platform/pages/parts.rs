//! Pieces that several pages show: a system's state, a course of bricks, counts in words, a row of the register.

use minshu_kernel::show;
use minshu_kernel::text::Speaker;

use crate::http::shell::ASSETS;
use crate::register::{CHAPTERS, Chapter, PARTS, State};
use crate::standings::StandingSystem;

/// All states, best first.
pub(super) const STATES: [State; 4] =
    [State::Working, State::Partly, State::Unproved, State::Planned];

/// The address of the icons' sprite.
pub(super) fn icons() -> String {
    ASSETS.icons.clone()
}

/// The icon of a state.
pub(super) const fn icon_of(state: State) -> &'static str {
    match state {
        State::Working => "circle-check",
        State::Partly => "contrast",
        State::Unproved => "circle-help",
        State::Planned => "circle-dashed",
    }
}

/// A state as it is shown: icon and word.
pub(super) struct StateView {
    pub word: &'static str,
    pub icon: &'static str,
    pub label: String,
}

impl StateView {
    pub(super) fn of(t: &Speaker, state: State) -> StateView {
        StateView { word: state.word(), icon: icon_of(state), label: label_of(t, state) }
    }
}

/// The word of a state.
pub(super) fn label_of(t: &Speaker, state: State) -> String {
    t.say(match state {
        State::Working => "platform-state-working",
        State::Partly => "platform-state-partly",
        State::Unproved => "platform-state-unproved",
        State::Planned => "platform-state-planned",
    })
}

/// How many systems stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts([i64; 4]);

impl Counts {
    pub(super) fn of(states: impl IntoIterator<Item = State>) -> Counts {
        let mut counts = Counts::default();
        for state in states {
            counts.0[state as usize] += 1;
        }
        counts
    }

    pub(super) fn count(self, state: State) -> i64 {
        self.0[state as usize]
    }

    pub(super) fn total(self) -> i64 {
        self.0.iter().sum()
    }

    /// 2 个可用，7 个部分可用，36 个规划中. What there is none of is left out.
    pub(super) fn words(self, t: &Speaker) -> String {
        let key = |state| match state {
            State::Working => "platform-count-working",
            State::Partly => "platform-count-partly",
            State::Unproved => "platform-count-unproved",
            State::Planned => "platform-count-planned",
        };
        let words: Vec<String> = STATES
            .into_iter()
            .filter(|state| self.count(*state) > 0)
            .map(|state| t.say1(key(state), "n", show::number(self.count(state))))
            .collect();
        words.join(&t.say("platform-separator"))
    }

    /// The bricks, filled ones first, as the classes behind `brick`.
    pub(super) fn bricks(self) -> Vec<&'static str> {
        let class = |state| match state {
            State::Working => " is-working",
            State::Partly => " is-partly",
            State::Unproved | State::Planned => "",
        };
        let of = |state| (0..self.count(state)).map(move |_| class(state));
        STATES.into_iter().flat_map(of).collect()
    }
}

/// A row of the register.
pub(super) struct RegisterRow {
    pub id: String,
    pub name: String,
    pub lead: String,
    pub state: StateView,
}

impl RegisterRow {
    pub(super) fn of(t: &Speaker, system: &StandingSystem) -> RegisterRow {
        RegisterRow {
            id: system.pack.id.clone(),
            name: t.local(&system.pack.name).to_owned(),
            lead: t.local(&system.pack.lead).to_owned(),
            state: StateView::of(t, system.standing.state),
        }
    }
}

/// A chapter by its folder.
pub(super) fn chapter_of(folder: &str) -> Option<&'static Chapter> {
    CHAPTERS.iter().find(|chapter| chapter.folder == folder)
}

/// A chapter's name.
pub(super) fn chapter_name(t: &Speaker, chapter: &Chapter) -> &'static str {
    either(t, chapter.name)
}

/// The one of two texts that the reader's language has.
pub(super) fn either(t: &Speaker, text: (&'static str, &'static str)) -> &'static str {
    match t.lang {
        minshu_kernel::text::Lang::Zh => text.0,
        minshu_kernel::text::Lang::En => text.1,
    }
}

/// 第六章　益民服务.
pub(super) fn chapter_title(t: &Speaker, chapter: &Chapter) -> String {
    let name = chapter_name(t, chapter);
    match t.lang {
        minshu_kernel::text::Lang::Zh => {
            t.say2("platform-chapter-title", ("number", chapter.numeral), ("name", name))
        }
        minshu_kernel::text::Lang::En => {
            let number = chapter.number.to_string();
            t.say2("platform-chapter-title", ("number", number), ("name", name))
        }
    }
}

/// The number in front of a chapter's name: 六, 6.
pub(super) fn chapter_number(t: &Speaker, chapter: &Chapter) -> String {
    match t.lang {
        minshu_kernel::text::Lang::Zh => chapter.numeral.to_owned(),
        minshu_kernel::text::Lang::En => chapter.number.to_string(),
    }
}

/// The heading of a part of a chapter, such as `6.1`; `None` where the plan divides no further.
pub(super) fn part_name(t: &Speaker, plan: &str) -> Option<&'static str> {
    PARTS.iter().find(|(number, ..)| *number == plan).map(|(_, zh, en)| either(t, (zh, en)))
}
