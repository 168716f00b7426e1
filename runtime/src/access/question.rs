//! Everything that a decision depends on, and nothing else. Cedar's entities are made of a question alone, so the same
//! question has the same answer for as long as the same packs are in force.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use minshu_kernel::access::{Grant, Principal, Resource};
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

/// On what, as policies may see it: they speak on kinds of things and never on one by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Thing {
    pub(super) pack: Option<String>,
    pub(super) role: Option<String>,
    pub(super) division: Option<DivisionCode>,
    pub(super) owner_account: Option<AccountId>,
    pub(super) owner: Option<PersonId>,
    pub(super) owner_organisation: Option<OrganisationId>,
}

impl Thing {
    pub(super) fn of(resource: &Resource) -> Thing {
        Thing {
            pack: resource.pack.clone(),
            role: resource.role.clone(),
            division: resource.division,
            owner_account: resource.owner_account,
            owner: resource.owner,
            owner_organisation: resource.owner_organisation,
        }
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
