//! A text that an operation must get to somebody's telephone or mailbox: a code to sign in with, a warning that a
//! factor was taken off. Events hold no personal data and no secrets, so such a text does not go by a flow; it is
//! written with the operation itself, sealed, and delivered afterwards.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::action::Decision;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::error::Failure;

/// How a text reaches people.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A short message to a mobile telephone.
    Sms,
    /// E-mail.
    Email,
}

/// A text on its way to one address.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// By which channel.
    pub channel: Channel,
    /// The telephone number or the mail address; personal.
    pub to: String,
    /// The key of its text, in both languages; a mail's subject is the text of `<key>-subject`. It is said in the
    /// language of the operation.
    pub text: &'static str,
    /// Values of the text; may be secret.
    pub values: Vec<(&'static str, String)>,
    /// After this instant it is of no use and is not sent any more.
    pub expires: Timestamp,
}

/// Takes texts for delivery. Messaging fills it.
pub trait Courier: Send + Sync {
    /// Whether the installation has this channel.
    fn offers(&self, ctx: &Ctx, channel: Channel) -> bool;

    /// Adds what must be written for the text to be delivered: it is on its way when, and only when, the decision is
    /// committed. Refuses where the channel is not offered.
    fn dispatch(&self, ctx: &Ctx, dispatch: Dispatch) -> Result<CourierWrites, Failure>;
}

/// What a dispatch adds to a decision.
#[derive(Debug, Default)]
pub struct CourierWrites {
    /// Statements of the same write set.
    pub writes: Vec<crate::records::Statement>,
    /// Jobs of the same write set.
    pub jobs: Vec<crate::action::JobDraft>,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Channel; 2] = [Channel::Sms, Channel::Email];

    /// The word in columns, settings and the API.
    pub const fn word(self) -> &'static str {
        match self {
            Channel::Sms => "sms",
            Channel::Email => "email",
        }
    }

    /// The channel of a word.
    pub fn parse(word: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.word() == word)
    }
}

impl<R> Decision<R> {
    /// With a text on its way.
    #[must_use]
    pub fn dispatched(mut self, courier: CourierWrites) -> Self {
        self.writes.extend(courier.writes);
        self.jobs.extend(courier.jobs);
        self
    }
}

/// The courier of a house that has none.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoCourier;

impl Courier for NoCourier {
    fn offers(&self, _: &Ctx, _: Channel) -> bool {
        false
    }

    fn dispatch(&self, _: &Ctx, dispatch: Dispatch) -> Result<CourierWrites, Failure> {
        Err(Failure::internal(format!("no capability delivers {}", dispatch.text)))
    }
}
