//! An office does not accept a case, with reasons.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decide::REASONS_LEAST;
use crate::error::CaseworkError;
use crate::events::{CaseFacts, CaseRefused, aggregate};
use crate::model::{CaseId, Detail, Verb};
use crate::stepping::{Stepped, for_office, reason, take};

/// Does not accept a case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refuse {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// Why, and where the applicant may turn: at least five characters.
    #[schemars(length(min = 5, max = 2000), example = &"经营场所不在本区管辖范围内。")]
    pub reasons: String,
}

impl Action for Refuse {
    const NAME: &'static str = "casework.refuse";
    const DOC: &'static str = "Does not accept a case, with reasons: the case is closed.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let loaded = for_office(ctx, self.case, self.version).await?;
        let mut problems = Vec::new();
        let reasons = reason("/reasons", &self.reasons, REASONS_LEAST, &mut problems);
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        let detail = Detail { reason: Some(reasons), ..Detail::default() };
        let taken = take(ctx, &loaded, Verb::Refuse, detail).await?;
        let event = CaseRefused { facts: CaseFacts::of(&taken.case) };
        let about = aggregate(&taken.case);
        taken.decide().tell(&event, about)
    }
}
