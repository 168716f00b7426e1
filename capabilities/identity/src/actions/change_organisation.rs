//! An administrator changes the entry of an organisation.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OrganisationId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::add_organisation::AddOrganisation;
use crate::error::IdentityError;
use crate::events::{self, OrganisationChanged};
use crate::model::OrganisationKind;
use crate::store;

/// Changes an organisation. All values are given; what is left out is taken away.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOrganisation {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The version that the change was made from.
    pub version: i64,
    /// What it is.
    pub kind: OrganisationKind,
    /// Its full name.
    #[schemars(length(min = 1, max = 120), example = &"福州沈记小馆餐饮有限公司")]
    pub name: String,
    /// Its unified social credit code; a company must have one.
    #[serde(default)]
    #[schemars(example = &"91350102MA2Y00001E")]
    pub uscc: Option<String>,
    /// The code of the division where it sits.
    #[schemars(length(min = 1), example = &"350102")]
    pub division: String,
    /// The organisation that it belongs to.
    #[serde(default)]
    pub parent: Option<OrganisationId>,
}

/// The version after a change.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// The version now.
    pub version: i64,
}

impl Action for ChangeOrganisation {
    const NAME: &'static str = "identity.change_organisation";
    const DOC: &'static str =
        "Changes the entry of an organisation; it may move only within the caller's own place.";
    type Reply = Changed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Changed>, Failure> {
        let id = self.organisation;
        let before =
            store::organisations::organisation(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&store::organisations::resource(id, before.division))?;
        if before.version != self.version {
            return Err(
                IdentityError::ChangedMeanwhile { from: self.version, is: before.version }.into()
            );
        }
        let values = AddOrganisation {
            kind: self.kind,
            name: self.name,
            uscc: self.uscc,
            division: self.division,
            parent: self.parent,
        };
        let after = values.check(ctx, id, before.version).await?;
        // Moving it elsewhere takes the right to both places.
        ctx.authorize(&store::organisations::resource(id, after.division))?;
        let version = before.version + 1;
        let event = OrganisationChanged { organisation: id, division: after.division.to_string() };
        Decision::reply(Changed { version })
            .write(store::organisations::update(ctx, &after))
            .tell(&event, events::organisation(id, version))
    }
}
