//! A term comes to its end: whoever holds the post is told, thirty days and seven days before.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision, JobDraft};
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::courier::{Channel, Dispatch};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::{show, values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{self, PostTermEnding};
use crate::model::{AppointmentId, AppointmentKind, Term};
use crate::rules;
use crate::store::{accounts, posts};

/// Warns of the end of a term.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WarnOfTerm {
    /// The appointment.
    pub appointment: AppointmentId,
    /// How many days before its end.
    pub days: u32,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Warned {
    /// Whether there was still something to warn of.
    pub warned: bool,
}

impl Action for WarnOfTerm {
    const NAME: &'static str = "identity.warn_of_term";
    const DOC: &'static str = "Tells whoever holds a post that the term comes to its end. A job asks for it thirty and seven days before.";
    type Reply = Warned;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Warned>, Failure> {
        ctx.authorize(&Resource::of("identity.appointment", self.appointment))?;
        let found = posts::appointment(ctx, self.appointment).await?;
        let found = found.filter(|found| !found.term.over(ctx.now));
        let Some((found, until)) =
            found.and_then(|found| Some((found.term.until_ms?, found))).map(|(u, f)| (f, u))
        else {
            return Ok(Decision::reply(Warned { warned: false }));
        };
        let Some(post) = posts::post(ctx, found.post).await? else {
            return Ok(Decision::reply(Warned { warned: false }));
        };
        let event = PostTermEnding {
            post: post.id,
            account: found.account,
            appointment: found.id,
            days: self.days,
            until_ms: until,
        };
        let decision = Decision::reply(Warned { warned: true })
            .write(Statement::one(posts::UPDATE_POST_VERSION, values![post.id, post.version]))
            .tell(&event, events::post(post.id, post.version + 1))?;
        let account = accounts::account(ctx, found.account).await?;
        match account {
            Some(account) if ctx.services.courier.offers(ctx, Channel::Sms) => {
                let t = ctx.speaker();
                let dispatch = Dispatch {
                    channel: Channel::Sms,
                    to: account.phone.clone(),
                    text: "identity-term-sms",
                    values: vec![
                        ("post", t.local(&post.name).to_owned()),
                        ("until", show::date(&t, until.plus_ms(-1).date())),
                    ],
                    expires: until,
                };
                Ok(decision.dispatched(ctx.services.courier.dispatch(ctx, dispatch)?))
            }
            _ => Ok(decision),
        }
    }
}

/// The jobs that warn of the end of a term; a substitute knows the own one, which is short.
pub(crate) fn warnings(
    ctx: &Ctx,
    appointment: AppointmentId,
    kind: AppointmentKind,
    term: Term,
) -> Vec<JobDraft> {
    let (Some(until), AppointmentKind::Regular) = (term.until_ms, kind) else { return Vec::new() };
    let at = |days: u32| until.plus_ms(-i64::from(days) * DAY_MS);
    let job = |days: u32| {
        let input = serde_json::to_value(WarnOfTerm { appointment, days }).ok()?;
        Some(JobDraft {
            key: format!("{}:{appointment}:{days}", WarnOfTerm::NAME),
            due: Some(at(days)),
            action: WarnOfTerm::NAME,
            input,
        })
    };
    let ahead = rules::WARN_DAYS.into_iter().filter(|days| at(*days) > ctx.now);
    ahead.filter_map(job).collect()
}

/// How many days are left of a term that ends within the first warning.
pub(crate) fn days_left(until: Option<Timestamp>, now: Timestamp) -> Option<i64> {
    let left = (until?.0 - now.0).div_euclid(DAY_MS);
    (0..=i64::from(rules::WARN_DAYS[0])).contains(&left).then_some(left)
}
