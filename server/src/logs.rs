//! Logs: to standard error, a line an event, as text or JSON. What comes from outside cannot begin a line of its own:
//! control characters are written as escapes, whatever the event holds.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;

/// Logs go to standard error: `MINSHU_LOG=debug`, `MINSHU_LOG_FORMAT=json`.
pub fn init() {
    let filter = EnvFilter::try_from_env("MINSHU_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(|| OneLine(io::stderr()));
    if std::env::var("MINSHU_LOG_FORMAT").is_ok_and(|format| format == "json") {
        logs.json().flatten_event(true).init();
    } else {
        logs.init();
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
    fn nothing_begins_a_line_of_its_own() {
        assert_eq!(one_line(b"a\nERROR forged\r\x1b[2J\n"), b"a\\nERROR forged\\r\\x1b[2J\n");
        assert_eq!(one_line("办\n".as_bytes()), "办\n".as_bytes());
        assert_eq!(one_line(b""), b"");
    }
}
