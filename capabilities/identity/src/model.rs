//! The things of identity: ids, kinds, and the records as the rest of the crate sees them. A record
//! that holds personal values has no `Debug`, so that none can slip into a log.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::id_type;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId, PostId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

id_type!(SessionId, "A session: a signed-in browser or program.");
id_type!(DeviceId, "A browser that an account knows again.");
id_type!(ChallengeId, "A code that was sent to a telephone.");
id_type!(TotpId, "An authenticator.");
id_type!(SpareCodeId, "A code that stands in for an authenticator.");
id_type!(PasskeyId, "A passkey.");
id_type!(StepId, "A sign-in that waits for its second step.");
id_type!(RecoveryId, "An account on its way back to its owner.");
id_type!(ProofId, "The proof that an account belongs to a person.");
id_type!(AppointmentId, "A term in which an account holds a post.");
id_type!(ConsentId, "What an account lets an application do.");
id_type!(TokenId, "A token of an application.");
id_type!(OutsideLinkId, "A link between an account and a provider outside the house.");
id_type!(MandateId, "A term in which a person may act for an organisation.");

/// A text that is never printed: passwords and session tokens on their way through an action.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Declares a kind that is stored and sent as one word.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every one, in the order in which a form offers them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word that is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($word => Ok($name::$variant),)+ _ => Err(UnknownWord) }
            }
        }

        impl From<$name> for minshu_kernel::records::Value {
            fn from(kind: $name) -> Self {
                kind.as_str().into()
            }
        }
    };
}

/// A word that none of the kinds has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a word that is not among the known ones")]
pub struct UnknownWord;

words! {
    /// How an application stands.
    ApplicationState {
        /// It was entered and waits for an operator.
        Asked = "asked",
        /// It may act.
        Active = "active",
        /// It was stopped.
        Suspended = "suspended",
    }
}

words! {
    /// What an organisation is.
    OrganisationKind {
        /// A government department or its office.
        Department = "department",
        /// A company or another undertaking.
        Company = "company",
        /// A residents' or villagers' committee, an association.
        Community = "community",
    }
}

words! {
    /// What a clerk saw when an account was proved.
    Evidence {
        /// The resident identity card.
        IdentityCard = "identity-card",
        /// The temporary identity card.
        TemporaryIdentityCard = "temporary-identity-card",
        /// The household register.
        HouseholdRegister = "household-register",
        /// The passport, which names the citizen identity number.
        Passport = "passport",
        /// An operator at the machine itself, when an account is installed.
        Console = "console",
    }
}

impl Evidence {
    /// What a clerk at a counter may have seen.
    pub const AT_COUNTER: [Evidence; 4] = [
        Evidence::IdentityCard,
        Evidence::TemporaryIdentityCard,
        Evidence::HouseholdRegister,
        Evidence::Passport,
    ];
}

words! {
    /// What a code to a telephone is good for.
    Purpose {
        /// Signing in from a browser that the account does not know.
        SignIn = "sign-in",
        /// Choosing another password.
        Recover = "recover",
        /// Showing that the own telephone can be reached.
        VerifyPhone = "verify-phone",
    }
}

impl Purpose {
    /// The key of the text that carries the code.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Purpose::SignIn => "identity-code-sign-in",
            Purpose::Recover => "identity-code-recover",
            Purpose::VerifyPhone => "identity-code-verify",
        }
    }
}

words! {
    /// By what an account came back to its owner.
    RecoveryWay {
        /// By a code to the verified telephone.
        Telephone = "telephone",
        /// By two officers at a counter.
        Counter = "counter",
    }
}

words! {
    /// What was changed about the ways of signing in.
    FactorChange {
        /// An authenticator is asked for from now on.
        TotpAdded = "totp-added",
        /// None is asked for any more.
        TotpRemoved = "totp-removed",
        /// There are new spare codes.
        SpareCodesRenewed = "spare-codes-renewed",
        /// A passkey signs in from now on.
        PasskeyAdded = "passkey-added",
        /// A passkey signs in no more.
        PasskeyRemoved = "passkey-removed",
        /// A passkey was refused because there may be a copy of it.
        PasskeyCopied = "passkey-copied",
    }
}

words! {
    /// How a post is held.
    AppointmentKind {
        /// As its holder.
        Regular = "regular",
        /// For the holder, within a stated term.
        Substitute = "substitute",
    }
}

