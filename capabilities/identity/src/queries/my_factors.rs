//! How one signs in.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::codes::mask;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::factors::FRESH_MS;
use crate::store::{accounts, factors, recoveries};

/// Asks for one's own ways of signing in.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyFactors {}

/// The ways.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Factors {
    /// Since when signing in asks for the authenticator; none where it does not.
    pub totp_ms: Option<Timestamp>,
    /// How many spare codes are left.
    pub spare_left: u32,
    /// Until when the proof of this session is fresh; none where it is not.
    pub fresh_until_ms: Option<Timestamp>,
    /// Whether a code has reached the telephone.
    pub phone_verified: bool,
    /// The telephone, masked.
    pub phone: String,
    /// When a counter began to give this account back to somebody; none where it did not.
    pub recovery_begun_ms: Option<Timestamp>,
    /// How this session was proved (RFC 8176).
    pub methods: Vec<String>,
}

impl Query for MyFactors {
    const NAME: &'static str = "identity.my_factors";
    const DOC: &'static str =
        "The second factor of one's own account, and how fresh the session's proof is.";
    type Reply = Factors;

    async fn answer(self, ctx: &Ctx) -> Result<Factors, Failure> {
        ctx.authorize(&Resource::of("identity.account", ctx.who.reference()))?;
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let account = ctx.who.account().ok_or_else(nobody)?;
        let totp = factors::confirmed_totp(ctx, account).await?;
        let own = accounts::account(ctx, account).await?.ok_or_else(Failure::missing)?;
        let open = recoveries::of_account(ctx, account).await?;
        let assurance = &ctx.who.assurance;
        let fresh = assurance.proved.map(|at| at.plus_ms(FRESH_MS)).filter(|end| *end > ctx.now);
        Ok(Factors {
            totp_ms: totp.and_then(|totp| totp.confirmed),
            spare_left: u32::try_from(factors::spare_left(ctx, account).await?).unwrap_or(u32::MAX),
            fresh_until_ms: fresh,
            phone_verified: own.phone_verified,
            phone: mask::phone(&own.phone),
            recovery_begun_ms: open.map(|open| open.begun),
            methods: assurance.methods.clone(),
        })
    }
}
