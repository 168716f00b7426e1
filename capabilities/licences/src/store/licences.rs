//! Licences, what became of them, and what waits for a second officer.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{OrganisationId, PersonId};
use minshu_kernel::list::{After, DIVISION_COLUMNS, Filter, ListQuery, ScopeColumns};
use minshu_kernel::personal::Sealer;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};
use serde::{Deserialize, Serialize};

use super::place;
use crate::error::LicencesError;
use crate::model::{
    Holder, HolderKind, Licence, LicenceId, Proposal, ProposalId, State, Step, StepId, Values, Verb,
};

const TABLE: &str = "licences_licence";

/// The columns of a licence, for lists; conditions, order and limit are added to it.
pub(crate) const SELECT_LIST: &str = "
SELECT id, line, identifier, check_value, type, pack, number, state, holder_kind, person, organisation, holder, content,
  issuer, issuer_name, division, about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes,
  digest, version
FROM licences_licence";

statements! {
    /// A licence.
    SELECT_LICENCE = "
SELECT id, line, identifier, check_value, type, pack, number, state, holder_kind, person, organisation, holder, content,
  issuer, issuer_name, division, about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes,
  digest, version
FROM licences_licence
WHERE id = $1";

    /// A licence by its identifier.
    SELECT_BY_IDENTIFIER = "
SELECT id, line, identifier, check_value, type, pack, number, state, holder_kind, person, organisation, holder, content,
  issuer, issuer_name, division, about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes,
  digest, version
FROM licences_licence
WHERE identifier = $1";

    /// A licence by its document.
    SELECT_BY_DIGEST = "
SELECT id, line, identifier, check_value, type, pack, number, state, holder_kind, person, organisation, holder, content,
  issuer, issuer_name, division, about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes,
  digest, version
FROM licences_licence
WHERE digest = $1";

    /// What came from a thing, such as a case.
    SELECT_ABOUT = "
SELECT id, line, identifier, check_value, type, pack, number, state, holder_kind, person, organisation, holder, content,
  issuer, issuer_name, division, about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes,
  digest, version
FROM licences_licence
WHERE about = $1
ORDER BY id
LIMIT 20";

    /// The licences of a holder by number, the latest first.
    SELECT_OF_HOLDER = "
SELECT id, line, identifier, check_value, type, pack, number, state, holder_kind, person, organisation, holder, content,
  issuer, issuer_name, division, about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes,
  digest, version
FROM licences_licence
WHERE holder_key = $1
ORDER BY id DESC
LIMIT 200";

    /// The licences of a proved person, the latest first.
    SELECT_OF_PERSON = "
SELECT id, line, identifier, check_value, type, pack, number, state, holder_kind, person, organisation, holder, content,
  issuer, issuer_name, division, about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes,
  digest, version
FROM licences_licence
WHERE person = $1
ORDER BY id DESC
LIMIT 200";

    /// The licences of an organisation, the latest first.
    SELECT_OF_ORGANISATION = "
SELECT id, line, identifier, check_value, type, pack, number, state, holder_kind, person, organisation, holder, content,
  issuer, issuer_name, division, about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes,
  digest, version
FROM licences_licence
WHERE organisation = $1
ORDER BY id DESC
LIMIT 200";

    /// Every version of a licence, the first one first.
    SELECT_LINE = "
SELECT id, line, identifier, check_value, type, pack, number, state, holder_kind, person, organisation, holder, content,
  issuer, issuer_name, division, about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes,
  digest, version
FROM licences_licence
WHERE line = $1
ORDER BY number
LIMIT 999";

    /// A new version.
    INSERT_LICENCE = "
INSERT INTO licences_licence (id, line, identifier, check_value, type, pack, number, state, holder_kind, holder_key,
  person, organisation, holder, content, issuer, issuer_name, division, province, prefecture, county, township, village,
  about, issued_ms, from_ms, until_ms, state_ms, ended_ms, document, document_bytes, digest, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'valid', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
  $23, $24, $25, $23, NULL, $26, $27, $28, 1)";

    /// Another state.
    UPDATE_STATE = "
UPDATE licences_licence
SET state = $3,
  state_ms = $4,
  ended_ms = $5,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// What a licence says, sealed anew for the archive: its person's key is about to go.
    SEAL_ANEW = "
UPDATE licences_licence
SET holder = $3,
  content = $4,
  person = NULL,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// The history of a version.
    SELECT_STEPS = "
SELECT id, sequence, verb, state, actor, proposer, reason, at_ms
FROM licences_step
WHERE licence = $1
ORDER BY sequence
LIMIT 1000";

    /// The id of a step, under which its reason is sealed.
    SELECT_STEP_ID = "
SELECT id
FROM licences_step
WHERE licence = $1
  AND sequence = $2";

    /// One more step.
    INSERT_STEP = "
INSERT INTO licences_step (id, licence, sequence, verb, state, actor, proposer, reason, at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    /// What waits for a second officer.
    SELECT_PROPOSAL = "
SELECT id, licence, licence_version, verb, reason, proposer, at_ms
FROM licences_proposal
WHERE licence = $1";

    /// One wants something.
    INSERT_PROPOSAL = "
INSERT INTO licences_proposal (id, licence, licence_version, verb, reason, proposer, at_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7)";

    /// It waits no longer.
    DELETE_PROPOSAL = "
DELETE FROM licences_proposal
WHERE id = $1";

    /// Whatever waits for a licence that ended waits no longer.
    DELETE_PROPOSALS = "
DELETE FROM licences_proposal
WHERE licence = $1";
}

/// The scope columns of licences.
pub(crate) const COLUMNS: ScopeColumns = ScopeColumns {
    kind: "licences.licence",
    divisions: Some(DIVISION_COLUMNS),
    pack: "pack",
    role: None,
    owner_account: None,
    owner: Some("person"),
    owner_organisation: Some("organisation"),
};

/// The list of an office, the latest first.
pub(crate) fn list(filter: Filter, after: Option<After>, limit: u32) -> ListQuery {
    ListQuery {
        select: SELECT_LIST,
        columns: COLUMNS,
        sort: "issued_ms",
        descending: true,
        filter,
        after,
        limit,
    }
}

#[derive(Serialize, Deserialize)]
struct Named {
    name: String,
    number: String,
}

/// The blind index of a holder's number.
pub(crate) fn holder_key(ctx: &Ctx, kind: HolderKind, number: &str) -> Vec<u8> {
    ctx.services.personal.index("licences_licence.holder", &format!("{}\n{number}", kind.word()))
}

fn sealed(sealer: &Sealer, licence: &Licence) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let id = licence.id.to_string();
    let named = Named { name: licence.holder.name.clone(), number: licence.holder.number.clone() };
    let named = serde_json::to_vec(&named).map_err(Failure::internal)?;
    let content = serde_json::to_vec(&licence.values).map_err(Failure::internal)?;
    Ok((
        sealer.seal(place(TABLE, "holder", &id), &named),
        sealer.seal(place(TABLE, "content", &id), &content),
    ))
}

