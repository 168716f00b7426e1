//! What can go wrong in casework, one variant per failed operation, and how people are told.

use minshu_kernel::error::{Fault, FieldProblem, Kind};
use minshu_kernel::text::{Arg, LocalText, Message};

use crate::model::{State, Verb};
use crate::pack::SpecialKind;
use crate::rules::NotNow;

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum CaseworkError {
    /// The same human acted in an earlier stage, where four eyes are wanted.
    #[error("the same human acted in an earlier stage of the case")]
    FourEyes,
    /// A person applies in own name and was not proved.
    #[error("the account's claim to be a person is not proved")]
    NotProved,
    /// Somebody acts for an organisation without a mandate, or the code in the form is another organisation's.
    #[error("no mandate for the organisation ({})", .0.pointer)]
    NotEntitled(Box<FieldProblem>),
    /// Somebody else took a step first.
    #[error("somebody took a step first")]
    Conflict(Box<FirstStep>),
    /// The step does not fit where the case stands.
    #[error(transparent)]
    NotNow(#[from] NotNow),
    /// The clock stands for a special procedure.
    #[error("the clock stands for {0:?}")]
    Suspended(SpecialKind),
    /// There is no extension to ask for or to answer.
    #[error("no extension: {0:?}")]
    NoExtension(NoExtension),
    /// It is too early to urge the office.
    #[error("urged before {}", .0.en)]
    UrgedEarly(LocalText),
    /// The applicant urged the office on this working day already.
    #[error("urged already on this working day")]
    UrgedToday,
    /// There is no step that could be taken back.
    #[error("no step can be taken back")]
    NoRecall,
    /// The department has answered already.
    #[error("the department has answered already")]
    BranchAnswered,
    /// The application is not complete or not right.
    #[error("the application has {} mistakes", .0.len())]
    Incomplete(Vec<FieldProblem>),
    /// A step lacks its reasons, or names what is not there.
    #[error("the step has {} mistakes", .0.len())]
    BadStep(Vec<FieldProblem>),
    /// The item is no longer offered.
    #[error("the item {0} is no longer offered")]
    ItemGone(String),
    /// The item takes no new applications for now; the pack says why and what to do.
    #[error("the item takes no new applications: {}", .0.en)]
    Closed(LocalText),
    /// The draft's form was saved from another window in the meantime.
    #[error("the draft was saved elsewhere: version {now} and not {based_on}")]
    SavedElsewhere {
        /// The version that the sender saw.
        based_on: i64,
        /// The version there is.
        now: i64,
    },
    /// A file cannot be attached.
    #[error("the file does not fit ({})", .0.pointer)]
    Material(Box<FieldProblem>),
    /// More drafts than one account may keep.
    #[error("the account keeps {0} drafts already")]
    TooManyDrafts(i64),
    /// A condition of the item does not hold; the pack says why and what to do.
    #[error("the item requires: {}", .refusal.en)]
    Required {
        /// What the pack says.
        refusal: LocalText,
        /// The place in the form that it is about.
        field: Option<String>,
    },
    /// A source says something else by now than the form holds; the form was brought up to it.
    #[error("the sources of {} fields have changed", .0.len())]
    SourceChanged(Vec<FieldProblem>),
    /// A lookup has no answer for the moment; the text says what it is needed for.
    #[error("a lookup is late: {}", .0.en)]
    LookupLater(LocalText),
    /// A lookup is refused to whoever acts.
    #[error("a lookup is refused: {}", .0.en)]
    LookupRefused(LocalText),
    /// An expression of the item gave no answer: a defect of the pack, reported with its place.
    #[error("{place} of {item}: {source}")]
    Condition {
        /// The item.
        item: String,
        /// Where in the item.
        place: String,
        /// What happened.
        #[source]
        source: minshu_kernel::expr::ExprFailure,
    },
    /// What rests in a column cannot be read: a defect.
    #[error("{table} {id}: {what}")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The row.
        id: String,
        /// What is wrong.
        what: String,
    },
}

/// Why there is no extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoExtension {
    /// The item knows none.
    Undeclared,
    /// It was given once already.
    Given,
    /// It was asked for, and is not answered yet.
    Asked,
    /// The limit has ended.
    Late,
    /// Nobody asked for one.
    NotAsked,
    /// Whoever asked cannot answer.
    Own,
}

