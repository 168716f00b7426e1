//! An administrator makes a post in an organisation.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{OrganisationId, PostId};
use minshu_kernel::records::Statement;
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{self, Problems};
use crate::events::{self, PostAdded};
use crate::model::Post;
use crate::store::posts;
use crate::{rules, store};

/// Makes a post.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPost {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name in both languages, at most 60 characters each.
    pub name: LocalText,
    /// The division whose subtree it serves; the organisation's own where it is left out.
    #[serde(default)]
    #[schemars(example = &"350102")]
    pub division: Option<String>,
    /// The roles that it grants: `pack.role` or `platform.role`.
    #[serde(default)]
    #[schemars(example = ["gov-single-window.clerk"])]
    pub roles: Vec<String>,
}

/// The post that was made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PostMade {
    /// Its id.
    pub post: PostId,
}

impl Action for AddPost {
    const NAME: &'static str = "identity.add_post";
    const DOC: &'static str =
        "Makes a post that grants roles within a division of the caller's own place.";
    type Reply = PostMade;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<PostMade>, Failure> {
        let id = PostId::fresh(&*ctx.services.ids);
        let organisation = store::organisations::organisation(ctx, self.organisation)
            .await?
            .ok_or_else(Failure::missing)?;
        ctx.authorize(&store::organisations::resource(organisation.id, organisation.division))?;
        let post = Post {
            id,
            organisation: organisation.id,
            version: 1,
            ..check(ctx, &self.name, self.division.as_deref(), &self.roles, organisation.division)?
        };
        // The post may serve another place than the organisation sits in: it must be the caller's too.
        ctx.authorize(&posts::resource(&post))?;
        checks::may_grant(ctx, &post)?;
        let mut decision = Decision::reply(PostMade { post: id }).write(Statement::one(
            posts::INSERT_POST,
            values![
                id,
                post.organisation,
                post.name.zh.as_str(),
                post.name.en.as_str(),
                post.division.to_string(),
                ctx.now
            ],
        ));
        decision.writes.extend(posts::write_roles(&post));
        let event = PostAdded { post: id, organisation: post.organisation, roles: post.roles };
        decision.tell(&event, events::post(id, 1))
    }
}

/// A post of these values; ids and version are still to be filled in. Every mistake is told.
pub(crate) fn check(
    ctx: &Ctx,
    name: &LocalText,
    division: Option<&str>,
    roles: &[String],
    default: DivisionCode,
) -> Result<Post, Failure> {
    let mut problems = Problems::default();
    let zh = problems.take("/name/zh", rules::line(&name.zh, rules::POST_NAME_MAX));
    let en = problems.take("/name/en", rules::line(&name.en, rules::POST_NAME_MAX));
    let division = match division.filter(|text| !text.trim().is_empty()) {
        None => Some(default),
        Some(text) => problems.take("/division", checks::division(ctx, text)),
    };
    let (Some(zh), Some(en), Some(division)) = (zh, en, division) else {
        return Err(problems.refused());
    };
    problems.finish()?;
    Ok(Post {
        id: PostId::new(uuid::Uuid::nil()),
        organisation: OrganisationId::new(uuid::Uuid::nil()),
        name: LocalText::new(zh, en),
        division,
        roles: checks::roles(ctx, roles)?,
        version: 0,
    })
}
