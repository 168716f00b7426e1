//! An administrator ends an appointment.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks;
use crate::error::IdentityError;
use crate::events::{self, PostDismissed};
use crate::model::AppointmentId;
use crate::store::posts;

/// Ends an appointment now.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dismiss {
    /// The appointment.
    pub appointment: AppointmentId,
}

/// When a term ended.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    /// In milliseconds since 1970 (UTC).
    pub ended_ms: Timestamp,
}

impl Action for Dismiss {
    const NAME: &'static str = "identity.dismiss";
    const DOC: &'static str = "Ends an appointment; its roles end with it at once.";
    type Reply = Ended;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Ended>, Failure> {
        let appointment =
            posts::appointment(ctx, self.appointment).await?.ok_or_else(Failure::missing)?;
        let post = posts::post(ctx, appointment.post)
            .await?
            .ok_or(IdentityError::Unreadable("identity_appointment"))?;
        ctx.authorize(&posts::resource(&post))?;
        checks::may_grant(ctx, &post)?;
        if appointment.term.over(ctx.now) {
            return Err(IdentityError::AlreadyEnded.into());
        }
        let event = PostDismissed {
            post: post.id,
            account: appointment.account,
            appointment: appointment.id,
        };
        Decision::reply(Ended { ended_ms: ctx.now })
            .write(posts::end_appointment(ctx, &appointment))
            .write(Statement::one(posts::UPDATE_POST_VERSION, values![post.id, post.version]))
            .tell(&event, events::post(post.id, post.version + 1))
    }
}
