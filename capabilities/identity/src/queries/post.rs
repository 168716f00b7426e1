//! One post with who holds and held it.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PostId};
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::organisations::{OrganisationLine, line as organisation_line};
use super::posts::{PostLine, line};
use crate::error::IdentityError;
use crate::model::{AppointmentId, AppointmentKind, Term};
use crate::store::{accounts, organisations, posts};

/// The most holders that are told, the latest first.
const HOLDERS_MAX: i64 = 100;

/// Asks for a post.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostById {
    /// Its id.
    pub post: PostId,
}

/// Who holds or held a post. The name is told whole: it is an office that is held in public.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Holder {
    /// The term.
    pub appointment: AppointmentId,
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// Holder or substitute.
    pub kind: AppointmentKind,
    /// From when to when.
    pub term: Term,
    /// Whether it holds at this moment.
    pub current: bool,
    /// Whether it is behind.
    pub over: bool,
}

/// A post.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct PostDetail {
    /// What a list shows of it.
    #[serde(flatten)]
    pub line: PostLine,
    /// The organisation that it is in.
    pub organisation: OrganisationLine,
    /// Who holds and held it, the latest first, at most 100.
    pub appointments: Vec<Holder>,
    /// Raised by every change; a change names the one that it was made from.
    pub version: i64,
}

impl Query for PostById {
    const NAME: &'static str = "identity.post";
    const DOC: &'static str = "A post within the caller's own place, with who holds and held it.";
    type Reply = PostDetail;

    async fn answer(self, ctx: &Ctx) -> Result<PostDetail, Failure> {
        let post = posts::post(ctx, self.post).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&posts::resource(&post))?;
        let organisation = organisations::organisation(ctx, post.organisation)
            .await?
            .ok_or(IdentityError::Unreadable("identity_post"))?;
        let rows =
            ctx.rows(posts::SELECT_APPOINTMENTS_OF_POST, values![post.id, HOLDERS_MAX]).await?;
        let mut appointments = Vec::with_capacity(rows.len());
        for row in &rows {
            let held = posts::read_appointment(row)?;
            let sealed: Vec<u8> = row.get("name")?;
            let personal = &*ctx.services.personal;
            appointments.push(Holder {
                appointment: held.id,
                account: held.account,
                name: accounts::open_account_name(personal, held.account, &sealed)?,
                kind: held.kind,
                term: held.term,
                current: held.term.holds(ctx.now),
                over: held.term.over(ctx.now),
            });
        }
        let holders = appointments.iter().filter(|held| held.current).count();
        Ok(PostDetail {
            version: post.version,
            line: line(ctx, post, holders),
            organisation: organisation_line(ctx, organisation),
            appointments,
        })
    }
}
