//! The things of casework: drafts, cases, their steps and materials. No rules and no SQL here.

use std::collections::BTreeSet;

use minshu_kernel::access::{Instead, Resource};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::id_type;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::personal::Subject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::pack::SpecialKind;
use minshu_kernel::words;

id_type!(DraftId, "An application that is being filled in, or a correction of a case.");
id_type!(CaseId, "A case (办件).");
id_type!(MaterialId, "A file handed in as a material.");

words! {
    /// Where a case stands.
    State {
        /// Sent in; nobody has accepted it yet.
        Submitted = "submitted",
        /// With the applicant, for correction.
        Returned = "returned",
        /// Accepted: the promised limit runs.
        Accepted = "accepted",
        /// Decided: granted.
        Granted = "granted",
        /// Decided: denied, with reasons.
        Denied = "denied",
        /// Not accepted, with reasons.
        NotAccepted = "not_accepted",
        /// Taken back by the applicant.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// Whether somebody still has something to do.
    pub const fn open(self) -> bool {
        matches!(self, State::Submitted | State::Returned | State::Accepted)
    }
}

words! {
    /// What was done in a step.
    Verb {
        /// The applicant sent it in, or a system opened it.
        Submit = "submit",
        /// An office accepted it.
        Accept = "accept",
        /// An office returned it for correction.
        Return = "return",
        /// The applicant sent it in again.
        Resubmit = "resubmit",
        /// An office did not accept it.
        Refuse = "refuse",
        /// An office handed it on.
        Advance = "advance",
        /// An office granted it.
        Grant = "grant",
        /// An office denied it.
        Deny = "deny",
        /// The applicant took it back.
        Withdraw = "withdraw",
        /// The clock raised a flag.
        Flag = "flag",
        /// The calendar was edited, and the limits with it.
        Recompute = "recompute",
        /// An office let the clock stand for a special procedure.
        Suspend = "suspend",
        /// The clock runs again.
        Resume = "resume",
        /// An office asked for the one extension.
        AskExtension = "ask_extension",
        /// The extension was approved.
        Extend = "extend",
        /// The extension was not approved.
        KeepLimit = "keep_limit",
        /// The applicant or a supervisor urged the office.
        Urge = "urge",
        /// An office took its last step back.
        Recall = "recall",
        /// It was overdue for so long that it went to those who supervise.
        Escalate = "escalate",
        /// A department answered in a joint approval.
        Opine = "opine",
    }
}

impl Verb {
    /// Whether the house itself took the step: it stands in nobody's way, and the step under way goes on.
    pub const fn by_clock(self) -> bool {
        matches!(self, Verb::Flag | Verb::Recompute | Verb::Escalate)
    }

    /// Whether the step under way goes on after it: nobody else has the case because of it.
    pub const fn goes_on(self) -> bool {
        matches!(
            self,
            Verb::Flag
                | Verb::Recompute
                | Verb::Suspend
                | Verb::Resume
                | Verb::AskExtension
                | Verb::Extend
                | Verb::KeepLimit
                | Verb::Urge
                | Verb::Escalate
                | Verb::Opine
        )
    }
}

words! {
    /// The deadline's flag.
    Flag {
        /// Time enough.
        None = "none",
        /// One working day left, or the last one.
        Yellow = "yellow",
        /// Overdue.
        Red = "red",
    }
}

words! {
    /// Where a material stands.
    MaterialState {
        /// Handed in.
        Given = "given",
        /// To be handed in again.
        Returned = "returned",
        /// A newer file took its place.
        Replaced = "replaced",
    }
}

/// Whom a draft or a case belongs to. What belongs to an organisation belongs to no account: who loses the
/// mandate loses the case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// The account that began it, where no organisation owns it.
    pub account: Option<AccountId>,
    /// The person it belongs to.
    pub person: Option<PersonId>,
    /// The organisation it belongs to.
    pub organisation: Option<OrganisationId>,
}

impl Owner {
    /// Under whose data key what is owned so rests.
    pub fn subject(&self) -> Subject {
        Subject::owning(self.account, self.person, self.organisation)
    }
}

/// An application that is being filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// The pack.
    pub pack: String,
    /// The item: `pack.item`.
    pub item: String,
    /// The item version it was last saved with; a correction keeps the case's.
    pub item_version: String,
    /// Whose it is.
    pub owner: Owner,
    /// On whose behalf, by name.
    pub applicant_name: String,
    /// The form, with texts as they were typed where they do not fit their field.
    pub form: Json,
    /// The fields, as JSON pointers, that hold what a source said.
    pub prefilled: BTreeSet<String>,
    /// The case that it corrects.
    pub case: Option<CaseId>,
    /// Raised when the form is saved.
    pub form_version: i64,
    /// Raised at every change.
    pub version: i64,
    /// When it was changed last.
    pub updated: Timestamp,
}

impl Draft {
    /// The draft as access sees it.
    pub fn resource(&self) -> Resource {
        draft_resource(self.id, &self.owner)
    }
}

/// A draft as access sees it.
pub fn draft_resource(id: DraftId, owner: &Owner) -> Resource {
    Resource {
        owner_account: owner.account,
        owner: owner.person,
        owner_organisation: owner.organisation,
        ..Resource::of("casework.draft", id)
    }
}

