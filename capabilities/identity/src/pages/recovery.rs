//! Getting an account back: by the telephone, or by two officers at a counter. And verifying the telephone.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::AccountId;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, SessionChange, Visit};

use super::must;
use super::parts::{Field, Head, Maker, Select, given};
use crate::actions::confirm_recovery::RecoveryCode;
use crate::actions::{
    BeginRecovery, ConfirmRecovery, Recover, SendCode, SendOwnCode, StopRecovery, VerifyPhone,
};
use crate::model::{Evidence, Purpose, RecoveryId, Secret};
use crate::queries::claims::ClaimLine;
use crate::queries::recoveries::RecoveryLine;
use crate::queries::{Claims, Recoveries};

#[derive(Template)]
#[template(path = "recover.html")]
struct RecoverPage {
    t: Speaker,
    head: Head,
    sent: bool,
    phone: Field,
    code: Field,
    factor: Option<Field>,
    password: Field,
}

/// The page of a forgotten password: what was typed as number, whether a code is on its way, whether the second factor
/// is asked for.
pub(super) fn recover_page(
    t: Speaker,
    state: &FormState,
    (phone, sent, second): (&str, bool, bool),
) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let template = RecoverPage {
        phone: make.phone("/phone", "identity-field-phone", phone).complete("username"),
        code: make
            .code("/code", "identity-recover-code", "")
            .hint(t.say("identity-recover-code-hint"))
            .complete("one-time-code"),
        factor: second.then(|| {
            let field = make.code("/factor", "identity-recover-factor", "");
            field.hint(t.say("identity-second-hint"))
        }),
        password: make
            .password("/password", "identity-field-new-password", "new-password")
            .hint(t.say1("identity-password-hint", "min", crate::rules::PASSWORD_MIN)),
        sent,
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.recover", t.say("identity-recover-title"), &template)
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    Ok(recover_page(visit.speaker(), &FormState::fresh(&visit), ("", false, false))?.into())
}

pub(super) async fn send_code(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let phone = visit.field("phone").to_owned();
    match visit.act(&SendCode { phone: phone.clone(), purpose: Purpose::Recover }).await {
        Ok(_) => {
            let state = FormState::fresh(&visit);
            Ok(recover_page(visit.speaker(), &state, (&phone, true, false))?.into())
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let page = recover_page(visit.speaker(), &state, (&phone, false, false))?;
            Ok(page.status(status).into())
        }
    }
}

pub(super) async fn recover(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let phone = visit.field("phone").to_owned();
    let action = Recover {
        phone: phone.clone(),
        code: Secret::new(visit.field("code")),
        factor: given(&visit, "factor").map(Secret::new),
        password: Secret::new(visit.field("password")),
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::Redirect {
            to: "/sign-in".to_owned(),
            session: SessionChange::End,
            notice: Some(Message::new("identity-recovered")),
        }),
        Err(failure) => {
            let status = failure.kind.status();
            let second = failure.code == "identity.factor_needed"
                || visit.form.iter().any(|(name, _)| name == "factor");
            let state = FormState::refused(&visit, failure)?;
            let page = recover_page(visit.speaker(), &state, (&phone, false, second))?;
            Ok(page.status(status).into())
        }
    }
}

#[derive(Template)]
#[template(path = "verify_phone.html")]
struct VerifyPage {
    t: Speaker,
    head: Head,
    code: Field,
}

/// The page on which the code to the own telephone is entered.
pub(super) fn verify_page(t: Speaker, state: &FormState) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let code = make.code("/code", "identity-field-code", "").numeric().complete("one-time-code");
    let template = VerifyPage {
        code: code.hint(t.say("identity-code-hint")),
        t: t.clone(),
        head: make.head(),
    };
    Page::new("identity.verify_phone", t.say("identity-phone-verify"), &template)
}

pub(super) async fn send_own_code(visit: Arc<Visit>) -> Result<Reply, Failure> {
    if !visit.who.signed_in() {
        return Err(Failure::new(Kind::Unauthenticated, "kernel.sign_in"));
    }
    match visit.act(&SendOwnCode {}).await {
        Ok(_) => Ok(verify_page(visit.speaker(), &FormState::fresh(&visit))?.into()),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(verify_page(visit.speaker(), &state)?.status(status).into())
        }
    }
}

pub(super) async fn verify(visit: Arc<Visit>) -> Result<Reply, Failure> {
    match visit.act(&VerifyPhone { code: Secret::new(visit.field("code")) }).await {
        Ok(_) => Ok(Reply::done("/me/security", "identity-phone-verified-done")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(verify_page(visit.speaker(), &state)?.status(status).into())
        }
    }
}

pub(super) async fn stop(visit: Arc<Visit>) -> Result<Reply, Failure> {
    visit.act(&StopRecovery {}).await?;
    Ok(Reply::done("/me/security", "identity-recovery-stopped"))
}

