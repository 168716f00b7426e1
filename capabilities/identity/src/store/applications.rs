//! Applications, consents, codes, tokens and what of a quota was used.

use minshu_kernel::access::Quota;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, ApplicationId, OrganisationId};
use minshu_kernel::records::Row;
use minshu_kernel::text::LocalText;
use minshu_kernel::{statements, values};

use crate::error::IdentityError;
use crate::model::{ApplicationState, ConsentId};

statements! {
    /// A new application.
    INSERT_APPLICATION = "
INSERT INTO identity_application
    (id, name_zh, name_en, organisation, confidential, redirects, scopes, state, secret_hash, old_hash,
     old_until_ms, minute_quota, day_quota, version, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, NULL, 0, $9, $10, 1, $11)";
    /// An application by its id.
    SELECT_APPLICATION = "
SELECT a.id, a.name_zh, a.name_en, a.organisation, o.name AS organisation_name, o.division, a.confidential,
    a.redirects, a.scopes, a.state, a.secret_hash, a.old_hash, a.old_until_ms, a.minute_quota, a.day_quota,
    a.version, a.created_ms
FROM identity_application a
JOIN identity_organisation o ON o.id = a.organisation
WHERE a.id = $1";
    /// Every application, the newest first.
    SELECT_APPLICATIONS = "
SELECT a.id, a.name_zh, a.name_en, a.organisation, o.name AS organisation_name, o.division, a.confidential,
    a.redirects, a.scopes, a.state, a.secret_hash, a.old_hash, a.old_until_ms, a.minute_quota, a.day_quota,
    a.version, a.created_ms
FROM identity_application a
JOIN identity_organisation o ON o.id = a.organisation
ORDER BY a.created_ms DESC, a.id DESC
LIMIT $1";
    /// Another state and quota.
    UPDATE_APPLICATION_STATE = "
UPDATE identity_application
SET state = $3,
    minute_quota = $4,
    day_quota = $5,
    version = version + 1
WHERE id = $1 AND version = $2";
    /// Another secret; the one before holds until an instant.
    UPDATE_APPLICATION_SECRET = "
UPDATE identity_application
SET old_hash = secret_hash,
    old_until_ms = $4,
    secret_hash = $3,
    version = version + 1
WHERE id = $1 AND version = $2";
    /// The consent of an account to an application, held or taken back.
    SELECT_CONSENT = "
SELECT id, subject, scopes, ended_ms, version
FROM identity_consent
WHERE account = $1 AND application = $2";
    /// A consent by its id.
    SELECT_CONSENT_BY_ID = "
SELECT id, account, subject, ended_ms
FROM identity_consent
WHERE id = $1";
    /// The consents that an account has given and not taken back.
    SELECT_CONSENTS = "
SELECT c.id, c.scopes, c.given_ms, c.used_ms, a.name_zh, a.name_en, o.name AS organisation_name
FROM identity_consent c
JOIN identity_application a ON a.id = c.application
JOIN identity_organisation o ON o.id = a.organisation
WHERE c.account = $1 AND c.ended_ms IS NULL
ORDER BY c.used_ms DESC, c.id
LIMIT 200";
    /// The first consent.
    INSERT_CONSENT = "
INSERT INTO identity_consent (id, application, account, subject, scopes, given_ms, used_ms, ended_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $6, NULL, 1)";
    /// A consent that is given again, or to more.
    UPDATE_CONSENT = "
UPDATE identity_consent
SET scopes = $3,
    given_ms = $4,
    used_ms = $4,
    ended_ms = NULL,
    version = version + 1
WHERE id = $1 AND version = $2";
    /// Takes a consent back.
    UPDATE_CONSENT_ENDED = "
UPDATE identity_consent
SET ended_ms = $3,
    version = version + 1
WHERE id = $1 AND account = $2 AND ended_ms IS NULL";
    /// The consent was used.
    UPDATE_CONSENT_USED = "
UPDATE identity_consent
SET used_ms = $2
WHERE id = $1";
    /// A new code.
    INSERT_CODE = "
INSERT INTO identity_code
    (id, application, consent, redirect, scopes, challenge, nonce, auth_ms, expires_ms, used_ms, methods)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10)";
    /// A code by its hash.
    SELECT_CODE = "
SELECT id, application, consent, redirect, scopes, challenge, nonce, auth_ms, expires_ms, used_ms, methods
FROM identity_code
WHERE id = $1";
    /// A code is used once.
    UPDATE_CODE_USED = "
UPDATE identity_code
SET used_ms = $2
WHERE id = $1 AND used_ms IS NULL";
    /// A new token.
    INSERT_TOKEN = "
INSERT INTO identity_token
    (id, token_hash, kind, family, application, consent, scopes, auth_ms, created_ms, expires_ms, used_ms, ended_ms,
     methods)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, NULL, $11)";
    /// A token by its hash.
    SELECT_TOKEN = "
SELECT id, kind, family, application, consent, scopes, auth_ms, created_ms, expires_ms, used_ms, ended_ms, methods
FROM identity_token
WHERE token_hash = $1";
    /// A refresh token is used once.
    UPDATE_TOKEN_USED = "
UPDATE identity_token
SET used_ms = $2
WHERE id = $1 AND used_ms IS NULL AND ended_ms IS NULL";
    /// Ends every token that came from one code.
    UPDATE_FAMILY_ENDED = "
