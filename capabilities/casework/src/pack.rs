//! What a pack declares to casework: `[[casework.item]]`, a service item (政务服务事项) with its materials and
//! stages. The structs are schema and reference at once; their checks are in [`crate::compile`].

use minshu_kernel::calendar::Limit;
use minshu_kernel::division::Level;
use minshu_kernel::lookup::LookupToml;
use minshu_kernel::money::Fen;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

mod clock;
mod joint;

pub use clock::{AtEnd, Escalation, Extension, Special, SpecialKind};
pub use joint::{Branch, BranchAct};

pub use crate::file_kind::FileKind;

use crate::elements::{Delivery, Elements, PaperForm, PaperKind, PaperSource, ResultKind};

/// A service item: what can be applied for, by whom, with what, and who decides until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The item's id within its pack: small letters, digits and hyphens, at most 64.
    pub id: String,
    /// Its name, as on the licence or in the list of items.
    pub name: LocalText,
    /// What it is for and for whom, in one or two sentences.
    pub summary: LocalText,
    /// The form's file in the pack, such as `forms/food-business-licence.json`.
    pub form: String,
    /// Who may apply.
    pub applicant: Applicant,
    /// The form's field that holds the unified social credit code (format `uscc`), as a JSON pointer. Needed where
    /// organisations may apply: the code must be that of the organisation one may act for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_field: Option<String>,
    /// The form's field (format `division`) that says where the case lies, as a JSON pointer.
    pub division_field: String,
    /// The level whose offices handle it: the case goes to this ancestor of the division in the form.
    pub handled_at: Level,
    /// The promised limit from acceptance to decision, such as `15 working days`.
    pub promised: Limit,
    /// The limit that the law sets; the promise may not be longer.
    pub statutory: Limit,
    /// The first letters of case numbers: two to six capital letters.
    pub number_prefix: String,
    /// What must be so for the application to be granted, one condition each.
    #[serde(default)]
    pub conditions: Vec<LocalText>,
    /// The legal basis, one provision each.
    #[serde(default)]
    pub basis: Vec<LocalText>,
    /// What is charged; nothing means free of charge.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// What one gets in the end.
    pub result: Outcome,
    /// The national elements: codes, kind, department, how far it goes on line, where one turns.
    #[serde(default, skip_serializing_if = "Elements::is_empty")]
    pub elements: Elements,
    /// Takes no new applications for now, and why. Cases that are under way go on, and drafts are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// How long closed cases are kept; ten years where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// The telephone number for questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where one can go in person, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<LocalText>,
    /// Queries of other capabilities, answered for `prefill` when the form opens and for `require` before a step.
    /// They run as whoever opens the form or takes the step. Their inputs may read `applicant` and, for `require`,
    /// `form`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lookup: Vec<LookupToml>,
    /// Fields that are filled in when the form opens, so that nothing is asked twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefill: Vec<Prefill>,
    /// Conditions before steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub require: Vec<Require>,
    /// What is to be handed in.
    #[serde(default)]
    pub material: Vec<Material>,
    /// The stages in order: the first accepts, the last decides.
    pub stage: Vec<Stage>,
    /// Procedures for which the clock may stand: only those that are declared here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub special: Vec<Special>,
    /// The one extension that the law allows, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// How long something may be overdue before it goes to those who supervise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
}

/// Who may apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Applicant {
    /// A person who was proved.
    Person,
    /// An organisation, through somebody with a mandate.
    Organisation,
    /// Either.
    Any,
}

impl Applicant {
    /// Whether a person may apply in own name.
    pub fn takes_persons(self) -> bool {
        self != Applicant::Organisation
    }

    /// Whether an organisation may apply.
    pub fn takes_organisations(self) -> bool {
        self != Applicant::Person
    }
}