/// The statement that stores a new version.
pub(crate) async fn insert(ctx: &Ctx, licence: &Licence) -> Result<Statement, Failure> {
    let sealer = ctx.sealer(licence.holder.subject()).await?;
    let (holder, content) = sealed(&sealer, licence)?;
    let [province, prefecture, county, township, village] =
        ctx.services.divisions.levels(licence.division);
    Ok(Statement::one(
        INSERT_LICENCE,
        values![
            licence.id,
            licence.line,
            &licence.identifier,
            &licence.check,
            &licence.kind,
            &licence.pack,
            licence.number,
            licence.holder.kind.word(),
            holder_key(ctx, licence.holder.kind, &licence.holder.number),
            licence.holder.person.map(|id: PersonId| id.to_string()),
            licence.holder.organisation.map(|id: OrganisationId| id.to_string()),
            holder,
            content,
            &licence.issuer,
            &licence.issuer_name,
            licence.division.to_string(),
            province,
            prefecture,
            county,
            township,
            village,
            licence.about.clone(),
            licence.issued,
            licence.from,
            licence.until,
            &licence.document,
            licence.document_bytes,
            &licence.digest,
        ],
    ))
}

/// The statement that moves a licence on.
pub(crate) fn moved(ctx: &Ctx, licence: &Licence, state: State) -> Statement {
    let ended = state.is_final().then_some(ctx.now);
    Statement::one(UPDATE_STATE, values![licence.id, licence.version, state.word(), ctx.now, ended])
}

