//! One's own licence of a type, in place of paper: what a form is filled in with and what a condition asks for, at the
//! moment of the step.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OrganisationId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::held::HeldLicence;
use crate::actions::{kind, own};
use crate::model::{HolderKind, Licence, State};
use crate::owning;
use crate::store::licences;

/// Asks for one's own licence.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usable {
    /// The type: `pack.type`.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 130), example = &"gov-e-licences.food-business")]
    pub kind: String,
    /// The organisation that one acts for; one's own licence where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
}

/// One's own licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UsableLicence {
    /// Whether it holds at this moment.
    pub holds: bool,
    /// The one that holds, or else the latest; none where there never was one.
    pub licence: Option<HeldLicence>,
}

impl Query for Usable {
    const NAME: &'static str = "licences.usable";
    const DOC: &'static str = "One's own licence of a type, or that of the organisation that one acts for, as forms use it in place of paper.";
    type Reply = UsableLicence;

    async fn answer(self, ctx: &Ctx) -> Result<UsableLicence, Failure> {
        ctx.authorize(&own(ctx))?;
        let kind = kind(ctx, &self.kind)?;
        let mut held: Vec<Licence> = match (kind.told.holder, self.organisation) {
            (HolderKind::Organisation, Some(organisation)) => {
                // A query that answers a lookup has none of its own: the licence knows the organisation, or its code does.
                let may = ctx.who.proved && ctx.who.mandates.contains(&organisation);
                match may {
                    true => licences::of_organisation(ctx, organisation).await?,
                    false => Vec::new(),
                }
            }
            (HolderKind::Person, None) => owning::all(ctx).await?,
            _ => Vec::new(),
        };
        held.retain(|licence| licence.kind == kind.id && licence.state != State::Replaced);
        let valid = held.iter().find(|licence| licence.state_at(ctx.now) == State::Valid);
        Ok(UsableLicence {
            holds: valid.is_some(),
            licence: valid.or(held.first()).map(|licence| HeldLicence::of(ctx, licence, true)),
        })
    }
}
