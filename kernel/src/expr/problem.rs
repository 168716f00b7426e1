//! What can be wrong with an expression, at load and at run time.

use crate::text::Message;

/// A mistake in an expression, found before it is ever run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{} at bytes {start}..{end}", message.key)]
pub struct ExprProblem {
    /// What is wrong.
    pub message: Message,
    /// The first byte of the place, within the text.
    pub start: usize,
    /// The byte after the place.
    pub end: usize,
    /// What to write instead, where that is known.
    pub hint: Option<Message>,
}

impl ExprProblem {
    pub(super) fn new(message: impl Into<Message>, span: std::ops::Range<usize>) -> Self {
        ExprProblem { message: message.into(), start: span.start, end: span.end, hint: None }
    }

    #[must_use]
    pub(super) fn hint(self, hint: impl Into<Message>) -> Self {
        self.hints(Some(hint.into()))
    }

    #[must_use]
    pub(super) fn hints(mut self, hint: Option<Message>) -> Self {
        self.hint = hint;
        self
    }
}

/// Why a checked expression has no value this time. It is never to be taken as `false`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExprFailure {
    /// A variable of the environment was not bound.
    #[error("the variable {0} is not bound")]
    Unbound(String),
    /// A bound value is not of the type it was declared with.
    #[error("{path} is not a {wanted}")]
    Unfit {
        /// Where, such as `form.people[2].age`.
        path: String,
        /// The declared type.
        wanted: String,
    },
    /// The bound values are more than an expression may look through.
    #[error("the values are larger than an expression may read")]
    TooLarge,
    /// A whole number left 64 bits, or a result is not a finite number.
    #[error("a number is out of range: {0}")]
    Overflow(String),
    /// Division or remainder by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A list has no such element.
    #[error("a list has no such element: {0}")]
    OutOfRange(String),
    /// A required field is absent, or a conversion between types could not be made.
    #[error("{0}")]
    Other(String),
}

impl ExprFailure {
    /// The same failure, its place being within a larger one.
    #[must_use]
    pub(super) fn within(self, outer: &str) -> Self {
        match self {
            ExprFailure::Unfit { path, wanted } => {
                ExprFailure::Unfit { path: format!("{outer}{path}"), wanted }
            }
            other => other,
        }
    }

    /// The failure for a person, by a message of its kind.
    pub fn message(&self) -> Message {
        match self {
            ExprFailure::Unbound(name) => {
                Message::new("expr-failed-unbound").with("name", name.as_str())
            }
            ExprFailure::Unfit { path, wanted } => Message::new("expr-failed-unfit")
                .with("path", path.as_str())
                .with("wanted", wanted.as_str()),
            ExprFailure::TooLarge => Message::new("expr-failed-too-large"),
            ExprFailure::Overflow(_) => Message::new("expr-failed-overflow"),
            ExprFailure::DivisionByZero => Message::new("expr-failed-division"),
            ExprFailure::OutOfRange(_) => Message::new("expr-failed-index"),
            ExprFailure::Other(what) => Message::new("expr-failed").with("what", what.as_str()),
        }
    }
}

impl From<cel::ExecutionError> for ExprFailure {
    fn from(error: cel::ExecutionError) -> Self {
        use cel::ExecutionError as E;
        match &error {
            E::DivisionByZero(_) | E::RemainderByZero(_) => ExprFailure::DivisionByZero,
            E::Overflow(..) => ExprFailure::Overflow(error.to_string()),
            E::FunctionError { message, .. } if message.contains("overflow") => {
                ExprFailure::Overflow(error.to_string())
            }
            // Types were checked before: what two floating point numbers are not comparable by is "not a number".
            E::NoSuchOverload(of) if of.argument_types() == ["double", "double"] => {
                ExprFailure::Overflow("not a number".to_owned())
            }
            E::IndexOutOfBounds(_) => ExprFailure::OutOfRange(error.to_string()),
            _ => ExprFailure::Other(error.to_string()),
        }
    }
}
