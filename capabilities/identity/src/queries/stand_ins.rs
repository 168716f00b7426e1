//! Who else could do what somebody does not: those who hold the same post, or those above with a role. Told to the
//! house's own jobs alone, when a message that nobody reads is passed on.

use std::collections::BTreeSet;

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, OrganisationId, PostId};
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::{organisations, posts};

/// The most accounts that are told.
const MOST: usize = 20;
/// Organisations above each other that are looked through.
const ABOVE_MOST: usize = 6;

/// Asks who could stand in for an account.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandIns {
    /// The account.
    pub account: AccountId,
    /// With this role (`pack.role`), in the account's organisations or the nearest above; without one, those who hold
    /// the same posts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 130))]
    pub role: Option<String>,
}

/// Who could.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StandInList {
    /// At most twenty, without the account itself.
    pub accounts: Vec<AccountId>,
}

impl Query for StandIns {
    const NAME: &'static str = "identity.stand_ins";
    const DOC: &'static str = "Who holds the same posts as an account, or a post with a role in its organisations or the nearest above: for the house's own jobs, when a message is passed on.";
    type Reply = StandInList;

    async fn answer(self, ctx: &Ctx) -> Result<StandInList, Failure> {
        ctx.authorize(&Resource::of("identity.account", self.account))?;
        let mut own: Vec<(PostId, OrganisationId)> = Vec::new();
        for row in ctx.rows(posts::SELECT_HELD_NOW, values![self.account, ctx.now]).await? {
            own.push((row.id("post")?, row.id("organisation")?));
        }
        let accounts = match &self.role {
            None => self.same_posts(ctx, &own).await?,
            Some(role) => self.nearest(ctx, &own, role).await?,
        };
        Ok(StandInList { accounts: accounts.into_iter().take(MOST).collect() })
    }
}

impl StandIns {
    async fn same_posts(
        &self,
        ctx: &Ctx,
        own: &[(PostId, OrganisationId)],
    ) -> Result<BTreeSet<AccountId>, Failure> {
        let mut found = BTreeSet::new();
        for (post, _) in own {
            for row in ctx.rows(posts::SELECT_HOLDERS_NOW, values![*post, ctx.now]).await? {
                found.insert(row.id("account")?);
            }
        }
        found.remove(&self.account);
        Ok(found)
    }

    async fn nearest(
        &self,
        ctx: &Ctx,
        own: &[(PostId, OrganisationId)],
        role: &str,
    ) -> Result<BTreeSet<AccountId>, Failure> {
        let mut here: BTreeSet<OrganisationId> = own.iter().map(|(_, of)| *of).collect();
        for _ in 0..ABOVE_MOST {
            let mut found = BTreeSet::new();
            let mut above = BTreeSet::new();
            for organisation in here {
                let asked = values![organisation, role, ctx.now];
                for row in ctx.rows(posts::SELECT_HOLDERS_OF_ROLE, asked).await? {
                    found.insert(row.id("account")?);
                }
                let organisation = organisations::organisation(ctx, organisation).await?;
                above.extend(organisation.and_then(|organisation| organisation.parent));
            }
            found.remove(&self.account);
            if !found.is_empty() || above.is_empty() {
                return Ok(found);
            }
            here = above;
        }
        Ok(BTreeSet::new())
    }
}
