//! An administrator changes a post: its name, the place that it serves, the roles that it grants.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::PostId;
use minshu_kernel::records::Statement;
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::add_post::check;
use super::change_organisation::Changed;
use crate::checks;
use crate::error::IdentityError;
use crate::events::{self, PostChanged};
use crate::model::Post;
use crate::store::posts;

/// Changes a post. All values are given.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePost {
    /// The post.
    pub post: PostId,
    /// The version that the change was made from.
    pub version: i64,
    /// Its name in both languages.
    pub name: LocalText,
    /// The division whose subtree it serves; as before where it is left out.
    #[serde(default)]
    #[schemars(example = &"350102")]
    pub division: Option<String>,
    /// The roles that it grants from now on.
    #[schemars(example = ["gov-single-window.clerk"])]
    pub roles: Vec<String>,
}

impl Action for ChangePost {
    const NAME: &'static str = "identity.change_post";
    const DOC: &'static str =
        "Changes the name, place and roles of a post; whoever holds it has the new roles at once.";
    type Reply = Changed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Changed>, Failure> {
        let before = posts::post(ctx, self.post).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&posts::resource(&before))?;
        if before.version != self.version {
            return Err(
                IdentityError::ChangedMeanwhile { from: self.version, is: before.version }.into()
            );
        }
        let after = Post {
            id: before.id,
            organisation: before.organisation,
            version: before.version + 1,
            ..check(ctx, &self.name, self.division.as_deref(), &self.roles, before.division)?
        };
        ctx.authorize(&posts::resource(&after))?;
        // Taking a platform role away is the operators' as well: nobody is locked out by a neighbour.
        checks::may_grant(ctx, &before)?;
        checks::may_grant(ctx, &after)?;
        let mut decision = Decision::reply(Changed { version: after.version })
            .write(Statement::one(
                posts::UPDATE_POST,
                values![
                    after.id,
                    before.version,
                    after.name.zh.as_str(),
                    after.name.en.as_str(),
                    after.division.to_string()
                ],
            ))
            .write(Statement::any(posts::DELETE_POST_ROLES, values![after.id]));
        decision.writes.extend(posts::write_roles(&after));
        let event = PostChanged { post: after.id, roles: after.roles };
        decision.tell(&event, events::post(after.id, after.version))
    }
}