/// The statement that seals a licence anew under another key, and no longer for its person.
pub(crate) fn seal_anew(licence: &Licence, archive: &Sealer) -> Result<Statement, Failure> {
    let (holder, content) = sealed(archive, licence)?;
    Ok(Statement::one(SEAL_ANEW, values![licence.id, licence.version, holder, content]))
}

/// The statement that adds a step. Reasons are sealed under the holder's key.
pub(crate) async fn step(ctx: &Ctx, licence: &Licence, step: &Step) -> Result<Statement, Failure> {
    let id = StepId::fresh(&*ctx.services.ids).to_string();
    let sealer = ctx.sealer(licence.holder.subject()).await?;
    Ok(Statement::one(
        INSERT_STEP,
        values![
            &id,
            licence.id,
            step.sequence,
            step.verb.word(),
            step.state.word(),
            &step.actor,
            step.proposer.clone(),
            sealer.seal_text(place("licences_step", "reason", &id), &step.reason),
            step.at,
        ],
    ))
}

/// The reason of a step, sealed under another key.
pub(crate) async fn sealed_reason(
    ctx: &Ctx,
    licence: LicenceId,
    step: &Step,
    archive: &Sealer,
) -> Result<Vec<u8>, Failure> {
    let row = ctx.row(SELECT_STEP_ID, values![licence, step.sequence]).await?;
    let id: String = row.ok_or(LicencesError::Damaged(licence))?.get("id")?;
    Ok(archive.seal_text(place("licences_step", "reason", &id), &step.reason))
}

/// The statement that keeps what one officer wants.
pub(crate) async fn propose(
    ctx: &Ctx,
    licence: &Licence,
    verb: Verb,
    reason: &str,
) -> Result<(ProposalId, Statement), Failure> {
    let id = ProposalId::fresh(&*ctx.services.ids);
    let row = id.to_string();
    let sealer = ctx.sealer(licence.holder.subject()).await?;
    let sealed = sealer.seal_text(place("licences_proposal", "reason", &row), reason);
    let values = values![
        &row,
        licence.id,
        licence.version,
        verb.word(),
        sealed,
        ctx.who.reference(),
        ctx.now
    ];
    Ok((id, Statement::one(INSERT_PROPOSAL, values)))
}

/// A licence by id.
pub(crate) async fn find(ctx: &Ctx, id: LicenceId) -> Result<Option<Licence>, Failure> {
    one(ctx, SELECT_LICENCE, values![id]).await
}

/// A licence by its identifier.
pub(crate) async fn by_identifier(ctx: &Ctx, text: &str) -> Result<Option<Licence>, Failure> {
    one(ctx, SELECT_BY_IDENTIFIER, values![text]).await
}

/// A licence by the digest of its document.
pub(crate) async fn by_digest(ctx: &Ctx, digest: &str) -> Result<Option<Licence>, Failure> {
    one(ctx, SELECT_BY_DIGEST, values![digest]).await
}

async fn one(
    ctx: &Ctx,
    sql: &'static str,
    values: Vec<minshu_kernel::records::Value>,
) -> Result<Option<Licence>, Failure> {
    ctx.row(sql, values).await?.map(|row| read(ctx, &row)).transpose()
}

async fn many(
    ctx: &Ctx,
    sql: &'static str,
    values: Vec<minshu_kernel::records::Value>,
) -> Result<Vec<Licence>, Failure> {
    ctx.rows(sql, values).await?.iter().map(|row| read(ctx, row)).collect()
}

/// What came from a thing.
pub(crate) async fn about(ctx: &Ctx, about: &str) -> Result<Vec<Licence>, Failure> {
    many(ctx, SELECT_ABOUT, values![about]).await
}

/// The licences of a holder by number.
pub(crate) async fn of_holder(
    ctx: &Ctx,
    kind: HolderKind,
    number: &str,
) -> Result<Vec<Licence>, Failure> {
    many(ctx, SELECT_OF_HOLDER, values![holder_key(ctx, kind, number)]).await
}

/// The licences of a proved person.
pub(crate) async fn of_person(ctx: &Ctx, person: PersonId) -> Result<Vec<Licence>, Failure> {
    many(ctx, SELECT_OF_PERSON, values![person]).await
}

