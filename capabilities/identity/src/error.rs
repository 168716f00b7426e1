//! What can go wrong in identity beyond wrong values, which are told beside their fields.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::{Failure, Fault, Kind};
use minshu_kernel::text::Message;

use crate::rules;

/// What somebody gave that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// A password.
    Password,
    /// A password with a code from the telephone.
    Code,
    /// A second factor.
    Factor,
    /// A code alone.
    Recovery,
}

/// A failed operation of identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Phone and password do not belong together; which of them is wrong is told to nobody.
    #[error("phone and password do not belong together")]
    WrongPassword {
        /// How many more may be tried before one must wait.
        left: i64,
        /// Now, and the instant from which the next one is read, where one must wait already.
        wait: Option<(Timestamp, Timestamp)>,
        /// What was given.
        code: Tried,
    },
    /// Too many wrong passwords: none is read before an instant.
    #[error("no password is read before {}", until.0)]
    Wait {
        /// Now.
        now: Timestamp,
        /// From when on one is read.
        until: Timestamp,
        /// Whether a code to the telephone makes the wait unnecessary.
        code: bool,
    },
    /// Many tried this number from elsewhere: a browser that the account does not know brings a code along.
    #[error("passwords from unknown browsers are read with a code alone")]
    CodeFirst,
    /// Too many codes were sent to this telephone, or for this sender.
    #[error("no code is sent before {}", until.0)]
    CodesSpent {
        /// Now.
        now: Timestamp,
        /// From when on one is sent.
        until: Timestamp,
    },
    /// The sign-in that waited for a second step is over.
    #[error("no sign-in waits by this token")]
    StepOver,
    /// The session's proof is too old for this.
    #[error("the session was proved more than ten minutes ago")]
    ProveAgain,
    /// The account asks for its second factor here as well.
    #[error("the account's second factor is wanting")]
    FactorNeeded,
    /// Nobody gives an account back to himself.
    #[error("the officer is the owner")]
    RecoveryOwn,
    /// The officer who confirms began it.
    #[error("the officer who began it cannot confirm it")]
    RecoverySame,
    /// One is open already.
    #[error("the account is on its way back already")]
    RecoveryOpen,
    /// The code of a counter does not hold yet.
    #[error("the code does not hold before {}", until.0)]
    RecoveryNotYet {
        /// From when on it holds.
        until: Timestamp,
    },
    /// There is an authenticator already.
    #[error("the account has an authenticator")]
    FactorThere,
    /// There is none.
    #[error("the account has no authenticator")]
    FactorMissing,
    /// What came with a passkey came before, too late, or from another browser.
    #[error("the ticket of a passkey is over")]
    PasskeyOver,
    /// A passkey does not hold.
    #[error("a passkey does not hold: {0}")]
    PasskeyWrong(crate::passkeys::Disbelief),
    /// A passkey counted backwards.
    #[error("a passkey's counter went backwards")]
    PasskeyCopied,
    /// The account has as many passkeys as it may.
    #[error("the account has ten passkeys")]
    PasskeysMost,
    /// Somebody has it already.
    #[error("the passkey is kept already")]
    PasskeyThere,
    /// The installation sends no codes to telephones.
    #[error("no channel carries codes to telephones")]
    NoCodes,
    /// The account was proved before.
    #[error("the account is proved already")]
    AlreadyProved,
    /// The term of an appointment or a mandate is behind.
    #[error("the term was ended already")]
    AlreadyEnded,
    /// Somebody changed the record since the form was opened.
    #[error("the record is at version {is}, the form was made from version {from}")]
    ChangedMeanwhile {
        /// The version that the form was made from.
        from: i64,
        /// The version now.
        is: i64,
    },
    /// A platform role was to be granted by somebody who does not run the platform.
    #[error("platform roles are granted by platform.operator alone")]
    PlatformRole,
    /// The asker may read the thing anyway.
    #[error("the thing may be read without opening it")]
    NothingToOpen,
    /// The asker has it open already.
    #[error("it is open already")]
    OpenAlready,
    /// The asker has as many things open as may be at once.
    #[error("too many things are open at once")]
    TooManyOpenings,
    /// Nobody judges what he opened himself.
    #[error("nobody judges what the same person opened")]
    OwnOpening,
    /// Somebody judged it before.
    #[error("the opening was judged already")]
    Reviewed,
    /// Something must be ended before the data can be erased.
    #[error("something stands against the erasure")]
    Hindered(Vec<Message>),
    /// What came back from a provider is not this browser's, came too late, or came before.
    #[error("a sign-in by a provider is over")]
    OutsideOver,
    /// The provider's account is linked to another one here, or the account to another one there.
    #[error("the link is taken")]
    OutsideTaken,
    /// The password hashing failed: a defect, or memory ran out.
    #[error("a password could not be hashed: {0}")]
    PasswordHash(String),
    /// A stored record cannot be read: a defect.
    #[error("the record {0} cannot be read")]
    Unreadable(&'static str),
}

