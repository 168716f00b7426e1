//! Access decisions: permission sets, roles of the packs in force, grants of posts, ownership, and what packs forbid.
//! On a single resource Cedar decides; for lists the same is compiled to the terms of a scope. A property test holds
//! both against each other.

pub mod forbid;
mod policies;
mod question;
pub mod schema;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use cedar_policy::PolicySet;

use minshu_kernel::access::{
    Access, Actor, Basis, Exclusion, Grant, PermissionSet, PlatformRole, Principal, Refusal,
    Resource, Scope, ScopeTerm,
};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::PacksInForce;
use minshu_kernel::pack::PackSet;

use forbid::Forbids;
use policies::{Answer, Defect, Ready, Words};
use question::{Asker, Thing};

/// Under which name the policies of packs stand among the sections of a set.
pub const SECTION: &str = "access";
/// What a rule says after the operation where an application was not granted it.
pub(crate) const OUTSIDE_SCOPES: &str = ": outside the granted scopes";
/// The most slices that are kept.
const MOST_SLICES: usize = 20_000;
/// The most pairs of an asker and an operation whose entities and answers are kept.
const MOST_READY: usize = 4_096;

/// The rules: permission sets by operation, and where roles come from.
pub struct AccessRules {
    /// Permission sets by id.
    sets: BTreeMap<&'static str, PermissionSet>,
    /// Which sets hold an operation.
    by_operation: BTreeMap<&'static str, Vec<&'static str>>,
    /// Roles without a pack.
    platform: BTreeMap<&'static str, PlatformRole>,
    packs: Arc<dyn PacksInForce>,
    words: Result<Words, Defect>,
    kept: RwLock<Kept>,
}

/// What holds for one set of packs: policies that can speak on an operation, by what they depend on, and what is ready
/// for askers. Whoever loses a role, a mandate or a proof is another asker from then on, so nothing has to be taken
/// away when that happens.
#[derive(Default)]
struct Kept {
    of: Option<Arc<PackSet>>,
    slices: HashMap<Slice, Arc<PolicySet>>,
    ready: HashMap<Asked, Arc<Ready>>,
}

/// What an asker's decisions on an operation depend on, beside the thing itself.
#[derive(PartialEq, Eq, Hash)]
struct Asked {
    asker: Asker,
    operation: String,
    /// The pack of the resource.
    pack: Option<String>,
}

/// What the policies that can speak depend on.
#[derive(PartialEq, Eq, Hash)]
struct Slice {
    operation: String,
    /// The roles held, each once, in order.
    roles: Vec<String>,
    /// The pack of the resource.
    pack: Option<String>,
}

/// Why an operation is open to a principal.
#[derive(Debug, Clone, PartialEq)]
enum Ground {
    Everyone,
    Owner,
    Post(Grant),
    System,
    /// What was opened in an emergency: kind and id.
    Opened(String, String),
}

impl Kept {
    fn holds_for(&self, packs: &Arc<PackSet>) -> bool {
        self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, packs))
    }
}

impl AccessRules {
    /// From everything that the capabilities publish.
    pub fn new(
        sets: Vec<PermissionSet>,
        platform: Vec<PlatformRole>,
        packs: Arc<dyn PacksInForce>,
    ) -> Self {
        let mut by_operation: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for set in &sets {
            for operation in set.may {
                by_operation.entry(*operation).or_default().push(set.id);
            }
        }
        AccessRules {
            words: Words::of(sets.iter()),
            sets: sets.into_iter().map(|s| (s.id, s)).collect(),
            by_operation,
            platform: platform.into_iter().map(|r| (r.id, r)).collect(),
            packs,
            kept: RwLock::default(),
        }
    }

    /// Asks Cedar for a single resource, or finds what it answered to the same question.
    fn ask(
        &self,
        who: &Principal,
        operation: &str,
        resource: &Resource,
        now: Timestamp,
    ) -> Result<Arc<Answer>, Defect> {
        let words = self.words.as_ref().map_err(Clone::clone)?;
        let asked = Asked {
            asker: Asker::of(who, &held(who, now)),
            operation: operation.to_owned(),
            pack: resource.pack.clone(),
        };
        let thing = Thing::of(resource, who, now);
        let ready = self.ready(words, asked)?;
        let thing = if ready.names_somebody { thing } else { thing.seen_by(who) };
        if let Some(answer) = ready.answers.find(&thing) {
            return Ok(answer);
        }
        let answer = Arc::new(words.decide(&ready, &thing)?);
        ready.answers.keep(thing, answer.clone());
        Ok(answer)
    }

