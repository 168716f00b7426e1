//! Somebody shows again that it is they who sit there, before something that cannot be taken back.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Secret;
use crate::store::accounts;
use crate::throttle::Gate;
use crate::{checks, passwords};

/// Confirms one's password.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The password.
    #[schemars(length(min = 1, max = 128), example = &"a long sentence of one's own")]
    pub password: Secret,
}

/// That it is the right one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Confirmed {}

impl Action for Confirm {
    const NAME: &'static str = "identity.confirm";
    const DOC: &'static str = "Confirms one's own password, before one's data are taken along. Wrong ones are counted as at signing in.";
    type Reply = Confirmed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Confirmed>, Failure> {
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        let gate = Gate::signed_in(ctx, &account.id.to_string()).await?;
        gate.admit(ctx.now)?;
        if !passwords::verify(&self.password, Some(&account.password)).await? {
            return Ok(gate.refuse(Decision::reply(Confirmed {}), ctx.now));
        }
        let mut decision = Decision::reply(Confirmed {});
        decision.writes.extend(gate.forgive(ctx.now));
        Ok(decision)
    }
}
