//! Mail addresses: what may be one, the proved one of an account, and the one that is to be proved.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::personal::{Personal, PersonalError, Place, Subject};
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};

statements! {
    /// The proved address of an account.
    SELECT_ADDRESS = "
SELECT id, mail, proved_ms, bad_ms, bad_reason, version
FROM messaging_address
WHERE id = $1";

    /// Whether anybody has an address.
    SELECT_ANY_ADDRESS = "
SELECT id
FROM messaging_address
LIMIT 1";

    /// An address was proved.
    PUT_ADDRESS = "
INSERT INTO messaging_address (id, mail, proved_ms, bad_ms, bad_reason, version)
VALUES ($1, $2, $3, NULL, '', 1)
ON CONFLICT (id) DO UPDATE
SET mail = excluded.mail,
  proved_ms = excluded.proved_ms,
  bad_ms = NULL,
  bad_reason = '',
  version = messaging_address.version + 1";

    /// An address takes nothing any more, by what its mail server says.
    MARK_ADDRESS = "
UPDATE messaging_address
SET bad_ms = $3,
  bad_reason = $4,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// An address is given up.
    DELETE_ADDRESS = "
DELETE FROM messaging_address
WHERE id = $1
  AND version = $2";

    /// The address that an account is to prove.
    SELECT_CLAIM = "
SELECT id, mail, code, wrong, sent, bad_ms, day_ms, at_ms, expires_ms, version
FROM messaging_address_claim
WHERE id = $1";

    /// An address is to be proved.
    INSERT_CLAIM = "
INSERT INTO messaging_address_claim (id, mail, code, wrong, sent, bad_ms, day_ms, at_ms, expires_ms, version)
VALUES ($1, $2, $3, 0, $4, NULL, $5, $6, $7, 1)
ON CONFLICT DO NOTHING";

    /// Another one, or another code.
    UPDATE_CLAIM = "
UPDATE messaging_address_claim
SET mail = $3,
  code = $4,
  wrong = 0,
  sent = $5,
  bad_ms = NULL,
  day_ms = $6,
  at_ms = $7,
  expires_ms = $8,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// A wrong code.
    COUNT_WRONG = "
UPDATE messaging_address_claim
SET wrong = wrong + 1,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// The code cannot be delivered.
    MARK_CLAIM = "
UPDATE messaging_address_claim
SET bad_ms = $3,
  version = version + 1
WHERE id = $1
  AND version = $2";

    /// It was proved: how many codes were sent that day stays known, the code does not hold any more.
    SPEND_CLAIM = "
UPDATE messaging_address_claim
SET expires_ms = at_ms,
  version = version + 1
WHERE id = $1
  AND version = $2";
}

/// The longest address, in characters (RFC 5321, 4.5.3.1.3).
const MAIL_MAX: usize = 254;
/// The longest part before the at sign (RFC 5321, 4.5.3.1.1).
const LOCAL_MAX: usize = 64;
/// How long a code holds: ten minutes.
pub const CODE_MS: i64 = 10 * 60_000;
/// Between two codes.
pub const CODE_REST_MS: i64 = 60_000;
/// Codes for an account in a day.
pub const CODES_A_DAY: i64 = 6;
/// Wrong codes after which another one must be asked for.
pub const WRONG_MOST: i64 = 5;

/// A mail address as it is kept: trimmed, its domain in lower case. Only what every mail server takes: no comments,
/// quotes or address literals.
pub fn normal(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase();
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    let local_fits = (1..=LOCAL_MAX).contains(&local.len()) && local.chars().all(atom) && dots;
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    let domain_fits = domain.contains('.')
        && domain.split('.').all(label)
        && last.chars().any(|c| c.is_ascii_alphabetic());
    let whole = format!("{local}@{domain}");
    (local_fits && domain_fits && whole.len() <= MAIL_MAX).then_some(whole)
}

/// An address as pages show it: its first character and its domain.
pub fn masked(mail: &str) -> String {
    let (local, domain) = mail.rsplit_once('@').unwrap_or((mail, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}***@{domain}")
}

/// The proved address of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mailbox {
    pub(crate) mail: String,
    pub(crate) proved: Timestamp,
    pub(crate) bad: Option<Timestamp>,
    pub(crate) reason: String,
    pub(crate) version: i64,
}

/// An address that is to be proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) mail: String,
    pub(crate) code: Vec<u8>,
    pub(crate) wrong: i64,
    pub(crate) sent: i64,
    pub(crate) bad: Option<Timestamp>,
    pub(crate) day: Timestamp,
    pub(crate) at: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) version: i64,
}

impl Claim {
    /// Whether its code may still be given.
    pub(crate) fn open(&self, now: Timestamp) -> bool {
        now < self.expires && self.wrong < WRONG_MOST
    }

    /// Codes that were sent on this day already.
    pub(crate) fn sent_on(&self, day: Timestamp) -> i64 {
        if self.day == day { self.sent } else { 0 }
    }
}

fn place<'a>(table: &'static str, row: &'a str) -> Place<'a> {
    Place { table, column: "mail", row }
}

