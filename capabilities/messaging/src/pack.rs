//! What a pack declares to messaging: `[[messaging.template]]`, a message in both languages. The struct is schema and
//! reference at once; its checks are in [`crate::compile`].

use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{MessageKind, Tone};

/// A message to people, with places for values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateToml {
    /// The template's id within its pack.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), length(max = 64))]
    pub id: String,
    /// One line, at most 120 characters: what happened. `{name}` is a place for a value.
    pub title: LocalText,
    /// What happened, who has it, until when, what to do: at most 2000 characters, a paragraph a line.
    pub text: LocalText,
    /// The names of the values: each is given when a message is sent, and each stands in the title, the text or the
    /// link.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub values: Vec<String>,
    /// How it is meant: `quiet`, `wait`, `act`, `good` or `bad`.
    #[serde(default)]
    pub tone: Tone,
    /// What kind of message it is: `legal`, `act`, `progress` or `news`. Its readers choose by kind what they are told
    /// beside the inbox; `legal` is told whatever they chose.
    #[serde(default)]
    pub kind: MessageKind,
    /// Whether it goes by mail too, to those who have a proved mail address and want this kind there.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub email: bool,
    /// After how many hours an unread message goes by mail, 1 to 720; at once where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 720))]
    pub email_after_hours: Option<i64>,
    /// The text of a short message, one line of at most 200 characters: whoever the message goes to is told by short
    /// message too, unless it was read before. Values are cut to 40 characters there; 480 fit with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<LocalText>,
    /// After how many hours an unread message is told by short message, 1 to 720; at once where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 720))]
    pub sms_after_hours: Option<i64>,
    /// Whether its reader must say that it arrived; opening it is not enough then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acknowledge: bool,
    /// What happens, in this order, while nobody reads it or says that it arrived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 6))]
    pub escalate: Vec<EscalateToml>,
    /// Where it leads on: a path of this site, such as `/cases/{case}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub link: Option<String>,
}

/// A step of a message that nobody reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalateToml {
    /// Working hours after it was sent, 1 to 400: 9 to 17 o'clock on working days.
    #[schemars(range(min = 1, max = 400))]
    pub after_hours: u16,
    /// `sms` or `email`: the same reader by that channel. `holders`: the others who hold the reader's post. `role`: those
    /// who hold a post with `role` in the reader's organisation or the nearest above it.
    pub to: OnwardToml,
    /// The role, of this pack or as `pack.role`; with `to = "role"` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 130))]
    pub role: Option<String>,
}

/// Where a message goes on to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnwardToml {
    /// The same reader, by short message.
    Sms,
    /// The same reader, by mail.
    Email,
    /// The others who hold the reader's post.
    Holders,
    /// Those who hold a post with a role.
    Role,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_yes(value: &bool) -> bool {
    *value
}
