//! Failures. Each capability has one `thiserror` enum and implements [`Fault`] on it; the runtime
//! is the one place that turns a [`Failure`] into RFC 9457 problem+json or an error page.
//! What people read is a [`Message`]; the chain of sources is for operators and never leaves the house.

use crate::text::Message;

/// What kind of failure it is; decides the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request cannot be read (400).
    Malformed,
    /// Nobody is signed in (401).
    Unauthenticated,
    /// This principal may not (403).
    Refused,
    /// There is no such thing, or the principal may not know of it (404).
    Missing,
    /// The address is there, but not for this method (405).
    WrongMethod,
    /// The state is another one: somebody was first, or the step does not fit (409).
    Conflict,
    /// Too many bytes (413).
    TooLarge,
    /// The content is of another kind (415).
    Unsupported,
    /// The request is readable and its values are wrong (422).
    Invalid,
    /// The request did not come whole within its time (408).
    TooSlow,
    /// Too many requests (429).
    TooMany,
    /// Not now (503); carries when to try again.
    Unavailable,
    /// A defect of ours (500).
    Internal,
}

impl Kind {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Kind::Malformed => 400,
            Kind::Unauthenticated => 401,
            Kind::Refused => 403,
            Kind::Missing => 404,
            Kind::WrongMethod => 405,
            Kind::Conflict => 409,
            Kind::TooLarge => 413,
            Kind::Unsupported => 415,
            Kind::Invalid => 422,
            Kind::TooSlow => 408,
            Kind::TooMany => 429,
            Kind::Unavailable => 503,
            Kind::Internal => 500,
        }
    }
}

/// Every problem type of the contract itself, with its kind; the list is published and never renamed.
pub const PROBLEM_TYPES: &[(&str, Kind)] = &[
    ("kernel.bad_key", Kind::Malformed),
    ("kernel.body_too_large", Kind::TooLarge),
    ("kernel.busy", Kind::Unavailable),
    ("kernel.duplicate", Kind::Conflict),
    ("kernel.file_damaged", Kind::Internal),
    ("kernel.file_empty", Kind::Invalid),
    ("kernel.file_infected", Kind::Invalid),
    ("kernel.file_unchecked", Kind::Unavailable),
    ("kernel.file_kind", Kind::Unsupported),
    ("kernel.file_too_large", Kind::TooLarge),
    ("kernel.form_token", Kind::Refused),
    ("kernel.internal", Kind::Internal),
    ("kernel.invalid", Kind::Invalid),
    ("kernel.json_wanted", Kind::Unsupported),
    ("kernel.key_reused", Kind::Conflict),
    ("kernel.lost_race", Kind::Conflict),
    ("kernel.missing", Kind::Missing),
    ("kernel.multipart_wanted", Kind::Unsupported),
    ("kernel.no_files_here", Kind::Unsupported),
    ("kernel.no_operation", Kind::Missing),
    ("kernel.not_a_form", Kind::Malformed),
    ("kernel.not_json", Kind::Malformed),
    ("kernel.not_multipart", Kind::Malformed),
    ("kernel.nul_character", Kind::Invalid),
    ("kernel.refused", Kind::Refused),
    ("kernel.session_ended", Kind::Unauthenticated),
    ("kernel.sign_in", Kind::Unauthenticated),
    ("kernel.subject_parked", Kind::Conflict),
    ("kernel.too_many_files", Kind::TooLarge),
    ("kernel.too_many_requests", Kind::TooMany),
    ("kernel.too_slow", Kind::TooSlow),
    ("kernel.unavailable", Kind::Unavailable),
    ("kernel.upload_cut_off", Kind::Malformed),
    ("kernel.wrong_method", Kind::WrongMethod),
];

/// A value that is wrong, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the input, such as `/form/people/0/number`.
    pub pointer: String,
    /// What is wrong, why, and what to do.
    pub message: Message,
}

impl FieldProblem {
    /// A wrong value at a place.
    pub fn new(pointer: impl Into<String>, message: impl Into<Message>) -> Self {
        FieldProblem { pointer: pointer.into(), message: message.into() }
    }
}

/// A failure on its way to whoever asked.
#[derive(Debug)]
pub struct Failure {
    /// Its kind.
    pub kind: Kind,
    /// `<capability>.<code>`; the problem type is `urn:minshu:problem:` and this. Never renamed.
    pub code: &'static str,
    /// What the person is told.
    pub message: Message,
    /// The values that are wrong.
    pub fields: Vec<FieldProblem>,
    /// The rule that refused, for those who may know it.
    pub rule: Option<String>,
    /// When to try again, for [`Kind::Unavailable`] and [`Kind::TooMany`].
    pub retry_after_ms: Option<u64>,
    /// The cause, for operators.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)?;
        for field in &self.fields {
            write!(f, " {}:{}", field.pointer, field.message.key)?;
        }
        if let Some(rule) = &self.rule {
            write!(f, " ({rule})")?;
        }
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        Ok(())
    }
}

