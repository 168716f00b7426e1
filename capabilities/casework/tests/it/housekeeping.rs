//! What is of no use any more goes: files that were never attached or were taken out again, replies of old requests.
//! What is of use stays.

use minshu_kernel::clock::DAY_MS;
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::records::Records as _;
use minshu_kernel::values;
use serde_json::json;

use crate::world::{BOARDS, World, boards_form, pdf, worlds};

const HOUR_MS: i64 = 3_600_000;

async fn is_stored(world: &World, address: &str) -> bool {
    let address = ObjectAddress::parse(address).unwrap();
    world.house.house.services.objects.get(&address).await.is_ok()
}

async fn rows(world: &World, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS n FROM {table}");
    world.house.house.db.scan(sql.into(), values![]).await.unwrap()[0].get("n").unwrap()
}

#[tokio::test]
async fn files_that_nobody_uses_go_and_the_others_stay() {
    for world in worlds().await {
        let person = world.house.resident();
        let input = json!({ "item": BOARDS, "form": boards_form() });
        let draft = world.done(&person, "casework.save_draft", input).await["draft"].clone();
        let lost = world.uploaded(&person, pdf("lost")).await;
        let attach = async |name: &str| {
            let object = world.uploaded(&person, pdf(name)).await;
            let input = json!({
                "draft": draft, "material": name, "name": format!("{name}.pdf"), "object": object,
            });
            (object, world.done(&person, "casework.attach", input).await)
        };
        let (kept, _) = attach("picture").await;
        let (taken_out, attached) = attach("consent").await;

        world.house.clock.advance(24 * HOUR_MS);
        world.house.settle().await;
        assert!(is_stored(&world, &lost).await, "somebody may be attaching it just now");
        world.house.clock.advance(2 * HOUR_MS);
        // It is too old to be attached, and so it may go.
        let late = json!({ "draft": draft, "material": "plan", "name": "l.pdf", "object": lost });
        assert_eq!(world.refused(&person, "casework.attach", late).await.code, "casework.material");
        world.house.settle().await;
        assert!(!is_stored(&world, &lost).await);
        assert!(is_stored(&world, &kept).await && is_stored(&world, &taken_out).await);
        assert_eq!(rows(&world, "platform_upload").await, 2);

        let detach = json!({ "draft": draft, "file": attached["file"] });
        world.done(&person, "casework.detach", detach).await;
        world.house.settle().await;
        assert!(is_stored(&world, &taken_out).await, "it is looked at again in some days");
        world.house.clock.advance(8 * DAY_MS);
        world.house.settle().await;
        assert!(!is_stored(&world, &taken_out).await);
        assert!(is_stored(&world, &kept).await);
        assert_eq!(rows(&world, "platform_upload").await, 1);
    }
}

#[tokio::test]
async fn replies_are_kept_for_thirty_days() {
    for world in worlds().await {
        let person = world.house.resident();
        let save = async || {
            let input = json!({ "item": BOARDS, "form": boards_form() });
            let key = Some("one");
            world.house.act_once(&person, "casework.save_draft", input, key).await.unwrap()
        };
        let first = save().await;
        world.house.clock.advance(30 * DAY_MS - HOUR_MS);
        world.house.settle().await;
        assert_eq!(save().await, first);
        world.house.clock.advance(2 * HOUR_MS);
        world.house.settle().await;
        assert_ne!(save().await, first, "it is forgotten, and done anew");
        // Housekeeping keeps replies of its own rounds; they go as well.
        assert!(rows(&world, "platform_idempotency").await < 20);
    }
}
