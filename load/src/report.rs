//! The report: every figure beside its bar.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::server::{Server, Trouble};

/// Now, for measuring from outside.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures elapsed time")]
pub fn moment() -> Instant {
    Instant::now()
}

/// One figure.
struct Figure {
    what: String,
    value: String,
    bar: &'static str,
    peer: &'static str,
}

/// All figures of a run.
#[derive(Default)]
pub struct Report {
    figures: Vec<Figure>,
}

/// Durations of one measurement.
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Sorted.
    pub fn new(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Latencies(all)
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The duration under which this share stays, in milliseconds.
    pub fn ms(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let at = ((self.0.len() as f64 * share) as usize).min(last);
        self.0.get(at).map_or(0.0, |d| d.as_secs_f64() * 1_000.0)
    }
}

impl Report {
    /// Adds a figure and prints it.
    #[expect(clippy::print_stdout, reason = "a benchmark prints what it finds")]
    pub fn add(
        &mut self,
        what: impl Into<String>,
        value: String,
        bar: &'static str,
        peer: &'static str,
    ) {
        let figure = Figure { what: what.into(), value, bar, peer };
        println!("{}: {} (bar: {})", figure.what, figure.value, figure.bar);
        self.figures.push(figure);
    }

    /// Start and idle memory.
    pub fn start(&mut self, server: &Server) {
        let ms = server.started_in.as_millis();
        self.add("start to the first answered page", format!("{ms} ms"), "< 1 s", "");
        if let Some(bytes) = server.resident_bytes() {
            let mib = bytes / (1 << 20);
            self.add("memory at rest", format!("{mib} MiB"), "< 200 MB", "");
        }
    }

    /// Writes `report.md`.
    pub fn write(&self, folder: &Path) -> Result<(), Trouble> {
        std::fs::create_dir_all(folder)?;
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let mut text = format!(
            "# Benchmarks\n\n{cores} cores, the load generator on the same ones.\n\n| what | measured | bar | peer, as published |\n|---|---|---|---|\n"
        );
        for f in &self.figures {
            let _infallible =
                writeln!(text, "| {} | {} | {} | {} |", f.what, f.value, f.bar, f.peer);
        }
        std::fs::write(folder.join("report.md"), text)?;
        Ok(())
    }
}
