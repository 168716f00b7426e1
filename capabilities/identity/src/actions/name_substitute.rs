//! The holder of a post names a substitute for a stated term, such as a leave.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::PostId;
use minshu_kernel::records::Row;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::appoint::{Appointed, Held, write};
use crate::checks::{self, Problems, wrong};
use crate::events::{self, PostAppointed};
use crate::model::{AppointmentId, AppointmentKind, Term};
use crate::rules;
use crate::store::posts;

/// Names a substitute for oneself.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NameSubstitute {
    /// The post that one holds.
    pub post: PostId,
    /// The mobile number of the substitute's account.
    #[schemars(length(min = 1), example = &"13800000001")]
    pub phone: String,
    /// The first day, `2026-03-05`; now where it is left out.
    #[serde(default)]
    #[schemars(extend("format" = "date"), example = &"2026-03-05")]
    pub from: Option<String>,
    /// The last day, at most 180 days ahead.
    #[schemars(extend("format" = "date"), example = &"2026-03-20")]
    pub until: String,
}

impl Action for NameSubstitute {
    const NAME: &'static str = "identity.name_substitute";
    const DOC: &'static str = "The holder of a post names a substitute for a stated term. Who is a substitute there oneself can name none; platform posts are filled by operators.";
    type Reply = Appointed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Appointed>, Failure> {
        let post = posts::post(ctx, self.post).await?;
        let own = post.as_ref().map(posts::resource).unwrap_or_else(|| posts::none(self.post));
        ctx.authorize(&own).map_err(Failure::hidden)?;
        let post = post.ok_or_else(Failure::missing)?;
        let me = ctx
            .who
            .account()
            .ok_or_else(|| Failure::new(Kind::Unauthenticated, "kernel.sign_in"))?;
        let held = ctx.row(posts::SELECT_APPOINTMENT_OPEN, values![post.id, me]).await?;
        let held = held.as_ref().map(posts::read_appointment).transpose()?;
        let held = held.filter(|held| held.term.holds(ctx.now));
        match held {
            Some(held) if held.kind == AppointmentKind::Regular => {}
            other => {
                let why = match other {
                    Some(_) => "a substitute names no substitute",
                    None => "who does not hold the post names no substitute",
                };
                let rule = format!("{}: {why}", ctx.operation);
                let refused = Failure::new(Kind::Refused, "identity.no_holder");
                return Err(Failure { rule: Some(rule), ..refused });
            }
        }
        checks::may_grant(ctx, &post)?;
        let term = self.term(ctx)?;
        let account = checks::proved_account(ctx, "/phone", &self.phone).await?;
        if account.id == me || account.person == ctx.who.person {
            return Err(wrong("/phone", "identity-substitute-self"));
        }
        let open = ctx.row(posts::SELECT_APPOINTMENT_OPEN, values![post.id, account.id]).await?;
        let open = open.as_ref().map(|row: &Row| posts::read_appointment(row)).transpose()?;
        let appointment = AppointmentId::fresh(&*ctx.services.ids);
        let mut decision = Decision::reply(Appointed { appointment });
        match open {
            Some(held) if !held.term.over(ctx.now) => {
                return Err(wrong("/phone", "identity-appointed-already"));
            }
            Some(over) => decision = decision.write(posts::end_appointment(ctx, &over)),
            None => {}
        }
        let held = Held { kind: AppointmentKind::Substitute, term, instead_of: Some(me) };
        decision.writes.extend(write(ctx, &post, (appointment, account.id), &held));
        let event =
            PostAppointed { post: post.id, account: account.id, appointment, substitute: true };
        decision.tell(&event, events::post(post.id, post.version + 1))
    }
}

impl NameSubstitute {
    fn term(&self, ctx: &Ctx) -> Result<Term, Failure> {
        let mut problems = Problems::default();
        let from = problems.take("/from", rules::date(self.from.as_deref()));
        let until = problems.take("/until", rules::date(Some(&self.until)));
        if until == Some(None) {
            problems.note("/until", "identity-substitute-term");
        }
        let (Some(from), Some(until)) = (from, until) else { return Err(problems.refused()) };
        problems.finish()?;
        let term = rules::term(from, until, ctx.now).map_err(|message| wrong("/until", message))?;
        match term.until_ms {
            Some(end) if end > ctx.now.plus_ms(rules::SUBSTITUTE_MS) => {
                Err(wrong("/until", "identity-substitute-long"))
            }
            _ => Ok(term),
        }
    }
}
