//! Whoever has not read a message is told by short message.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::DAY_MS;
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::text::{Lang, LocalText};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::delivery::{self, Fresh, Letter};
use crate::model::MessageId;
use crate::rules::waking;
use crate::store;

/// How long a short message about a message is of use.
const OF_USE_MS: i64 = 3 * DAY_MS;

/// Tells of an unread message by short message.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// The message.
    pub message: MessageId,
}

/// How many are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// Telephones that a short message is on its way to.
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

impl Action for Reach {
    const NAME: &'static str = "messaging.reach";
    const DOC: &'static str = "Tells whoever a message goes to by short message, as its template says; one that was read meanwhile is told no more. At night it waits until seven in the morning.";
    type Reply = Reached;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Reached>, Failure> {
        let message = store::find(ctx, self.message).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&message.resource())?;
        let nobody = || Ok(Decision::reply(Reached { told: 0 }));
        let Some(text) = &message.content.sms else { return nobody() };
        if message.read.is_some() || !ctx.services.carriers.offers(Channel::Sms) {
            return nobody();
        }
        let to = json!({
            "account": message.to.account,
            "person": message.to.person,
            "organisation": message.to.organisation,
        });
        let purpose =
            LocalText::new("按消息模板发短信提醒", "To tell of a message by short message");
        let found = ctx.lookup("identity.contact", to, &purpose).await?;
        let found: Contacts = serde_json::from_value(found).map_err(Failure::internal)?;
        let from = waking(ctx.now);
        let mut decision = Decision::reply(Reached { told: found.contacts.len() });
        for contact in found.contacts {
            let fresh = Fresh {
                message: Some(message.id),
                account: Some(contact.account),
                channel: Channel::Sms,
                letter: Letter {
                    to: contact.phone,
                    subject: String::new(),
                    text: text.get(Lang::Zh).to_owned(),
                    link: None,
                    english: false,
                },
                from,
                expires: from.plus_ms(OF_USE_MS),
            };
            decision = decision.write(delivery::insert(ctx, &fresh)?);
        }
        Ok(decision)
    }
}
