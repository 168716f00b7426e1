//! The things of licences. No rules and no SQL here.

use std::collections::BTreeMap;

use minshu_kernel::access::Resource;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::id_type;
use minshu_kernel::ids::{OrganisationId, PersonId};
use minshu_kernel::personal::Subject;
use minshu_kernel::words;

id_type!(LicenceId, "A version of a licence.");
id_type!(StepId, "A step in the life of a licence.");
id_type!(ProposalId, "What one officer wants done to a licence and another has to agree to.");
id_type!(ShowingId, "A licence held out to somebody for some minutes.");
id_type!(LookId, "Somebody's look at a licence.");
id_type!(SealId, "An electronic seal.");

words! {
    /// Where a licence stands, in the words and codes of the national exchange of licence states.
    State {
        /// 01: it holds.
        Valid = "valid",
        /// 02: it does not hold for the time being.
        Suspended = "suspended",
        /// 03: taken back by its issuer because the ground fell away, without the holder's fault.
        Withdrawn = "withdrawn",
        /// 04: struck off, mostly on the holder's own wish.
        Cancelled = "cancelled",
        /// 05: its time is over.
        Lapsed = "lapsed",
        /// 06: moved to another place's register.
        Transferred = "transferred",
        /// 07: taken away from its holder.
        Revoked = "revoked",
        /// 99: a newer version stands in its place.
        Replaced = "replaced",
    }
}

impl State {
    /// The code that other systems exchange.
    pub const fn code(self) -> &'static str {
        match self {
            State::Valid => "01",
            State::Suspended => "02",
            State::Withdrawn => "03",
            State::Cancelled => "04",
            State::Lapsed => "05",
            State::Transferred => "06",
            State::Revoked => "07",
            State::Replaced => "99",
        }
    }

    /// Whether nothing more becomes of it.
    pub const fn is_final(self) -> bool {
        !matches!(self, State::Valid | State::Suspended)
    }
}

words! {
    /// What is done to a licence.
    Verb {
        /// It is issued.
        Issue = "issue",
        /// A new version takes the place of this one.
        Change = "change",
        /// It does not hold for the time being.
        Suspend = "suspend",
        /// It holds again.
        Resume = "resume",
        /// It is taken back.
        Withdraw = "withdraw",
        /// It is struck off.
        Cancel = "cancel",
        /// Its time is over.
        Lapse = "lapse",
        /// It moves to another place.
        Transfer = "transfer",
        /// It is taken away.
        Revoke = "revoke",
    }
}

impl Verb {
    /// What an officer may do to a licence that was issued.
    pub const MOVES: [Verb; 6] =
        [Verb::Suspend, Verb::Resume, Verb::Withdraw, Verb::Cancel, Verb::Transfer, Verb::Revoke];

    /// Where a licence stands afterwards.
    pub const fn leads_to(self) -> State {
        match self {
            Verb::Issue | Verb::Resume => State::Valid,
            Verb::Change => State::Replaced,
            Verb::Suspend => State::Suspended,
            Verb::Withdraw => State::Withdrawn,
            Verb::Cancel => State::Cancelled,
            Verb::Lapse => State::Lapsed,
            Verb::Transfer => State::Transferred,
            Verb::Revoke => State::Revoked,
        }
    }

    /// Whether it can be done to a licence that stands so.
    pub const fn fits(self, state: State) -> bool {
        match self {
            Verb::Issue => false,
            Verb::Suspend | Verb::Transfer | Verb::Change => matches!(state, State::Valid),
            Verb::Resume => matches!(state, State::Suspended),
            Verb::Withdraw | Verb::Cancel | Verb::Lapse | Verb::Revoke => !state.is_final(),
        }
    }
}

words! {
    /// What a holder is.
    HolderKind {
        /// A person, by the citizen identity number.
        Person = "person",
        /// An organisation, by its unified social credit code.
        Organisation = "organisation",
    }
}

/// Whose a licence is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// What the holder is.
    pub kind: HolderKind,
    /// The holder's name.
    pub name: String,
    /// The citizen identity number or unified social credit code.
    pub number: String,
    /// The person, where one was proved when it was issued.
    pub person: Option<PersonId>,
    /// The organisation, where it was known when it was issued.
    pub organisation: Option<OrganisationId>,
}

impl Holder {
    /// Under whose key the holder's things rest.
    pub fn subject(&self) -> Subject {
        match self.person {
            Some(person) if self.kind == HolderKind::Person => Subject::Person(person),
            _ => Subject::Installation,
        }
    }
}

/// The values of a licence's fields, by the field's id.
pub type Values = BTreeMap<String, String>;

/// A version of a licence.
#[derive(Debug, Clone, PartialEq)]
pub struct Licence {
    /// Its id.
    pub id: LicenceId,
    /// The first version of the same licence.
    pub line: LicenceId,
    /// The identifier (GB/T 36904), with its root and dots.
    pub identifier: String,
    /// What stands on the document beside the identifier, so that nobody asks for what they have not seen.
    pub check: String,
    /// Its type: `pack.type`.
    pub kind: String,
    /// The pack that declares the type.
    pub pack: String,
    /// Which version it is, from 1.
    pub number: i64,
    /// Where it stands.
    pub state: State,
    /// Whose it is.
    pub holder: Holder,
    /// What it says.
    pub values: Values,
    /// The unified social credit code of whoever issued it.
    pub issuer: String,
    /// The name of whoever issued it.
    pub issuer_name: String,
    /// Where it was issued.
    pub division: DivisionCode,
    /// From what it came: `kind:id`, such as a case.
    pub about: Option<String>,
    /// When it was issued.
    pub issued: Timestamp,
    /// From when on it holds.
    pub from: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Since when it stands so.
    pub since: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// The sealed document.
    pub document: String,
    /// The document's size.
    pub document_bytes: i64,
    /// SM3 of the document, in hexadecimal.
    pub digest: String,
    /// Raised at every change.
    pub version: i64,
}

