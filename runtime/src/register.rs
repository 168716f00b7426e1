//! The register of systems, the plan's chapters, and how much of each works: by the results of scenarios on this
//! build and by nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use minshu_kernel::pack::{PackInfo, PackSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A chapter of the plan.
#[derive(Debug, Clone, Copy)]
pub struct Chapter {
    /// The folder of its packs.
    pub folder: &'static str,
    /// Its number.
    pub number: u8,
    /// Its name: Chinese, English.
    pub name: (&'static str, &'static str),
    /// Its number as the plan writes it.
    pub numeral: &'static str,
    /// Its icon.
    pub icon: &'static str,
}

macro_rules! chapters {
    ($($number:literal $numeral:literal $folder:literal $zh:literal $en:literal $icon:literal;)+) => {
        /// The sixteen chapters, in the plan's order.
        pub const CHAPTERS: [Chapter; 16] = [$(Chapter {
            folder: $folder,
            number: $number,
            name: ($zh, $en),
            numeral: $numeral,
            icon: $icon,
        }),+];
    };
}

chapters! {
    1 "一" "01-startup" "创业创新" "Start-ups and innovation" "lightbulb";
    2 "二" "02-manufacturing" "协同制造" "Collaborative manufacturing" "factory";
    3 "三" "03-agriculture" "现代农业" "Modern agriculture" "sprout";
    4 "四" "04-energy" "智慧能源" "Smart energy" "zap";
    5 "五" "05-finance" "普惠金融" "Inclusive finance" "coins";
    6 "六" "06-public-services" "益民服务" "Public services" "hand-heart";
    7 "七" "07-public-safety" "公共安全" "Public safety" "shield";
    8 "八" "08-logistics" "高效物流" "Efficient logistics" "truck";
    9 "九" "09-commerce" "现代商贸" "Modern commerce" "store";
    10 "十" "10-transport" "便捷交通" "Convenient transport" "train-front";
    11 "十一" "11-ecology" "绿色生态" "Green ecology" "leaf";
    12 "十二" "12-ocean" "海洋经济" "Ocean economy" "ship";
    13 "十三" "13-culture-media" "文创媒体" "Culture and media" "clapperboard";
    14 "十四" "14-cooperation" "开放合作" "Open cooperation" "handshake";
    15 "十五" "15-artificial-intelligence" "人工智能" "Artificial intelligence" "brain-circuit";
    16 "十六" "16-safeguards" "保障措施" "Safeguards" "scale";
}

/// The parts of chapters that the plan divides: number, Chinese, English. The Chinese is the plan's own heading
/// without its “互联网＋”.
pub const PARTS: [(&str, &str, &str); 24] = [
    ("6.1", "政务", "Government services"),
    ("6.2", "医疗卫生", "Health"),
    ("6.3", "教育", "Education"),
    ("6.4", "民政", "Civil affairs"),
    ("6.5", "旅游", "Tourism"),
    ("6.6", "社会保障", "Social security"),
    ("6.7", "就业服务", "Employment"),
    ("6.8", "公共法律服务", "Legal services"),
    ("6.9", "便民服务", "Everyday services"),
    ("7.1", "平安福建", "A safe Fujian"),
    ("7.2", "食品安全", "Food safety"),
    ("7.3", "安全生产", "Safety at work"),
    ("7.4", "信息安全", "Information security"),
    ("11.1", "环保", "Environment"),
    ("11.2", "林业", "Forestry"),
    ("11.3", "国土", "Land"),
    ("14.1", "通关", "Customs clearance"),
    ("14.2", "闽台合作与海丝信息枢纽", "Taiwan and the Maritime Silk Road"),
    ("16.1", "夯实网络基础", "Networks"),
    ("16.2", "深入实施创新驱动", "Innovation"),
    ("16.3", "强化人力智力保障", "People and skills"),
    ("16.4", "营造积极发展环境", "A good environment for firms"),
    ("16.5", "积极推动“走出去”发展", "Going abroad"),
    ("16.6", "认真抓好组织实施", "Carrying out the plan"),
];

/// A row of the register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Its id.
    pub id: String,
    /// The plan's chapter, such as `6.1`.
    pub plan: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// The unit named first.
    pub lead: String,
    /// The capabilities that carry it.
    pub uses: Vec<String>,
    /// What must be shown, end to end.
    pub works: String,
    /// Whether the plan gives a policy task and the system is what carries it.
    #[serde(default)]
    pub derived: bool,
}

/// The register.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// In the plan's order.
    #[serde(rename = "system")]
    pub systems: Vec<System>,
}

