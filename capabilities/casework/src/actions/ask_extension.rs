//! An officer asks for the one extension that the law allows: once a case, before its limit ends, with reasons.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decide::REASONS_LEAST;
use crate::error::{CaseworkError, NoExtension};
use crate::events::{CaseExtensionAsked, CaseFacts, aggregate};
use crate::model::{CaseId, Detail, Verb};
use crate::stepping::{Loaded, Stepped, for_office, reason, take};

/// Asks for the extension.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskExtension {
    /// The case.
    pub case: CaseId,
    /// The version that was seen.
    pub version: i64,
    /// Why the limit does not suffice: at least five characters.
    #[schemars(length(min = 5, max = 2000), example = &"场所跨两个街道，须联合勘验。")]
    pub reason: String,
}

impl Action for AskExtension {
    const NAME: &'static str = "casework.ask_extension";
    const DOC: &'static str = "Asks for the one extension of a case's limits; somebody else with the role that the item names answers.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let loaded = for_office(ctx, self.case, self.version).await?;
        let mut problems = Vec::new();
        let why = reason("/reason", &self.reason, REASONS_LEAST, &mut problems);
        if !problems.is_empty() {
            return Err(CaseworkError::BadStep(problems).into());
        }
        let detail = Detail { reason: Some(why), ..Detail::default() };
        let taken = take(ctx, &loaded, Verb::AskExtension, detail).await?;
        still_possible(ctx, &loaded)?;
        let approver = taken.case.asks.clone().unwrap_or_default();
        let event = CaseExtensionAsked { facts: CaseFacts::of(&taken.case), approver };
        let about = aggregate(&taken.case);
        taken.decide().tell(&event, about)
    }
}

/// Refuses where the item knows none, one was given or asked for, or the limit has ended.
fn still_possible(ctx: &Ctx, loaded: &Loaded) -> Result<(), CaseworkError> {
    let case = &loaded.case;
    let given = loaded.steps.iter().any(|step| step.verb == Verb::Extend);
    let why = match &loaded.item.item.extension {
        None => NoExtension::Undeclared,
        Some(_) if given => NoExtension::Given,
        Some(_) if case.asks.is_some() => NoExtension::Asked,
        Some(_) if ctx.now >= case.promised_due => NoExtension::Late,
        Some(_) => return Ok(()),
    };
    Err(CaseworkError::NoExtension(why))
}
