//! The counter: a clerk finds who claims a person, proves the claim by the card on the desk, and records who
//! may act for a company. What is searched for is sent as a form's body, never in an address: addresses
//! are kept in logs and histories.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::division::Divisions;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::AccountId;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Markup, Page, Reply, Visit};

use super::parts::{Field, Head, Maker, Select, given, picked, picks};
use super::{MandateView, must};
use crate::actions::{EndMandate, Prove, RecordMandate};
use crate::model::{Evidence, MandateId};
use crate::queries::Claims;
use crate::queries::claims::ClaimLine;

#[derive(Template)]
#[template(path = "counter.html")]
struct CounterPage {
    t: Speaker,
    csrf: String,
    search: SearchForm,
    claims: Option<Vec<ClaimView>>,
    mandate: MandateForm,
}

struct SearchForm {
    head: Head,
    phone: Field,
    number: Field,
}

struct ClaimView {
    account: String,
    name: String,
    number: String,
    phone: String,
    created: String,
    proved_at: String,
    /// The form that proves it, where it is not proved.
    prove: Option<ProveForm>,
    mandates: Vec<MandateView>,
}

struct ProveForm {
    head: Head,
    evidence: Select,
    number: Field,
    name: Field,
}

struct MandateForm {
    head: Head,
    phone: Field,
    uscc: Field,
    company: Field,
    division: Markup,
    until: Field,
    evidence: Field,
}