impl Register {
    /// Reads `plan/systems.toml`.
    pub fn read(text: &str) -> Result<Register, toml::de::Error> {
        toml::from_str(text)
    }
}

/// How much of a system works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Every clause is proved by a passing scenario on this build.
    Working,
    /// Some clauses are.
    Partly,
    /// It is declared, and no run on this build is there yet.
    Unproved,
    /// Nothing is declared.
    Planned,
}

impl State {
    /// The word, as the CSS and the text keys have it.
    pub const fn word(self) -> &'static str {
        match self {
            State::Working => "working",
            State::Partly => "partly",
            State::Unproved => "unproved",
            State::Planned => "planned",
        }
    }
}

/// Results of a run of all scenarios, as the runner writes them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScenarioResults {
    /// The build that was run.
    pub build: String,
    /// The hash of the packs that were in force.
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
    /// The clauses it is tagged with.
    pub clauses: Vec<String>,
    /// Whether it passed, on every database.
    pub passed: bool,
    /// The step that failed and how, where one did.
    #[serde(default)]
    pub failure: String,
}

impl ScenarioResults {
    /// Reads the file that is shipped beside the binary; absent or unreadable means that nothing was run.
    pub fn read(path: &Path) -> Option<ScenarioResults> {
        let text = std::fs::read_to_string(path).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The clauses of a system that are proved: named by a passing scenario and by no failing one.
    pub fn proved(&self, system: &str) -> BTreeSet<&str> {
        let own = || self.scenarios.iter().filter(|s| s.system == system);
        let failed: BTreeSet<&str> = own()
            .filter(|s| !s.passed)
            .flat_map(|s| s.clauses.iter().map(String::as_str))
            .collect();
        own()
            .filter(|s| s.passed)
            .flat_map(|s| s.clauses.iter().map(String::as_str))
            .filter(|clause| !failed.contains(clause))
            .collect()
    }
}

/// How one system stands.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// The plan's chapter.
    pub plan: String,
    /// Its state.
    pub state: State,
    /// Clauses proved on this build.
    pub passed: Vec<String>,
    /// Clauses still open.
    pub open: Vec<String>,
    /// The build.
    pub build: String,
}

/// How every system stands, by id; a run of another build or of other packs proves nothing.
pub fn standings(
    packs: &PackSet,
    results: Option<&ScenarioResults>,
    build: &str,
) -> BTreeMap<String, Standing> {
    let current = results.filter(|r| r.build == build && r.packs == packs.hash);
    packs.packs.iter().map(|pack| (pack.id.clone(), standing(pack, current, build))).collect()
}

fn standing(pack: &PackInfo, results: Option<&ScenarioResults>, build: &str) -> Standing {
    let proved = results.map(|r| r.proved(&pack.id)).unwrap_or_default();
    let (passed, open): (Vec<String>, Vec<String>) =
        pack.clauses.iter().map(|c| c.id.clone()).partition(|id| proved.contains(id.as_str()));
    let state = match (pack.declares, results.is_some(), passed.is_empty(), open.is_empty()) {
        (false, ..) => State::Planned,
        (true, false, ..) => State::Unproved,
        (true, true, true, _) => State::Unproved,
        (true, true, false, true) => State::Working,
        (true, true, false, false) => State::Partly,
    };
    Standing {
        id: pack.id.clone(),
        plan: pack.plan.clone(),
        state,
        passed,
        open,
        build: build.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(clauses: &[&str], passed: bool) -> ScenarioResult {
        ScenarioResult {
            system: "a".into(),
            name: "x".into(),
            clauses: clauses.iter().map(|c| (*c).to_owned()).collect(),
            passed,
            failure: String::new(),
        }
    }

    #[test]
    fn a_clause_is_proved_by_passing_scenarios_alone() {
        let results = ScenarioResults {
            scenarios: vec![result(&["c1", "c2"], true), result(&["c2"], false)],
            ..ScenarioResults::default()
        };
        assert_eq!(results.proved("a").into_iter().collect::<Vec<_>>(), ["c1"]);
        assert!(results.proved("b").is_empty());
    }

    #[test]
    fn the_register_has_176_systems_in_sixteen_chapters() {
        let register = Register::read(include_str!("../../plan/systems.toml")).unwrap();
        assert_eq!(register.systems.len(), 176);
        for chapter in CHAPTERS {
            let number = chapter.number.to_string();
            let own = register.systems.iter().filter(|s| s.plan.split('.').next() == Some(&number));
            assert!(own.count() > 0, "{}", chapter.folder);
        }
    }
}