words! {
    /// Why something is opened in an emergency.
    OpeningReason {
        /// Life, health or property is in danger.
        Danger = "danger",
        /// The office that has it cannot be reached or cannot work.
        OfficeDown = "office-down",
        /// A complaint or an enquiry that bears no delay.
        Complaint = "complaint",
        /// A fault of the system is looked into.
        Fault = "fault",
        /// Another reason, which the words say.
        Other = "other",
    }
}

/// What somebody else found of an opening.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// When.
    pub at_ms: Timestamp,
    /// Who.
    pub by: AccountId,
    /// Whether it was justified.
    pub justified: bool,
    /// Why.
    pub words: String,
}

/// An account with its personal values opened.
pub(crate) struct Account {
    /// Its id.
    pub id: AccountId,
    /// The mobile number in its one form.
    pub phone: String,
    /// The claimed citizen identity number.
    pub number: String,
    /// The claimed name.
    pub name: String,
    /// The password's hash, a PHC string.
    pub password: String,
    /// The person, once proved.
    pub person: Option<PersonId>,
    /// Raised by every change.
    pub version: i64,
    /// When it was registered.
    pub created: Timestamp,
    /// Whether a code has reached the telephone.
    pub phone_verified: bool,
}

/// An organisation.
#[derive(Debug, Clone)]
pub(crate) struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// What it is.
    pub kind: OrganisationKind,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// Where it sits.
    pub division: DivisionCode,
    /// The organisation that it belongs to.
    pub parent: Option<OrganisationId>,
    /// The code of its division, padded to twelve digits: what lists are sorted by.
    pub place: i64,
    /// Raised by every change.
    pub version: i64,
}

/// A post.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// Its id.
    pub id: PostId,
    /// The organisation that it is in.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: minshu_kernel::text::LocalText,
    /// The division whose subtree it serves.
    pub division: DivisionCode,
    /// The roles that it grants, `pack.role` or `platform.role`.
    pub roles: Vec<String>,
    /// Raised by every change and every appointment.
    pub version: i64,
}

/// A term in which an account holds a post.
#[derive(Debug, Clone)]
pub(crate) struct Appointment {
    /// Its id.
    pub id: AppointmentId,
    /// The post.
    pub post: PostId,
    /// Who holds it.
    pub account: AccountId,
    /// Holder or substitute.
    pub kind: AppointmentKind,
    /// For whom, where it is a substitute's.
    pub instead_of: Option<AccountId>,
    /// The beginning and the end.
    pub term: Term,
    /// Raised by every change.
    pub version: i64,
}

/// A term in which a person may act for an organisation.
#[derive(Debug, Clone)]
pub(crate) struct Mandate {
    /// Its id.
    pub id: MandateId,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// Who.
    pub person: PersonId,
    /// The beginning and the end.
    pub term: Term,
    /// Raised by every change.
    pub version: i64,
}

/// A stretch of time: from an instant on, up to but not with another, unless ended before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// The first instant, in milliseconds since 1970 (UTC).
    pub from_ms: Timestamp,
    /// The instant at which it runs out; none where it was given without end.
    pub until_ms: Option<Timestamp>,
    /// The instant at which somebody ended it.
    pub ended_ms: Option<Timestamp>,
}

impl Term {
    /// Whether it holds at an instant.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.from_ms <= now
            && self.until_ms.is_none_or(|end| now < end)
            && self.ended_ms.is_none_or(|end| now < end)
    }

    /// Whether it is behind: it ran out or was ended.
    pub fn over(&self, now: Timestamp) -> bool {
        self.until_ms.is_some_and(|end| end <= now) || self.ended_ms.is_some_and(|end| end <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_holds_from_its_first_instant_up_to_its_end() {
        let at = Timestamp;
        let term = Term { from_ms: at(10), until_ms: Some(at(20)), ended_ms: None };
        assert!(!term.holds(at(9)) && term.holds(at(10)) && term.holds(at(19)));
        assert!(!term.holds(at(20)) && term.over(at(20)) && !term.over(at(19)));
        let ended = Term { ended_ms: Some(at(15)), ..term };
        assert!(ended.holds(at(14)) && !ended.holds(at(15)) && ended.over(at(15)));
        let open = Term { until_ms: None, ..term };
        assert!(open.holds(at(i64::MAX)));
    }

    #[test]
    fn words_are_read_back() {
        for kind in Evidence::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!("company".parse(), Ok(OrganisationKind::Company));
        assert_eq!("Company".parse::<OrganisationKind>(), Err(UnknownWord));
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret::new("opensesame!")), "Secret(…)");
    }
}
