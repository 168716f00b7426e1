//! The things of licences. No rules and no SQL here.

use std::collections::BTreeMap;

use minshu_kernel::access::Resource;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::id_type;
use minshu_kernel::ids::{OrganisationId, PersonId};
use minshu_kernel::personal::Subject;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

id_type!(LicenceId, "A version of a licence.");
id_type!(StepId, "A step in the life of a licence.");
id_type!(ProposalId, "What one officer wants done to a licence and another has to agree to.");
id_type!(ShowingId, "A licence held out to somebody for some minutes.");
id_type!(LookId, "Somebody's look at a licence.");
id_type!(SealId, "An electronic seal.");

/// Where a licence stands, in the words and codes of the national exchange of licence states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// 01: it holds.
    Valid,
    /// 02: it does not hold for the time being.
    Suspended,
    /// 03: taken back by its issuer because the ground fell away, without the holder's fault.
    Withdrawn,
    /// 04: struck off, mostly on the holder's own wish.
    Cancelled,
    /// 05: its time is over.
    Lapsed,
    /// 06: moved to another place's register.
    Transferred,
    /// 07: taken away from its holder.
    Revoked,
    /// 99: a newer version stands in its place.
    Replaced,
}

impl State {
    /// Every state.
    pub const ALL: [State; 8] = [
        State::Valid,
        State::Suspended,
        State::Withdrawn,
        State::Cancelled,
        State::Lapsed,
        State::Transferred,
        State::Revoked,
        State::Replaced,
    ];

    /// The word in columns and texts.
    pub const fn word(self) -> &'static str {
        match self {
            State::Valid => "valid",
            State::Suspended => "suspended",
            State::Withdrawn => "withdrawn",
            State::Cancelled => "cancelled",
            State::Lapsed => "lapsed",
            State::Transferred => "transferred",
            State::Revoked => "revoked",
            State::Replaced => "replaced",
        }
    }

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

    /// The state of a word.
    pub fn parse(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether nothing more becomes of it.
    pub const fn is_final(self) -> bool {
        !matches!(self, State::Valid | State::Suspended)
    }
}

/// What is done to a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// It is issued.
    Issue,
    /// A new version takes the place of this one.
    Change,
    /// It does not hold for the time being.
    Suspend,
    /// It holds again.
    Resume,
    /// It is taken back.
    Withdraw,
    /// It is struck off.
    Cancel,
    /// Its time is over.
    Lapse,
    /// It moves to another place.
    Transfer,
    /// It is taken away.
    Revoke,
}

impl Verb {
    /// What an officer may do to a licence that was issued.
    pub const MOVES: [Verb; 6] =
        [Verb::Suspend, Verb::Resume, Verb::Withdraw, Verb::Cancel, Verb::Transfer, Verb::Revoke];

    /// The word in columns and texts.
    pub const fn word(self) -> &'static str {
        match self {
            Verb::Issue => "issue",
            Verb::Change => "change",
            Verb::Suspend => "suspend",
            Verb::Resume => "resume",
            Verb::Withdraw => "withdraw",
            Verb::Cancel => "cancel",
            Verb::Lapse => "lapse",
            Verb::Transfer => "transfer",
            Verb::Revoke => "revoke",
        }
    }

    /// The verb of a word.
    pub fn parse(word: &str) -> Option<Verb> {
        let others = [Verb::Issue, Verb::Change, Verb::Lapse];
        Verb::MOVES.into_iter().chain(others).find(|verb| verb.word() == word)
    }

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

/// What a holder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HolderKind {
    /// A person, by the citizen identity number.
    Person,
    /// An organisation, by its unified social credit code.
    Organisation,
}

impl HolderKind {
    /// The word in columns.
    pub const fn word(self) -> &'static str {
        match self {
            HolderKind::Person => "person",
            HolderKind::Organisation => "organisation",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<HolderKind> {
        [HolderKind::Person, HolderKind::Organisation].into_iter().find(|k| k.word() == word)
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

/// How somebody looked at a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// By a code that the holder showed.
    Showing,
    /// By its identifier and check value.
    Identifier,
    /// By its document.
    Document,
    /// An office used it in place of paper.
    Office,
}

impl Way {
    /// The word in columns and texts.
    pub const fn word(self) -> &'static str {
        match self {
            Way::Showing => "showing",
            Way::Identifier => "identifier",
            Way::Document => "document",
            Way::Office => "office",
        }
    }

    /// The way of a word.
    pub fn parse(word: &str) -> Option<Way> {
        let all = [Way::Showing, Way::Identifier, Way::Document, Way::Office];
        all.into_iter().find(|way| way.word() == word)
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

/// Where a seal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SealState {
    /// One wants it, another has not agreed yet.
    Proposed,
    /// It seals.
    Good,
    /// It seals nothing any more; what it sealed stays sealed.
    Ended,
}

impl SealState {
    /// The word in columns and texts.
    pub const fn word(self) -> &'static str {
        match self {
            SealState::Proposed => "proposed",
            SealState::Good => "good",
            SealState::Ended => "ended",
        }
    }

    /// The state of a word.
    pub fn parse(word: &str) -> Option<SealState> {
        [SealState::Proposed, SealState::Good, SealState::Ended]
            .into_iter()
            .find(|state| state.word() == word)
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
        for state in State::ALL {
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
