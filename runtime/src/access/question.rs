//! Everything that a decision depends on, and nothing else. Cedar's entities are made of a question alone, so the same
//! question has the same answer for as long as the same packs are in force.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use minshu_kernel::access::{Grant, Principal, Resource};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};

use super::policies::{self, Answer};

/// Who asks, as policies may see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Asker {
    pub(super) reference: String,
    pub(super) kind: &'static str,
    pub(super) proved: bool,
    pub(super) person: Option<PersonId>,
    pub(super) mandates: Vec<OrganisationId>,
    /// What a flow's pack declares.
    pub(super) declared: Vec<String>,
    /// The roles that are held at this moment, each with its place.
    pub(super) held: Vec<(String, DivisionCode)>,
}

impl Asker {
    /// A principal with the grants that hold at this moment.
    pub(super) fn of(who: &Principal, held: &[&Grant]) -> Asker {
        Asker {
            reference: who.reference(),
            kind: policies::kind(&who.actor),
            proved: who.proved,
            person: who.person,
            mandates: who.mandates.clone(),
            declared: policies::declared(&who.actor).to_vec(),
            held: held.iter().map(|grant| (grant.role.clone(), grant.division)).collect(),
        }
    }

    /// The roles held, each once, in order.
    pub(super) fn roles(&self) -> Vec<String> {
        let mut roles: Vec<String> = self.held.iter().map(|(role, _)| role.clone()).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}

/// On what, as policies may see it: they never speak on one thing by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Thing {
    pub(super) pack: Option<String>,
    pub(super) role: Option<String>,
    pub(super) division: Option<DivisionCode>,
    pub(super) owner_account: Option<AccountId>,
    pub(super) owner: Option<PersonId>,
    pub(super) owner_organisation: Option<OrganisationId>,
    /// Whether the asker opened this very thing in an emergency, and it is open at this moment.
    pub(super) opened: bool,
}

impl Thing {
    pub(super) fn of(resource: &Resource, who: &Principal, now: Timestamp) -> Thing {
        Thing {
            opened: who.opening_of(resource, now).is_some(),
            pack: resource.pack.clone(),
            role: resource.role.clone(),
            division: resource.division,
            owner_account: resource.owner_account,
            owner: resource.owner,
            owner_organisation: resource.owner_organisation,
        }
    }
}

/// Somebody else, whoever it is. No account, person or organisation has this id.
const SOMEBODY: uuid::Uuid = uuid::Uuid::nil();

impl Thing {
    /// The thing as policies see it that compare owners with who asks and name none: one owner that is not the asker is
    /// then like the other, and what was answered of one person's things holds of the next one's.
    pub(super) fn seen_by(mut self, who: &Principal) -> Thing {
        if self.owner_account.is_some_and(|owner| who.account() != Some(owner)) {
            self.owner_account = Some(AccountId::new(SOMEBODY));
        }
        if self.owner.is_some_and(|owner| who.person != Some(owner)) {
            self.owner = Some(PersonId::new(SOMEBODY));
        }
        if self.owner_organisation.is_some_and(|owner| !who.mandates.contains(&owner)) {
            self.owner_organisation = Some(OrganisationId::new(SOMEBODY));
        }
        self
    }
}

/// Answers to the things that one asker asked of one operation.
pub(super) struct Answers {
    kept: RwLock<HashMap<Thing, Arc<Answer>>>,
}

impl Answers {
    /// The most that are kept of one asker and operation: a long list is not kept whole.
    const MOST: usize = 256;

    pub(super) fn new() -> Answers {
        Answers { kept: RwLock::default() }
    }

    pub(super) fn find(&self, thing: &Thing) -> Option<Arc<Answer>> {
        self.kept.read().ok()?.get(thing).cloned()
    }

    pub(super) fn keep(&self, thing: Thing, answer: Arc<Answer>) {
        if let Ok(mut kept) = self.kept.write() {
            if kept.len() >= Answers::MOST {
                kept.clear();
            }
            kept.insert(thing, answer);
        }
    }
}
