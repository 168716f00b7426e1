//! Organisations and posts: place, roles, terms, substitutes, and who may do what where.

use minshu_kernel::access::Principal;
use serde_json::{Value as Json, json};

use crate::world::{DAY, World, number, phone, world, worlds};

const CLERK: &str = "gov-single-window.clerk";

#[tokio::test]
async fn an_administrator_manages_the_own_subtree_and_no_other() {
    for world in worlds().await {
        let fuzhou = world.officer(80, "platform.registrar", "350100").await;
        let gulou = world.department("鼓楼区政务服务中心", "350102").await;
        let siming = world.department("思明区政务服务中心", "350203").await;
        let entry = |division: &str| json!({ "kind": "department", "name": "新机构", "division": division });
        world.done(&fuzhou, "identity.add_organisation", entry("350102001")).await;
        for division in ["350000", "350200", "350203"] {
            let told = world.refused(&fuzhou, "identity.add_organisation", entry(division)).await;
            assert!(told.starts_with("kernel.refused"), "{division}: {told}");
        }
        let post = |organisation: &str, division: Option<&str>| {
            json!({
                "organisation": organisation, "name": { "zh": "受理岗", "en": "Intake" },
                "division": division, "roles": [CLERK],
            })
        };
        let made = world.done(&fuzhou, "identity.add_post", post(&gulou, None)).await;
        let told = world.refused(&fuzhou, "identity.add_post", post(&siming, None)).await;
        assert!(told.starts_with("kernel.refused"), "{told}");
        // An own organisation does not help to grant a role elsewhere.
        let told = world.refused(&fuzhou, "identity.add_post", post(&gulou, Some("350203"))).await;
        assert!(told.starts_with("kernel.refused"), "{told}");
        // Nor does moving a post or an organisation there.
        let change = json!({
            "post": made["post"], "version": 1, "name": { "zh": "受理岗", "en": "Intake" },
            "division": "350200", "roles": [CLERK],
        });
        let told = world.refused(&fuzhou, "identity.change_post", change).await;
        assert!(told.starts_with("kernel.refused"), "{told}");
        let change = json!({
            "organisation": gulou, "version": 1, "kind": "department", "name": "鼓楼区政务服务中心",
            "division": "350203",
        });
        let told = world.refused(&fuzhou, "identity.change_organisation", change).await;
        assert!(told.starts_with("kernel.refused"), "{told}");
        // Nobody of another place is seen.
        for (operation, input) in [
            ("identity.organisation", json!({ "organisation": siming })),
            ("identity.posts", json!({ "organisation": siming })),
        ] {
            let failure = world.house.ask(&fuzhou, operation, input).await.unwrap_err();
            assert_eq!(failure.code, "kernel.refused", "{operation}");
        }
        let list = world.asked(&fuzhou, "identity.organisations", json!({})).await;
        let names = list["organisations"].to_string();
        assert!(names.contains("鼓楼区") && !names.contains("思明区政务"), "{names}");
    }
}

#[tokio::test]
async fn the_list_pages_through_everything_once_and_finds_by_name_and_code() {
    for world in worlds().await {
        let fuzhou = world.officer(80, "platform.registrar", "350100").await;
        for index in 0..23 {
            let division = ["350102", "350128", "350102001"][index % 3];
            world.department(&format!("第 {index} 办 Office_{index}"), division).await;
        }
        world.department("厦门的", "350203").await;
        let mut seen = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let input = json!({ "limit": 5, "after": after });
            let page = world.asked(&fuzhou, "identity.organisations", input).await;
            let lines = page["organisations"].as_array().unwrap();
            assert!(lines.len() <= 5);
            seen.extend(lines.iter().map(|line| {
                (line["division"].as_str().unwrap().to_owned(), line["organisation"].to_string())
            }));
            match page["next"].as_str() {
                Some(mark) => after = Some(mark.to_owned()),
                None => break,
            }
        }
        // 23 and the administrator's own.
        assert_eq!(seen.len(), 24);
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), 24);
        let company = json!({
            "kind": "company", "name": "沈记小馆", "uscc": "91350102MA2YC1K37", "division": "350102",
        });
        let told = world.refused(&fuzhou, "identity.add_organisation", company).await;
        assert_eq!(told, "kernel.invalid [/uscc codes-uscc-length]");
        let company = json!({
            "kind": "company", "name": "沈记小馆", "uscc": "11370800mb28559184", "division": "350102",
        });
        world.done(&fuzhou, "identity.add_organisation", company.clone()).await;
        let told = world.refused(&fuzhou, "identity.add_organisation", company).await;
        assert_eq!(told, "kernel.invalid [/uscc identity-uscc-taken]");
        for (q, wanted) in [
            ("office_7", 1),
            ("OFFICE", 23),
            ("11370800 MB28559184", 1),
            ("沈记", 1),
            ("没有的", 0),
            ("%", 25),
        ] {
            let page = world
                .asked(&fuzhou, "identity.organisations", json!({ "q": q, "limit": 200 }))
                .await;
            assert_eq!(page["organisations"].as_array().unwrap().len(), wanted, "{q}");
        }
    }
}

