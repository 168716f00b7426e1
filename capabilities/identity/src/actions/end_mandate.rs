//! A clerk ends a mandate.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dismiss::Ended;
use crate::error::IdentityError;
use crate::events::{self, MandateEnded};
use crate::model::{Mandate, MandateId};
use crate::store::{mandates, organisations};

/// Ends a mandate now.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndMandate {
    /// The mandate.
    pub mandate: MandateId,
}

impl Action for EndMandate {
    const NAME: &'static str = "identity.end_mandate";
    const DOC: &'static str = "Ends a mandate of a company at a place within the caller's own.";
    type Reply = Ended;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Ended>, Failure> {
        let mandate = mandates::mandate(ctx, self.mandate).await?.ok_or_else(Failure::missing)?;
        let company = organisations::organisation(ctx, mandate.organisation)
            .await?
            .ok_or(IdentityError::Unreadable("identity_mandate"))?;
        ctx.authorize(&organisations::resource(company.id, company.division))?;
        if mandate.term.over(ctx.now) {
            return Err(IdentityError::AlreadyEnded.into());
        }
        Decision::reply(Ended { ended_ms: ctx.now })
            .write(mandates::end(ctx, &mandate))
            .tell(&event(&mandate), events::mandate(mandate.id, mandate.version + 1))
    }
}

/// What is told of a mandate that ends.
pub(crate) fn event(mandate: &Mandate) -> MandateEnded {
    MandateEnded { mandate: mandate.id, organisation: mandate.organisation, person: mandate.person }
}
