//! Short messages by a gateway's HTTP form, which the integrators' handbook describes: a signed POST of JSON to the
//! gateway, and signed reports from it. Signatures are those of the Standard Webhooks specification 1.0.0.

use std::sync::Arc;

use minshu_kernel::carrier::{BadReport, CarrierError, Parcel, Report, Signed, TakenOver};
use minshu_kernel::clock::{Clock, Timestamp};
use minshu_kernel::outgoing::{Outgoing, OutgoingError, Post};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::words;
use crate::subscriptions::schedule::retry_after;
use crate::subscriptions::secret::Secret;

/// How far the time of a report may be away.
const TOLERANCE_MS: i64 = 5 * 60_000;

/// Settings of the short-message channel.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    /// The gateway's address: `https://…`.
    pub address: String,
    /// The shared secret: `whsec_` and base64.
    pub secret: String,
    /// The name that messages begin with, in 【】, as it is registered with the gateway.
    pub signature: String,
}

/// A setting of the short-message channel that is wrong: its key and what about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {what}")]
pub struct BadGatewaySetting {
    /// The key below `[messaging.sms]`.
    pub key: &'static str,
    /// What is wrong with it.
    pub what: String,
}

/// Sends short messages.
pub struct SmsCarrier {
    address: String,
    secret: Secret,
    signature: String,
    outgoing: Arc<dyn Outgoing>,
    clock: Arc<dyn Clock>,
}

/// What a gateway is sent, in the order of the handbook's example.
#[derive(Debug, Serialize)]
struct Message<'a> {
    id: &'a str,
    to: &'a str,
    text: &'a str,
    lang: &'a str,
}

/// What a gateway answers.
#[derive(Debug, Default, Deserialize)]
struct Said {
    #[serde(default)]
    reference: String,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reported {
    id: String,
    outcome: Outcome,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Delivered,
    Failed,
}

impl SmsCarrier {
    /// A carrier by these settings.
    pub fn new(
        settings: &GatewaySettings,
        outgoing: Arc<dyn Outgoing>,
        clock: Arc<dyn Clock>,
    ) -> Result<SmsCarrier, BadGatewaySetting> {
        outgoing
            .check(&settings.address)
            .map_err(|error| BadGatewaySetting { key: "address", what: error.to_string() })?;
        let secret = Secret::read(&settings.secret).ok_or_else(|| BadGatewaySetting {
            key: "secret",
            what: "a secret is whsec_ and the base64 of 24 to 64 bytes".to_owned(),
        })?;
        let signature = settings.signature.trim().to_owned();
        if !(2..=12).contains(&signature.chars().count()) || signature.contains(['【', '】']) {
            let what = "a signature has 2 to 12 characters and is written without 【】".to_owned();
            return Err(BadGatewaySetting { key: "signature", what });
        }
        Ok(SmsCarrier { address: settings.address.clone(), secret, signature, outgoing, clock })
    }

    /// Hands a short message over.
    pub(super) async fn send(&self, parcel: Parcel) -> Result<TakenOver, CarrierError> {
        let lang = parcel.lang.code();
        let text = format!("【{}】{}", self.signature, parcel.text.replace('\n', " "));
        let message = Message { id: &parcel.id, to: &parcel.to, text: &text, lang };
        // A struct of texts always has a JSON form.
        let body = serde_json::to_string(&message)
            .map_err(|error| CarrierError::Refused(words(&error.to_string(), 200)))?;
        let now = self.clock.now();
        let at_s = now.0.div_euclid(1_000);
        let post = Post {
            address: self.address.clone(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("webhook-id", parcel.id.clone()),
                ("webhook-timestamp", at_s.to_string()),
                ("webhook-signature", self.secret.sign(&parcel.id, at_s, body.as_bytes())),
            ],
            body: body.into_bytes(),
        };
        let answer = self.outgoing.post(post).await.map_err(|error| CarrierError::Down {
            why: match error {
                OutgoingError::Address(_) | OutgoingError::Forbidden(_) => {
                    "the gateway is in a network that requests may not reach".to_owned()
                }
                OutgoingError::Timeout => "the gateway does not answer in time".to_owned(),
                OutgoingError::Connect(why) => words(&format!("no connection: {why}"), 200),
                OutgoingError::Broken(why) => words(&format!("the exchange broke off: {why}"), 200),
            },
            after_ms: None,
        })?;
        let said: Said = serde_json::from_slice(&answer.body).unwrap_or_default();
        match answer.status {
            200..=299 => Ok(TakenOver { reference: words(&said.reference, 100) }),
            // What is wrong with this message alone; 401, 403 and 404 are the channel's.
            status @ (400 | 409 | 410 | 413 | 422) => Err(CarrierError::Refused(words(
                &format!("the gateway answered {status} {}", said.reason),
                200,
            ))),
            status => Err(CarrierError::Down {
                why: format!("the gateway answered {status}"),
                after_ms: answer.retry_after.and_then(|text| retry_after(&text, now)),
            }),
        }
    }

    /// Reads a signed report.
    pub(super) fn report(
        &self,
        signed: Signed<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Report, BadReport> {
        let at_s: i64 = signed.timestamp.parse().map_err(|_| BadReport::Signature)?;
        let away = at_s.saturating_mul(1_000).saturating_sub(now.0).saturating_abs();
        if away > TOLERANCE_MS || signed.id.is_empty() || signed.id.len() > 100 {
            return Err(BadReport::Signature);
        }
        let wanted = self.secret.sign(signed.id, at_s, body);
        // Several signatures while a secret is exchanged, parted by spaces.
        let fits = signed
            .signature
            .split(' ')
            .take(8)
            .any(|given| bool::from(given.as_bytes().ct_eq(wanted.as_bytes())));
        if !fits {
            return Err(BadReport::Signature);
        }
        let read: Reported = serde_json::from_slice(body).map_err(|_| BadReport::Unreadable)?;
        Ok(Report {
            id: words(&read.id, 100),
            delivered: matches!(read.outcome, Outcome::Delivered),
            reason: words(&read.reason, 200),
        })
    }
}
