//! Somebody else answers whether a case's limits are extended: with the role that the item names, before they end. The
//! applicant is told of what was approved.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decide::REASONS_LEAST;
use crate::error::{CaseworkError, NoExtension};
use crate::events::{CaseExtended, CaseFacts, aggregate};
use crate::model::{CaseId, Detail, Step, Verb};
use crate::stepping::{
    Loaded, Stepped, Taking, authorize, load, not_now, reason, standing, take_to,
};

/// Answers a request for an extension.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerExtension {
    /// The case.
    pub case: CaseId,
    /// Whether the limits are extended.
    pub approve: bool,
    /// The reasons: at least five characters. The applicant reads those of an approval.
    #[schemars(length(min = 5, max = 2000), example = &"情况属实，同意延长。")]
    pub reason: String,
}

impl Action for AnswerExtension {
    const NAME: &'static str = "casework.answer_extension";
    const DOC: &'static str =
        "Approves or rejects the extension that was asked for; nobody answers the own request.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        let approver = item.item.extension.as_ref().map(|extension| extension.approver.clone());
        let role = case.asks.clone().or(approver);
        authorize(ctx, &case, &case.resource_for(role.clone()))?;
        let loaded = Loaded::whole(ctx, case, item).await?;
        if loaded.case.asks.is_none() {
            return Err(CaseworkError::NoExtension(NoExtension::NotAsked).into());
        }
        let asked = loaded.steps.iter().rev().find(|step| step.verb == Verb::AskExtension);
        if asked.is_some_and(|step| same_human(ctx, step)) {
            return Err(CaseworkError::NoExtension(NoExtension::Own).into());
        }
        let mut problems = Vec::new();
        let why = reason("/reason", &self.reason, REASONS_LEAST, &mut problems);
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        if self.approve && ctx.now >= loaded.case.promised_due {
            return Err(CaseworkError::NoExtension(NoExtension::Late).into());
        }
        let verb = if self.approve { Verb::Extend } else { Verb::KeepLimit };
        let before = loaded.case.promised_due;
        let standing = standing(&loaded.case)
            .after(&loaded.item.item.stage, verb)
            .map_err(|refused| not_now(&loaded.case, refused))?;
        let taking = Taking {
            verb,
            detail: Detail { reason: Some(why), ..Detail::default() },
            standing,
            branches: &loaded.branches,
            role: role.as_deref(),
        };
        let taken = take_to(ctx, &loaded, taking).await?;
        let event = CaseExtended {
            facts: CaseFacts::of(&taken.case),
            approved: self.approve,
            promised_due_before_ms: before,
            asked_by: asked.and_then(Step::account),
        };
        let about = aggregate(&taken.case);
        taken.decide().tell(&event, about)
    }
}

/// Whether whoever acts took that step, by whatever account.
pub(crate) fn same_human(ctx: &Ctx, step: &Step) -> bool {
    let person = ctx.who.person;
    step.actor == ctx.who.reference() || (person.is_some() && step.actor_person == person)
}