/// The licences of an organisation that was known when they were issued.
pub(crate) async fn of_organisation(
    ctx: &Ctx,
    organisation: OrganisationId,
) -> Result<Vec<Licence>, Failure> {
    many(ctx, SELECT_OF_ORGANISATION, values![organisation]).await
}

/// Every version of a licence.
pub(crate) async fn line(ctx: &Ctx, line: LicenceId) -> Result<Vec<Licence>, Failure> {
    many(ctx, SELECT_LINE, values![line]).await
}

/// The history of a version.
pub(crate) async fn steps(ctx: &Ctx, licence: LicenceId) -> Result<Vec<Step>, Failure> {
    let read = |row: &Row| {
        let id: String = row.get("id")?;
        let sealed: Vec<u8> = row.get("reason")?;
        let verb = Verb::parse(&row.get::<String>("verb")?);
        let state = State::parse(&row.get::<String>("state")?);
        let reason = place("licences_step", "reason", &id);
        Ok(Step {
            sequence: row.get("sequence")?,
            verb: verb.ok_or(LicencesError::Damaged(licence))?,
            state: state.ok_or(LicencesError::Damaged(licence))?,
            actor: row.get("actor")?,
            proposer: row.get("proposer")?,
            reason: ctx.services.personal.open_text(reason, &sealed)?,
            at: row.get("at_ms")?,
        })
    };
    ctx.rows(SELECT_STEPS, values![licence]).await?.iter().map(read).collect()
}

/// What waits for a second officer.
pub(crate) async fn proposal(ctx: &Ctx, licence: LicenceId) -> Result<Option<Proposal>, Failure> {
    let Some(row) = ctx.row(SELECT_PROPOSAL, values![licence]).await? else { return Ok(None) };
    let id: ProposalId = row.id("id")?;
    let sealed: Vec<u8> = row.get("reason")?;
    let at = id.to_string();
    let verb = Verb::parse(&row.get::<String>("verb")?);
    Ok(Some(Proposal {
        id,
        licence,
        licence_version: row.get("licence_version")?,
        verb: verb.ok_or(LicencesError::Damaged(licence))?,
        reason: ctx
            .services
            .personal
            .open_text(place("licences_proposal", "reason", &at), &sealed)?,
        proposer: row.get("proposer")?,
        at: row.get("at_ms")?,
    }))
}

/// A row of [`SELECT_LIST`].
pub(crate) fn read(ctx: &Ctx, row: &Row) -> Result<Licence, Failure> {
    let id: LicenceId = row.id("id")?;
    let damaged = || LicencesError::Damaged(id);
    let at = id.to_string();
    let open = |column| {
        let sealed: Vec<u8> = row.get(column)?;
        Ok::<_, Failure>(ctx.services.personal.open(place(TABLE, column, &at), &sealed)?)
    };
    let named: Named = serde_json::from_slice(&open("holder")?).map_err(|_| damaged())?;
    let values: Values = serde_json::from_slice(&open("content")?).map_err(|_| damaged())?;
    let kind = HolderKind::parse(&row.get::<String>("holder_kind")?).ok_or_else(damaged)?;
    Ok(Licence {
        id,
        line: row.id("line")?,
        identifier: row.get("identifier")?,
        check: row.get("check_value")?,
        kind: row.get("type")?,
        pack: row.get("pack")?,
        number: row.get("number")?,
        state: State::parse(&row.get::<String>("state")?).ok_or_else(damaged)?,
        holder: Holder {
            kind,
            name: named.name,
            number: named.number,
            person: row.id_or_null("person")?,
            organisation: row.id_or_null("organisation")?,
        },
        values,
        issuer: row.get("issuer")?,
        issuer_name: row.get("issuer_name")?,
        division: row.id("division")?,
        about: row.get("about")?,
        issued: row.get("issued_ms")?,
        from: row.get("from_ms")?,
        until: row.get::<Option<Timestamp>>("until_ms")?,
        since: row.get("state_ms")?,
        ended: row.get::<Option<Timestamp>>("ended_ms")?,
        document: row.get("document")?,
        document_bytes: row.get("document_bytes")?,
        digest: row.get("digest")?,
        version: row.get("version")?,
    })
}
