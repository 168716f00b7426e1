//! What packs forbid, in the closed form that holds for lists as well: conditions on who acts, and on division, role
//! and owner of the thing. Cedar judges single things by the policy itself; lists take what is compiled here, and a
//! property test holds both against each other.

use std::collections::BTreeSet;

use cedar_policy::{Policy, PolicyId};
use minshu_kernel::access::{Exclusion, Grant, Part, Principal, Test};
use serde_json::{Value as Json, json};

/// A policy of a pack.
#[derive(Debug)]
pub struct Forbid {
    /// The pack.
    pub pack: String,
    /// Its `@id`.
    pub id: String,
    /// The policy, bound to the pack's own things.
    pub(super) policy: Policy,
    /// Operations and groups that it names; none where it speaks on every one.
    actions: Option<BTreeSet<String>>,
    condition: Condition,
}

/// The policies of all packs.
#[derive(Debug, Default)]
pub struct Forbids {
    /// In the order of the packs and of their files.
    pub all: Vec<Forbid>,
}

/// A condition of the closed form.
#[derive(Debug, Clone, PartialEq)]
enum Condition {
    /// On the thing alone.
    Thing(Test),
    /// Who acts is proved.
    Proved,
    /// Who acts has a person.
    HasPerson,
    /// What kind of actor it is.
    Kind(String),
    /// Who acts holds the role.
    Role(String),
    /// Who acts may act for the organisation.
    Mandate(String),
    /// The thing is the actor's own person's.
    OwnPerson,
    /// The actor's account began the thing.
    OwnAccount,
    /// The thing is of an organisation that the actor may act for.
    OwnOrganisation,
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

/// What cannot be said of lists, in words for whoever wrote it.
type NotForLists = String;

impl Forbid {
    /// Reads a policy that Cedar has parsed and found well typed.
    pub fn read(pack: &str, id: &str, policy: &Policy) -> Result<Forbid, NotForLists> {
        let mut tree = policy.to_json().map_err(|error| error.to_string())?;
        for place in ["principal", "resource"] {
            if tree[place]["op"] != "All" {
                return Err(format!(
                    "write `{place}` alone in the head, and conditions on it behind `when`"
                ));
            }
        }
        let actions = actions(&tree["action"])?;
        let mut all = Vec::new();
        for clause in tree["conditions"].as_array().into_iter().flatten() {
            let condition = condition(&clause["body"])?;
            all.push(match clause["kind"].as_str() {
                Some("unless") => Condition::Not(Box::new(condition)),
                _ => condition,
            });
        }
        // No pack speaks on the things of another one.
        let resource = json!({ "Var": "resource" });
        let guard = json!({ "kind": "when", "body": { "&&": {
            "left": { "has": { "left": resource, "attr": "pack" } },
            "right": { "==": {
                "left": { ".": { "left": resource, "attr": "pack" } },
                "right": { "Value": pack },
            } },
        } } });
        if let Some(conditions) = tree["conditions"].as_array_mut() {
            conditions.insert(0, guard);
        }
        let name = PolicyId::new(format!("{pack}/policy.cedar#{id}"));
        let policy = Policy::from_json(Some(name), tree).map_err(|error| error.to_string())?;
        let condition = Condition::All(all);
        Ok(Forbid { pack: pack.to_owned(), id: id.to_owned(), policy, actions, condition })
    }

    /// Whether it speaks on an operation that these sets hold.
    pub(super) fn concerns(&self, operation: &str, groups: &BTreeSet<String>) -> bool {
        self.actions.as_ref().is_none_or(|named| {
            named.contains(operation) || groups.iter().any(|group| named.contains(group))
        })
    }

