//! The demonstration's banner: one click enters as one of its accounts.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::web::{Reply, SessionChange};
use serde_json::json;

use super::api::incoming;
use super::cookies::VISITOR;
use super::pages::Frame;
use super::session::{Preferences, SessionToken};
use super::{BODY_BYTES, Incoming, problem, reply};
use crate::house::House;

/// Signs in as an account of the demonstration, through the same door as everybody.
pub async fn enter(State(house): State<Arc<House>>, request: Request) -> Response {
    let Some(demonstration) = house.demonstration.clone() else {
        return problem::plain(StatusCode::NOT_FOUND, "no demonstration runs here");
    };
    let headers = request.headers().clone();
    let Incoming { id, peer, .. } = incoming(&request);
    let session = SessionToken::read(&headers, house.edge.cookies());
    let visitor = house.edge.cookies().read(&headers, VISITOR).unwrap_or("").to_owned();
    let preferences = Preferences::read(&headers);
    let body = to_bytes(request.into_body(), BODY_BYTES).await.unwrap_or_default();
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| form.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    if !house.form_token_fits(field("_csrf"), &visitor, &session) {
        return problem::plain(StatusCode::FORBIDDEN, "reload the page and try again");
    }
    let Some(account) = demonstration.accounts.iter().find(|a| a.id == field("account")) else {
        return problem::plain(StatusCode::NOT_FOUND, "there is no such account");
    };
    let call = Call {
        who: Arc::new(Principal::anonymous()),
        operation: "identity.sign_in".to_owned(),
        input: json!({ "phone": account.phone, "password": account.password }),
        key: None,
        cause: None,
        request: id,
        lang: preferences.lang,
        peer,
    };
    let frame = Frame {
        preferences,
        csrf: String::new(),
        new_visitor: false,
        visitor,
        here: "/".to_owned(),
        notice: None,
        fragment: false,
        request: id,
        peer,
    };
    match house.act(call).await {
        Ok(signed_in) => {
            let text = |name: &str| signed_in[name].as_str().unwrap_or("").to_owned();
            // Somebody may have given an account of the demonstration a second factor.
            let (to, session) = match signed_in["step"].is_string() {
                true => ("/sign-in/second?to=/home", SessionChange::Wait(text("step"))),
                false => ("/home", SessionChange::Begin(text("token"))),
            };
            let to = to.to_owned();
            let who = Arc::new(Principal::anonymous());
            let reply = Reply::Redirect { to, session, notice: None };
            reply::answer(&house, &frame, &who, reply).await
        }
        Err(failure) => {
            problem::to_program(&failure, &house.services.texts, frame.preferences.lang, id, false)
        }
    }
}
