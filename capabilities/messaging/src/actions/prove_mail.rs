//! The code came back: the address is proved, and the one before is told.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::DAY_MS;
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::show;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{self, Mailbox};
use crate::delivery::{self, Fresh, Letter};
use crate::error::MessagingError;

/// Proves the address that a code went to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProveMail {
    /// The six digits.
    #[schemars(length(min = 1, max = 20), example = &"123456")]
    pub code: String,
}

/// The address is proved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MailProved {
    /// The address, masked.
    pub mail: String,
}

impl Action for ProveMail {
    const NAME: &'static str = "messaging.prove_mail";
    const DOC: &'static str = "Proves a mail address by the code that went there. Five wrong ones and another code must be asked for. An address that was proved before is told of the change.";
    type Reply = MailProved;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<MailProved>, Failure> {
        let account = super::own(ctx)?;
        let claim = address::claim(ctx, account).await?.filter(|claim| claim.open(ctx.now));
        let claim = claim.ok_or(MessagingError::CodeOver)?;
        let digits: String = self.code.chars().filter(|c| !c.is_whitespace()).take(20).collect();
        let id = values![account, claim.version];
        // Both are keyed hashes: how long a comparison takes tells nothing of the code.
        if address::code_hash(ctx, account, &digits) != claim.code {
            let left = address::WRONG_MOST - claim.wrong - 1;
            return Ok(Decision::refuse(MessagingError::WrongCode { left })
                .write(Statement::one(address::COUNT_WRONG, id)));
        }
        let before = address::of(ctx, account).await?;
        let mut decision = Decision::reply(MailProved { mail: address::masked(&claim.mail) })
            .write(address::put(ctx, account, &claim.mail).await?)
            .write(Statement::one(address::SPEND_CLAIM, id));
        if let Some(before) = before.filter(|before| before.mail != claim.mail) {
            let now = address::masked(&claim.mail);
            decision = decision.write(farewell(ctx, account, &before, Some(&now)).await?);
        }
        Ok(decision)
    }
}

/// Tells an address that messages go elsewhere now, or nowhere: who did not do that is warned.
pub(super) async fn farewell(
    ctx: &Ctx,
    account: AccountId,
    before: &Mailbox,
    now: Option<&str>,
) -> Result<Statement, Failure> {
    let t = ctx.speaker();
    let at = show::instant(&t, ctx.now);
    let text = match now {
        Some(mail) => t.say2("messaging-mail-changed", ("mail", mail), ("at", at)),
        None => t.say1("messaging-mail-removed", "at", at),
    };
    let fresh = Fresh {
        letter: Letter {
            subject: t.say("messaging-mail-changed-subject"),
            text,
            english: ctx.lang == minshu_kernel::text::Lang::En,
            ..Letter::to(before.mail.clone())
        },
        ..Fresh::new(Channel::Email, ctx.now, ctx.now.plus_ms(3 * DAY_MS))
    };
    delivery::insert_own(ctx, account, fresh).await
}
