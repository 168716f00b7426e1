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

/// The matrix for people who review it: role by role, what it may do, in words. `docs/security/roles.md` is held
/// against it, so that a change of what a role may do is read by somebody.
#[test]
fn the_document_of_roles_is_up_to_date() {
    let capabilities = capabilities();
    let contract = describe(&capabilities);
    let texts = texts_of(&contract).unwrap();
    let packs = match check(&all_packs(), &capabilities, &contract, &texts) {
        Ok(packs) => packs,
        Err(problems) => panic!("{problems:#?}"),
    };
    let docs: BTreeMap<&str, &str> = contract
        .actions
        .iter()
        .map(|a| (a.name, a.doc))
        .chain(contract.queries.iter().map(|q| (q.name, q.doc)))
        .collect();
    let first =
        |text: &str| text.split(". ").next().unwrap_or(text).trim_end_matches('.').to_owned();
    let mut text = String::from(
        "# Roles and what they may do\n\nMade from the contract and the packs in this repository by `server/tests/it/matrix.rs`. A reviewer reads a role from \
         top to bottom\nand asks of each line whether the people who hold it need it. A post grants its roles within its division and no further.\n",
    );
    let sets = |ids: &dyn Fn(&str) -> bool, text: &mut String| {
        for set in contract.permission_sets.iter().filter(|set| ids(set.id)) {
            let _infallible =
                writeln!(text, "\n**{}** ({}, `{}`)\n", set.name.1, set.name.0, set.id);
            for operation in set.may {
                let doc = first(docs.get(operation).copied().unwrap_or_default());
                let _infallible = writeln!(text, "- `{operation}`: {doc}");
            }
        }
    };
    for (basis, title) in [
        (Basis::Everyone, "Everybody, signed in or not"),
        (Basis::SignedIn, "Everybody who is signed in"),
        (Basis::Owner, "Whoever a thing belongs to"),
        (
            Basis::Emergency,
            "Whoever opened a single thing in an emergency, for as long as it is open",
        ),
        (Basis::System, "The platform itself: jobs and the command line"),
    ] {
        let _infallible = writeln!(text, "\n## {title}");
        let of = |id: &str| contract.permission_sets.iter().any(|s| s.id == id && s.basis == basis);
        sets(&of, &mut text);
    }
    for role in &contract.platform_roles {
        let _infallible = writeln!(text, "\n## {} ({}, `{}`)", role.name.1, role.name.0, role.id);
        sets(&|id: &str| role.may.contains(&id), &mut text);
    }
    let mut roles: Vec<_> = packs.set.roles.values().collect();
    roles.sort_by(|a, b| a.id.cmp(&b.id));
    for role in roles {
        let _infallible = writeln!(text, "\n## {} ({}, `{}`)", role.name.en, role.name.zh, role.id);
        sets(&|id: &str| role.may.iter().any(|may| may == id), &mut text);
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/security/roles.md");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(path, &text).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(published, text, "INSTA_UPDATE=always writes docs/security/roles.md again");
}
