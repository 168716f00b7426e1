//! Who may do what on which things. Capabilities publish permission sets; packs' roles grant them to
//! posts; the runtime decides. One scope serves both sides: [`Access::authorize`] on a single resource and
//! [`Scope`] as an indexed SQL predicate on lists; a property test proves that both agree.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::division::DivisionCode;
use crate::ids::{AccountId, ApplicationId, OpeningId, OrganisationId, PersonId, PostId};
use crate::records::WriteSet;

/// Who acts.
#[derive(Debug, Clone, PartialEq)]
pub enum Actor {
    /// Nobody signed in.
    Anonymous,
    /// Somebody signed in.
    Account(AccountId),
    /// A flow of a pack, on behalf of the causing subject, limited to the actions it declares.
    Flow {
        /// `pack.flow`.
        flow: String,
        /// The actions that the flow declares.
        may: Vec<String>,
    },
    /// A third party's application by itself, for nobody.
    Application(ApplicationId),
    /// A due job of a capability.
    Job,
    /// An operator at the command line of the machine itself.
    Console,
}

/// A role that a post grants, in the organisation's division.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// `pack.role`, or `platform.role` for the built-in ones.
    pub role: String,
    /// The post that grants it.
    pub post: PostId,
    /// The organisation of the post.
    pub organisation: OrganisationId,
    /// The division whose subtree the post serves.
    pub division: DivisionCode,
    /// The end of the term, if there is one.
    pub until: Option<Timestamp>,
    /// For whom it is held, where it is held as a substitute.
    pub instead_of: Option<Instead>,
}

/// The holder of a post, for whom a substitute acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instead {
    /// The holder's account.
    pub account: AccountId,
    /// The holder's name; an office is held in public.
    pub name: String,
}

/// A single thing that the principal opened in an emergency, for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The opening; audit entries name it.
    pub id: OpeningId,
    /// The kind of the resource.
    pub kind: String,
    /// The id of the resource.
    pub resource: String,
    /// The number that people quote of it.
    pub number: String,
    /// It is over at this instant.
    pub until: Timestamp,
}

/// What is known about the session behind a request: which it is, and when it was proved. An operation that matters
/// can ask for a fresh proof by this.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assurance {
    /// The session's id; none for whoever acts without one.
    pub session: Option<String>,
    /// When the session began.
    pub since: Option<Timestamp>,
    /// When a proof of it was given last: at its beginning, or when somebody proved himself once more.
    pub proved: Option<Timestamp>,
    /// How it was proved, in the words of RFC 8176: `pwd`, `otp`, `mfa`.
    pub methods: Vec<String>,
}

impl Assurance {
    /// Whether a proof was given within so many milliseconds.
    pub fn is_fresh(&self, now: Timestamp, within_ms: i64) -> bool {
        self.proved.is_some_and(|at| now.0.saturating_sub(at.0) <= within_ms)
    }
}

/// The application through which somebody acts: whatever the person may do, no more than what its scopes hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Acting {
    /// The application.
    pub application: ApplicationId,
    /// The scopes that were granted to it.
    pub scopes: Vec<String>,
    /// The operations of those scopes.
    pub may: Vec<&'static str>,
    /// How many operations it may ask for in a minute and in a day.
    pub quota: Quota,
}

/// How much an application may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Operations in a minute of the clock.
    pub minute: i64,
    /// Operations in a day of Shanghai.
    pub day: i64,
}

/// What is left of an application's quota after an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Operations in this minute.
    pub limit: i64,
    /// Still free in this minute, at least.
    pub remaining: i64,
    /// Seconds until the next minute.
    pub reset_s: i64,
}

/// Who acts, with everything that access decisions need. Made by the authenticator at each request.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The kind of actor.
    pub actor: Actor,
    /// The person behind the account.
    pub person: Option<PersonId>,
    /// Whether the account's claim to be that person was proved at a counter or by an outside provider.
    pub proved: bool,
    /// The name shown on pages; personal, so never logged.
    pub name: String,
    /// Roles granted by posts.
    pub grants: Vec<Grant>,
    /// Organisations that the person may act for.
    pub mandates: Vec<OrganisationId>,
    /// What is known about the session.
    pub assurance: Assurance,
    /// The application through which the actor acts, where it is one.
    pub application: Option<Arc<Acting>>,
    /// What was opened in an emergency; none of it holds through an application.
    pub openings: Vec<Opening>,
}