#[tokio::test]
async fn a_change_made_from_an_old_version_is_refused() {
    let world = world().await;
    let console = Principal::console();
    let id = world.department("鼓楼区政务服务中心", "350102").await;
    let change = |name: &str| json!({ "organisation": id, "version": 1, "kind": "department", "name": name, "division": "350102" });
    let reply = world.done(&console, "identity.change_organisation", change("甲")).await;
    assert_eq!(reply["version"], 2);
    let told = world.refused(&console, "identity.change_organisation", change("乙")).await;
    assert_eq!(told, "identity.changed_meanwhile []");
    let mut own = change("甲");
    own["version"] = json!(2);
    own["parent"] = json!(id);
    let told = world.refused(&console, "identity.change_organisation", own).await;
    assert_eq!(told, "kernel.invalid [/parent identity-parent-unfit]");
}

async fn grants(world: &World, token: &str) -> Vec<String> {
    let principal = world.principal(token).await.unwrap();
    principal.grants.iter().map(|grant| format!("{} {}", grant.role, grant.division)).collect()
}

#[tokio::test]
async fn a_post_grants_its_roles_within_the_term_and_no_longer() {
    for world in worlds().await {
        let console = Principal::console();
        let office = world.department("鼓楼区政务服务中心", "350102").await;
        let post = world.post(&office, CLERK).await;
        world.account(1, true, &[]).await;
        world.account(2, true, &[]).await;
        world.account(3, false, &[]).await;
        let appoint = |sequence: u32, change: fn(&mut Json)| {
            let mut input = json!({ "post": post, "phone": phone(sequence) });
            change(&mut input);
            input
        };
        for (sequence, change, wanted) in [
            (3, (|_| {}) as fn(&mut Json), "/phone identity-account-unproved"),
            (9, |_| {}, "/phone identity-phone-unknown"),
            (2, |i| i["substitute"] = json!(true), "/until identity-substitute-term"),
            (2, |i| i["until"] = json!("2026-03-04"), "/until identity-term-past"),
            (2, |i| i["from"] = json!("5.3.2026"), "/from identity-date-unreadable"),
        ] {
            let told = world.refused(&console, "identity.appoint", appoint(sequence, change)).await;
            assert_eq!(told, format!("kernel.invalid [{wanted}]"));
        }
        let holder = world.done(&console, "identity.appoint", appoint(1, |_| {})).await;
        let told = world.refused(&console, "identity.appoint", appoint(1, |_| {})).await;
        assert_eq!(told, "kernel.invalid [/phone identity-appointed-already]");
        // It is 2026-03-05. The substitute stands in from Monday to Wednesday.
        let term = |i: &mut Json| {
            i["from"] = json!("2026-03-09");
            i["until"] = json!("2026-03-11");
            i["substitute"] = json!(true);
        };
        world.done(&console, "identity.appoint", appoint(2, term)).await;
        let (first, second) = (world.token(1).await, world.token(2).await);
        let role = format!("{CLERK} 350102");
        assert_eq!(grants(&world, &first).await, std::slice::from_ref(&role));
        assert!(grants(&world, &second).await.is_empty());
        let listed = world.asked(&console, "identity.post", json!({ "post": post })).await;
        assert_eq!(listed["appointments"].as_array().unwrap().len(), 2);
        assert_eq!(listed["holders"], 1);
        // 09:00 on Thursday to 00:00 on Monday.
        world.later(3 * DAY + 15 * 3_600_000 - 1);
        assert!(grants(&world, &world.token(2).await).await.is_empty());
        world.later(1);
        assert_eq!(grants(&world, &world.token(2).await).await, std::slice::from_ref(&role));
        world.later(3 * DAY - 1);
        assert_eq!(grants(&world, &world.token(2).await).await, std::slice::from_ref(&role));
        world.later(1);
        assert!(grants(&world, &world.token(2).await).await.is_empty());
        // What ran out may be given anew.
        world.done(&console, "identity.appoint", appoint(2, |_| {})).await;
        assert_eq!(grants(&world, &world.token(2).await).await, std::slice::from_ref(&role));
        let token = world.token(1).await;
        let dismiss = json!({ "appointment": holder["appointment"] });
        world.done(&console, "identity.dismiss", dismiss.clone()).await;
        assert!(grants(&world, &token).await.is_empty());
        let told = world.refused(&console, "identity.dismiss", dismiss).await;
        assert_eq!(told, "identity.already_ended []");
    }
}