#[derive(Template)]
#[template(path = "recoveries.html")]
struct RecoveriesPage {
    t: Speaker,
    csrf: String,
    begin: Option<BeginForm>,
    waiting: Vec<WaitingView>,
}

struct BeginForm {
    head: Head,
    account: String,
    name: String,
    phone: String,
    evidence: Select,
    number: Field,
    factor: bool,
}

struct WaitingView {
    id: String,
    name: String,
    note: String,
    own: bool,
}

/// What a clerk begins: whose account, and evidence, number and factor as chosen.
pub(super) struct Beginning<'a> {
    pub line: ClaimLine,
    pub evidence: &'a str,
    pub number: &'a str,
    pub factor: bool,
}

/// The page of accounts that are given back.
pub(super) fn recoveries_page(
    t: Speaker,
    state: &FormState,
    beginning: Option<&Beginning<'_>>,
    waiting: &[RecoveryLine],
) -> Result<Page, Failure> {
    let make = Maker::new(&t, state, "");
    let begin = beginning.map(|beginning| {
        let kinds = Evidence::AT_COUNTER.iter().map(|kind| {
            (kind.as_str().to_owned(), t.say(&format!("identity-evidence-{}", kind.as_str())))
        });
        BeginForm {
            account: beginning.line.account.to_string(),
            name: beginning.line.name.clone(),
            phone: beginning.line.phone.clone(),
            evidence: make.select(
                "/evidence",
                "identity-field-evidence",
                beginning.evidence,
                kinds,
            ),
            number: make.code("/number_seen", "identity-number-seen", beginning.number),
            factor: beginning.factor,
            head: make.head(),
        }
    });
    let view = |line: &RecoveryLine| {
        let key = match line.factor {
            true => "identity-recovery-line-factor",
            false => "identity-recovery-line",
        };
        WaitingView {
            id: line.recovery.to_string(),
            name: line.name.clone(),
            note: t.say2(
                key,
                ("phone", line.phone.as_str()),
                ("at", show::instant(&t, line.begun_ms).as_str()),
            ),
            own: line.own,
        }
    };
    let template = RecoveriesPage {
        csrf: state.csrf.clone(),
        begin,
        waiting: waiting.iter().map(view).collect(),
        t: t.clone(),
    };
    Page::new("identity.recoveries", t.say("identity-recoveries-title"), &template)
}

async fn of(visit: &Visit, account: AccountId) -> Result<ClaimLine, Failure> {
    let asked = Claims { account: Some(account), ..Claims::default() };
    let mut claims = visit.ask(&asked).await?.claims;
    claims.pop().filter(|line| line.proved).ok_or_else(Failure::missing)
}

pub(super) async fn list(visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "identity.begin_recovery")?;
    let waiting = visit.ask(&Recoveries {}).await?.recoveries;
    let account = visit.asked("account").and_then(|id| id.parse().ok());
    let beginning = match account {
        Some(account) => Some(Beginning {
            line: of(&visit, account).await?,
            evidence: "",
            number: "",
            factor: false,
        }),
        None => None,
    };
    let state = FormState::fresh(&visit);
    Ok(recoveries_page(visit.speaker(), &state, beginning.as_ref(), &waiting)?.into())
}

pub(super) async fn begin(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let account: AccountId = visit.field("account").parse().map_err(|_| Failure::missing())?;
    let evidence = visit.field("evidence").parse();
    let factor = !visit.field("factor").is_empty();
    let action = BeginRecovery {
        account,
        evidence: evidence.map_err(|_| Failure::new(Kind::Malformed, "kernel.not_a_form"))?,
        number_seen: visit.field("number_seen").to_owned(),
        factor,
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done("/counter/recoveries", "identity-recovery-begun")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let waiting = visit.ask(&Recoveries {}).await?.recoveries;
            let beginning = Beginning {
                line: of(&visit, account).await?,
                evidence: visit.field("evidence"),
                number: visit.field("number_seen"),
                factor,
            };
            let page = recoveries_page(visit.speaker(), &state, Some(&beginning), &waiting)?;
            Ok(page.status(status).into())
        }
    }
}

#[derive(Template)]
#[template(path = "recovery_code.html")]
struct CodePage {
    t: Speaker,
    code: String,
    holds: String,
}

/// The page that shows the code for the owner, once.
pub(super) fn code_page(t: Speaker, given: &RecoveryCode) -> Result<Page, Failure> {
    let template = CodePage {
        code: given.code.expose().to_owned(),
        holds: t.say2(
            "identity-recovery-code-holds",
            ("from", show::instant(&t, given.opens_ms).as_str()),
            ("until", show::instant(&t, given.expires_ms).as_str()),
        ),
        t: t.clone(),
    };
    Page::new("identity.recovery_code", t.say("identity-recovery-code-title"), &template)
}

pub(super) async fn confirm(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let recovery: RecoveryId = visit.field("recovery").parse().map_err(|_| Failure::missing())?;
    let code = visit.act(&ConfirmRecovery { recovery }).await?;
    Ok(code_page(visit.speaker(), &code)?.into())
}