impl Principal {
    fn plain(actor: Actor) -> Self {
        Principal {
            actor,
            person: None,
            proved: false,
            name: String::new(),
            grants: Vec::new(),
            mandates: Vec::new(),
            assurance: Assurance::default(),
            application: None,
            openings: Vec::new(),
        }
    }

    /// Nobody signed in.
    pub fn anonymous() -> Self {
        Principal::plain(Actor::Anonymous)
    }

    /// A due job.
    pub fn job() -> Self {
        Principal::plain(Actor::Job)
    }

    /// The operator at the command line.
    pub fn console() -> Self {
        Principal::plain(Actor::Console)
    }

    /// A flow, limited to what its pack declares.
    pub fn flow(flow: String, may: Vec<String>) -> Self {
        Principal::plain(Actor::Flow { flow, may })
    }

    /// A name for the audit chain and the idempotency record: a kind and an id, nothing personal.
    pub fn reference(&self) -> String {
        match &self.actor {
            Actor::Anonymous => "anonymous".to_owned(),
            Actor::Account(id) => format!("account:{id}"),
            Actor::Flow { flow, .. } => format!("flow:{flow}"),
            Actor::Application(id) => format!("application:{id}"),
            Actor::Job => "job".to_owned(),
            Actor::Console => "console".to_owned(),
        }
    }

    /// [`Principal::reference`], and the application through which it acts: who did something, for the audit chain.
    pub fn signature(&self) -> String {
        match (&self.actor, &self.application) {
            (Actor::Account(_), Some(acting)) => {
                format!("{} by application:{}", self.reference(), acting.application)
            }
            _ => self.reference(),
        }
    }

    /// The openings that hold at an instant: one that ended is over, whenever the principal was made.
    pub fn open(&self, now: Timestamp) -> impl Iterator<Item = &Opening> {
        let none = self.application.is_some();
        self.openings.iter().filter(move |opening| !none && now < opening.until)
    }

    /// The opening of a resource that holds at an instant.
    pub fn opening_of(&self, resource: &Resource, now: Timestamp) -> Option<&Opening> {
        self.open(now)
            .find(|opening| opening.kind == resource.kind && opening.resource == resource.id)
    }

    /// The account that is signed in.
    pub fn account(&self) -> Option<AccountId> {
        match self.actor {
            Actor::Account(id) => Some(id),
            _ => None,
        }
    }

    /// Whether somebody is signed in.
    pub fn signed_in(&self) -> bool {
        self.account().is_some()
    }

    /// Whether it is known who acts: an account or an application by itself.
    pub fn known(&self) -> bool {
        matches!(self.actor, Actor::Account(_) | Actor::Application(_))
    }
}

/// On what ground a permission set is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Everybody, signed in or not.
    Everyone,
    /// Every account.
    SignedIn,
    /// The owner of the resource: the person, or somebody with a mandate for the owning organisation.
    /// Where the resource belongs to a person as such, the account must be proved to be that person;
    /// what an account itself began stays open to that account.
    Owner,
    /// A role granted to a post, within the division of the post.
    Post,
    /// Jobs and the console.
    System,
    /// A single resource that was opened in an emergency: break-glass.
    Emergency,
}

/// A named set of operations that a capability publishes, for roles to grant.
#[derive(Debug, Clone)]
pub struct PermissionSet {
    /// `capability.set`.
    pub id: &'static str,
    /// What it lets one do: Chinese, English.
    pub name: (&'static str, &'static str),
    /// On what ground.
    pub basis: Basis,
    /// Names of actions and queries.
    pub may: &'static [&'static str],
}

/// A role that needs no pack, for those who run the platform: its id is `platform.<role>`.
#[derive(Debug, Clone)]
pub struct PlatformRole {
    /// The role, such as `platform.operator`.
    pub id: &'static str,
    /// Its name: Chinese, English.
    pub name: (&'static str, &'static str),
    /// Permission sets it grants.
    pub may: &'static [&'static str],
}

