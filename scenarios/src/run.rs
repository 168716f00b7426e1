//! A run: the scenarios of packs on one database or on both.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use cucumber::gherkin::Feature;
use cucumber::{Cucumber, Parser, cli, parser, runner};
use futures_util::stream;

use crate::arguments::Arguments;
use crate::database::{Engine, Postgres};
use crate::packs::Pack;
use crate::places::Places;
use crate::reporter::{Reporter, say};
use crate::results::Results;
use crate::trouble::Trouble;
use crate::world::{Setup, World};
use crate::{features, steps};

/// Runs what the command line asks for. The exit code says whether everything passed.
pub async fn run(arguments: Arguments) -> Result<ExitCode, Trouble> {
    let features = features::load(&arguments.packs, arguments.only.as_deref())?;
    if features.is_empty() {
        let place = arguments.packs.display();
        return Err(Trouble::story(format!("{place} 里没有要跑的 {}", features::FILE)));
    }
    let packs = packs_of(&features)?;
    let mut mistaken = false;
    for feature in &features {
        let clauses = packs.get(&features::system(feature)).map(|p| p.clauses.as_slice());
        for mistake in features::mistakes(feature, clauses.unwrap_or_default()) {
            mistaken = true;
            say(&format!("{}：{mistake}", features::folder(feature).display()));
        }
    }
    if mistaken || arguments.check {
        return Ok(if mistaken { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    let mut results = Results { at_ms: now_ms(), ..Results::default() };
    let mut unread = 0;
    for engine in arguments.database.engines() {
        let setup = Arc::new(setup(&arguments, *engine)?);
        let reporter = on_database(&arguments, &features, &packs, setup.clone()).await;
        unread += reporter.unread.len();
        results.add(engine.word(), reporter.results);
        if let Some((build, packs)) = setup.build.get() {
            results.build.clone_from(build);
            results.packs.clone_from(packs);
        }
    }
    let (passed, failed) = results.counts();
    if let Some(path) = &arguments.junit {
        std::fs::write(path, results.junit())?;
    }
    if arguments.name.is_none() && arguments.at.is_none() {
        results.after(Results::read(&arguments.out)).write(&arguments.out)?;
    }
    say(&format!("{passed} passed, {} failed", failed + unread));
    Ok(if failed + unread == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time of the run; the stories' time is the server's test clock"
)]
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn setup(arguments: &Arguments, engine: Engine) -> Result<Setup, Trouble> {
    let running = arguments.at.clone().zip(arguments.data.clone());
    let postgres = match (engine, &running) {
        (Engine::Postgres, None) => Some(Postgres::open()?),
        _ => None,
    };
    Ok(Setup {
        binary: absolute(&arguments.minshu)?,
        packs: absolute(&arguments.packs)?,
        running,
        engine,
        postgres,
        places: Places::default(),
        build: OnceLock::new(),
    })
}

fn absolute(path: &std::path::Path) -> Result<PathBuf, Trouble> {
    std::fs::canonicalize(path)
        .map_err(|error| Trouble::story(format!("{}：{error}", path.display())))
}

fn packs_of(features: &[Feature]) -> Result<BTreeMap<String, Pack>, Trouble> {
    let read = |feature| Ok((features::system(feature), Pack::read(&features::folder(feature))?));
    features.iter().map(read).collect()
}

async fn on_database(
    arguments: &Arguments,
    features: &[Feature],
    packs: &BTreeMap<String, Pack>,
    setup: Arc<Setup>,
) -> Reporter {
    // Scenarios on one running server share its clock.
    let at_a_time = if setup.running.is_some() { 1 } else { arguments.concurrency.max(1) };
    let reporter = Reporter::on(setup.engine.word());
    let packs = Arc::new(packs.clone());
    let part = arguments.name.clone();
    let shared = setup.running.is_some();
    let options = cli::Opts::<cli::Empty, runner::basic::Cli, cli::Empty>::default();
    Cucumber::<World, _, Vec<Feature>, _, _, cli::Empty>::custom(
        Parsed,
        runner::Basic::default(),
        reporter,
    )
    .with_cli(options)
    .max_concurrent_scenarios(at_a_time)
    .steps(steps::collection().clone())
    .before(move |feature, _, _, world| {
        let (setup, pack) = (setup.clone(), packs.get(&features::system(feature)).cloned());
        Box::pin(async move {
            let begun = match pack {
                Some(pack) => world.begin(setup, pack).await,
                None => Err(Trouble::story("没有业务包")),
            };
            if let Err(trouble) = begun {
                std::panic::panic_any(trouble.to_string());
            }
        })
    })
    .after(|_, _, _, _, world| {
        Box::pin(async move {
            if let Some(world) = world
                && let Err(trouble) = world.end().await
            {
                std::panic::panic_any(trouble.to_string());
            }
        })
    })
    .filter_run(features.to_vec(), move |_, _, scenario| {
        let needs_own = scenario.tags.iter().any(|tag| tag == features::OWN_SERVER);
        let wanted = part.as_ref().is_none_or(|part| scenario.name.contains(part.as_str()));
        if wanted && shared && needs_own {
            say(&format!("skipped {}: it needs a server of its own", scenario.name));
        }
        wanted && !(shared && needs_own)
    })
    .await
}

/// Features that were parsed before.
#[derive(Debug, Clone, Copy)]
struct Parsed;

impl Parser<Vec<Feature>> for Parsed {
    type Cli = cli::Empty;
    type Output = stream::Iter<std::vec::IntoIter<parser::Result<Feature>>>;

    fn parse(self, input: Vec<Feature>, _: cli::Empty) -> Self::Output {
        stream::iter(input.into_iter().map(Ok).collect::<Vec<_>>())
    }
}