UPDATE identity_token
SET ended_ms = $2
WHERE family = $1 AND ended_ms IS NULL";
    /// Ends every token of a consent.
    UPDATE_CONSENT_TOKENS_ENDED = "
UPDATE identity_token
SET ended_ms = $2
WHERE consent = $1 AND ended_ms IS NULL";
    /// Ends every token that acts for an account.
    UPDATE_ACCOUNT_TOKENS_ENDED = "
UPDATE identity_token
SET ended_ms = $2
WHERE consent IN (SELECT id FROM identity_consent WHERE account = $1) AND ended_ms IS NULL";
    /// What an access token lets its application do.
    SELECT_ACTING = "
SELECT t.application, t.scopes, t.consent, c.account, a.minute_quota, a.day_quota
FROM identity_token t
JOIN identity_application a ON a.id = t.application
LEFT JOIN identity_consent c ON c.id = t.consent
WHERE t.token_hash = $1
  AND t.kind = 'access'
  AND t.ended_ms IS NULL
  AND t.expires_ms > $2
  AND a.state = 'active'
  AND c.ended_ms IS NULL";
    /// When the session of a token began.
    SELECT_SESSION_BEGUN = "
SELECT COALESCE(proved_ms, created_ms) AS auth_ms, methods
FROM identity_session
WHERE token_hash = $1 AND account = $2";
    /// Takes a block of a quota, where so much is left of it.
    TAKE_USAGE = "
INSERT INTO identity_usage (id, at_ms, used)
VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET used = identity_usage.used + excluded.used
WHERE identity_usage.used + excluded.used <= $4";
    /// What of a quota was taken.
    SELECT_USAGE = "
SELECT used
FROM identity_usage
WHERE id = $1";
}

/// An application as it was registered.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub id: ApplicationId,
    pub name: LocalText,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub division: minshu_kernel::division::DivisionCode,
    pub confidential: bool,
    pub redirects: Vec<String>,
    pub scopes: Vec<String>,
    pub state: ApplicationState,
    secrets: [Option<Vec<u8>>; 2],
    pub quota: Quota,
    pub version: i64,
    pub created: Timestamp,
}

impl Application {
    /// Whether a secret is the application's own, by its hash.
    pub(crate) fn has_secret(&self, secret: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        let given = super::sessions::token_hash(secret);
        self.secrets.iter().flatten().any(|held| held.ct_eq(&given).into())
    }

    /// As access sees it.
    pub(crate) fn resource(&self) -> minshu_kernel::access::Resource {
        resource(self.id, self.organisation, self.division)
    }
}

/// An application as access sees it: its organisation's people look after it, and whoever administers the place.
pub(crate) fn resource(
    id: ApplicationId,
    organisation: OrganisationId,
    division: minshu_kernel::division::DivisionCode,
) -> minshu_kernel::access::Resource {
    minshu_kernel::access::Resource {
        division: Some(division),
        owner_organisation: Some(organisation),
        ..minshu_kernel::access::Resource::of("identity.application", id)
    }
}

/// A list that a column holds as JSON.
pub(crate) fn list(row: &Row, column: &str) -> Result<Vec<String>, Failure> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_str(&text).map_err(|_| IdentityError::Unreadable("a list"))?)
}

/// A list as a column holds it.
pub(crate) fn json(list: &[String]) -> String {
    serde_json::json!(list).to_string()
}

/// Reads an application's row; a secret before the present one counts while it still holds.
pub(crate) fn read(row: &Row, now: Timestamp) -> Result<Application, Failure> {
    let old_holds = row.get::<Timestamp>("old_until_ms")? > now;
    let old: Option<Vec<u8>> = row.get("old_hash")?;
    let state: String = row.get("state")?;
    Ok(Application {
        id: row.id("id")?,
        name: LocalText::new(row.get::<String>("name_zh")?, row.get::<String>("name_en")?),
        organisation: row.id("organisation")?,
        organisation_name: row.get("organisation_name")?,
        division: super::posts::division(row)?,
        confidential: row.get("confidential")?,
        redirects: list(row, "redirects")?,
        scopes: list(row, "scopes")?,
        state: state.parse().map_err(|_| IdentityError::Unreadable("identity_application"))?,
        secrets: [row.get("secret_hash")?, old.filter(|_| old_holds)],
        quota: Quota { minute: row.get("minute_quota")?, day: row.get("day_quota")? },
        version: row.get("version")?,
        created: row.get("created_ms")?,
    })
}

/// An application by its id.
pub(crate) async fn application(
    ctx: &Ctx,
    id: ApplicationId,
) -> Result<Option<Application>, Failure> {
    let row = ctx.row(SELECT_APPLICATION, values![id]).await?;
    row.map(|row| read(&row, ctx.now)).transpose()
}

/// What an account lets an application do, or once let it.
pub(crate) struct Consent {
    pub id: ConsentId,
    pub scopes: Vec<String>,
    pub ended: bool,
    pub version: i64,
}

/// The consent of an account to an application.
pub(crate) async fn consent(
    ctx: &Ctx,
    account: AccountId,
    application: ApplicationId,
) -> Result<Option<Consent>, Failure> {
    let Some(row) = ctx.row(SELECT_CONSENT, values![account, application]).await? else {
        return Ok(None);
    };
    Ok(Some(Consent {
        id: row.id("id")?,
        scopes: list(&row, "scopes")?,
        ended: row.get::<Option<i64>>("ended_ms")?.is_some(),
        version: row.get("version")?,
    }))
}
