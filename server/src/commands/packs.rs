//! `minshu packs check | diff | apply | new`.

use std::process::ExitCode;

use minshu_kernel::pack::PackProblem;
use minshu_kernel::text::{Lang, Message, Speaker};
use minshu_runtime::house::{describe, migrations};
use minshu_runtime::packs::apply::{Applied, NotApplied, Operator, Refusal, apply};
use minshu_runtime::packs::diff::{Compiled, Difference, diff};
use minshu_runtime::packs::{
    Checked, PackSources, check, manage, pins, sources_in_force, texts_of,
};
use minshu_storage::records::Db;
use minshu_storage::records::migrate::pending;

use super::say;
use crate::console;
use crate::error::CommandError;
use crate::folder::DataFolder;
use crate::open::{self, Start};
use crate::settings::Settings;

/// What is to be done with packs.
#[derive(Debug, clap::Subcommand)]
pub enum Packs {
    /// Find every mistake, with file, line and column.
    Check,
    /// Compare the folder with the set in force: by pack, declaration and key.
    Diff {
        /// As JSON.
        #[arg(long)]
        json: bool,
        /// The language of the answer: zh or en.
        #[arg(long, default_value = "zh", value_parser = lang)]
        lang: Lang,
    },
    /// Put the folder's set in force: at once in the running server, else in the data folder.
    Apply {
        /// The language of the answer: zh or en.
        #[arg(long, default_value = "zh", value_parser = lang)]
        lang: Lang,
    },
    /// Begin a new pack that `check` accepts.
    New {
        /// The chapter's folder, such as 06-public-services.
        chapter: String,
        /// The system's id, such as parks-booking.
        id: String,
    },
}

fn lang(word: &str) -> Result<Lang, String> {
    Lang::parse(word).ok_or_else(|| "zh or en".to_owned())
}

impl Packs {
    /// Runs.
    pub async fn run(self, settings: Settings) -> Result<ExitCode, CommandError> {
        match self {
            Packs::Check => Ok(match checked(&settings)? {
                Some((_, checked)) => {
                    let packs = &checked.set.packs;
                    let declared = packs.iter().filter(|p| p.declares).count();
                    let (count, hash) = (packs.len(), &checked.set.hash);
                    say(format!(
                        "{count} packs hold, {declared} of them declare something; hash {hash}"
                    ));
                    ExitCode::SUCCESS
                }
                None => ExitCode::FAILURE,
            }),
            Packs::New { chapter, id } => {
                for path in manage::begin(&settings.packs, &chapter, &id)? {
                    say(path.display());
                }
                Ok(ExitCode::SUCCESS)
            }
            Packs::Diff { json, lang } => {
                let Some(difference) = difference(&settings).await? else {
                    return Ok(ExitCode::FAILURE);
                };
                if json {
                    let text = serde_json::to_string_pretty(&difference)
                        .map_err(|error| CommandError::Failed(error.to_string()))?;
                    say(text);
                } else {
                    for line in difference.lines(&speaker(lang)?) {
                        say(line);
                    }
                }
                Ok(ExitCode::SUCCESS)
            }
            Packs::Apply { lang } => {
                let t = speaker(lang)?;
                Ok(match applied(&settings).await? {
                    Ok(applied) => {
                        say(outcome(&t, applied));
                        ExitCode::SUCCESS
                    }
                    Err(refusal) => {
                        let lines = refusal.lines(&t);
                        say(t.say1("platform-packs-refused", "n", lines.len().to_string()));
                        for line in lines {
                            say(line);
                        }
                        ExitCode::FAILURE
                    }
                })
            }
        }
    }
}

fn speaker(lang: Lang) -> Result<Speaker, CommandError> {
    Ok(Speaker::new(texts_of(&describe(&crate::capabilities()))?, lang))
}

fn outcome(t: &Speaker, applied: Applied) -> String {
    let Applied { hash, before } = applied;
    if hash == before {
        return t.say1("platform-packs-unchanged", "hash", hash);
    }
    let before = if before.is_empty() { t.say("platform-packs-none") } else { before };
    t.message(&Message::new("platform-packs-applied").with("hash", hash).with("before", before))
}

/// Puts the folder's set in force, through the running server where one runs.
async fn applied(settings: &Settings) -> Result<Result<Applied, Refusal>, CommandError> {
    let sources = match PackSources::read(&settings.packs) {
        Ok(sources) => sources,
        Err(problems) => return Ok(Err(Refusal { problems, ..Refusal::default() })),
    };
    if DataFolder::is_served(&settings.data) {
        return console::apply(&settings.data, &sources).await;
    }
    let purpose = DataFolder::look(&settings.data)?.purpose;
    let folder = DataFolder::open(&settings.data, purpose)?;
    let clock = open::clock(&folder);
    let house = open::house(settings, &folder, clock, None, Start::Keep).await?;
    let system_user = Some(rustix::process::getuid().as_raw());
    match apply(&house, sources, Operator { system_user, at_start: false }).await {
        Ok(applied) => Ok(Ok(applied)),
        Err(NotApplied::Refused(refusal)) => Ok(Err(refusal)),
        Err(NotApplied::Failed(failure)) => Err(failure.into()),
    }
}

/// The difference, or nothing where the folder's set has mistakes, which were told.
async fn difference(settings: &Settings) -> Result<Option<Difference>, CommandError> {
    let folder = DataFolder::look(&settings.data)?;
    let db = Db::open(open::records(settings, &folder)).await?;
    let capabilities = crate::capabilities();
    if !pending(&db, &migrations(&capabilities)).await?.is_empty() {
        let what = "the database has not the schema of this program yet: run `minshu migrate`";
        return Err(CommandError::Failed(what.to_owned()));
    }
    let Some((sources, after)) = checked(settings)? else { return Ok(None) };
    let contract = describe(&capabilities);
    let texts = texts_of(&contract)?;
    let before = sources_in_force(&db).await?.unwrap_or_default();
    let set_before = check(&before, &capabilities, &contract, &texts).ok();
    let compiled =
        Compiled { before: set_before.as_ref().map(|before| &*before.set), after: &after.set };
    let open = pins::open(&capabilities, &db, &after.set).await?;
    Ok(Some(diff(&before, &sources, &compiled, &capabilities, &open)))
}

/// The set and what it was compiled to, or nothing where mistakes were told.
fn checked(settings: &Settings) -> Result<Option<(PackSources, Checked)>, CommandError> {
    let capabilities = crate::capabilities();
    let contract = describe(&capabilities);
    let texts = texts_of(&contract)?;
    let sources = match PackSources::read(&settings.packs) {
        Ok(sources) => sources,
        Err(problems) => return Ok(tell(&problems)),
    };
    match check(&sources, &capabilities, &contract, &texts) {
        Ok(checked) => Ok(Some((sources, checked))),
        Err(problems) => Ok(tell(&problems)),
    }
}

fn tell<T>(problems: &[PackProblem]) -> Option<T> {
    for problem in problems {
        say(problem);
    }
    say(format!("{} mistakes", problems.len()));
    None
}
