//! What a pack declares to messaging: `[[messaging.template]]`, a message in both languages. The struct is schema and
//! reference at once; its checks are in [`crate::compile`].

use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Tone;

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
    /// The text of a short message, one line of at most 200 characters: whoever the message goes to is told by short
    /// message too, unless it was read before. Values are cut to 40 characters there; 480 fit with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<LocalText>,
    /// After how many hours an unread message is told by short message, 1 to 720; at once where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 720))]
    pub sms_after_hours: Option<i64>,
    /// Where it leads on: a path of this site, such as `/cases/{case}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    pub link: Option<String>,
}
