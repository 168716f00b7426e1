//! How every system stands, kept for a moment: computed from the packs in force and from the results of scenarios,
//! and again when either changes.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::PacksInForce as _;
use minshu_kernel::pack::{PackInfo, PackSet};

use crate::house::House;
use crate::register::{Register, ScenarioResults, Standing, standings};

/// The file of results is looked at again after this time, in milliseconds.
const LOOK_AGAIN_MS: i64 = 1_000;

/// A system's declaration and how it stands.
#[derive(Debug, Clone)]
pub struct StandingSystem {
    /// What its pack says of it.
    pub pack: Arc<PackInfo>,
    /// How it stands.
    pub standing: Standing,
}

/// How all systems stand.
#[derive(Debug, Clone, Default)]
pub struct Standings {
    /// The hash of the packs in force.
    pub packs: String,
    /// In the register's order; those that it does not name behind, by their folders.
    pub systems: Vec<StandingSystem>,
    /// When the scenarios were run on this build with these packs; `None` where they were not.
    pub run_at: Option<Timestamp>,
    places: HashMap<String, usize>,
}

impl Standings {
    /// Puts them together.
    pub fn of(
        set: &PackSet,
        register: &Register,
        results: Option<&ScenarioResults>,
        build: &str,
    ) -> Standings {
        let order: HashMap<&str, usize> =
            register.systems.iter().enumerate().map(|(n, s)| (s.id.as_str(), n)).collect();
        let mut standings = standings(set, results, build);
        let mut systems: Vec<StandingSystem> = set
            .packs
            .iter()
            .filter_map(|pack| {
                let standing = standings.remove(&pack.id)?;
                Some(StandingSystem { pack: pack.clone(), standing })
            })
            .collect();
        systems.sort_by_key(|s| order.get(s.pack.id.as_str()).copied().unwrap_or(usize::MAX));
        let places = systems.iter().enumerate().map(|(n, s)| (s.pack.id.clone(), n)).collect();
        let current = results.filter(|r| r.build == build && r.packs == set.hash);
        Standings {
            packs: set.hash.clone(),
            systems,
            run_at: current.map(|r| Timestamp(r.at_ms)),
            places,
        }
    }

    /// A system by its id.
    pub fn system(&self, id: &str) -> Option<&StandingSystem> {
        self.places.get(id).and_then(|place| self.systems.get(*place))
    }

    /// The systems of a chapter, by its folder.
    pub fn chapter<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a StandingSystem> {
        self.systems.iter().filter(move |s| s.pack.chapter == folder)
    }
}

/// The standings as they were computed last, and from what.
#[derive(Default)]
pub struct StandingsCache {
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    looked_at: Timestamp,
    modified: Option<SystemTime>,
    results: Option<Arc<ScenarioResults>>,
    standings: Arc<Standings>,
}

fn modified(path: Option<&PathBuf>) -> Option<SystemTime> {
    std::fs::metadata(path?).and_then(|m| m.modified()).ok()
}

impl House {
    /// How every system stands. The file of results is looked at once a second at most, and read when it changed.
    pub fn standings(&self) -> Arc<Standings> {
        let now = self.services.clock.now();
        let set = self.packs.current();
        let mut kept = self.standings.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = kept.as_ref().is_some_and(|k| (now.0 - k.looked_at.0).abs() < LOOK_AGAIN_MS);
        if let Some(kept) = kept.as_ref().filter(|k| fresh && k.standings.packs == set.hash) {
            return kept.standings.clone();
        }
        let path = self.scenario_results.as_ref();
        let modified = modified(path);
        let results = match kept.take() {
            Some(before) if before.modified == modified => {
                if before.standings.packs == set.hash {
                    let standings = before.standings.clone();
                    *kept = Some(Kept { looked_at: now, ..before });
                    return standings;
                }
                before.results
            }
            _ => path.and_then(|p| ScenarioResults::read(p)).map(Arc::new),
        };
        let standings =
            Arc::new(Standings::of(&set, &self.register, results.as_deref(), &self.build));
        let standings_kept = standings.clone();
        *kept = Some(Kept { looked_at: now, modified, results, standings: standings_kept });
        standings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::{ScenarioResult, State, System};
    use minshu_kernel::pack::Clause;
    use minshu_kernel::text::LocalText;

    fn pack(id: &str, declares: bool) -> Arc<PackInfo> {
        let clause = |id: &str| Clause { id: id.into(), text: LocalText::new("甲", "a") };
        Arc::new(PackInfo {
            id: id.into(),
            chapter: "01-startup".into(),
            plan: "1".into(),
            name: LocalText::new("甲", "A"),
            lead: LocalText::new("省办", "Office"),
            description: LocalText::new("甲", "A"),
            uses: Vec::new(),
            clauses: vec![clause("c1"), clause("c2")],
            panels: Vec::new(),
            declares,
        })
    }

    fn set() -> PackSet {
        PackSet {
            hash: "h".into(),
            packs: vec![pack("a", true), pack("b", true), pack("c", false)],
            roles: Default::default(),
            sections: Default::default(),
        }
    }

    fn register(ids: &[&str]) -> Register {
        let system = |id: &&str| System {
            id: (*id).to_owned(),
            plan: "1".into(),
            zh: String::new(),
            en: String::new(),
            lead: String::new(),
            uses: Vec::new(),
            works: String::new(),
            derived: false,
        };
        Register { systems: ids.iter().map(system).collect() }
    }

    #[test]
    fn they_follow_the_register_and_the_results_of_this_build_alone() {
        let scenario = ScenarioResult {
            system: "b".into(),
            name: "x".into(),
            clauses: vec!["c1".into()],
            passed: true,
            failure: String::new(),
        };
        let results = ScenarioResults {
            build: "1".into(),
            packs: "h".into(),
            at_ms: 5,
            databases: vec!["sqlite".into()],
            scenarios: vec![scenario],
        };
        let standings = Standings::of(&set(), &register(&["b", "a"]), Some(&results), "1");
        let seen: Vec<_> =
            standings.systems.iter().map(|s| (&*s.pack.id, s.standing.state)).collect();
        assert_eq!(seen, [("b", State::Partly), ("a", State::Unproved), ("c", State::Planned)]);
        assert_eq!(standings.run_at, Some(Timestamp(5)));
        let other = Standings::of(&set(), &register(&[]), Some(&results), "2");
        assert_eq!(other.system("b").unwrap().standing.state, State::Unproved);
        assert_eq!(other.run_at, None);
        assert_eq!(other.chapter("01-startup").count(), 3);
    }
}
