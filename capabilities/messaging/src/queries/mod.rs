//! What messaging answers, one file a noun, and the view they share.

pub mod channels;
pub mod inbox;
pub mod message;
pub mod parked;
pub mod preferences;
pub mod receipts;
pub mod unread_count;

pub use channels::Channels;
pub use inbox::Inbox;
pub use message::MessageById;
pub use parked::ParkedMessages;
pub use preferences::Preferences;
pub use receipts::Receipts;
pub use unread_count::UnreadCount;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::delivery::{Delivery, State};
use crate::model::{Message, MessageId, MessageKind, Tone};

/// A message as its reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageView {
    /// The message.
    pub message: MessageId,
    /// The pack that sent it.
    pub pack: String,
    /// The name of that system; none where it is not in force any more.
    pub sender: Option<LocalText>,
    /// The template: `pack.template`.
    pub template: String,
    /// What kind it is.
    pub kind: MessageKind,
    /// How it is meant.
    pub tone: Tone,
    /// One line.
    pub title: LocalText,
    /// Paragraphs, one a line.
    pub text: LocalText,
    /// Where it leads on: a path of this site.
    pub link: Option<String>,
    /// What it is about: `kind:id`.
    pub about: Option<String>,
    /// When it was sent, milliseconds since 1970 in UTC.
    pub at_ms: Timestamp,
    /// When it was read first.
    pub read_ms: Option<Timestamp>,
    /// Whether its reader is asked to say that it arrived.
    pub acknowledge: bool,
    /// When that was said.
    pub acknowledged_ms: Option<Timestamp>,
    /// The short messages that tell of it; lists leave them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<ToldView>,
}

/// A text that tells of a message outside the inbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToldView {
    /// By which channel.
    pub channel: Channel,
    /// Where it stands.
    pub state: State,
    /// Why it waits or failed: `down`, `expired`, `read`, `refused`; empty where nothing is wrong.
    pub reason: String,
    /// When it was written, milliseconds since 1970 in UTC.
    pub at_ms: Timestamp,
    /// When the channel took it over or it came to an end.
    pub ended_ms: Option<Timestamp>,
}

impl ToldView {
    pub(crate) fn of(delivery: Delivery) -> ToldView {
        // What a channel said is for operators: it may quote the address of somebody else of the organisation.
        let reason = match (delivery.state, delivery.reason.as_str()) {
            (State::Sent | State::Delivered, _) | (State::Queued, "") => "",
            (State::Queued, _) => "down",
            (State::Failed, "expired") => "expired",
            (State::Failed, "read") => "read",
            (State::Failed, _) => "refused",
        };
        ToldView {
            channel: delivery.channel,
            state: delivery.state,
            reason: reason.to_owned(),
            at_ms: delivery.at,
            ended_ms: delivery.ended,
        }
    }
}

impl MessageView {
    pub(crate) fn of(ctx: &Ctx, message: Message) -> MessageView {
        let packs = ctx.services.packs.current();
        MessageView {
            message: message.id,
            sender: packs.pack(&message.pack).map(|pack| pack.name.clone()),
            pack: message.pack,
            template: message.template,
            kind: message.kind,
            tone: message.tone,
            acknowledge: message.content.acknowledge,
            acknowledged_ms: message.acknowledged,
            title: message.content.title,
            text: message.content.text,
            link: message.content.link,
            about: message.about,
            at_ms: message.at,
            read_ms: message.read,
            told: Vec::new(),
        }
    }
}