/// Everything that the page shows: three forms, each with what was typed and what is wrong.
pub(super) struct Counter<'a> {
    /// The search and what was typed.
    pub search: (FormState, [&'a str; 2]),
    /// What was found; nothing before a search.
    pub claims: Option<Vec<ClaimLine>>,
    /// The proof that was refused: whose, and evidence, number and name as typed.
    pub prove: Option<(AccountId, FormState, [&'a str; 3])>,
    /// The form of a proof that was not sent yet.
    pub fresh: FormState,
    /// The mandate: phone, code, company, division, end, evidence.
    pub mandate: (FormState, [&'a str; 6]),
}

/// The page of the counter.
pub(super) fn counter_page(
    t: Speaker,
    divisions: &Divisions,
    counter: &Counter<'_>,
) -> Result<Page, Failure> {
    let (state, [phone, number]) = &counter.search;
    let make = Maker::new(&t, state, "");
    let search = SearchForm {
        phone: make.phone("/phone", "identity-field-phone", phone).optional(&t),
        number: make.code("/number", "identity-field-number", number).optional(&t),
        head: make.head(),
    };
    let claims = counter.claims.as_ref().map(|claims| {
        claims.iter().enumerate().map(|(at, line)| claim_view(&t, counter, at, line)).collect()
    });
    let template = CounterPage {
        csrf: state.csrf.clone(),
        search,
        claims,
        mandate: mandate_form(&t, divisions, &counter.mandate.0, &counter.mandate.1),
        t: t.clone(),
    };
    Page::new("identity.counter", t.say("identity-counter-title"), &template)
}

fn claim_view(t: &Speaker, counter: &Counter<'_>, at: usize, line: &ClaimLine) -> ClaimView {
    let refused = counter.prove.as_ref().filter(|(account, ..)| *account == line.account);
    let (state, typed) =
        refused.map_or((&counter.fresh, ["", "", ""]), |(_, state, typed)| (state, *typed));
    let prefix = format!("prove-{}-", at + 1);
    let make = Maker::new(t, state, &prefix);
    let evidence = Evidence::AT_COUNTER.iter().map(|kind| {
        (kind.as_str().to_owned(), t.say(&format!("identity-evidence-{}", kind.as_str())))
    });
    let prove = ProveForm {
        evidence: make.select("/evidence", "identity-field-evidence", typed[0], evidence),
        number: make.code("/number_seen", "identity-number-seen", typed[1]),
        name: make.text("/name_seen", "identity-name-seen", typed[2]),
        head: make.head(),
    };
    ClaimView {
        account: line.account.to_string(),
        name: line.name.clone(),
        number: line.number.clone(),
        phone: line.phone.clone(),
        created: show::instant(t, line.created_ms),
        proved_at: line.proved_ms.map(|at| show::instant(t, at)).unwrap_or_default(),
        prove: (!line.proved).then_some(prove),
        mandates: line.mandates.iter().map(|held| MandateView::of(t, held)).collect(),
    }
}

fn mandate_form(
    t: &Speaker,
    divisions: &Divisions,
    state: &FormState,
    typed: &[&str; 6],
) -> MandateForm {
    let [phone, uscc, company, division, until, evidence] = typed;
    let make = Maker::new(t, state, "mandate-");
    MandateForm {
        phone: make
            .phone("/phone", "identity-mandate-phone", phone)
            .hint(t.say("identity-mandate-phone-hint")),
        uscc: make.code("/uscc", "identity-uscc", uscc),
        company: make
            .text("/company", "identity-company", company)
            .hint(t.say("identity-company-hint"))
            .optional(t),
        division: make.division(
            divisions,
            "/division",
            "identity-company-division",
            Some("identity-company-division-hint"),
            division,
        ),
        until: make
            .date("/until", "identity-until", until)
            .hint(t.say("identity-until-hint"))
            .optional(t),
        evidence: make
            .text("/evidence", "identity-mandate-evidence", evidence)
            .hint(t.say("identity-mandate-evidence-hint")),
        head: make.head(),
    }
}

fn plain(visit: &Visit) -> Counter<'_> {
    Counter {
        search: (FormState::fresh(visit), [""; 2]),
        claims: None,
        prove: None,
        fresh: FormState::fresh(visit),
        mandate: (FormState::fresh(visit), [""; 6]),
    }
}

fn page(visit: &Visit, counter: &Counter<'_>) -> Result<Page, Failure> {
    counter_page(visit.speaker(), &visit.services.divisions, counter)
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "identity.claims")?;
    let mut counter = plain(&visit);
    // After a proof the page comes back to the account: an id tells nothing to whoever reads the address.
    if let Some(account) = visit.asked("account").and_then(|id| id.parse().ok()) {
        let asked = Claims { account: Some(account), ..Claims::default() };
        counter.claims = Some(visit.ask(&asked).await?.claims);
    }
    Ok(page(&visit, &counter)?.into())
}

pub(super) async fn search(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let typed = [visit.field("phone"), visit.field("number")];
    let asked =
        Claims { phone: given(&visit, "phone"), number: given(&visit, "number"), account: None };
    let mut counter = plain(&visit);
    counter.search.1 = typed;
    let status = match visit.ask(&asked).await {
        Ok(found) => {
            counter.claims = Some(found.claims);
            200
        }
        Err(failure) => {
            let status = failure.kind.status();
            counter.search.0 = FormState::refused(&visit, failure)?;
            status
        }
    };
    Ok(page(&visit, &counter)?.status(status).into())
}

pub(super) async fn prove(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let account: AccountId = visit.field("account").parse().map_err(|_| Failure::missing())?;
    let evidence = visit.field("evidence").parse();
    let action = Prove {
        account,
        evidence: evidence.map_err(|_| Failure::new(Kind::Malformed, "kernel.not_a_form"))?,
        number_seen: visit.field("number_seen").to_owned(),
        // The page asks for the name always: the clerk has the card in hand.
        name_seen: Some(visit.field("name_seen").to_owned()),
    };
    match visit.act(&action).await {
        Ok(_) => {
            let to = format!("/counter/people?account={account}");
            Ok(Reply::done(to, "identity-proved-done"))
        }
        Err(failure) => {
            let status = failure.kind.status();
            let typed =
                [visit.field("evidence"), visit.field("number_seen"), visit.field("name_seen")];
            let state = FormState::refused(&visit, failure)?;
            let asked = Claims { account: Some(account), ..Claims::default() };
            let mut counter = plain(&visit);
            counter.claims = Some(visit.ask(&asked).await?.claims);
            counter.prove = Some((account, state, typed));
            Ok(page(&visit, &counter)?.status(status).into())
        }
    }
}

pub(super) async fn record_mandate(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let division = picked(&visit, "division");
    let mut counter = plain(&visit);
    counter.mandate.1 = [
        visit.field("phone"),
        visit.field("uscc"),
        visit.field("company"),
        &division,
        visit.field("until"),
        visit.field("evidence"),
    ];
    if picks(&visit) {
        must(&visit, "identity.record_mandate")?;
        return Ok(page(&visit, &counter)?.into());
    }
    let action = RecordMandate {
        uscc: visit.field("uscc").to_owned(),
        company: given(&visit, "company"),
        division: (!division.is_empty()).then(|| division.clone()),
        phone: visit.field("phone").to_owned(),
        until: given(&visit, "until"),
        evidence: visit.field("evidence").to_owned(),
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done("/counter/people", "identity-mandate-recorded")),
        Err(failure) => {
            let status = failure.kind.status();
            counter.mandate.0 = FormState::refused(&visit, failure)?;
            Ok(page(&visit, &counter)?.status(status).into())
        }
    }
}

pub(super) async fn end_mandate(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let mandate: MandateId = visit.field("mandate").parse().map_err(|_| Failure::missing())?;
    visit.act(&EndMandate { mandate }).await?;
    let account: Option<AccountId> = visit.field("account").parse().ok();
    let to = match account {
        Some(account) => format!("/counter/people?account={account}"),
        None => "/counter/people".to_owned(),
    };
    Ok(Reply::done(to, "identity-mandate-ended"))
}
