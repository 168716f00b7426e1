//! Logs: to standard error, a line an event, as text or JSON. What comes from outside cannot begin a line of its own:
//! control characters are written as escapes, whatever the event holds.

use std::io::{self, Write};

use minshu_runtime::trace::TARGET;
use tracing::Dispatch;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::telemetry::Telemetry;

/// Logs go to standard error: `MINSHU_LOG=debug`, `MINSHU_LOG_FORMAT=json`. Spans of traces go to their collector and stand
/// in no line.
pub fn init(telemetry: Option<&Telemetry>) {
    takers(telemetry).init();
}

/// What takes events and spans. Where there is no collector its layer is left out: one that is empty is asked for nothing,
/// and every span is made for it all the same.
fn takers(telemetry: Option<&Telemetry>) -> Dispatch {
    let level = EnvFilter::try_from_env("MINSHU_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let told = level.and(filter_fn(|told| told.target() != TARGET));
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| OneLine(io::stderr()));
    let lines = match std::env::var("MINSHU_LOG_FORMAT").is_ok_and(|format| format == "json") {
        true => lines.json().flatten_event(true).with_filter(told).boxed(),
        false => lines.with_filter(told).boxed(),
    };
    let lines = tracing_subscriber::registry().with(lines);
    match telemetry {
        Some(telemetry) => lines.with(telemetry.layer()).into(),
        None => lines.into(),
    }
}

/// Writes each event, which comes whole, as one line.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(&one_line(event))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn one_line(event: &[u8]) -> Vec<u8> {
    let (body, end) = match event.split_last() {
        Some((b'\n', body)) => (body, &b"\n"[..]),
        _ => (event, &b""[..]),
    };
    let mut line = Vec::with_capacity(event.len());
    for byte in body {
        match byte {
            b'\n' => line.extend(b"\\n"),
            b'\r' => line.extend(b"\\r"),
            0..=0x1f | 0x7f => line.extend(format!("\\x{byte:02x}").bytes()),
            _ => line.push(*byte),
        }
    }
    line.extend(end);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_collector_no_span_is_made() {
        let takers = takers(None);
        tracing::dispatcher::with_default(&takers, || {
            assert!(tracing::info_span!(target: TARGET, "request").is_disabled());
            // Lines go on.
            assert!(tracing::enabled!(target: "access", tracing::Level::WARN));
        });
    }

    #[test]
    fn nothing_begins_a_line_of_its_own() {
        assert_eq!(one_line(b"a\nERROR forged\r\x1b[2J\n"), b"a\\nERROR forged\\r\\x1b[2J\n");
        assert_eq!(one_line("办\n".as_bytes()), "办\n".as_bytes());
        assert_eq!(one_line(b""), b"");
    }
}
