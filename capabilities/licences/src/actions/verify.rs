//! Anybody holds a licence against the register: by the identifier and check value that stand on it, or by its document.
//! Nobody asks for what they have not seen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kind;
use super::look::Face;
use crate::document;
use crate::error::LicencesError;
use crate::model::{Licence, Way};
use crate::rules;
use crate::store::{licences, showings};
use crate::throttle;

/// The longest document that is looked at, in base64.
const DOCUMENT_MAX: usize = 500_000;

/// Holds a licence against the register.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The identifier on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200), example = &"1.2.156.3005.2.11370800MB28559184001.11370800MB28559184.000000001.001.L")]
    pub identifier: Option<String>,
    /// The check value beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40), example = &"7Q4M2ZK8W0")]
    pub check: Option<String>,
    /// The document itself (OFD) in base64, instead of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 500_000))]
    pub document: Option<String>,
}

/// What the register says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verified {
    /// The licence as it stands at this moment; none where the document is none of this register.
    pub licence: Option<Face>,
    /// Whether the document is the very one that the register keeps; none where none was given.
    pub untouched: Option<bool>,
    /// What was found of the document's seals, step by step; empty where none was given.
    pub seals: Vec<document::Finding>,
}

impl Action for Verify {
    const NAME: &'static str = "licences.verify";
    const DOC: &'static str = "Verifies a licence: by its identifier with the check value beside it, or by its OFD document, whose signatures and seals are checked step by step. Tells how the licence stands at this moment.";
    const SECRET_REPLY: bool = true;
    type Reply = Verified;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Verified>, Failure> {
        ctx.authorize(&Resource::of("licences.licence", "verify"))?;
        throttle::admit(ctx).await?;
        match (self.identifier, self.check, self.document) {
            (Some(identifier), Some(check), None) => by_identifier(ctx, &identifier, &check).await,
            (None, None, Some(document)) => by_document(ctx, &document).await,
            _ => Err(LicencesError::OneOfTwo.into()),
        }
    }
}

/// The fields that the type shows to strangers.
fn shown(ctx: &Ctx, licence: &Licence) -> Vec<String> {
    let Ok(kind) = kind(ctx, &licence.kind) else { return Vec::new() };
    kind.told.fields.iter().filter(|field| field.shown).map(|field| field.id.clone()).collect()
}

async fn by_identifier(
    ctx: &Ctx,
    identifier: &str,
    check: &str,
) -> Result<Decision<Verified>, Failure> {
    // One answer for what is not there and for what does not fit, so that nobody learns which identifiers there are.
    let wrong = || throttle::wrong(ctx, LicencesError::NotFound);
    let Ok(code) = crate::code::LicenceCode::read(identifier.trim()) else { return Ok(wrong()) };
    let Some(licence) = licences::by_identifier(ctx, &code.to_string()).await? else {
        return Ok(wrong());
    };
    if !rules::same(&rules::typed(check), &licence.check) {
        return Ok(wrong());
    }
    let face = Face::of(ctx, &licence, &shown(ctx, &licence));
    let reply = Verified { licence: Some(face), untouched: None, seals: Vec::new() };
    Ok(Decision::reply(reply).write(showings::look(ctx, licence.id, None, Way::Identifier)))
}

async fn by_document(ctx: &Ctx, document: &str) -> Result<Decision<Verified>, Failure> {
    let unreadable = |key: &'static str| LicencesError::Unreadable(key.into());
    if document.len() > DOCUMENT_MAX {
        return Err(unreadable("licences-document-large").into());
    }
    let bytes = STANDARD.decode(document).map_err(|_| unreadable("licences-document-base64"))?;
    let found = licences::by_digest(ctx, &document::digest(&bytes)).await?;
    let seals = document::findings(ctx, &bytes).await?;
    let mut reply = Verified { licence: None, untouched: Some(found.is_some()), seals };
    let Some(licence) = found else { return Ok(Decision::reply(reply)) };
    reply.licence = Some(Face::of(ctx, &licence, &shown(ctx, &licence)));
    Ok(Decision::reply(reply).write(showings::look(ctx, licence.id, None, Way::Document)))
}