/// The code as it rests.
pub(crate) fn code_hash(ctx: &Ctx, account: AccountId, code: &str) -> Vec<u8> {
    ctx.services.personal.index("messaging_address_claim.code", &format!("{account}:{code}"))
}

/// A sealed address; none where its owner's data were erased.
fn open(ctx: &Ctx, row: &Row, table: &'static str) -> Result<Option<String>, Failure> {
    let (id, sealed): (String, Vec<u8>) = (row.get("id")?, row.get("mail")?);
    let personal: &dyn Personal = &*ctx.services.personal;
    match personal.open_text(place(table, &id), &sealed) {
        Ok(mail) => Ok(Some(mail)),
        Err(PersonalError::Erased) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The proved address of an account.
pub(crate) async fn of(ctx: &Ctx, account: AccountId) -> Result<Option<Mailbox>, Failure> {
    let Some(row) = ctx.row(SELECT_ADDRESS, values![account]).await? else { return Ok(None) };
    let Some(mail) = open(ctx, &row, "messaging_address")? else { return Ok(None) };
    Ok(Some(Mailbox {
        mail,
        proved: row.get("proved_ms")?,
        bad: row.get("bad_ms")?,
        reason: row.get("bad_reason")?,
        version: row.get("version")?,
    }))
}

/// Whether anybody at all has an address.
pub(crate) async fn anybody(ctx: &Ctx) -> Result<bool, Failure> {
    Ok(ctx.row(SELECT_ANY_ADDRESS, values![]).await?.is_some())
}

/// The address that an account is to prove, or proved last.
pub(crate) async fn claim(ctx: &Ctx, account: AccountId) -> Result<Option<Claim>, Failure> {
    let Some(row) = ctx.row(SELECT_CLAIM, values![account]).await? else { return Ok(None) };
    let Some(mail) = open(ctx, &row, "messaging_address_claim")? else { return Ok(None) };
    Ok(Some(Claim {
        mail,
        code: row.get("code")?,
        wrong: row.get("wrong")?,
        sent: row.get("sent")?,
        bad: row.get("bad_ms")?,
        day: row.get("day_ms")?,
        at: row.get("at_ms")?,
        expires: row.get("expires_ms")?,
        version: row.get("version")?,
    }))
}

/// The statement that keeps a proved address.
pub(crate) async fn put(ctx: &Ctx, account: AccountId, mail: &str) -> Result<Statement, Failure> {
    let id = account.to_string();
    let sealer = ctx.sealer(Subject::Account(account)).await?;
    let sealed = sealer.seal_text(place("messaging_address", &id), mail);
    Ok(Statement::one(PUT_ADDRESS, values![id, sealed, ctx.now]))
}

/// The statement that keeps an address to be proved, after the one before.
pub(crate) async fn put_claim(
    ctx: &Ctx,
    account: AccountId,
    (mail, code): (&str, &str),
    before: Option<&Claim>,
) -> Result<Statement, Failure> {
    let id = account.to_string();
    let sealer = ctx.sealer(Subject::Account(account)).await?;
    let sealed = sealer.seal_text(place("messaging_address_claim", &id), mail);
    let code = code_hash(ctx, account, code);
    let today = Timestamp::start_of(ctx.now.date());
    let sent = before.map_or(0, |claim| claim.sent_on(today)) + 1;
    let expires = ctx.now.plus_ms(CODE_MS);
    Ok(match before {
        None => {
            Statement::one(INSERT_CLAIM, values![id, sealed, code, sent, today, ctx.now, expires])
        }
        Some(before) => Statement::one(
            UPDATE_CLAIM,
            values![id, before.version, sealed, code, sent, today, ctx.now, expires],
        ),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_a_mail_address_and_what_is_none() {
        for (typed, kept) in [
            (" Lin.Xiaoyan@Example.COM ", "Lin.Xiaoyan@example.com"),
            ("a+b@mail.fj.gov.cn", "a+b@mail.fj.gov.cn"),
        ] {
            assert_eq!(normal(typed).as_deref(), Some(kept));
        }
        for wrong in [
            "",
            "@",
            "a@",
            "@b.cn",
            "a@b",
            "a b@c.cn",
            "a@b..cn",
            "a@-b.cn",
            "a@b.1",
            ".a@b.cn",
            "a..b@c.cn",
            "a@b.cn\r\nBcc: c@d.cn",
            "\"a\"@b.cn",
            "a@[127.0.0.1]",
            "林@例.中国",
            "<a@b.cn>",
            "a@b.cn,c@d.cn",
        ] {
            assert_eq!(normal(wrong), None, "{wrong}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        assert_eq!(normal(&long), None);
        assert_eq!(masked("lin@example.com"), "l***@example.com");
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_none(text in any::<String>()) {
            if let Some(mail) = normal(&text) {
                prop_assert!(mail.len() <= MAIL_MAX && !mail.chars().any(|c| c.is_control() || c.is_whitespace()));
                prop_assert_eq!(normal(&mail), Some(mail.clone()));
                prop_assert_eq!(mail.matches('@').count(), 1);
            }
        }
    }
}
