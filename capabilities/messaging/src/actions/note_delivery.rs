//! What became of a text that was handed over.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address;
use crate::delivery::{self, Delivery, DeliveryId, State, asked_ms, rest_ms};
use crate::rules::one_line;

/// The longest words of a receiver that are kept, in characters.
const WORDS_MAX: usize = 200;

/// Notes what became of a text.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteDelivery {
    /// The text.
    pub delivery: DeliveryId,
    /// What became of it.
    #[schemars(example = Outcome::Sent { reference: "A-17".to_owned() })]
    pub outcome: Outcome,
}

/// What became of a text that was handed over.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The channel took it over.
    Sent {
        /// How the receiver calls it.
        reference: String,
    },
    /// It is refused for good.
    Refused {
        /// Why.
        reason: String,
        /// Whether the address takes nothing at all, by what its server says.
        #[serde(default)]
        address: bool,
    },
    /// The channel took nothing.
    Down {
        /// What happened.
        why: String,
        /// How long the receiver asks us to wait, in milliseconds.
        after_ms: Option<i64>,
    },
}

/// Where the text stands now.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Noted {
    /// Where it stands.
    pub state: State,
}

impl Action for NoteDelivery {
    const NAME: &'static str = "messaging.note_delivery";
    const DOC: &'static str = "Notes whether a channel took a text over. Where it did, what the text said is erased; where the channel is down, text and channel wait.";
    type Reply = Noted;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Noted>, Failure> {
        ctx.authorize(&Resource::of("messaging.delivery", self.delivery))?;
        let found = delivery::find(ctx, self.delivery).await?.ok_or_else(Failure::missing)?;
        // A report of the receiver was quicker, or the text's time was over.
        if found.state != State::Queued {
            return Ok(Decision::reply(Noted { state: found.state }));
        }
        let word = found.channel.word();
        let ended = |state, reason: &str, reference: &str| {
            let works = Statement::any(delivery::CHANNEL_WORKS, values![word, ctx.now]);
            Decision::reply(Noted { state })
                .write(delivery::end(found.id, found.version, state, (reason, reference), ctx.now))
                .write(works)
        };
        Ok(match self.outcome {
            Outcome::Sent { reference } => ended(State::Sent, "", &one_line(&reference, WORDS_MAX)),
            Outcome::Refused { reason, address } => {
                let reason = one_line(&reason, WORDS_MAX);
                let marks = if address { bounced(ctx, &found, &reason).await? } else { Vec::new() };
                marks.into_iter().fold(ended(State::Failed, &reason, ""), Decision::write)
            }
            Outcome::Down { why, after_ms } => {
                let why = one_line(&why, WORDS_MAX);
                let health = delivery::health(ctx, found.channel).await?;
                let rest = rest_ms(health.failures + 1).max(asked_ms(after_ms));
                let retry = ctx.now.plus_ms(rest);
                let wait = values![found.id, found.version, retry, &why];
                Decision::reply(Noted { state: State::Queued })
                    .write(Statement::one(delivery::WAIT_DELIVERY, wait))
                    .write(Statement::any(
                        delivery::CHANNEL_FAILS,
                        values![word, retry, &why, ctx.now],
                    ))
            }
        })
    }
}

/// What is marked where an address takes nothing: the proved one of the account, or the one that it is to prove. One
/// that was changed meanwhile is not.
async fn bounced(ctx: &Ctx, found: &Delivery, reason: &str) -> Result<Vec<Statement>, Failure> {
    let parcel = delivery::parcel(ctx, found.id).await?;
    let (Some(account), Some((_, parcel))) = (found.account, parcel) else {
        return Ok(Vec::new());
    };
    if found.channel != Channel::Email {
        return Ok(Vec::new());
    }
    let mut marks = Vec::new();
    if let Some(mailbox) = address::of(ctx, account).await?
        && mailbox.mail == parcel.to
    {
        let mark = values![account, mailbox.version, ctx.now, reason];
        marks.push(Statement::one(address::MARK_ADDRESS, mark));
    }
    if let Some(claim) = address::claim(ctx, account).await?
        && claim.mail == parcel.to
        && claim.open(ctx.now)
    {
        let mark = values![account, claim.version, ctx.now];
        marks.push(Statement::one(address::MARK_CLAIM, mark));
    }
    Ok(marks)
}