    /// What it leaves out of a principal's lists; none where it leaves nothing out.
    pub(super) fn exclusion(
        &self,
        who: &Principal,
        kind: &str,
        held: &[&Grant],
    ) -> Option<Exclusion> {
        match self.condition.of(who, kind, held) {
            Test::Always(false) => None,
            when => Some(Exclusion { pack: self.pack.clone(), when }),
        }
    }
}

impl Condition {
    /// What it says of things, for this principal.
    fn of(&self, who: &Principal, kind: &str, held: &[&Grant]) -> Test {
        let each =
            |all: &[Condition]| all.iter().map(|c| c.of(who, kind, held)).collect::<Vec<_>>();
        match self {
            Condition::Thing(test) => test.clone(),
            Condition::Proved => Test::Always(who.proved),
            Condition::HasPerson => Test::Always(who.person.is_some()),
            Condition::Kind(wanted) => Test::Always(kind == wanted),
            Condition::Role(role) => Test::Always(held.iter().any(|grant| grant.role == *role)),
            Condition::Mandate(id) => {
                Test::Always(who.mandates.iter().any(|mandate| mandate.to_string() == *id))
            }
            Condition::OwnPerson => {
                Test::OneOf(Part::Owner, who.person.iter().map(ToString::to_string).collect())
            }
            Condition::OwnAccount => Test::OneOf(
                Part::OwnerAccount,
                who.account().iter().map(ToString::to_string).collect(),
            ),
            Condition::OwnOrganisation => Test::OneOf(
                Part::OwnerOrganisation,
                who.mandates.iter().map(ToString::to_string).collect(),
            ),
            Condition::Not(condition) => match condition.of(who, kind, held) {
                Test::Always(answer) => Test::Always(!answer),
                test => Test::Not(Box::new(test)),
            },
            Condition::All(all) => joined(each(all), true),
            Condition::Any(all) => joined(each(all), false),
        }
    }
}

/// `true`: all must hold; `false`: one must. What is certain already is left out.
fn joined(tests: Vec<Test>, all: bool) -> Test {
    if tests.contains(&Test::Always(!all)) {
        return Test::Always(!all);
    }
    let mut open: Vec<Test> = tests.into_iter().filter(|t| *t != Test::Always(all)).collect();
    match (open.len(), all) {
        (0, _) => Test::Always(all),
        (1, _) => open.remove(0),
        (_, true) => Test::All(open),
        (_, false) => Test::Any(open),
    }
}

fn actions(head: &Json) -> Result<Option<BTreeSet<String>>, NotForLists> {
    let one = &head["entity"];
    let several = head["entities"].as_array().map(Vec::as_slice).unwrap_or_default();
    let named = several.iter().chain((!one.is_null()).then_some(one));
    let named = named.filter_map(|entity| entity["id"].as_str().map(str::to_owned)).collect();
    match head["op"].as_str() {
        Some("All") => Ok(None),
        Some("==" | "in") => Ok(Some(named)),
        _ => Err("write `action`, `action == …` or `action in …`".to_owned()),
    }
}

/// A name of one of the two: `("resource", "owner")`.
fn member(tree: &Json) -> Option<(&str, &str)> {
    let access = tree.get(".")?;
    Some((access["left"]["Var"].as_str()?, access["attr"].as_str()?))
}

fn literal(tree: &Json) -> Option<&str> {
    tree.get("Value")?.as_str()
}

/// The id of an entity that is written out.
fn written(tree: &Json) -> Option<&str> {
    tree.get("Value")?.get("__entity")?["id"].as_str()
}

fn condition(tree: &Json) -> Result<Condition, NotForLists> {
    let both = |node: &Json| {
        Ok::<_, NotForLists>(vec![condition(&node["left"])?, condition(&node["right"])?])
    };
    if let Some(Json::Bool(answer)) = tree.get("Value") {
        return Ok(Condition::Thing(Test::Always(*answer)));
    }
    if let Some(("principal", "proved")) = member(tree) {
        return Ok(Condition::Proved);
    }
    let known = tree.as_object().and_then(|node| node.iter().next());
    let Some((operator, node)) = known else { return Err(beyond("this")) };
    match operator.as_str() {
        "&&" => Ok(Condition::All(both(node)?)),
        "||" => Ok(Condition::Any(both(node)?)),
        "!" => Ok(Condition::Not(Box::new(condition(&node["arg"])?))),
        "==" => equal(&node["left"], &node["right"]),
        "!=" => Ok(Condition::Not(Box::new(equal(&node["left"], &node["right"])?))),
        "has" => has(node),
        "in" => match (member(&node["left"]), written(&node["right"])) {
            (Some(("resource", "division")), Some(code)) => match code.parse() {
                Ok(division) => Ok(Condition::Thing(Test::Under(division))),
                Err(_) => Err(format!("\"{code}\" is no code of a division")),
            },
            _ => Err(beyond("`in` other than `resource.division in Division::\"…\"`")),
        },
        "contains" => contains(&node["left"], &node["right"]),
        other => Err(beyond(&format!("`{other}`"))),
    }
}

fn has(node: &Json) -> Result<Condition, NotForLists> {
    let name = node["attr"].as_str().unwrap_or_default();
    match (node["left"]["Var"].as_str(), name) {
        (Some("principal"), "person") => Ok(Condition::HasPerson),
        (Some("resource"), "pack") => Ok(Condition::Thing(Test::Always(true))),
        (Some("resource"), name) => match part(name) {
            Some(part) => Ok(Condition::Thing(Test::Has(part))),
            None => Err(beyond(&format!("`resource has {name}`"))),
        },
        _ => Err(beyond(&format!("`has {name}`"))),
    }
}

fn part(name: &str) -> Option<Part> {
    match name {
        "role" => Some(Part::Role),
        "division" => Some(Part::Division),
        "owner_account" => Some(Part::OwnerAccount),
        "owner" => Some(Part::Owner),
        "owner_organisation" => Some(Part::OwnerOrganisation),
        _ => None,
    }
}

fn equal(left: &Json, right: &Json) -> Result<Condition, NotForLists> {
    let one_way = |left: &Json, right: &Json| match (member(left), member(right)) {
        (Some(("resource", "owner")), Some(("principal", "person"))) => Some(Condition::OwnPerson),
        (Some(("resource", "owner_account")), None) if right["Var"] == "principal" => {
            Some(Condition::OwnAccount)
        }
        (Some(("resource", "role")), None) => {
            let role = literal(right)?.to_owned();
            Some(Condition::Thing(Test::OneOf(Part::Role, vec![role])))
        }
        (Some(("resource", name @ ("owner" | "owner_organisation"))), None) => {
            let id = written(right)?.to_owned();
            Some(Condition::Thing(Test::OneOf(part(name)?, vec![id])))
        }
        (Some(("principal", "kind")), None) => Some(Condition::Kind(literal(right)?.to_owned())),
        _ => None,
    };
    one_way(left, right).or_else(|| one_way(right, left)).ok_or_else(|| beyond("this comparison"))
}

fn contains(left: &Json, right: &Json) -> Result<Condition, NotForLists> {
    let found = match (member(left), literal(right), written(right)) {
        (Some(("principal", "roles")), Some(role), _) => Some(Condition::Role(role.to_owned())),
        (Some(("principal", "mandates")), _, Some(id)) => Some(Condition::Mandate(id.to_owned())),
        (Some(("principal", "mandates")), None, None) => match member(right) {
            Some(("resource", "owner_organisation")) => Some(Condition::OwnOrganisation),
            _ => None,
        },
        _ => None,
    };
    found.ok_or_else(|| beyond("this `contains`"))
}

fn beyond(what: &str) -> String {
    format!(
        "a policy must hold for lists as well, and {what} cannot be asked of a list; docs/department.md says what can"
    )
}
