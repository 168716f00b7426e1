//! `minshu licence verify`: whether a sealed document is genuine, without a server or a network. `minshu licence sample`
//! writes one to try readers and verifiers with.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use minshu_kernel::clock::{Clock as _, Timestamp};
use minshu_kernel::ctx::Entropy as _;
use minshu_licences::layout::Fonts;
use minshu_licences::sample::Sample;
use minshu_licences::seal::{Knowledge, Outcome, Report, Trust, Verifier};
use minshu_runtime::http::assets;
use minshu_runtime::keys::SystemEntropy;
use minshu_runtime::system::SystemClock;
use serde_json::json;

use super::say;
use crate::error::CommandError;

/// The largest file of certificates that is read, in bytes.
const TRUST_MAX: u64 = 4 * 1024 * 1024;
/// The largest document that is read, in bytes.
const DOCUMENT_MAX: u64 = 64 * 1024 * 1024;

/// What is to be done with licences.
#[derive(Debug, clap::Subcommand)]
pub enum Licence {
    /// Tell whether a sealed document (OFD) is genuine. Exit code 0: it is; 1: it is not, with the step that failed; 2: it
    /// cannot be read.
    Verify {
        /// The document.
        file: PathBuf,
        /// Certificates (PEM) of whom you trust: those signed by themselves are trusted, others lead to them.
        #[arg(long, value_name = "PEM")]
        trust: Vec<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a sealed sample licence with its PDF, seal and certificates, for trying readers and verifiers. Nobody relies
    /// on its authority: its keys are forgotten at once.
    Sample {
        /// The folder, made where it is missing.
        folder: PathBuf,
    },
}

impl Licence {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, CommandError> {
        match self {
            Self::Verify { file, trust, json } => verify(&file, &trust, json),
            Self::Sample { folder } => sample(&folder),
        }
    }
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, CommandError> {
    let wrong = |reason: &dyn std::fmt::Display| {
        CommandError::Failed(format!("{} cannot be read: {reason}", path.display()))
    };
    let size = std::fs::metadata(path).map_err(|e| wrong(&e))?.len();
    if size > most {
        return Err(wrong(&format!("it has {size} bytes, up to {most} are read")));
    }
    std::fs::read(path).map_err(|e| wrong(&e))
}

fn trusted(files: &[PathBuf]) -> Result<Trust, CommandError> {
    let mut all = Vec::new();
    for file in files {
        all.extend(read(file, TRUST_MAX)?);
        all.push(b'\n');
    }
    if all.is_empty() {
        return Ok(Trust::default());
    }
    Trust::from_pem(&all).map_err(|e| CommandError::Failed(format!("--trust: {e}")))
}

fn verify(file: &Path, trust: &[PathBuf], json: bool) -> Result<ExitCode, CommandError> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        match json {
            true => say(json!({ "holds": false, "unreadable": reason.to_string() })),
            false => say(format_args!("It cannot be told: {reason}")),
        }
        Ok(ExitCode::from(2))
    };
    let content = match read(file, DOCUMENT_MAX) {
        Ok(content) => content,
        Err(error) => return unreadable(&error),
    };
    let verifier = match trusted(trust) {
        Ok(trust) => Verifier::new(trust),
        Err(error) => return unreadable(&error),
    };
    let known = Knowledge::only_the_time(SystemClock.now());
    let report = match verifier.verify(&content, &known) {
        Ok(report) => report,
        Err(problem) => return unreadable(&problem),
    };
    if json {
        let text = serde_json::to_string_pretty(&as_json(&report));
        say(text.map_err(|error| CommandError::Failed(error.to_string()))?);
    } else {
        tell(&report, trust.is_empty());
    }
    Ok(ExitCode::from(u8::from(!report.holds())))
}

