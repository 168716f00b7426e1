//! One's own passkeys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::PasskeyId;
use crate::passkeys::is_synced;
use crate::store::passkeys;

/// Asks for one's own passkeys.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyPasskeys {}

/// One's own passkeys.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PasskeyList {
    /// The oldest first; ten at most.
    pub passkeys: Vec<HeldPasskey>,
}

/// A passkey.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HeldPasskey {
    /// Its id.
    pub passkey: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Its credential id in base64url, by which a browser knows it.
    pub credential: String,
    /// How browsers reach it: bits of the library that judges it; of use for asking browsers alone.
    pub transports: u8,
    /// Whether it may be copied among several devices of its owner.
    pub synced: bool,
    /// When it was added, in milliseconds since 1970 (UTC).
    pub created_ms: Timestamp,
    /// When it was last used; none where it was not yet.
    pub used_ms: Option<Timestamp>,
}

impl Query for MyPasskeys {
    const NAME: &'static str = "identity.my_passkeys";
    const DOC: &'static str =
        "The passkeys of one's own account, with when each was added and last used.";
    type Reply = PasskeyList;

    async fn answer(self, ctx: &Ctx) -> Result<PasskeyList, Failure> {
        ctx.authorize(&Resource::of("identity.account", ctx.who.reference()))?;
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let account = ctx.who.account().ok_or_else(nobody)?;
        let kept = passkeys::of_account(ctx, account).await?;
        let held = kept.into_iter().map(|kept| HeldPasskey {
            passkey: kept.id,
            credential: URL_SAFE_NO_PAD.encode(&kept.credential),
            transports: kept.transports,
            synced: is_synced(&kept.changing),
            created_ms: kept.created,
            used_ms: kept.used,
            name: kept.name,
        });
        Ok(PasskeyList { passkeys: held.collect() })
    }
}