/// A capability's error enum: a variant per failed operation.
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// The kind of this variant.
    fn kind(&self) -> Kind;
    /// `<capability>.<code>` of this variant.
    fn code(&self) -> &'static str;
    /// What the person is told. By default the message whose key is the code, dots and all as hyphens.
    fn message(&self) -> Message {
        Message::new(self.code().replace(['.', '_'], "-"))
    }
    /// The values that are wrong.
    fn fields(&self) -> Vec<FieldProblem> {
        Vec::new()
    }
}

impl<T: Fault> From<T> for Failure {
    fn from(fault: T) -> Self {
        Failure {
            kind: fault.kind(),
            code: fault.code(),
            message: fault.message(),
            fields: fault.fields(),
            rule: None,
            retry_after_ms: None,
            source: Some(Box::new(fault)),
        }
    }
}

impl Failure {
    /// A failure of the contract itself (`kernel.<code>`).
    pub fn new(kind: Kind, code: &'static str) -> Self {
        Failure {
            kind,
            code,
            message: Message::new(code.replace(['.', '_'], "-")),
            fields: Vec::new(),
            rule: None,
            retry_after_ms: None,
            source: None,
        }
    }

    /// Values that are wrong (`kernel.invalid`).
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        Failure { fields, ..Failure::new(Kind::Invalid, "kernel.invalid") }
    }

    /// There is no such thing (`kernel.missing`).
    pub fn missing() -> Self {
        Failure::new(Kind::Missing, "kernel.missing")
    }

    /// A defect, with its cause for operators (`kernel.internal`).
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Failure { source: Some(source.into()), ..Failure::new(Kind::Internal, "kernel.internal") }
    }

    /// A refusal told as if there were no such thing: whether it exists is not for everybody to know. The rule
    /// stays, for the audit.
    #[must_use]
    pub fn hidden(self) -> Self {
        match self.kind {
            Kind::Refused => Failure { rule: self.rule, ..Failure::missing() },
            _ => self,
        }
    }

    /// The same failure with another text for the person.
    #[must_use]
    pub fn saying(mut self, message: impl Into<Message>) -> Self {
        self.message = message.into();
        self
    }
}

impl From<crate::records::RecordsError> for Failure {
    fn from(error: crate::records::RecordsError) -> Self {
        use crate::records::RecordsError as E;
        let mut failure = match &error {
            E::Lost { .. } => Failure::new(Kind::Conflict, "kernel.lost_race"),
            E::Unique(_) => Failure::new(Kind::Conflict, "kernel.duplicate"),
            E::Full { retry_after_ms } => Failure {
                retry_after_ms: Some(*retry_after_ms),
                ..Failure::new(Kind::Unavailable, "kernel.busy")
            },
            E::Unavailable(_) => Failure {
                retry_after_ms: Some(2_000),
                ..Failure::new(Kind::Unavailable, "kernel.unavailable")
            },
            E::NulCharacter => Failure::new(Kind::Invalid, "kernel.nul_character"),
            E::ForeignKey(_) | E::NotNull(_) | E::Check(_) | E::Refused(_) => {
                Failure::new(Kind::Internal, "kernel.internal")
            }
        };
        failure.source = Some(Box::new(error));
        failure
    }
}

impl From<crate::records::BadColumn> for Failure {
    fn from(error: crate::records::BadColumn) -> Self {
        Failure::internal(error)
    }
}

impl From<crate::objects::ObjectsError> for Failure {
    fn from(error: crate::objects::ObjectsError) -> Self {
        use crate::objects::ObjectsError as E;
        let mut failure = match &error {
            E::TooLarge { max_bytes } => Failure::new(Kind::TooLarge, "kernel.file_too_large")
                .saying(
                    Message::new("kernel-file-too-large")
                        .with("mib", i64::try_from(max_bytes / (1 << 20)).unwrap_or(i64::MAX)),
                ),
            E::WrongKind { found } => Failure::new(Kind::Unsupported, "kernel.file_kind")
                .saying(Message::new("kernel-file-kind").with("found", found.as_str())),
            E::Empty => Failure::new(Kind::Invalid, "kernel.file_empty"),
            E::Infected { signature } => Failure::new(Kind::Invalid, "kernel.file_infected")
                .saying(Message::new("kernel-file-infected").with("signature", signature.as_str())),
            E::Unchecked(_) => Failure {
                retry_after_ms: Some(30_000),
                ..Failure::new(Kind::Unavailable, "kernel.file_unchecked")
            },
            E::Missing => Failure::missing(),
            E::Damaged => Failure::new(Kind::Internal, "kernel.file_damaged"),
            E::CutOff(_) => Failure::new(Kind::Malformed, "kernel.upload_cut_off"),
            E::Unavailable(_) => Failure {
                retry_after_ms: Some(2_000),
                ..Failure::new(Kind::Unavailable, "kernel.unavailable")
            },
        };
        failure.source = Some(Box::new(error));
        failure
    }
}
