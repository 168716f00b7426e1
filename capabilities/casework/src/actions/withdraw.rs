//! The applicant takes a case back: always possible while it is open, and recorded.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::CaseworkError;
use crate::events::{CaseFacts, CaseWithdrawn, aggregate};
use crate::model::{CaseId, Detail, Verb};
use crate::stepping::{Stepped, for_owner, reason, take};
use crate::store::{drafts, materials};
use minshu_kernel::records::Statement;
use minshu_kernel::values;

/// Takes a case back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The case.
    pub case: CaseId,
    /// The version that was seen; without it, whatever the case is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Why: at least two characters.
    #[schemars(length(min = 2, max = 2000), example = &"改由另一家店申请")]
    pub reason: String,
}

impl Action for Withdraw {
    const NAME: &'static str = "casework.withdraw";
    const DOC: &'static str = "Takes an open case back: it is closed, and nothing is decided.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let loaded = for_owner(ctx, self.case, self.version).await?;
        let mut problems = Vec::new();
        let reason = reason("/reason", &self.reason, 2, &mut problems);
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        let detail = Detail { reason: Some(reason), ..Detail::default() };
        let taken = take(ctx, &loaded, Verb::Withdraw, detail).await?;
        let event = CaseWithdrawn { facts: CaseFacts::of(&taken.case) };
        let about = aggregate(&taken.case);
        let mut decision = taken.decide().tell(&event, about)?;
        // A correction that was begun has nowhere to go any more.
        if let Some(draft) = drafts::of_case(ctx, self.case).await?
            && let Some(row) = drafts::find(ctx, draft).await?
        {
            decision = decision
                .write(Statement::any(materials::DELETE_MATERIALS, values![draft]))
                .write(drafts::delete(&row.draft));
        }
        Ok(decision)
    }
}
