//! Somebody signs in with phone and password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Secret, SessionId};
use crate::store::{accounts, sessions};
use crate::{checks, passwords, rules};

/// Signs in.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The mobile number of the account.
    #[schemars(length(min = 1), example = &"13800000001")]
    pub phone: String,
    /// Its password.
    #[schemars(length(min = 1), example = &"minshu-yanshi-2026")]
    pub password: Secret,
    /// What the session is called in the list of one's own sessions, such as the kind of browser or the name of a
    /// program; 60 characters at most.
    #[serde(default)]
    #[schemars(length(max = 60), example = &"Firefox · Windows")]
    pub device: Option<String>,
}

/// The session that began.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SessionBegun {
    /// The session's token: 43 characters of base64url. It is told once and stored as its hash.
    pub token: Secret,
    /// When the session ends at the latest, in milliseconds since 1970 (UTC).
    pub expires_ms: Timestamp,
}

impl Action for SignIn {
    const NAME: &'static str = "identity.sign_in";
    const DOC: &'static str = "Begins a session with phone and password. It lasts twelve hours, or until it is not used for two. After five wrong ones in a row one must wait, 30 seconds at first, doubling to 15 minutes.";
    const SECRET_REPLY: bool = true;
    type Reply = SessionBegun;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SessionBegun>, Failure> {
        let id = SessionId::fresh(&*ctx.services.ids);
        ctx.authorize(&Resource::of("identity.session", id))?;
        let device = checks::device(self.device.as_deref())?;
        let phone = checks::mobile(&self.phone).map_err(|m| checks::wrong("/phone", m))?;
        let row = accounts::attempts(ctx, phone.expose()).await?;
        row.admit(ctx.now)?;
        let account = accounts::account_by_phone(ctx, phone.expose()).await?;
        let hash = account.as_ref().map(|account| account.password.as_str());
        let right = passwords::verify(&self.password, hash).await?;
        let Some(account) = account.filter(|_| right) else {
            let nothing = SessionBegun { token: Secret::new(""), expires_ms: ctx.now };
            return Ok(row.refuse(Decision::reply(nothing), ctx.now));
        };
        let token = fresh_token(ctx);
        let expires_ms = ctx.now.plus_ms(rules::SESSION_MS);
        let beginning =
            sessions::Beginning { token: &token, account: account.id, device: device.as_deref() };
        let begun = sessions::begin(id, &beginning, ctx.now);
        let mut decision = Decision::reply(SessionBegun { token, expires_ms });
        decision.writes.extend(begun);
        decision.writes.extend(row.forgive(ctx.now));
        Ok(decision)
    }
}

/// A session token: 32 random bytes in base64url.
pub(crate) fn fresh_token(ctx: &Ctx) -> Secret {
    let mut bytes = [0_u8; 32];
    ctx.services.entropy.fill(&mut bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}
