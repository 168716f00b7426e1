//! A case comes into being: its number, its deadline, its first step. For applicants and for systems alike.

use std::sync::Arc;

use minshu_kernel::action::Decision;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use serde_json::Value as Json;

use crate::compile::CompiledItem;
use crate::deadlines;
use crate::events::{CaseFacts, CaseSubmitted, aggregate};
use crate::filling::{handled_in, parts};
use crate::model::{Case, CaseId, Detail, Owner, Step, Verb};
use crate::number;
use crate::rules::Standing;
use crate::stepping::{Stepped, alarm, stepped};
use crate::store::{cases, steps};

/// What a case is opened with.
pub(crate) struct Opening {
    /// The item in force.
    pub(crate) item: Arc<CompiledItem>,
    /// The form, normalised and checked.
    pub(crate) form: Json,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// The applicant's name.
    pub(crate) applicant_name: String,
}

/// The case and the decision that stores it. The caller has authorized.
pub(crate) async fn open_case(
    ctx: &Ctx,
    opening: Opening,
) -> Result<(Case, Decision<Stepped>), Failure> {
    let Opening { item, form, owner, applicant_name } = opening;
    let division = handled_in(ctx, &item, &form)?;
    let today = ctx.now.date();
    let prefix = &item.item.number_prefix;
    let running = ctx.services.numbers.next(&number::series(prefix, division, today)).await?;
    let standing = Standing::submitted();
    let calendar = ctx.services.calendar.current();
    let due = deadlines::after_step(&calendar, &item.item, standing, ctx.now, None, &[], None);
    let (flag, next_look) = deadlines::flag(&calendar, ctx.now, due.due);
    let form_parts = parts(&item, &form);
    let case = Case {
        id: CaseId::fresh(&*ctx.services.ids),
        number: number::compose(prefix, division, today, running),
        pack: item.pack.clone(),
        item: item.id.clone(),
        item_version: item.version.clone(),
        owner,
        submitted_by: ctx.who.reference(),
        applicant_name,
        form,
        division,
        state: standing.state,
        stage: standing.stage,
        role: standing.role(&item.item.stage).map(str::to_owned),
        due: due.due,
        promised_due: due.promised_due,
        flag,
        submitted: ctx.now,
        accepted: None,
        closed: None,
        acted_version: 1,
        version: 1,
        suspended: None,
        asks: None,
    };
    let decision = Decision::reply(stepped(&case));
    let decision = decision
        .write(cases::insert(ctx, &case, &form_parts).await?)
        .write(first_step(ctx, &case).await?)
        .later(alarm(case.id, next_look));
    let event = CaseSubmitted { facts: CaseFacts::of(&case) };
    let decision = decision.tell(&event, aggregate(&case))?;
    Ok((case, decision))
}

async fn first_step(ctx: &Ctx, case: &Case) -> Result<Statement, Failure> {
    let step = Step {
        sequence: 1,
        at: ctx.now,
        actor: ctx.who.reference(),
        actor_person: ctx.who.person,
        actor_role: None,
        actor_division: None,
        actor_organisation: None,
        verb: Verb::Submit,
        stage_before: 0,
        state: case.state,
        stage: case.stage,
        role: case.role.clone(),
        due: case.due,
        promised_due: case.promised_due,
        flag: case.flag,
        detail: Detail::default(),
    };
    steps::insert(ctx, case, &step).await
}
