//! The applicant or a supervisor urges the office (催办). It is recorded, and everybody who reads the case sees it.
//!
//! An applicant may urge once a working day, and only when it can move something: the step carries a flag, or half of its
//! time is over. Urging on the first day moves nothing and buries those whose time is short; with a flag it is never
//! refused but for its second time on a day.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::{Lang, LocalText, Speaker};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::deadlines;
use crate::error::CaseworkError;
use crate::events::{CaseFacts, CaseUrged, aggregate};
use crate::model::{Case, CaseId, Detail, Flag, Step, Verb};
use crate::stepping::{
    Loaded, Stepped, Taking, authorize, load, not_now, reason, standing, take_to,
};

/// Urges the office that has the case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Urge {
    /// The case.
    pub case: CaseId,
    /// What the office should know: at most 500 characters, or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 500), example = &"店面已经装修好，等证开业。")]
    pub note: Option<String>,
}

impl Action for Urge {
    const NAME: &'static str = "casework.urge";
    const DOC: &'static str = "Urges the office that has a case: the applicant at most once a working day, when half of the step's time is over or it carries a flag; those who supervise at any time.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        authorize(ctx, &case, &case.resource())?;
        let loaded = Loaded::whole(ctx, case, item).await?;
        let mut problems = Vec::new();
        let note = self.note.map(|note| reason("/note", &note, 0, &mut problems));
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        let by_applicant = owns(ctx, &loaded.case);
        let detail = Detail { reason: note.filter(|n| !n.is_empty()), ..Detail::default() };
        let standing = standing(&loaded.case)
            .after(&loaded.item.item.stage, Verb::Urge)
            .map_err(|refused| not_now(&loaded.case, refused))?;
        if by_applicant {
            allowed(ctx, &loaded)?;
        }
        let supervising = ctx.who.grants.iter().find(|grant| {
            let of_pack = grant.role.split_once('.').is_some_and(|(p, _)| p == loaded.case.pack);
            of_pack && !by_applicant && grant.division.contains(loaded.case.division)
        });
        let taking = Taking {
            verb: Verb::Urge,
            detail,
            standing,
            branches: &loaded.branches,
            role: supervising.map(|grant| grant.role.as_str()),
        };
        let taken = take_to(ctx, &loaded, taking).await?;
        let last = loaded.steps.iter().rev().find(|step| step.actor_role.is_some());
        let event = CaseUrged {
            facts: CaseFacts::of(&taken.case),
            by_applicant,
            last_officer: last.and_then(Step::account),
        };
        let about = aggregate(&taken.case);
        taken.decide().tell(&event, about)
    }
}

/// Whether whoever acts is the applicant.
fn owns(ctx: &Ctx, case: &Case) -> bool {
    let who = &ctx.who;
    let account = case.owner.account.is_some() && case.owner.account == who.account();
    let person = who.proved && case.owner.person.is_some() && case.owner.person == who.person;
    account || person || case.owner.organisation.is_some_and(|of| who.mandates.contains(&of))
}

/// The instant from which the applicant may urge, where that is still to come.
pub(crate) fn from(ctx: &Ctx, loaded: &Loaded) -> Option<Timestamp> {
    let case = &loaded.case;
    let due = case.due.filter(|_| case.flag == Flag::None)?;
    let begun = deadlines::begun(&loaded.steps).unwrap_or(case.submitted);
    let half = Timestamp(begun.0 + (due.0 - begun.0) / 2);
    Some(half).filter(|half| ctx.now < *half)
}

/// Whether the applicant urged on this working day already.
pub(crate) fn urged_today(ctx: &Ctx, steps: &[Step]) -> bool {
    let by_applicant = |step: &&Step| step.verb == Verb::Urge && step.actor_role.is_none();
    let Some(last) = steps.iter().rev().find(by_applicant) else { return false };
    let calendar = ctx.services.calendar.current();
    calendar.working_days_between(last.at, Timestamp::end_of(ctx.now.date())) < 1
}

fn allowed(ctx: &Ctx, loaded: &Loaded) -> Result<(), CaseworkError> {
    if let Some(half) = from(ctx, loaded) {
        let say = |lang| show::date(&Speaker::new(ctx.services.texts.clone(), lang), half.date());
        return Err(CaseworkError::UrgedEarly(LocalText::new(say(Lang::Zh), say(Lang::En))));
    }
    if urged_today(ctx, &loaded.steps) {
        return Err(CaseworkError::UrgedToday);
    }
    Ok(())
}
