//! A department answers in a joint approval: it agrees, it disagrees with reasons, or it asks for a correction. When all
//! have answered, the case goes on by itself; what they ask for reaches the applicant at once, in one notice.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decide::REASONS_LEAST;
use super::return_case::checked_places;
use crate::error::CaseworkError;
use crate::events::{CaseAdvanced, CaseFacts, CaseOpined, CaseReturned, aggregate};
use crate::joint;
use crate::model::{
    Answer, BranchRow, BranchState, CaseId, Detail, FieldReason, MaterialReason, State, Verb,
};
use crate::rules::NotNow;
use crate::stepping::{
    Loaded, Stepped, Taking, authorize, load, not_now, reason, standing, take_to,
};
use crate::store::materials;

/// Answers for a department.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opine {
    /// The case.
    pub case: CaseId,
    /// The department's part, by its id within the stage.
    #[schemars(length(min = 1, max = 64), example = &"fire")]
    pub branch: String,
    /// The answer.
    pub answer: Answer,
    /// The reasons: at least five characters, but for an agreement or where places are named.
    #[serde(default)]
    #[schemars(length(max = 2000), example = &"疏散通道和灭火器材符合要求。")]
    pub reasons: String,
    /// Materials to be handed in again, each with its reason; with `ask` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub materials: Vec<MaterialReason>,
    /// Fields to be corrected, each with its reason; with `ask` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub fields: Vec<FieldReason>,
    /// Why this department asks once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2000))]
    pub again_reason: Option<String>,
}

impl Action for Opine {
    const NAME: &'static str = "casework.opine";
    const DOC: &'static str = "Answers for a department in a joint approval: agrees, disagrees with reasons, or asks for a correction. The last answer hands the case on, or back with everything that is asked for.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        let declared = joint::declared(&item.item, case.stage, &self.branch);
        let may_ask = declared.is_some_and(crate::pack::Branch::may_ask);
        let role = declared.map(|branch| branch.role.clone());
        authorize(ctx, &case, &case.resource_for(role.clone().or(case.role.clone())))?;
        let loaded = Loaded::whole(ctx, case, item).await?;
        let now = standing(&loaded.case);
        let here = now.after(&loaded.item.item.stage, Verb::Opine);
        let here = here.map_err(|refused| not_now(&loaded.case, refused))?;
        let open = loaded
            .branches
            .iter()
            .position(|row| row.branch == self.branch && row.state == BranchState::Open);
        let Some(open) = open else { return Err(self.not_open(&loaded).into()) };
        if self.answer == Answer::Ask && !may_ask {
            let refused = NotNow { verb: Verb::Return, state: now.state, stage: now.stage };
            return Err(CaseworkError::NotNow(refused).into());
        }
        let detail = self.detail(&loaded)?;
        let mut branches = loaded.branches.clone();
        branches[open].state = match self.answer {
            Answer::Agree => BranchState::Agreed,
            Answer::Disagree => BranchState::Disagreed,
            Answer::Ask => BranchState::Asked,
        };
        branches[open].answered = Some(ctx.now);
        let taking = Taking {
            verb: Verb::Opine,
            detail,
            standing: here,
            branches: &branches,
            role: role.as_deref(),
        };
        let opined = take_to(ctx, &loaded, taking).await?;
        let told = CaseOpined {
            facts: CaseFacts::of(&opined.case),
            branch: self.branch.clone(),
            answer: self.answer,
        };
        let about = aggregate(&opined.case);
        if opined.branches.iter().any(|row| row.state == BranchState::Open) {
            return opined.decide().tell(&told, about);
        }
        // Everybody has answered.
        let next = opined.loaded(&loaded);
        let correct = next.branches.iter().any(|row| row.state == BranchState::Asked);
        let detail = match correct {
            true => {
                joint::gathered(&next.branches, &next.item.item, next.case.stage, next.steps.iter())
            }
            false => Detail { joined: true, ..Detail::default() },
        };
        let returned: Vec<String> = detail.materials.iter().map(|m| m.id.clone()).collect();
        let taking = Taking {
            verb: if correct { Verb::Return } else { Verb::Advance },
            detail,
            standing: here.joined(correct),
            branches: &next.branches,
            role: None,
        };
        let joined = take_to(ctx, &next, taking).await?;
        let facts = CaseFacts::of(&joined.case);
        let then = aggregate(&joined.case);
        let decision = opined.then(joined).decide().tell(&told, about)?;
        if !correct {
            return decision.tell(&CaseAdvanced { facts }, then);
        }
        let event = CaseReturned { facts, materials: returned.clone() };
        let decision = decision.tell(&event, then)?;
        Ok(returned.into_iter().fold(decision, |decision, material| {
            decision.write(Statement::any(materials::RETURN_MATERIAL, values![self.case, material]))
        }))
    }
}

impl Opine {
    /// Why there is nothing to answer: it was answered, or the stage has no such department.
    fn not_open(&self, loaded: &Loaded) -> CaseworkError {
        let row: Option<&BranchRow> = loaded.branches.iter().find(|row| row.branch == self.branch);
        match row {
            Some(row) if loaded.case.state == State::Accepted && row.answered.is_some() => {
                CaseworkError::BranchAnswered
            }
            _ => CaseworkError::NotNow(NotNow {
                verb: Verb::Opine,
                state: loaded.case.state,
                stage: loaded.case.stage,
            }),
        }
    }

    /// What is said, checked.
    fn detail(&self, loaded: &Loaded) -> Result<Detail, CaseworkError> {
        let mut problems = Vec::new();
        let named = self.materials.len() + self.fields.len();
        let mut detail = match self.answer {
            Answer::Ask => checked_places(loaded, &self.materials, &self.fields, &mut problems)?,
            _ => Detail::default(),
        };
        let least = match self.answer {
            Answer::Agree => 0,
            Answer::Ask if named > 0 => 0,
            Answer::Disagree | Answer::Ask => REASONS_LEAST,
        };
        let reasons = reason("/reasons", &self.reasons, least, &mut problems);
        detail.reason = Some(reasons).filter(|text| !text.is_empty());
        let asked_before = loaded.steps.iter().any(|step| {
            step.detail.branch.as_deref() == Some(&*self.branch)
                && step.detail.answer == Some(Answer::Ask)
        });
        if self.answer == Answer::Ask && asked_before {
            let again = self.again_reason.as_deref().unwrap_or_default();
            detail.again_reason =
                Some(reason("/again_reason", again, REASONS_LEAST, &mut problems));
        }
        detail.branch = Some(self.branch.clone());
        detail.answer = Some(self.answer);
        if problems.is_empty() { Ok(detail) } else { Err(CaseworkError::BadStep(problems)) }
    }
}
