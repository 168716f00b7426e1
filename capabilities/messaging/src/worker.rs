//! What hands texts over to a channel, in rounds: it takes some up, hands them over abreast, and notes what became of
//! each. Killed in between, it hands over the same text again under the same id.

use std::sync::Arc;

use futures_util::future::join_all;
use minshu_kernel::access::Principal;
use minshu_kernel::carrier::CarrierError;
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::{Call, Ctx, Door, act};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::values;
use serde_json::Value as Json;

use crate::actions::note_delivery::Outcome;
use crate::actions::{NoteDelivery, TakeDeliveries};
use crate::delivery::{self, DeliveryId};
use crate::store;

/// A round of a channel; answers whether there was anything to do.
pub(crate) async fn round(
    ctx: Arc<Ctx>,
    door: Arc<dyn Door>,
    channel: Channel,
) -> Result<bool, Failure> {
    if !ctx.services.carriers.offers(channel) {
        return Ok(false);
    }
    // Asked first, so that a channel with nothing to do leaves no trace in the audit chain.
    let due = values![channel.word(), ctx.now, 1];
    let expired = due.clone();
    let health = delivery::health(&ctx, channel).await?;
    let open = !health.paused && health.retry <= ctx.now;
    let waits = open && !ctx.rows(delivery::SELECT_DUE, due).await?.is_empty();
    if !waits && ctx.rows(delivery::SELECT_EXPIRED, expired).await?.is_empty() {
        return Ok(false);
    }
    let call = || Call {
        who: Arc::new(Principal::job()),
        operation: String::new(),
        input: Json::Null,
        key: None,
        cause: None,
        request: ctx.request,
        lang: ctx.lang,
        peer: None,
    };
    let taken = match act(&*door, call(), &TakeDeliveries { channel }).await {
        // Another process was first.
        Err(failure) if failure.kind == Kind::Conflict => return Ok(true),
        taken => taken?,
    };
    let handed = join_all(taken.deliveries.iter().map(|id| hand_over(&ctx, *id))).await;
    for (delivery, outcome) in taken.deliveries.iter().zip(handed) {
        let Some(outcome) = outcome? else { continue };
        act(&*door, call(), &NoteDelivery { delivery: *delivery, outcome }).await?;
    }
    Ok(true)
}

fn refused(reason: &str) -> Outcome {
    Outcome::Refused { reason: reason.to_owned(), address: false }
}

async fn hand_over(ctx: &Ctx, id: DeliveryId) -> Result<Option<Outcome>, Failure> {
    let (delivery, parcel) = match delivery::parcel(ctx, id).await {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(None),
        // One that cannot be opened is parked and told; the others go on.
        Err(failure) if failure.kind == Kind::Internal => {
            return Ok(Some(refused("damaged")));
        }
        // Whom it was to reach left meanwhile: what it said is gone with the key.
        Err(failure) if failure.kind == Kind::Missing => return Ok(Some(refused("erased"))),
        Err(failure) => return Err(failure),
    };
    // Handed over late it would be worse than not at all.
    if delivery.expires <= ctx.services.clock.now() {
        return Ok(Some(refused("expired")));
    }
    // Read meanwhile, it needs no telling any more.
    if let Some(message) = delivery.message
        && store::find(ctx, message).await?.is_none_or(|message| message.settled())
    {
        return Ok(Some(refused("read")));
    }
    Ok(Some(match ctx.services.carriers.send(parcel).await {
        Ok(taken) => Outcome::Sent { reference: taken.reference },
        Err(CarrierError::Refused(reason)) => Outcome::Refused { reason, address: false },
        Err(CarrierError::NoAddress(reason)) => Outcome::Refused { reason, address: true },
        Err(CarrierError::Down { why, after_ms }) => Outcome::Down { why, after_ms },
        Err(CarrierError::NotOffered) => {
            Outcome::Down { why: "the channel is not offered any more".to_owned(), after_ms: None }
        }
    }))
}