    /// What is ready for an asker and an operation, made once for each set of packs.
    fn ready(&self, words: &Words, asked: Asked) -> Result<Arc<Ready>, Defect> {
        let packs = self.packs.current();
        if let Ok(kept) = self.kept.read()
            && kept.holds_for(&packs)
            && let Some(found) = kept.ready.get(&asked)
        {
            return Ok(found.clone());
        }
        let slice = Slice {
            operation: asked.operation.clone(),
            roles: asked.asker.roles(),
            pack: asked.pack.clone(),
        };
        let policies = self.slice(slice, &packs)?;
        let made = Arc::new(words.ready(&asked.asker, &asked.operation, policies)?);
        self.keep(packs, |kept| {
            if kept.ready.len() >= MOST_READY {
                kept.ready.clear();
            }
            kept.ready.insert(asked, made.clone());
        });
        Ok(made)
    }

    /// The policies that can speak, made once for each set of packs.
    fn slice(&self, slice: Slice, packs: &Arc<PackSet>) -> Result<Arc<PolicySet>, Defect> {
        if let Ok(kept) = self.kept.read()
            && kept.holds_for(packs)
            && let Some(found) = kept.slices.get(&slice)
        {
            return Ok(found.clone());
        }
        let made = Arc::new(self.make(&slice, packs)?);
        self.keep(packs.clone(), |kept| {
            if kept.slices.len() >= MOST_SLICES {
                kept.slices.clear();
            }
            kept.slices.insert(slice, made.clone());
        });
        Ok(made)
    }

    /// Keeps something that was made for a set of packs; what was made for another one goes.
    fn keep(&self, packs: Arc<PackSet>, insert: impl FnOnce(&mut Kept)) {
        if let Ok(mut kept) = self.kept.write() {
            if !kept.holds_for(&packs) {
                *kept = Kept { of: Some(packs), ..Kept::default() };
            }
            insert(&mut kept);
        }
    }

    fn make(&self, slice: &Slice, packs: &PackSet) -> Result<PolicySet, Defect> {
        let groups = self.groups(&slice.operation);
        let words = self.words.as_ref().map_err(Clone::clone)?;
        let mut policies = words.speaking(&groups);
        let sets = self.by_operation.get(slice.operation.as_str());
        let sets: Vec<&str> = sets
            .into_iter()
            .flatten()
            .copied()
            .filter(|set| self.sets.get(set).is_some_and(|set| set.basis == Basis::Post))
            .collect();
        for role in &slice.roles {
            let granted: Vec<&str> =
                sets.iter().copied().filter(|set| self.role_grants(packs, role, set)).collect();
            if !granted.is_empty() {
                policies.push(policies::of_role(role, &granted)?);
            }
        }
        let forbids = forbids(packs);
        let own = forbids.all.iter().filter(|f| Some(&f.pack) == slice.pack.as_ref());
        let speaking = own.filter(|f| f.concerns(&slice.operation, &groups));
        policies.extend(speaking.map(|forbid| forbid.policy.clone()));
        PolicySet::from_policies(policies).map_err(policies::defect)
    }

    /// The groups of actions that an operation stands in.
    fn groups(&self, operation: &str) -> BTreeSet<String> {
        let sets = self.by_operation.get(operation).into_iter().flatten();
        let sets = sets.filter_map(|id| self.sets.get(id));
        sets.flat_map(|s| [schema::group(s.id), schema::basis(s.basis).to_owned()]).collect()
    }

    /// What packs leave out of this principal's lists of an operation.
    fn exclusions(&self, who: &Principal, operation: &str, now: Timestamp) -> Vec<Exclusion> {
        let packs = self.packs.current();
        let forbids = forbids(&packs);
        if forbids.all.is_empty() {
            return Vec::new();
        }
        let groups = self.groups(operation);
        let held = held(who, now);
        let kind = policies::kind(&who.actor);
        let speaking = forbids.all.iter().filter(|f| f.concerns(operation, &groups));
        speaking.filter_map(|f| f.exclusion(who, kind, &held)).collect()
    }

