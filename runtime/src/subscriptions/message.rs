//! What is sent: CloudEvents 1.0 in structured JSON, signed as the Standard Webhooks specification says.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::outgoing::Post;
use minshu_kernel::personal::Personal;
use minshu_kernel::records::Row;
use serde_json::{Value as Json, json};

use super::model::{Delivery, Subscription};
use super::secret::Secret;

/// The type of a test's event.
pub const TEST: &str = "platform.subscription.test";

/// The body for a sealed event: ids and public words, as the event holds them.
pub fn of_event(row: &Row) -> Result<Json, Failure> {
    let kind: String = row.get("kind")?;
    let data: String = row.get("data")?;
    let data: Json = serde_json::from_str(&data).map_err(Failure::internal)?;
    let aggregate_kind: String = row.get("aggregate_kind")?;
    let aggregate: String = row.get("aggregate_id")?;
    let mut body = envelope(
        &row.get::<String>("id")?,
        &kind,
        &format!("{aggregate_kind}:{aggregate}"),
        row.get("at_ms")?,
        data,
    );
    // The CloudEvents extension "sequence" is compared as a text, so it has leading noughts.
    body["sequence"] = json!(format!("{:020}", row.get::<i64>("position")?));
    Ok(body)
}

/// The body for a test.
pub fn of_test(delivery: &Delivery, subscription: &Subscription) -> Json {
    let data = json!({ "subscription": subscription.id });
    envelope(&delivery.event, TEST, &delivery.subject, delivery.at, data)
}

fn envelope(id: &str, kind: &str, subject: &str, at: Timestamp, data: Json) -> Json {
    let source = kind.split('.').next().unwrap_or(kind);
    json!({
        "specversion": "1.0",
        "id": id,
        "source": format!("urn:minshu:{source}"),
        "type": kind,
        "subject": subject,
        "time": at.rfc3339(),
        "datacontenttype": "application/json",
        "data": data,
    })
}

/// The signed request. The secret before the last rotation signs too while it holds.
pub fn signed(
    subscription: &Subscription,
    personal: &dyn Personal,
    event: &str,
    now: Timestamp,
    body: &Json,
) -> Result<Post, Failure> {
    let body = body.to_string().into_bytes();
    let at_s = now.0.div_euclid(1_000);
    let before = subscription.secret_before.as_ref().filter(|_| now < subscription.before_until);
    let mut signatures = Vec::new();
    for sealed in std::iter::once(&subscription.secret).chain(before) {
        let secret = Secret::open(personal, &subscription.id.to_string(), sealed)?;
        signatures.push(secret.sign(event, at_s, &body));
    }
    Ok(Post {
        address: subscription.address.clone(),
        headers: vec![
            ("content-type", "application/cloudevents+json; charset=utf-8".to_owned()),
            ("webhook-id", event.to_owned()),
            ("webhook-timestamp", at_s.to_string()),
            ("webhook-signature", signatures.join(" ")),
        ],
        body,
    })
}
