//! Facts that messaging tells: ids alone. What a message says is personal and stays in the inbox.

use minshu_kernel::event::{Aggregate, Event};
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Message, MessageId};

/// A message was sent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MessageSent {
    /// The message.
    pub message: MessageId,
    /// The pack that sent it.
    pub pack: String,
    /// The template: `pack.template`.
    pub template: String,
    /// What it is about: `kind:id`.
    pub about: Option<String>,
    /// The account it goes to.
    pub to_account: Option<AccountId>,
    /// The person it goes to.
    pub to_person: Option<PersonId>,
    /// The organisation it goes to.
    pub to_organisation: Option<OrganisationId>,
}

impl Event for MessageSent {
    const TYPE: &'static str = "messaging.message.sent";
    const DOC: &'static str = "A message was put into an inbox.";
}

impl MessageSent {
    /// Of a message.
    pub fn of(message: &Message) -> MessageSent {
        MessageSent {
            message: message.id,
            pack: message.pack.clone(),
            template: message.template.clone(),
            about: message.about.clone(),
            to_account: message.to.account,
            to_person: message.to.person,
            to_organisation: message.to.organisation,
        }
    }
}

/// A message was read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MessageRead {
    /// The message.
    pub message: MessageId,
    /// The pack that sent it.
    pub pack: String,
    /// The template: `pack.template`.
    pub template: String,
    /// What it is about: `kind:id`.
    pub about: Option<String>,
}

impl Event for MessageRead {
    const TYPE: &'static str = "messaging.message.read";
    const DOC: &'static str = "A message was opened for the first time, or marked as read.";
}

/// A reader said that a message arrived.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MessageAcknowledged {
    /// The message.
    pub message: MessageId,
    /// The pack that sent it.
    pub pack: String,
    /// The template: `pack.template`.
    pub template: String,
    /// What it is about: `kind:id`.
    pub about: Option<String>,
}

impl Event for MessageAcknowledged {
    const TYPE: &'static str = "messaging.message.acknowledged";
    const DOC: &'static str = "The reader of a message said that it arrived.";
}

/// The message as the aggregate of its events, at its version after the write.
pub fn aggregate(message: MessageId, version: i64) -> Aggregate {
    Aggregate { kind: "messaging.message", id: message.to_string(), version }
}
