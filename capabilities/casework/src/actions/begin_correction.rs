//! The applicant begins to correct a returned case: a draft with everything that was sent in.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::CaseworkError;
use crate::filling::parts;
use crate::lookups;
use crate::model::{CaseId, Draft, DraftId, State, Verb};
use crate::rules::NotNow;
use crate::stepping::{authorize, load};
use crate::store::drafts;

/// Begins the correction of a returned case, or finds the one that was begun.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginCorrection {
    /// The case.
    pub case: CaseId,
}

/// The draft of the correction.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Correction {
    /// The draft.
    pub draft: DraftId,
}

impl Action for BeginCorrection {
    const NAME: &'static str = "casework.begin_correction";
    const DOC: &'static str = "Makes a draft for the correction of a returned case, filled in with what was sent, or finds the one there is.";
    type Reply = Correction;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Correction>, Failure> {
        let (case, item) = load(ctx, self.case).await?;
        authorize(ctx, &case, &case.resource())?;
        if case.state != State::Returned {
            let refused = NotNow { verb: Verb::Resubmit, state: case.state, stage: case.stage };
            return Err(CaseworkError::NotNow(refused).into());
        }
        if let Some(draft) = drafts::of_case(ctx, case.id).await? {
            return Ok(Decision::reply(Correction { draft }));
        }
        let mut form = case.form;
        let applicant = lookups::applicant(&case.owner, &case.applicant_name);
        let prefilled = item.lookups.open(ctx, &item.id, &applicant, &mut form).await?;
        let parts = parts(&item, &form);
        let draft = Draft {
            id: DraftId::fresh(&*ctx.services.ids),
            pack: case.pack,
            item: case.item,
            item_version: case.item_version,
            owner: case.owner,
            applicant_name: case.applicant_name,
            form,
            prefilled,
            case: Some(case.id),
            form_version: 1,
            version: 1,
            updated: ctx.now,
        };
        let insert = drafts::insert(ctx, &draft, &parts).await?;
        Ok(Decision::reply(Correction { draft: draft.id }).write(insert))
    }
}
