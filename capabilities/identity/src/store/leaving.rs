//! What is left of somebody who leaves: rows that others point at, without anything by which they are found.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::statements;

statements! {
    /// An account that nobody finds or enters any more.
    ERASE_ACCOUNT = "
UPDATE identity_account
SET phone_index = $3,
    number_index = $4,
    password = '',
    version = version + 1
WHERE id = $1 AND version = $2";
    /// A person that nobody finds any more.
    ERASE_PERSON = "
UPDATE identity_person
SET number_index = $2,
    version = version + 1
WHERE id = $1";
    /// Ends the sessions of an account.
    END_SESSIONS = "
UPDATE identity_session
SET ended_ms = $2
WHERE account = $1 AND ended_ms IS NULL";
    /// Ends what applications hold of an account.
    END_TOKENS = "
UPDATE identity_token
SET ended_ms = $2
WHERE ended_ms IS NULL
  AND consent IN (
    SELECT id
    FROM identity_consent
    WHERE account = $1
)";
    /// The authenticator of an account.
    FORGET_TOTP = "
DELETE FROM identity_totp
WHERE account = $1";
    /// The accounts elsewhere that sign in to an account.
    FORGET_OUTSIDE = "
DELETE FROM identity_outside
WHERE account = $1";
    /// Nobody gives an account back that is gone.
    END_RECOVERIES = "
UPDATE identity_recovery
SET ended_ms = $2,
    version = version + 1
WHERE account = $1 AND ended_ms IS NULL";
    /// Ends the consents of an account.
    END_CONSENTS = "
UPDATE identity_consent
SET ended_ms = $2,
    version = version + 1
WHERE account = $1 AND ended_ms IS NULL";
    /// Ends the mandates of a person.
    END_MANDATES = "
UPDATE identity_mandate
SET ended_ms = $2,
    version = version + 1
WHERE person = $1 AND ended_ms IS NULL";
    /// A post that an account holds now or later.
    HELD_POST = "
SELECT id
FROM identity_appointment
WHERE account = $1 AND ended_ms IS NULL AND (until_ms IS NULL OR until_ms > $2)
LIMIT 1";
}

/// An index by which nobody is found: random, as long as others.
pub(crate) fn nobodys(ctx: &Ctx) -> Vec<u8> {
    let mut index = vec![0; 32];
    ctx.services.entropy.fill(&mut index);
    index
}