/// A thing on which an operation is to be done, as access sees it.
#[derive(Debug, Clone, Default)]
pub struct Resource {
    /// What it is, such as `casework.case`.
    pub kind: &'static str,
    /// Its id, for the audit entry.
    pub id: String,
    /// The pack it belongs to: roles of another pack do not reach it.
    pub pack: Option<String>,
    /// The role whose turn it is, where only that role may act.
    pub role: Option<String>,
    /// Where it lies.
    pub division: Option<DivisionCode>,
    /// The account that began it.
    pub owner_account: Option<AccountId>,
    /// The person it belongs to.
    pub owner: Option<PersonId>,
    /// The organisation it belongs to.
    pub owner_organisation: Option<OrganisationId>,
}

impl Resource {
    /// The platform itself: what has no owner and no place.
    pub fn platform() -> Self {
        Resource { kind: "platform", ..Resource::default() }
    }

    /// A thing by kind and id.
    pub fn of(kind: &'static str, id: impl ToString) -> Self {
        Resource { kind, id: id.to_string(), ..Resource::default() }
    }
}

/// A refusal, with the rule that made it. People see the rule only if they may know it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct Refusal {
    /// Such as `casework.accept: role gov-single-window.clerk at 350102 does not cover 350203`.
    pub rule: String,
}

/// Decides. The runtime fills it.
pub trait Access: Send + Sync {
    /// May this principal do the operation on this resource?
    fn authorize(
        &self,
        who: &Principal,
        operation: &str,
        resource: &Resource,
        now: Timestamp,
    ) -> Result<(), Refusal>;

    /// Could this principal do the operation on anything at all? Asked before an input is even read.
    fn possible(&self, who: &Principal, operation: &str, now: Timestamp) -> Result<(), Refusal>;

    /// Every permission set of the house.
    fn permission_sets(&self) -> Vec<PermissionSet> {
        Vec::new()
    }

    /// The same decision for lists.
    fn scope(&self, who: &Principal, operation: &str, now: Timestamp) -> Scope;
}

/// What a list may show: any of the terms. No term, nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    /// Alternatives.
    pub terms: Vec<ScopeTerm>,
}

/// One alternative of a scope: every part that is given must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScopeTerm {
    /// One resource alone, by its kind and id.
    pub only: Option<(String, String)>,
    /// The pack.
    pub pack: Option<String>,
    /// The role whose turn it is; lists of work use it, other lists do not have the column.
    pub role: Option<String>,
    /// The division subtree.
    pub division: Option<DivisionCode>,
    /// The account that began it.
    pub owner_account: Option<AccountId>,
    /// The owning person.
    pub owner: Option<PersonId>,
    /// The owning organisation.
    pub owner_organisation: Option<OrganisationId>,
    /// What is left out again: packs forbid it.
    pub except: Vec<Exclusion>,
}

/// What a pack forbids of its own things, as it stands for one principal.
#[derive(Debug, Clone, PartialEq)]
pub struct Exclusion {
    /// The pack; nothing of another one is left out.
    pub pack: String,
    /// Which of its things.
    pub when: Test,
}

/// A part of a resource that a test may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The role whose turn it is.
    Role,
    /// Where it lies.
    Division,
    /// The account that began it.
    OwnerAccount,
    /// The owning person.
    Owner,
    /// The owning organisation.
    OwnerOrganisation,
}

/// A condition on a resource. It is true or false of every resource: a part that is missing equals nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// True or false of everything.
    Always(bool),
    /// The part is there.
    Has(Part),
    /// The part is one of these; never asked of a division.
    OneOf(Part, Vec<String>),
    /// It lies in the subtree of this division.
    Under(DivisionCode),
    /// The test does not hold.
    Not(Box<Test>),
    /// All of them hold.
    All(Vec<Test>),
    /// One of them holds.
    Any(Vec<Test>),
}

impl Exclusion {
    /// Whether the resource is left out.
    pub fn covers(&self, resource: &Resource) -> bool {
        resource.pack.as_ref() == Some(&self.pack) && self.when.holds(resource)
    }
}

