//! The results of a run, as `minshu systems` reads them: `target/scenarios.json`.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::trouble::Trouble;

/// Results of a run of scenarios.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The build that was run, as the server tells it.
    pub build: String,
    /// The hash of the packs in force, as the server tells it.
    pub packs: String,
    /// When, UTC milliseconds.
    pub at_ms: i64,
    /// The databases on which every scenario was run.
    pub databases: Vec<String>,
    /// The scenarios.
    pub scenarios: Vec<ScenarioResult>,
}

/// One scenario's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// The system.
    pub system: String,
    /// The scenario's name.
    pub name: String,
    /// The clauses that it is tagged with.
    pub clauses: Vec<String>,
    /// Whether it passed, on every database.
    pub passed: bool,
    /// The step that failed and how, where one did; on which database.
    #[serde(default)]
    pub failure: String,
}

impl Results {
    /// Adds a run on one more database: a scenario has passed where it passed on all.
    pub fn add(&mut self, database: &str, run: Vec<ScenarioResult>) {
        self.databases.push(database.to_owned());
        for mut result in run {
            if !result.passed {
                result.failure = format!("{database}：{}", result.failure);
            }
            let known = self
                .scenarios
                .iter_mut()
                .find(|known| known.system == result.system && known.name == result.name);
            match known {
                None => self.scenarios.push(result),
                Some(known) if !result.passed => {
                    known.passed = false;
                    if !known.failure.is_empty() {
                        known.failure.push('\n');
                    }
                    known.failure.push_str(&result.failure);
                }
                Some(_) => {}
            }
        }
    }

    /// What this run proves together with an earlier one of the same build, packs and databases: of a system that was
    /// run again, only the new results count.
    #[must_use]
    pub fn after(mut self, earlier: Option<Results>) -> Results {
        let Some(earlier) = earlier else { return self };
        let databases = |of: &Results| of.databases.iter().cloned().collect::<BTreeSet<_>>();
        let alike = earlier.build == self.build
            && earlier.packs == self.packs
            && databases(&earlier) == databases(&self);
        if alike {
            let run: BTreeSet<String> = self.scenarios.iter().map(|s| s.system.clone()).collect();
            let kept = earlier.scenarios.into_iter().filter(|s| !run.contains(&s.system));
            self.scenarios = kept.chain(std::mem::take(&mut self.scenarios)).collect();
        }
        self
    }

    /// The results of an earlier run, where there are any that can be read.
    pub fn read(path: &Path) -> Option<Results> {
        serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
    }

    /// Writes the file at once: nobody reads half of it.
    pub fn write(&self, path: &Path) -> Result<(), Trouble> {
        let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(file.path(), mode)?;
        file.persist(path).map_err(|error| Trouble::Io(error.error))?;
        Ok(())
    }

    /// How many passed and how many failed.
    pub fn counts(&self) -> (usize, usize) {
        let passed = self.scenarios.iter().filter(|s| s.passed).count();
        (passed, self.scenarios.len() - passed)
    }

    /// As a JUnit report, for machines that show test results.
    pub fn junit(&self) -> String {
        let (_, failed) = self.counts();
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"scenarios\" tests=\"{}\" failures=\"{failed}\">\n",
            self.scenarios.len()
        );
        for result in &self.scenarios {
            let head = format!(
                "  <testcase classname=\"{}\" name=\"{}\"",
                escape(&result.system),
                escape(&result.name)
            );
            xml.push_str(&head);
            if result.passed {
                xml.push_str("/>\n");
            } else {
                let failure = escape(&result.failure);
                xml.push_str(&format!("><failure>{failure}</failure></testcase>\n"));
            }
        }
        xml.push_str("</testsuite>\n");
        xml
    }
}

/// For text and attributes of XML; characters that XML cannot hold are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(system: &str, name: &str, failure: &str) -> ScenarioResult {
        ScenarioResult {
            system: system.to_owned(),
            name: name.to_owned(),
            clauses: vec!["c1".to_owned()],
            passed: failure.is_empty(),
            failure: failure.to_owned(),
        }
    }

    #[test]
    fn a_scenario_passes_on_all_databases_or_not_at_all() {
        let mut results = Results::default();
        results.add("sqlite", vec![result("a", "x", ""), result("a", "y", "")]);
        results.add("postgres", vec![result("a", "x", "boom"), result("a", "y", "")]);
        assert_eq!(results.counts(), (1, 1));
        assert_eq!(results.databases, ["sqlite", "postgres"]);
        assert_eq!(results.scenarios[0].failure, "postgres：boom");
        let xml = results.junit();
        assert!(xml.contains("tests=\"2\" failures=\"1\""), "{xml}");
    }

    #[test]
    fn a_run_of_one_system_keeps_what_was_proved_of_the_others() {
        let run = |systems: &[&str]| {
            let mut results = Results { build: "b1".to_owned(), ..Results::default() };
            results.add("sqlite", systems.iter().map(|s| result(s, "x", "")).collect());
            results
        };
        let both = run(&["b"]).after(Some(run(&["a", "b"])));
        let systems: Vec<&str> = both.scenarios.iter().map(|s| s.system.as_str()).collect();
        assert_eq!(systems, ["a", "b"]);
        let other_build = Results { build: "b0".to_owned(), ..run(&["a"]) };
        assert_eq!(run(&["b"]).after(Some(other_build)).scenarios.len(), 1);
    }

    #[test]
    fn the_file_is_written_and_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/scenarios.json");
        assert_eq!(Results::read(&path), None);
        let mut results = Results::default();
        results.add("sqlite", vec![result("a", "<x>", "a & b")]);
        results.write(&path).unwrap();
        assert_eq!(Results::read(&path), Some(results.clone()));
        assert!(results.junit().contains("name=\"&lt;x&gt;\"><failure>sqlite：a &amp; b<"));
    }
}