impl Licence {
    /// Where it stands at an instant: a licence whose time is over has lapsed, whenever the clock's job comes.
    pub fn state_at(&self, now: Timestamp) -> State {
        match self.until {
            Some(until) if !self.state.is_final() && now >= until => State::Lapsed,
            _ => self.state,
        }
    }

    /// The licence as access sees it.
    pub fn resource(&self) -> Resource {
        Resource {
            pack: Some(self.pack.clone()),
            division: Some(self.division),
            owner: self.holder.person.filter(|_| self.holder.kind == HolderKind::Person),
            owner_organisation: self
                .holder
                .organisation
                .filter(|_| self.holder.kind == HolderKind::Organisation),
            ..Resource::of("licences.licence", self.id)
        }
    }
}

/// A step in the life of a licence.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// 1, 2, 3, …
    pub sequence: i64,
    /// What was done.
    pub verb: Verb,
    /// Where it stood then.
    pub state: State,
    /// Who did it: a kind and an id.
    pub actor: String,
    /// Who wanted it, where two had to agree.
    pub proposer: Option<String>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// What one officer wants done.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// The licence.
    pub licence: LicenceId,
    /// The licence's version when it was wanted.
    pub licence_version: i64,
    /// What is wanted.
    pub verb: Verb,
    /// Why.
    pub reason: String,
    /// Who wants it.
    pub proposer: String,
    /// Since when.
    pub at: Timestamp,
}

/// A licence held out for some minutes.
#[derive(Debug, Clone, PartialEq)]
pub struct Showing {
    /// Its id.
    pub id: ShowingId,
    /// The licence.
    pub licence: LicenceId,
    /// What for, in the holder's words.
    pub purpose: String,
    /// Ids of the fields that are shown.
    pub fields: Vec<String>,
    /// Whether one look ends it.
    pub once: bool,
    /// When it was made.
    pub made: Timestamp,
    /// Until when it shows anything.
    pub until: Timestamp,
    /// When it was looked at first.
    pub used: Option<Timestamp>,
    /// When its holder took it back.
    pub ended: Option<Timestamp>,
    /// Raised at every change.
    pub version: i64,
}

words! {
    /// How somebody looked at a licence.
    Way {
        /// By a code that the holder showed.
        Showing = "showing",
        /// By its identifier and check value.
        Identifier = "identifier",
        /// By its document.
        Document = "document",
        /// An office used it in place of paper.
        Office = "office",
    }
}

/// Somebody's look.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// By which showing.
    pub showing: Option<ShowingId>,
    /// How.
    pub way: Way,
    /// Who, as far as known: `anonymous`, `account:…`, `application:…`.
    pub looker: String,
    /// When.
    pub at: Timestamp,
}

words! {
    /// Where a seal stands.
    SealState {
        /// One wants it, another has not agreed yet.
        Proposed = "proposed",
        /// It seals.
        Good = "good",
        /// It seals nothing any more; what it sealed stays sealed.
        Ended = "ended",
    }
}

/// An electronic seal.
#[derive(Debug, Clone, PartialEq)]
pub struct Seal {
    /// Its id.
    pub id: SealId,
    /// The unified social credit code of the organisation.
    pub issuer: String,
    /// What stands on it.
    pub name: String,
    /// The types that it may seal: `pack.type`.
    pub types: Vec<String>,
    /// Where it stands.
    pub state: SealState,
    /// Its number.
    pub serial: String,
    /// The seal itself (GB/T 38540), once it is made.
    pub seal: Option<Vec<u8>>,
    /// The signer's certificate.
    pub certificate: Option<Vec<u8>>,
    /// Who wanted it.
    pub proposer: String,
    /// Who agreed.
    pub approver: Option<String>,
    /// When it was wanted.
    pub made: Timestamp,
    /// Until when it seals.
    pub until: Option<Timestamp>,
    /// Raised at every change.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_codes_are_read_back_and_ends_stay_ends() {
        let codes: Vec<&str> = State::ALL.iter().map(|state| state.code()).collect();
        assert_eq!(codes, ["01", "02", "03", "04", "05", "06", "07", "99"]);
        for &state in State::ALL {
            assert_eq!(State::parse(state.word()), Some(state));
            let moved = Verb::MOVES.into_iter().chain([Verb::Change, Verb::Lapse]);
            let any = moved.filter(|verb| verb.fits(state)).count();
            assert_eq!(any == 0, state.is_final(), "{state:?}");
        }
        for verb in Verb::MOVES {
            assert_eq!(Verb::parse(verb.word()), Some(verb));
            assert!(!verb.fits(verb.leads_to()), "{verb:?} is not done twice");
        }
    }
}
