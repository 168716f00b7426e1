//! Whoever named a substitute, or the substitute, ends it before its time.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dismiss::Ended;
use crate::error::IdentityError;
use crate::events::{self, PostDismissed};
use crate::model::AppointmentId;
use crate::store::posts;

/// Ends a substitution.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSubstitute {
    /// The substitute's appointment.
    pub appointment: AppointmentId,
}

impl Action for EndSubstitute {
    const NAME: &'static str = "identity.end_substitute";
    const DOC: &'static str = "Ends a substitution at once: for the holder who is back, or for the substitute. What was open stays with the post and its holder.";
    type Reply = Ended;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Ended>, Failure> {
        let found = posts::appointment(ctx, self.appointment).await?;
        let me = ctx.who.account();
        let concerned = |account| account == me;
        let mine = found.as_ref().is_some_and(|found| {
            found.instead_of.is_some()
                && (concerned(found.instead_of) || concerned(Some(found.account)))
        });
        let own = Resource {
            owner_account: if mine { me } else { None },
            ..Resource::of("identity.appointment", self.appointment)
        };
        ctx.authorize(&own).map_err(Failure::hidden)?;
        let found = found.filter(|_| mine).ok_or_else(Failure::missing)?;
        if found.term.over(ctx.now) {
            return Err(IdentityError::AlreadyEnded.into());
        }
        let post = posts::post(ctx, found.post)
            .await?
            .ok_or(IdentityError::Unreadable("identity_appointment"))?;
        let event = PostDismissed { post: post.id, account: found.account, appointment: found.id };
        Decision::reply(Ended { ended_ms: ctx.now })
            .write(posts::end_appointment(ctx, &found))
            .write(Statement::one(posts::UPDATE_POST_VERSION, values![post.id, post.version]))
            .tell(&event, events::post(post.id, post.version + 1))
    }
}
