//! A draft is sent in: a new case gets its number and deadline, a returned one goes back to where it was.

use std::sync::Arc;

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::form::Completeness;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::compile::CompiledItem;
use crate::entitlement::{self, OnBehalf};
use crate::error::CaseworkError;
use crate::events::{CaseFacts, CaseResubmitted, aggregate};
use crate::filling::{check_form, check_materials, handled_in, load as load_draft, parts};
use crate::lookups::Refreshed;
use crate::model::{CaseId, Detail, Draft, DraftId, Step, Verb};
use crate::opening::{Opening, open_case};
use crate::stepping::{Stepped, for_owner, take};
use crate::store::{cases, drafts, materials};

/// Sends a draft in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// The draft.
    pub draft: DraftId,
    /// The form's version that was seen; a newer one refuses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

impl Action for Submit {
    const NAME: &'static str = "casework.submit";
    const DOC: &'static str = "Sends a draft in. A new case gets its number and deadline; a corrected one goes back to the office that returned it.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let (draft, item) = load_draft(ctx, self.draft).await?;
        if let Some(based_on) = self.version
            && based_on != draft.form_version
        {
            return Err(CaseworkError::SavedElsewhere { based_on, now: draft.form_version }.into());
        }
        if draft.case.is_none() {
            item.takes_applications()?;
        }
        let on_behalf = may_apply(ctx, &draft).await?;
        let form = item.form.normalise(&draft.form);
        let mut problems = check_form(ctx, &item, &form, Completeness::Submit);
        let new = materials::of_draft(ctx, draft.id).await?;
        let kept = match draft.case {
            Some(case) => materials::of_case(ctx, case).await?,
            None => Vec::new(),
        };
        // What a condition asks for is only known of a form that is right.
        if problems.is_empty() {
            problems = check_materials(&item, &form, &kept, &new)?;
        }
        if !problems.is_empty() {
            return Err(CaseworkError::Incomplete(problems).into());
        }
        if let Some(refreshed) =
            item.lookups.before_submit(ctx, &item.id, &item.form, &draft, &form).await?
        {
            return refresh(ctx, draft, &item, refreshed).await;
        }
        if let Some(choice) = &on_behalf {
            same_organisation(&item, &form, choice)?;
        }
        match draft.case {
            Some(case) => resubmit(ctx, &draft, case, form).await,
            None => submit(ctx, &draft, item, form, on_behalf).await,
        }
    }
}

/// Who may send it in: the holder of a mandate for the draft's organisation, or a proved person.
async fn may_apply(ctx: &Ctx, draft: &Draft) -> Result<Option<OnBehalf>, Failure> {
    let Some(organisation) = draft.owner.organisation else {
        let proved = ctx.who.proved && ctx.who.person.is_some();
        return if proved { Ok(None) } else { Err(CaseworkError::NotProved.into()) };
    };
    entitlement::check(ctx, organisation).await.map(Some)
}

/// Keeps what the sources say now and sends nothing: the applicant answers for the form as it was seen.
async fn refresh(
    ctx: &Ctx,
    draft: Draft,
    item: &CompiledItem,
    refreshed: Refreshed,
) -> Result<Decision<Stepped>, Failure> {
    let Refreshed { form, changed } = refreshed;
    let mut prefilled = draft.prefilled.clone();
    let pointers = changed.iter().filter_map(|problem| problem.pointer.strip_prefix("/form"));
    prefilled.extend(pointers.map(str::to_owned));
    let kept = Draft { form, prefilled, item_version: item.version.clone(), ..draft };
    let write = drafts::update_form(ctx, &kept, &parts(item, &kept.form)).await?;
    Ok(Decision::refuse(CaseworkError::SourceChanged(changed)).write(write))
}

/// The code in the form must be that of the organisation one acts for.
fn same_organisation(
    item: &CompiledItem,
    form: &Json,
    choice: &OnBehalf,
) -> Result<(), CaseworkError> {
    let Some(pointer) = &item.item.organisation_field else { return Ok(()) };
    if form.pointer(pointer).and_then(Json::as_str) == Some(choice.uscc.as_str()) {
        return Ok(());
    }
    let message = minshu_kernel::text::Message::new("casework-problem-other-organisation")
        .with("name", choice.name.as_str())
        .with("uscc", choice.uscc.as_str());
    let problem = FieldProblem::new(format!("/form{pointer}"), message);
    Err(CaseworkError::NotEntitled(Box::new(problem)))
}

async fn submit(
    ctx: &Ctx,
    draft: &Draft,
    item: Arc<CompiledItem>,
    form: Json,
    on_behalf: Option<OnBehalf>,
) -> Result<Decision<Stepped>, Failure> {
    let mut owner = draft.owner.clone();
    if owner.organisation.is_none() {
        // The account may have been proved since it began the draft.
        owner.person = ctx.who.person;
    }
    let applicant_name = on_behalf.map_or_else(|| ctx.who.name.clone(), |choice| choice.name);
    let opening = Opening { item, form, owner, applicant_name };
    let (case, decision) = open_case(ctx, opening).await?;
    Ok(decision
        .write(Statement::any(materials::GIVE_MATERIALS, values![draft.id, case.id]))
        .write(drafts::delete(draft)))
}

async fn resubmit(
    ctx: &Ctx,
    draft: &Draft,
    case: CaseId,
    form: Json,
) -> Result<Decision<Stepped>, Failure> {
    let mut loaded = for_owner(ctx, case, None).await?;
    let item = loaded.item.clone();
    if handled_in(ctx, &item, &form)? != loaded.case.division {
        let pointer = format!("/form{}", item.item.division_field);
        let problem = FieldProblem::new(pointer, "casework-problem-other-office");
        return Err(CaseworkError::Incomplete(vec![problem]).into());
    }
    let parts = parts(&item, &form);
    loaded.case.form = form;
    let taken = take(ctx, &loaded, Verb::Resubmit, Detail::default()).await?;
    let returned = loaded.steps.iter().rev().find(|step| step.verb == Verb::Return);
    let event = CaseResubmitted {
        facts: CaseFacts::of(&taken.case),
        returned_by: returned.and_then(Step::account),
    };
    let about = aggregate(&taken.case);
    let write_form = cases::update_form(ctx, &taken.case, &parts).await?;
    Ok(taken
        .decide()
        .tell(&event, about)?
        .write(write_form)
        .write(Statement::any(materials::REPLACE_RETURNED, values![case]))
        .write(Statement::any(materials::GIVE_MATERIALS, values![draft.id, case]))
        .write(drafts::delete(draft)))
}
