//! Facts that casework tells: ids and public words, never personal data.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::event::{Aggregate, Event};
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Answer, Case, CaseId, Flag, State};
use crate::pack::SpecialKind;

/// What every event of a case tells.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CaseFacts {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// The pack.
    pub pack: String,
    /// The item: `pack.item`.
    pub item: String,
    /// The item version it is pinned to.
    pub item_version: String,
    /// Where it lies.
    #[schemars(with = "String")]
    pub division: DivisionCode,
    /// Where it stands after the step.
    pub state: State,
    /// The stage's place after the step, from 0.
    pub stage: u32,
    /// Whose turn it is; none when it is with the applicant or closed.
    pub role: Option<String>,
    /// The end of the current step, milliseconds since 1970 in UTC.
    pub due_ms: Option<Timestamp>,
    /// The end of the promised limit, milliseconds since 1970 in UTC.
    pub promised_due_ms: Timestamp,
    /// The account that began it, where no organisation owns it.
    pub owner_account: Option<AccountId>,
    /// The person it belongs to.
    pub owner: Option<PersonId>,
    /// The organisation it belongs to.
    pub owner_organisation: Option<OrganisationId>,
}

impl CaseFacts {
    /// Of a case as it stands after the step.
    pub fn of(case: &Case) -> CaseFacts {
        CaseFacts {
            case: case.id,
            number: case.number.clone(),
            pack: case.pack.clone(),
            item: case.item.clone(),
            item_version: case.item_version.clone(),
            division: case.division,
            state: case.state,
            stage: u32::try_from(case.stage).unwrap_or(u32::MAX),
            role: case.role.clone(),
            due_ms: case.due,
            promised_due_ms: case.promised_due,
            owner_account: case.owner.account,
            owner: case.owner.person,
            owner_organisation: case.owner.organisation,
        }
    }
}

/// The case as the aggregate of its events.
pub fn aggregate(case: &Case) -> Aggregate {
    Aggregate { kind: "casework.case", id: case.id.to_string(), version: case.version }
}

macro_rules! case_event {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $told:literal $(, $(#[$field_doc:meta])* $field:ident: $of:ty)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, JsonSchema)]
        pub struct $name {
            /// The case after the step.
            #[serde(flatten)]
            pub facts: CaseFacts,
            $($(#[$field_doc])* pub $field: $of,)*
        }

        impl Event for $name {
            const TYPE: &'static str = $kind;
            const DOC: &'static str = $told;
        }
    };
}

case_event!(
    /// A case was sent in or opened.
    CaseSubmitted,
    "casework.case.submitted",
    "A case was sent in by an applicant or opened by a system, and got its number."
);
case_event!(
    /// A case was accepted.
    CaseAccepted,
    "casework.case.accepted",
    "An office accepted a case: the promised limit begins."
);
case_event!(
    /// A case was returned.
    CaseReturned,
    "casework.case.returned",
    "An office returned a case to the applicant for correction.",
    /// Ids of the materials to be handed in again.
    materials: Vec<String>
);
case_event!(
    /// A case was sent in again.
    CaseResubmitted,
    "casework.case.resubmitted",
    "An applicant sent a case in again after a correction.",
    /// The account that had returned it and now waits for it.
    returned_by: Option<AccountId>
);
case_event!(
    /// A case was not accepted.
    CaseRefused,
    "casework.case.refused",
    "An office did not accept a case, with reasons."
);
case_event!(
    /// A case went on to the next stage.
    CaseAdvanced,
    "casework.case.advanced",
    "An office handed a case on to the next stage."
);
case_event!(
    /// A case was decided.
    CaseDecided,
    "casework.case.decided",
    "An office granted or denied a case, with reasons.",
    /// Whether it was granted.
    granted: bool,
    /// Whether it was decided within the promised limit.
    in_time: bool
);
case_event!(
    /// A case was taken back.
    CaseWithdrawn,
    "casework.case.withdrawn",
    "The applicant took a case back."
);
case_event!(
    /// The limits of a case moved.
    CaseRescheduled,
    "casework.case.rescheduled",
    "The working-day calendar was edited, and the limits of a case moved with it.",
    /// The declared day, `2026-07-17`.
    date: String,
    /// The end of the current step before, milliseconds since 1970 in UTC.
    due_before_ms: Option<Timestamp>,
    /// The end of the promised limit before, milliseconds since 1970 in UTC.
    promised_due_before_ms: Timestamp
);
case_event!(
    /// A flag was raised.
    CaseFlagged,
    "casework.case.flagged",
    "A step of a case is nearly due (yellow) or overdue (red).",
    /// The flag.
    flag: Flag,
    /// The department's part of a joint approval that it is about; none where it is about the whole.
    branch: Option<String>
);
case_event!(
    /// The clock of a case stands.
    CaseSuspended,
    "casework.case.suspended",
    "An office let the clock of a case stand for a special procedure.",
    /// The special procedure.
    special: SpecialKind,
    /// Its expected end, milliseconds since 1970 in UTC.
    until_ms: Timestamp
);
case_event!(
    /// The clock of a case runs again.
    CaseResumed,
    "casework.case.resumed",
    "A special procedure is over, and the clock of a case runs again.",
    /// The special procedure.
    special: SpecialKind
);
case_event!(
    /// An extension was asked for.
    CaseExtensionAsked,
    "casework.case.extension_asked",
    "An office asked for the one extension of a case's limits.",
    /// The role that answers.
    approver: String
);
case_event!(
    /// An extension was answered.
    CaseExtended,
    "casework.case.extended",
    "The extension that was asked for was approved, and the limits moved, or it was rejected.",
    /// Whether it was approved.
    approved: bool,
    /// The end of the promised limit before, milliseconds since 1970 in UTC.
    promised_due_before_ms: Timestamp,
    /// The account that had asked.
    asked_by: Option<AccountId>
);
case_event!(
    /// The office was urged.
    CaseUrged,
    "casework.case.urged",
    "The applicant or a supervisor urged the office that has a case.",
    /// Whether the applicant did, and not a supervisor.
    by_applicant: bool,
    /// The account of the officer who acted on the case last.
    last_officer: Option<AccountId>
);
case_event!(
    /// An office took its last step back.
    CaseRecalled,
    "casework.case.recalled",
    "An office took its last step back before anybody else acted on it.",
    /// The step, such as `accept`.
    step: String
);
case_event!(
    /// What is overdue went to those who supervise.
    CaseEscalated,
    "casework.case.escalated",
    "A step of a case has been overdue for as long as its item allows: those who supervise are to see to it.",
    /// The account of the officer who acted on the case last.
    last_officer: Option<AccountId>
);
case_event!(
    /// A department answered.
    CaseOpined,
    "casework.case.opined",
    "A department answered in the joint approval of a case.",
    /// The department's part.
    branch: String,
    /// What it answered.
    answer: Answer
);
