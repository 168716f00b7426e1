//! `minshu packs check | diff | apply | new`.

use std::process::ExitCode;
use std::sync::Arc;

use minshu_runtime::house::{HouseError, describe};
use minshu_runtime::packs::{PackSources, check, keep, last_kept, manage, texts_of};
use minshu_runtime::system::SystemClock;
use minshu_storage::records::Db;

use super::say;
use crate::error::CommandError;
use crate::folder::DataFolder;
use crate::open;
use crate::settings::Settings;

/// What is to be done with packs.
#[derive(Debug, clap::Subcommand)]
pub enum Packs {
    /// Find every mistake, with file, line and column.
    Check,
    /// Compare the folder with the set that was put in force last.
    Diff,
    /// Check, and keep the set: `serve` loads it at its next start.
    Apply,
    /// Begin a new pack that `check` accepts.
    New {
        /// The chapter's folder, such as 06-public-services.
        chapter: String,
        /// The system's id, such as parks-booking.
        id: String,
    },
}

impl Packs {
    /// Runs.
    pub async fn run(self, settings: Settings) -> Result<ExitCode, CommandError> {
        match self {
            Packs::Check => Ok(match checked(&settings)? {
                Some(_) => ExitCode::SUCCESS,
                None => ExitCode::FAILURE,
            }),
            Packs::New { chapter, id } => {
                for path in manage::begin(&settings.packs, &chapter, &id)? {
                    say(path.display());
                }
                Ok(ExitCode::SUCCESS)
            }
            Packs::Diff => {
                let db = open_db(&settings).await?;
                let sources = read(&settings)?;
                for change in manage::diff(&last_kept(&db).await?.unwrap_or_default(), &sources) {
                    say(format!("{:<8} {}", change.what, change.file.display()));
                }
                Ok(ExitCode::SUCCESS)
            }
            Packs::Apply => {
                let Some((sources, hash)) = checked(&settings)? else {
                    return Ok(ExitCode::FAILURE);
                };
                let db = open_db(&settings).await?;
                keep(&db, &sources, &hash, &SystemClock).await?;
                say(format!("kept {hash}"));
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn read(settings: &Settings) -> Result<PackSources, CommandError> {
    Ok(PackSources::read(&settings.packs).map_err(HouseError::Packs)?)
}

/// The set and its hash, or nothing where mistakes were told.
fn checked(settings: &Settings) -> Result<Option<(PackSources, String)>, CommandError> {
    let capabilities = crate::capabilities();
    let contract = describe(&capabilities);
    let texts = texts_of(&contract)?;
    let sources = match PackSources::read(&settings.packs) {
        Ok(sources) => sources,
        Err(problems) => return Ok(tell(&problems)),
    };
    match check(&sources, &capabilities, &contract, &texts) {
        Ok(checked) => {
            let declared = checked.set.packs.iter().filter(|p| p.declares).count();
            say(format!(
                "{} packs hold, {declared} of them declare something; hash {}",
                checked.set.packs.len(),
                checked.set.hash
            ));
            Ok(Some((sources, checked.set.hash.clone())))
        }
        Err(problems) => Ok(tell(&problems)),
    }
}

fn tell<T>(problems: &[minshu_kernel::pack::PackProblem]) -> Option<T> {
    for problem in problems {
        say(problem);
    }
    say(format!("{} mistakes", problems.len()));
    None
}

async fn open_db(settings: &Settings) -> Result<Arc<Db>, CommandError> {
    let folder = DataFolder::look(&settings.data)?;
    Ok(Arc::new(Db::open(open::records(settings, &folder)).await?))
}
