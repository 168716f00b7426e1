//! A mail says where its kind is stopped: whoever holds that mail may stop it, signed in or not (RFC 8058).

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::MessageKind;
use crate::preference;
use crate::stop::Stop;

/// Stops mails of a kind.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopMail {
    /// What the address in the mail ends with.
    #[schemars(length(min = 1, max = 160), example = &"01928f5e-7b1a-7c3d-8e4f-000000000001.news.5f3a")]
    pub stop: String,
}

/// What was stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MailStopped {
    /// The kind.
    pub kind: MessageKind,
}

impl Action for StopMail {
    const NAME: &'static str = "messaging.stop_mail";
    const DOC: &'static str = "Stops mails of one kind to one account, by the address that such a mail carries. Done again it changes nothing.";
    type Reply = MailStopped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<MailStopped>, Failure> {
        ctx.authorize(&Resource::of("messaging.stop", "mail"))?;
        let Stop { account, kind } =
            Stop::read(&*ctx.services.personal, &self.stop).ok_or_else(Failure::missing)?;
        let (mut choices, version) = preference::of(ctx, account).await?;
        let decision = Decision::reply(MailStopped { kind });
        if !choices.email.remove(&kind) {
            return Ok(decision);
        }
        Ok(decision.write(preference::keep(account, &choices, version)?))
    }
}
