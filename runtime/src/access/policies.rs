//! Decisions by Cedar: entities from who acts and on what, and of all policies those that can speak on it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr as _;
use std::sync::Arc;

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName,
    EntityUid, Policy, PolicyId, PolicySet, Request, RestrictedExpression as Value,
};
use minshu_kernel::access::{Actor, PermissionSet};
use minshu_kernel::division::DivisionCode;

use super::question::{Answers, Asker, Thing};
use super::schema;

/// The policies without roles and packs.
pub(super) const PLATFORM: &str = include_str!("platform.cedar");

/// Cedar could not be asked: a defect of ours, which refuses.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(super) struct Defect(String);

pub(super) fn defect(error: impl std::fmt::Display) -> Defect {
    Defect(error.to_string())
}

/// The types of entities and the action entities, made once.
pub(super) struct Words {
    subject: EntityTypeName,
    division: EntityTypeName,
    person: EntityTypeName,
    organisation: EntityTypeName,
    action: EntityTypeName,
    /// The one thing of a request: no policy asks which one it is.
    it: EntityUid,
    /// Each operation with all groups above it.
    actions: HashMap<String, Entity>,
    platform: Vec<Policy>,
    authorizer: Authorizer,
}

/// Everything of a decision that stays the same from thing to thing: made once for each asker and operation.
pub(super) struct Ready {
    subject: EntityUid,
    action: EntityUid,
    /// Who asks and what for; the thing is still to come.
    entities: Entities,
    context: Context,
    /// The same for what was opened in an emergency.
    opened: Context,
    policies: Arc<PolicySet>,
    /// Whether a policy names an account, a person or an organisation by its id.
    pub(super) names_somebody: bool,
    /// What was answered before.
    pub(super) answers: Answers,
}

/// What Cedar answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A policy permits it and none forbids it.
    Permitted,
    /// No policy permits it.
    NoGround,
    /// These policies forbid it.
    Forbidden(Vec<String>),
}

pub(super) fn kind(actor: &Actor) -> &'static str {
    match actor {
        Actor::Anonymous => "anonymous",
        Actor::Account(_) => "account",
        Actor::Application(_) => "application",
        Actor::Flow { .. } => "flow",
        Actor::Job => "job",
        Actor::Console => "console",
    }
}

/// What a flow's pack declares; nobody else has such a list.
pub(super) fn declared(actor: &Actor) -> &[String] {
    match actor {
        Actor::Flow { may, .. } => may,
        _ => &[],
    }
}

