//! Seals and the authority of the installation. Private keys are sealed and opened here, and nowhere else.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::personal::Subject;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};
use zeroize::Zeroizing;

use super::place;
use crate::error::LicencesError;
use crate::model::{LicenceId, Seal, SealId, SealState};

statements! {
    /// A seal.
    SELECT_SEAL = "
SELECT id, issuer, name, types, state, serial, seal, keys, certificate, proposer, approver, made_ms, until_ms, version
FROM licences_seal
WHERE id = $1";

    /// The seal of an organisation that seals now.
    SELECT_GOOD = "
SELECT id, issuer, name, types, state, serial, seal, keys, certificate, proposer, approver, made_ms, until_ms, version
FROM licences_seal
WHERE issuer = $1
  AND state = 'good'";

    /// The seal of an organisation that sealed at an instant.
    SELECT_AT = "
SELECT seal
FROM licences_seal
WHERE issuer = $1
  AND seal IS NOT NULL
  AND made_ms <= $2
  AND until_ms >= $2
ORDER BY made_ms DESC, id DESC
LIMIT 1";

    /// Every seal, the latest first.
    SELECT_SEALS = "
SELECT id, issuer, name, types, state, serial, seal, keys, certificate, proposer, approver, made_ms, until_ms, version
FROM licences_seal
ORDER BY made_ms DESC, id DESC
LIMIT 500";

    /// A seal that one wants.
    INSERT_SEAL = "
INSERT INTO licences_seal (id, issuer, name, types, state, serial, seal, keys, certificate, proposer, approver, made_ms,
  until_ms, version)
VALUES ($1, $2, $3, $4, 'proposed', $5, NULL, NULL, NULL, $6, NULL, $7, NULL, 1)";

    /// Another agreed: the seal is made.
    MAKE_SEAL = "
UPDATE licences_seal
SET state = 'good',
  seal = $3,
  keys = $4,
  certificate = $5,
  approver = $6,
  until_ms = $7,
  version = version + 1
WHERE id = $1
  AND version = $2
  AND state = 'proposed'";

    /// It seals nothing any more; its key goes.
    END_SEAL = "
UPDATE licences_seal
SET state = 'ended',
  keys = NULL,
  until_ms = $3,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// The authority of the installation.
    SELECT_AUTHORITY = "
SELECT id, content, root, issuing, made_ms
FROM licences_authority
WHERE id = 'authority'";

    /// The authority, made once.
    INSERT_AUTHORITY = "
INSERT INTO licences_authority (id, content, root, issuing, made_ms)
VALUES ('authority', $1, $2, $3, $4)";
}

/// The statement that keeps what one wants.
pub(crate) fn propose(seal: &Seal) -> Statement {
    Statement::one(
        INSERT_SEAL,
        values![
            seal.id,
            &seal.issuer,
            &seal.name,
            seal.types.join(" "),
            &seal.serial,
            &seal.proposer,
            seal.made,
        ],
    )
}

/// What a seal is made of.
pub(crate) struct Made<'a> {
    /// The seal, in DER.
    pub(crate) seal: &'a [u8],
    /// The signer's certificate, in DER.
    pub(crate) certificate: &'a [u8],
    /// The signer's private key.
    pub(crate) key: &'a [u8],
    /// Until when it seals.
    pub(crate) until: Timestamp,
}

/// The statement that makes a seal.
pub(crate) async fn make(ctx: &Ctx, seal: &Seal, made: Made<'_>) -> Result<Statement, Failure> {
    let row = seal.id.to_string();
    let sealer = ctx.sealer(Subject::Installation).await?;
    let keys = sealer.seal(place("licences_seal", "keys", &row), made.key);
    Ok(Statement::one(
        MAKE_SEAL,
        values![
            &row,
            seal.version,
            made.seal,
            keys,
            made.certificate,
            ctx.who.reference(),
            made.until,
        ],
    ))
}

/// The statement that ends a seal.
pub(crate) fn end(ctx: &Ctx, seal: &Seal) -> Statement {
    Statement::one(END_SEAL, values![seal.id, seal.version, ctx.now])
}

/// A seal by id.
pub(crate) async fn find(ctx: &Ctx, id: SealId) -> Result<Option<Seal>, Failure> {
    ctx.row(SELECT_SEAL, values![id]).await?.map(|row| read(&row)).transpose()
}

/// The seal of an organisation that seals now, with its private key.
pub(crate) async fn good(
    ctx: &Ctx,
    issuer: &str,
) -> Result<Option<(Seal, Zeroizing<Vec<u8>>)>, Failure> {
    let Some(row) = ctx.row(SELECT_GOOD, values![issuer]).await? else { return Ok(None) };
    let seal = read(&row)?;
    let keys: Vec<u8> = row.get("keys")?;
    let at = seal.id.to_string();
    let key = ctx.services.personal.open(place("licences_seal", "keys", &at), &keys)?;
    Ok(Some((seal, Zeroizing::new(key))))
}

/// The seal of an organisation that sealed at an instant, in DER.
pub(crate) async fn at(ctx: &Ctx, issuer: &str, at: Timestamp) -> Result<Option<Vec<u8>>, Failure> {
    let row = ctx.row(SELECT_AT, values![issuer, at]).await?;
    Ok(row.map(|row| row.get("seal")).transpose()?)
}

/// Every seal.
pub(crate) async fn all(ctx: &Ctx) -> Result<Vec<Seal>, Failure> {
    ctx.services.records.scan(SELECT_SEALS.into(), Vec::new()).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Seal, Failure> {
    let id: SealId = row.id("id")?;
    let types: String = row.get("types")?;
    let damaged = || LicencesError::Damaged(LicenceId::new(id.uuid()));
    Ok(Seal {
        id,
        issuer: row.get("issuer")?,
        name: row.get("name")?,
        types: types.split_whitespace().map(str::to_owned).collect(),
        state: SealState::parse(&row.get::<String>("state")?).ok_or_else(damaged)?,
        serial: row.get("serial")?,
        seal: row.get("seal")?,
        certificate: row.get("certificate")?,
        proposer: row.get("proposer")?,
        approver: row.get("approver")?,
        made: row.get("made_ms")?,
        until: row.get::<Option<Timestamp>>("until_ms")?,
        version: row.get("version")?,
    })
}

/// What the authority rests as: its content is opened here.
pub(crate) async fn authority(ctx: &Ctx) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    let Some(row) = ctx.row(SELECT_AUTHORITY, Vec::new()).await? else { return Ok(None) };
    let content: Vec<u8> = row.get("content")?;
    let at = place("licences_authority", "content", "authority");
    Ok(Some(Zeroizing::new(ctx.services.personal.open(at, &content)?)))
}

/// The certificates of the authority that are public, in DER: the root and what issues certificates.
pub(crate) async fn public(ctx: &Ctx) -> Result<Option<(Vec<u8>, Vec<u8>)>, Failure> {
    let Some(row) = ctx.row(SELECT_AUTHORITY, Vec::new()).await? else { return Ok(None) };
    Ok(Some((row.get("root")?, row.get("issuing")?)))
}

/// The statement that keeps the authority.
pub(crate) async fn found(
    ctx: &Ctx,
    content: &[u8],
    (root, issuing): (&[u8], &[u8]),
) -> Result<Statement, Failure> {
    let sealer = ctx.sealer(Subject::Installation).await?;
    let sealed = sealer.seal(place("licences_authority", "content", "authority"), content);
    Ok(Statement::one(INSERT_AUTHORITY, values![sealed, root, issuing, ctx.now]))
}
