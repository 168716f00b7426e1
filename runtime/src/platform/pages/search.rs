//! Search in place, over what is held in memory: public documents and the systems of the plan. Terms are sought as
//! they are typed, as initials of English names, and for Chinese by pinyin, as short forms (社保 for 社会保险) and by
//! pairs of characters.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::capability::DocumentEntry;
use minshu_kernel::error::Failure;
use minshu_kernel::text::{LocalText, Speaker};
use minshu_kernel::web::{Markup, Page, Reply, Visit};
use pinyin::{Pinyin, ToPinyin as _};

use super::documents::{first_sentence, is_item};
use super::parts::{icons, label_of};
use super::{Pages, typed};
use crate::register::State;
use crate::standings::Standings;

/// The most answers in place.
const MOST_IN_PLACE: usize = 8;
/// The most answers of one category on the page.
const MOST_OF_CATEGORY: usize = 50;
/// Of the pairs of characters that were typed, so many per cent must be there.
const PAIRS_PER_CENT: usize = 50;
/// A short form stands for at most so many times as many characters.
const SHORT_FOR: usize = 3;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub name: String,
    pub note: String,
    pub href: String,
    score: u32,
}

/// What was found, by category, best first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub items: Vec<Answer>,
    pub documents: Vec<Answer>,
    pub systems: Vec<Answer>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.documents.is_empty() && self.systems.is_empty()
    }
}

/// How well a text fits what was typed; `None` where a word of it is nowhere. `words` are lower case.
pub(super) fn score(words: &[&str], names: &[&str], text: &[&str]) -> Option<u32> {
    let mut total = 0;
    for word in words {
        let of_name = names.iter().filter_map(|name| name_score(word, name)).max();
        let of_text = text.iter().any(|t| t.contains(word)).then_some(10);
        let typed = || names.iter().any(|name| sounds(word, name)).then_some(20);
        let short = || names.iter().any(|name| is_short_for(word, name)).then_some(15);
        let of_name = of_name.or_else(typed).or_else(short);
        let fuzzy = || pairs_fit(word, names).then_some(8).or(pairs_fit(word, text).then_some(4));
        total += of_name.or(of_text).or_else(fuzzy)?;
    }
    (total > 0).then_some(total)
}

fn name_score(word: &str, name: &str) -> Option<u32> {
    if name == word {
        Some(100)
    } else if name.starts_with(word) {
        Some(60)
    } else if name.contains(word) {
        Some(40)
    } else if word.len() > 1 && word.is_ascii() && initials(name) == word {
        Some(30)
    } else {
        None
    }
}

/// `single-window intake` → `swi`.
fn initials(name: &str) -> String {
    name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next()).collect()
}

/// Whether letters are the pinyin of a part of a Chinese name, or the initials of one: `shipin`, `spjy`.
fn sounds(word: &str, name: &str) -> bool {
    if word.len() < 2 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return false;
    }
    let syllables: Vec<&str> =
        name.to_pinyin().map(|found| found.map_or("", Pinyin::plain)).collect();
    let starts = 0..syllables.len();
    let initials: String = syllables.iter().map(|one| one.get(..1).unwrap_or(" ")).collect();
    initials.contains(word)
        || starts.into_iter().any(|from| {
            let rest = syllables.get(from..).unwrap_or_default();
            // The last syllable may still be being typed; one that is no Chinese character ends the name.
            let spelt: String = rest.iter().take_while(|one| !one.is_empty()).copied().collect();
            word.len() > 2 && spelt.starts_with(word)
        })
}

/// Whether a Chinese word is a short form of a part of a name: its characters in their order, close together.
fn is_short_for(word: &str, name: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    if !(2..=4).contains(&letters.len()) || letters.iter().any(char::is_ascii) {
        return false;
    }
    let name: Vec<char> = name.chars().collect();
    (0..name.len()).any(|from| {
        let part = name.iter().skip(from).take(letters.len() * SHORT_FOR);
        // A short form begins where the long one does.
        let begins = name.get(from) == letters.first();
        begins && {
            let mut left = letters.iter().peekable();
            part.for_each(|letter| {
                left.next_if_eq(&letter);
            });
            left.peek().is_none()
        }
    })
}

/// Whether most pairs of neighbouring characters of a Chinese word stand in one of the texts.
fn pairs_fit(word: &str, texts: &[&str]) -> bool {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < 3 || letters.iter().any(char::is_ascii) {
        return false;
    }
    let pairs: Vec<String> = letters.windows(2).map(|pair| pair.iter().collect()).collect();
    texts.iter().any(|text| {
        let there = pairs.iter().filter(|pair| text.contains(pair.as_str())).count();
        there * 100 >= pairs.len() * PAIRS_PER_CENT
    })
}

fn lower(text: &LocalText) -> [String; 2] {
    [text.zh.to_lowercase(), text.en.to_lowercase()]
}

