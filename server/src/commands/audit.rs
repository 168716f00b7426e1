//! `minshu audit verify`: proves the chain, and names the entry that is not what was sealed.

use std::process::ExitCode;
use std::sync::Arc;

use minshu_kernel::clock::Timestamp;
use minshu_runtime::audit::{sealer, verify};
use minshu_runtime::system::SystemClock;

use super::say;
use crate::error::CommandError;
use crate::folder::DataFolder;
use crate::open::{self, Start};
use crate::settings::Settings;

/// What is to be done with the chain.
#[derive(Debug, clap::Subcommand)]
pub enum Audit {
    /// Compute every link, event and block again.
    Verify {
        /// As JSON.
        #[arg(long)]
        json: bool,
        /// As the chain was at this moment, such as 2026-03-05T12:00:00+08:00: later entries are not looked at.
        #[arg(long, value_name = "TIME")]
        until: Option<jiff::Timestamp>,
    },
}

impl Audit {
    /// Verifies; the exit code says whether the chain holds.
    pub async fn run(self, settings: Settings) -> Result<ExitCode, CommandError> {
        let Audit::Verify { json, until } = self;
        let served = DataFolder::is_served(&settings.data);
        let folder = match served {
            // The running server seals; this only reads.
            true => DataFolder::look(&settings.data)?,
            false => {
                let purpose = DataFolder::look(&settings.data)?.purpose;
                DataFolder::open(&settings.data, purpose)?
            }
        };
        let house =
            open::house(&settings, &folder, Arc::new(SystemClock), None, Start::Keep).await?;
        if !served {
            sealer::finish(&house).await?;
        }
        let last = match until {
            Some(until) => {
                verify::position_at(&house.db, Timestamp(until.as_millisecond())).await?
            }
            None => i64::MAX,
        };
        let report = verify::verify_until(&house, last, &mut ()).await?;
        if json {
            let text = serde_json::to_string_pretty(&report)
                .map_err(|error| CommandError::Failed(error.to_string()))?;
            say(text);
        } else {
            for fault in &report.faults {
                say(format!("entry {} ({}): {}", fault.at, fault.entry, fault.what));
            }
            say(format!(
                "{} entries, {} events, {} signed blocks; head {}",
                report.entries, report.events, report.blocks, report.head
            ));
            say(if report.faults.is_empty() { "the chain holds" } else { "the chain is broken" });
        }
        Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
