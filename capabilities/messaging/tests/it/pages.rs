//! The pages in a browser without scripts.

use minshu_runtime::testing::{Browser, Seen};

use crate::world::{HOLDER, world};

fn shows(seen: &Seen, status: u16, texts: &[&str]) {
    assert_eq!(seen.status.as_u16(), status, "{} {:?}", seen.text, seen.location);
    for text in texts {
        assert!(seen.text.contains(text), "{text} is not on the page: {}", seen.text);
    }
    assert!(!seen.text.contains("[messaging-"), "{}", seen.text);
}

fn link(seen: &Seen, beginning: &str) -> String {
    let after = seen.text.split(&format!("href=\"{beginning}")).nth(1).expect(beginning);
    format!("{beginning}{}", after.split('"').next().unwrap())
}

#[tokio::test]
async fn a_message_is_opened_and_leads_on() {
    let world = world().await;
    let resident = world.house.resident();
    let mut browser = world.browser(&resident);
    shows(&world.house.get(&mut browser, "/inbox").await, 200, &["还没有消息"]);
    world.tell(&resident, "A-1").await;
    let inbox = world.house.get(&mut browser, "/inbox").await;
    shows(
        &inbox,
        200,
        &[
            "有 1 条没读",
            "今天，2026年3月5日（周四）",
            "食品&#60;许可&#62;办好了，编号 A-1",
            "未读",
        ],
    );
    assert!(inbox.text.contains("href=\"/inbox\" aria-current=\"page\""), "{}", inbox.text);
    let home = world.house.get(&mut browser, "/home").await;
    shows(&home, 200, &["食品&#60;许可&#62;办好了，编号 A-1", "未读消息"]);
    let address = link(&inbox, "/inbox/");
    let message = world.house.get(&mut browser, &address).await;
    let holder = format!("<p>{HOLDER}的食品&#60;许可&#62;已经办好。</p>");
    shows(&message, 200, &[&holder, "<p>请在 2026年3月14日", "办成了", "看详情"]);
    assert!(link(&message, "/files/").ends_with("?from=inbox"));
    let inbox = world.house.get(&mut browser, "/inbox").await;
    shows(&inbox, 200, &["都读过了", "已读"]);
    assert!(!inbox.text.contains("read-all"), "{}", inbox.text);
    let unread = world.house.get(&mut browser, "/inbox?unread=1").await;
    shows(&unread, 200, &["没有未读的消息"]);
    let home = world.house.get(&mut browser, "/home").await;
    assert!(!home.text.contains("编号 A-1"), "{}", home.text);
}

#[tokio::test]
async fn everything_is_marked_with_one_button() {
    let world = world().await;
    let resident = world.house.resident();
    let mut browser = world.browser(&resident);
    for number in ["A-1", "A-2", "A-3"] {
        world.tell(&resident, number).await;
        world.house.clock.advance(1_000);
    }
    let inbox = world.house.get(&mut browser, "/inbox").await;
    shows(&inbox, 200, &["有 3 条没读", "全部标为已读"]);
    // The latest is read: within the day it goes behind those that are not.
    let latest = link(&inbox, "/inbox/");
    world.house.get(&mut browser, &latest).await;
    let inbox = world.house.get(&mut browser, "/inbox").await;
    let place = |number: &str| inbox.text.find(&format!("编号 {number}")).unwrap();
    assert!(place("A-2") < place("A-1") && place("A-1") < place("A-3"), "{}", inbox.text);
    let done = world.house.post(&mut browser, "/inbox/read-all", &[("_key", "one")]).await;
    assert_eq!((done.status.as_u16(), done.location.as_deref()), (303, Some("/inbox")));
    let inbox = world.house.get(&mut browser, "/inbox").await;
    shows(&inbox, 200, &["已经全部标为已读", "都读过了"]);
}

#[tokio::test]
async fn long_inboxes_have_pages() {
    let world = world().await;
    let resident = world.house.resident();
    let mut browser = world.browser(&resident);
    for number in 0..25 {
        world.close(world.file_of(&resident, &format!("N-{number}")), 1).await;
    }
    world.house.settle().await;
    let first = world.house.get(&mut browser, "/inbox?unread=1").await;
    shows(&first, 200, &["有 25 条没读", "下一页"]);
    let next = link(&first, "/inbox?unread=1&#38;after=").replace("&#38;", "&");
    let second = world.house.get(&mut browser, &next).await;
    shows(&second, 200, &["第一页"]);
    assert_eq!(first.text.matches("编号 N-").count(), 20);
    assert_eq!(second.text.matches("编号 N-").count(), 5);
    // Elsewhere they are one line, and a number beside the navigation.
    let home = world.house.get(&mut browser, "/home").await;
    shows(
        &home,
        200,
        &["25 条消息没读", "最新一条：", "<span class=\"count\" aria-hidden=\"true\">25</span>"],
    );
    assert_eq!(home.text.matches("编号 N-").count(), 1);
}

#[tokio::test]
async fn strangers_are_asked_to_sign_in_and_others_see_nothing() {
    let world = world().await;
    let resident = world.house.resident();
    world.tell(&resident, "A-1").await;
    let mut own = world.browser(&resident);
    let address = link(&world.house.get(&mut own, "/inbox").await, "/inbox/");
    let mut nobody = Browser::default();
    for path in ["/inbox", &address] {
        let seen = world.house.get(&mut nobody, path).await;
        assert!(seen.location.is_some_and(|to| to.starts_with("/sign-in?to=")), "{path}");
    }
    let mut other = world.browser(&world.house.resident());
    let seen = world.house.get(&mut other, &address).await;
    assert_eq!(seen.status.as_u16(), 404);
    assert!(!seen.text.contains(HOLDER) && !seen.text.contains("A-1"), "{}", seen.text);
    for path in ["/inbox/nothing", "/inbox/01928f5e-7b1a-7c3d-8e4f-0123456789ab"] {
        assert_eq!(world.house.get(&mut own, path).await.status.as_u16(), 404, "{path}");
    }
    // Whoever was looking has left no trace: it is still unread.
    assert_eq!(world.unread(&resident).await, 1);
    let seen = world.house.get(&mut own, "/inbox?after=x.%00&unread=").await;
    shows(&seen, 200, &["编号 A-1"]);
}