/// A field of the form that is filled in when the form opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prefill {
    /// The field, as a JSON pointer: one that holds a single value and is not within a list.
    pub field: String,
    /// Its value: `{ cel = "…" }` over `lookup` and `applicant`, or a fixed one. Nothing (`null`) leaves it to the
    /// person.
    pub value: Json,
    /// Where the value comes from, as the page says it: 代办登记.
    pub source: LocalText,
    /// The person cannot change it: what is sent in is what the source says.
    #[serde(default)]
    pub fixed: bool,
}

/// A condition before steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Require {
    /// The steps.
    pub before: Vec<Before>,
    /// What must hold, in CEL over `form`, `lookup` and `applicant`.
    pub that: String,
    /// What is told where it does not hold: what is wrong, why, and what to do.
    pub refusal: LocalText,
    /// The field of the form that it is about, as a JSON pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// A step before which a condition can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Before {
    /// The applicant sends it in, for the first time or corrected.
    Submit,
    /// An office accepts it.
    Accept,
    /// An office returns it for correction.
    Return,
    /// An office refuses to accept it.
    Refuse,
    /// An office hands it on.
    Advance,
    /// An office grants it.
    Grant,
    /// An office denies it.
    Deny,
    /// The applicant takes it back.
    Withdraw,
}

/// A charge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// What it is charged for.
    pub name: LocalText,
    /// How much, in fen.
    pub fen: Fen,
    /// The provision that allows it.
    pub basis: LocalText,
    /// How the amount is found, where it depends (收费标准).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<LocalText>,
    /// Who pays less or nothing (减免规定).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reduction: Option<LocalText>,
}

/// Why an item takes no new applications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// Why, since when or until when, and what to do instead, in one or two sentences.
    pub reason: LocalText,
}

/// How long the closed cases of an item are kept. After that they are put on a list for disposal; nothing goes before
/// two people agreed to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Full years from the day on which the case was closed, 1 to 100. Either this or `permanent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub years: Option<u16>,
    /// They are kept for ever.
    #[serde(default, skip_serializing_if = "is_false")]
    pub permanent: bool,
    /// The provision that says so.
    pub basis: LocalText,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// What one gets in the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Such as 食品经营许可证.
    pub name: LocalText,
    /// What it is (结果类型).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ResultKind>,
    /// The address of a sample: https, or a path of this site (结果样本).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
    /// The type of electronic licence that is issued, as its pack declares it: `pack.type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// How it reaches people (送达方式).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delivery: Vec<Delivery>,
}

/// A material to be handed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Its id within the item.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// Whether the application is complete without it.
    pub necessity: Necessity,
    /// Kinds of files accepted, by their content.
    pub kinds: Vec<FileKind>,
    /// The largest file in MiB, 1 to 100.
    pub max_mib: u32,
    /// The most files, 1 to 20.
    #[serde(default = "one")]
    pub max_files: u32,
    /// Asked for only where this condition (CEL over `form`) holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What it must show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<LocalText>,
    /// Who issues it: the applicant, or an office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<LocalText>,
    /// Who issues it, by the national list (来源渠道).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PaperSource>,
    /// In which forms it is wanted (材料形式).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<PaperForm>,
    /// What it is (材料类型).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PaperKind>,
    /// How many on paper, where it is brought to a counter (份数), 1 to 99.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 99))]
    pub copies: Option<u32>,
    /// The address of a blank form: https, or a path of this site (空白表格).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blank: Option<String>,
    /// The address of a filled-in sample: https, or a path of this site (样例).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
    /// By what it is accepted (受理标准).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<LocalText>,
    /// The type of electronic licence that can take its place: `pack.type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

fn one() -> u32 {
    1
}

/// Whether a material must be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Necessity {
    /// The application is not complete without it.
    Required,
    /// It may help.
    Optional,
}

