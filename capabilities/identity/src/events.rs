//! What identity tells: ids and kinds, never names, numbers or phones.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::event::{Aggregate, Event};
use minshu_kernel::ids::{AccountId, OpeningId, OrganisationId, PersonId, PostId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{
    AppointmentId, Evidence, FactorChange, MandateId, OpeningReason, OrganisationKind, RecoveryId,
    RecoveryWay,
};

macro_rules! event {
    ($kind:literal, $doc:literal, $name:ident { $($field:ident: $type:ty = $field_doc:literal),+ $(,)? }) => {
        #[doc = $doc]
        #[derive(Debug, Serialize, JsonSchema)]
        pub struct $name {
            $(#[doc = $field_doc] pub $field: $type),+
        }
        impl Event for $name {
            const TYPE: &'static str = $kind;
            const DOC: &'static str = $doc;
        }
    };
}

event!(
    "identity.account.registered",
    "An account was opened. Its claim to be a person is not proved.",
    AccountRegistered { account: AccountId = "The account." }
);
event!(
    "identity.account.proved",
    "An account was proved to belong to a person.",
    AccountProved {
        account: AccountId = "The account.",
        person: PersonId = "The person; another account may have been proved for the same one.",
        evidence: Evidence = "What was seen.",
    }
);
event!(
    "identity.account.claim_changed",
    "The name or number that an account claims was put right before it was proved.",
    ClaimChanged { account: AccountId = "The account." }
);
event!(
    "identity.account.guessed_at",
    "So many wrong passwords came for an account from browsers that it does not know, that unknown ones are held now.",
    AccountGuessedAt { account: AccountId = "The account." }
);
event!(
    "identity.account.factor_changed",
    "A way of signing in to an account was changed by its owner.",
    FactorChanged {
        account: AccountId = "The account.",
        change: FactorChange = "What was changed.",
    }
);
event!(
    "identity.account.recovery_begun",
    "A clerk began to give an account back to its owner.",
    RecoveryBegun {
        account: AccountId = "The account.",
        recovery: RecoveryId = "What was begun.",
        factor: bool = "Whether the second factor goes as well.",
    }
);
event!(
    "identity.account.recovery_confirmed",
    "A second officer confirmed that an account is given back to its owner.",
    RecoveryConfirmed {
        account: AccountId = "The account.",
        recovery: RecoveryId = "What was confirmed.",
        factor: bool = "Whether the second factor goes as well, a day later.",
    }
);
event!(
    "identity.account.recovery_stopped",
    "The owner of an account stopped what a counter had begun.",
    RecoveryStopped {
        account: AccountId = "The account.",
        recovery: RecoveryId = "What was stopped.",
    }
);
event!(
    "identity.account.recovered",
    "The owner of an account chose another password without the old one; everything that went on in its name ended.",
    AccountRecovered {
        account: AccountId = "The account.",
        way: RecoveryWay = "By what.",
        factor_removed: bool = "Whether the second factor went.",
    }
);
event!(
    "identity.account.password_changed",
    "The password of an account was changed; its other sessions ended.",
    PasswordChanged { account: AccountId = "The account." }
);
event!(
    "identity.account.sessions_ended",
    "Somebody ended the sessions of the own account everywhere else.",
    SessionsEnded { account: AccountId = "The account." }
);
event!(
    "identity.account.signed_out",
    "Somebody who looks after accounts ended every session of one.",
    AccountSignedOut { account: AccountId = "The account.", by: AccountId = "Who ended them." }
);
event!(
    "identity.account.erased",
    "An account left: its data were erased with their key.",
    AccountErased { account: AccountId = "The account." }
);
event!(
    "identity.organisation.added",
    "An organisation was entered.",
    OrganisationAdded {
        organisation: OrganisationId = "The organisation.",
        kind: OrganisationKind = "What it is.",
        division: String = "The code of the division where it sits.",
    }
);
event!(
    "identity.organisation.changed",
    "The entry of an organisation was changed.",
    OrganisationChanged {
        organisation: OrganisationId = "The organisation.",
        division: String = "The code of the division where it sits now.",
    }
);
event!("identity.post.added", "A post was made in an organisation.",
PostAdded {
    post: PostId = "The post.",
    organisation: OrganisationId = "The organisation.",
    roles: Vec<String> = "The roles that it grants.",
});
event!("identity.post.changed", "The name, place or roles of a post were changed.",
PostChanged {
    post: PostId = "The post.",
    roles: Vec<String> = "The roles that it grants now.",
});
event!(
    "identity.post.appointed",
    "An account was appointed to a post.",
    PostAppointed {
        post: PostId = "The post.",
        account: AccountId = "Who was appointed.",
        appointment: AppointmentId = "The term.",
        substitute: bool = "Whether for the holder.",
    }
);
event!(
    "identity.post.dismissed",
    "An appointment to a post was ended.",
    PostDismissed {
        post: PostId = "The post.",
        account: AccountId = "Who held it.",
        appointment: AppointmentId = "The term.",
    }
);
event!(
    "identity.post.term_ending",
    "The term of whoever holds a post comes to its end.",
    PostTermEnding {
        post: PostId = "The post.",
        account: AccountId = "Who holds it.",
        appointment: AppointmentId = "The term.",
        days: u32 = "How many days before the end.",
        until_ms: Timestamp = "The end.",
    }
);
event!(
    "identity.mandate.recorded",
    "A person may act for an organisation.",
    MandateRecorded {
        mandate: MandateId = "The mandate.",
        organisation: OrganisationId = "For which organisation.",
        person: PersonId = "Who may.",
    }
);
event!(
    "identity.mandate.ended",
    "A person may no longer act for an organisation.",
    MandateEnded {
        mandate: MandateId = "The mandate.",
        organisation: OrganisationId = "For which organisation.",
        person: PersonId = "Who could.",
    }
);

event!(
    "identity.glass.broken",
    "Somebody opened a single thing outside the own place in an emergency.",
    GlassBroken {
        opening: OpeningId = "The opening; audit entries of what is read by it name it.",
        account: AccountId = "Who opened it.",
        kind: String = "The kind of thing, such as `casework.case`.",
        resource: String = "The thing.",
        number: String = "The number that people quote of it.",
        pack: String = "The pack of the thing.",
        division: String = "The code of the division where it lies.",
        reason: OpeningReason = "Why.",
        until_ms: Timestamp = "Until when it is open.",
        review_due_ms: Timestamp = "Until when somebody else is to judge it.",
    }
);
event!(
    "identity.glass.closed",
    "Whoever opened something in an emergency closed it before its time.",
    GlassClosed {
        opening: OpeningId = "The opening.",
        account: AccountId = "Who opened and closed it.",
    }
);
event!(
    "identity.glass.reviewed",
    "Somebody else judged what was opened in an emergency.",
    GlassReviewed {
        opening: OpeningId = "The opening.",
        account: AccountId = "Who had opened it.",
        by: AccountId = "Who judged it.",
        justified: bool = "Whether it was justified.",
    }
);

/// An opening at a version.
pub(crate) fn opening(id: OpeningId, version: i64) -> Aggregate {
    Aggregate { kind: "identity.opening", id: id.to_string(), version }
}

/// An account at a version.
pub(crate) fn account(id: AccountId, version: i64) -> Aggregate {
    Aggregate { kind: "identity.account", id: id.to_string(), version }
}

/// An organisation at a version.
pub(crate) fn organisation(id: OrganisationId, version: i64) -> Aggregate {
    Aggregate { kind: "identity.organisation", id: id.to_string(), version }
}

/// A post at a version.
pub(crate) fn post(id: PostId, version: i64) -> Aggregate {
    Aggregate { kind: "identity.post", id: id.to_string(), version }
}

/// A mandate at a version.
pub(crate) fn mandate(id: MandateId, version: i64) -> Aggregate {
    Aggregate { kind: "identity.mandate", id: id.to_string(), version }
}
