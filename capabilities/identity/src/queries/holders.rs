//! Who holds a role for a place: the offices nearest to it. Offices are held in public; flows ask it to tell somebody.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::posts;

/// The most accounts that are told.
const MOST: usize = 20;

/// Asks who holds a role for a place.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holders {
    /// The role: `pack.role`.
    #[schemars(length(min = 1, max = 130), example = &"gov-single-window.supervisor")]
    pub role: String,
    /// The place.
    #[schemars(with = "String", example = &"350102")]
    pub division: DivisionCode,
}

/// Who does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HolderList {
    /// At most twenty accounts, all of the level that is nearest to the place; none where nobody holds the role there
    /// or above.
    pub accounts: Vec<AccountId>,
}

impl Query for Holders {
    const NAME: &'static str = "identity.holders";
    const DOC: &'static str = "Who holds a role in the offices of a place, or of the nearest level above that has somebody: for flows, to tell them.";
    type Reply = HolderList;

    async fn answer(self, ctx: &Ctx) -> Result<HolderList, Failure> {
        ctx.authorize(&Resource::of("identity.role", &self.role))?;
        let mut levels = ctx.services.divisions.levels(self.division);
        levels.reverse();
        for place in levels.into_iter().flatten() {
            let asked = values![&self.role, place, ctx.now];
            let rows = ctx.rows(posts::SELECT_HOLDERS_AT, asked).await?;
            let mut accounts: Vec<AccountId> = Vec::new();
            for row in rows {
                let account = row.id("account")?;
                if !accounts.contains(&account) {
                    accounts.push(account);
                }
            }
            if !accounts.is_empty() {
                accounts.truncate(MOST);
                return Ok(HolderList { accounts });
            }
        }
        Ok(HolderList { accounts: Vec::new() })
    }
}
