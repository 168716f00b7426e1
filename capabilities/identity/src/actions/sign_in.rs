//! Somebody signs in with phone and password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::courier::{Channel, Dispatch};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{self, AccountGuessedAt, FactorChanged};
use crate::model::{Account, DeviceId, FactorChange, Purpose, Secret, SessionId};
use crate::store::challenges::{self, Held};
use crate::store::devices::{self, Devices};
use crate::store::{accounts, factors, sessions};
use crate::throttle::Gate;
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
    /// The token by which the account knows this browser or program, from the last time.
    #[serde(default)]
    pub known: Option<Secret>,
    /// Whether the account is to know this browser or program the next time.
    #[serde(default)]
    pub remember: bool,
    /// A code that was sent to the telephone for signing in. Where strangers guess at the account, it is needed from a
    /// browser that the account does not know.
    #[serde(default)]
    pub code: Option<Secret>,
}

/// The session that began, or the sign-in that waits for its second step.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SessionBegun {
    /// The session's token: 43 characters of base64url. It is told once and stored as its hash. None where a second
    /// step is needed.
    pub token: Option<Secret>,
    /// When the session, or the waiting, ends at the latest, in milliseconds since 1970 (UTC).
    pub expires_ms: Timestamp,
    /// The token with which `identity.finish_sign_in` goes on, where the account asks for a second factor.
    pub step: Option<Secret>,
    /// The token by which the account knows this browser or program from now on, where it was asked for.
    pub known: Option<Secret>,
}

impl SessionBegun {
    /// Where nothing began.
    pub(crate) fn none(now: Timestamp) -> SessionBegun {
        SessionBegun { token: None, expires_ms: now, step: None, known: None }
    }
}

impl Action for SignIn {
    const NAME: &'static str = "identity.sign_in";
    const DOC: &'static str = "Begins a session with phone and password. It lasts twelve hours, or until it is not used for two. After five wrong ones in a row from one place one must wait there, 30 seconds at first, doubling to 15 minutes. Where strangers guess at an account, it is open to the browsers that it knows, and to others with a code to its telephone. Where the account has a second factor, the sign-in then waits for it.";
    const SECRET_REPLY: bool = true;
    type Reply = SessionBegun;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SessionBegun>, Failure> {
        let id = SessionId::fresh(&*ctx.services.ids);
        ctx.authorize(&Resource::of("identity.session", id))?;
        let device = checks::device(self.device.as_deref())?;
        let phone = checks::mobile(&self.phone).map_err(|m| checks::wrong("/phone", m))?;
        let account = accounts::account_by_phone(ctx, phone.expose()).await?;
        let devices = Devices::of(ctx, self.known.as_ref()).await?;
        let known = account.as_ref().and_then(|account| devices.known_to(account.id));
        let code = self.code.as_ref().filter(|code| known.is_none() && !code.expose().is_empty());
        let gate = match (known, code) {
            (Some(device), _) => Gate::known(ctx, device).await?,
            (None, Some(_)) => Gate::codes(ctx, phone.expose()).await?,
            (None, None) => Gate::unknown(ctx, phone.expose()).await?,
        };
        gate.admit(ctx.now)?;
        let held = match code {
            Some(code) => {
                let held = challenges::held(ctx, Purpose::SignIn, phone.expose()).await?;
                let found = held.find(ctx, code).map(str::to_owned);
                Some((held, found))
            }
            None => None,
        };
        let hash = account.as_ref().map(|account| account.password.as_str());
        // Worked on in any case: how long it takes tells neither whether there is an account nor whether the code fits.
        let right = passwords::verify(&self.password, hash, ctx.services.password_cost).await?;
        let fits = held.as_ref().is_none_or(|(_, found)| found.is_some());
        let nothing = SessionBegun::none(ctx.now);
        let Some(account) = account else {
            return Ok(tried(gate.refuse(Decision::reply(nothing), ctx.now), held, ctx.now));
        };
        if !right || !fits {
            let decision = warn(ctx, &account, &gate, Decision::reply(nothing))?;
            return Ok(tried(gate.refuse(decision, ctx.now), held, ctx.now));
        }
        let methods = if held.is_some() { "pwd sms" } else { "pwd" };
        let totp = factors::confirmed_totp(ctx, account.id).await?;
        let mut decision = match totp {
            Some(_) => wait(ctx, account.id, (known, methods), None),
            None => {
                let known = (self.known.as_ref(), self.remember);
                begin(ctx, (id, &account, device.as_deref()), known, methods)
            }
        };
        decision.writes.extend(gate.forgive(ctx.now));
        if let Some((held, Some(found))) = held {
            decision.writes.extend(held.used(&found, ctx.now));
            let verified = values![account.id, ctx.now];
            decision = decision.write(Statement::any(accounts::UPDATE_PHONE_VERIFIED, verified));
        }
        Ok(decision)
    }
}

