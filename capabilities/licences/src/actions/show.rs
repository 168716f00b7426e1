//! A holder holds a licence out: a code for some minutes, for one purpose, with the fields that they chose.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{kind, licence};
use crate::error::LicencesError;
use crate::model::{LicenceId, Showing, ShowingId, State};
use crate::rules;
use crate::store::showings;

/// How long a code shows a licence where nothing else is said, in minutes.
pub(crate) const MINUTES: u8 = 5;
/// The longest, in minutes.
const MINUTES_MAX: u8 = 30;
/// How many signs a code has: 130 bits.
const CODE_SIGNS: usize = 26;

/// Holds a licence out.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Show {
    /// The licence.
    pub licence: LicenceId,
    /// What for, as the holder finds it again later and whoever looks reads it.
    #[schemars(length(min = 1, max = 500), example = &"供货商查验")]
    pub purpose: String,
    /// Ids of the fields that are shown; those that the type shows where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40))]
    pub fields: Option<Vec<String>>,
    /// Whether it ends with the first look.
    #[serde(default)]
    pub once: bool,
    /// For how many minutes, 1 to 30; 5 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 30))]
    pub minutes: Option<u8>,
}

/// A licence that is held out.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Shown {
    /// The showing, by which its holder takes it back.
    pub showing: ShowingId,
    /// The code: whoever has it sees what is shown. It is told here and never again.
    pub code: String,
    /// Until when, milliseconds since 1970 in UTC.
    pub until_ms: Timestamp,
}

impl Action for Show {
    const NAME: &'static str = "licences.show";
    const DOC: &'static str = "Holds one's own licence out to somebody: a code that shows the chosen fields for some minutes. Each look is noted for the holder.";
    const SECRET_REPLY: bool = true;
    type Reply = Shown;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Shown>, Failure> {
        let licence = licence(ctx, self.licence).await?;
        let state = licence.state_at(ctx.now);
        if state != State::Valid {
            return Err(LicencesError::NotShown { state }.into());
        }
        let kind = kind(ctx, &licence.kind)?;
        let shown = kind.told.fields.iter().filter(|field| field.shown);
        let fields = match self.fields {
            None => shown.map(|field| field.id.clone()).collect(),
            Some(mut fields) => {
                fields.truncate(40);
                fields.sort();
                fields.dedup();
                if let Some(id) = fields.iter().find(|id| kind.field(id).is_none()) {
                    return Err(LicencesError::UnknownField(id.clone()).into());
                }
                fields
            }
        };
        let minutes = i64::from(self.minutes.unwrap_or(MINUTES).clamp(1, MINUTES_MAX));
        let showing = Showing {
            id: ShowingId::fresh(&*ctx.services.ids),
            licence: licence.id,
            purpose: rules::text("/purpose", &self.purpose, rules::REASON_MAX)?,
            fields,
            once: self.once,
            made: ctx.now,
            until: ctx.now.plus_ms(minutes * 60_000),
            used: None,
            ended: None,
            version: 1,
        };
        let code = rules::signs(&*ctx.services.entropy, CODE_SIGNS);
        let sealer = ctx.sealer(licence.holder.subject()).await?;
        let write = showings::insert(ctx, &showing, &code, &sealer);
        let reply = Shown { showing: showing.id, code, until_ms: showing.until };
        Ok(Decision::reply(reply).write(write))
    }
}
