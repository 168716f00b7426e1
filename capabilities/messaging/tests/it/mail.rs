//! Mail addresses are proved, messages go there as their reader chose, and what comes back marks the address.

use minshu_kernel::access::Principal;
use minshu_kernel::carrier::{CarrierError, Parcel};
use minshu_kernel::courier::Channel;
use minshu_runtime::packs::PackSources;
use minshu_runtime::testing::Browser;
use serde_json::{Value as Json, json};

use crate::world::{TEMPLATES, World, packs_of, world, world_with, worlds};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const MAIL: &str = "lin.biaoji@example.com";

/// The templates of the tests as messages of a kind, told by short message too.
fn of_kind(kind: &str) -> PackSources {
    let sms = "sms = { zh = \"{item}好了。\", en = \"{item} is done.\" }\n";
    let templates = TEMPLATES.replacen("link   =", &format!("{sms}kind = \"{kind}\"\nlink   ="), 1);
    packs_of("\"closed\"", &templates)
}

impl World {
    /// Mails that were taken over.
    fn mails(&self) -> Vec<Parcel> {
        let taken = self.house.carriers.take();
        taken.into_iter().filter(|parcel| parcel.channel == Channel::Email).collect()
    }

    async fn claim(&self, who: &Principal, mail: &str) -> String {
        self.house.act(who, "messaging.claim_mail", json!({ "mail": mail })).await.unwrap();
        self.house.settle().await;
        let mail = self.mails().pop().expect("a code is sent");
        let digits = |c: char| !c.is_ascii_digit();
        mail.text.split(digits).find(|word| word.len() == 6).expect("six digits").to_owned()
    }

    async fn prove(&self, who: &Principal, code: &str) -> Result<Json, &'static str> {
        let input = json!({ "code": code });
        let done = self.house.act(who, "messaging.prove_mail", input).await;
        done.map_err(|failure| failure.code)
    }

    /// With a proved address.
    async fn with_mail(&self, who: &Principal, mail: &str) {
        let code = self.claim(who, mail).await;
        self.prove(who, &code).await.unwrap();
        self.house.settle().await;
    }

    async fn own(&self, who: &Principal) -> Json {
        self.asked(who, "messaging.preferences", json!({})).await
    }

    async fn choose(&self, who: &Principal, sms: &[&str], email: &[&str]) {
        let input = json!({ "sms": sms, "email": email, "quiet_from": 1320, "quiet_until": 420 });
        self.house.act(who, "messaging.set_preferences", input).await.unwrap();
    }
}

#[tokio::test]
async fn an_address_counts_once_its_code_came_back_and_a_change_is_told_to_the_old_one() {
    for world in worlds().await {
        let who = world.house.resident();
        let code = world.claim(&who, MAIL).await;
        let view = world.own(&who).await;
        assert_eq!(
            (&view["mail"], &view["claim"]["mail"]),
            (&json!(null), &json!("l***@example.com"))
        );
        // Until then nothing else goes there.
        world.tell(&who, "1").await;
        assert!(world.mails().is_empty());
        assert_eq!(world.prove(&who, "x").await, Err("messaging.wrong_code"));
        let spaced = format!(" {} {}", &code[..3], &code[3..]);
        world.prove(&who, &spaced).await.unwrap();
        // A code holds once.
        assert_eq!(world.prove(&who, &code).await, Err("messaging.code_over"));
        world.tell(&who, "2").await;
        let mail = world.mails().remove(0);
        assert_eq!(mail.to, MAIL);
        assert!(mail.subject.contains("编号 2") && mail.link.unwrap().starts_with("/inbox/"));
        world.house.clock.advance(MINUTE);
        world.with_mail(&who, "other@example.com").await;
        let told = world.mails();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].to, MAIL);
        assert!(told[0].text.contains("o***@example.com"), "{}", told[0].text);
        world.tell(&who, "3").await;
        assert_eq!(world.mails().remove(0).to, "other@example.com");
        world.house.act(&who, "messaging.remove_mail", json!({})).await.unwrap();
        world.tell(&who, "4").await;
        let last = world.mails();
        assert_eq!(last.len(), 1);
        assert!(last[0].to == "other@example.com" && last[0].text.contains("不再用这个邮箱"));
        // Neither address nor code rests in clear.
        for table in ["messaging_address", "messaging_address_claim"] {
            let rows = world.scan(&format!("SELECT id, mail FROM {table}")).await;
            for row in rows {
                let sealed: Vec<u8> = row.get("mail").unwrap();
                assert!(!sealed.windows(7).any(|part| part == b"example"));
            }
        }
    }
}

