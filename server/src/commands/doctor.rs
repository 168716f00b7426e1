//! `minshu doctor`: looks for likely troubles before they bite, and says the cure.

use std::process::ExitCode;

use super::say;
use crate::doctor;
use crate::error::CommandError;
use crate::settings::Settings;

/// How it tells.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// As JSON: a list of what was looked at, each with `what`, `at`, and `trouble` with what it says and its cure.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Looks; the exit code says whether something needs a hand.
    pub async fn run(self, settings: Settings) -> Result<ExitCode, CommandError> {
        let found = doctor::look(&settings).await;
        if self.json {
            let text = serde_json::to_string_pretty(&found)
                .map_err(|error| CommandError::Failed(error.to_string()))?;
            say(text);
        } else {
            for finding in &found {
                match &finding.trouble {
                    None => say(format!("ok    {}", finding.what)),
                    Some(trouble) => say(format!(
                        "wrong {} ({}): {}\n      cure: {}",
                        finding.what, finding.at, trouble.says, trouble.cure
                    )),
                }
            }
        }
        let well = found.iter().all(|finding| finding.trouble.is_none());
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
