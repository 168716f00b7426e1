//! An office hands a case on to the next stage.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::CaseworkError;
use crate::events::{CaseAdvanced, CaseFacts, aggregate};
use crate::model::{CaseId, Detail, Verb};
use crate::stepping::{Stepped, for_office, reason, take};

/// Hands a case on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// What the next stage should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2000))]
    pub note: Option<String>,
}

impl Action for Advance {
    const NAME: &'static str = "casework.advance";
    const DOC: &'static str = "Hands an accepted case on to the next stage.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let loaded = for_office(ctx, self.case, self.version).await?;
        let mut problems = Vec::new();
        let note = self.note.map(|note| reason("/note", &note, 0, &mut problems));
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        let detail = Detail { reason: note.filter(|n| !n.is_empty()), ..Detail::default() };
        let taken = take(ctx, &loaded, Verb::Advance, detail).await?;
        let event = CaseAdvanced { facts: CaseFacts::of(&taken.case) };
        let about = aggregate(&taken.case);
        taken.decide().tell(&event, about)
    }
}
