//! What can go wrong with licences, one variant per failed operation, and how people are told.

use minshu_kernel::error::{Fault, FieldProblem, Kind};
use minshu_kernel::text::Message;

use crate::model::{LicenceId, State};

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum LicencesError {
    /// No pack in force declares the type.
    #[error("there is no type of licence \"{0}\"")]
    UnknownType(String),
    /// Values of a licence are wrong.
    #[error("{} values of the licence are wrong", .0.len())]
    BadValues(Vec<FieldProblem>),
    /// Nobody issues the type at the place.
    #[error("nobody issues it at {0}")]
    NoIssuer(String),
    /// The issuer has no seal that may seal the type.
    #[error("{issuer} has no seal that may seal {kind}")]
    NoSeal {
        /// The issuer's code.
        issuer: String,
        /// The type.
        kind: String,
    },
    /// The document could not be made.
    #[error("the document could not be made")]
    Document(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The licence came from this thing already.
    #[error("there is a licence from {0} already")]
    Already(String),
    /// What is wanted does not fit where the licence stands.
    #[error("the licence is {}", .state.word())]
    NotSo {
        /// Where it stands.
        state: State,
    },
    /// The type does not know this.
    #[error("this is not done to licences of the type")]
    NotThisType,
    /// Another change waits for a second officer.
    #[error("another change of the licence waits for a second officer")]
    Waiting,
    /// The same officer may not agree to what they want themselves.
    #[error("nobody agrees to the own proposal")]
    OwnProposal,
    /// The licence changed since it was wanted.
    #[error("the licence changed since the proposal")]
    Outdated,
    /// There are 999 versions.
    #[error("there are as many versions as can be numbered")]
    TooManyVersions,
    /// The licence is not the caller's to show, or does not hold.
    #[error("a licence that does not hold is not shown")]
    NotShown {
        /// Where it stands.
        state: State,
    },
    /// A field that is to be shown is none of the licence.
    #[error("there is no field \"{0}\"")]
    UnknownField(String),
    /// The code that was shown is none of ours.
    #[error("the code is none of ours")]
    NoCode,
    /// The code's time is over.
    #[error("the code's time is over")]
    CodeOver,
    /// The code was for one look, and had it.
    #[error("the code was for one look and had it")]
    CodeUsed,
    /// The holder took the code back.
    #[error("the holder took the code back")]
    CodeTaken,
    /// Too many codes that did not fit.
    #[error("too many tries")]
    TooMany {
        /// When the next is read, in milliseconds from now.
        wait_ms: u64,
    },
    /// There is no licence with this identifier and check value.
    #[error("there is no licence with this identifier and check value")]
    NotFound,
    /// Neither an identifier nor a document was given, or both.
    #[error("say an identifier with its check value, or give the document")]
    OneOfTwo,
    /// The document is too large or cannot be read as text.
    #[error("the document cannot be read")]
    Unreadable(Message),
    /// Who holds it was not said rightly.
    #[error("the holder's number is wrong")]
    BadHolder(Message),
    /// What is wanted of the seal does not fit.
    #[error("the seal stands elsewhere")]
    SealNotSo,
    /// What rests in a column cannot be read: a defect.
    #[error("licence {0} cannot be read")]
    Damaged(LicenceId),
}

impl Fault for LicencesError {
    fn kind(&self) -> Kind {
        use LicencesError as E;
        match self {
            E::UnknownType(_)
            | E::BadValues(_)
            | E::NoIssuer(_)
            | E::UnknownField(_)
            | E::NotFound
            | E::OneOfTwo
            | E::Unreadable(_)
            | E::BadHolder(_) => Kind::Invalid,
            E::NoSeal { .. }
            | E::Already(_)
            | E::NotSo { .. }
            | E::NotThisType
            | E::Waiting
            | E::Outdated
            | E::TooManyVersions
            | E::NotShown { .. }
            | E::CodeOver
            | E::CodeUsed
            | E::CodeTaken
            | E::SealNotSo => Kind::Conflict,
            E::NoCode => Kind::Missing,
            E::OwnProposal => Kind::Refused,
            E::TooMany { .. } => Kind::TooMany,
            E::Document(_) | E::Damaged(_) => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        use LicencesError as E;
        match self {
            E::UnknownType(_) => "licences.unknown_type",
            E::BadValues(_) => "licences.bad_values",
            E::NoIssuer(_) => "licences.no_issuer",
            E::NoSeal { .. } => "licences.no_seal",
            E::Document(_) => "licences.document",
            E::Already(_) => "licences.already",
            E::NotSo { .. } => "licences.not_so",
            E::NotThisType => "licences.not_this_type",
            E::Waiting => "licences.waiting",
            E::OwnProposal => "licences.own_proposal",
            E::Outdated => "licences.outdated",
            E::TooManyVersions => "licences.too_many_versions",
            E::NotShown { .. } => "licences.not_shown",
            E::UnknownField(_) => "licences.unknown_field",
            E::NoCode => "licences.no_code",
            E::CodeOver => "licences.code_over",
            E::CodeUsed => "licences.code_used",
            E::CodeTaken => "licences.code_taken",
            E::TooMany { .. } => "licences.too_many",
            E::NotFound => "licences.not_found",
            E::OneOfTwo => "licences.one_of_two",
            E::Unreadable(_) => "licences.unreadable",
            E::BadHolder(_) => "licences.bad_holder",
            E::SealNotSo => "licences.seal_not_so",
            E::Damaged(_) => "licences.damaged",
        }
    }

    fn message(&self) -> Message {
        let message = Message::new(self.code().replace(['.', '_'], "-"));
        match self {
            LicencesError::NotSo { state } | LicencesError::NotShown { state } => {
                message.with("state", state.word())
            }
            LicencesError::TooMany { wait_ms } => {
                message.with("seconds", i64::try_from(wait_ms.div_ceil(1_000)).unwrap_or(60))
            }
            _ => message,
        }
    }

    fn fields(&self) -> Vec<FieldProblem> {
        use LicencesError as E;
        match self {
            E::BadValues(problems) => problems.clone(),
            E::UnknownType(_) => vec![FieldProblem::new("/type", self.message())],
            E::NoIssuer(_) => vec![FieldProblem::new("/division", self.message())],
            E::NotFound => vec![FieldProblem::new("/identifier", self.message())],
            E::Unreadable(message) => vec![FieldProblem::new("/document", message.clone())],
            E::BadHolder(message) => vec![FieldProblem::new("/holder/number", message.clone())],
            _ => Vec::new(),
        }
    }
}

/// The types of problems that people and programs may meet.
pub const PROBLEM_TYPES: &[(&str, Kind)] = &[
    ("licences.unknown_type", Kind::Invalid),
    ("licences.bad_values", Kind::Invalid),
    ("licences.no_issuer", Kind::Invalid),
    ("licences.no_seal", Kind::Conflict),
    ("licences.document", Kind::Internal),
    ("licences.already", Kind::Conflict),
    ("licences.not_so", Kind::Conflict),
    ("licences.not_this_type", Kind::Conflict),
    ("licences.waiting", Kind::Conflict),
    ("licences.own_proposal", Kind::Refused),
    ("licences.outdated", Kind::Conflict),
    ("licences.too_many_versions", Kind::Conflict),
    ("licences.not_shown", Kind::Conflict),
    ("licences.unknown_field", Kind::Invalid),
    ("licences.no_code", Kind::Missing),
    ("licences.code_over", Kind::Conflict),
    ("licences.code_used", Kind::Conflict),
    ("licences.code_taken", Kind::Conflict),
    ("licences.too_many", Kind::TooMany),
    ("licences.not_found", Kind::Invalid),
    ("licences.one_of_two", Kind::Invalid),
    ("licences.unreadable", Kind::Invalid),
    ("licences.bad_holder", Kind::Invalid),
    ("licences.seal_not_so", Kind::Conflict),
    ("licences.damaged", Kind::Internal),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_listed_with_its_kind() {
        use LicencesError as E;
        let some = String::new;
        let message = || Message::new("licences-not-found");
        let all = [
            E::UnknownType(some()),
            E::BadValues(Vec::new()),
            E::NoIssuer(some()),
            E::NoSeal { issuer: some(), kind: some() },
            E::Document("x".into()),
            E::Already(some()),
            E::NotSo { state: State::Valid },
            E::NotThisType,
            E::Waiting,
            E::OwnProposal,
            E::Outdated,
            E::TooManyVersions,
            E::NotShown { state: State::Revoked },
            E::UnknownField(some()),
            E::NoCode,
            E::CodeOver,
            E::CodeUsed,
            E::CodeTaken,
            E::TooMany { wait_ms: 1 },
            E::NotFound,
            E::OneOfTwo,
            E::Unreadable(message()),
            E::BadHolder(message()),
            E::SealNotSo,
            E::Damaged(LicenceId::new(uuid::Uuid::nil())),
        ];
        let listed: Vec<_> = all.iter().map(|error| (error.code(), error.kind())).collect();
        assert_eq!(listed, PROBLEM_TYPES);
    }
}
