//! Somebody gives a mail address up.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::prove_mail::farewell;
use crate::address;

/// Gives one's mail address up.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveMail {}

/// Whether there was one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MailRemoved {
    /// Whether there was one.
    pub removed: bool,
}

impl Action for RemoveMail {
    const NAME: &'static str = "messaging.remove_mail";
    const DOC: &'static str =
        "Gives one's mail address up: nothing is sent there any more, and it is told so once.";
    type Reply = MailRemoved;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<MailRemoved>, Failure> {
        let account = super::own(ctx)?;
        let Some(mailbox) = address::of(ctx, account).await? else {
            return Ok(Decision::reply(MailRemoved { removed: false }));
        };
        let gone = Statement::one(address::DELETE_ADDRESS, values![account, mailbox.version]);
        let mut decision = Decision::reply(MailRemoved { removed: true }).write(gone);
        if mailbox.bad.is_none() && ctx.services.carriers.offers(Channel::Email) {
            decision = decision.write(farewell(ctx, account, &mailbox, None).await?);
        }
        Ok(decision)
    }
}
