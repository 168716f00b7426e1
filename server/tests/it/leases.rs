//! Processes share the work beside requests: each lease has one holder, one that stands still is followed, and what it
//! still wants to write is refused.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::error::Kind;
use minshu_kernel::ids::RequestId;
use minshu_kernel::records::Records as _;
use minshu_kernel::text::Lang;
use minshu_kernel::values;
use minshu_runtime::audit::sealer;
use minshu_runtime::house::House;
use minshu_runtime::leases::{self, PARTS, Roles, STANDSTILL};
use minshu_runtime::testing::{TestHouse, all_packs};
use minshu_server::capabilities;
use serde_json::json;

async fn beat(house: &House) {
    leases::beat(house, Roles::ALL, "test").await.unwrap();
}

/// How many leases each holder has.
async fn holders(house: &House) -> BTreeMap<String, i64> {
    let sql = "SELECT holder, COUNT(*) AS n FROM platform_lease GROUP BY holder";
    let rows = house.db.point(sql.into(), values![]).await.unwrap();
    rows.iter().map(|row| (row.get("holder").unwrap(), row.get("n").unwrap())).collect()
}

fn declare(house: &House) -> Call {
    let reason = json!({ "zh": "试", "en": "test" });
    Call {
        who: Arc::new(Principal::console()),
        operation: "platform.declare_day".to_owned(),
        input: json!({ "day": { "date": "2027-05-04", "working": false, "reason": reason } }),
        key: None,
        cause: None,
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    }
}

async fn entries(house: &House) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM platform_audit WHERE operation = 'platform.declare_day'";
    house.db.point(sql.into(), values![]).await.unwrap()[0].get("n").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_lease_has_one_holder_and_one_that_stands_still_writes_nothing() {
    for place in TestHouse::each(&capabilities, &all_packs()).await {
        let first = place.another(capabilities(), all_packs()).await;
        let second = place.another(capabilities(), all_packs()).await;
        assert!(first.leases.held(leases::SEAL).is_none(), "nothing before the first beat");
        beat(&first).await;
        let (own, all) = first.leases.count();
        assert_eq!(own, all, "who is alone has everything");

        // A second one comes: the first gives back what falls to it, the second takes that.
        for _ in 0..3 {
            beat(&second).await;
            beat(&first).await;
        }
        beat(&second).await;
        let shared = holders(&first).await;
        assert_eq!(shared.values().sum::<i64>(), all as i64);
        assert!(
            shared[&first.holder] >= PARTS as i64 / 2 && shared[&second.holder] >= PARTS as i64 / 2
        );
        for part in 0..PARTS {
            let lease = leases::of_part(part);
            let both = (first.leases.held(&lease), second.leases.held(&lease));
            assert!(both.0.is_some() != both.1.is_some(), "{lease} has one holder");
        }

        // What is written under a lease is written.
        let lease = (0..PARTS).map(leases::of_part).find(|l| first.leases.held(l).is_some());
        let hold = first.leases.held(&lease.unwrap()).unwrap();
        leases::under(hold.clone(), first.act(declare(&first))).await.unwrap();
        assert_eq!(entries(&first).await, 1);

        // The first stands still in the midst of its work: the second follows it, the work is its own then.
        let mut waited = Duration::ZERO;
        while second.leases.count().0 < all {
            tokio::time::sleep(Duration::from_millis(500)).await;
            waited += Duration::from_millis(500);
            assert!(waited < STANDSTILL * 3, "nobody follows: {:?}", holders(&second).await);
            beat(&second).await;
        }
        assert!(waited >= STANDSTILL - Duration::from_secs(1), "taken after {waited:?} already");
        let late = leases::under(hold.clone(), first.act(declare(&first))).await.unwrap_err();
        assert_eq!(late.kind, Kind::Unavailable, "{late}");
        assert_eq!(entries(&first).await, 1, "not even an entry of the audit chain");
        assert!(!hold.goes_on());

        // It comes to itself, sees what happened, and gets its share again.
        drop(hold);
        for _ in 0..3 {
            beat(&first).await;
            beat(&second).await;
        }
        beat(&first).await;
        assert!(holders(&first).await[&first.holder] >= PARTS as i64 / 2);

        // A stop gives everything back at once.
        leases::finish(&second).await.unwrap();
        beat(&first).await;
        assert_eq!(first.leases.count().0, all);
        beat(&second).await;
        assert_eq!(second.leases.count().0, 0, "who stops takes nothing more");
    }
}

async fn unsealed(house: &House) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM platform_audit WHERE position IS NULL";
    house.db.point(sql.into(), values![]).await.unwrap()[0].get("n").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_sealing_over_seals_at_once() {
    for place in TestHouse::each(&capabilities, &all_packs()).await {
        let first = place.another(capabilities(), all_packs()).await;
        let second = place.another(capabilities(), all_packs()).await;
        assert!(leases::beat(&first, Roles::ALL, "test").await.unwrap(), "alone, all is settled");
        let seal = async |house: &House| {
            let hold = house.leases.held(leases::SEAL).expect("sealing is this one's");
            leases::under(hold, sealer::seal_all(house)).await.unwrap();
        };
        first.act(declare(&first)).await.unwrap();
        seal(&first).await;
        assert_eq!(unsealed(&first).await, 0);

        // The clock of this test stands, and with it the term of the first one at the head of the chain.
        assert!(!leases::beat(&second, Roles::ALL, "test").await.unwrap(), "its share is to come");
        leases::finish(&first).await.unwrap();
        beat(&second).await;
        second.act(declare(&second)).await.unwrap();
        assert!(unsealed(&second).await > 0);
        seal(&second).await;
        assert_eq!(unsealed(&second).await, 0, "it did not wait");
    }
}
