//! Every action and query appears in the access matrix: role × operation → the ground on which it is open. The
//! snapshot is reviewed; what was forgotten fails by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use minshu_kernel::access::Basis;
use minshu_runtime::house::describe;
use minshu_runtime::packs::{check, texts_of};
use minshu_runtime::testing::all_packs;
use minshu_server::capabilities;

#[test]
fn the_matrix_of_roles_and_operations() {
    let capabilities = capabilities();
    let contract = describe(&capabilities);
    let texts = texts_of(&contract).unwrap();
    let packs = match check(&all_packs(), &capabilities, &contract, &texts) {
        Ok(packs) => packs,
        Err(problems) => panic!("{problems:#?}"),
    };
    let mut operations: BTreeSet<&str> = contract.actions.iter().map(|a| a.name).collect();
    operations.extend(contract.queries.iter().map(|q| q.name));
    let known: BTreeSet<&str> =
        contract.permission_sets.iter().flat_map(|s| s.may).copied().collect();
    let unknown: Vec<_> = known.difference(&operations).collect();
    assert!(unknown.is_empty(), "permission sets name what does not exist: {unknown:?}");
    let closed: Vec<_> = operations.difference(&known).collect();
    assert!(closed.is_empty(), "no permission set opens {closed:?}");

    let mut grounds: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for set in &contract.permission_sets {
        for operation in set.may {
            let who = match set.basis {
                Basis::Everyone => vec!["everyone".to_owned()],
                Basis::SignedIn => vec!["signed in".to_owned()],
                Basis::Owner => vec!["owner".to_owned()],
                Basis::System => vec!["system".to_owned()],
                Basis::Emergency => vec!["whoever opened it".to_owned()],
                Basis::Post => {
                    let platform = contract.platform_roles.iter();
                    let platform =
                        platform.filter(|r| r.may.contains(&set.id)).map(|r| r.id.to_owned());
                    let own = packs.set.roles.values();
                    let own =
                        own.filter(|r| r.may.iter().any(|m| m == set.id)).map(|r| r.id.clone());
                    platform.chain(own).collect()
                }
            };
            grounds.entry(operation).or_default().extend(who);
        }
    }
    let mut matrix = String::new();
    for operation in operations {
        let who: Vec<&str> = grounds
            .get(operation)
            .map(|who| who.iter().map(String::as_str).collect())
            .unwrap_or_default();
        let _infallible = writeln!(matrix, "{operation:<36} {}", who.join(", "));
    }
    insta::assert_snapshot!(matrix);
}
