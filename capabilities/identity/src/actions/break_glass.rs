//! Somebody opens a single thing outside the own place in an emergency: with a reason, a fresh proof of who acts, for
//! a bounded time, for reading. Whoever oversees that place is told at once.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::calendar::{Limit, LimitUnit};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::courier::{Channel, CourierWrites, Dispatch};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::emergency::{self, FindForEmergency, Found};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::{AccountId, OpeningId};
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::{self, Problems};
use crate::error::IdentityError;
use crate::events::{self, GlassBroken};
use crate::model::{OpeningReason, Secret};
use crate::reproof::Reproof;
use crate::store::{accounts, openings};
use crate::{PLATFORM_ROLES, REVIEW_SET, rules};

/// Opens a single thing in an emergency.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// What kind of thing it is.
    #[schemars(length(max = 100), example = &"casework.case")]
    pub kind: String,
    /// The number that people quote of it.
    #[schemars(length(max = 64), example = &"3501022026000001")]
    pub number: String,
    /// Why.
    pub reason: OpeningReason,
    /// What happened, in 10 to 500 characters.
    #[schemars(length(min = 10, max = 500), example = &"申请人来电称材料内容有误，鼓楼区窗口停电，需要当场核对。")]
    pub words: String,
    /// For how many minutes: 5 to 240; 60 where it is left out.
    #[serde(default)]
    #[schemars(range(min = 5, max = 240))]
    pub minutes: Option<u32>,
    /// The own password, anew.
    #[schemars(length(min = 1), example = &"minshu-yanshi-2026")]
    pub password: Secret,
    /// A code of the authenticator or a spare code, where the account asks for a second step.
    #[serde(default)]
    #[schemars(length(max = 40))]
    pub code: Option<Secret>,
}

/// What was opened.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// The opening; every look at the thing is noted under it.
    pub opening: OpeningId,
    /// The id of the thing.
    pub resource: String,
    /// Until when, milliseconds since 1970 in UTC.
    pub until_ms: Timestamp,
    /// Until when somebody else is to judge it.
    pub review_due_ms: Timestamp,
    /// How many people who oversee that place were told by short message.
    pub told: u32,
}

impl Action for BreakGlass {
    const NAME: &'static str = "identity.break_glass";
    const DOC: &'static str = "Opens a single thing outside the own place in an emergency, for reading and for a bounded time. Whoever oversees its place is told at once, every look is noted, and somebody else judges it afterwards.";
    const SECRET_REPLY: bool = true;
    type Reply = Opened;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Opened>, Failure> {
        let kind = emergency::kind(&ctx.services, &self.kind);
        let Some(kind) = kind else {
            ctx.authorize(&Resource::of("identity.opening", ""))?;
            return Err(checks::wrong("/kind", "identity-emergency-kind-unknown"));
        };
        let found = find(ctx, kind, &self.number).await?;
        // Whoever may open things of the pack may do so wherever they lie: that is what it is for.
        ctx.authorize(&Resource {
            pack: found.pack.clone(),
            ..Resource::of(kind.kind, &found.id)
        })?;
        let lies = Resource {
            pack: found.pack.clone(),
            division: Some(found.division),
            ..Resource::of(kind.kind, &found.id)
        };
        if ctx.who.opening_of(&lies, ctx.now).is_some() {
            return Err(IdentityError::OpenAlready.into());
        }
        if ctx.may(kind.read, &lies) {
            return Err(IdentityError::NothingToOpen.into());
        }
        let mut problems = Problems::default();
        let words = problems.take("/words", rules::words(&self.words));
        let minutes = problems.take("/minutes", rules::minutes(self.minutes));
        let (Some(words), Some(minutes)) = (words, minutes) else { return Err(problems.refused()) };
        let me = ctx
            .who
            .account()
            .ok_or_else(|| Failure::new(Kind::Unauthenticated, "kernel.sign_in"))?;
        let account = accounts::account(ctx, me).await?.ok_or_else(Failure::missing)?;
        let reproof = Reproof::of(ctx, &account, (&self.password, self.code.as_ref())).await?;
        let opening = OpeningId::fresh(&*ctx.services.ids);
        let until = ctx.now.plus_ms(i64::from(minutes) * 60_000);
        let mut reply = Opened {
            opening,
            resource: found.id.clone(),
            until_ms: until,
            review_due_ms: review_due(ctx),
            told: 0,
        };
        if !reproof.is_right() {
            return Ok(reproof.refuse(ctx, reply));
        }
        let open = ctx.rows(openings::SELECT_OPEN, values![me, ctx.now]).await?;
        if open.len() >= rules::OPENINGS_MAX {
            return Err(IdentityError::TooManyOpenings.into());
        }
        let row = openings::OpeningRow {
            id: opening,
            account: me,
            person: ctx.who.person,
            kind: kind.kind.to_owned(),
            resource: found.id.clone(),
            number: found.number.clone(),
            about: found.about.clone(),
            pack: found.pack.clone().unwrap_or_default(),
            division: found.division,
            reason: self.reason,
            words,
            opened: ctx.now,
            until,
            ended: None,
            review_due: reply.review_due_ms,
            verdict: None,
            version: 1,
        };
        let (alarms, told) = alarm(ctx, &row, &account.name).await?;
        reply.told = told;
        let event = GlassBroken {
            opening,
            account: me,
            kind: row.kind.clone(),
            resource: row.resource.clone(),
            number: row.number.clone(),
            pack: row.pack.clone(),
            division: row.division.to_string(),
            reason: row.reason,
            until_ms: until,
            review_due_ms: row.review_due,
        };
        let decision = Decision::reply(reply).write(openings::insert(ctx, &row).await?);
        let decision = decision.tell(&event, events::opening(opening, 1))?;
        let mut decision = decision.dispatched(alarms);
        decision.writes.extend(reproof.writes(ctx));
        Ok(decision)
    }
}