impl NoExtension {
    fn key(self) -> &'static str {
        match self {
            NoExtension::Undeclared => "casework-no-extension-undeclared",
            NoExtension::Given => "casework-no-extension-given",
            NoExtension::Asked => "casework-no-extension-asked",
            NoExtension::Late => "casework-no-extension-late",
            NoExtension::NotAsked => "casework-no-extension-not-asked",
            NoExtension::Own => "casework-no-extension-own",
        }
    }
}

/// The key of a special procedure's name.
pub fn special_key(kind: SpecialKind) -> &'static str {
    match kind {
        SpecialKind::ExpertReview => "casework-special-expert-review",
        SpecialKind::Hearing => "casework-special-hearing",
        SpecialKind::Inspection => "casework-special-inspection",
        SpecialKind::Testing => "casework-special-testing",
        SpecialKind::Quarantine => "casework-special-quarantine",
        SpecialKind::Appraisal => "casework-special-appraisal",
        SpecialKind::Publicity => "casework-special-publicity",
        SpecialKind::Tender => "casework-special-tender",
        SpecialKind::Auction => "casework-special-auction",
    }
}

/// Who was first, and where the case stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstStep {
    /// The role that acted; none where the applicant or the clock did.
    pub role: Option<LocalText>,
    /// The place that the role serves.
    pub place: String,
    /// What was done.
    pub verb: Verb,
    /// Where the case stands now.
    pub state: State,
}

/// The key of a state's name.
pub fn state_key(state: State) -> &'static str {
    match state {
        State::Submitted => "casework-state-submitted",
        State::Returned => "casework-state-returned",
        State::Accepted => "casework-state-accepted",
        State::Granted => "casework-state-granted",
        State::Denied => "casework-state-denied",
        State::NotAccepted => "casework-state-not-accepted",
        State::Withdrawn => "casework-state-withdrawn",
    }
}

/// The key of a step's name, in the past tense.
pub fn verb_key(verb: Verb) -> &'static str {
    match verb {
        Verb::Submit => "casework-verb-submit",
        Verb::Accept => "casework-verb-accept",
        Verb::Return => "casework-verb-return",
        Verb::Resubmit => "casework-verb-resubmit",
        Verb::Refuse => "casework-verb-refuse",
        Verb::Advance => "casework-verb-advance",
        Verb::Grant => "casework-verb-grant",
        Verb::Deny => "casework-verb-deny",
        Verb::Withdraw => "casework-verb-withdraw",
        Verb::Flag => "casework-verb-flag",
        Verb::Recompute => "casework-verb-recompute",
        Verb::Suspend => "casework-verb-suspend",
        Verb::Resume => "casework-verb-resume",
        Verb::AskExtension => "casework-verb-ask-extension",
        Verb::Extend => "casework-verb-extend",
        Verb::KeepLimit => "casework-verb-keep-limit",
        Verb::Urge => "casework-verb-urge",
        Verb::Recall => "casework-verb-recall",
        Verb::Escalate => "casework-verb-escalate",
        Verb::Opine => "casework-verb-opine",
    }
}

