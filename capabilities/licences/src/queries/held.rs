//! Whether somebody holds a licence, for an office that needs to know it: by the holder's number, for named types alone.
//! It is audited with its purpose, and the holder reads it among what offices read about them.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::{Ctx, Looked};
use minshu_kernel::error::{Failure, FieldProblem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{FieldView, fields};
use crate::actions::kind;
use crate::error::LicencesError;
use crate::model::{State, Values};
use crate::rules;
use crate::store::licences;

/// Asks for the licences of a holder.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The type: `pack.type`.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 130), example = &"gov-e-licences.food-business")]
    pub kind: String,
    /// The holder's citizen identity number or unified social credit code.
    #[schemars(length(min = 1, max = 40), example = &"91350102MA31EXAM13")]
    pub number: String,
    /// What it is needed for.
    #[schemars(length(min = 1, max = 500), example = &"核对申请人的经营资格")]
    pub purpose: String,
    /// The case for which it is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), example = &"casework.case:01928f5e-7b1a-7c3d-8e4f-0000000000c1")]
    pub about: Option<String>,
}

/// The licences of a holder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeldLicences {
    /// Whether one of them holds at this moment.
    pub holds: bool,
    /// The licences of the type, the latest first; versions that were replaced are left out.
    pub licences: Vec<HeldLicence>,
}

/// A licence that somebody holds, as an office and forms use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeldLicence {
    /// Its identifier (GB/T 36904).
    pub identifier: String,
    /// Where it stands at this moment.
    pub state: State,
    /// The code of that state in the national exchange.
    pub state_code: String,
    /// Who issued it.
    pub issuer: String,
    /// Who holds it.
    pub holder: String,
    /// Until when it holds, milliseconds since 1970 in UTC.
    pub until_ms: Option<Timestamp>,
    /// What it says that the type shows, by the ids of its fields.
    pub values: Values,
}

impl HeldLicence {
    pub(crate) fn of(ctx: &Ctx, licence: &crate::model::Licence, whole: bool) -> HeldLicence {
        let state = licence.state_at(ctx.now);
        let shown = fields(ctx, licence, whole).into_iter().filter(|field| whole || field.shown);
        HeldLicence {
            identifier: licence.identifier.clone(),
            state,
            state_code: state.code().to_owned(),
            issuer: licence.issuer_name.clone(),
            holder: match whole {
                true => licence.holder.name.clone(),
                false => rules::shown_name(licence.holder.kind, &licence.holder.name),
            },
            until_ms: licence.until,
            values: shown.map(|FieldView { id, value, .. }| (id, value)).collect(),
        }
    }
}

impl Query for Held {
    const NAME: &'static str = "licences.held";
    const DOC: &'static str = "Whether somebody holds a licence of a type, for an office with its purpose and case. The holder sees that it was asked.";
    const PERSONAL: bool = true;
    type Reply = HeldLicences;

    async fn answer(self, ctx: &Ctx) -> Result<HeldLicences, Failure> {
        ctx.authorize(&Resource::of("licences.licence", "held"))?;
        let kind = kind(ctx, &self.kind)?;
        let number = rules::holder_number(kind.told.holder, &self.number, ctx.now.date());
        let number = number.map_err(|error| match error {
            LicencesError::BadHolder(message) => {
                LicencesError::BadValues(vec![FieldProblem::new("/number", message)])
            }
            other => other,
        })?;
        let purpose = rules::text("/purpose", &self.purpose, rules::REASON_MAX)?;
        let mut held = licences::of_holder(ctx, kind.told.holder, &number).await?;
        held.retain(|licence| licence.kind == kind.id && licence.state != State::Replaced);
        for licence in &held {
            ctx.note(Looked {
                query: Self::NAME,
                input: json!({ "type": kind.id, "about": self.about }),
                purpose: purpose.clone(),
                resource: Some(("licences.licence", licence.id.to_string())),
                failed: None,
            });
        }
        Ok(HeldLicences {
            holds: held.iter().any(|licence| licence.state_at(ctx.now) == State::Valid),
            licences: held.iter().map(|licence| HeldLicence::of(ctx, licence, false)).collect(),
        })
    }
}
