//! The things of messaging: a message and to whom it goes. No rules and no SQL here.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use minshu_kernel::access::Resource;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::DivisionCode;
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

/// What kind of message it is, and so what its readers may choose about it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// What the law says must be told: nobody can switch it off.
    Legal,
    /// The reader has something to do.
    Act,
    /// How one's own things go on.
    #[default]
    Progress,
    /// Reminders and news: by the inbox alone unless somebody wants more.
    News,
}

impl MessageKind {
    /// Every kind, as pages list them.
    pub const ALL: [MessageKind; 4] =
        [MessageKind::Legal, MessageKind::Act, MessageKind::Progress, MessageKind::News];

    /// The word in columns, packs and the API.
    pub const fn word(self) -> &'static str {
        match self {
            MessageKind::Legal => "legal",
            MessageKind::Act => "act",
            MessageKind::Progress => "progress",
            MessageKind::News => "news",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<MessageKind> {
        MessageKind::ALL.into_iter().find(|kind| kind.word() == word)
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
    /// Whether its reader must say that it arrived; opening it is not enough then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acknowledge: bool,
    /// What happens, in this order, while nobody reads it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// What happens to a message that nobody reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Working hours after it was sent.
    pub after_hours: u16,
    /// To whom or by what it goes on.
    pub to: Onward,
}

/// Where a message goes on to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Onward {
    /// The same reader, by short message.
    Sms,
    /// The same reader, by mail.
    Email,
    /// The others who hold the reader's post.
    Holders,
    /// Those who hold a post with this role (`pack.role`) in the reader's organisation, or in the nearest above it.
    Role(String),
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
    /// What kind it is.
    pub kind: MessageKind,
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub content: Content,
    /// What it is about: `kind:id`.
    pub about: Option<String>,
    /// Where what it is about lies.
    pub division: Option<DivisionCode>,
    /// When it was sent.
    pub at: Timestamp,
    /// When it was read first.
    pub read: Option<Timestamp>,
    /// When its reader said that it arrived.
    pub acknowledged: Option<Timestamp>,
    /// The message of somebody else that was passed on to this reader.
    pub passed_from: Option<MessageId>,
    /// 1 when it is sent; one more when it was read, and when its reader said that it arrived.
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
    /// Whether its reader has it: opened, or said so where that is asked for.
    pub fn settled(&self) -> bool {
        if self.content.acknowledge { self.acknowledged.is_some() } else { self.read.is_some() }
    }

    /// The message as the office sees it that it was sent for: by its pack and its place.
    pub fn receipt(&self) -> Resource {
        Resource {
            pack: Some(self.pack.clone()),
            division: self.division,
            ..Resource::of("messaging.receipt", self.id)
        }
    }

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
        for kind in MessageKind::ALL {
            assert_eq!(MessageKind::parse(kind.word()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
        assert_eq!(MessageKind::parse("loud"), None);
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
