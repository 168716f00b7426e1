//! A stranger looks at what somebody holds out to them. What comes too late, twice or is made up is told apart; each look
//! is noted for the holder.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{kind, name_of};
use crate::error::LicencesError;
use crate::model::{State, Way};
use crate::rules;
use crate::store::{licences, showings};
use crate::throttle;

/// Looks.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The code that was shown.
    #[schemars(length(min = 1, max = 80), example = &"7Q4M2ZK8W0VYB6T3XH9CDFGJNP")]
    pub code: String,
    /// Whether to look at once where one look ends it; otherwise that is said first, and nothing is used up.
    #[serde(default)]
    pub open: bool,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Seen {
    /// Whether one look ends it and none was taken yet: ask again with `open`.
    pub once: bool,
    /// What for, in the holder's words.
    pub purpose: String,
    /// Until when it shows anything, milliseconds since 1970 in UTC.
    pub until_ms: Timestamp,
    /// The licence; none before a look that ends it.
    pub licence: Option<Face>,
}

/// A licence as somebody else than its holder sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Face {
    /// What the type is called.
    pub name: LocalText,
    /// Its identifier (GB/T 36904).
    pub identifier: String,
    /// Where it stands at this moment.
    pub state: State,
    /// The code of that state in the national exchange: `01` holds.
    pub state_code: String,
    /// Since when it stands so, milliseconds since 1970 in UTC.
    pub since_ms: Timestamp,
    /// Who holds it: a person's name is masked.
    pub holder: String,
    /// Who issued it.
    pub issuer: String,
    /// The issuer's unified social credit code.
    pub issuer_code: String,
    /// When it was issued, milliseconds since 1970 in UTC.
    pub issued_ms: Timestamp,
    /// Until when it holds, milliseconds since 1970 in UTC; without end where there is none.
    pub until_ms: Option<Timestamp>,
    /// What is shown of it: what names people is masked.
    pub fields: Vec<FaceField>,
}

/// A field that is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FaceField {
    /// What it is called.
    pub name: LocalText,
    /// What stands there.
    pub value: String,
}

impl Face {
    /// Of a licence with some of its fields.
    pub(crate) fn of(ctx: &Ctx, licence: &crate::model::Licence, fields: &[String]) -> Face {
        let state = licence.state_at(ctx.now);
        let declared = kind(ctx, &licence.kind).ok();
        let all = declared.as_ref().map(|kind| kind.told.fields.as_slice()).unwrap_or_default();
        let shown = all.iter().filter(|field| fields.contains(&field.id)).filter_map(|field| {
            let value = licence.values.get(&field.id)?;
            let value = if field.personal { rules::masked(value) } else { value.clone() };
            Some(FaceField { name: field.name.clone(), value })
        });
        Face {
            name: name_of(ctx, &licence.kind),
            identifier: licence.identifier.clone(),
            state,
            state_code: state.code().to_owned(),
            since_ms: match (state, licence.until) {
                (State::Lapsed, Some(until)) => until,
                _ => licence.since,
            },
            holder: rules::shown_name(licence.holder.kind, &licence.holder.name),
            issuer: licence.issuer_name.clone(),
            issuer_code: licence.issuer.clone(),
            issued_ms: licence.issued,
            until_ms: licence.until,
            fields: shown.collect(),
        }
    }
}

impl Action for Look {
    const NAME: &'static str = "licences.look";
    const DOC: &'static str = "Looks at a licence by the code that its holder shows: how it stands at this moment, and the fields that the holder chose. The holder sees that somebody looked.";
    const SECRET_REPLY: bool = true;
    type Reply = Seen;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Seen>, Failure> {
        ctx.authorize(&Resource::of("licences.showing", "code"))?;
        throttle::admit(ctx).await?;
        let Some(showing) = showings::by_code(ctx, &rules::typed(&self.code)).await? else {
            return Ok(throttle::wrong(ctx, LicencesError::NoCode));
        };
        if showing.ended.is_some() {
            return Err(LicencesError::CodeTaken.into());
        }
        if showing.once && showing.used.is_some() {
            return Err(LicencesError::CodeUsed.into());
        }
        if ctx.now >= showing.until {
            return Err(LicencesError::CodeOver.into());
        }
        let mut seen = Seen {
            once: showing.once,
            purpose: showing.purpose.clone(),
            until_ms: showing.until,
            licence: None,
        };
        if showing.once && !self.open {
            return Ok(Decision::reply(seen));
        }
        let licence = licences::find(ctx, showing.licence).await?.ok_or_else(Failure::missing)?;
        seen.once = false;
        seen.licence = Some(Face::of(ctx, &licence, &showing.fields));
        let mut decision = Decision::reply(seen).write(showings::look(
            ctx,
            licence.id,
            Some(showing.id),
            Way::Showing,
        ));
        if showing.used.is_none() {
            decision = decision.write(showings::used(ctx, &showing));
        }
        Ok(decision)
    }
}
