//! What an item declares of its clock: for what it may stand, its one extension, when it goes to those who supervise.

use minshu_kernel::calendar::Limit;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use minshu_kernel::words;

/// A procedure for which the clock stands (特别程序).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Special {
    /// Which one.
    pub kind: SpecialKind,
    /// The longest that the clock may stand for it.
    pub limit: Limit,
    /// The provision by which its time does not count.
    pub basis: LocalText,
    /// What happens when its expected end has passed.
    #[serde(default, skip_serializing_if = "AtEnd::is_remind")]
    pub at_end: AtEnd,
}

words! {
    /// The procedures whose time does not count (Administrative Licensing Law, article 45), and those that items have
    /// besides.
    SpecialKind {
        /// 专家评审
        ExpertReview = "expert_review",
        /// 听证
        Hearing = "hearing",
        /// 现场勘验
        Inspection = "inspection",
        /// 检验检测
        Testing = "testing",
        /// 检疫
        Quarantine = "quarantine",
        /// 鉴定
        Appraisal = "appraisal",
        /// 公示
        Publicity = "publicity",
        /// 招标
        Tender = "tender",
        /// 拍卖
        Auction = "auction",
    }
}

/// What happens when the expected end of a special procedure has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AtEnd {
    /// The case gets a yellow flag, and the office is to let the clock run again.
    #[default]
    Remind,
    /// The clock runs again by itself.
    Resume,
}

impl AtEnd {
    /// Whether it is what holds where nothing is said.
    pub fn is_remind(&self) -> bool {
        *self == AtEnd::Remind
    }
}

/// The one extension of a case's limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// By how much: counted like what is promised.
    pub limit: Limit,
    /// The role that approves it: a role of this pack, or `pack.role`.
    pub approver: String,
    /// The provision that allows it.
    pub basis: LocalText,
}

/// When what is overdue goes to those who supervise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// So long after the red flag.
    pub after: Limit,
}
