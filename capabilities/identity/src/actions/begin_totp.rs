//! Somebody begins to set an authenticator up.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::IdentityError;
use crate::model::Secret;
use crate::store::{accounts, factors};
use crate::{checks, factors as rules};

/// Begins to set an authenticator up.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginTotp {}

/// What the authenticator must know.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TotpBegun {
    /// The secret in Base32, for typing.
    pub secret: Secret,
    /// The same as an address that authenticators read from a QR code.
    pub url: Secret,
}

impl Action for BeginTotp {
    const NAME: &'static str = "identity.begin_totp";
    const DOC: &'static str = "Makes the secret of an authenticator (RFC 6238: SHA-1, six digits, thirty seconds). It is not asked for until it is confirmed with a code. Asks for a fresh proof of the session.";
    const SECRET_REPLY: bool = true;
    type Reply = TotpBegun;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<TotpBegun>, Failure> {
        let id = rules::signed_in(ctx)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        rules::must_be_fresh(ctx)?;
        let held = factors::totp(ctx, id).await?;
        if held.as_ref().is_some_and(|held| held.confirmed.is_some()) {
            return Err(IdentityError::FactorThere.into());
        }
        let mut secret = [0_u8; rules::SECRET_BYTES];
        ctx.services.entropy.fill(&mut secret);
        let shown = minshu_kernel::codes::mask::phone(&account.phone);
        let totp = rules::authenticator(&secret, &shown)?;
        let url = totp.to_url().map_err(|e| Failure::internal(format!("an authenticator: {e}")))?;
        let mut decision = Decision::reply(TotpBegun {
            secret: Secret::new(totp.secret().to_base32()),
            url: Secret::new(url),
        });
        decision.writes.extend(
            held.map(|held| Statement::one(factors::DELETE_TOTP, values![held.id, held.version])),
        );
        Ok(decision.write(factors::insert_totp(ctx, id, &secret).await?))
    }
}