/// A stage of handling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its id within the item.
    pub id: String,
    /// Its name, as on the time line.
    pub name: LocalText,
    /// The role that has it: a role of this pack, or `pack.role`.
    pub role: String,
    /// What may be done in it.
    pub does: Vec<StageAct>,
    /// The limit of the stage, such as `3 working days`.
    pub limit: Limit,
    /// Four eyes: whoever acted on the case in an earlier stage cannot act in this one, whatever account or post that
    /// human uses, as a substitute neither.
    #[serde(default)]
    pub four_eyes: bool,
    /// Joint approval (并联审批): departments that answer at the same time, each with its own limit. The stage's own role
    /// leads; when all have answered, the case goes on by itself. A stage between the first and the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parallel: Vec<Branch>,
}

/// What may be done in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StageAct {
    /// Accept the application: the promised limit begins. The first stage.
    Accept,
    /// Return it to the applicant for correction.
    Return,
    /// Refuse to accept it. The first stage.
    Refuse,
    /// Hand it on to the next stage. A stage between the first and the last.
    Advance,
    /// Grant it. The last stage.
    Grant,
    /// Deny it. The last stage.
    Deny,
}

impl StageAct {
    /// The word that packs use.
    pub fn word(self) -> &'static str {
        match self {
            StageAct::Accept => "accept",
            StageAct::Return => "return",
            StageAct::Refuse => "refuse",
            StageAct::Advance => "advance",
            StageAct::Grant => "grant",
            StageAct::Deny => "deny",
        }
    }
}

/// An item as a case pins it: the declaration with full role ids and the form's text. Its canonical JSON is what
/// is stored, and the SM3 of that is the version's id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PinnedItem {
    /// The version of these structs; raised when an old text needs an upcaster.
    pub section: u32,
    /// The pack.
    pub pack: String,
    /// The declaration.
    pub item: Item,
    /// The form's text.
    pub form: String,
}

/// The version of [`PinnedItem`] that is written.
pub const SECTION_VERSION: u32 = 1;

/// Turns the JSON of one section version into that of the next.
type Upcaster = fn(Json) -> Result<Json, String>;

/// The first turns version 1 into version 2, and so on up to [`SECTION_VERSION`].
const UPCASTERS: [Upcaster; SECTION_VERSION as usize - 1] = [];

impl PinnedItem {
    /// Reads a text that was kept, of this section version or of an earlier one.
    pub fn read(content: &str) -> Result<PinnedItem, String> {
        let kept: Json = serde_json::from_str(content).map_err(|error| error.to_string())?;
        serde_json::from_value(upcast(kept, &UPCASTERS)?).map_err(|error| error.to_string())
    }
}

fn upcast(mut kept: Json, upcasters: &[Upcaster]) -> Result<Json, String> {
    let newest = upcasters.len() + 1;
    let version = kept["section"].as_u64().and_then(|version| usize::try_from(version).ok());
    let version = version.filter(|version| (1..=newest).contains(version)).ok_or_else(|| {
        format!("its section version {} is none of 1 to {newest}", kept["section"])
    })?;
    for upcaster in &upcasters[version - 1..] {
        kept = upcaster(kept)?;
    }
    kept["section"] = newest.into();
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_older_text_is_brought_up_step_by_step() {
        let upcasters: [Upcaster; 2] = [
            |mut kept| {
                kept["steps"] = json!(["two"]);
                Ok(kept)
            },
            |mut kept| {
                let steps = kept["steps"].as_array_mut().ok_or("no steps")?;
                steps.push(json!("three"));
                Ok(kept)
            },
        ];
        let up = |kept: Json| upcast(kept, &upcasters);
        assert_eq!(
            up(json!({ "section": 1 })),
            Ok(json!({ "section": 3, "steps": ["two", "three"] }))
        );
        let second = json!({ "section": 2, "steps": [] });
        assert_eq!(up(second), Ok(json!({ "section": 3, "steps": ["three"] })));
        assert_eq!(up(json!({ "section": 3 })), Ok(json!({ "section": 3 })));
        assert_eq!(up(json!({ "section": 2 })), Err("no steps".to_owned()));
        for foreign in [json!({ "section": 4 }), json!({ "section": 0 }), json!({})] {
            assert!(up(foreign).unwrap_err().contains("none of 1 to 3"));
        }
    }
}
