//! Answers lookups: queries of any capability, for whoever acts, within a bounded time, noted for the audit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::BoxFuture;
use minshu_kernel::action::QueryEntry;
use minshu_kernel::ctx::{Call, Ctx, Looked, Questions};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::lookup::LOOKUP_MS;
use minshu_kernel::text::LocalText;
use serde_json::Value as Json;

use crate::door::answer;

/// The queries of the house.
pub struct QuestionDesk {
    /// By name.
    pub queries: Arc<BTreeMap<&'static str, QueryEntry>>,
}

impl Questions for QuestionDesk {
    fn ask<'a>(
        &'a self,
        ctx: &'a Ctx,
        query: &'static str,
        input: Json,
        purpose: &'a LocalText,
    ) -> BoxFuture<'a, Result<Json, Failure>> {
        Box::pin(async move {
            let call = Call {
                who: ctx.who.clone(),
                operation: query.to_owned(),
                input: Json::Null,
                key: None,
                cause: ctx.cause,
                request: ctx.request,
                lang: ctx.lang,
                peer: ctx.peer,
            };
            let asked = Arc::new(Ctx::new(ctx.services.clone(), &call, query).without_lookups());
            let answered = match self.queries.get(query) {
                None => Err(Failure::new(Kind::Missing, "kernel.no_operation")),
                Some(entry) => {
                    let answered = answer(entry, input.clone(), asked.clone());
                    let bounded = tokio::time::timeout(Duration::from_millis(LOOKUP_MS), answered);
                    bounded.await.unwrap_or_else(|_| Err(late()))
                }
            };
            ctx.note(Looked {
                query,
                input,
                purpose: purpose.zh.clone(),
                resource: asked.touched(),
                failed: answered.as_ref().err().map(|failure| failure.code),
            });
            answered
        })
    }
}

fn late() -> Failure {
    Failure {
        retry_after_ms: Some(LOOKUP_MS),
        ..Failure::new(Kind::Unavailable, "kernel.unavailable")
    }
}