    /// Permission sets that are granted to posts, by id.
    pub fn post_sets(&self) -> BTreeSet<&'static str> {
        self.sets.values().filter(|s| s.basis == Basis::Post).map(|s| s.id).collect()
    }

    /// Every permission set.
    pub fn sets(&self) -> impl Iterator<Item = &PermissionSet> {
        self.sets.values()
    }

    /// Roles without a pack.
    pub fn platform_roles(&self) -> impl Iterator<Item = &PlatformRole> {
        self.platform.values()
    }

    fn role_grants(&self, packs: &PackSet, role: &str, set: &str) -> bool {
        if let Some(platform) = self.platform.get(role) {
            return platform.may.contains(&set);
        }
        packs.roles.get(role).is_some_and(|r| r.may.iter().any(|m| m == set))
    }

    /// Every ground on which the principal may do the operation on something.
    fn grounds(&self, who: &Principal, operation: &str, now: Timestamp) -> Vec<Ground> {
        let mut grounds = Vec::new();
        if let Actor::Flow { may, .. } = &who.actor {
            // A flow does what its pack declares and nothing else.
            if may.iter().any(|m| m == operation) {
                grounds.push(Ground::System);
            }
            return grounds;
        }
        if outside_scopes(who, operation).is_some() {
            return grounds;
        }
        for id in self.by_operation.get(operation).into_iter().flatten() {
            let Some(set) = self.sets.get(id) else { continue };
            match set.basis {
                Basis::Everyone => grounds.push(Ground::Everyone),
                Basis::SignedIn if who.signed_in() => grounds.push(Ground::Everyone),
                Basis::Owner if who.signed_in() => grounds.push(Ground::Owner),
                Basis::System if matches!(who.actor, Actor::Job | Actor::Console) => {
                    grounds.push(Ground::System);
                }
                Basis::Post => {
                    let packs = self.packs.current();
                    let held = held(who, now).into_iter();
                    for grant in held.filter(|g| self.role_grants(&packs, &g.role, set.id)) {
                        grounds.push(Ground::Post(grant.clone()));
                    }
                }
                Basis::Emergency => grounds.extend(
                    who.open(now).map(|o| Ground::Opened(o.kind.clone(), o.resource.clone())),
                ),
                Basis::SignedIn | Basis::Owner | Basis::System => {}
            }
        }
        grounds
    }

    fn terms(who: &Principal, ground: &Ground) -> Vec<ScopeTerm> {
        match ground {
            Ground::Everyone | Ground::System => vec![ScopeTerm::default()],
            Ground::Opened(kind, id) => {
                let only = Some((kind.clone(), id.clone()));
                vec![ScopeTerm { only, ..ScopeTerm::default() }]
            }
            Ground::Post(grant) => {
                let pack = match grant.role.split_once('.') {
                    Some(("platform", _)) | None => None,
                    Some((pack, _)) => Some(pack.to_owned()),
                };
                vec![ScopeTerm { pack, division: Some(grant.division), ..ScopeTerm::default() }]
            }
            Ground::Owner => {
                let mut terms = Vec::new();
                if let Some(account) = who.account() {
                    terms.push(ScopeTerm { owner_account: Some(account), ..ScopeTerm::default() });
                }
                if who.proved {
                    terms.extend(
                        who.person.map(|p| ScopeTerm { owner: Some(p), ..ScopeTerm::default() }),
                    );
                    terms.extend(who.mandates.iter().map(|o| ScopeTerm {
                        owner_organisation: Some(*o),
                        ..ScopeTerm::default()
                    }));
                }
                terms
            }
        }
    }

    fn refusal(who: &Principal, operation: &str, resource: Option<&Resource>) -> Refusal {
        if let Some(rule) = outside_scopes(who, operation) {
            return Refusal { rule };
        }
        let held = Self::held_in_words(who);
        let on = resource.map_or(String::new(), on_what);
        Refusal { rule: format!("{operation}{on}: no ground; {held}") }
    }

    fn held_in_words(who: &Principal) -> String {
        let roles: Vec<String> =
            who.grants.iter().map(|g| format!("{} at {}", g.role, g.division)).collect();
        match (who.signed_in(), roles.is_empty()) {
            (false, _) => "nobody is signed in".to_owned(),
            (true, true) => "the account holds no role".to_owned(),
            (true, false) => format!("roles held: {}", roles.join(", ")),
        }
    }
}

