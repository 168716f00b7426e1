//! The things of messaging: a message and to whom it goes. No rules and no SQL here.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use minshu_kernel::access::Resource;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::id_type;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

id_type!(MessageId, "A message in an inbox.");

/// How a message is meant, and so how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Good to know; nothing follows from it.
    #[default]
    Quiet,
    /// Somebody else has it now.
    Wait,
    /// The reader has something to do.
    Act,
    /// It went well.
    Good,
    /// It did not.
    Bad,
}

impl Tone {
    /// Every tone.
    pub const ALL: [Tone; 5] = [Tone::Quiet, Tone::Wait, Tone::Act, Tone::Good, Tone::Bad];

    /// The word in columns, packs and the API.
    pub const fn word(self) -> &'static str {
        match self {
            Tone::Quiet => "quiet",
            Tone::Wait => "wait",
            Tone::Act => "act",
            Tone::Good => "good",
            Tone::Bad => "bad",
        }
    }

    /// The tone of a word.
    pub fn parse(word: &str) -> Option<Tone> {
        Tone::ALL.into_iter().find(|tone| tone.word() == word)
    }
}

/// To whom a message goes: whoever is any of these reads it. What goes to a person opens only to an account that is
/// proved to be that person; what goes to an organisation, to those who may act for it, who share one copy.
///
/// An empty text is nobody: an expression of a flow hands on an owner that may be absent as
/// `has(event.owner) ? event.owner : ''`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Addressee {
    /// An account.
    #[serde(default, deserialize_with = "id_or_empty", skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// A person.
    #[serde(default, deserialize_with = "id_or_empty", skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// An organisation.
    #[serde(default, deserialize_with = "id_or_empty", skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
}

fn id_or_empty<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = Option::<Cow<'de, str>>::deserialize(from)?.filter(|text| !text.is_empty());
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

impl Addressee {
    /// Whether it is nobody.
    pub fn is_nobody(&self) -> bool {
        *self == Addressee::default()
    }
}

/// What a message says, in both languages, as it was when it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// One line.
    pub title: LocalText,
    /// Paragraphs, one a line.
    pub text: LocalText,
    /// Where it leads on: a path of this site.
    pub link: Option<String>,
    /// What a short message says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<LocalText>,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The pack whose template it was made from: who sends it.
    pub pack: String,
    /// The template: `pack.template`.
    pub template: String,
    /// To whom it goes.
    pub to: Addressee,
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub content: Content,
    /// What it is about: `kind:id`.
    pub about: Option<String>,
    /// When it was sent.
    pub at: Timestamp,
    /// When it was read first.
    pub read: Option<Timestamp>,
    /// 1 when it is sent, 2 when it was read.
    pub version: i64,
}

/// A message as access sees it.
pub fn resource(id: MessageId, pack: &str, to: &Addressee) -> Resource {
    Resource {
        kind: "messaging.message",
        id: id.to_string(),
        pack: Some(pack.to_owned()),
        owner_account: to.account,
        owner: to.person,
        owner_organisation: to.organisation,
        ..Resource::default()
    }
}

impl Message {
    /// The message as access sees it.
    pub fn resource(&self) -> Resource {
        resource(self.id, &self.pack, &self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_tones_are_the_same_thing_everywhere() {
        for tone in Tone::ALL {
            assert_eq!(Tone::parse(tone.word()), Some(tone));
            assert_eq!(serde_json::to_value(tone).unwrap(), tone.word());
        }
        assert_eq!(Tone::parse("loud"), None);
    }

    #[test]
    fn nobody_is_no_addressee() {
        let to: Addressee = serde_json::from_str("{\"account\": null}").unwrap();
        assert!(to.is_nobody());
        let empty: Addressee = serde_json::from_str("{\"person\": \"\"}").unwrap();
        assert!(empty.is_nobody());
        assert!(serde_json::from_str::<Addressee>("{\"person\": \"x\"}").is_err());
        assert!(serde_json::from_str::<Addressee>("{\"person\": 1}").is_err());
        let some = Addressee { account: Some(AccountId::new(uuid::Uuid::nil())), ..to };
        assert!(!some.is_nobody());
        assert!(serde_json::from_str::<Addressee>("{\"role\": \"clerk\"}").is_err());
    }
}
