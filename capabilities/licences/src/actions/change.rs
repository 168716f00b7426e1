//! Something on a licence changes: a new version takes the place of the last, which ends in the same step.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stands, kind, licence};
use crate::error::LicencesError;
use crate::issuing::{Draft, draw_up};
use crate::model::{LicenceId, State, Values, Verb};
use crate::moving::{Move, carry_out, nothing_waits};
use crate::rules;

/// Changes a licence.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The version that holds now.
    pub licence: LicenceId,
    /// The values that change, by the ids of fields; an empty one is taken out.
    #[serde(default)]
    pub values: Values,
    /// The holder's new name, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 120), example = &"福州榕味餐饮管理有限公司")]
    pub holder_name: Option<String>,
    /// Why, as the history says it.
    #[schemars(length(min = 1, max = 500), example = &"经营场所变更")]
    pub reason: String,
}

impl Action for Change {
    const NAME: &'static str = "licences.change";
    const DOC: &'static str = "Issues a new version of a licence with other values. The version before ends at once and says that it was replaced.";
    type Reply = Stands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stands>, Failure> {
        let before = licence(ctx, self.licence).await?;
        let kind = kind(ctx, &before.kind)?;
        let state = before.state_at(ctx.now);
        if !Verb::Change.fits(state) {
            return Err(LicencesError::NotSo { state }.into());
        }
        nothing_waits(ctx, before.id).await?;
        let reason = rules::text("/reason", &self.reason, rules::REASON_MAX)?;
        let mut values = before.values.clone();
        values.extend(self.values);
        let values = rules::values(&kind.told.fields, &values)?;
        let mut holder = before.holder.clone();
        if let Some(name) = &self.holder_name {
            holder.name = rules::text("/holder_name", name, rules::NAME_MAX)?;
        }
        let draft = Draft {
            kind: &kind,
            holder,
            values,
            division: before.division,
            from: before.from.date(),
            about: None,
            before: Some(&before),
        };
        let drawn = draw_up(ctx, draft).await?;
        let stands = Stands::done(&drawn.licence, State::Valid);
        let decision = drawn.into_decision(stands)?;
        let step = Move { verb: Verb::Change, reason: &reason, proposer: None };
        carry_out(ctx, &before, step, decision).await
    }
}
