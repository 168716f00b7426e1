//! Somebody signs in with a passkey, and with nothing else.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sign_in::{SessionBegun, begin};
use crate::checks;
use crate::model::{Secret, SessionId};
use crate::passkey_proof::{Judged, owner};
use crate::passkeys::{Answer, Purpose};

/// Signs in with a passkey.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInWithPasskey {
    /// What the browser answered.
    pub answer: Answer,
    /// What the session is called in the list of one's own sessions.
    #[serde(default)]
    #[schemars(length(max = 60), example = &"Firefox · Windows")]
    pub device: Option<String>,
    /// The token by which the account knows this browser or program, from the last time.
    #[serde(default)]
    pub known: Option<Secret>,
    /// Whether the account is to know this browser or program the next time.
    #[serde(default)]
    pub remember: bool,
}

impl Action for SignInWithPasskey {
    const NAME: &'static str = "identity.sign_in_with_passkey";
    const DOC: &'static str = "Begins a session with a passkey (W3C Web Authentication, level 3): the key and the verification of the person at its device are two factors, so nothing more is asked. The pages of the house alone can make its ticket; each serves once, within ten minutes. A key whose counter goes backwards is refused, and its owner told.";
    const SECRET_REPLY: bool = true;
    type Reply = SessionBegun;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SessionBegun>, Failure> {
        let id = SessionId::fresh(&*ctx.services.ids);
        ctx.authorize(&Resource::of("identity.session", id))?;
        let device = checks::device(self.device.as_deref())?;
        let judged = Judged::of(ctx, &self.answer, (Purpose::SignIn, None)).await?;
        let nothing = Decision::reply(SessionBegun::none(ctx.now));
        let (passed, writes) = match judged.settle(ctx, nothing).await? {
            Ok(right) => right,
            Err(refused) => return Ok(refused),
        };
        let account = owner(ctx, &passed).await?;
        let known = (self.known.as_ref(), self.remember);
        let mut decision = begin(ctx, (id, &account, device.as_deref()), known, passed.methods);
        decision.writes.extend(writes);
        Ok(decision)
    }
}
