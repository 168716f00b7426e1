//! Texts to telephones and mailboxes: written with the operation, handed over afterwards, once.

use minshu_kernel::access::{Principal, Resource};
use minshu_kernel::carrier::CarrierError;
use minshu_kernel::clock::DAY_MS;
use minshu_kernel::courier::{Channel, Dispatch};
use minshu_kernel::ctx::{Call, Ctx};
use minshu_kernel::ids::RequestId;
use minshu_kernel::records::WriteSet;
use minshu_kernel::text::Lang;
use serde_json::{Value as Json, json};

use crate::world::{World, world, worlds};

const MINUTE: i64 = 60_000;

impl World {
    /// Sends a code as an operation would.
    pub(crate) async fn dispatch(&self, channel: Channel, to: &str, minutes: i64) {
        let services = self.house.house.services.clone();
        let call = Call {
            who: std::sync::Arc::new(Principal::job()),
            operation: String::new(),
            input: Json::Null,
            key: None,
            cause: None,
            request: RequestId::fresh(&*services.ids),
            lang: Lang::Zh,
            peer: None,
        };
        let ctx = Ctx::new(services.clone(), &call, "messaging.send");
        let _ = ctx.authorize(&Resource::platform());
        let writes = services
            .courier
            .dispatch(
                &ctx,
                Dispatch {
                    channel,
                    to: to.to_owned(),
                    text: "messaging-try",
                    values: vec![("at", "1\n2\u{202e}3".to_owned())],
                    expires: ctx.now.plus_ms(minutes * MINUTE),
                },
            )
            .unwrap();
        services.records.apply(WriteSet { statements: writes.writes }).await.unwrap();
    }

    async fn states(&self) -> Vec<String> {
        let rows =
            self.scan("SELECT state, reason, sealed FROM messaging_delivery ORDER BY id").await;
        rows.iter()
            .map(|row| {
                let kept = row.get::<Option<Vec<u8>>>("sealed").unwrap().is_some();
                let (state, reason): (String, String) =
                    (row.get("state").unwrap(), row.get("reason").unwrap());
                format!("{state} {reason}{}", if kept { " kept" } else { "" })
            })
            .collect()
    }
}

fn down() -> Option<CarrierError> {
    Some(CarrierError::Down { why: "no connection".to_owned(), after_ms: None })
}

#[tokio::test]
async fn a_text_goes_out_once_and_is_erased() {
    for world in worlds().await {
        world.dispatch(Channel::Sms, "13859107766", 10).await;
        world.dispatch(Channel::Email, "lin@example.com", 10).await;
        assert_eq!(world.states().await, ["queued  kept", "queued  kept"]);
        world.house.settle().await;
        let taken = world.house.carriers.take();
        assert_eq!(taken.len(), 2);
        assert!(taken.iter().all(|parcel| parcel.text.contains("1 23")), "{taken:?}");
        let mail = taken.iter().find(|parcel| parcel.channel == Channel::Email).unwrap();
        assert!(!mail.subject.is_empty() && mail.to == "lin@example.com");
        assert_eq!(world.states().await, ["sent ", "sent "]);
        world.house.clock.advance(DAY_MS);
        world.house.settle().await;
        assert!(world.house.carriers.take().is_empty());
    }
}

#[tokio::test]
async fn a_channel_down_for_a_day_loses_and_doubles_nothing() {
    for world in worlds().await {
        let carriers = &world.house.carriers;
        carriers.answer(Channel::Sms, down());
        for _ in 0..20 {
            world.dispatch(Channel::Sms, "13859107766", 3 * 24 * 60).await;
        }
        for _ in 0..(24 * 6) {
            world.house.settle().await;
            world.house.clock.advance(10 * MINUTE);
        }
        // The other channel does not wait for it.
        world.dispatch(Channel::Email, "lin@example.com", 10).await;
        world.house.settle().await;
        assert_eq!(carriers.take().len(), 1);
        carriers.answer(Channel::Sms, None);
        for _ in 0..3 {
            world.house.clock.advance(11 * MINUTE);
            world.house.settle().await;
        }
        let mut ids: Vec<String> = carriers.take().into_iter().map(|parcel| parcel.id).collect();
        assert_eq!(ids.len(), 20);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 20);
        assert!(world.states().await.iter().all(|state| state == "sent "));
    }
}

#[tokio::test]
async fn a_code_is_not_sent_after_its_time() {
    let world = world().await;
    world.house.carriers.answer(Channel::Sms, down());
    world.dispatch(Channel::Sms, "13859107766", 10).await;
    world.house.settle().await;
    world.house.clock.advance(10 * MINUTE);
    world.house.carriers.answer(Channel::Sms, None);
    world.house.settle().await;
    assert!(world.house.carriers.take().is_empty());
    assert_eq!(world.states().await, ["failed expired"]);
}

#[tokio::test]
async fn one_that_is_refused_for_good_does_not_hold_up_the_others() {
    let world = world().await;
    world.house.carriers.answer(Channel::Sms, Some(CarrierError::Refused("no such number".into())));
    world.dispatch(Channel::Sms, "1", 10).await;
    world.house.settle().await;
    world.house.carriers.answer(Channel::Sms, None);
    world.dispatch(Channel::Sms, "13859107766", 10).await;
    world.house.settle().await;
    assert_eq!(world.house.carriers.take().len(), 1);
    assert_eq!(world.states().await, ["failed no such number", "sent "]);
}

#[tokio::test]
async fn a_report_holds_once_and_whoever_is_no_system_reports_nothing() {
    let world = world().await;
    world.dispatch(Channel::Sms, "13859107766", 10).await;
    world.house.settle().await;
    let id = world.house.carriers.take().remove(0).id;
    let report = |delivered| json!({ "id": id, "delivered": delivered, "reason": "off\u{202e}\n" });
    let job = Principal::job();
    let noted = world.house.act(&job, "messaging.note_report", report(true)).await.unwrap();
    assert_eq!(noted["state"], "delivered");
    let again = world.house.act(&job, "messaging.note_report", report(false)).await.unwrap();
    assert_eq!(again["state"], "delivered");
    let resident = world.house.resident();
    assert!(world.house.act(&resident, "messaging.note_report", report(true)).await.is_err());
    let browser = &mut world.browser(&resident);
    let seen = world.house.post(browser, "/reports/sms", &[]).await;
    assert_eq!(seen.status.as_u16(), 404);
}

#[tokio::test]
async fn without_a_channel_an_operation_is_told_so() {
    let world = world().await;
    world.house.carriers.remove_all();
    let services = &world.house.house.services;
    let call = Call {
        who: std::sync::Arc::new(Principal::job()),
        operation: String::new(),
        input: Json::Null,
        key: None,
        cause: None,
        request: RequestId::fresh(&*services.ids),
        lang: Lang::Zh,
        peer: None,
    };
    let ctx = Ctx::new(services.clone(), &call, "messaging.send");
    assert!(!services.courier.offers(&ctx, Channel::Sms));
    let dispatch = Dispatch {
        channel: Channel::Sms,
        to: "1".to_owned(),
        text: "messaging-try",
        values: Vec::new(),
        expires: ctx.now,
    };
    let refused = services.courier.dispatch(&ctx, dispatch).unwrap_err();
    assert_eq!(refused.code, "messaging.not_offered");
}