/// Asks the capability that has such things.
async fn find(ctx: &Ctx, kind: &emergency::EmergencyKind, number: &str) -> Result<Found, Failure> {
    let purpose =
        LocalText::new("按编号找到要应急查阅的对象", "To find by its number what is to be opened");
    let ask = FindForEmergency { number: number.trim().to_owned() };
    let input = serde_json::to_value(ask).map_err(Failure::internal)?;
    let found =
        ctx.lookup(kind.find, input, &purpose).await.map_err(|failure| match failure.kind {
            Kind::Missing => checks::wrong("/number", "identity-emergency-number-unknown"),
            _ => failure,
        });
    if found.is_err() {
        // Asked for all the same, so that the refusal is one of access where it is.
        ctx.authorize(&Resource::of(kind.kind, ""))?;
    }
    serde_json::from_value(found?).map_err(Failure::internal)
}

/// Three working days.
fn review_due(ctx: &Ctx) -> Timestamp {
    let calendar = ctx.services.calendar.current();
    match Limit::new(rules::REVIEW_WORKING_DAYS, LimitUnit::WorkingDays) {
        Ok(limit) => calendar.due(ctx.now, limit).instant,
        Err(_) => ctx.now,
    }
}

/// Tells those who oversee the place, by short message where the installation sends them. Who opened the thing is not
/// told of it.
async fn alarm(
    ctx: &Ctx,
    opening: &openings::OpeningRow,
    name: &str,
) -> Result<(CourierWrites, u32), Failure> {
    let mut all = CourierWrites::default();
    let mut told = 0;
    if !ctx.services.courier.offers(ctx, Channel::Sms) {
        return Ok((all, told));
    }
    for account in overseers(ctx, opening).await? {
        let Some(account) = accounts::account(ctx, account).await? else { continue };
        let dispatch = Dispatch {
            channel: Channel::Sms,
            to: account.phone.clone(),
            text: "identity-emergency-sms",
            values: vec![
                ("who", name.to_owned()),
                ("what", opening.number.clone()),
                ("place", ctx.services.divisions.full_name(opening.division, ctx.lang)),
            ],
            expires: opening.review_due,
        };
        let writes = ctx.services.courier.dispatch(ctx, dispatch)?;
        all.writes.extend(writes.writes);
        all.jobs.extend(writes.jobs);
        told += 1;
    }
    Ok((all, told))
}

/// Who may judge openings of the pack in the place of this one, without whoever opened it: at most so many.
async fn overseers(ctx: &Ctx, opening: &openings::OpeningRow) -> Result<Vec<AccountId>, Failure> {
    let packs = ctx.services.packs.current();
    let mut roles: Vec<String> = PLATFORM_ROLES
        .iter()
        .filter(|role| role.may.contains(&REVIEW_SET))
        .map(|role| role.id.to_owned())
        .collect();
    let own = packs.roles.values().filter(|role| {
        role.may.iter().any(|set| set == REVIEW_SET)
            && role.id.split_once('.').is_some_and(|(pack, _)| pack == opening.pack)
    });
    roles.extend(own.map(|role| role.id.clone()));
    let levels = ctx.services.divisions.levels(opening.division);
    let mut found: Vec<AccountId> = Vec::new();
    // The nearest first: a county's own supervisors before those of the province.
    for division in levels.iter().rev().flatten() {
        for role in &roles {
            let values = values![role.as_str(), division.as_str(), ctx.now];
            for row in ctx.rows(openings::SELECT_OVERSEERS, values).await? {
                let account: AccountId = row.id("account")?;
                if account != opening.account && !found.contains(&account) {
                    found.push(account);
                }
            }
        }
    }
    found.truncate(rules::TOLD_MAX);
    Ok(found)
}
