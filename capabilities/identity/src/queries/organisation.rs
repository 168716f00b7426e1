//! One organisation with what belongs to it.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OrganisationId;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::organisations::{OrganisationLine, line};
use crate::store::organisations;

/// The most parts that are told.
const PARTS_MAX: i64 = 200;

/// Asks for an organisation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationById {
    /// Its id.
    pub organisation: OrganisationId,
}

/// An organisation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationDetail {
    /// What a list shows of it.
    #[serde(flatten)]
    pub line: OrganisationLine,
    /// The organisation that it belongs to.
    pub parent: Option<OrganisationLine>,
    /// Those that belong to it, at most 200.
    pub parts: Vec<OrganisationLine>,
    /// Raised by every change; a change names the one that it was made from.
    pub version: i64,
}

impl Query for OrganisationById {
    const NAME: &'static str = "identity.organisation";
    const DOC: &'static str = "An organisation within the caller's own place, with what it belongs to and what belongs to it.";
    type Reply = OrganisationDetail;

    async fn answer(self, ctx: &Ctx) -> Result<OrganisationDetail, Failure> {
        let found = organisations::organisation(ctx, self.organisation)
            .await?
            .ok_or_else(Failure::missing)?;
        ctx.authorize(&organisations::resource(found.id, found.division))?;
        let parent = match found.parent {
            None => None,
            Some(parent) => organisations::organisation(ctx, parent).await?,
        };
        let rows = ctx.rows(organisations::SELECT_PARTS, values![found.id, PARTS_MAX]).await?;
        let mut parts = Vec::with_capacity(rows.len());
        for row in &rows {
            parts.push(line(ctx, organisations::read_organisation(row)?));
        }
        Ok(OrganisationDetail {
            version: found.version,
            parent: parent.map(|parent| line(ctx, parent)),
            parts,
            line: line(ctx, found),
        })
    }
}
