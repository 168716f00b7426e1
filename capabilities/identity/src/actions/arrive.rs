//! Somebody comes back from a provider outside the house: signed in, linked, or unknown here.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::outside::Asserted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::sign_in::{fresh_token, wait};
use crate::checks;
use crate::error::IdentityError;
use crate::model::{Secret, SessionId};
use crate::store::{factors, outside, sessions};
use crate::travel::{Travel, proof};

/// Comes back from a provider. The pages of the house alone can make it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrive {
    /// The state that came back.
    #[schemars(length(min = 1, max = 2000), example = &"c2VhbGVk")]
    pub state: Secret,
    /// Who it is at the provider.
    #[schemars(length(min = 1, max = 200), example = &"248289761001")]
    pub subject: Secret,
    /// Shows that the provider's token was checked for exactly this.
    #[schemars(length(min = 1, max = 128), example = &"5f3a")]
    pub proof: Secret,
    /// What the session is called in the list of one's own.
    #[serde(default)]
    #[schemars(length(max = 60))]
    pub device: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Arrived {
    /// The token of the session that began; none where the account was linked or nobody is known.
    pub token: Option<Secret>,
    /// The token with which `identity.finish_sign_in` goes on, where the account asks for a second factor.
    #[serde(default)]
    pub step: Option<Secret>,
    /// Whether an account is linked to it now.
    pub linked: bool,
}

impl Action for Arrive {
    const NAME: &'static str = "identity.arrive";
    const DOC: &'static str = "Ends a sign-in by a provider outside the house: begins a session of the linked account, which waits for its second step where there is one, or links the account that is signed in. The pages of the house alone can make its input; each serves once.";
    const SECRET_REPLY: bool = true;
    type Reply = Arrived;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Arrived>, Failure> {
        let id = SessionId::fresh(&*ctx.services.ids);
        ctx.authorize(&Resource::of("identity.session", id))?;
        let device = checks::device(self.device.as_deref())?;
        let (state, subject) = (self.state.expose(), self.subject.expose());
        let personal = &*ctx.services.personal;
        let asserted = Asserted { subject: subject.to_owned(), ..Asserted::default() };
        let wanted = proof(personal, state, &asserted);
        let proved = bool::from(wanted.as_bytes().ct_eq(self.proof.expose().as_bytes()));
        let travel =
            Travel::open(personal, state).filter(|travel| proved && ctx.now < travel.until);
        let travel = travel.ok_or(IdentityError::OutsideOver)?;
        if outside::is_spent(ctx, state).await? {
            return Err(IdentityError::OutsideOver.into());
        }
        let found = outside::link(ctx, &travel.provider, subject).await?;
        let spent = outside::spend(state, ctx.now);
        let answer = |token, linked| Decision::reply(Arrived { token, step: None, linked });
        match (travel.link, found) {
            (None, None) => Ok(answer(None, false).write(spent)),
            (None, Some(link)) => {
                let used = outside::used(&link, ctx.now);
                // A provider's word is one factor: an account with a second one is asked for it here as well.
                if factors::confirmed_totp(ctx, link.account).await?.is_some() {
                    let provider = Some(link.provider.as_str());
                    let waits = wait(ctx, link.account, (None, "fed"), provider);
                    let step = waits.reply.and_then(|begun| begun.step);
                    let mut decision = Decision::reply(Arrived { token: None, step, linked: true })
                        .write(spent)
                        .write(used);
                    decision.writes.extend(waits.writes);
                    return Ok(decision);
                }
                let token = fresh_token(ctx);
                let beginning = sessions::Beginning {
                    token: &token,
                    account: link.account,
                    device: device.as_deref(),
                    methods: "fed",
                };
                let begun = sessions::begin(id, &beginning, ctx.now);
                let mut decision = answer(Some(token.clone()), true).write(spent);
                decision.writes.extend(begun);
                Ok(decision.write(outside::began(id, &link.provider)).write(used))
            }
            // An account is linked from inside a session of its own, and from nowhere else.
            (Some(account), _) if ctx.who.account() != Some(account) => {
                Err(Failure::new(Kind::Unauthenticated, "kernel.sign_in"))
            }
            (Some(account), Some(link)) if link.account == account => {
                Ok(answer(None, true).write(spent))
            }
            (Some(_), Some(_)) => Err(IdentityError::OutsideTaken.into()),
            (Some(account), None) => {
                let held = outside::links(ctx, account).await?;
                if held.iter().any(|link| link.provider == travel.provider) {
                    return Err(IdentityError::OutsideTaken.into());
                }
                let linked = outside::insert(ctx, account, &travel.provider, subject).await?;
                Ok(answer(None, true).write(spent).write(linked))
            }
        }
    }
}
