//! What an item declares of departments that work in parallel.

use minshu_kernel::calendar::Limit;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A department's part of a joint approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Its id within the stage.
    pub id: String,
    /// What it examines, as on the time line.
    pub name: LocalText,
    /// The role that answers: a role of this pack, or `pack.role`.
    pub role: String,
    /// What it may do; without saying, it gives an opinion.
    #[serde(default = "opines", skip_serializing_if = "only_opines")]
    pub does: Vec<BranchAct>,
    /// Its limit, such as `5 working days`.
    pub limit: Limit,
    /// The materials that it looks at, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
    /// The parts of the form that it looks at, as JSON pointers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// The provision by which it takes part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<LocalText>,
}

impl Branch {
    /// Whether it may ask for a correction.
    pub fn may_ask(&self) -> bool {
        self.does.contains(&BranchAct::Return)
    }
}

/// What a department may do in a joint approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BranchAct {
    /// Agree or disagree.
    Opine,
    /// Ask for a correction, which reaches the applicant together with what the others ask for.
    Return,
}

fn opines() -> Vec<BranchAct> {
    vec![BranchAct::Opine]
}

fn only_opines(does: &[BranchAct]) -> bool {
    does == [BranchAct::Opine]
}
