//! Two processes on one database: whoever holds the lease seals, nothing is sealed twice, and a holder that is gone is
//! followed within seconds, whatever the clocks say.

use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::access::Principal;
use minshu_kernel::records::{Statement, WriteSet};
use minshu_kernel::values;
use minshu_runtime::audit::{sealer, verify};
use minshu_runtime::house::House;
use minshu_runtime::testing::{TestHouse, all_packs};
use minshu_server::capabilities;
use serde_json::json;

async fn entries(place: &TestHouse, count: usize) {
    for at in 0..count {
        let day = format!("2027-05-{:02}", 1 + at % 28);
        let reason = json!({ "zh": "试", "en": "test" });
        let day = json!({ "date": day, "working": at % 2 == 0, "reason": reason });
        let input = json!({ "day": day });
        place.act(&Principal::console(), "platform.declare_day", input).await.unwrap();
    }
}

async fn unsealed(house: &House) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM platform_audit WHERE position IS NULL";
    let rows = house.services.records.point(sql.into(), values![]).await.unwrap();
    rows[0].get("n").unwrap()
}

async fn proved(house: &Arc<House>) {
    let report = verify::verify(house, &mut ()).await.unwrap();
    assert_eq!(report.faults, [], "the chain holds");
    assert_eq!(unsealed(house).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_that_is_gone_is_followed_whatever_the_clocks_say() {
    for place in TestHouse::each(&capabilities, &all_packs()).await {
        let first = place.another(capabilities(), all_packs()).await;
        let second = place.another(capabilities(), all_packs()).await;
        entries(&place, 5).await;
        sealer::seal_all(&first).await.unwrap();
        proved(&first).await;

        // The holder is gone; by the clock its lease has an hour left, for the clock was set back.
        place.clock.advance(-3_600_000);
        entries(&place, 5).await;
        sealer::seal_all(&second).await.unwrap();
        assert!(unsealed(&second).await >= 5, "the lease holds for the moment");
        let mut waited = Duration::ZERO;
        while unsealed(&second).await > 0 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            waited += Duration::from_millis(250);
            assert!(waited < Duration::from_secs(10), "nobody follows the holder that is gone");
            sealer::seal_all(&second).await.unwrap();
        }
        proved(&second).await;

        // The one that was thought gone comes back, and the clock is set forward: both take turns.
        place.clock.advance(3 * 3_600_000);
        entries(&place, 30).await;
        for _ in 0..10 {
            let (one, other) = tokio::join!(sealer::seal_all(&first), sealer::seal_all(&second));
            one.and(other).unwrap();
        }
        proved(&first).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rounds_of_every_size_seal_in_order_and_the_window_is_told() {
    for place in TestHouse::each(&capabilities, &all_packs()).await {
        // Straight into the table: more than one round's worth, in one write.
        let rows = |from: i64, to: i64| -> Vec<Statement> {
            let row = |at: i64| {
                let sql = "INSERT INTO platform_audit
  (id, at_ms, principal, operation, resource_kind, resource_id, outcome, rule, input_hash, events_hash, request, cause)
VALUES ($1, $2, 'console', 'test', '', '', 'done', '', '', '', '', '')";
                Statement::one(sql, values![format!("t{at:06}"), at])
            };
            (from..to).map(row).collect()
        };
        for (from, to) in [(0, 1), (1, 240), (240, 2_700)] {
            let set = WriteSet { statements: rows(from, to) };
            place.house.services.records.apply(set).await.unwrap();
            assert!(sealer::window_ms(&place.house).await.unwrap() > sealer::ALARM_MS);
            sealer::seal_all(&place.house).await.unwrap();
            proved(&place.house).await;
            assert_eq!(sealer::window_ms(&place.house).await.unwrap(), 0);
        }
    }
}
