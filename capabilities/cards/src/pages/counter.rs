//! The counter: the cards of whoever stands there.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::AccountId;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::parts::{Choice, Field, Shown};
use crate::actions::{Confirm, Enter, Lift, ReportLoss, Unbind};
use crate::model::{CardId, Loss, State};
use crate::queries::AtCounter;
use crate::queries::at_counter::HolderCards;

#[derive(Template)]
#[template(path = "counter.html")]
struct CounterPage {
    t: Speaker,
    state: FormState,
    /// What is wrong as a whole, above everything.
    wrong: String,
    number: Field,
    holder: Option<Holder>,
}

struct Holder {
    account: String,
    name: String,
    cards: Vec<Handled>,
    kinds: Vec<Choice>,
    kind_problem: String,
    number: Field,
}

struct Handled {
    card: Shown,
    /// What the clerk reads off the card, where there is something to be compared.
    seen: Option<Field>,
}

/// What was typed and what is wrong with it.
#[derive(Default)]
pub(super) struct Typed<'a> {
    pub(super) search: &'a str,
    pub(super) kind: &'a str,
    pub(super) number: &'a str,
    pub(super) card: Option<CardId>,
    pub(super) entering: bool,
}

/// `GET /counter/cards`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    if !visit.could("cards.at_counter") {
        return Err(Failure::new(Kind::Refused, "kernel.refused"));
    }
    let state = FormState::fresh(&visit);
    let found = match visit.asked("account").and_then(|id| id.parse().ok()) {
        Some(account) => Some(of_account(&visit, account).await?),
        None => None,
    };
    Ok(page(visit.speaker(), state, found.as_ref(), &Typed::default())?.into())
}

/// `POST /counter/cards`
pub(super) async fn search(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let search = visit.field("number");
    let typed = Typed { search, ..Typed::default() };
    let asked = AtCounter { number: Some(search.to_owned()), account: None };
    match visit.ask(&asked).await {
        Ok(found) => {
            Ok(page(visit.speaker(), FormState::fresh(&visit), Some(&found), &typed)?.into())
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(page(visit.speaker(), state, None, &typed)?.status(status).into())
        }
    }
}

/// `POST /counter/cards/enter`
pub(super) async fn enter(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let account: AccountId = visit.field("account").parse().map_err(|_| Failure::missing())?;
    let (kind, number) = (visit.field("kind"), visit.field("number"));
    let action = Enter { account, kind: kind.to_owned(), number: number.to_owned() };
    let typed = Typed { kind, number, entering: true, ..Typed::default() };
    let done = visit.act(&action).await.map(|_| "cards-counter-entered");
    answer(&visit, account, done, typed).await
}

/// `POST /counter/cards/{card}`
pub(super) async fn handle(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let account: AccountId = visit.field("account").parse().map_err(|_| Failure::missing())?;
    let card: CardId = visit.param("card")?;
    let number_seen = visit.field("number_seen").to_owned();
    let done = match visit.field("do") {
        "confirm" => {
            let done = visit.act(&Confirm { card, number_seen }).await;
            done.map(|_| "cards-counter-confirmed")
        }
        "lift" => visit.act(&Lift { card, number_seen }).await.map(|_| "cards-counter-lifted"),
        "loss" => {
            let action = ReportLoss { card, loss: Loss::Lost, all: false };
            visit.act(&action).await.map(|_| "cards-counter-stopped")
        }
        "loss-all" => {
            let action = ReportLoss { card, loss: Loss::Lost, all: true };
            visit.act(&action).await.map(|_| "cards-counter-stopped-all")
        }
        "end" => visit.act(&Unbind { card }).await.map(|_| "cards-ended"),
        _ => Err(Failure::missing()),
    };
    answer(&visit, account, done, Typed { card: Some(card), ..Typed::default() }).await
}

async fn of_account(visit: &Visit, account: AccountId) -> Result<HolderCards, Failure> {
    visit.ask(&AtCounter { number: None, account: Some(account) }).await
}

/// Back to the holder's cards; an account's id tells nothing to whoever reads the address.
async fn answer(
    visit: &Visit,
    account: AccountId,
    done: Result<&'static str, Failure>,
    typed: Typed<'_>,
) -> Result<Reply, Failure> {
    match done {
        Ok(notice) => {
            let to = format!("/counter/cards?account={account}");
            Ok(Reply::done(to, Message::new(notice)))
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(visit, failure)?;
            let found = of_account(visit, account).await?;
            Ok(page(visit.speaker(), state, Some(&found), &typed)?.status(status).into())
        }
    }
}

/// Renders the page.
pub(super) fn page(
    t: Speaker,
    state: FormState,
    found: Option<&HolderCards>,
    typed: &Typed<'_>,
) -> Result<Page, Failure> {
    let searching = (typed.card.is_none() && !typed.entering).then_some(&state);
    let entering = typed.entering.then_some(&state);
    let holder = found.map(|found| Holder {
        account: found.account.to_string(),
        name: found.name.clone(),
        cards: found
            .cards
            .iter()
            .enumerate()
            .map(|(at, card)| {
                let of_this = (typed.card == Some(card.card)).then_some(&state);
                let asks = matches!(card.state, State::Claimed | State::Stopped);
                let label = ("number_seen", "cards-number-seen", "");
                Handled {
                    card: Shown::of(&t, card),
                    seen: asks.then(|| Field::new(&t, of_this, &format!("card-{at}-"), label, "")),
                }
            })
            .collect(),
        kinds: Choice::all(&t, &found.kinds, typed.kind),
        kind_problem: entering.and_then(|s| s.problem("/kind")).unwrap_or_default().to_owned(),
        number: Field::new(&t, entering, "enter-", ("number", "cards-number", ""), typed.number),
    });
    let fields = !state.problems.is_empty();
    let wrong = match (&state.summary, fields) {
        (Some(_), true) => t.say1("form-summary", "count", state.problems.len()),
        (Some(summary), false) => summary.clone(),
        (None, _) => String::new(),
    };
    let label = ("number", "cards-citizen-number", "");
    let page = CounterPage {
        wrong,
        number: Field::new(&t, searching, "", label, typed.search),
        holder,
        state,
        t,
    };
    Page::new("cards.counter", page.t.say("cards-counter-title"), &page)
}
