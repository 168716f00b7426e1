//! How a version of a licence comes to be: its issuer, number, identifier and days, its document with the seal, and the
//! statements that keep it all.

use std::sync::Arc;

use bytes::Bytes;
use jiff::civil::Date;
use minshu_kernel::action::{Decision, JobDraft};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::codes::uscc;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use serde_json::json;

use crate::actions::Stands;
use crate::code::LicenceCode;
use crate::compile::Type;
use crate::document;
use crate::error::LicencesError;
use crate::events::{LicenceIssued, OfLicence, aggregate};
use crate::model::{Holder, Licence, LicenceId, State, Step, Values, Verb};
use crate::rules;
use crate::sealing;
use crate::store::licences;

/// The media type of an OFD document.
pub(crate) const OFD: &str = "application/ofd";
/// How many signs the check value of a document has: 50 bits.
const CHECK_SIGNS: usize = 10;

/// What a version is to be.
pub(crate) struct Draft<'a> {
    pub(crate) kind: &'a Arc<Type>,
    pub(crate) holder: Holder,
    pub(crate) values: Values,
    pub(crate) division: DivisionCode,
    pub(crate) from: Date,
    pub(crate) about: Option<String>,
    /// The version that it takes the place of.
    pub(crate) before: Option<&'a Licence>,
}

/// A version that was drawn up and sealed, with the statements that keep it.
pub(crate) struct Drawn {
    pub(crate) licence: Licence,
    name: minshu_kernel::text::LocalText,
    writes: Vec<Statement>,
    before: Option<LicenceId>,
}

impl Drawn {
    /// The decision that keeps it, with its event and the job for its end.
    pub(crate) fn into_decision(self, stands: Stands) -> Result<Decision<Stands>, Failure> {
        let licence = self.licence;
        let event = LicenceIssued {
            of: OfLicence::of(&licence, State::Valid, self.name),
            instead_of: self.before,
        };
        let mut decision = Decision::reply(stands);
        decision.writes = self.writes;
        let decision = decision.tell(&event, aggregate(licence.id, 1))?;
        Ok(match licence.until {
            None => decision,
            Some(due) => decision.later(lapsing(licence.id, Some(due))),
        })
    }
}

/// The job for the end of a licence; `None` takes it away.
pub(crate) fn lapsing(licence: LicenceId, due: Option<Timestamp>) -> JobDraft {
    JobDraft {
        key: format!("licences.lapse:{licence}"),
        due,
        action: "licences.lapse",
        input: json!({ "licence": licence }),
    }
}

/// Draws a version up.
pub(crate) async fn draw_up(ctx: &Ctx, draft: Draft<'_>) -> Result<Drawn, Failure> {
    let kind = draft.kind;
    let divisions = &ctx.services.divisions;
    let no_issuer = || LicencesError::NoIssuer(draft.division.to_string());
    let issuer = kind.issuer_at(divisions, draft.division).ok_or_else(no_issuer)?;
    let seal = sealing::seal_for(ctx, issuer, &kind.id).await?;
    let code = match draft.before {
        Some(before) => {
            let read = LicenceCode::read(&before.identifier).map_err(Failure::internal)?;
            read.next_version().map_err(|_| LicencesError::TooManyVersions)?
        }
        None => {
            let year = ctx.now.date().year();
            let series = format!("licences.licence:{}:{}:{year}", kind.code, issuer.uscc);
            let running = ctx.services.numbers.next(&series).await?;
            let uscc = uscc::check(&issuer.uscc).map_err(|problem| {
                Failure::internal(format!("the code of an issuer: {:?}", problem.message().key))
            })?;
            let serial = format!("{year}{running:07}");
            LicenceCode::issue(&kind.code, &uscc, &serial).map_err(Failure::internal)?
        }
    };
    let id = LicenceId::fresh(&*ctx.services.ids);
    let mut licence = Licence {
        id,
        line: draft.before.map_or(id, |before| before.line),
        identifier: code.to_string(),
        check: rules::signs(&*ctx.services.entropy, CHECK_SIGNS),
        kind: kind.id.clone(),
        pack: kind.pack.clone(),
        number: draft.before.map_or(1, |before| before.number + 1),
        state: State::Valid,
        until: rules::until(&kind.told.validity, draft.from, &draft.values),
        holder: draft.holder,
        values: draft.values,
        issuer: issuer.uscc.clone(),
        issuer_name: issuer.name.zh.clone(),
        division: draft.division,
        about: draft.about,
        issued: ctx.now,
        from: Timestamp::start_of(draft.from),
        since: ctx.now,
        ended: None,
        document: String::new(),
        document_bytes: 0,
        digest: String::new(),
        version: 1,
    };
    let made = document::make(ctx, kind, &licence, &seal)?;
    licence.digest = document::digest(&made);
    licence.document_bytes = i64::try_from(made.len()).map_err(Failure::internal)?;
    let stored = ctx.services.uploads.keep(&ctx.who, Bytes::from(made), OFD).await?;
    licence.document = stored.address.as_str().to_owned();
    let mut writes = ctx.services.uploads.give(&stored.address, licence.holder.subject()).await?;
    writes.push(licences::insert(ctx, &licence).await?);
    let step = Step {
        sequence: 1,
        verb: Verb::Issue,
        state: State::Valid,
        actor: ctx.signature(),
        proposer: None,
        reason: String::new(),
        at: ctx.now,
    };
    writes.push(licences::step(ctx, &licence, &step).await?);
    let before = draft.before.map(|before| before.id);
    Ok(Drawn { licence, name: kind.told.name.clone(), writes, before })
}
