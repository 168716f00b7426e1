//! An administrator enters an organisation.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OrganisationId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{self, Problems};
use crate::events::{self, OrganisationAdded};
use crate::model::{Organisation, OrganisationKind};
use crate::{rules, store};

/// Enters an organisation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddOrganisation {
    /// What it is.
    pub kind: OrganisationKind,
    /// Its full name, at most 120 characters.
    #[schemars(length(min = 1, max = 120), example = &"福州沈记小馆餐饮有限公司")]
    pub name: String,
    /// Its unified social credit code (GB 32100); a company must have one.
    #[serde(default)]
    #[schemars(example = &"91350102MA2Y00001E")]
    pub uscc: Option<String>,
    /// The code of the division where it sits: 2 to 12 digits of the division tree.
    #[schemars(length(min = 1), example = &"350102")]
    pub division: String,
    /// The organisation that it belongs to.
    #[serde(default)]
    pub parent: Option<OrganisationId>,
}

/// The organisation that was entered.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationEntered {
    /// Its id.
    pub organisation: OrganisationId,
}

impl Action for AddOrganisation {
    const NAME: &'static str = "identity.add_organisation";
    const DOC: &'static str = "Enters an organisation at a place within the caller's own.";
    type Reply = OrganisationEntered;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<OrganisationEntered>, Failure> {
        let id = OrganisationId::fresh(&*ctx.services.ids);
        let organisation = self.check(ctx, id, 1).await?;
        ctx.authorize(&store::organisations::resource(id, organisation.division))?;
        let event = OrganisationAdded {
            organisation: id,
            kind: organisation.kind,
            division: organisation.division.to_string(),
        };
        Decision::reply(OrganisationEntered { organisation: id })
            .write(store::organisations::insert(ctx, &organisation))
            .tell(&event, events::organisation(id, 1))
    }
}

impl AddOrganisation {
    /// The organisation that these values describe; every mistake is told. `id` and `version` are its own:
    /// a change is checked like a new entry.
    pub(crate) async fn check(
        &self,
        ctx: &Ctx,
        id: OrganisationId,
        version: i64,
    ) -> Result<Organisation, Failure> {
        let mut problems = Problems::default();
        let name = problems.take("/name", rules::line(&self.name, rules::ORGANISATION_NAME_MAX));
        let uscc = problems.take("/uscc", checks::code(self.uscc.as_deref()));
        let division = problems.take("/division", checks::division(ctx, &self.division));
        let uscc = uscc.map(|code| code.map(|code| code.as_str().to_owned()));
        match &uscc {
            Some(None) if self.kind == OrganisationKind::Company => {
                problems.note("/uscc", "identity-uscc-missing");
            }
            Some(Some(code)) => {
                let other = store::organisations::by_uscc(ctx, code).await?;
                if other.is_some_and(|other| other.id != id) {
                    problems.note("/uscc", "identity-uscc-taken");
                }
            }
            _ => {}
        }
        if !self.parent_fits(ctx, id).await? {
            problems.note("/parent", "identity-parent-unfit");
        }
        match (name, uscc, division) {
            (Some(name), Some(uscc), Some(division)) => {
                problems.finish()?;
                Ok(Organisation {
                    id,
                    kind: self.kind,
                    name,
                    uscc,
                    division,
                    parent: self.parent,
                    place: store::organisations::place(division),
                    version,
                })
            }
            _ => Err(problems.refused()),
        }
    }

    /// Whether the parent is there and does not belong to this organisation itself.
    async fn parent_fits(&self, ctx: &Ctx, id: OrganisationId) -> Result<bool, Failure> {
        /// More steps than any administration has.
        const DEPTH_MAX: usize = 12;
        let mut next = self.parent;
        for _ in 0..DEPTH_MAX {
            let Some(above) = next else { return Ok(true) };
            if above == id {
                return Ok(false);
            }
            match store::organisations::organisation(ctx, above).await? {
                None => return Ok(false),
                Some(organisation) => next = organisation.parent,
            }
        }
        Ok(false)
    }
}
