//! The posts of an organisation.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{OrganisationId, PostId};
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{RoleName, division_name, role_name};
use crate::model::Post;
use crate::store::{organisations, posts};

/// Asks for the posts of an organisation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Posts {
    /// The organisation.
    pub organisation: OrganisationId,
}

/// A post in a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PostLine {
    /// The post.
    pub post: PostId,
    /// Its name.
    pub name: LocalText,
    /// The code of the division that it serves.
    pub division: String,
    /// The division's whole name.
    pub division_name: LocalText,
    /// The roles that it grants.
    pub roles: Vec<RoleName>,
    /// How many hold it at this moment.
    pub holders: usize,
}

/// The posts, in the order in which they were made, at most 200.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PostList {
    /// The posts.
    pub posts: Vec<PostLine>,
}

impl Query for Posts {
    const NAME: &'static str = "identity.posts";
    const DOC: &'static str = "The posts of an organisation within the caller's own place.";
    type Reply = PostList;

    async fn answer(self, ctx: &Ctx) -> Result<PostList, Failure> {
        let organisation = organisations::organisation(ctx, self.organisation)
            .await?
            .ok_or_else(Failure::missing)?;
        ctx.authorize(&organisations::resource(organisation.id, organisation.division))?;
        let mut lines = Vec::new();
        for post in posts::posts(ctx, organisation.id).await? {
            let rows =
                ctx.rows(posts::SELECT_APPOINTMENTS_OF_POST, values![post.id, 100_i64]).await?;
            let mut holders = 0;
            for row in &rows {
                holders += usize::from(posts::term(row)?.holds(ctx.now));
            }
            lines.push(line(ctx, post, holders));
        }
        Ok(PostList { posts: lines })
    }
}

/// A post as a list shows it.
pub(crate) fn line(ctx: &Ctx, post: Post, holders: usize) -> PostLine {
    PostLine {
        post: post.id,
        name: post.name,
        division: post.division.to_string(),
        division_name: division_name(ctx, post.division),
        roles: post.roles.iter().map(|role| role_name(ctx, role)).collect(),
        holders,
    }
}
