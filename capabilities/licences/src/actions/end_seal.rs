//! A seal ends: it seals nothing any more, and its key goes. What it sealed stays sealed.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::propose_seal::{SealStands, issuer_of, resource};
use crate::error::LicencesError;
use crate::model::{SealId, SealState};
use crate::store::seals;

/// Ends a seal, or takes back one that was only wanted.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSeal {
    /// The seal.
    pub seal: SealId,
}

impl Action for EndSeal {
    const NAME: &'static str = "licences.end_seal";
    const DOC: &'static str = "Ends a seal at once: it seals nothing any more and its private key is deleted. Documents that it sealed stay as they are.";
    type Reply = SealStands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SealStands>, Failure> {
        let row = seals::find(ctx, self.seal).await?.ok_or_else(Failure::missing)?;
        let issuer = issuer_of(ctx, &row.issuer);
        ctx.authorize(&resource(ctx, row.id, issuer.as_ref())).map_err(Failure::hidden)?;
        if row.state == SealState::Ended {
            return Err(LicencesError::SealNotSo.into());
        }
        Ok(Decision::reply(SealStands { seal: row.id, state: SealState::Ended })
            .write(seals::end(ctx, &row)))
    }
}
