//! Somebody adds a passkey to the own account.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in::changed;
use crate::error::IdentityError;
use crate::model::{FactorChange, PasskeyId};
use crate::passkeys::{self as rules, Answer, Purpose};
use crate::store::{accounts, outside, passkeys};
use crate::throttle::Gate;
use crate::{checks, factors, passkey_proof};

/// Adds a passkey.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPasskey {
    /// What its owner calls it: 1 to 40 characters.
    #[schemars(length(min = 1, max = 40), example = &"Chrome · Windows")]
    pub name: String,
    /// What the browser answered.
    pub answer: Answer,
}

/// The passkey that was added.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PasskeyAdded {
    /// Its id; none where it only was refused.
    pub passkey: Option<PasskeyId>,
}

impl Action for AddPasskey {
    const NAME: &'static str = "identity.add_passkey";
    const DOC: &'static str = "Adds a passkey (W3C Web Authentication, level 3) to the own account: it signs in alone, as both factors. The pages of the house alone can make its ticket; each serves once, within ten minutes. Asks for a proof of the session within the last ten minutes; ten at most; the owner is told.";
    type Reply = PasskeyAdded;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<PasskeyAdded>, Failure> {
        let id = factors::signed_in(ctx)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        factors::must_be_fresh(ctx)?;
        let name = checks::passkey_name(&self.name)?;
        let gate = Gate::signed_in(ctx, &id.to_string()).await?;
        gate.admit(ctx.now)?;
        let held = passkeys::of_account(ctx, id).await?;
        if held.len() >= rules::MOST {
            return Err(IdentityError::PasskeysMost.into());
        }
        let ticket = passkey_proof::open(ctx, &self.answer, Purpose::Add(id)).await?;
        let spent = outside::spend(self.answer.ticket.expose(), ctx.now);
        let fresh = match ticket.added(id, &self.answer)? {
            Ok(fresh) => fresh,
            Err(why) => {
                let refused = Decision::reply(PasskeyAdded { passkey: None }).write(spent);
                let refused = gate.count(refused, ctx.now);
                return Ok(refused.then_refuse(IdentityError::PasskeyWrong(why)));
            }
        };
        // Whose it is, is told to nobody.
        if passkeys::by_credential(ctx, &fresh.credential).await?.is_some() {
            return Err(IdentityError::PasskeyThere.into());
        }
        let passkey = PasskeyId::fresh(&*ctx.services.ids);
        let mut decision = Decision::reply(PasskeyAdded { passkey: Some(passkey) })
            .write(spent)
            .write(passkeys::insert(ctx, (passkey, id), &name, &fresh).await?);
        decision.writes.extend(gate.forgive(ctx.now));
        let told = (FactorChange::PasskeyAdded, "identity-told-passkey-added");
        changed(ctx, &account, decision, told)
    }
}