impl Test {
    /// Whether it holds of a resource.
    pub fn holds(&self, resource: &Resource) -> bool {
        match self {
            Test::Always(answer) => *answer,
            Test::Has(Part::Division) => resource.division.is_some(),
            Test::Has(part) => resource.part(*part).is_some(),
            Test::OneOf(part, values) => {
                resource.part(*part).is_some_and(|is| values.contains(&is))
            }
            Test::Under(division) => resource.division.is_some_and(|d| division.contains(d)),
            Test::Not(test) => !test.holds(resource),
            Test::All(tests) => tests.iter().all(|test| test.holds(resource)),
            Test::Any(tests) => tests.iter().any(|test| test.holds(resource)),
        }
    }
}

impl Resource {
    /// A part as its column holds it.
    fn part(&self, part: Part) -> Option<String> {
        match part {
            Part::Role => self.role.clone(),
            Part::Division => self.division.map(|d| d.to_string()),
            Part::OwnerAccount => self.owner_account.map(|id| id.to_string()),
            Part::Owner => self.owner.map(|id| id.to_string()),
            Part::OwnerOrganisation => self.owner_organisation.map(|id| id.to_string()),
        }
    }
}

impl Scope {
    /// Everything.
    pub fn everything() -> Self {
        Scope { terms: vec![ScopeTerm::default()] }
    }

    /// Whether a resource is within the scope: what the predicate says of its row.
    pub fn covers(&self, resource: &Resource) -> bool {
        self.terms.iter().any(|term| term.covers(resource))
    }
}

impl ScopeTerm {
    fn covers(&self, resource: &Resource) -> bool {
        fn same<T: PartialEq>(wanted: &Option<T>, is: &Option<T>) -> bool {
            wanted.is_none() || wanted == is
        }
        let only = self.only.as_ref();
        only.is_none_or(|(kind, id)| *kind == resource.kind && *id == resource.id)
            && same(&self.pack, &resource.pack)
            && same(&self.role, &resource.role)
            && self.division.is_none_or(|d| resource.division.is_some_and(|r| d.contains(r)))
            && same(&self.owner_account, &resource.owner_account)
            && same(&self.owner, &resource.owner)
            && same(&self.owner_organisation, &resource.owner_organisation)
            && !self.except.iter().any(|left_out| left_out.covers(resource))
    }
}

/// Whose principals a write set may change: what is kept of them for a moment is forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Those of these accounts and sessions, which are named by their ids; nobody's where there is none.
    Some(Vec<String>),
    /// Anybody's.
    Everybody,
}

/// Proves who sends a request. Identity fills it.
pub trait Authenticator: Send + Sync {
    /// The principal of a session token, `None` where the session is unknown or over.
    fn principal<'a>(
        &'a self,
        token: &'a str,
    ) -> crate::BoxFuture<'a, Result<Option<Arc<Principal>>, crate::error::Failure>>;

    /// Whether a session that was known a moment ago still holds: asked where another process may have ended it.
    fn holds<'a>(
        &'a self,
        token: &'a str,
    ) -> crate::BoxFuture<'a, Result<bool, crate::error::Failure>> {
        Box::pin(async move { Ok(self.principal(token).await?.is_some()) })
    }

    /// The principal of an account as it stands now, for what goes on working for it while nobody is signed in;
    /// `None` where the account is unknown or may not sign in.
    fn holder<'a>(
        &'a self,
        account: AccountId,
    ) -> crate::BoxFuture<'a, Result<Option<Arc<Principal>>, crate::error::Failure>>;

    /// Whose principals a write set changes, told before it is written. Who does not know says everybody.
    fn touches(&self, set: &WriteSet) -> Touched {
        let _ = set;
        Touched::Everybody
    }

    /// Counts an operation of an application against its quota; refused where it is used up. `None` for whoever is
    /// no application.
    fn admit<'a>(
        &'a self,
        who: &'a Principal,
    ) -> crate::BoxFuture<'a, Result<Option<Allowance>, crate::error::Failure>> {
        let _ = who;
        Box::pin(async { Ok(None) })
    }
}
