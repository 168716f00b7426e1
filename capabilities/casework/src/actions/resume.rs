//! The clock of a case runs again: the special procedure is over.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::CaseworkError;
use crate::events::{CaseFacts, CaseResumed, aggregate};
use crate::model::{CaseId, Detail, Flag, Verb};
use crate::rules::NotNow;
use crate::stepping::{Loaded, Stepped, for_office, reason, take};

/// Lets the clock run again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// What came out of it, for the applicant: at least two characters.
    #[schemars(length(min = 2, max = 2000), example = &"专家评审通过。")]
    pub result: String,
}

impl Action for Resume {
    const NAME: &'static str = "casework.resume";
    const DOC: &'static str = "Lets the clock of a case run again after a special procedure, and says what came out of it.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let loaded = for_office(ctx, self.case, self.version).await?;
        let mut problems = Vec::new();
        let result = reason("/result", &self.result, 2, &mut problems);
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        Ok(resumed(ctx, &loaded, Some(result)).await?.1)
    }
}

/// The clock runs again, by somebody or by itself; with the flag after it.
pub(super) async fn resumed(
    ctx: &Ctx,
    loaded: &Loaded,
    result: Option<String>,
) -> Result<(Flag, Decision<Stepped>), Failure> {
    let case = &loaded.case;
    let Some(suspended) = case.suspended else {
        let refused = NotNow { verb: Verb::Resume, state: case.state, stage: case.stage };
        return Err(CaseworkError::NotNow(refused).into());
    };
    let detail = Detail { reason: result, special: Some(suspended.kind), ..Detail::default() };
    let taken = take(ctx, loaded, Verb::Resume, detail).await?;
    let event = CaseResumed { facts: CaseFacts::of(&taken.case), special: suspended.kind };
    let about = aggregate(&taken.case);
    let flag = taken.case.flag;
    Ok((flag, taken.decide().tell(&event, about)?))
}
