//! Whether messages about a thing arrived: a piece of the page of whoever handles that thing.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{Markup, Visit};

use super::message::said;
use crate::queries::Receipts;
use crate::queries::receipts::Receipt;

#[derive(Template)]
#[template(path = "receipts.html")]
struct ReceiptsPart {
    t: Speaker,
    rows: Vec<Row>,
}

struct Row {
    title: String,
    when: String,
    class: &'static str,
    icon: &'static str,
    state: String,
    passed_on: bool,
    told: Vec<String>,
}

/// The piece for a thing; none where the visitor may not see it or nobody was told.
pub(crate) async fn show(visit: Arc<Visit>, about: String) -> Result<Option<Markup>, Failure> {
    if !visit.could("messaging.receipts") {
        return Ok(None);
    }
    let found = visit.ask(&Receipts { about }).await?;
    if found.receipts.is_empty() {
        return Ok(None);
    }
    part(visit.speaker(), &found.receipts).map(Some)
}

/// Renders the piece.
pub(super) fn part(t: Speaker, receipts: &[Receipt]) -> Result<Markup, Failure> {
    let rows = receipts.iter().map(|receipt| row(&t, receipt)).collect();
    Markup::of(&ReceiptsPart { rows, t })
}

fn row(t: &Speaker, receipt: &Receipt) -> Row {
    let at = |key: &str, at| t.say1(key, "at", show::instant(t, at));
    let (class, icon, state) = match (receipt.acknowledged_ms, receipt.read_ms) {
        (Some(said), _) => (" is-good", "circle-check", at("messaging-receipt-acknowledged", said)),
        (None, Some(read)) if receipt.acknowledge => {
            (" is-info", "clock", at("messaging-receipt-read-only", read))
        }
        (None, Some(read)) => (" is-good", "circle-check", at("messaging-receipt-read", read)),
        (None, None) => ("", "clock", t.say("messaging-receipt-unread")),
    };
    Row {
        title: t.local(&receipt.title).to_owned(),
        when: at("messaging-receipt-sent", receipt.at_ms),
        class,
        icon,
        state,
        passed_on: receipt.passed_on,
        told: receipt.told.iter().map(|told| said(t, told)).collect(),
    }
}