/// A case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Its number, which people quote.
    pub number: String,
    /// The pack.
    pub pack: String,
    /// The item: `pack.item`.
    pub item: String,
    /// The pinned item version.
    pub item_version: String,
    /// Whose it is.
    pub owner: Owner,
    /// Who sent it in: a principal's reference.
    pub submitted_by: String,
    /// The applicant's name.
    pub applicant_name: String,
    /// The form.
    pub form: Json,
    /// Where it lies.
    pub division: DivisionCode,
    /// Where it stands.
    pub state: State,
    /// The stage's place.
    pub stage: usize,
    /// Whose turn it is; none when it is with the applicant or closed.
    pub role: Option<String>,
    /// The end of the current step.
    pub due: Option<Timestamp>,
    /// The end of the promised limit; before acceptance, the latest that it can become.
    pub promised_due: Timestamp,
    /// The flag.
    pub flag: Flag,
    /// When it was sent in.
    pub submitted: Timestamp,
    /// When it was accepted.
    pub accepted: Option<Timestamp>,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// The version of the last step that a person took.
    pub acted_version: i64,
    /// The number of steps.
    pub version: i64,
    /// The special procedure for which the clock stands.
    pub suspended: Option<Suspended>,
    /// The role that is to answer an extension that was asked for.
    pub asks: Option<String>,
}

/// Why and how long the clock of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspended {
    /// The special procedure.
    pub kind: SpecialKind,
    /// Its expected end.
    pub until: Timestamp,
}

impl Case {
    /// The case as access sees it, for reading.
    pub fn resource(&self) -> Resource {
        Resource {
            pack: Some(self.pack.clone()),
            division: Some(self.division),
            owner_account: self.owner.account,
            owner: self.owner.person,
            owner_organisation: self.owner.organisation,
            ..Resource::of("casework.case", self.id)
        }
    }

    /// The case as access sees it, for a step that only a role may take.
    pub fn resource_for(&self, role: Option<String>) -> Resource {
        Resource { role, ..self.resource() }
    }
}

/// A step of a case's history.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// 1, 2, 3, …: the case's version after it.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
    /// Who: a principal's reference.
    pub actor: String,
    /// The person behind the actor's account.
    pub actor_person: Option<PersonId>,
    /// The role in which the actor acted.
    pub actor_role: Option<String>,
    /// The division that the actor's post serves.
    pub actor_division: Option<DivisionCode>,
    /// The organisation of the actor's post.
    pub actor_organisation: Option<OrganisationId>,
    /// What was done.
    pub verb: Verb,
    /// The stage before.
    pub stage_before: usize,
    /// The state after.
    pub state: State,
    /// The stage after.
    pub stage: usize,
    /// Whose turn it is after.
    pub role: Option<String>,
    /// The end of the step that begins with it.
    pub due: Option<Timestamp>,
    /// The end of the promised limit after it.
    pub promised_due: Timestamp,
    /// The flag after it.
    pub flag: Flag,
    /// What was said.
    pub detail: Detail,
}

impl Step {
    /// The account that took it, where a person did.
    pub fn account(&self) -> Option<AccountId> {
        self.actor.strip_prefix("account:")?.parse().ok()
    }
}

/// What was said in a step. It may name persons, so it rests sealed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Detail {
    /// The reasons or the note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it is returned once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_reason: Option<String>,
    /// Materials to be handed in again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<MaterialReason>,
    /// Fields to be corrected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldReason>,
    /// For whom the actor acted, as a substitute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Instead>,
    /// The special procedure for which the clock stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special: Option<SpecialKind>,
    /// Its expected end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The step that was taken back, by its sequence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recalled: Option<i64>,
    /// The department's part of a joint approval that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// What the department answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// The flag that the department's part got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch_flag: Option<Flag>,
    /// The house took the step, because every department had answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joined: bool,
}

words! {
    /// What a department answers in a joint approval.
    Answer {
        /// It agrees.
        Agree = "agree",
        /// It does not, with reasons.
        Disagree = "disagree",
        /// Something is to be corrected first.
        Ask = "ask",
    }
}

words! {
    /// Where a department's part of a joint approval stands.
    BranchState {
        /// It is to answer.
        Open = "open",
        /// It agreed.
        Agreed = "agreed",
        /// It disagreed.
        Disagreed = "disagreed",
        /// It asked for a correction, and waits.
        Asked = "asked",
        /// The case was closed or taken back before it answered.
        Stopped = "stopped",
    }
}

id_type!(BranchId, "A department's part of a joint approval of a case.");

/// A department's part of a joint approval of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchRow {
    /// Its id.
    pub id: BranchId,
    /// The branch's id within the stage.
    pub branch: String,
    /// Where it stands.
    pub state: BranchState,
    /// The role whose turn it is; none while it is not.
    pub role: Option<String>,
    /// From when its limit counts.
    pub begun: Timestamp,
    /// The end of its limit; none while nothing runs.
    pub due: Option<Timestamp>,
    /// Its own flag.
    pub flag: Flag,
    /// When it answered.
    pub answered: Option<Timestamp>,
    /// Raised at every change; 0 of one that is not stored yet.
    pub version: i64,
}

/// A material to be handed in again, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialReason {
    /// The material's id within the item.
    #[schemars(length(min = 1, max = 64))]
    pub id: String,
    /// What is wrong with it.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
}

/// A field to be corrected, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldReason {
    /// JSON pointer into the form.
    #[schemars(length(min = 1, max = 200))]
    pub pointer: String,
    /// What is wrong with it.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
}

/// A file handed in as a material.
#[derive(Debug, Clone, PartialEq)]
pub struct MaterialFile {
    /// Its id.
    pub id: MaterialId,
    /// The draft it belongs to.
    pub draft: Option<DraftId>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The material's id within the item.
    pub material: String,
    /// The file's name.
    pub name: String,
    /// Where the object is.
    pub object: ObjectAddress,
    /// Its media type by content.
    pub kind: String,
    /// Bytes of its content.
    pub bytes: i64,
    /// Where it stands.
    pub state: MaterialState,
    /// When it came.
    pub uploaded: Timestamp,
}
