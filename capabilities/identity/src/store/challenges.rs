//! Codes on their way to telephones. A code is kept as a keyed hash and bound to what it is for and to its number.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::{statements, values};
use subtle::ConstantTimeEq as _;

use crate::model::{ChallengeId, Purpose, Secret};

statements! {
    /// Codes of a number that hold, the newest first.
    SELECT_CHALLENGES = "
SELECT id, code_hash, created_ms
FROM identity_challenge
WHERE phone_index = $1 AND purpose = $2 AND expires_ms > $3 AND used_ms IS NULL AND tries < $4
ORDER BY created_ms DESC, id DESC
LIMIT 5";
    /// A code that is sent.
    INSERT_CHALLENGE = "
INSERT INTO identity_challenge
    (id, purpose, phone_index, code_hash, tries, created_ms, expires_ms, used_ms)
VALUES ($1, $2, $3, $4, 0, $5, $6, NULL)";
    /// A wrong code counts against every one that holds.
    UPDATE_CHALLENGES_TRIED = "
UPDATE identity_challenge
SET tries = tries + 1
WHERE phone_index = $1 AND purpose = $2 AND expires_ms > $3 AND used_ms IS NULL";
    /// A code was used; the others of the number for the same purpose are of no use any more.
    UPDATE_CHALLENGES_USED = "
UPDATE identity_challenge
SET used_ms = $4
WHERE phone_index = $1 AND purpose = $2 AND expires_ms > $3 AND used_ms IS NULL";
    /// The code that was used, once.
    UPDATE_CHALLENGE_USED = "
UPDATE identity_challenge
SET used_ms = $2
WHERE id = $1 AND used_ms IS NULL";
}

/// The field of the blind index of a number.
const FIELD: &str = "identity_challenge.phone";
/// How long a code holds.
pub(crate) const HOLDS_MS: i64 = 10 * 60_000;
/// After a code, another is not sent for so long: who presses twice gets one.
pub(crate) const GAP_MS: i64 = 60_000;
/// Wrong codes, from everywhere, after which a code is dead: two in ten thousand guess it.
const TRIES: i64 = 200;
/// The longest code that is looked at.
const CODE_MAX: usize = 20;

fn hash(ctx: &Ctx, id: &str, purpose: Purpose, code: &str) -> String {
    let whole = format!("{id}\n{}\n{code}", purpose.as_str());
    ctx.services.personal.keyed_hash("identity-code", whole.as_bytes())
}

/// A fresh code: six digits, each as likely as another.
pub(crate) fn fresh_code(ctx: &Ctx) -> Secret {
    // What is over the last whole multiple of a million would favour small codes: it is drawn again.
    const WHOLE: u32 = u32::MAX / 1_000_000 * 1_000_000;
    loop {
        let mut bytes = [0_u8; 4];
        ctx.services.entropy.fill(&mut bytes);
        let drawn = u32::from_be_bytes(bytes);
        if drawn < WHOLE {
            return Secret::new(format!("{:06}", drawn % 1_000_000));
        }
    }
}

/// The statement that keeps a code until it ends.
pub(crate) fn insert(ctx: &Ctx, purpose: Purpose, phone: &str, code: &Secret) -> Statement {
    let id = ChallengeId::fresh(&*ctx.services.ids);
    let index = ctx.services.personal.index(FIELD, phone);
    let hash = hash(ctx, &id.to_string(), purpose, code.expose());
    let ends = ctx.now.plus_ms(HOLDS_MS);
    Statement::one(INSERT_CHALLENGE, values![id, purpose, index, hash, ctx.now, ends])
}

/// The codes of a number that hold.
pub(crate) struct Held {
    index: Vec<u8>,
    purpose: Purpose,
    codes: Vec<(String, String)>,
    /// When the newest was sent.
    pub newest: Option<Timestamp>,
}

/// Reads the codes of a number.
pub(crate) async fn held(ctx: &Ctx, purpose: Purpose, phone: &str) -> Result<Held, Failure> {
    let index = ctx.services.personal.index(FIELD, phone);
    let asked = values![index.clone(), purpose, ctx.now, TRIES];
    let rows = ctx.rows(SELECT_CHALLENGES, asked).await?;
    let newest = rows.first().map(|row| row.get("created_ms")).transpose()?;
    let codes = rows.iter().map(|row| Ok((row.get("id")?, row.get("code_hash")?)));
    Ok(Held { index, purpose, codes: codes.collect::<Result<_, Failure>>()?, newest })
}

impl Held {
    /// The id of the code that somebody gives. Every one is compared, whichever fits.
    pub(crate) fn find(&self, ctx: &Ctx, given: &Secret) -> Option<&str> {
        let digits: String =
            given.expose().chars().take(CODE_MAX).filter(|c| !c.is_whitespace()).collect();
        let mut found = None;
        for (id, kept) in &self.codes {
            let fits = hash(ctx, id, self.purpose, &digits);
            if fits.as_bytes().ct_eq(kept.as_bytes()).into() {
                found = Some(id.as_str());
            }
        }
        found
    }

    /// The statement after a wrong code.
    pub(crate) fn tried(&self, now: Timestamp) -> Statement {
        Statement::any(UPDATE_CHALLENGES_TRIED, values![self.index.clone(), self.purpose, now])
    }

    /// The statements that use a code up, with all others of the number for the same purpose.
    pub(crate) fn used(&self, id: &str, now: Timestamp) -> [Statement; 2] {
        [
            Statement::one(UPDATE_CHALLENGE_USED, values![id, now]),
            Statement::any(
                UPDATE_CHALLENGES_USED,
                values![self.index.clone(), self.purpose, now, now],
            ),
        ]
    }
}
