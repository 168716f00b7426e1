//! What licences hold about people: their licences with who looked at them. The register of licences is kept by law: a
//! licence is taken out of the key of a person who leaves before that is destroyed.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::holdings::{HeldFile, HeldRecord, Holding, Leaving};
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::personal::Subject;
use minshu_kernel::records::Statement;
use minshu_kernel::text::Message;
use minshu_kernel::{statements, values};
use serde_json::json;

use crate::actions::name_of;
use crate::issuing::OFD;
use crate::model::Licence;
use crate::store::{licences, showings};

statements! {
    /// The codes that somebody made who leaves, and who looked by them.
    ERASE_SHOWINGS = "
DELETE FROM licences_showing
WHERE licence = $1";

    /// Who looked at a licence of somebody who leaves.
    ERASE_LOOKS = "
DELETE FROM licences_look
WHERE licence = $1";

    /// The reasons of a history stand under the key that goes: they are sealed anew.
    RESEAL_STEP = "
UPDATE licences_step
SET reason = $3
WHERE licence = $1
  AND sequence = $2";

    /// What waited for a second officer goes: its reason stands under the key that goes.
    ERASE_PROPOSAL = "
DELETE FROM licences_proposal
WHERE licence = $1";
}

/// The kind that licences hold.
pub(crate) fn holding() -> Holding {
    Holding {
        name: "licences.licences",
        title: "licences-held",
        purpose: "licences-held-purpose",
        basis: "licences-held-basis",
        period: "licences-held-period",
        read: |ctx, most| Box::pin(read(ctx, most)),
        leave: |ctx| Box::pin(leave(ctx)),
    }
}

/// The licences that were issued to the person, who was proved by then.
async fn own(ctx: &Ctx) -> Result<Vec<Licence>, Failure> {
    match ctx.who.person.filter(|_| ctx.who.proved) {
        None => Ok(Vec::new()),
        Some(person) => licences::of_person(ctx, person).await,
    }
}

async fn read(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let speaker = ctx.speaker();
    let mut held = Vec::new();
    for licence in own(ctx).await?.into_iter().take(most as usize) {
        let looks = showings::looks(ctx, licence.id).await?;
        let looks = looks.iter().map(|look| json!({ "way": look.way, "at_ms": look.at }));
        let name = format!("{}.ofd", licence.identifier);
        let file = ObjectAddress::parse(&licence.document).map(|object| HeldFile {
            name,
            kind: OFD.to_owned(),
            object,
        });
        let title = speaker.local(&name_of(ctx, &licence.kind)).to_owned();
        held.push(HeldRecord {
            resource: "licences.licence",
            id: licence.id.to_string(),
            title,
            at: licence.since,
            href: Some(format!("/me/licences/{}", licence.id)),
            data: json!({
                "identifier": licence.identifier, "type": licence.kind, "state": licence.state,
                "holder": licence.holder.name, "number": licence.holder.number,
                "values": licence.values, "issuer": licence.issuer_name,
                "issued_ms": licence.issued, "until_ms": licence.until,
                "looks": looks.collect::<Vec<_>>(),
            }),
            files: file.into_iter().collect(),
        });
    }
    Ok(held)
}

async fn leave(ctx: &Ctx) -> Result<Leaving, Failure> {
    let held = own(ctx).await?;
    let mut leaving = Leaving::default();
    if held.is_empty() {
        return Ok(leaving);
    }
    let archive = ctx.sealer(Subject::Installation).await?;
    for licence in &held {
        leaving.writes.push(licences::seal_anew(licence, &archive)?);
        for step in licences::steps(ctx, licence.id).await? {
            let sealed = licences::sealed_reason(ctx, licence.id, &step, &archive).await?;
            let at = values![licence.id, step.sequence, sealed];
            leaving.writes.push(Statement::one(RESEAL_STEP, at));
        }
        for erase in [ERASE_SHOWINGS, ERASE_LOOKS, ERASE_PROPOSAL] {
            leaving.writes.push(Statement::any(erase, values![licence.id]));
        }
        if let Some(object) = ObjectAddress::parse(&licence.document) {
            let kept = ctx.services.uploads.give(&object, Subject::Installation).await?;
            leaving.writes.extend(kept);
        }
    }
    leaving.kept.push(Message::new("licences-leave-kept").with("n", held.len()));
    Ok(leaving)
}
