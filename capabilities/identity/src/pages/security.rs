//! How one signs in: the second factor, spare codes, and proving oneself once more before any of it changes.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Page, Reply, Visit, percent};

use super::parts::{Field, Head, Maker, given};
use super::passkeys::{Asking, PasskeyForm, Row, answer, asking, rows};
use crate::actions::confirm_totp::SpareCodes;
use crate::actions::{BeginTotp, ConfirmTotp, Reauthenticate, RemoveTotp, RenewSpareCodes};
use crate::factors::qr;
use crate::model::Secret;
use crate::passkeys::{MOST, Purpose};
use crate::queries::my_factors::Factors;
use crate::queries::my_passkeys::PasskeyList;
use crate::queries::{MyFactors, MyPasskeys};
use crate::rules::local_path;

/// The page itself.
const HERE: &str = "/me/security";

#[derive(Template)]
#[template(path = "security.html")]
struct SecurityPage {
    t: Speaker,
    head: Head,
    csrf: String,
    key: String,
    on: bool,
    since: String,
    spare: String,
    few: bool,
    phone: String,
    verified: bool,
    /// When a counter began to give the account back; empty where it did not.
    recovery: String,
    keys: Vec<Row>,
    /// Whether one more passkey may be added.
    more: bool,
}

/// The page of one's ways of signing in.
pub(super) fn security_page(
    t: Speaker,
    state: &FormState,
    (factors, keys): (&Factors, &PasskeyList),
) -> Result<Page, Failure> {
    let template = SecurityPage {
        keys: rows(&t, keys),
        more: keys.passkeys.len() < MOST,
        head: Maker::new(&t, state, "").head(),
        csrf: state.csrf.clone(),
        key: state.key.clone(),
        on: factors.totp_ms.is_some(),
        since: factors
            .totp_ms
            .map(|at| t.say1("identity-totp-since", "at", show::instant(&t, at)))
            .unwrap_or_default(),
        spare: t.say1("identity-spare-left", "count", i64::from(factors.spare_left)),
        few: factors.spare_left < 3,
        phone: factors.phone.clone(),
        verified: factors.phone_verified,
        recovery: factors
            .recovery_begun_ms
            .map(|at| t.say1("identity-recovery-running", "at", show::instant(&t, at)))
            .unwrap_or_default(),
        t: t.clone(),
    };
    Page::new("identity.security", t.say("identity-security-title"), &template)
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let factors = visit.ask(&MyFactors {}).await?;
    let keys = visit.ask(&MyPasskeys {}).await?;
    let state = FormState::fresh(&visit);
    Ok(security_page(visit.speaker(), &state, (&factors, &keys))?.into())
}

/// Where somebody proves himself first, and then comes back.
fn again(to: &str) -> Reply {
    Reply::redirect(format!("/me/again?to={}", percent(to)))
}

#[derive(Template)]
#[template(path = "totp.html")]
struct TotpPage {
    t: Speaker,
    head: Head,
    side: usize,
    path: String,
    secret: String,
    url: String,
    code: Field,
}

/// What the authenticator must know; kept in the page, so that a mistyped code does not begin it anew.
pub(super) struct Begun<'a> {
    pub secret: &'a str,
    pub url: &'a str,
}

