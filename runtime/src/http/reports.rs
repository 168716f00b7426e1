//! What gateways report about texts that they took over: `POST /reports/sms`, proved by its signature alone.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use minshu_kernel::access::Principal;
use minshu_kernel::carrier::{BadReport, Signed};
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::error::Kind;
use minshu_kernel::text::Lang;
use serde_json::json;

use super::api::incoming;
use super::problem;
use crate::house::House;

/// The longest report, in bytes.
const MOST: usize = 16 * 1024;

/// Takes a report.
pub async fn take(State(house): State<Arc<House>>, request: Request) -> Response {
    let Some(action) = house.contract.reports_to else {
        return problem::plain(StatusCode::NOT_FOUND, "no reports are taken here");
    };
    let id = incoming(&request).id;
    let headers = request.headers().clone();
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
    let Ok(body) = to_bytes(request.into_body(), MOST).await else {
        return problem::plain(StatusCode::PAYLOAD_TOO_LARGE, "a report has at most 16 KiB");
    };
    let signed = Signed {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    let now = house.services.clock.now();
    let report = match house.services.carriers.report(signed, &body, now) {
        Ok(report) => report,
        Err(bad) => {
            let status = match bad {
                BadReport::NotOffered => StatusCode::NOT_FOUND,
                BadReport::Signature => StatusCode::UNAUTHORIZED,
                BadReport::Unreadable => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let told = match bad {
                BadReport::NotOffered => "no gateway is set up here",
                BadReport::Signature => "the signature does not fit, or its time is over",
                BadReport::Unreadable => "the report is signed and cannot be read",
            };
            return problem::plain(status, told);
        }
    };
    let call = Call {
        who: Arc::new(Principal::job()),
        operation: action.to_owned(),
        input: json!({ "id": report.id, "delivered": report.delivered, "reason": report.reason }),
        key: None,
        cause: None,
        request: id,
        lang: Lang::Zh,
        peer: None,
    };
    match house.act(call).await {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        // One that this house does not know, or no more, is nothing to send again.
        Err(failure) if matches!(failure.kind, Kind::Missing | Kind::Invalid) => {
            StatusCode::NO_CONTENT.into_response()
        }
        Err(failure) => problem::to_program(&failure, &house.services.texts, Lang::En, id, false),
    }
}