impl Words {
    /// Of these permission sets.
    pub(super) fn of<'s>(sets: impl Iterator<Item = &'s PermissionSet>) -> Result<Words, Defect> {
        let name = |text: &str| EntityTypeName::from_str(text).map_err(defect);
        let mut words = Words {
            subject: name("Subject")?,
            it: uid(&name("Thing")?, "it"),
            division: name("Division")?,
            person: name("Person")?,
            organisation: name("Organisation")?,
            action: name("Action")?,
            actions: HashMap::new(),
            platform: platform()?,
            authorizer: Authorizer::new(),
        };
        let mut above: HashMap<&str, HashSet<EntityUid>> = HashMap::new();
        for set in sets {
            for operation in set.may {
                let groups = above.entry(operation).or_default();
                groups.insert(uid(&words.action, &schema::group(set.id)));
                groups.insert(uid(&words.action, schema::basis(set.basis)));
            }
        }
        let entity = |(operation, groups): (&str, HashSet<EntityUid>)| {
            let own = uid(&words.action, operation);
            (operation.to_owned(), Entity::new_no_attrs(own, groups))
        };
        words.actions = above.into_iter().map(entity).collect();
        Ok(words)
    }

    /// The policies of the platform that can speak on an operation of these groups: others name groups that it does
    /// not stand in.
    pub(super) fn speaking(&self, groups: &BTreeSet<String>) -> Vec<Policy> {
        let within = |uid: &EntityUid| groups.contains(uid.id().unescaped());
        let speaks = |policy: &&Policy| match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::In(named) => named.iter().any(within),
            ActionConstraint::Eq(_) => true,
        };
        self.platform.iter().filter(speaks).cloned().collect()
    }

    /// Gets everything ready for an asker and an operation.
    pub(super) fn ready(
        &self,
        asker: &Asker,
        operation: &str,
        policies: Arc<PolicySet>,
    ) -> Result<Ready, Defect> {
        let subject = uid(&self.subject, &asker.reference);
        let mut entities = vec![self.subject_entity(subject.clone(), asker)?];
        entities.extend(self.actions.get(operation).cloned());
        let context = |opened| {
            let pairs = [
                ("operation".to_owned(), text(operation)),
                ("opened".to_owned(), Value::new_bool(opened)),
            ];
            Context::from_pairs(pairs).map_err(defect)
        };
        Ok(Ready {
            subject,
            action: uid(&self.action, operation),
            entities: Entities::from_entities(entities, None).map_err(defect)?,
            context: context(false)?,
            opened: context(true)?,
            names_somebody: names_somebody(&policies),
            policies,
            answers: Answers::new(),
        })
    }

    /// Asks Cedar.
    pub(super) fn decide(&self, ready: &Ready, thing: &Thing) -> Result<Answer, Defect> {
        let mut entities = vec![self.thing_entity(thing)?];
        entities.extend(thing.division.map(|division| self.division_entity(division)));
        let entities = ready.entities.clone().add_entities(entities, None).map_err(defect)?;
        let (subject, action) = (ready.subject.clone(), ready.action.clone());
        let context = if thing.opened { &ready.opened } else { &ready.context };
        let request = Request::new(subject, action, self.it.clone(), context.clone(), None);
        let request = request.map_err(defect)?;
        let response = self.authorizer.is_authorized(&request, &ready.policies, &entities);
        // A policy that could not be evaluated must not let anything pass by falling silent.
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(defect(error));
        }
        let mut reasons: Vec<String> =
            response.diagnostics().reason().map(ToString::to_string).collect();
        reasons.sort();
        Ok(match (response.decision(), reasons.is_empty()) {
            (Decision::Allow, _) => Answer::Permitted,
            (Decision::Deny, true) => Answer::NoGround,
            (Decision::Deny, false) => Answer::Forbidden(reasons),
        })
    }

    fn subject_entity(&self, subject: EntityUid, asker: &Asker) -> Result<Entity, Defect> {
        let mandates = asker.mandates.iter().map(|o| entity(&self.organisation, &o.to_string()));
        let roles = asker.held.iter().map(|(role, _)| text(role));
        let mut attributes = vec![
            ("kind".to_owned(), text(asker.kind)),
            ("proved".to_owned(), Value::new_bool(asker.proved)),
            ("mandates".to_owned(), Value::new_set(mandates)),
            ("declared".to_owned(), Value::new_set(asker.declared.iter().map(|d| text(d)))),
            ("roles".to_owned(), Value::new_set(roles)),
        ];
        let person = asker.person.map(|p| entity(&self.person, &p.to_string()));
        attributes.extend(person.map(|person| ("person".to_owned(), person)));
        let mut places: HashMap<&str, Vec<Value>> = HashMap::new();
        for (role, division) in &asker.held {
            let division = entity(&self.division, &division.to_string());
            places.entry(role).or_default().push(division);
        }
        let tags = places.into_iter().map(|(role, at)| (role.to_owned(), Value::new_set(at)));
        Entity::new_with_tags(subject, attributes, [], tags).map_err(defect)
    }

    fn thing_entity(&self, thing: &Thing) -> Result<Entity, Defect> {
        let account = thing.owner_account.map(|id| format!("account:{id}"));
        let of = |kind, id: Option<String>| id.map(|id| entity(kind, &id));
        let parts = [
            ("pack", thing.pack.as_deref().map(text)),
            ("role", thing.role.as_deref().map(text)),
            ("division", of(&self.division, thing.division.map(|d| d.to_string()))),
            ("owner_account", of(&self.subject, account)),
            ("owner", of(&self.person, thing.owner.map(|id| id.to_string()))),
            (
                "owner_organisation",
                of(&self.organisation, thing.owner_organisation.map(|id| id.to_string())),
            ),
        ];
        let attributes =
            parts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Entity::new_with_tags(self.it.clone(), attributes, [], []).map_err(defect)
    }

    /// A division with all those above it, so that nothing has to be closed.
    fn division_entity(&self, division: DivisionCode) -> Entity {
        let code = division.to_string();
        let padded = |digits: &str| format!("{digits:0<6}");
        let above = [2, 4, 6, 9].iter().filter_map(|digits| code.get(..*digits)).map(padded);
        let above = above.filter(|parent| *parent != code);
        Entity::new_no_attrs(
            uid(&self.division, &code),
            above.map(|parent| uid(&self.division, &parent)).collect(),
        )
    }
}

fn names_somebody(policies: &PolicySet) -> bool {
    let written = ["Subject::\"", "Person::\"", "Organisation::\""];
    policies
        .policies()
        .map(ToString::to_string)
        .any(|text| written.iter().any(|w| text.contains(w)))
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn entity(kind: &EntityTypeName, id: &str) -> Value {
    Value::new_entity_uid(uid(kind, id))
}

fn text(text: &str) -> Value {
    Value::new_string(text.to_owned())
}

/// The policies of the platform, each under the name that it is noted by.
pub(super) fn platform() -> Result<Vec<Policy>, Defect> {
    let policies = PolicySet::from_str(PLATFORM).map_err(defect)?;
    let named = |policy: &Policy| {
        let name = policy.annotation("id").unwrap_or_default();
        policy.new_id(PolicyId::new(format!("platform {name}")))
    };
    Ok(policies.policies().map(named).collect())
}

/// The policy of a role: what its permission sets hold, on its pack's things, in the divisions where it is held, and
/// where it is its turn. What belongs to no pack, lies nowhere or is nobody's turn is not bound to one.
pub(super) fn of_role(role: &str, sets: &[&str]) -> Result<Policy, Defect> {
    let quoted = |text: &str| format!("\"{}\"", text.escape_debug());
    let groups: Vec<String> =
        sets.iter().map(|set| format!("Action::{}", quoted(&schema::group(set)))).collect();
    let bound = match role.split_once('.') {
        Some(("platform", _)) | None => String::new(),
        Some((pack, _)) => format!(
            "\n  (if resource has pack then resource.pack == {} else true) &&\
             \n  (if resource has role then resource.role == {} else true) &&",
            quoted(pack),
            quoted(role)
        ),
    };
    let role_text = quoted(role);
    let source = format!(
        "permit (principal, action in [{}], resource)\nwhen {{\n  principal.hasTag({role_text}) &&{bound}\
         \n  (if resource has division then resource.division in principal.getTag({role_text}) else true)\n}};",
        groups.join(", ")
    );
    Policy::parse(Some(PolicyId::new(format!("role {role}"))), source).map_err(defect)
}
