//! Another officer agrees to a seal: it is made, with a key and a certificate of its own. The one before it ends.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::propose_seal::{SealStands, issuer_of, resource};
use crate::error::LicencesError;
use crate::model::{SealId, SealState};
use crate::sealing;
use crate::store::seals::{self, Made};

/// Agrees to a seal.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveSeal {
    /// The seal.
    pub seal: SealId,
}

impl Action for ApproveSeal {
    const NAME: &'static str = "licences.approve_seal";
    const DOC: &'static str = "Agrees to a seal that another officer wants: it is made (GB/T 38540) and seals from now on. A seal that the organisation had before ends.";
    type Reply = SealStands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SealStands>, Failure> {
        let row = seals::find(ctx, self.seal).await?.ok_or_else(Failure::missing)?;
        let issuer = issuer_of(ctx, &row.issuer);
        ctx.authorize(&resource(ctx, row.id, issuer.as_ref())).map_err(Failure::hidden)?;
        if row.state != SealState::Proposed {
            return Err(LicencesError::SealNotSo.into());
        }
        if row.proposer == ctx.who.reference() {
            let error = LicencesError::OwnProposal;
            let rule = format!("{}: {error}", ctx.operation);
            return Err(Failure { rule: Some(rule), ..error.into() });
        }
        let (authority, founded) = sealing::authority(ctx).await?;
        let made = sealing::make(ctx, &authority, &row)?;
        let key = made.signer.key.expose();
        let parts = Made {
            seal: &made.seal.der,
            certificate: made.signer.certificate.der(),
            key: &key[..],
            until: made.until,
        };
        let write = seals::make(ctx, &row, parts).await?;
        let mut decision = Decision::reply(SealStands { seal: row.id, state: SealState::Good });
        if let Some((before, _)) = seals::good(ctx, &row.issuer).await? {
            decision = decision.write(seals::end(ctx, &before));
        }
        decision.writes.extend(founded);
        Ok(decision.write(write))
    }
}
