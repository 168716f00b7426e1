//! The operations listener: metrics, and readiness with its reasons. Not part of the house's own router, so that no
//! request from outside can reach it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router, routing};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::house::House;
use crate::observe::{self, Form, ready};

/// `GET /metrics`, `GET /ready`.
pub fn router(house: Arc<House>) -> Router {
    Router::new()
        .route("/metrics", routing::get(metrics))
        .route("/ready", routing::get(readiness))
        .with_state(house)
}

async fn metrics(State(house): State<Arc<House>>, headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let form = Form::of(accept.unwrap_or_default());
    match observe::write(&house, form).await {
        Ok(text) => {
            let mut response = ([(header::CONTENT_TYPE, form.media_type())], text).into_response();
            protect(&mut response);
            response
        }
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn readiness(State(house): State<Arc<House>>) -> Response {
    let report = ready::report(&house).await;
    let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut response = (status, Json(report)).into_response();
    protect(&mut response);
    response
}

fn protect(response: &mut Response) {
    let headers = response.headers_mut();
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(HeaderName::from_static("x-content-type-options"), nosniff);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
