//! Hears what the runner does, prints a line for each scenario, and keeps the results.

use std::any::Any;
use std::collections::HashMap;
use std::io::Write as _;

use cucumber::event::{
    self, Hook, RetryableScenario, Scenario as Happens, Step as StepEvent, StepError,
};
use cucumber::gherkin::{Feature, Scenario};
use cucumber::{Event, Writer, cli, parser, writer};

use crate::features;
use crate::results::ScenarioResult;
use crate::world::World;

/// Keeps the results of a run on one database.
#[derive(Debug, Default)]
pub struct Reporter {
    database: String,
    failures: HashMap<(String, String), String>,
    /// In the order in which the scenarios ended.
    pub results: Vec<ScenarioResult>,
    /// Files that could not be read.
    pub unread: Vec<String>,
}

impl Reporter {
    /// For a run on this database.
    pub fn on(database: &str) -> Reporter {
        Reporter { database: database.to_owned(), ..Reporter::default() }
    }

    fn hear(&mut self, feature: &Feature, scenario: &Scenario, event: Happens<World>) {
        let key = (features::system(feature), scenario.name.clone());
        match event {
            Happens::Background(step, StepEvent::Failed(_, _, _, error))
            | Happens::Step(step, StepEvent::Failed(_, _, _, error)) => {
                self.fail(key, format!("“{}”：{}", step.value, reason(&error)));
            }
            Happens::Background(step, StepEvent::Skipped)
            | Happens::Step(step, StepEvent::Skipped) => {
                self.fail(key, format!("没有定义“{}”", step.value));
            }
            Happens::Hook(_, Hook::Failed(_, info)) => self.fail(key, said(&*info)),
            Happens::Finished => self.finish(key, features::clauses(feature, scenario)),
            _ => {}
        }
    }

    /// The first failure of a scenario is the one that tells.
    fn fail(&mut self, key: (String, String), failure: String) {
        self.failures.entry(key).or_insert(failure);
    }

    fn finish(&mut self, key: (String, String), clauses: Vec<String>) {
        let failure = self.failures.remove(&key).unwrap_or_default();
        let (system, name) = key;
        let passed = failure.is_empty();
        let mark = if passed { "passed" } else { "FAILED" };
        say(&format!("{mark} {:<8} {system}  {name}", self.database));
        for line in failure.lines() {
            say(&format!("       {line}"));
        }
        self.results.push(ScenarioResult { system, name, clauses, passed, failure });
    }
}

impl Writer<World> for Reporter {
    type Cli = cli::Empty;

    async fn handle_event(
        &mut self,
        event: parser::Result<Event<event::Cucumber<World>>>,
        _: &Self::Cli,
    ) {
        use event::{Cucumber, Feature as InFeature, Rule};
        match event.map(Event::into_inner) {
            Err(error) => {
                say(&format!("FAILED {error}"));
                self.unread.push(error.to_string());
            }
            Ok(Cucumber::Feature(feature, InFeature::Scenario(scenario, told)))
            | Ok(Cucumber::Feature(feature, InFeature::Rule(_, Rule::Scenario(scenario, told)))) => {
                let RetryableScenario { event, .. } = told;
                self.hear(&feature, &scenario, event);
            }
            Ok(_) => {}
        }
    }
}

// Events of scenarios that run side by side may come mixed: they are told apart by system and name.
impl writer::Normalized for Reporter {}

fn reason(error: &StepError) -> String {
    match error {
        StepError::Panic(info) => said(&**info),
        other => other.to_string(),
    }
}

/// What a panic said.
fn said(info: &(dyn Any + Send)) -> String {
    if let Some(text) = info.downcast_ref::<String>() {
        return text.clone();
    }
    if let Some(text) = info.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    "失败，没有说明原因".to_owned()
}

/// Prints a line. A closed pipe is nobody's loss.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
