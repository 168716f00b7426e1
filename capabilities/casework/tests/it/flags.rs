//! Yellow then red: the clock raises flags by itself, and does not stand in the way of whoever works.

use serde_json::json;

use crate::world::{CLERK, COMPANY, USCC, at, worlds};

#[tokio::test]
async fn flags_are_raised_by_jobs_and_lists_show_them_first() {
    for world in worlds().await {
        let agent = world.agent(COMPANY, USCC);
        let clerk = world.house.officer(CLERK, "350102");
        let late = world.food_case(&agent).await["case"].clone();
        let state = async |expected: &str| {
            world.house.settle().await;
            let view = world.asked(&clerk, "casework.case", json!({ "case": late })).await;
            assert_eq!(view["flag"], json!(expected));
            view
        };
        state("none").await;
        // Due at the end of Tuesday the 10th: from Monday on one working day is left.
        world.house.clock.set(at("2026-03-08T23:59"));
        state("none").await;
        world.house.clock.set(at("2026-03-09T00:00"));
        let view = state("yellow").await;
        assert_eq!(view["steps"][1]["verb"], json!("flag"));
        let fresh = world.food_case(&agent).await["case"].clone();
        let work = world.asked(&clerk, "casework.work_list", json!({})).await;
        assert_eq!(work["cases"][0]["case"], late);
        assert_eq!(
            work["counts"],
            json!({ "mine": 2, "red": 0, "yellow": 1, "place": 2, "flagged": 1, "asked": 0 })
        );
        world.house.clock.set(at("2026-03-11T00:00"));
        let view = state("red").await;
        assert_eq!(view["version"], json!(3));
        let red = world.asked(&clerk, "casework.work_list", json!({ "flag": "red" })).await;
        assert_eq!(red["cases"].as_array().unwrap().len(), 1);
        let yellow = world.asked(&clerk, "casework.work_list", json!({ "flag": "yellow" })).await;
        assert_eq!(yellow["cases"][0]["case"], fresh, "due on the 12th");
        // The clerk read the case before the flags were raised: nobody was first.
        let accept = json!({ "case": late, "version": 1 });
        let accepted = world.done(&clerk, "casework.accept", accept).await;
        assert_eq!(accepted["version"], json!(4));
        state("none").await;
        // While it is with the applicant no flag is raised, however long.
        let back = json!({ "case": fresh, "version": 1, "reason": "请补材料说明" });
        world.done(&clerk, "casework.return", back).await;
        world.house.clock.set(at("2026-06-01T00:00"));
        world.house.settle().await;
        let view = world.asked(&clerk, "casework.case", json!({ "case": fresh })).await;
        assert_eq!((&view["flag"], &view["due_ms"]), (&json!("none"), &json!(null)));
    }
}
