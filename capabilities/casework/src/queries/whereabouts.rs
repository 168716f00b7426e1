//! Where a case is, by its number: for whoever is about to open it in an emergency. Nothing of the applicant is told.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::emergency::Found;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stepping::section;
use crate::store::cases;

/// Asks where a case is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Whereabouts {
    /// Its number.
    #[schemars(length(max = 64), example = &"3501022026000001")]
    pub number: String,
}

impl Query for Whereabouts {
    const NAME: &'static str = "casework.whereabouts";
    const DOC: &'static str = "Where a case lies and what it is about, by its number: for whoever is about to open it in an emergency.";
    type Reply = Found;

    async fn answer(self, ctx: &Ctx) -> Result<Found, Failure> {
        let number = self.number.trim();
        let case = match number.chars().count() {
            1..=64 => cases::by_number(ctx, number).await?,
            _ => None,
        };
        let id = case.as_ref().map(|case| case.id.to_string()).unwrap_or_default();
        // Bound to the pack and to no place: that the case lies elsewhere is why it is asked for.
        let pack = case.as_ref().map(|case| case.pack.clone());
        ctx.authorize(&Resource { pack, ..Resource::of("casework.case", id) })
            .map_err(|refused| if case.is_some() { refused.hidden() } else { refused })?;
        let case = case.ok_or_else(Failure::missing)?;
        let item = section(ctx).pinned(ctx, &case.item, &case.item_version).await?;
        Ok(Found {
            id: case.id.to_string(),
            number: case.number,
            about: item.item.name.clone(),
            pack: Some(case.pack),
            division: case.division,
        })
    }
}
