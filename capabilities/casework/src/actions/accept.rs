//! An office accepts a case: the promised limit begins.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::CaseworkError;
use crate::events::{CaseAccepted, CaseFacts, aggregate};
use crate::model::{CaseId, Detail, Verb};
use crate::stepping::{Stepped, for_office, reason, take};

/// Accepts a case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// A note for the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2000), example = &"材料齐全，已受理。")]
    pub note: Option<String>,
}

impl Action for Accept {
    const NAME: &'static str = "casework.accept";
    const DOC: &'static str = "Accepts a case in its first stage: the promised limit begins.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let loaded = for_office(ctx, self.case, self.version).await?;
        let mut problems = Vec::new();
        let note = self.note.map(|note| reason("/note", &note, 0, &mut problems));
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        let detail = Detail { reason: note.filter(|n| !n.is_empty()), ..Detail::default() };
        let taken = take(ctx, &loaded, Verb::Accept, detail).await?;
        let event = CaseAccepted { facts: CaseFacts::of(&taken.case) };
        let about = aggregate(&taken.case);
        taken.decide().tell(&event, about)
    }
}
