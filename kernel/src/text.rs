//! What people read, in Chinese and English. Texts of pages are Fluent messages that each
//! capability registers; texts of packs are [`LocalText`]s. Nothing a person reads is built elsewhere.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Entry, Pattern, PatternElement};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language of the pages.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    Serialize,
    Deserialize,
    PartialOrd,
    Ord,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both, Chinese first.
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// The short code: `zh`, `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }

    /// The BCP 47 tag of `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// Reads `zh` or `en`.
    pub fn parse(text: &str) -> Option<Lang> {
        match text {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// The better of the two by an `Accept-Language` header; Chinese where it names neither.
    pub fn from_header(header: &str) -> Lang {
        let mut best = (Lang::Zh, 0.0_f32);
        for part in header.split(',').take(20) {
            let mut fields = part.split(';');
            let tag = fields.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight = fields
                .find_map(|f| f.trim().strip_prefix("q=").and_then(|q| q.parse().ok()))
                .unwrap_or(1.0_f32);
            let lang = match tag.split('-').next() {
                Some("zh") => Lang::Zh,
                Some("en") => Lang::En,
                _ => continue,
            };
            if weight > best.1 {
                best = (lang, weight);
            }
        }
        best.0
    }
}

/// A text in both languages, as packs declare it: `{ zh = "…", en = "…" }`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalText {
    /// Chinese.
    #[schemars(example = &"窗口受理员")]
    pub zh: String,
    /// English.
    #[schemars(example = &"Counter clerk")]
    pub en: String,
}

impl LocalText {
    /// Both texts.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        LocalText { zh: zh.into(), en: en.into() }
    }

    /// The text in a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// An argument of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// A text, put in as it is.
    Text(String),
    /// A number, for plural forms and digits.
    Number(i64),
    /// A text in both languages: the one of the reader is put in.
    Local(LocalText),
    /// Another message by its key, for the reader's language.
    Key(&'static str),
}
impl From<&str> for Arg {
    fn from(v: &str) -> Self {
        Arg::Text(v.to_owned())
    }
}
impl From<String> for Arg {
    fn from(v: String) -> Self {
        Arg::Text(v)
    }
}
impl From<i64> for Arg {
    fn from(v: i64) -> Self {
        Arg::Number(v)
    }
}
impl From<usize> for Arg {
    fn from(v: usize) -> Self {
        Arg::Number(i64::try_from(v).unwrap_or(i64::MAX))
    }
}
impl From<LocalText> for Arg {
    fn from(v: LocalText) -> Self {
        Arg::Local(v)
    }
}
impl From<&LocalText> for Arg {
    fn from(v: &LocalText) -> Self {
        Arg::Local(v.clone())
    }
}

/// A message to a person, not yet in a language: a Fluent key and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The Fluent key, such as `casework-material-missing`.
    pub key: Cow<'static, str>,
    /// Arguments by name.
    pub args: Vec<(&'static str, Arg)>,
}

impl Message {
    /// A message without arguments.
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Message { key: key.into(), args: Vec::new() }
    }

    /// With one more argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}

impl From<&'static str> for Message {
    fn from(key: &'static str) -> Self {
        Message::new(key)
    }
}

/// The texts that a capability registers: its Fluent files, embedded.
#[derive(Debug, Clone, Copy)]
pub struct TextSource {
    /// Whose they are, for errors.
    pub owner: &'static str,
    /// The Chinese file.
    pub zh: &'static str,
    /// The English file.
    pub en: &'static str,
}

/// A mistake in the registered texts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("texts of {owner} ({lang}): {what}")]
pub struct BadText {
    /// Whose file.
    pub owner: String,
    /// Which language.
    pub lang: &'static str,
    /// What is wrong.
    pub what: String,
}

/// All texts, in both languages.
pub struct Texts {
    zh: Language,
    en: Language,
}

/// The texts of one language.
struct Language {
    bundle: FluentBundle<FluentResource>,
    /// Messages without arguments, ready to be shown: most of what a page says.
    plain: HashMap<String, String>,
    keys: Vec<String>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").finish_non_exhaustive()
    }
}

impl Texts {
    /// Reads the files. Each key must stand in both languages and once.
    pub fn load(sources: &[TextSource]) -> Result<Arc<Texts>, Vec<BadText>> {
        let mut problems = Vec::new();
        let [zh, en] = Lang::ALL.map(|lang| Language::load(lang, sources, &mut problems));
        for (from, other, lang) in [(&zh, &en, Lang::En), (&en, &zh, Lang::Zh)] {
            let missing = from.keys.iter().filter(|key| !other.bundle.has_message(key));
            problems.extend(missing.map(|key| BadText {
                owner: key.clone(),
                lang: lang.code(),
                what: "this message is missing".to_owned(),
            }));
        }
        if problems.is_empty() { Ok(Arc::new(Texts { zh, en })) } else { Err(problems) }
    }

