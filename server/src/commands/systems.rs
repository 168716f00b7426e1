//! `minshu systems`: how much of each system of the plan works on this build, by the scenarios' results.

use std::process::ExitCode;

use minshu_runtime::house::{HouseError, describe};
use minshu_runtime::packs::{PackSources, check, texts_of};
use minshu_runtime::register::{ScenarioResults, State, standings};

use super::say;
use crate::error::CommandError;
use crate::open;
use crate::settings::Settings;

/// How it is printed.
#[derive(Debug, clap::Args)]
pub struct Systems {
    /// As a JSON list.
    #[arg(long)]
    json: bool,
}

impl Systems {
    /// Prints the systems in the order of the register.
    pub fn run(self, settings: &Settings) -> Result<ExitCode, CommandError> {
        let capabilities = crate::capabilities();
        let contract = describe(&capabilities);
        let sources = PackSources::read(&settings.packs).map_err(HouseError::Packs)?;
        let texts = texts_of(&contract)?;
        let checked =
            check(&sources, &capabilities, &contract, &texts).map_err(HouseError::Packs)?;
        let results = settings.scenario_results.as_deref().and_then(ScenarioResults::read);
        let mut found = standings(&checked.set, results.as_ref(), &open::build());
        let register = open::register()?;
        let ids = register.systems.iter().map(|s| s.id.clone());
        let mut ordered: Vec<_> = ids.filter_map(|id| found.remove(&id)).collect();
        ordered.extend(found.into_values());
        if self.json {
            let text = serde_json::to_string_pretty(&ordered)
                .map_err(|error| CommandError::Failed(error.to_string()))?;
            say(text);
            return Ok(ExitCode::SUCCESS);
        }
        for standing in &ordered {
            let all = standing.passed.len() + standing.open.len();
            say(format!(
                "{:<9} {:>2}/{all:<2} {:<5} {}",
                standing.state.word(),
                standing.passed.len(),
                standing.plan,
                standing.id
            ));
        }
        let count = |state| ordered.iter().filter(|s| s.state == state).count();
        say(format!(
            "{} systems: {} working, {} partly, {} unproved, {} planned (build {})",
            ordered.len(),
            count(State::Working),
            count(State::Partly),
            count(State::Unproved),
            count(State::Planned),
            open::build()
        ));
        Ok(ExitCode::SUCCESS)
    }
}
