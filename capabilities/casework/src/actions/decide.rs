//! An office decides a case: granted or denied, with reasons for both.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::CaseworkError;
use crate::events::{CaseDecided, CaseFacts, aggregate};
use crate::model::{CaseId, Detail, Verb};
use crate::stepping::{Stepped, for_office, reason, take};

/// The fewest characters of reasons: 符合条件 with a full stop is the shortest that says anything.
pub(crate) const REASONS_LEAST: usize = 5;

/// Decides a case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// The decision.
    pub outcome: Outcome,
    /// The reasons: at least five characters.
    #[schemars(length(min = 5, max = 2000), example = &"现场核查符合要求，材料齐全。")]
    pub reasons: String,
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// What was applied for is granted.
    Granted,
    /// It is not.
    Denied,
}

impl Action for Decide {
    const NAME: &'static str = "casework.decide";
    const DOC: &'static str = "Grants or denies an accepted case in its last stage, with reasons.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let loaded = for_office(ctx, self.case, self.version).await?;
        let mut problems = Vec::new();
        let reasons = reason("/reasons", &self.reasons, REASONS_LEAST, &mut problems);
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        let verb = match self.outcome {
            Outcome::Granted => Verb::Grant,
            Outcome::Denied => Verb::Deny,
        };
        let detail = Detail { reason: Some(reasons), ..Detail::default() };
        let taken = take(ctx, &loaded, verb, detail).await?;
        let event = CaseDecided {
            facts: CaseFacts::of(&taken.case),
            granted: verb == Verb::Grant,
            in_time: ctx.now < taken.case.promised_due,
        };
        let about = aggregate(&taken.case);
        taken.decide().tell(&event, about)
    }
}
