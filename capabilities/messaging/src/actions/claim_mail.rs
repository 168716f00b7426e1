//! Somebody names a mail address: a code goes there, and proves it when it comes back.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{self, CODE_MS, CODE_REST_MS, CODES_A_DAY};
use crate::delivery::{self, Fresh, Letter};
use crate::error::MessagingError;

/// Names the mail address that messages shall go to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimMail {
    /// The address.
    #[schemars(length(min = 1, max = 254), example = &"lin@example.com")]
    pub mail: String,
}

/// A code is on its way.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Claimed {
    /// Until when the code holds, in milliseconds since 1970 in UTC.
    pub expires_ms: Timestamp,
}

impl Action for ClaimMail {
    const NAME: &'static str = "messaging.claim_mail";
    const DOC: &'static str = "Sends a code to a mail address; `messaging.prove_mail` takes it. It holds ten minutes; six a day, a minute apart. Until then messages go where they went before.";
    type Reply = Claimed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Claimed>, Failure> {
        let account = super::own(ctx)?;
        if !ctx.services.carriers.offers(Channel::Email) {
            return Err(MessagingError::NotOffered.into());
        }
        let mail = address::normal(&self.mail).ok_or(MessagingError::BadAddress)?;
        let before = address::claim(ctx, account).await?;
        if let Some(before) = &before {
            let today = Timestamp::start_of(ctx.now.date());
            let wait = before.at.plus_ms(CODE_REST_MS).0 - ctx.now.0;
            if before.sent_on(today) >= CODES_A_DAY {
                return Err(MessagingError::ManyCodes.into());
            }
            if wait > 0 {
                let soon = Failure::from(MessagingError::SoonAgain { wait_ms: wait });
                return Err(Failure { retry_after_ms: Some(wait.unsigned_abs()), ..soon });
            }
        }
        let code = fresh_code(ctx);
        let t = ctx.speaker();
        let minutes = CODE_MS / 60_000;
        let expires = ctx.now.plus_ms(CODE_MS);
        let fresh = Fresh {
            letter: Letter {
                subject: t.say("messaging-mail-code-subject"),
                text: t.say2("messaging-mail-code", ("code", code.as_str()), ("minutes", minutes)),
                english: ctx.lang == minshu_kernel::text::Lang::En,
                ..Letter::to(mail.clone())
            },
            ..Fresh::new(Channel::Email, ctx.now, expires)
        };
        Ok(Decision::reply(Claimed { expires_ms: expires })
            .write(address::put_claim(ctx, account, (&mail, &code), before.as_ref()).await?)
            .write(delivery::insert_own(ctx, account, fresh).await?))
    }
}

/// Six digits.
fn fresh_code(ctx: &Ctx) -> String {
    let mut bytes = [0_u8; 8];
    ctx.services.entropy.fill(&mut bytes);
    format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000)
}
