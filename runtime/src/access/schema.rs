//! The Cedar schema that policies are written and checked against. It is published as `docs/access.cedarschema`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use minshu_kernel::access::{Basis, PermissionSet};
use minshu_kernel::capability::Contract;

const ENTITIES: &str = "\
// The words of access policies, made from everything that the capabilities offer.

// A division; one lies in all those above it.
entity Division in [Division];
entity Person;
entity Organisation;

// Who acts. A tag for each role that is held now: the divisions in which it is.
entity Subject = {
  // \"anonymous\", \"account\", \"application\", \"flow\", \"job\" or \"console\".
  kind: String,
  // Whether the account is proved to be its person.
  proved: Bool,
  person?: Person,
  // Roles that are held now, such as \"gov-single-window.clerk\".
  roles: Set<String>,
  // Organisations that may be acted for.
  mandates: Set<Organisation>,
  // What a flow's pack declares.
  declared: Set<String>,
} tags Set<Division>;

// What is acted upon.
entity Thing = {
  pack?: String,
  // The role whose turn it is.
  role?: String,
  division?: Division,
  owner_account?: Subject,
  owner?: Person,
  owner_organisation?: Organisation,
};
";

/// The group of a basis.
pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Everyone => "basis everyone",
        Basis::SignedIn => "basis signed in",
        Basis::Owner => "basis owner",
        Basis::Post => "basis post",
        Basis::System => "basis system",
        Basis::Emergency => "basis emergency",
    }
}

/// The group of a permission set.
pub(super) fn group(set: &str) -> String {
    format!("set {set}")
}

/// The schema of a contract, as text.
pub fn text(contract: &Contract) -> String {
    let actions = contract.actions.iter().map(|a| a.name);
    let operations = actions.chain(contract.queries.iter().map(|q| q.name));
    of(operations, &contract.permission_sets)
}

/// The schema of operations and the sets that hold them.
pub fn of<'a>(operations: impl Iterator<Item = &'a str>, sets: &[PermissionSet]) -> String {
    let mut text = ENTITIES.to_owned();
    let mut holding: BTreeMap<&str, Vec<String>> =
        operations.map(|operation| (operation, Vec::new())).collect();
    text.push_str("\n// On what ground.\n");
    let all = [
        Basis::Everyone,
        Basis::SignedIn,
        Basis::Owner,
        Basis::Post,
        Basis::System,
        Basis::Emergency,
    ];
    for one in all {
        let _infallible = writeln!(text, "action \"{}\";", basis(one));
    }
    text.push_str("\n// Permission sets.\n");
    for set in sets {
        let name = group(set.id);
        let _infallible = writeln!(text, "action \"{name}\" in [\"{}\"];", basis(set.basis));
        for operation in set.may {
            holding.entry(operation).or_default().push(format!("\"{name}\""));
        }
    }
    text.push_str("\n// Operations.\n");
    for (operation, mut groups) in holding {
        groups.sort();
        let within = match groups.is_empty() {
            true => String::new(),
            false => format!(" in [{}]", groups.join(", ")),
        };
        let _infallible = writeln!(
            text,
            "action \"{operation}\"{within} appliesTo {{ principal: Subject, resource: Thing, \
             context: {{ operation: String, opened: Bool }} }};"
        );
    }
    text
}