/// An application does what its scopes hold and nothing else, whatever its person may: the rule that says so, where
/// an operation is outside them.
fn outside_scopes(who: &Principal, operation: &str) -> Option<String> {
    let acting = who.application.as_ref().filter(|acting| !acting.may.contains(&operation))?;
    Some(format!("{operation}{OUTSIDE_SCOPES} ({})", acting.scopes.join(" ")))
}

/// The grants that hold at this moment: a term that ended is over, whenever the principal was made.
fn held(who: &Principal, now: Timestamp) -> Vec<&Grant> {
    who.grants.iter().filter(|grant| grant.until.is_none_or(|end| now < end)).collect()
}

fn on_what(resource: &Resource) -> String {
    let place = resource.division.map(|d| format!(" in {d}")).unwrap_or_default();
    let pack = resource.pack.as_deref().map(|p| format!(" of {p}")).unwrap_or_default();
    let role =
        resource.role.as_deref().map(|p| format!(", where {p} must act")).unwrap_or_default();
    format!(" on {}{pack}{place}{role}", resource.kind)
}

/// The policies of the packs of a set.
fn forbids(packs: &PackSet) -> Arc<Forbids> {
    let section = packs.sections.get(SECTION).cloned();
    section.and_then(|section| section.downcast().ok()).unwrap_or_default()
}

impl Access for AccessRules {
    fn permission_sets(&self) -> Vec<PermissionSet> {
        self.sets.values().cloned().collect()
    }

    fn authorize(
        &self,
        who: &Principal,
        operation: &str,
        resource: &Resource,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let _span =
            tracing::info_span!(target: crate::trace::TARGET, "authorize", operation).entered();
        if outside_scopes(who, operation).is_some() {
            return Err(Self::refusal(who, operation, Some(resource)));
        }
        let answer = self.ask(who, operation, resource, now).map_err(|defect| {
            tracing::error!(operation, %defect, "access could not be decided");
            let rule = format!("{operation}: access could not be decided; the log says why");
            Refusal { rule }
        })?;
        match &*answer {
            Answer::Permitted => Ok(()),
            Answer::NoGround => Err(Self::refusal(who, operation, Some(resource))),
            Answer::Forbidden(by) => {
                let on = on_what(resource);
                let rule = format!("{operation}{on}: forbidden by {}", by.join(", "));
                Err(Refusal { rule })
            }
        }
    }

    fn possible(&self, who: &Principal, operation: &str, now: Timestamp) -> Result<(), Refusal> {
        if self.grounds(who, operation, now).is_empty() {
            return Err(Self::refusal(who, operation, None));
        }
        Ok(())
    }

    fn scope(&self, who: &Principal, operation: &str, now: Timestamp) -> Scope {
        let mut terms: Vec<ScopeTerm> = Vec::new();
        let except = self.exclusions(who, operation, now);
        for ground in self.grounds(who, operation, now) {
            for term in Self::terms(who, &ground) {
                let term = ScopeTerm { except: except.clone(), ..term };
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
        }
        Scope { terms: without_covered(terms) }
    }
}

/// Leaves out terms that another one covers: a post in the prefecture makes one in its county needless.
fn without_covered(terms: Vec<ScopeTerm>) -> Vec<ScopeTerm> {
    let wider = |a: &ScopeTerm, b: &ScopeTerm| {
        let plain = |t: &ScopeTerm| {
            t.only.is_none()
                && t.owner.is_none()
                && t.owner_account.is_none()
                && t.owner_organisation.is_none()
        };
        a != b
            && plain(a)
            && (a.pack.is_none() || a.pack == b.pack)
            && match (a.division, b.division) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(a), Some(b)) => a.contains(b),
            }
    };
    terms.iter().filter(|term| !terms.iter().any(|other| wider(other, term))).cloned().collect()
}

#[cfg(test)]
mod tests;