#[tokio::test]
async fn changed_roles_hold_at_once() {
    let world = world().await;
    let console = Principal::console();
    let office = world.department("鼓楼区政务服务中心", "350102").await;
    let post = world.post(&office, CLERK).await;
    world.account(1, true, &[&post]).await;
    let token = world.token(1).await;
    let change = |roles: Json, version: i64| json!({ "post": post, "version": version, "name": { "zh": "岗", "en": "Post" }, "roles": roles });
    let told = world.refused(&console, "identity.change_post", change(json!(["clerk"]), 2)).await;
    assert_eq!(told, "kernel.invalid [/roles/0 identity-role-unknown]");
    world.done(&console, "identity.change_post", change(json!(["platform.registrar"]), 2)).await;
    assert_eq!(grants(&world, &token).await, ["platform.registrar 350102"]);
    world.done(&console, "identity.change_post", change(json!([]), 3)).await;
    assert!(grants(&world, &token).await.is_empty());
}

#[tokio::test]
async fn nobody_makes_himself_an_operator() {
    let world = world().await;
    let registrar = world.officer(80, "platform.registrar", "350100").await;
    let operator = world.officer(81, "platform.operator", "350000").await;
    let office = world.department("鼓楼区政务服务中心", "350102").await;
    let post = |role: &str| json!({ "organisation": office, "name": { "zh": "岗", "en": "Post" }, "roles": [role] });
    let told = world.refused(&registrar, "identity.add_post", post("platform.operator")).await;
    assert_eq!(told, "identity.platform_role []");
    let there = world.done(&operator, "identity.add_post", post("platform.operator")).await;
    let take = json!({ "post": there["post"], "phone": phone(80) });
    let told = world.refused(&registrar, "identity.appoint", take.clone()).await;
    assert_eq!(told, "identity.platform_role []");
    let strip = json!({
        "post": there["post"], "version": 1, "name": { "zh": "岗", "en": "Post" }, "roles": [],
    });
    let told = world.refused(&registrar, "identity.change_post", strip).await;
    assert_eq!(told, "identity.platform_role []");
    world.done(&operator, "identity.appoint", take).await;
    world.done(&registrar, "identity.add_post", post(CLERK)).await;
}

/// Every operation by kind of caller: allowed or refused before anything is read. What comes of it is a
/// matrix that people look at.
#[tokio::test]
async fn the_matrix_of_roles_and_operations() {
    let world = world().await;
    let house = &world.house.house;
    let callers = [
        ("nobody", Principal::anonymous()),
        ("resident", world.house.resident()),
        ("clerk", world.house.officer(CLERK, "350102")),
        ("registrar", world.house.officer("platform.registrar", "350102")),
        ("operator", world.house.officer("platform.operator", "350102")),
        ("console", Principal::console()),
    ];
    let mut operations: Vec<&str> = house.actions.keys().copied().collect();
    operations.extend(house.queries.keys().copied());
    operations.retain(|operation| operation.starts_with("identity."));
    operations.sort_unstable();
    let now = house.services.clock.now();
    let mut matrix = format!("{:<30}", "");
    for (name, _) in &callers {
        matrix.push_str(&format!("{name:<11}"));
    }
    for operation in operations {
        matrix.push_str(&format!("\n{operation:<30}"));
        for (_, who) in &callers {
            let may = house.services.access.possible(who, operation, now).is_ok();
            matrix.push_str(&format!("{:<11}", if may { "may" } else { "–" }));
        }
    }
    let matrix: Vec<&str> = matrix.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(matrix.join("\n"));
    // A number of the tests' own making is good: the other tests stand on it.
    assert!(minshu_kernel::codes::citizen::check(&number(1), now.date()).is_ok());
}
