//! People, accounts and proofs.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::personal::{Personal, Place, Subject};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};

use crate::model::{Account, Evidence, ProofId};

statements! {
    /// An account by its id.
    SELECT_ACCOUNT = "
SELECT id, phone, number, name, password, person, version, created_ms, phone_verified_ms
FROM identity_account
WHERE id = $1";
    /// The account of a phone.
    SELECT_ACCOUNT_BY_PHONE = "
SELECT id, phone, number, name, password, person, version, created_ms, phone_verified_ms
FROM identity_account
WHERE phone_index = $1";
    /// The accounts that claim a citizen identity number.
    SELECT_ACCOUNTS_BY_NUMBER = "
SELECT id, phone, number, name, password, person, version, created_ms, phone_verified_ms
FROM identity_account
WHERE number_index = $1
ORDER BY created_ms, id
LIMIT $2";
    /// The accounts that are proved to be a person.
    SELECT_ACCOUNTS_OF_PERSON = "
SELECT id, phone, number, name, password, person, version, created_ms, phone_verified_ms
FROM identity_account
WHERE person = $1
ORDER BY created_ms, id
LIMIT 20";
    /// A new account. The phone may have got one meanwhile: then it touches nothing.
    INSERT_ACCOUNT = "
INSERT INTO identity_account
    (id, phone_index, phone, number_index, number, name, password, person, version, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (phone_index) DO NOTHING";
    /// The account is proved to be a person.
    UPDATE_ACCOUNT_PERSON = "
UPDATE identity_account
SET person = $3,
    version = version + 1
WHERE id = $1 AND version = $2 AND person IS NULL";
    /// Another claim, as long as nobody proved the account.
    UPDATE_ACCOUNT_CLAIM = "
UPDATE identity_account
SET number_index = $3,
    number = $4,
    name = $5,
    version = version + 1
WHERE id = $1 AND version = $2 AND person IS NULL";
    /// Another password.
    UPDATE_ACCOUNT_PASSWORD = "
UPDATE identity_account
SET password = $3,
    version = version + 1
WHERE id = $1 AND version = $2";
    /// A code reached the telephone.
    UPDATE_PHONE_VERIFIED = "
UPDATE identity_account
SET phone_verified_ms = $2
WHERE id = $1 AND phone_verified_ms IS NULL";
    /// Something about the account happened that its row does not hold.
    UPDATE_ACCOUNT_VERSION = "
UPDATE identity_account
SET version = version + 1
WHERE id = $1 AND version = $2";
    /// A person by the number.
    SELECT_PERSON_BY_NUMBER = "
SELECT id, name, version
FROM identity_person
WHERE number_index = $1";
    /// A person by the id.
    SELECT_PERSON = "
SELECT id, name, number
FROM identity_person
WHERE id = $1";
    /// A new person. Somebody may have proved another account meanwhile: then it touches nothing.
    INSERT_PERSON = "
INSERT INTO identity_person (id, number_index, number, name, version, created_ms)
VALUES ($1, $2, $3, $4, 1, $5)
ON CONFLICT (number_index) DO NOTHING";
    /// The person's name follows the card that was seen.
    UPDATE_PERSON_NAME = "
UPDATE identity_person
SET name = $3,
    version = version + 1
WHERE id = $1 AND version = $2";
    /// A proof.
    INSERT_PROOF = "
INSERT INTO identity_proof (id, account, person, proved_by, evidence, at_ms)
VALUES ($1, $2, $3, $4, $5, $6)";
    /// When an account was proved.
    SELECT_PROOF = "
SELECT at_ms, evidence
FROM identity_proof
WHERE account = $1
ORDER BY at_ms
LIMIT 1";
}

/// The field of an account's blind index of its phone.
const PHONE_FIELD: &str = "identity_account.phone";
/// The field of an account's blind index of its number.
const NUMBER_FIELD: &str = "identity_account.number";
/// The field of a person's blind index of the number.
const PERSON_FIELD: &str = "identity_person.number";

fn place<'a>(table: &'a str, column: &'a str, row: &'a str) -> Place<'a> {
    Place { table, column, row }
}