/// Every problem type of this capability, with its status; the list is published and never renamed.
pub(crate) const PROBLEM_TYPES: &[(&str, Kind)] = &[
    ("identity.wrong_password", Kind::Invalid),
    ("identity.wait", Kind::TooMany),
    ("identity.code_first", Kind::TooMany),
    ("identity.codes_spent", Kind::TooMany),
    ("identity.no_codes", Kind::Conflict),
    ("identity.step_over", Kind::Conflict),
    ("identity.prove_again", Kind::Refused),
    ("identity.factor_there", Kind::Conflict),
    ("identity.factor_needed", Kind::Conflict),
    ("identity.recovery_own", Kind::Refused),
    ("identity.recovery_same", Kind::Refused),
    ("identity.recovery_open", Kind::Conflict),
    ("identity.recovery_not_yet", Kind::Conflict),
    ("identity.factor_missing", Kind::Conflict),
    ("identity.passkey_over", Kind::Conflict),
    ("identity.passkey_wrong", Kind::Invalid),
    ("identity.passkey_copied", Kind::Conflict),
    ("identity.passkeys_most", Kind::Conflict),
    ("identity.passkey_there", Kind::Conflict),
    ("identity.already_proved", Kind::Conflict),
    ("identity.already_ended", Kind::Conflict),
    ("identity.changed_meanwhile", Kind::Conflict),
    ("identity.platform_role", Kind::Refused),
    ("identity.no_holder", Kind::Refused),
    ("identity.nothing_to_open", Kind::Conflict),
    ("identity.open_already", Kind::Conflict),
    ("identity.too_many_openings", Kind::Conflict),
    ("identity.own_opening", Kind::Refused),
    ("identity.reviewed", Kind::Conflict),
    ("identity.hindered", Kind::Conflict),
    ("identity.outside_over", Kind::Conflict),
    ("identity.outside_taken", Kind::Conflict),
    ("identity.password_hash", Kind::Internal),
    ("identity.unreadable", Kind::Internal),
    ("identity.busy", Kind::Unavailable),
    ("identity.quota", Kind::TooMany),
];

impl Fault for IdentityError {
    fn kind(&self) -> Kind {
        let code = self.code();
        PROBLEM_TYPES.iter().find(|(known, _)| *known == code).map_or(Kind::Internal, |(_, k)| *k)
    }