fn tell(report: &Report, nobody: bool) {
    if let Some(title) = &report.title {
        say(format_args!("Document: {title}"));
    }
    if let Some(code) = &report.code {
        say(format_args!("Licence: {code}"));
    }
    for signature in &report.signatures {
        say("");
        if let Some(seal) = &signature.seal {
            say(format_args!("Seal: {} ({})", seal.name, seal.id));
        }
        if let Some(signer) = &signature.signer {
            say(format_args!("Signed by: {signer}"));
        }
        if let Some(at) = signature.at {
            say(format_args!("Signed at: {}", at.rfc3339()));
        }
        for (step, outcome) in &signature.steps {
            let name = step.name().replace('_', " ");
            match outcome {
                Outcome::Passed => say(format_args!("  passed  {name}")),
                Outcome::Failed(finding) => say(format_args!("  FAILED  {name}: {finding}")),
                Outcome::NotApplicable(finding) => {
                    say(format_args!("  -       {name}: {finding}"));
                }
            }
        }
    }
    say("");
    if report.signatures.is_empty() {
        say("Not genuine: the document bears no seal.");
    } else if report.holds() {
        say("Genuine: every seal holds.");
        say("Whether the licence is still in force, only the authority that issued it can tell.");
    } else {
        say("Not genuine as far as can be told here.");
        if nobody {
            say("Nobody is trusted: name the authority's certificates with --trust.");
        }
    }
}

fn as_json(report: &Report) -> serde_json::Value {
    let signatures = report.signatures.iter().map(|signature| {
        let steps = signature.steps.iter().map(|(step, outcome)| {
            let (outcome, finding) = match outcome {
                Outcome::Passed => ("passed", None),
                Outcome::Failed(finding) => ("failed", Some(finding.to_string())),
                Outcome::NotApplicable(finding) => ("not_applicable", Some(finding.to_string())),
            };
            json!({ "step": step.name(), "outcome": outcome, "finding": finding })
        });
        json!({
            "id": signature.id,
            "holds": signature.holds(),
            "seal": signature.seal.as_ref().map(|s| json!({ "id": s.id, "name": s.name })),
            "signer": signature.signer,
            "signed_at": signature.at.map(Timestamp::rfc3339),
            "steps": steps.collect::<Vec<_>>(),
        })
    });
    json!({
        "holds": report.holds(),
        "title": report.title,
        "licence": report.code,
        "signatures": signatures.collect::<Vec<_>>(),
    })
}

fn sample(folder: &Path) -> Result<ExitCode, CommandError> {
    let failed = |e: &dyn std::error::Error| {
        let because = e.source().map(|s| format!(": {s}")).unwrap_or_default();
        CommandError::Failed(format!("{e}{because}"))
    };
    let fonts = Fonts::new(assets::document_fonts()).map_err(|e| failed(&e))?;
    let made = Sample::make(&fonts, SystemClock.now(), |bytes| SystemEntropy.fill(bytes));
    let made = made.map_err(|e| failed(&e))?;
    let trust = made.root.certificate.pem() + &made.issuing.certificate.pem();
    let files = [
        ("licence.ofd", made.sealed(&fonts).map_err(|e| failed(&e))?),
        ("licence.pdf", made.pdf(&fonts).map_err(|e| failed(&e))?),
        ("seal.png", made.seal.picture.data.clone()),
        ("trust.pem", trust.into_bytes()),
        ("signer.pem", made.signer.certificate.pem().into_bytes()),
        ("maker.pem", made.maker.certificate.pem().into_bytes()),
    ];
    let wrong = |path: &Path, e: std::io::Error| {
        CommandError::Failed(format!("{} cannot be written: {e}", path.display()))
    };
    std::fs::create_dir_all(folder).map_err(|e| wrong(folder, e))?;
    for (name, content) in files {
        let path = folder.join(name);
        std::fs::write(&path, content).map_err(|e| wrong(&path, e))?;
        say(path.display());
    }
    Ok(ExitCode::SUCCESS)
}
