//! The document of a licence: drawn up from its type's layout, sealed, found again by its digest, and verified step by
//! step whoever made it.

use std::collections::HashMap;

use jiff::civil::Date;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::{Arg, Speaker};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::section;
use crate::compile::Type;
use crate::error::LicencesError;
use crate::layout::{Document, Fonts, Template, Values, lay_out};
use crate::model::{Licence, SealState};
use crate::ofd::{self, Facts};
use crate::pack::FieldKind;
use crate::pdf;
use crate::seal::{
    Drawing, Knowledge, LICENCE_CODE, Outcome, Picture, SealStanding, Standing, Verifier, draw, sm3,
};
use crate::sealing::{self, Sealer};
use crate::store::seals;

/// What stands in every licence by itself: layouts name it like a field.
pub const OWN: [&str; 10] = [
    "type_name",
    "identifier",
    "check",
    "holder_name",
    "holder_number",
    "issuer_name",
    "issued",
    "valid_from",
    "valid_until",
    "version",
];

/// How wide a round seal of an organisation is, in millimetres.
const SEAL_MM: u32 = 40;

/// A step of the verification of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Which signature of the document, from 1.
    pub signature: u32,
    /// Which step: `package`, `references`, `coverage`, `data_hash`, `signature`, `signer`, `seal`, `chain`, `timestamp`,
    /// `standing`.
    pub step: String,
    /// Whether it holds; none where it does not apply.
    pub holds: Option<bool>,
    /// What is wrong or why it does not apply, for engineers.
    pub why: String,
    /// The same as a word, such as `changed-file`; none where the step holds or the file is no document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of what: a path in the document, the name in a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// Under which key the pages' texts have a finding, before its code.
const FINDING: &str = "licences-finding-";

impl Finding {
    fn of(signature: u32, step: &str, outcome: &Outcome) -> Finding {
        let (holds, found) = match outcome {
            Outcome::Passed => (Some(true), None),
            Outcome::Failed(found) => (Some(false), Some(found)),
            Outcome::NotApplicable(found) => (None, Some(found)),
        };
        let message = found.map(crate::seal::Finding::message);
        let what = message.as_ref().and_then(|message| match message.args.first() {
            Some((_, Arg::Text(what))) => Some(what.clone()),
            _ => None,
        });
        Finding {
            signature,
            step: step.to_owned(),
            holds,
            why: found.map(ToString::to_string).unwrap_or_default(),
            code: message.and_then(|m| m.key.strip_prefix(FINDING).map(str::to_owned)),
            of: what,
        }
    }

    /// What is wrong, in the reader's language.
    pub(crate) fn told(&self, t: &Speaker) -> String {
        match &self.code {
            Some(code) => {
                let key = format!("{FINDING}{code}");
                t.say1(&key, "what", self.of.clone().unwrap_or_default())
            }
            None => self.why.clone(),
        }
    }
}

/// Reads a layout; it may name the fields of its type and what stands in every licence by itself.
pub(crate) fn template(text: &str, fields: &[&str]) -> Result<Template, String> {
    let template = Template::parse(text).map_err(|problem| problem.to_string())?;
    let known = |name: &str| fields.contains(&name) || OWN.contains(&name);
    if let Some(unknown) = template.fields().iter().find(|name| !known(name)) {
        return Err(format!("there is no field \"{unknown}\""));
    }
    if !template.has_seal() {
        return Err("it has no place for the seal".to_owned());
    }
    Ok(template)
}

/// SM3 of a document, in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in sm3(bytes) {
        let _infallible = write!(text, "{byte:02x}");
    }
    text
}

fn fonts(ctx: &Ctx) -> Result<Fonts, Failure> {
    let without = || LicencesError::Document("the program was built without its fonts".into());
    Ok(section(ctx).fonts.clone().ok_or_else(without)?)
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    LicencesError::Document(error.into()).into()
}

/// What the seal of an organisation looks like: round, with a star, as those of administrative organs.
pub(crate) fn picture(ctx: &Ctx, name: &str, serial: &str) -> Result<Picture, Failure> {
    let drawing = Drawing {
        width_mm: SEAL_MM,
        height_mm: SEAL_MM,
        name,
        star: true,
        line: None,
        number: Some(serial),
    };
    draw(&drawing, &fonts(ctx)?).map_err(failed)
}