    const fn language(&self, lang: Lang) -> &Language {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// The keys of a language, as registered.
    pub fn keys(&self, lang: Lang) -> &[String] {
        &self.language(lang).keys
    }

    /// Whether a key is registered.
    pub fn has(&self, key: &str) -> bool {
        self.zh.bundle.has_message(key)
    }

    /// The message in a language. A key that is not registered answers itself in brackets, so
    /// that a missing text is seen at once and fails the tests that look for brackets.
    pub fn say(&self, lang: Lang, message: &Message) -> String {
        self.say_with(lang, &message.key, &message.args)
    }

    fn say_with(&self, lang: Lang, key: &str, args: &[(&'static str, Arg)]) -> String {
        let language = self.language(lang);
        if let Some(text) = language.plain.get(key) {
            return text.clone();
        }
        let Some(pattern) = language.bundle.get_message(key).and_then(|m| m.value()) else {
            return format!("[{key}]");
        };
        let mut given = FluentArgs::new();
        for (name, value) in args {
            let value: FluentValue<'_> = match value {
                Arg::Text(text) => FluentValue::from(text.as_str()),
                Arg::Number(number) => FluentValue::from(*number),
                Arg::Local(text) => FluentValue::from(text.get(lang)),
                Arg::Key(key) => FluentValue::from(self.say_with(lang, key, &[])),
            };
            given.set(*name, value);
        }
        let mut errors = Vec::new();
        language.bundle.format_pattern(pattern, Some(&given), &mut errors).into_owned()
    }
}

impl Language {
    fn load(lang: Lang, sources: &[TextSource], problems: &mut Vec<BadText>) -> Language {
        let id = lang.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Isolation marks around arguments would show in attributes and titles.
        bundle.set_use_isolating(false);
        let (mut plain, mut keys) = (HashMap::new(), Vec::new());
        for source in sources {
            let text = match lang {
                Lang::Zh => source.zh,
                Lang::En => source.en,
            };
            let owner = || source.owner.to_owned();
            let bad = |what: String| BadText { owner: owner(), lang: lang.code(), what };
            let resource = match FluentResource::try_new(text.to_owned()) {
                Ok(resource) => resource,
                Err((resource, errors)) => {
                    problems.extend(errors.iter().map(|e| bad(e.to_string())));
                    resource
                }
            };
            for entry in resource.entries() {
                if let Entry::Message(message) = entry {
                    keys.push(message.id.name.to_owned());
                    let text = message.value.as_ref().and_then(plain_text);
                    plain.extend(text.map(|text| (message.id.name.to_owned(), text)));
                }
            }
            if let Err(errors) = bundle.add_resource(resource) {
                problems.extend(errors.iter().map(|e| bad(e.to_string())));
            }
        }
        Language { bundle, plain, keys }
    }
}

/// The text of a pattern that has nothing to put in.
fn plain_text(pattern: &Pattern<&str>) -> Option<String> {
    let text = |element: &PatternElement<&str>| match element {
        PatternElement::TextElement { value } => Some((*value).to_owned()),
        PatternElement::Placeable { .. } => None,
    };
    pattern.elements.iter().map(text).collect()
}

/// Says texts in one language: what templates hold as `t`.
#[derive(Debug, Clone)]
pub struct Speaker {
    texts: Arc<Texts>,
    /// The reader's language.
    pub lang: Lang,
}

impl Speaker {
    /// For a reader.
    pub fn new(texts: Arc<Texts>, lang: Lang) -> Self {
        Speaker { texts, lang }
    }

    /// A message without arguments.
    pub fn say(&self, key: &str) -> String {
        self.texts.say_with(self.lang, key, &[])
    }

    /// A message with one argument.
    pub fn say1(&self, key: &str, name: &'static str, value: impl Into<Arg>) -> String {
        self.texts.say_with(self.lang, key, &[(name, value.into())])
    }

    /// A message with two arguments.
    pub fn say2(
        &self,
        key: &str,
        first: (&'static str, impl Into<Arg>),
        second: (&'static str, impl Into<Arg>),
    ) -> String {
        let args = [(first.0, first.1.into()), (second.0, second.1.into())];
        self.texts.say_with(self.lang, key, &args)
    }

    /// A message made elsewhere.
    pub fn message(&self, message: &Message) -> String {
        self.texts.say(self.lang, message)
    }

    /// A pack's text.
    pub fn local<'a>(&self, text: &'a LocalText) -> &'a str {
        text.get(self.lang)
    }

    /// The texts behind, for a speaker in another language.
    pub fn texts(&self) -> &Arc<Texts> {
        &self.texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: TextSource = TextSource {
        owner: "test",
        zh: "greeting = 你好，{$name}\ndays = 还有 {$n} 个工作日\n",
        en: "greeting = Hello, {$name}\ndays = { $n ->\n    [one] {$n} working day left\n   *[other] {$n} working days left\n }\n",
    };

    #[test]
    fn messages_speak_both_languages() {
        let texts = Texts::load(&[SOURCE]).unwrap();
        let message = Message::new("greeting").with("name", "林晓");
        assert_eq!(texts.say(Lang::Zh, &message), "你好，林晓");
        assert_eq!(texts.say(Lang::En, &message), "Hello, 林晓");
        let one = Message::new("days").with("n", 1_i64);
        assert_eq!(texts.say(Lang::En, &one), "1 working day left");
        assert_eq!(texts.say(Lang::En, &Message::new("absent")), "[absent]");
    }

    #[test]
    fn a_message_in_one_language_only_is_refused() {
        let source = TextSource { owner: "test", zh: "a = 甲\n", en: "b = B\n" };
        let problems = Texts::load(&[source]).unwrap_err();
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn the_header_chooses_and_chinese_is_the_default() {
        assert_eq!(Lang::from_header("en-GB,en;q=0.9,zh;q=0.5"), Lang::En);
        assert_eq!(Lang::from_header("fr,de"), Lang::Zh);
        assert_eq!(Lang::from_header("zh-CN,en;q=0.9"), Lang::Zh);
        assert_eq!(Lang::from_header(""), Lang::Zh);
    }
}
