//! Keeps records from disposal and somebody's data from erasure.

use jiff::civil::Date;
use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::records::{Statement, Value};
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::disposal::model::{HoldId, place, reason, record_type};
use crate::disposal::{holds, store};

/// How far a hold reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// The record of the number.
    Record,
    /// Everything of whoever the record of the number is about: a person or an organisation.
    Owner,
    /// Every record of the type in a division.
    Type,
}

/// Places a hold.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceHold {
    /// The type of records.
    #[schemars(length(max = 80), example = &"casework.case")]
    pub record_type: String,
    /// How far it reaches.
    pub reach: Reach,
    /// The number of a record; not for a whole type.
    #[serde(default)]
    #[schemars(length(max = 80), example = &"SPJY-350102-20260305-00001")]
    pub number: String,
    /// For a whole type: where. The caller's own place where it is absent.
    #[serde(default)]
    pub division: Option<DivisionCode>,
    /// Why, in 4 to 500 characters. Whom it concerns reads it.
    #[schemars(length(min = 4, max = 500), example = &"行政诉讼期间，案卷需要保全")]
    pub reason: String,
    /// The last day, such as `2027-03-31`; without end where it is absent.
    #[serde(default)]
    #[schemars(length(max = 10))]
    pub until: Option<String>,
}

/// The hold.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Placed {
    /// Its id.
    pub hold: HoldId,
}

fn wrong(pointer: &str, key: &'static str) -> Failure {
    Failure::invalid(vec![FieldProblem::new(pointer, key)])
}

impl PlaceHold {
    fn end(&self, ctx: &Ctx) -> Result<Option<Timestamp>, Failure> {
        let text = self.until.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let Some(text) = text else { return Ok(None) };
        let day: Date = text.parse().map_err(|_| wrong("/until", "platform-hold-until-problem"))?;
        let end = Timestamp::end_of(day);
        if end <= ctx.now || day.year() > 2199 {
            return Err(wrong("/until", "platform-hold-until-problem"));
        }
        Ok(Some(end))
    }
}

/// The widest place of whoever may do this.
fn own_place(ctx: &Ctx) -> Option<DivisionCode> {
    let root = ctx.services.divisions.roots().next().map(|division| division.code());
    let places = ctx.scope().terms.into_iter().filter_map(|term| term.division.or(root));
    places.min_by_key(|division| division.level())
}

impl Action for PlaceHold {
    const NAME: &'static str = "platform.place_hold";
    const DOC: &'static str = "Keeps a record, everything of whoever it is about, or a whole type in a place from disposal, and people's data from erasure.";
    type Reply = Placed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Placed>, Failure> {
        let id = HoldId::fresh(&*ctx.services.ids);
        let resource = |pack: Option<String>, division| Resource {
            pack,
            division,
            ..Resource::of("platform.hold", id)
        };
        let kind = record_type(ctx, &self.record_type);
        let (target, number, about, pack, division) = if self.reach == Reach::Type {
            let division = self.division.or_else(|| own_place(ctx));
            ctx.authorize(&resource(None, division))?;
            let kind = kind.ok_or_else(|| wrong("/record_type", "platform-hold-type"))?;
            let known = division.filter(|code| ctx.services.divisions.get(*code).is_some());
            let division = known.ok_or_else(|| wrong("/division", "platform-hold-division"))?;
            (holds::of_type(kind.name), String::new(), (None, None), None, division)
        } else {
            let number = self.number.trim();
            let found = match kind {
                Some(kind) if (1..=80).contains(&number.len()) => (kind.find)(ctx, number).await?,
                _ => None,
            };
            let face = match (kind, &found) {
                (Some(kind), Some(record)) => (kind.look)(ctx, record).await?,
                _ => None,
            };
            // Whether there is such a number elsewhere is not told: it is the same answer.
            let place = face.as_ref().map(|face| face.division).or_else(|| own_place(ctx));
            let pack = face.as_ref().and_then(|face| face.pack.clone());
            let allowed = ctx.authorize(&resource(pack.clone(), place));
            let kind = kind.ok_or_else(|| wrong("/record_type", "platform-hold-type"))?;
            let (Some(record), Some(face), Ok(())) = (found, face, allowed) else {
                return Err(wrong("/number", "platform-hold-number"));
            };
            let target = match self.reach {
                Reach::Owner => {
                    holds::of_owner(&face).ok_or_else(|| wrong("/reach", "platform-hold-nobody"))?
                }
                _ => holds::of_record(kind.name, &record),
            };
            let about = match face.organisation {
                Some(_) => (None, None),
                None => (face.person, face.account),
            };
            (target, face.number, about, pack, face.division)
        };
        let (until, reason) = (self.end(ctx)?, reason(&self.reason)?);
        let key = id.to_string();
        let sealed =
            ctx.services.personal.seal_text(place("platform_hold", "reason", &key), &reason);
        let mut values =
            values![id, target, self.record_type, number, about.0, about.1, pack, division];
        values.extend(ctx.services.divisions.levels(division).map(Value::from));
        values.extend(values![sealed, until, ctx.signature(), ctx.now]);
        Ok(Decision::reply(Placed { hold: id })
            .write(Statement::one(store::RAISE_MARK, values![]))
            .write(Statement::one(store::PLACE_HOLD, values)))
    }
}