/// A day as it stands on paper.
fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// A licence laid out on its pages.
fn laid_out(fonts: &Fonts, kind: &Type, licence: &Licence) -> Result<Document, Failure> {
    let until = match licence.until {
        // The end is 24:00 of the last day.
        Some(until) => day(until.plus_ms(-1).date()),
        None => "长期".to_owned(),
    };
    let mut values = Values::default()
        .with("type_name", &kind.told.name.zh)
        .with("identifier", &licence.identifier)
        .with("check", &licence.check)
        .with("holder_name", &licence.holder.name)
        .with("holder_number", &licence.holder.number)
        .with("issuer_name", &licence.issuer_name)
        .with("issued", day(licence.issued.date()))
        .with("valid_from", day(licence.from.date()))
        .with("valid_until", until)
        .with("version", format!("{:03}", licence.number));
    for field in &kind.told.fields {
        let value = licence.values.get(&field.id).map_or("", String::as_str);
        let value = match (field.kind, value.parse::<Date>()) {
            (FieldKind::Date, Ok(date)) => day(date),
            _ => value.to_owned(),
        };
        values = values.with(&field.id, value);
    }
    lay_out(&kind.layout, fonts, &values).map_err(failed)
}

/// Draws the document up and seals it.
pub(crate) fn make(
    ctx: &Ctx,
    kind: &Type,
    licence: &Licence,
    seal: &Sealer,
) -> Result<Vec<u8>, Failure> {
    let fonts = fonts(ctx)?;
    let document = laid_out(&fonts, kind, licence)?;
    let facts = Facts {
        id: *licence.id.uuid().as_bytes(),
        created: licence.issued,
        author: licence.issuer_name.clone(),
        custom: vec![(LICENCE_CODE.to_owned(), licence.identifier.clone())],
    };
    let unsealed = ofd::write(&document, &fonts, facts).map_err(failed)?;
    unsealed.seal(&seal.seal, &seal.signer, ctx.now).map_err(failed)
}

/// The same pages as PDF, with the picture of the seal: for whoever prints them.
pub(crate) fn pdf(
    ctx: &Ctx,
    kind: &Type,
    licence: &Licence,
    seal: Option<&[u8]>,
) -> Result<Vec<u8>, Failure> {
    let fonts = fonts(ctx)?;
    let document = laid_out(&fonts, kind, licence)?;
    pdf::write(&document, &fonts, seal, licence.issued).map_err(failed)
}

/// Checks the signatures and seals of a document, step by step.
pub(crate) async fn findings(ctx: &Ctx, bytes: &[u8]) -> Result<Vec<Finding>, Failure> {
    let verifier = Verifier::new(sealing::trust(ctx).await?);
    let own: HashMap<String, (SealState, Option<Timestamp>)> = seals::all(ctx)
        .await?
        .into_iter()
        .map(|seal| (seal.serial, (seal.state, seal.until)))
        .collect();
    let standing = |seal: &crate::seal::Seal| match own.get(&seal.id) {
        None | Some((SealState::Proposed, _)) => SealStanding::Unknown,
        Some((SealState::Good, _)) => SealStanding::InForce,
        Some((SealState::Ended, until)) => {
            SealStanding::Withdrawn(until.unwrap_or(Timestamp(i64::MIN)))
        }
    };
    let known = Knowledge { now: ctx.now, certificate: &|_| Standing::Good, seal: &standing };
    let report = match verifier.verify(bytes, &known) {
        Ok(report) => report,
        Err(problem) => return Ok(vec![unsound(problem.to_string())]),
    };
    if report.signatures.is_empty() {
        return Ok(vec![unsound("the document bears no signature".to_owned())]);
    }
    let mut found = Vec::new();
    for (index, signature) in (1_u32..).zip(&report.signatures) {
        found.extend(
            signature.steps.iter().map(|(step, outcome)| Finding::of(index, step.name(), outcome)),
        );
    }
    Ok(found)
}

/// What is no sealed document at all.
fn unsound(why: String) -> Finding {
    Finding {
        signature: 0,
        step: "package".to_owned(),
        holds: Some(false),
        why,
        code: None,
        of: None,
    }
}