fn opened(
    personal: &(dyn Personal + 'static),
    row: &Row,
    id: &str,
    column: &str,
) -> Result<String, Failure> {
    let sealed: Vec<u8> = row.get(column)?;
    Ok(personal.open_text(place("identity_account", column, id), &sealed)?)
}

/// Reads an account's row and opens its personal values.
fn read_account(personal: &(dyn Personal + 'static), row: &Row) -> Result<Account, Failure> {
    let id: AccountId = row.id("id")?;
    let key = id.to_string();
    Ok(Account {
        id,
        phone: opened(personal, row, &key, "phone")?,
        number: opened(personal, row, &key, "number")?,
        name: opened(personal, row, &key, "name")?,
        password: row.get("password")?,
        person: row.id_or_null("person")?,
        version: row.get("version")?,
        created: row.get("created_ms")?,
        phone_verified: row.get::<Option<i64>>("phone_verified_ms")?.is_some(),
    })
}

/// The name of an account, opened: for the principal of a request, which needs no more.
pub(crate) fn open_account_name(
    personal: &(dyn Personal + 'static),
    id: AccountId,
    sealed: &[u8],
) -> Result<String, Failure> {
    Ok(personal.open_text(place("identity_account", "name", &id.to_string()), sealed)?)
}

/// An account by its id.
pub(crate) async fn account(ctx: &Ctx, id: AccountId) -> Result<Option<Account>, Failure> {
    let row = ctx.row(SELECT_ACCOUNT, values![id]).await?;
    row.map(|row| read_account(&*ctx.services.personal, &row)).transpose()
}

/// The account of a phone in its one form.
pub(crate) async fn account_by_phone(ctx: &Ctx, phone: &str) -> Result<Option<Account>, Failure> {
    let index = ctx.services.personal.index(PHONE_FIELD, phone);
    let row = ctx.row(SELECT_ACCOUNT_BY_PHONE, values![index]).await?;
    row.map(|row| read_account(&*ctx.services.personal, &row)).transpose()
}

/// The accounts that are proved to be a person, the oldest first.
pub(crate) async fn accounts_of_person(
    ctx: &Ctx,
    person: PersonId,
) -> Result<Vec<Account>, Failure> {
    let rows = ctx.rows(SELECT_ACCOUNTS_OF_PERSON, values![person]).await?;
    rows.iter().map(|row| read_account(&*ctx.services.personal, row)).collect()
}

/// The accounts that claim a number, the oldest first, at most so many.
pub(crate) async fn accounts_by_number(
    ctx: &Ctx,
    number: &str,
    limit: i64,
) -> Result<Vec<Account>, Failure> {
    let index = ctx.services.personal.index(NUMBER_FIELD, number);
    let rows = ctx.rows(SELECT_ACCOUNTS_BY_NUMBER, values![index, limit]).await?;
    rows.iter().map(|row| read_account(&*ctx.services.personal, row)).collect()
}

/// The statement that makes an account.
pub(crate) async fn insert_account(ctx: &Ctx, account: &Account) -> Result<Statement, Failure> {
    let id = account.id.to_string();
    let personal = &*ctx.services.personal;
    let sealer = ctx.sealer(Subject::Account(account.id)).await?;
    let seal = |column, text: &str| sealer.seal_text(place("identity_account", column, &id), text);
    Ok(Statement::one(
        INSERT_ACCOUNT,
        values![
            account.id,
            personal.index(PHONE_FIELD, &account.phone),
            seal("phone", &account.phone),
            personal.index(NUMBER_FIELD, &account.number),
            seal("number", &account.number),
            seal("name", &account.name),
            account.password.as_str(),
            account.person,
            account.version,
            account.created,
        ],
    ))
}

/// The statement that puts a claim right, guarded by the version that was read.
pub(crate) async fn update_claim(ctx: &Ctx, account: &Account) -> Result<Statement, Failure> {
    let id = account.id.to_string();
    let personal = &*ctx.services.personal;
    let sealer = ctx.sealer(Subject::Account(account.id)).await?;
    let seal = |column, text: &str| sealer.seal_text(place("identity_account", column, &id), text);
    Ok(Statement::one(
        UPDATE_ACCOUNT_CLAIM,
        values![
            account.id,
            account.version,
            personal.index(NUMBER_FIELD, &account.number),
            seal("number", &account.number),
            seal("name", &account.name),
        ],
    ))
}

/// A person as the register of people holds one.
pub(crate) struct KnownPerson {
    /// The id.
    pub id: PersonId,
    /// The name on the card that was seen last.
    pub name: String,
    /// Raised by every change.
    pub version: i64,
}

/// The person of a number, if there is one yet.
pub(crate) async fn person_by_number(
    ctx: &Ctx,
    number: &str,
) -> Result<Option<KnownPerson>, Failure> {
    let personal = &*ctx.services.personal;
    let index = personal.index(PERSON_FIELD, number);
    let Some(row) = ctx.row(SELECT_PERSON_BY_NUMBER, values![index]).await? else {
        return Ok(None);
    };
    let id: PersonId = row.id("id")?;
    let sealed: Vec<u8> = row.get("name")?;
    let name = personal.open_text(place("identity_person", "name", &id.to_string()), &sealed)?;
    Ok(Some(KnownPerson { id, name, version: row.get("version")? }))
}

/// A person's name and number, opened.
pub(crate) async fn person(ctx: &Ctx, id: PersonId) -> Result<Option<(String, String)>, Failure> {
    let personal = &*ctx.services.personal;
    let Some(row) = ctx.row(SELECT_PERSON, values![id]).await? else { return Ok(None) };
    let key = id.to_string();
    let open = |column| -> Result<String, Failure> {
        let sealed: Vec<u8> = row.get(column)?;
        Ok(personal.open_text(place("identity_person", column, &key), &sealed)?)
    };
    Ok(Some((open("name")?, open("number")?)))
}

/// The statement that makes a person.
pub(crate) async fn insert_person(
    ctx: &Ctx,
    id: PersonId,
    number: &str,
    name: &str,
) -> Result<Statement, Failure> {
    let key = id.to_string();
    let sealer = ctx.sealer(Subject::Person(id)).await?;
    let seal = |column, text: &str| sealer.seal_text(place("identity_person", column, &key), text);
    Ok(Statement::one(
        INSERT_PERSON,
        values![
            id,
            ctx.services.personal.index(PERSON_FIELD, number),
            seal("number", number),
            seal("name", name),
            ctx.now
        ],
    ))
}

/// The statement that lets a person's name follow the card.
pub(crate) async fn rename_person(
    ctx: &Ctx,
    known: &KnownPerson,
    name: &str,
) -> Result<Statement, Failure> {
    let key = known.id.to_string();
    let sealer = ctx.sealer(Subject::Person(known.id)).await?;
    let sealed = sealer.seal_text(place("identity_person", "name", &key), name);
    Ok(Statement::one(UPDATE_PERSON_NAME, values![known.id, known.version, sealed]))
}

/// The statement that records a proof.
pub(crate) fn insert_proof(
    ctx: &Ctx,
    account: AccountId,
    person: PersonId,
    evidence: Evidence,
) -> Statement {
    let id = ProofId::fresh(&*ctx.services.ids);
    Statement::one(
        INSERT_PROOF,
        values![id, account, person, ctx.who.reference(), evidence, ctx.now],
    )
}
