//! Traces: a span for each step of the contract's path (request, action, authorize, write set, commit, seal, flow), for
//! whoever has set a collector; without one nothing is made. Spans hold names of operations, patterns of routes and ids of
//! requests and events, and nothing of any person.
//!
//! What follows a commit later, in this process, belongs to its trace: the sealing of its entry, the flows of its events
//! and what subscribers are sent of them. Another process begins traces of its own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, HeaderValue};
use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The target of every span that is exported; logs leave them out.
pub const TARGET: &str = "minshu::trace";
/// Commits whose trace is known; older ones are followed no more.
const KNOWN: usize = 8_192;

/// Reads `traceparent` (W3C Trace Context, level 1): version, trace, parent, flags, in lower-case hexadecimal digits.
/// What is not well formed is no trace.
pub fn parent(text: &str) -> Option<SpanContext> {
    let mut parts = text.trim().split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, length: usize| {
        text.len() == length
            && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let known = version != "ff" && (version != "00" || parts.next().is_none());
    if !known || !digits(version, 2) || !digits(trace, 32) || !digits(span, 16) || !digits(flags, 2)
    {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()? & 1),
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

/// The trace that a request belongs to, by its headers.
pub(crate) fn of_headers(headers: &HeaderMap) -> Option<SpanContext> {
    let mut given = headers.get_all("traceparent").iter();
    let (first, second) = (given.next()?, given.next());
    // Two contradict each other.
    second.is_none().then(|| parent(first.to_str().ok()?))?
}

/// Puts a span under another one, where that is known.
pub(crate) fn under(span: &Span, parent: Option<SpanContext>) {
    if let Some(parent) = parent {
        // Only a span that has begun already refuses; these have not.
        let _begun = span.set_parent(Context::new().with_remote_span_context(parent));
    }
}

/// The span as OpenTelemetry knows it, where it is collected.
fn context(span: &Span) -> Option<SpanContext> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let context = context.span().span_context().clone();
    context.is_valid().then_some(context)
}

/// The id of a span's trace for lines of the log; empty where nothing is collected.
pub(crate) fn id(span: &Span) -> String {
    context(span).map(|context| context.trace_id().to_string()).unwrap_or_default()
}

/// What a request that goes out says of the trace that it belongs to (`traceparent`). The ids are random.
pub(crate) fn header(span: &Span) -> Option<HeaderValue> {
    let context = context(span)?;
    let (trace, span, flags) =
        (context.trace_id(), context.span_id(), context.trace_flags().to_u8());
    HeaderValue::from_str(&format!("00-{trace}-{span}-{:02x}", flags & 1)).ok()
}

/// The spans of commits, by the ids of their entries and events.
#[derive(Default)]
pub struct Traces(Mutex<(HashMap<String, SpanContext>, VecDeque<String>)>);

impl Traces {
    /// Notes that these ids were written within the current span.
    pub(crate) fn note<'a>(&self, ids: impl Iterator<Item = &'a str>) {
        let Some(context) = context(&Span::current()) else { return };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            known.0.insert(id.to_owned(), context.clone());
            known.1.push_back(id.to_owned());
        }
        while known.1.len() > KNOWN {
            if let Some(oldest) = known.1.pop_front() {
                known.0.remove(&oldest);
            }
        }
    }

    /// The span within which this id was written.
    pub(crate) fn of(&self, id: &str) -> Option<SpanContext> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.get(id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_parent_is_read_as_the_standard_says() {
        let read = parent(GOOD).unwrap();
        assert_eq!(read.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(read.span_id().to_string(), "b7ad6b7169203331");
        assert!(read.is_sampled() && read.is_remote());
        // A later version may say more behind.
        assert!(parent(&format!("{}-more", GOOD.replacen("00", "01", 1))).is_some());
        let zeros = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        for bad in [
            zeros,
            "",
            "00-1-2-3",
            &GOOD.to_uppercase(),
            &format!("{GOOD}-more"),
            &GOOD.replacen("00", "ff", 1),
        ] {
            assert!(parent(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_valid_parent_or_none(text in "\\PC{0,80}") {
            if let Some(read) = parent(&text) {
                prop_assert!(read.is_valid());
            }
        }

        #[test]
        fn what_is_written_is_read(trace in 1_u128.., span in 1_u64.., flags in 0_u8..2) {
            let read = parent(&format!("00-{trace:032x}-{span:016x}-{flags:02x}")).unwrap();
            prop_assert_eq!(read.trace_id().to_string(), format!("{trace:032x}"));
            prop_assert_eq!(read.is_sampled(), flags == 1);
        }
    }
}
