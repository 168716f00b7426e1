//! A licence is issued: numbered, drawn up, sealed and kept in one step. One that cannot be sealed is not issued.

use jiff::civil::Date;
use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::ids::{OrganisationId, PersonId};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Stands, kind};
use crate::error::LicencesError;
use crate::issuing::{Draft, draw_up};
use crate::model::{Holder, HolderKind, State, Values};
use crate::rules;
use crate::store::licences;

/// Who is to hold a licence.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderInput {
    /// The name.
    #[schemars(length(min = 1, max = 120), example = &"福州榕味餐饮有限公司")]
    pub name: String,
    /// The citizen identity number, or the unified social credit code.
    #[schemars(length(min = 1, max = 40), example = &"91350102MA31EXAM13")]
    pub number: String,
    /// The person, where a case tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The organisation, where a case tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
}

/// Issues a licence.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// The type: `pack.type`.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 130), example = &"gov-e-licences.food-business")]
    pub kind: String,
    /// Who is to hold it.
    pub holder: HolderInput,
    /// What it says, by the ids of the type's fields.
    pub values: Values,
    /// Where it is issued: the issuer is the nearest one above.
    #[schemars(with = "String", example = &"350102")]
    pub division: DivisionCode,
    /// From which day on it holds; today where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub from: Option<Date>,
    /// From what it comes: `kind:id`, such as a case. One thing brings one licence of a type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), example = &"casework.case:01928f5e-7b1a-7c3d-8e4f-0000000000c1")]
    pub about: Option<String>,
}

impl Action for Issue {
    const NAME: &'static str = "licences.issue";
    const DOC: &'static str = "Issues a licence: it gets its identifier, its document is drawn up and sealed with the issuer's seal, and its holder has it at once.";
    type Reply = Stands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stands>, Failure> {
        let found = kind(ctx, &self.kind);
        let (pack, role) = match &found {
            Ok(kind) => (Some(kind.pack.clone()), kind.role.clone()),
            Err(_) => (None, None),
        };
        let division = Some(self.division);
        ctx.authorize(&Resource {
            pack,
            role,
            division,
            ..Resource::of("licences.type", &self.kind)
        })?;
        found?;
        self.decided(ctx).await
    }
}

impl Issue {
    /// Issues what access permits.
    pub(super) async fn decided(self, ctx: &Ctx) -> Result<Decision<Stands>, Failure> {
        let kind = kind(ctx, &self.kind)?;
        let values = rules::values(&kind.told.fields, &self.values)?;
        let holder = holder(ctx, kind.told.holder, self.holder).await?;
        let from = self.from.unwrap_or_else(|| ctx.now.date());
        if let Some(about) = &self.about {
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':');
            if about.len() > 100 || !about.bytes().all(plain) {
                let problem = FieldProblem::new("/about", "licences-value-unknown");
                return Err(LicencesError::BadValues(vec![problem]).into());
            }
            let there = licences::about(ctx, about).await?;
            if there.iter().any(|licence| licence.kind == kind.id) {
                return Err(LicencesError::Already(about.clone()).into());
            }
        }
        let draft = Draft {
            kind: &kind,
            holder,
            values,
            division: self.division,
            from,
            about: self.about,
            before: None,
        };
        let drawn = draw_up(ctx, draft).await?;
        let stands = Stands::done(&drawn.licence, State::Valid);
        drawn.into_decision(stands)
    }
}

/// The holder as it is kept: the number is right, and a person who was proved is known by it.
async fn holder(ctx: &Ctx, kind: HolderKind, given: HolderInput) -> Result<Holder, Failure> {
    let name = rules::text("/holder/name", &given.name, rules::NAME_MAX)?;
    let number = rules::holder_number(kind, &given.number, ctx.now.date())?;
    let (mut person, mut organisation) = (given.person, given.organisation);
    match kind {
        HolderKind::Person => {
            organisation = None;
            if person.is_none() {
                person = proved(ctx, &number).await;
            }
        }
        HolderKind::Organisation => {
            person = None;
            if organisation.is_none() {
                organisation = registered(ctx, &number).await;
            }
        }
    }
    Ok(Holder { kind, name, number, person, organisation })
}

/// The person who was proved to have a number, where whoever acts may ask. Otherwise the licence is found by its number
/// as soon as somebody is.
async fn proved(ctx: &Ctx, number: &str) -> Option<PersonId> {
    let purpose = LocalText::new("把证照发到本人名下", "To issue a licence to its holder");
    let asked = json!({ "number": number });
    let answer = ctx.lookup("identity.claims", asked, &purpose).await.ok()?;
    let claims = answer["claims"].as_array()?;
    claims.iter().find_map(|claim| claim["person"].as_str()?.parse().ok())
}

/// The organisation of a code, where whoever acts may ask.
async fn registered(ctx: &Ctx, code: &str) -> Option<OrganisationId> {
    let purpose = LocalText::new("把证照发到持证单位名下", "To issue a licence to its holder");
    let asked = json!({ "q": code, "limit": 2 });
    let answer = ctx.lookup("identity.organisations", asked, &purpose).await.ok()?;
    let found = answer["organisations"].as_array()?;
    let of_code = found.iter().find(|line| line["uscc"] == code)?;
    of_code["organisation"].as_str()?.parse().ok()
}