#[tokio::test]
async fn codes_cannot_be_guessed_and_cannot_be_made_a_nuisance_of() {
    let world = world().await;
    let who = world.house.resident();
    let code = world.claim(&who, MAIL).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(world.prove(&who, wrong).await, Err("messaging.wrong_code"));
    }
    assert_eq!(world.prove(&who, &code).await, Err("messaging.code_over"));
    let again = world.house.act(&who, "messaging.claim_mail", json!({ "mail": MAIL })).await;
    let again = again.unwrap_err();
    assert_eq!((again.code, again.retry_after_ms), ("messaging.soon_again", Some(60_000)));
    for _ in 0..5 {
        world.house.clock.advance(MINUTE);
        world.claim(&who, MAIL).await;
    }
    world.house.clock.advance(MINUTE);
    let many = world.house.act(&who, "messaging.claim_mail", json!({ "mail": MAIL })).await;
    assert_eq!(many.unwrap_err().code, "messaging.many_codes");
    world.house.clock.advance(24 * HOUR);
    let code = world.claim(&who, MAIL).await;
    world.house.clock.advance(10 * MINUTE);
    assert_eq!(world.prove(&who, &code).await, Err("messaging.code_over"));
    // Nobody proves by somebody else's code.
    world.house.clock.advance(MINUTE);
    let code = world.claim(&who, MAIL).await;
    let other = world.house.resident();
    assert_eq!(world.prove(&other, &code).await, Err("messaging.code_over"));
    world.claim(&other, "other@example.com").await;
    assert_eq!(world.prove(&other, &code).await, Err("messaging.wrong_code"));
    for wrong in ["", "nobody", "a@b", "a@b.cn\r\nBcc: c@d.cn"] {
        let input = json!({ "mail": wrong });
        let refused = world.house.act(&who, "messaging.claim_mail", input).await.unwrap_err();
        assert_eq!(refused.code, "messaging.bad_address", "{wrong}");
    }
}

#[tokio::test]
async fn kinds_are_told_as_chosen_and_what_the_law_demands_always() {
    for (kind, chosen, told) in [
        ("progress", true, 2),
        ("progress", false, 0),
        ("news", false, 0),
        ("news", true, 2),
        ("legal", false, 2),
    ] {
        let world = world_with(of_kind(kind)).await;
        let who = world.house.resident();
        world.with_mail(&who, MAIL).await;
        world.house.carriers.take();
        let list: &[&str] = if chosen { &[kind] } else { &[] };
        world.choose(&who, list, list).await;
        world.tell(&who, "1").await;
        let taken = world.house.carriers.take();
        assert_eq!(taken.len(), told, "{kind} {chosen}");
        // Only what can be switched off says where.
        let mail = taken.iter().find(|parcel| parcel.channel == Channel::Email);
        assert_eq!(mail.and_then(|mail| mail.stop.as_ref()).is_some(), told > 0 && kind != "legal");
        let view = world.own(&who).await;
        assert_eq!(
            view["kinds"][0],
            json!({ "kind": "legal", "bound": true, "sms": true, "email": true })
        );
        assert_eq!(world.inbox(&who).await.len(), 1);
    }
}

#[tokio::test]
async fn news_stays_in_the_inbox_where_nobody_asked_for_more() {
    let world = world_with(of_kind("news")).await;
    let who = world.house.resident();
    world.with_mail(&who, MAIL).await;
    world.house.carriers.take();
    world.tell(&who, "1").await;
    assert!(world.house.carriers.take().is_empty());
}

#[tokio::test]
async fn quiet_hours_and_the_language_are_ones_own() {
    let world = world_with(of_kind("act")).await;
    let who = world.house.resident();
    let input = json!({ "sms": ["act"], "email": [], "quiet_from": 480, "quiet_until": 720, "english": true });
    world.house.act(&who, "messaging.set_preferences", input).await.unwrap();
    world.tell(&who, "1").await;
    assert!(world.house.carriers.take().is_empty());
    world.house.clock.advance(3 * HOUR);
    world.house.settle().await;
    let taken = world.house.carriers.take();
    assert_eq!(taken.len(), 1);
    assert!(taken[0].text.contains("is done"), "{}", taken[0].text);
    let late = json!({ "sms": [], "email": [], "quiet_from": 1440, "quiet_until": 0 });
    let refused = world.house.act(&who, "messaging.set_preferences", late).await.unwrap_err();
    assert_eq!(refused.fields[0].pointer, "/quiet_from");
}

#[tokio::test]
async fn a_mail_can_be_stopped_with_one_click_by_whoever_holds_it_and_by_nobody_else() {
    let world = world_with(of_kind("progress")).await;
    let who = world.house.resident();
    world.with_mail(&who, MAIL).await;
    world.house.carriers.take();
    world.tell(&who, "1").await;
    let stop = world.mails().remove(0).stop.unwrap();
    let mut nobody = Browser::default();
    // Looking changes nothing: programs open addresses in mails.
    let seen = world.house.get(&mut nobody, &stop).await;
    assert!(seen.status.as_u16() == 200 && seen.text.contains("办件进展"), "{}", seen.text);
    world.tell(&who, "2").await;
    assert_eq!(world.mails().len(), 1);
    for wrong in [
        stop.replace(".progress.", ".act."),
        stop.replace(".progress.", ".legal."),
        stop[..stop.len() - 1].to_owned(),
        format!("{stop}0"),
        "/mail/stop/x".to_owned(),
    ] {
        let seen =
            world.house.post(&mut nobody, &wrong, &[("List-Unsubscribe", "One-Click")]).await;
        assert_eq!(seen.status.as_u16(), 404, "{wrong}");
    }
    // No cookie, no token: as a mail program posts (RFC 8058, 3.2). Twice is once.
    for _ in 0..2 {
        let mut program = Browser::default();
        let click = [("List-Unsubscribe", "One-Click")];
        let seen = world.house.post(&mut program, &stop, &click).await;
        assert_eq!(seen.status.as_u16(), 200, "{}", seen.text);
    }
    world.tell(&who, "3").await;
    assert!(world.mails().is_empty());
    let kinds = world.own(&who).await["kinds"].clone();
    let progress = kinds.as_array().unwrap().iter().find(|kind| kind["kind"] == "progress");
    assert_eq!(
        progress.unwrap(),
        &json!({ "kind": "progress", "bound": false, "sms": true, "email": false })
    );
}

