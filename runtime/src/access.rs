//! Access decisions: permission sets, roles of the packs in force, grants of posts, ownership. One list of
//! grounds makes both the decision on a resource and the scope of a list.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minshu_kernel::access::{
    Access, Actor, Basis, Grant, PermissionSet, PlatformRole, Principal, Refusal, Resource, Scope,
    ScopeTerm,
};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::PacksInForce;

/// The rules: permission sets by operation, and where roles come from.
pub struct AccessRules {
    /// Permission sets by id.
    sets: BTreeMap<&'static str, PermissionSet>,
    /// Which sets hold an operation.
    by_operation: BTreeMap<&'static str, Vec<&'static str>>,
    /// Roles without a pack.
    platform: BTreeMap<&'static str, PlatformRole>,
    packs: Arc<dyn PacksInForce>,
}

/// Why an operation is open to a principal.
#[derive(Debug, Clone, PartialEq)]
enum Ground {
    Everyone,
    Owner,
    Post(Grant),
    System,
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
            sets: sets.into_iter().map(|s| (s.id, s)).collect(),
            by_operation,
            platform: platform.into_iter().map(|r| (r.id, r)).collect(),
            packs,
        }
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

    fn role_grants(&self, role: &str, set: &str) -> bool {
        if let Some(platform) = self.platform.get(role) {
            return platform.may.contains(&set);
        }
        let packs = self.packs.current();
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
                    let held = who.grants.iter().filter(|g| g.until.is_none_or(|end| now < end));
                    for grant in held.filter(|g| self.role_grants(&g.role, set.id)) {
                        grounds.push(Ground::Post(grant.clone()));
                    }
                }
                Basis::SignedIn | Basis::Owner | Basis::System => {}
            }
        }
        grounds
    }

    fn terms(who: &Principal, ground: &Ground, by_role: bool) -> Vec<ScopeTerm> {
        match ground {
            Ground::Everyone | Ground::System => vec![ScopeTerm::default()],
            Ground::Post(grant) => {
                let pack = match grant.role.split_once('.') {
                    Some(("platform", _)) | None => None,
                    Some((pack, _)) => Some(pack.to_owned()),
                };
                let role = (by_role && pack.is_some()).then(|| grant.role.clone());
                vec![ScopeTerm {
                    pack,
                    role,
                    division: Some(grant.division),
                    ..ScopeTerm::default()
                }]
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
        let roles: Vec<String> =
            who.grants.iter().map(|g| format!("{} at {}", g.role, g.division)).collect();
        let held = match (who.signed_in(), roles.is_empty()) {
            (false, _) => "nobody is signed in".to_owned(),
            (true, true) => "the account holds no role".to_owned(),
            (true, false) => format!("roles held: {}", roles.join(", ")),
        };
        let on = resource.map_or(String::new(), |r| {
            let place = r.division.map(|d| format!(" in {d}")).unwrap_or_default();
            let pack = r.pack.as_deref().map(|p| format!(" of {p}")).unwrap_or_default();
            let role =
                r.role.as_deref().map(|p| format!(", where {p} must act")).unwrap_or_default();
            format!(" on {}{pack}{place}{role}", r.kind)
        });
        Refusal { rule: format!("{operation}{on}: no ground; {held}") }
    }
}

/// Whether a ground covers a resource. A resource without a pack, a role or a place is not bound to one.
fn covers(term: &ScopeTerm, resource: &Resource) -> bool {
    let free = ScopeTerm {
        pack: term.pack.clone().filter(|_| resource.pack.is_some()),
        role: term.role.clone().filter(|_| resource.role.is_some()),
        division: term.division.filter(|_| resource.division.is_some()),
        ..term.clone()
    };
    Scope { terms: vec![free] }.covers(resource)
}

impl Access for AccessRules {
    fn authorize(
        &self,
        who: &Principal,
        operation: &str,
        resource: &Resource,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let by_role = resource.role.is_some();
        let grounds = self.grounds(who, operation, now);
        let mut terms = grounds.iter().flat_map(|g| Self::terms(who, g, by_role));
        if terms.any(|term| covers(&term, resource)) {
            return Ok(());
        }
        Err(Self::refusal(who, operation, Some(resource)))
    }

    fn possible(&self, who: &Principal, operation: &str, now: Timestamp) -> Result<(), Refusal> {
        if self.grounds(who, operation, now).is_empty() {
            return Err(Self::refusal(who, operation, None));
        }
        Ok(())
    }

    fn scope(&self, who: &Principal, operation: &str, now: Timestamp) -> Scope {
        let mut terms: Vec<ScopeTerm> = Vec::new();
        for ground in self.grounds(who, operation, now) {
            for term in Self::terms(who, &ground, false) {
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
            t.owner.is_none() && t.owner_account.is_none() && t.owner_organisation.is_none()
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
mod tests {
    use super::*;
    use minshu_kernel::clock::Timestamp;
    use minshu_kernel::ids::{AccountId, OrganisationId, PersonId, PostId};
    use minshu_kernel::pack::{PackSet, Role};
    use minshu_kernel::text::LocalText;
    use proptest::prelude::*;
    use std::collections::HashMap;

    struct Fixed(Arc<PackSet>);

    impl PacksInForce for Fixed {
        fn current(&self) -> Arc<PackSet> {
            self.0.clone()
        }
    }

    const SETS: [PermissionSet; 3] = [
        PermissionSet { id: "c.own", name: ("", ""), basis: Basis::Owner, may: &["c.read"] },
        PermissionSet {
            id: "c.work",
            name: ("", ""),
            basis: Basis::Post,
            may: &["c.read", "c.act"],
        },
        PermissionSet { id: "c.open", name: ("", ""), basis: Basis::Everyone, may: &["c.list"] },
    ];

    fn rules() -> AccessRules {
        let roles = ["a.clerk", "b.clerk"].map(|id| {
            let role = Role {
                id: id.to_owned(),
                name: LocalText::new("", ""),
                may: vec!["c.work".to_owned()],
            };
            (id.to_owned(), role)
        });
        let set = PackSet {
            hash: String::new(),
            packs: Vec::new(),
            roles: roles.into(),
            sections: HashMap::new(),
        };
        let platform = PlatformRole { id: "platform.all", name: ("", ""), may: &["c.work"] };
        AccessRules::new(SETS.to_vec(), vec![platform], Arc::new(Fixed(Arc::new(set))))
    }

    const DIVISIONS: [&str; 7] =
        ["350000", "350100", "350102", "350103", "350200", "350203", "350102001"];

    fn id(n: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(n)
    }

    fn principal() -> impl Strategy<Value = Principal> {
        let role = prop::sample::select(vec!["a.clerk", "b.clerk", "platform.all", "a.gone"]);
        let until = prop::option::of(prop::sample::select(vec![50_i64, 150]));
        let grant = (role, 0..DIVISIONS.len(), until).prop_map(|(role, division, until)| Grant {
            role: role.to_owned(),
            post: PostId::new(id(1)),
            organisation: OrganisationId::new(id(1)),
            division: DIVISIONS[division].parse().unwrap(),
            until: until.map(Timestamp),
        });
        let grants = prop::collection::vec(grant, 0..4);
        let mandates = prop::collection::vec(1..4_u128, 0..3);
        (any::<bool>(), any::<bool>(), 1..4_u128, grants, mandates).prop_map(
            |(signed_in, proved, person, grants, mandates)| {
                if !signed_in {
                    return Principal::anonymous();
                }
                Principal {
                    actor: Actor::Account(AccountId::new(id(person))),
                    person: Some(PersonId::new(id(person))),
                    proved,
                    name: String::new(),
                    grants,
                    mandates: mandates.into_iter().map(|m| OrganisationId::new(id(m))).collect(),
                    assurance: Default::default(),
                }
            },
        )
    }

    fn resource() -> impl Strategy<Value = Resource> {
        let owner = || prop::option::of(1..4_u128);
        let pack = prop::sample::select(vec!["a", "b"]);
        (pack, 0..DIVISIONS.len(), owner(), owner(), owner()).prop_map(
            |(pack, division, account, person, organisation)| Resource {
                kind: "c.thing",
                id: "x".to_owned(),
                pack: Some(pack.to_owned()),
                role: None,
                division: Some(DIVISIONS[division].parse().unwrap()),
                owner_account: account.map(|n| AccountId::new(id(n))),
                owner: person.map(|n| PersonId::new(id(n))),
                owner_organisation: organisation.map(|n| OrganisationId::new(id(n))),
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        /// What a list shows is exactly what may be opened singly.
        #[test]
        fn lists_and_single_decisions_agree(who in principal(), thing in resource()) {
            let rules = rules();
            let now = Timestamp(100);
            for operation in ["c.read", "c.act", "c.list", "c.unknown"] {
                let single = rules.authorize(&who, operation, &thing, now).is_ok();
                let listed = rules.scope(&who, operation, now).covers(&thing);
                prop_assert_eq!(single, listed, "{}", operation);
                if single {
                    prop_assert!(rules.possible(&who, operation, now).is_ok());
                }
            }
        }
    }

    #[test]
    fn a_refusal_names_its_rule() {
        let refusal = rules()
            .authorize(&Principal::anonymous(), "c.act", &Resource::of("c.thing", 1), Timestamp(0))
            .unwrap_err();
        assert_eq!(refusal.rule, "c.act on c.thing: no ground; nobody is signed in");
    }
}