/// The session that begins: its id, whose it is, what it is called; the browser's token so far, and whether the account
/// is to know it; how it was proved.
pub(crate) fn begin(
    ctx: &Ctx,
    (id, account, device): (SessionId, &Account, Option<&str>),
    (known, remember): (Option<&Secret>, bool),
    methods: &str,
) -> Decision<SessionBegun> {
    let token = fresh_token(ctx);
    let expires_ms = ctx.now.plus_ms(rules::SESSION_MS);
    let beginning = sessions::Beginning { token: &token, account: account.id, device, methods };
    let begun = sessions::begin(id, &beginning, ctx.now);
    let fresh = remember.then(|| fresh_token(ctx));
    let remembered: Vec<Statement> =
        fresh.iter().flat_map(|fresh| devices::remember(ctx, account.id, (known, fresh))).collect();
    let reply = SessionBegun { token: Some(token), expires_ms, step: None, known: fresh };
    let mut decision = Decision::reply(reply);
    decision.writes.extend(begun);
    decision.writes.extend(remembered);
    decision
}

/// The sign-in that waits for its second step; `outside` is the provider by which it began.
pub(crate) fn wait(
    ctx: &Ctx,
    account: AccountId,
    first: (Option<DeviceId>, &str),
    outside: Option<&str>,
) -> Decision<SessionBegun> {
    let token = fresh_token(ctx);
    let waiting = factors::wait(ctx, account, &token, first, outside);
    let expires_ms = ctx.now.plus_ms(crate::factors::STEP_MS);
    let reply = SessionBegun { token: None, expires_ms, step: Some(token), known: None };
    Decision::reply(reply).write(waiting)
}

/// With what a wrong code costs, where one was given.
fn tried<R>(
    decision: Decision<R>,
    held: Option<(Held, Option<String>)>,
    now: Timestamp,
) -> Decision<R> {
    match held {
        Some((held, _)) => decision.write(held.tried(now)),
        None => decision,
    }
}

/// Tells the owner once, when guessing from elsewhere begins to be held.
fn warn<R>(
    ctx: &Ctx,
    account: &Account,
    gate: &Gate,
    decision: Decision<R>,
) -> Result<Decision<R>, Failure> {
    if !gate.crosses(ctx.now) {
        return Ok(decision);
    }
    let decision = decision
        .write(Statement::one(
            accounts::UPDATE_ACCOUNT_VERSION,
            values![account.id, account.version],
        ))
        .tell(
            &AccountGuessedAt { account: account.id },
            events::account(account.id, account.version + 1),
        )?;
    notice(ctx, account, decision, "identity-guessed-at")
}

/// With a text to the owner's telephone, where the installation sends any.
pub(crate) fn notice<R>(
    ctx: &Ctx,
    account: &Account,
    decision: Decision<R>,
    text: &'static str,
) -> Result<Decision<R>, Failure> {
    if !ctx.services.courier.offers(ctx, Channel::Sms) {
        return Ok(decision);
    }
    let dispatch = Dispatch {
        channel: Channel::Sms,
        to: account.phone.clone(),
        text,
        values: Vec::new(),
        expires: ctx.now.plus_ms(DAY_MS),
    };
    Ok(decision.dispatched(ctx.services.courier.dispatch(ctx, dispatch)?))
}

/// With everything that a change of a way of signing in brings along: the account's version, the event, a text.
pub(crate) fn changed<R>(
    ctx: &Ctx,
    account: &Account,
    decision: Decision<R>,
    (change, text): (FactorChange, &'static str),
) -> Result<Decision<R>, Failure> {
    let decision = decision
        .write(Statement::one(
            accounts::UPDATE_ACCOUNT_VERSION,
            values![account.id, account.version],
        ))
        .tell(
            &FactorChanged { account: account.id, change },
            events::account(account.id, account.version + 1),
        )?;
    notice(ctx, account, decision, text)
}

/// A session token: 32 random bytes in base64url.
pub(crate) fn fresh_token(ctx: &Ctx) -> Secret {
    let mut bytes = [0_u8; 32];
    ctx.services.entropy.fill(&mut bytes);
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}
