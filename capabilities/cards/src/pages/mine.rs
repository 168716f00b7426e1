//! One's own cards: bound, seen, reported lost, given up.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::parts::{Choice, Field, Shown};
use crate::actions::{Bind, ReportLoss, Unbind};
use crate::model::{CardId, Loss, State};
use crate::queries::mine::MyCards;
use crate::queries::{CardView, Mine};

#[derive(Template)]
#[template(path = "mine.html")]
struct MinePage {
    t: Speaker,
    state: FormState,
    proved: bool,
    cards: Vec<Shown>,
    kinds: Vec<Choice>,
    kind_problem: String,
    number: Field,
}

/// `GET /me/cards`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let found = visit.ask(&Mine {}).await?;
    Ok(page(visit.speaker(), FormState::fresh(&visit), &found, ("", ""))?.into())
}

/// `POST /me/cards`
pub(super) async fn bind(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let (kind, number) = (visit.field("kind"), visit.field("number"));
    let action = Bind { kind: kind.to_owned(), number: number.to_owned() };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done("/me/cards", Message::new("cards-bound"))),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let found = visit.ask(&Mine {}).await?;
            Ok(page(visit.speaker(), state, &found, (kind, number))?.status(status).into())
        }
    }
}

/// Renders the page.
pub(super) fn page(
    t: Speaker,
    state: FormState,
    found: &MyCards,
    (kind, number): (&str, &str),
) -> Result<Page, Failure> {
    let page = MinePage {
        proved: found.proved,
        cards: found.cards.iter().map(|card| Shown::of(&t, card)).collect(),
        kinds: Choice::all(&t, &found.kinds, kind),
        kind_problem: state.problem("/kind").unwrap_or_default().to_owned(),
        number: Field::new(
            &t,
            Some(&state),
            "",
            ("number", "cards-number", "cards-number-hint"),
            number,
        ),
        state,
        t,
    };
    Page::new("cards.mine", page.t.say("cards-mine-title"), &page)
}

#[derive(Template)]
#[template(path = "card.html")]
struct CardPage {
    t: Speaker,
    state: FormState,
    card: Shown,
    losses: Vec<(&'static str, String)>,
    others: bool,
}

/// `GET /me/cards/{card}`
pub(super) async fn show_one(visit: Arc<Visit>) -> Result<Reply, Failure> {
    one(&visit, FormState::fresh(&visit), 200).await
}

/// `POST /me/cards/{card}/loss`
pub(super) async fn report_loss(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let loss = Loss::parse(visit.field("loss")).unwrap_or(Loss::Lost);
    let action = ReportLoss { card: visit.param("card")?, loss, all: visit.field("all") == "yes" };
    match visit.act(&action).await {
        Ok(done) => {
            let notice = Message::new("cards-loss-done").with("count", done.stopped.len());
            Ok(Reply::done("/me/cards", notice))
        }
        Err(failure) => refused(&visit, failure).await,
    }
}

/// `POST /me/cards/{card}/end`
pub(super) async fn unbind(visit: Arc<Visit>) -> Result<Reply, Failure> {
    match visit.act(&Unbind { card: visit.param("card")? }).await {
        Ok(_) => Ok(Reply::done("/me/cards", Message::new("cards-ended"))),
        Err(failure) => refused(&visit, failure).await,
    }
}

async fn refused(visit: &Arc<Visit>, failure: Failure) -> Result<Reply, Failure> {
    let status = failure.kind.status();
    one(visit, FormState::refused(visit, failure)?, status).await
}

async fn one(visit: &Arc<Visit>, state: FormState, status: u16) -> Result<Reply, Failure> {
    let id: CardId = visit.param("card")?;
    let found = visit.ask(&Mine {}).await?;
    let card = found.cards.iter().find(|card| card.card == id).ok_or_else(Failure::missing)?;
    let good = |other: &&CardView| other.state == State::Good && other.card != id;
    let others = found.cards.iter().find(good).is_some();
    Ok(card_page(visit.speaker(), state, card, others)?.status(status).into())
}

/// Renders the page of one card; `others`: there are other good ones, which could be lost with it.
pub(super) fn card_page(
    t: Speaker,
    state: FormState,
    card: &CardView,
    others: bool,
) -> Result<Page, Failure> {
    let word = |loss: Loss| (loss.word(), t.say(&format!("cards-loss-{}", loss.word())));
    let page = CardPage {
        card: Shown::of(&t, card),
        losses: Loss::ALL.iter().copied().map(word).collect(),
        others,
        state,
        t,
    };
    Page::new("cards.mine", page.card.name.clone(), &page)
}