impl Fault for CaseworkError {
    fn kind(&self) -> Kind {
        use CaseworkError as E;
        match self {
            E::NotProved | E::FourEyes => Kind::Refused,
            E::NotEntitled(_)
            | E::Incomplete(_)
            | E::BadStep(_)
            | E::Material(_)
            | E::Required { .. } => Kind::Invalid,
            E::Conflict(_) | E::NotNow(_) | E::ItemGone(_) | E::SavedElsewhere { .. } => {
                Kind::Conflict
            }
            E::NoExtension(NoExtension::Own) => Kind::Refused,
            E::Suspended(_) | E::NoExtension(_) | E::UrgedEarly(_) | E::UrgedToday => {
                Kind::Conflict
            }
            E::NoRecall | E::BranchAnswered => Kind::Conflict,
            E::Closed(_) | E::TooManyDrafts(_) | E::SourceChanged(_) | E::LookupRefused(_) => {
                Kind::Conflict
            }
            E::LookupLater(_) => Kind::Unavailable,
            E::Condition { .. } | E::Damaged { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        use CaseworkError as E;
        match self {
            E::NotProved => "casework.not_proved",
            E::FourEyes => "casework.four_eyes",
            E::NotEntitled(_) => "casework.not_entitled",
            E::Conflict(_) => "casework.conflict",
            E::NotNow(_) => "casework.not_now",
            E::Suspended(_) => "casework.suspended",
            E::NoExtension(NoExtension::Own) => "casework.own_extension",
            E::NoExtension(_) => "casework.no_extension",
            E::UrgedEarly(_) => "casework.urged_early",
            E::UrgedToday => "casework.urged_today",
            E::NoRecall => "casework.no_recall",
            E::BranchAnswered => "casework.branch_answered",
            E::Incomplete(_) => "casework.incomplete",
            E::BadStep(_) => "casework.bad_step",
            E::ItemGone(_) => "casework.item_gone",
            E::Closed(_) => "casework.item_closed",
            E::SavedElsewhere { .. } => "casework.saved_elsewhere",
            E::Material(_) => "casework.material",
            E::TooManyDrafts(_) => "casework.too_many_drafts",
            E::Required { .. } => "casework.required",
            E::SourceChanged(_) => "casework.source_changed",
            E::LookupLater(_) => "casework.lookup_later",
            E::LookupRefused(_) => "casework.lookup_refused",
            E::Condition { .. } => "casework.condition",
            E::Damaged { .. } => "casework.damaged",
        }
    }

    fn message(&self) -> Message {
        let plain = Message::new(self.code().replace(['.', '_'], "-"));
        match self {
            CaseworkError::Conflict(first) => {
                let (who, place) = match &first.role {
                    Some(role) => (Arg::from(role), first.place.clone()),
                    None if first.verb.by_clock() => {
                        (Arg::Key("casework-actor-clock"), String::new())
                    }
                    None => (Arg::Key("casework-actor-applicant"), String::new()),
                };
                Message {
                    args: vec![
                        ("place", place.into()),
                        ("who", who),
                        ("verb", Arg::Key(verb_key(first.verb))),
                        ("state", Arg::Key(state_key(first.state))),
                    ],
                    ..plain
                }
            }
            CaseworkError::NotNow(refused) => {
                Message { args: vec![("state", Arg::Key(state_key(refused.state)))], ..plain }
            }
            CaseworkError::Suspended(kind) => {
                Message { args: vec![("special", Arg::Key(special_key(*kind)))], ..plain }
            }
            CaseworkError::NoExtension(why) if *why != NoExtension::Own => {
                Message { args: vec![("why", Arg::Key(why.key()))], ..plain }
            }
            CaseworkError::UrgedEarly(from) => plain.with("from", from),
            CaseworkError::Incomplete(fields) => plain.with("count", fields.len()),
            CaseworkError::Closed(reason) => plain.with("reason", reason),
            CaseworkError::TooManyDrafts(most) => plain.with("most", *most),
            CaseworkError::Required { refusal, .. } => plain.with("text", refusal),
            CaseworkError::LookupLater(purpose) | CaseworkError::LookupRefused(purpose) => {
                plain.with("purpose", purpose)
            }
            _ => plain,
        }
    }

    fn fields(&self) -> Vec<FieldProblem> {
        match self {
            CaseworkError::NotEntitled(field) | CaseworkError::Material(field) => {
                vec![(**field).clone()]
            }
            CaseworkError::Incomplete(fields)
            | CaseworkError::BadStep(fields)
            | CaseworkError::SourceChanged(fields) => fields.clone(),
            CaseworkError::Required { refusal, field: Some(field) } => {
                let message = Message::new("casework-required").with("text", refusal);
                vec![FieldProblem::new(field.as_str(), message)]
            }
            _ => Vec::new(),
        }
    }
}

/// The types of problems that people and programs may meet.
pub const PROBLEM_TYPES: &[(&str, Kind)] = &[
    ("casework.not_proved", Kind::Refused),
    ("casework.four_eyes", Kind::Refused),
    ("casework.not_entitled", Kind::Invalid),
    ("casework.conflict", Kind::Conflict),
    ("casework.not_now", Kind::Conflict),
    ("casework.suspended", Kind::Conflict),
    ("casework.own_extension", Kind::Refused),
    ("casework.no_extension", Kind::Conflict),
    ("casework.urged_early", Kind::Conflict),
    ("casework.urged_today", Kind::Conflict),
    ("casework.no_recall", Kind::Conflict),
    ("casework.branch_answered", Kind::Conflict),
    ("casework.incomplete", Kind::Invalid),
    ("casework.bad_step", Kind::Invalid),
    ("casework.item_gone", Kind::Conflict),
    ("casework.item_closed", Kind::Conflict),
    ("casework.saved_elsewhere", Kind::Conflict),
    ("casework.material", Kind::Invalid),
    ("casework.too_many_drafts", Kind::Conflict),
    ("casework.required", Kind::Invalid),
    ("casework.source_changed", Kind::Conflict),
    ("casework.lookup_later", Kind::Unavailable),
    ("casework.lookup_refused", Kind::Conflict),
    ("casework.condition", Kind::Internal),
    ("casework.damaged", Kind::Internal),
];
