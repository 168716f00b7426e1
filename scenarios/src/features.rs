//! The scenario files of packs, parsed, and checked against the sentences that are defined.

use std::path::{Path, PathBuf};

use cucumber::feature::Ext as _;
use cucumber::gherkin::{Feature, GherkinEnv, Scenario, Step};

use crate::packs;
use crate::steps;
use crate::trouble::Trouble;

/// The language of scenarios.
pub const LANGUAGE: &str = "zh-CN";
/// The name of a pack's scenario file.
pub const FILE: &str = "scenario.feature";

/// The tag of scenarios that stop and start their server or look into its database: they need one of their own.
pub const OWN_SERVER: &str = "own-server";

/// Parses a scenario file's text; outlines become scenarios.
pub fn parse(text: &str, path: &Path) -> Result<Feature, Trouble> {
    let wrong = |what: String| Trouble::story(format!("{}：{what}", path.display()));
    let env = GherkinEnv::new(LANGUAGE).map_err(|error| wrong(error.to_string()))?;
    let mut feature = Feature::parse(text, env).map_err(|error| wrong(error.to_string()))?;
    feature.path = Some(path.to_owned());
    feature.expand_examples().map_err(|error| wrong(error.to_string()))
}

/// The scenario files below the packs' root, of one system where it is named, in the order of their folders.
pub fn load(root: &Path, only: Option<&str>) -> Result<Vec<Feature>, Trouble> {
    let mut features = Vec::new();
    for folder in packs::folders(root)? {
        let path = folder.join(FILE);
        let wanted = only.is_none_or(|id| folder.file_name().is_some_and(|name| name == id));
        if wanted && path.is_file() {
            features.push(parse(&std::fs::read_to_string(&path)?, &path)?);
        }
    }
    Ok(features)
}

/// The system that a feature belongs to: the name of its folder.
pub fn system(feature: &Feature) -> String {
    let folder = folder(feature);
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The pack's folder.
pub fn folder(feature: &Feature) -> PathBuf {
    let path = feature.path.as_deref().and_then(Path::parent);
    path.map(Path::to_path_buf).unwrap_or_default()
}

/// The clauses that a scenario proves: its tags and its feature's of the form `c1`, `c2`, …
pub fn clauses(feature: &Feature, scenario: &Scenario) -> Vec<String> {
    let is_clause = |tag: &&String| {
        tag.strip_prefix('c')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut clauses: Vec<String> =
        feature.tags.iter().chain(&scenario.tags).filter(is_clause).cloned().collect();
    clauses.sort();
    clauses.dedup();
    clauses
}

/// Every step of a feature, each with its scenario's name.
pub fn steps_of(feature: &Feature) -> impl Iterator<Item = (&str, &Step)> {
    let background = feature.background.iter().flat_map(|b| &b.steps).map(|step| ("背景", step));
    let ruled = feature.rules.iter().flat_map(|rule| &rule.scenarios);
    let own = feature.scenarios.iter().chain(ruled);
    background.chain(own.flat_map(|s| s.steps.iter().map(|step| (s.name.as_str(), step))))
}

/// What is wrong with a feature without running it: sentences that nobody defines or that two define, clauses that
/// the pack does not have, scenarios of the same name.
pub fn mistakes(feature: &Feature, clauses_of_pack: &[String]) -> Vec<String> {
    let sentences = steps::collection();
    let mut mistakes = Vec::new();
    for (scenario, step) in steps_of(feature) {
        let at = format!("第 {} 行，场景“{scenario}”", step.position.line);
        match sentences.find(step) {
            Ok(Some(_)) => {}
            Ok(None) => mistakes.push(format!("{at}：没有定义“{}”", step.value)),
            Err(_) => mistakes.push(format!("{at}：“{}”有几种定义", step.value)),
        }
    }
    let mut names = std::collections::BTreeSet::new();
    for scenario in feature.scenarios.iter().chain(feature.rules.iter().flat_map(|r| &r.scenarios))
    {
        if !names.insert(&scenario.name) {
            mistakes.push(format!("有两个场景叫“{}”", scenario.name));
        }
        for clause in clauses(feature, scenario) {
            if !clauses_of_pack.contains(&clause) {
                mistakes.push(format!("场景“{}”：业务包里没有条款 {clause}", scenario.name));
            }
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEATURE: &str = "# language: zh-CN
@c3
功能: 一件事
  背景:
    假如 现在是2026年2月9日9时
  @c1
  场景: 甲
    当 天上掉下一个苹果
    那么 应当成功
    并且 应当成功
  @c1 @slow
  场景: 甲
    那么 应当成功
";

    #[test]
    fn a_feature_is_parsed_and_its_mistakes_are_named() {
        let feature = parse(FEATURE, Path::new("packs/06-x/a-system/scenario.feature")).unwrap();
        assert_eq!(system(&feature), "a-system");
        assert_eq!(clauses(&feature, &feature.scenarios[1]), ["c1", "c3"]);
        assert_eq!(steps_of(&feature).count(), 5);
        let mistakes = mistakes(&feature, &["c1".to_owned()]).join("\n");
        assert!(mistakes.contains("没有定义“天上掉下一个苹果”"), "{mistakes}");
        assert!(mistakes.contains("有两个场景叫“甲”"), "{mistakes}");
        assert!(mistakes.contains("没有条款 c3"), "{mistakes}");
        assert_eq!(mistakes.lines().count(), 4, "{mistakes}");
    }

    #[test]
    fn a_file_that_is_no_feature_is_refused() {
        assert!(parse("不是功能", Path::new("x")).is_err());
    }
}
