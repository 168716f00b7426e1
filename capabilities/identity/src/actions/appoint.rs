//! An administrator appoints somebody to a post, or a substitute for a stated term.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PostId};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::warn_of_term::warnings;
use crate::checks::{self, Problems, wrong};
use crate::events::{self, PostAppointed};
use crate::model::{Account, AppointmentId, AppointmentKind, Post, Term};
use crate::rules;
use crate::store::{accounts, posts};

/// Appoints an account to a post. Exactly one of `account` and `phone` is given.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Appoint {
    /// The post.
    pub post: PostId,
    /// The account.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// Or the mobile number of the account.
    #[serde(default)]
    #[schemars(example = &"13800000001")]
    pub phone: Option<String>,
    /// The first day, `2026-03-05`; now where it is left out.
    #[serde(default)]
    #[schemars(extend("format" = "date"), example = &"2026-03-05")]
    pub from: Option<String>,
    /// The last day; without end where it is left out. A substitute must have one.
    #[serde(default)]
    #[schemars(extend("format" = "date"), example = &"2026-12-31")]
    pub until: Option<String>,
    /// For the holder, within the term.
    #[serde(default)]
    pub substitute: bool,
}

/// The appointment that was made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Appointed {
    /// Its id.
    pub appointment: AppointmentId,
}

impl Action for Appoint {
    const NAME: &'static str = "identity.appoint";
    const DOC: &'static str = "Appoints a proved account to a post within the caller's own place, for a term or without end.";
    type Reply = Appointed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Appointed>, Failure> {
        let post = posts::post(ctx, self.post).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&posts::resource(&post))?;
        checks::may_grant(ctx, &post)?;
        let term = self.term(ctx)?;
        let account = self.account(ctx).await?;
        let open = ctx.row(posts::SELECT_APPOINTMENT_OPEN, values![post.id, account.id]).await?;
        let open = open.map(|row| posts::read_appointment(&row)).transpose()?;
        let appointment = AppointmentId::fresh(&*ctx.services.ids);
        let mut decision = Decision::reply(Appointed { appointment });
        match open {
            Some(held) if !held.term.over(ctx.now) => {
                return Err(wrong(self.who(), "identity-appointed-already"));
            }
            // It ran out by itself; now it is closed, so that the new one may stand.
            Some(over) => decision = decision.write(posts::end_appointment(ctx, &over)),
            None => {}
        }
        let kind = match self.substitute {
            true => AppointmentKind::Substitute,
            false => AppointmentKind::Regular,
        };
        let instead_of = match kind {
            AppointmentKind::Regular => None,
            AppointmentKind::Substitute => holder(ctx, post.id, &account).await?,
        };
        let held = Held { kind, term, instead_of };
        decision.writes.extend(write(ctx, &post, (appointment, account.id), &held));
        decision.jobs.extend(warnings(ctx, appointment, kind, term));
        let event = PostAppointed {
            post: post.id,
            account: account.id,
            appointment,
            substitute: self.substitute,
        };
        decision.tell(&event, events::post(post.id, post.version + 1))
    }
}

/// For whom a substitute stands in: whoever holds the post now, and not the same human.
async fn holder(
    ctx: &Ctx,
    post: PostId,
    substitute: &Account,
) -> Result<Option<AccountId>, Failure> {
    let row = ctx.row(posts::SELECT_REGULAR_HOLDER, values![post, ctx.now]).await?;
    let Some(holder) = row.map(|row| row.id::<AccountId>("account")).transpose()? else {
        return Ok(None);
    };
    let person = accounts::account(ctx, holder).await?.and_then(|holder| holder.person);
    if holder == substitute.id || (person.is_some() && person == substitute.person) {
        return Err(wrong("/phone", "identity-substitute-self"));
    }
    Ok(Some(holder))
}

/// How somebody holds a post.
pub(crate) struct Held {
    pub kind: AppointmentKind,
    pub term: Term,
    /// For whom, where it is a substitute's.
    pub instead_of: Option<AccountId>,
}

/// The statements of an appointment: the row, and the post's version, by which appointments to one post are
/// made one after another.
pub(crate) fn write(
    ctx: &Ctx,
    post: &Post,
    (appointment, account): (AppointmentId, AccountId),
    held: &Held,
) -> Vec<Statement> {
    vec![
        Statement::one(
            posts::INSERT_APPOINTMENT,
            values![
                appointment,
                post.id,
                account,
                held.kind,
                held.term.from_ms,
                held.term.until_ms,
                ctx.who.reference(),
                ctx.now,
                held.instead_of
            ],
        ),
        Statement::one(posts::UPDATE_POST_VERSION, values![post.id, post.version]),
    ]
}

impl Appoint {
    /// The field by which the account was named.
    fn who(&self) -> &'static str {
        if self.account.is_some() { "/account" } else { "/phone" }
    }

    fn term(&self, ctx: &Ctx) -> Result<Term, Failure> {
        let mut problems = Problems::default();
        let from = problems.take("/from", rules::date(self.from.as_deref()));
        let until = problems.take("/until", rules::date(self.until.as_deref()));
        if self.substitute && until == Some(None) {
            problems.note("/until", "identity-substitute-term");
        }
        let (Some(from), Some(until)) = (from, until) else { return Err(problems.refused()) };
        problems.finish()?;
        rules::term(from, until, ctx.now).map_err(|message| wrong("/until", message))
    }

    async fn account(&self, ctx: &Ctx) -> Result<Account, Failure> {
        match (self.account, self.phone.as_deref().map(str::trim).unwrap_or_default()) {
            (Some(_), phone) if !phone.is_empty() => Err(wrong("/phone", "identity-one-of-both")),
            (Some(id), _) => match accounts::account(ctx, id).await? {
                None => Err(wrong("/account", "identity-account-unknown")),
                Some(account) if account.person.is_none() => {
                    Err(wrong("/account", "identity-account-unproved"))
                }
                Some(account) => Ok(account),
            },
            (None, phone) => checks::proved_account(ctx, "/phone", phone).await,
        }
    }
}
