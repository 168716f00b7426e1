//! What can go wrong in messaging, one variant per failed operation, and how people are told.

use minshu_kernel::error::{Fault, FieldProblem, Kind};
use minshu_kernel::text::Message;

use crate::model::MessageId;

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum MessagingError {
    /// No pack in force declares the template.
    #[error("there is no template \"{0}\"")]
    UnknownTemplate(String),
    /// Values do not fit the template. Their names are told, never the values.
    #[error("the values of template \"{template}\" have {} mistakes", .problems.len())]
    BadValues {
        /// The template.
        template: String,
        /// What is wrong.
        problems: Vec<FieldProblem>,
    },
    /// The message goes to nobody.
    #[error("the message has no addressee")]
    NoAddressee,
    /// The installation has no such channel.
    #[error("the installation does not have this channel")]
    NotOffered,
    /// What was typed is no mail address.
    #[error("no mail address")]
    BadAddress,
    /// Another code was asked for too soon.
    #[error("another code in {wait_ms} ms")]
    SoonAgain {
        /// How long to wait.
        wait_ms: i64,
    },
    /// No more codes today.
    #[error("no more codes for this account today")]
    ManyCodes,
    /// The code is wrong.
    #[error("a wrong code, {left} trials left")]
    WrongCode {
        /// How many trials are left.
        left: i64,
    },
    /// There is no code that could be given: its time is over, or too many were wrong.
    #[error("no code is open")]
    CodeOver,
    /// A text on its way cannot be read: a defect.
    #[error("a text on its way: {what}")]
    DamagedText {
        /// What is wrong.
        what: &'static str,
    },
    /// What rests in a column cannot be read: a defect.
    #[error("message {id}: {what}")]
    Damaged {
        /// The message.
        id: MessageId,
        /// What is wrong.
        what: &'static str,
    },
}

impl Fault for MessagingError {
    fn kind(&self) -> Kind {
        use MessagingError as E;
        match self {
            E::UnknownTemplate(_)
            | E::BadValues { .. }
            | E::NoAddressee
            | E::BadAddress
            | E::WrongCode { .. } => Kind::Invalid,
            E::NotOffered | E::CodeOver => Kind::Conflict,
            E::SoonAgain { .. } | E::ManyCodes => Kind::TooMany,
            E::Damaged { .. } | E::DamagedText { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        use MessagingError as E;
        match self {
            E::UnknownTemplate(_) => "messaging.unknown_template",
            E::BadValues { .. } => "messaging.bad_values",
            E::NoAddressee => "messaging.no_addressee",
            E::NotOffered => "messaging.not_offered",
            E::BadAddress => "messaging.bad_address",
            E::SoonAgain { .. } => "messaging.soon_again",
            E::ManyCodes => "messaging.many_codes",
            E::WrongCode { .. } => "messaging.wrong_code",
            E::CodeOver => "messaging.code_over",
            E::Damaged { .. } | E::DamagedText { .. } => "messaging.damaged",
        }
    }

    fn message(&self) -> Message {
        let message = Message::new(self.code().replace(['.', '_'], "-"));
        match self {
            MessagingError::WrongCode { left } => message.with("left", *left),
            MessagingError::SoonAgain { wait_ms } => {
                message.with("seconds", (wait_ms + 999) / 1_000)
            }
            _ => message,
        }
    }

    fn fields(&self) -> Vec<FieldProblem> {
        use MessagingError as E;
        let own = |pointer| {
            let key = self.code().replace(['.', '_'], "-");
            vec![FieldProblem::new(pointer, Message::new(key))]
        };
        match self {
            E::UnknownTemplate(_) => own("/template"),
            E::NoAddressee => own("/to"),
            E::BadValues { problems, .. } => problems.clone(),
            E::BadAddress => own("/mail"),
            E::WrongCode { left } => {
                let message = Message::new("messaging-wrong-code").with("left", *left);
                vec![FieldProblem::new("/code", message)]
            }
            E::NotOffered
            | E::SoonAgain { .. }
            | E::ManyCodes
            | E::CodeOver
            | E::Damaged { .. }
            | E::DamagedText { .. } => Vec::new(),
        }
    }
}

/// The types of problems that people and programs may meet.
pub const PROBLEM_TYPES: &[(&str, Kind)] = &[
    ("messaging.unknown_template", Kind::Invalid),
    ("messaging.bad_values", Kind::Invalid),
    ("messaging.no_addressee", Kind::Invalid),
    ("messaging.not_offered", Kind::Conflict),
    ("messaging.bad_address", Kind::Invalid),
    ("messaging.soon_again", Kind::TooMany),
    ("messaging.many_codes", Kind::TooMany),
    ("messaging.wrong_code", Kind::Invalid),
    ("messaging.code_over", Kind::Conflict),
    ("messaging.damaged", Kind::Internal),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_listed_with_its_kind() {
        let all = [
            MessagingError::UnknownTemplate("p.t".to_owned()),
            MessagingError::BadValues { template: "p.t".to_owned(), problems: Vec::new() },
            MessagingError::NoAddressee,
            MessagingError::NotOffered,
            MessagingError::BadAddress,
            MessagingError::SoonAgain { wait_ms: 1 },
            MessagingError::ManyCodes,
            MessagingError::WrongCode { left: 1 },
            MessagingError::CodeOver,
            MessagingError::Damaged { id: MessageId::new(uuid::Uuid::nil()), what: "" },
        ];
        let listed: Vec<_> = all.iter().map(|error| (error.code(), error.kind())).collect();
        assert_eq!(listed, PROBLEM_TYPES);
    }
}
