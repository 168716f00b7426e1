//! Whoever has not read a message is told by short message or by mail, as they chose.

use minshu_kernel::action::{Action, Decision, JobDraft};
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::AccountId;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::delivery::{self, Fresh, Letter};
use crate::model::{Message, MessageId};
use crate::preference::{self, Choices};
use crate::stop::Stop;
use crate::{address, store};

/// How long a text about a message is of use.
const OF_USE_MS: i64 = 3 * DAY_MS;

/// Tells of an unread message by short message or by mail.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// The message.
    pub message: MessageId,
    /// By which channel.
    #[serde(default = "sms")]
    pub channel: Channel,
}

const fn sms() -> Channel {
    Channel::Sms
}

/// How many are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// Telephones or mailboxes that a text is on its way to.
    pub told: usize,
}

#[derive(Deserialize)]
struct Contacts {
    contacts: Vec<ContactPoint>,
}

#[derive(Deserialize)]
struct ContactPoint {
    account: AccountId,
    phone: String,
}

/// The job that tells of a message by a channel.
pub(super) fn reach_job(reach: &Reach, due: Timestamp) -> Result<JobDraft, Failure> {
    Ok(JobDraft {
        key: format!("{}:{}:{}", Reach::NAME, reach.message, reach.channel.word()),
        due: Some(due),
        action: Reach::NAME,
        input: serde_json::to_value(reach).map_err(Failure::internal)?,
    })
}

impl Action for Reach {
    const NAME: &'static str = "messaging.reach";
    const DOC: &'static str = "Tells whoever a message goes to by short message or mail, as its template says and as they chose; one that was read meanwhile is told no more. In quiet hours it waits for their end.";
    type Reply = Reached;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Reached>, Failure> {
        let message = store::find(ctx, self.message).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&message.resource())?;
        let fits = self.channel != Channel::Sms || message.content.sms.is_some();
        if !fits || message.settled() || !ctx.services.carriers.offers(self.channel) {
            return Ok(Decision::reply(Reached { told: 0 }));
        }
        let mut decision = Decision::reply(Reached { told: 0 });
        for contact in contacts(ctx, &message).await? {
            let (choices, _) = preference::of(ctx, contact.account).await?;
            if !choices.wants(message.kind, self.channel) {
                continue;
            }
            let letter = match self.channel {
                Channel::Sms => short(&message, contact.phone, &choices),
                Channel::Email => mail(ctx, &message, contact.account, &choices).await?,
            };
            let Some(letter) = letter else { continue };
            let from = choices.quiet.over(ctx.now);
            let fresh = Fresh {
                message: Some(message.id),
                letter,
                ..Fresh::new(self.channel, from, from.plus_ms(OF_USE_MS))
            };
            match delivery::insert_own(ctx, contact.account, fresh).await {
                Ok(write) => decision = decision.write(write),
                // Whoever left meanwhile is told nothing; others are.
                Err(failure) if failure.kind == Kind::Missing => {}
                Err(failure) => return Err(failure),
            }
        }
        let told = decision.writes.len();
        Ok(Decision { reply: Some(Reached { told }), ..decision })
    }
}

/// The accounts that a message goes to, with their telephones.
async fn contacts(ctx: &Ctx, message: &Message) -> Result<Vec<ContactPoint>, Failure> {
    let to = json!({
        "account": message.to.account,
        "person": message.to.person,
        "organisation": message.to.organisation,
    });
    let purpose = LocalText::new(
        "按消息模板和本人的选择发短信、邮件",
        "To tell of a message as its template says and its reader chose",
    );
    let found = ctx.lookup("identity.contact", to, &purpose).await?;
    let found: Contacts = serde_json::from_value(found).map_err(Failure::internal)?;
    Ok(found.contacts)
}

fn short(message: &Message, to: String, choices: &Choices) -> Option<Letter> {
    let text = message.content.sms.as_ref()?.get(choices.lang()).to_owned();
    Some(Letter { text, english: choices.english, ..Letter::to(to) })
}

/// To a proved address that takes mail; none where there is none. It leads to the message here, so that reading it is
/// known.
async fn mail(
    ctx: &Ctx,
    message: &Message,
    account: AccountId,
    choices: &Choices,
) -> Result<Option<Letter>, Failure> {
    let mailbox = address::of(ctx, account).await?.filter(|mailbox| mailbox.bad.is_none());
    let stop = Stop { account, kind: message.kind };
    Ok(mailbox.map(|mailbox| Letter {
        subject: message.content.title.get(choices.lang()).to_owned(),
        text: message.content.text.get(choices.lang()).to_owned(),
        link: Some(format!("/inbox/{}", message.id)),
        stop: stop.path(&*ctx.services.personal),
        english: choices.english,
        ..Letter::to(mailbox.mail)
    }))
}
