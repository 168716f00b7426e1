//! Somebody asks for a code to the telephone of an account.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::courier::{Channel, Dispatch};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks;
use crate::error::IdentityError;
use crate::model::{Account, Purpose};
use crate::store::{accounts, challenges};
use crate::throttle::Sending;

/// Sends a code.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendCode {
    /// The mobile number of the account.
    #[schemars(length(min = 1), example = &"13800000001")]
    pub phone: String,
    /// What the code is for; it is good for nothing else.
    #[schemars(example = &"sign-in")]
    pub purpose: Purpose,
}

/// The code that is on its way, if the number has an account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CodeSent {
    /// When it ends, in milliseconds since 1970 (UTC).
    pub expires_ms: Timestamp,
}

impl Action for SendCode {
    const NAME: &'static str = "identity.send_code";
    const DOC: &'static str = "Sends a code of six digits to the telephone of an account. It holds for ten minutes and for one purpose. A number without an account is answered alike and gets none; for another password, so is one that was never verified.";
    type Reply = CodeSent;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<CodeSent>, Failure> {
        ctx.authorize(&Resource::of("identity.challenge", self.purpose.as_str()))?;
        if self.purpose == Purpose::VerifyPhone {
            // That one goes to the own telephone of whoever is signed in, by `identity.send_own_code`.
            return Err(checks::wrong("/purpose", "identity-purpose-own"));
        }
        let phone = checks::mobile(&self.phone).map_err(|m| checks::wrong("/phone", m))?;
        send(ctx, self.purpose, phone.expose()).await
    }
}

/// Sends a code to a number, where it has an account that may be reached for this purpose.
pub(crate) async fn send(
    ctx: &Ctx,
    purpose: Purpose,
    phone: &str,
) -> Result<Decision<CodeSent>, Failure> {
    if !ctx.services.courier.offers(ctx, Channel::Sms) {
        return Err(IdentityError::NoCodes.into());
    }
    let held = challenges::held(ctx, purpose, phone).await?;
    if let Some(sent) = held.newest.filter(|sent| sent.plus_ms(challenges::GAP_MS) > ctx.now) {
        // Who presses twice, and who follows a stranger's wish, has the code on the telephone already.
        return Ok(Decision::reply(CodeSent { expires_ms: sent.plus_ms(challenges::HOLDS_MS) }));
    }
    let sending = Sending::to(ctx, phone).await?;
    sending.admit(ctx.now)?;
    let account = accounts::account_by_phone(ctx, phone).await?;
    let code = challenges::fresh_code(ctx);
    let expires_ms = ctx.now.plus_ms(challenges::HOLDS_MS);
    let dispatch = Dispatch {
        channel: Channel::Sms,
        to: phone.to_owned(),
        text: purpose.text(),
        values: vec![("code", code.expose().to_owned())],
        expires: expires_ms,
    };
    // Made for every number, so that it takes as long; sent where there is an account.
    let courier = ctx.services.courier.dispatch(ctx, dispatch)?;
    let mut decision = Decision::reply(CodeSent { expires_ms })
        .write(challenges::insert(ctx, purpose, phone, &code));
    decision.writes.extend(sending.count(ctx.now));
    let reached = |account: &Account| purpose != Purpose::Recover || account.phone_verified;
    Ok(match account.filter(reached) {
        Some(_) => decision.dispatched(courier),
        None => decision,
    })
}