    fn code(&self) -> &'static str {
        match self {
            IdentityError::WrongPassword { .. } => "identity.wrong_password",
            IdentityError::Wait { .. } => "identity.wait",
            IdentityError::CodeFirst => "identity.code_first",
            IdentityError::CodesSpent { .. } => "identity.codes_spent",
            IdentityError::NoCodes => "identity.no_codes",
            IdentityError::StepOver => "identity.step_over",
            IdentityError::ProveAgain => "identity.prove_again",
            IdentityError::FactorThere => "identity.factor_there",
            IdentityError::FactorNeeded => "identity.factor_needed",
            IdentityError::RecoveryOwn => "identity.recovery_own",
            IdentityError::RecoverySame => "identity.recovery_same",
            IdentityError::RecoveryOpen => "identity.recovery_open",
            IdentityError::RecoveryNotYet { .. } => "identity.recovery_not_yet",
            IdentityError::FactorMissing => "identity.factor_missing",
            IdentityError::PasskeyOver => "identity.passkey_over",
            IdentityError::PasskeyWrong(_) => "identity.passkey_wrong",
            IdentityError::PasskeyCopied => "identity.passkey_copied",
            IdentityError::PasskeysMost => "identity.passkeys_most",
            IdentityError::PasskeyThere => "identity.passkey_there",
            IdentityError::AlreadyProved => "identity.already_proved",
            IdentityError::AlreadyEnded => "identity.already_ended",
            IdentityError::ChangedMeanwhile { .. } => "identity.changed_meanwhile",
            IdentityError::PlatformRole => "identity.platform_role",
            IdentityError::NothingToOpen => "identity.nothing_to_open",
            IdentityError::OpenAlready => "identity.open_already",
            IdentityError::TooManyOpenings => "identity.too_many_openings",
            IdentityError::OwnOpening => "identity.own_opening",
            IdentityError::Reviewed => "identity.reviewed",
            IdentityError::Hindered(_) => "identity.hindered",
            IdentityError::OutsideOver => "identity.outside_over",
            IdentityError::OutsideTaken => "identity.outside_taken",
            IdentityError::PasswordHash(_) => "identity.password_hash",
            IdentityError::Unreadable(_) => "identity.unreadable",
        }
    }

    fn message(&self) -> Message {
        match self {
            IdentityError::WrongPassword { left, wait: None, code } => {
                let key = match code {
                    Tried::Password => "identity-wrong-password",
                    Tried::Code => "identity-wrong-code",
                    Tried::Factor => "identity-wrong-factor",
                    Tried::Recovery => "identity-wrong-recovery",
                };
                Message::new(key).with("left", *left)
            }
            IdentityError::WrongPassword { wait: Some((now, until)), code, .. } => {
                let key = match code {
                    Tried::Password => "identity-wrong-password-wait",
                    Tried::Code => "identity-wrong-code-wait",
                    Tried::Factor => "identity-wrong-factor-wait",
                    Tried::Recovery => "identity-wrong-recovery-wait",
                };
                rules::wait_message(key, *now, *until)
            }
            IdentityError::Wait { now, until, code } => {
                let key = if *code { "identity-wait-code" } else { "identity-wait" };
                rules::wait_message(key, *now, *until)
            }
            IdentityError::RecoveryNotYet { until } => {
                let at = format!("{} {}", until.date(), minshu_kernel::show::time(*until));
                Message::new("identity-recovery-not-yet").with("at", at)
            }
            IdentityError::CodesSpent { now, until } => {
                rules::wait_message("identity-codes-spent", *now, *until)
            }
            // What it is says what to do; the page tells all of them.
            IdentityError::Hindered(all) if !all.is_empty() => all[0].clone(),
            other => Message::new(other.code().replace(['.', '_'], "-")),
        }
    }
}

/// Too many passwords are being hashed at this moment (`identity.busy`).
pub(crate) fn busy() -> Failure {
    Failure { retry_after_ms: Some(2_000), ..Failure::new(Kind::Unavailable, "identity.busy") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_a_published_problem_type() {
        let (now, until) = (Timestamp(0), Timestamp(30_000));
        for error in [
            IdentityError::WrongPassword { left: 4, wait: None, code: Tried::Password },
            IdentityError::WrongPassword { left: 0, wait: Some((now, until)), code: Tried::Factor },
            IdentityError::Wait { now, until, code: true },
            IdentityError::CodeFirst,
            IdentityError::CodesSpent { now, until },
            IdentityError::NoCodes,
            IdentityError::StepOver,
            IdentityError::ProveAgain,
            IdentityError::FactorThere,
            IdentityError::FactorNeeded,
            IdentityError::RecoveryOwn,
            IdentityError::RecoverySame,
            IdentityError::RecoveryOpen,
            IdentityError::RecoveryNotYet { until },
            IdentityError::FactorMissing,
            IdentityError::PasskeyOver,
            IdentityError::PasskeyWrong(crate::passkeys::Disbelief::Stranger),
            IdentityError::PasskeyCopied,
            IdentityError::PasskeysMost,
            IdentityError::PasskeyThere,
            IdentityError::AlreadyProved,
            IdentityError::AlreadyEnded,
            IdentityError::ChangedMeanwhile { from: 1, is: 2 },
            IdentityError::PlatformRole,
            IdentityError::NothingToOpen,
            IdentityError::OpenAlready,
            IdentityError::TooManyOpenings,
            IdentityError::OwnOpening,
            IdentityError::Reviewed,
            IdentityError::Hindered(vec![Message::new("identity-leave-post")]),
            IdentityError::OutsideOver,
            IdentityError::OutsideTaken,
            IdentityError::PasswordHash("memory".to_owned()),
            IdentityError::Unreadable("identity_account"),
        ] {
            let published = PROBLEM_TYPES.iter().find(|(code, _)| *code == error.code());
            assert_eq!(published.map(|(_, kind)| *kind), Some(error.kind()), "{error}");
        }
        assert_eq!(busy().kind, Kind::Unavailable);
    }
}