#[tokio::test]
async fn an_address_that_takes_nothing_is_marked_and_its_owner_sees_it() {
    let world = world_with(of_kind("progress")).await;
    let who = world.house.resident();
    world.with_mail(&who, MAIL).await;
    world.house.carriers.take();
    let nobody = CarrierError::NoAddress("the mail server answered 550".to_owned());
    world.house.carriers.answer(Channel::Email, Some(nobody));
    world.tell(&who, "1").await;
    let view = world.own(&who).await;
    assert!(view["mail"]["bad_ms"].is_i64(), "{view}");
    let page = world.house.get(&mut world.browser(&who), "/me/messages").await;
    assert!(page.text.contains("没有这个信箱"), "{}", page.text);
    let inbox = world.house.get(&mut world.browser(&who), "/inbox").await;
    assert!(inbox.text.contains("收不到邮件"), "{}", inbox.text);
    // Nothing more is tried there, and the short message went out.
    world.house.carriers.answer(Channel::Email, None);
    assert_eq!(world.house.carriers.take().len(), 1);
    world.tell(&who, "2").await;
    assert!(world.mails().is_empty());
    // Proved again, it is good again.
    world.house.clock.advance(MINUTE);
    world.with_mail(&who, MAIL).await;
    world.tell(&who, "3").await;
    assert_eq!(world.mails().len(), 1);
    // One mail that is refused says nothing of the address.
    let refused = CarrierError::Refused("the mail server answered 552".to_owned());
    world.house.carriers.answer(Channel::Email, Some(refused));
    world.tell(&who, "4").await;
    assert_eq!(world.own(&who).await["mail"]["bad_ms"], json!(null));
}

#[tokio::test]
async fn the_page_says_what_cannot_be_switched_off_and_keeps_what_is_chosen() {
    let world = world().await;
    let who = world.house.resident();
    let mut browser = world.browser(&who);
    let page = world.house.get(&mut browser, "/me/messages").await;
    assert_eq!(page.status.as_u16(), 200);
    for text in ["法定告知", "不能关", "安静时段", "22:00", "还没有邮箱"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    assert!(!page.text.contains("[messaging-") && !page.text.contains("value=\"legal\""));
    let form = [
        ("sms", "act"),
        ("sms", "legal"),
        ("sms", "nonsense"),
        ("quiet", "yes"),
        ("quiet_from", "23:30"),
        ("quiet_until", "06:15"),
        ("language", "en"),
    ];
    let done = world.house.post(&mut browser, "/me/messages", &form).await;
    assert_eq!((done.status.as_u16(), done.location.as_deref()), (303, Some("/me/messages")));
    let view = world.own(&who).await;
    assert_eq!(
        (&view["quiet_from"], &view["quiet_until"], &view["english"]),
        (&json!(1410), &json!(375), &json!(true))
    );
    let form = [("quiet", "yes"), ("quiet_from", "25:00"), ("quiet_until", "06:15")];
    let wrong = world.house.post(&mut browser, "/me/messages", &form).await;
    assert!(wrong.status.as_u16() == 422 && wrong.text.contains("请选一个时刻"), "{}", wrong.text);
    let wrong = world.house.post(&mut browser, "/me/messages/mail", &[("mail", "<b>")]).await;
    assert!(
        wrong.status.as_u16() == 422 && wrong.text.contains("请填一个邮箱地址"),
        "{}",
        wrong.text
    );
    assert!(!wrong.text.contains("<b>"));
    let sent = world.house.post(&mut browser, "/me/messages/mail", &[("mail", MAIL)]).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.text);
    world.house.settle().await;
    let page = world.house.get(&mut browser, "/me/messages").await;
    assert!(page.text.contains("l***@example.com") && page.text.contains("one-time-code"));
    let wrong = world.house.post(&mut browser, "/me/messages/mail/prove", &[("code", "1")]).await;
    assert!(wrong.status.as_u16() == 422 && wrong.text.contains("还可以试 4 次"), "{}", wrong.text);
    let mut nobody = Browser::default();
    let seen = world.house.get(&mut nobody, "/me/messages").await;
    assert!(seen.location.is_some_and(|to| to.starts_with("/sign-in?to=")));
}
