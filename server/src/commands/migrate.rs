//! `minshu migrate`: brings the database to this program's schema and stops.

use std::process::ExitCode;

use minshu_runtime::house::migrations;

use super::say;
use crate::error::CommandError;
use crate::folder::{DataFolder, Purpose};
use crate::open;
use crate::settings::Settings;

/// Migrates.
pub async fn run(settings: Settings) -> Result<ExitCode, CommandError> {
    let purpose = DataFolder::look(&settings.data).map_or(Purpose::default(), |f| f.purpose);
    let folder = DataFolder::open(&settings.data, purpose)?;
    let records = open::records(&settings, &folder);
    let steps =
        minshu_storage::records::migrate::migrate(&records, &migrations(&crate::capabilities()))
            .await?;
    for step in &steps {
        say(format!("{} V{} {}", step.owner, step.version, step.name));
    }
    say(format!("{} migrations applied", steps.len()));
    Ok(ExitCode::SUCCESS)
}