/// The page of setting an authenticator up.
pub(super) fn totp_page(t: Speaker, state: &FormState, begun: &Begun<'_>) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let (side, path) = qr(begun.url)?;
    let groups: Vec<String> = begun
        .secret
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    let code = make.code("/code", "identity-field-totp", "").numeric().complete("one-time-code");
    let template = TotpPage {
        code: code.hint(t.say("identity-totp-hint")),
        side,
        path,
        secret: groups.join(" "),
        url: begun.url.to_owned(),
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.totp", t.say("identity-totp-title"), &template)
}

pub(super) async fn begin_totp(visit: Arc<Visit>) -> Result<Reply, Failure> {
    match visit.act(&BeginTotp {}).await {
        Ok(begun) => {
            let state = FormState::fresh(&visit);
            let begun = Begun { secret: begun.secret.expose(), url: begun.url.expose() };
            Ok(totp_page(visit.speaker(), &state, &begun)?.into())
        }
        Err(failure) if failure.code == "identity.prove_again" => Ok(again(HERE)),
        Err(failure) => refused(&visit, failure).await,
    }
}

pub(super) async fn confirm_totp(visit: Arc<Visit>) -> Result<Reply, Failure> {
    match visit.act(&ConfirmTotp { code: Secret::new(visit.field("code")) }).await {
        Ok(codes) => Ok(codes_page(visit.speaker(), &codes)?.into()),
        Err(failure) if failure.code == "identity.prove_again" => Ok(again(HERE)),
        Err(failure) => {
            // What the page says of itself is shown to its sender alone and used for nothing else.
            let (url, secret) = (visit.field("url"), visit.field("secret"));
            if !url.starts_with("otpauth://totp/") || url.len() > 500 || secret.len() > 100 {
                return Err(failure);
            }
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let secret = secret.replace(' ', "");
            let begun = Begun { secret: &secret, url };
            Ok(totp_page(visit.speaker(), &state, &begun)?.status(status).into())
        }
    }
}

#[derive(Template)]
#[template(path = "spare_codes.html")]
struct CodesPage {
    t: Speaker,
    codes: Vec<String>,
}

/// The page that shows spare codes, once.
pub(super) fn codes_page(t: Speaker, codes: &SpareCodes) -> Result<Page, Failure> {
    let template = CodesPage {
        codes: codes.codes.iter().map(|code| code.expose().to_owned()).collect(),
        t: t.clone(),
    };
    Page::new("identity.spare_codes", t.say("identity-spare-title"), &template)
}

pub(super) async fn renew(visit: Arc<Visit>) -> Result<Reply, Failure> {
    match visit.act(&RenewSpareCodes {}).await {
        Ok(codes) => Ok(codes_page(visit.speaker(), &codes)?.into()),
        Err(failure) if failure.code == "identity.prove_again" => Ok(again(HERE)),
        Err(failure) => refused(&visit, failure).await,
    }
}

pub(super) async fn remove(visit: Arc<Visit>) -> Result<Reply, Failure> {
    match visit.act(&RemoveTotp {}).await {
        Ok(_) => Ok(Reply::done(HERE, "identity-totp-removed")),
        Err(failure) if failure.code == "identity.prove_again" => Ok(again(HERE)),
        Err(failure) => refused(&visit, failure).await,
    }
}

/// The page with what was wrong.
async fn refused(visit: &Visit, failure: Failure) -> Result<Reply, Failure> {
    let status = failure.kind.status();
    let state = FormState::refused(visit, failure)?;
    let factors = visit.ask(&MyFactors {}).await?;
    let keys = visit.ask(&MyPasskeys {}).await?;
    Ok(security_page(visit.speaker(), &state, (&factors, &keys))?.status(status).into())
}

#[derive(Template)]
#[template(path = "again.html")]
struct AgainPage {
    t: Speaker,
    head: Head,
    to: String,
    proof: Vec<Field>,
    passkey: Option<PasskeyForm>,
}

/// The page of proving oneself once more; `second` where the account asks for a second step.
pub(super) fn again_page(
    t: Speaker,
    state: &FormState,
    (to, second): (&str, bool),
    passkey: Option<&Asking>,
) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let to = local_path(to);
    let template = AgainPage {
        passkey: passkey.map(|asking| PasskeyForm::of(&t, state, ("/me/again", to), asking)),
        to: to.to_owned(),
        proof: make.proof("", second),
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.again", t.say("identity-again-title"), &template)
}

/// What the page asks a passkey of whoever is signed in, where there is one.
async fn own_passkey(visit: &Visit) -> Result<Option<Asking>, Failure> {
    let Some(account) = visit.who.account() else { return Ok(None) };
    match visit.ask(&MyPasskeys {}).await?.passkeys.is_empty() {
        true => Ok(None),
        false => asking(visit, Purpose::Again(account)),
    }
}

pub(super) async fn show_again(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let second = visit.ask(&MyFactors {}).await?.totp_ms.is_some();
    let typed = (visit.asked("to").unwrap_or(HERE), second);
    let passkey = own_passkey(&visit).await?;
    let state = FormState::fresh(&visit);
    Ok(again_page(visit.speaker(), &state, typed, passkey.as_ref())?.into())
}

pub(super) async fn prove_again(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let action = Reauthenticate {
        password: Some(Secret::new(visit.field("password"))),
        code: given(&visit, "code").map(Secret::new),
        passkey: answer(&visit),
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::redirect(local_path(visit.field("to")))),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let second = visit.ask(&MyFactors {}).await?.totp_ms.is_some();
            let typed = (visit.field("to"), second);
            let passkey = own_passkey(&visit).await?;
            let page = again_page(visit.speaker(), &state, typed, passkey.as_ref())?;
            Ok(page.status(status).into())
        }
    }
}
