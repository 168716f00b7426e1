//! The working-day calendar is edited: limits of running cases move with it, in their history and in the audit chain,
//! and nobody's step is in the way.

use minshu_kernel::access::Principal;
use minshu_kernel::records::Records as _;
use minshu_kernel::values;
use minshu_runtime::audit::verify::verify;
use serde_json::{Value as Json, json};

use crate::world::{CLERK, COMPANY, USCC, World, at, last_day, worlds};

/// An operator declares a day, and what follows is done.
pub(crate) async fn declared(world: &World, date: &str, working: bool) {
    let operator = Principal::console();
    let reason = json!({ "zh": "台风停工", "en": "Typhoon closure" });
    let day = json!({ "date": date, "working": working, "reason": reason });
    world.done(&operator, "platform.declare_day", json!({ "day": day })).await;
    world.house.settle().await;
}

async fn events(world: &World, case: &Json) -> Vec<Json> {
    let sql = "SELECT e.data, a.operation, a.resource_id FROM platform_event e
      JOIN platform_audit a ON a.id = e.audit
      WHERE e.kind = 'casework.case.rescheduled' ORDER BY e.position";
    let rows = world.house.house.db.scan(sql.into(), values![]).await.unwrap();
    let rows = rows.iter().filter(|row| json!(row.get::<String>("resource_id").unwrap()) == *case);
    rows.map(|row| {
        assert_eq!(row.get::<String>("operation").unwrap(), "casework.recompute_due");
        serde_json::from_str(&row.get::<String>("data").unwrap()).unwrap()
    })
    .collect()
}

#[tokio::test]
async fn a_declared_holiday_moves_the_limits_of_running_cases() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let clerk = world.house.officer(CLERK, "350102");
        let view =
            async |case: &Json| world.asked(&clerk, "casework.case", json!({ "case": case })).await;
        // Begun on Thursday the 5th: due at the end of Tuesday the 10th.
        let waiting = world.food_case(&agent).await["case"].clone();
        let accepted = world.food_case(&agent).await["case"].clone();
        let returned = world.food_case(&agent).await["case"].clone();
        let accept = json!({ "case": accepted, "version": 1 });
        world.done(&clerk, "casework.accept", accept).await;
        let back = json!({ "case": returned, "version": 1, "reason": "请补材料说明" });
        world.done(&clerk, "casework.return", back).await;
        world.house.settle().await;
        let before = [view(&waiting).await, view(&accepted).await, view(&returned).await];
        assert_eq!(last_day(&before[0]["due_ms"]), "2026-03-10");
        world.house.clock.set(at("2026-03-09T08:00"));
        world.house.settle().await;
        assert_eq!(view(&waiting).await["flag"], json!("yellow"));

        declared(&world, "2026-03-09", false).await;
        let after = view(&waiting).await;
        assert_eq!(last_day(&after["due_ms"]), "2026-03-11");
        assert_eq!(after["flag"], json!("none"), "two working days are left again");
        let steps = after["steps"].as_array().unwrap();
        assert_eq!(steps.last().unwrap()["verb"], json!("recompute"));
        let moved = view(&accepted).await;
        let promised = [&before[1], &moved].map(|view| last_day(&view["promised_due_ms"]));
        assert!(promised[0] < promised[1], "{promised:?}");
        // With the applicant no clock runs: the next step computes anew.
        assert_eq!(view(&returned).await["version"], before[2]["version"]);

        let told = events(&world, &waiting).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["date"], json!("2026-03-09"));
        assert_eq!(told[0]["due_before_ms"], before[0]["due_ms"]);
        assert_eq!(told[0]["due_ms"], after["due_ms"]);
        assert!(events(&world, &returned).await.is_empty());

        // The flag falls on the new day, by the alarm that was set anew.
        world.house.clock.set(at("2026-03-10T00:00"));
        world.house.settle().await;
        assert_eq!(view(&waiting).await["flag"], json!("yellow"));
        // The clerk read the case before: nobody was first.
        let accept = json!({ "case": waiting, "version": 1 });
        world.done(&clerk, "casework.accept", accept).await;

        // A day far away moves nothing, and the same edit again neither.
        let stands = view(&accepted).await;
        declared(&world, "2026-12-01", false).await;
        declared(&world, "2026-03-09", false).await;
        assert_eq!(view(&accepted).await["version"], stands["version"]);
        let report = verify(&world.house.house, &mut ()).await.unwrap();
        assert!(report.faults.is_empty(), "{report:?}");
    }
}

#[tokio::test]
async fn more_cases_than_a_batch_all_follow() {
    let world = crate::world::world().await;
    let agent = world.agent(COMPANY, USCC);
    let clerk = world.house.officer(CLERK, "350102");
    let mut cases = Vec::new();
    for _ in 0..53 {
        cases.push(world.food_case(&agent).await["case"].clone());
    }
    world.house.settle().await;
    declared(&world, "2026-03-09", false).await;
    // Batches and single cases are due one behind the other.
    world.house.clock.advance(10);
    for _ in 0..4 {
        world.house.settle().await;
        world.house.clock.advance(10);
    }
    for case in cases {
        let view = world.asked(&clerk, "casework.case", json!({ "case": case })).await;
        assert_eq!(last_day(&view["due_ms"]), "2026-03-11");
    }
}
