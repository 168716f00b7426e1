//! Where an account can be proved: the offices whose posts grant a role with the counter's permissions.

use std::collections::BTreeMap;

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OrganisationId;
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::division_name;
use crate::store::{organisations, posts};

/// The most offices that are told.
const COUNTERS_MAX: usize = 200;

/// Asks where accounts are proved.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counters {}

/// An office with a counter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Counter {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// The division that its counter serves: the whole name.
    pub division: LocalText,
}

/// The offices, from the province down, at most 200.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CounterList {
    /// The offices.
    pub counters: Vec<Counter>,
}

impl Query for Counters {
    const NAME: &'static str = "identity.counters";
    const DOC: &'static str = "The offices at whose counter an account can be proved.";
    type Reply = CounterList;

    async fn answer(self, ctx: &Ctx) -> Result<CounterList, Failure> {
        ctx.authorize(&Resource::of("identity.organisation", "counters"))?;
        let packs = ctx.services.packs.current();
        let of_packs = packs
            .roles
            .values()
            .filter(|role| role.may.iter().any(|set| set == crate::COUNTER_SET))
            .map(|role| role.id.clone());
        let of_platform = crate::PLATFORM_ROLES
            .iter()
            .filter(|role| role.may.contains(&crate::COUNTER_SET))
            .map(|role| role.id.to_owned());
        let mut found = BTreeMap::new();
        for role in of_packs.chain(of_platform) {
            let limit = i64::try_from(COUNTERS_MAX).unwrap_or(i64::MAX);
            let rows =
                ctx.rows(organisations::SELECT_OFFICES_BY_ROLE, values![role, limit]).await?;
            for row in rows {
                let division = posts::division(&row)?;
                let organisation: OrganisationId = row.id("id")?;
                let counter = Counter {
                    organisation,
                    name: row.get("name")?,
                    division: division_name(ctx, division),
                };
                found.insert((row.get::<i64>("place")?, organisation, division), counter);
            }
        }
        Ok(CounterList { counters: found.into_values().take(COUNTERS_MAX).collect() })
    }
}