/// Searches. An empty question finds nothing.
pub(super) fn search(
    t: &Speaker,
    q: &str,
    documents: &[DocumentEntry],
    standings: &Standings,
) -> Found {
    let q = q.to_lowercase();
    let words: Vec<&str> = q.split_whitespace().take(8).collect();
    let mut found = Found::default();
    if words.is_empty() {
        return found;
    }
    for document in documents {
        let (names, text) = (lower(&document.title), lower(&document.text));
        let (names, text) = (names.each_ref().map(|s| &**s), text.each_ref().map(|s| &**s));
        let Some(score) = score(&words, &names, &text) else { continue };
        let note = first_sentence(t.local(&document.text), 60);
        let name = t.local(&document.title).to_owned();
        let answer = Answer { name, note, href: document.href.clone(), score };
        if is_item(document) { found.items.push(answer) } else { found.documents.push(answer) }
    }
    for system in &standings.systems {
        let pack = &system.pack;
        let (names, lead, text) = (lower(&pack.name), lower(&pack.lead), lower(&pack.description));
        let names = [&*names[0], &*names[1], &*pack.id, &*pack.plan];
        let text = [&*lead[0], &*lead[1], &*text[0], &*text[1]];
        let Some(score) = score(&words, &names, &text) else { continue };
        // What works is more use than what is planned.
        let state = system.standing.state;
        let bonus = match state {
            State::Working => 3,
            State::Partly => 2,
            State::Unproved => 1,
            State::Planned => 0,
        };
        let note = [label_of(t, state), first_sentence(t.local(&pack.description), 60)];
        found.systems.push(Answer {
            name: t.local(&pack.name).to_owned(),
            note: note.join(&t.say("platform-separator")),
            href: format!("/systems/{}", pack.id),
            score: score * 4 + bonus,
        });
    }
    for category in [&mut found.items, &mut found.documents, &mut found.systems] {
        // Sorting keeps the order of those that fit equally well.
        category.sort_by_key(|answer| std::cmp::Reverse(answer.score));
        category.truncate(MOST_OF_CATEGORY);
    }
    found
}

/// An answer in place, with its category.
pub(super) struct InPlace {
    pub answer: Answer,
    pub category: String,
}

#[derive(Template)]
#[template(path = "partials/answers.html")]
pub(super) struct AnswersFragment {
    pub t: Speaker,
    pub q: String,
    pub answers: Vec<InPlace>,
    pub all: String,
}

impl AnswersFragment {
    pub(super) fn of(t: Speaker, q: String, found: Found) -> AnswersFragment {
        let categories = [
            ("platform-search-item", found.items),
            ("platform-search-document", found.documents),
            ("platform-search-system", found.systems),
        ];
        let answers = categories.into_iter().flat_map(|(key, answers)| {
            let category = t.say(key);
            answers.into_iter().map(move |answer| InPlace { answer, category: category.clone() })
        });
        let answers = answers.take(MOST_IN_PLACE).collect();
        let all = format!("/search?q={}", minshu_kernel::web::percent(&q));
        AnswersFragment { answers, all, q, t }
    }
}

#[derive(Template)]
#[template(path = "pages/search.html")]
pub(super) struct SearchPage {
    pub t: Speaker,
    pub icons: String,
    pub q: String,
    pub found: Found,
    pub empty: bool,
}

/// Answers a search: rows for htmx, else a page.
pub(super) async fn show(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let (t, q) = (visit.speaker(), typed(&visit, "q"));
    let documents = pages.documents.all(&pages.house).await;
    let found = search(&t, &q, &documents, &pages.house.standings());
    if visit.fragment {
        return Ok(Reply::Fragment(Markup::of(&AnswersFragment::of(t, q, found))?));
    }
    let title = t.say("platform-search-title");
    let empty = found.is_empty();
    Ok(Page::new("platform.search", title, &SearchPage { t, icons: icons(), q, found, empty })?
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_before_a_text_and_every_word_must_be_there() {
        let name = |word: &str| {
            score(&[word], &["食品经营许可证核发", "food business licence"], &["餐馆开业要办"])
        };
        assert_eq!(name("食品经营许可证核发"), Some(100));
        assert_eq!(name("食品"), Some(60));
        assert_eq!(name("许可证"), Some(40));
        assert_eq!(name("fbl"), Some(30));
        assert_eq!(name("餐馆"), Some(10));
        assert_eq!(name("食品许可证"), Some(8));
        assert_eq!(name("食证"), None);
        assert_eq!(name("食许"), Some(15));
        assert_eq!(name("核发"), Some(40));
        assert_eq!(score(&["社保"], &["多险合一的社会保险"], &[]), Some(15));
        assert_eq!(name("shipin"), Some(20));
        assert_eq!(name("jingyingxu"), Some(20));
        assert_eq!(name("spjy"), Some(20));
        assert_eq!(name("pinjin"), Some(20));
        assert_eq!(name("hipin"), None);
        assert_eq!(name("开餐馆业"), None);
        assert_eq!(name("台风"), None);
        assert_eq!(score(&["food", "台风"], &["food"], &[]), None);
        assert_eq!(score(&[], &["food"], &[]), None);
    }

    proptest::proptest! {
        #[test]
        fn anything_may_be_typed(q in ".{0,100}", name in ".{0,40}") {
            let q = q.to_lowercase();
            let words: Vec<&str> = q.split_whitespace().collect();
            let _ = score(&words, &[&name], &[]);
        }
    }
}
