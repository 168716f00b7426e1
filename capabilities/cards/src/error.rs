//! What can go wrong with cards, one variant per failed operation, and how people are told.

use minshu_kernel::error::{Fault, FieldProblem, Kind};
use minshu_kernel::text::Message;

use crate::model::CardId;

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum CardsError {
    /// Whoever binds a card was not proved.
    #[error("the account is not proved to be a person's")]
    NotProved,
    /// No pack in force declares the kind.
    #[error("there is no kind of card \"{0}\"")]
    UnknownKind(String),
    /// No pack in force declares the purpose.
    #[error("there is no purpose \"{0}\"")]
    UnknownPurpose(String),
    /// The number is none of the kind.
    #[error("no number of this kind of card")]
    BadNumber(Message),
    /// The holder has it bound already.
    #[error("the holder has this card already")]
    Already,
    /// The holder has as many of the kind as may be.
    #[error("the holder has {most} cards of this kind already")]
    TooMany {
        /// How many may be.
        most: u8,
    },
    /// An office has seen it in somebody else's hand.
    #[error("the card is another person's")]
    OfAnother,
    /// A clerk would see to the own card.
    #[error("nobody sees to the own card")]
    OwnCard,
    /// What was read off the card is not what was claimed.
    #[error("the number that was seen is another one")]
    Differs,
    /// The card stands where this cannot be done.
    #[error("the card is {state}")]
    NotSo {
        /// Where it stands.
        state: &'static str,
    },
    /// No person was proved for what the counter asked for.
    #[error("nobody was proved for this number")]
    NobodyProved,
    /// What rests in a column cannot be read: a defect.
    #[error("card {id} stands in a state of an unknown word")]
    Damaged {
        /// The card.
        id: CardId,
    },
}

impl Fault for CardsError {
    fn kind(&self) -> Kind {
        use CardsError as E;
        match self {
            E::UnknownKind(_)
            | E::UnknownPurpose(_)
            | E::BadNumber(_)
            | E::Differs
            | E::NobodyProved => Kind::Invalid,
            E::NotProved | E::Already | E::TooMany { .. } | E::OfAnother | E::NotSo { .. } => {
                Kind::Conflict
            }
            E::OwnCard => Kind::Refused,
            E::Damaged { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        use CardsError as E;
        match self {
            E::NotProved => "cards.not_proved",
            E::UnknownKind(_) => "cards.unknown_kind",
            E::UnknownPurpose(_) => "cards.unknown_purpose",
            E::BadNumber(_) => "cards.bad_number",
            E::Already => "cards.already",
            E::TooMany { .. } => "cards.too_many",
            E::OfAnother => "cards.of_another",
            E::OwnCard => "cards.own_card",
            E::Differs => "cards.differs",
            E::NotSo { .. } => "cards.not_so",
            E::NobodyProved => "cards.nobody_proved",
            E::Damaged { .. } => "cards.damaged",
        }
    }

    fn message(&self) -> Message {
        let message = Message::new(self.code().replace(['.', '_'], "-"));
        match self {
            CardsError::TooMany { most } => message.with("most", i64::from(*most)),
            CardsError::NotSo { state } => message.with("state", *state),
            _ => message,
        }
    }

    fn fields(&self) -> Vec<FieldProblem> {
        use CardsError as E;
        match self {
            E::UnknownKind(_) => vec![FieldProblem::new("/kind", self.message())],
            E::UnknownPurpose(_) => vec![FieldProblem::new("/purpose", self.message())],
            E::BadNumber(message) => vec![FieldProblem::new("/number", message.clone())],
            E::NobodyProved => vec![FieldProblem::new("/number", self.message())],
            E::Differs => vec![FieldProblem::new("/number_seen", self.message())],
            _ => Vec::new(),
        }
    }
}

/// The types of problems that people and programs may meet.
pub const PROBLEM_TYPES: &[(&str, Kind)] = &[
    ("cards.not_proved", Kind::Conflict),
    ("cards.unknown_kind", Kind::Invalid),
    ("cards.unknown_purpose", Kind::Invalid),
    ("cards.bad_number", Kind::Invalid),
    ("cards.already", Kind::Conflict),
    ("cards.too_many", Kind::Conflict),
    ("cards.of_another", Kind::Conflict),
    ("cards.own_card", Kind::Refused),
    ("cards.differs", Kind::Invalid),
    ("cards.not_so", Kind::Conflict),
    ("cards.nobody_proved", Kind::Invalid),
    ("cards.damaged", Kind::Internal),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_listed_with_its_kind() {
        let all = [
            CardsError::NotProved,
            CardsError::UnknownKind(String::new()),
            CardsError::UnknownPurpose(String::new()),
            CardsError::BadNumber(Message::new("cards-number-slip")),
            CardsError::Already,
            CardsError::TooMany { most: 1 },
            CardsError::OfAnother,
            CardsError::OwnCard,
            CardsError::Differs,
            CardsError::NotSo { state: "ended" },
            CardsError::NobodyProved,
            CardsError::Damaged { id: CardId::new(uuid::Uuid::nil()) },
        ];
        let listed: Vec<_> = all.iter().map(|error| (error.code(), error.kind())).collect();
        assert_eq!(listed, PROBLEM_TYPES);
    }
}
