//! The pages over HTTP, in a house with a sample capability: what each shows, to whom, and what its forms do.

use std::sync::Arc;

use minshu_kernel::access::{Actor, Authenticator, Grant, PlatformRole, Principal};
use minshu_kernel::capability::{
    Capability, Contract, DocumentEntry, MineEntry, PanelEntry, TaskEntry,
};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Services;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId, PostId};
use minshu_kernel::records::{Records as _, Statement, WriteSet};
use minshu_kernel::text::LocalText;
use minshu_kernel::web::Markup;
use minshu_kernel::{BoxFuture, values};

use crate::packs::apply::{Operator, apply};
use crate::store;
use crate::testing::{Browser, TestHouse, head, pack};

struct Sample;

struct Sessions(Services);

impl Authenticator for Sessions {
    fn principal<'a>(
        &'a self,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<Principal>>, Failure>> {
        self.answer(token)
    }

    fn holder<'a>(
        &'a self,
        _: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Principal>>, Failure>> {
        self.answer("operator")
    }
}

impl Sessions {
    fn answer(&self, token: &str) -> BoxFuture<'static, Result<Option<Arc<Principal>>, Failure>> {
        let ids = &*self.0.ids;
        let grant = Grant {
            role: "platform.operator".into(),
            post: PostId::fresh(ids),
            organisation: OrganisationId::fresh(ids),
            division: "350000".parse().unwrap(),
            until: None,
            instead_of: None,
        };
        let person = Principal {
            actor: Actor::Account(AccountId::fresh(ids)),
            person: Some(PersonId::fresh(ids)),
            proved: true,
            name: "林晓燕".into(),
            ..Principal::anonymous()
        };
        let who = match token {
            "operator" => Some(Principal { grants: vec![grant], ..person }),
            "resident" => Some(person),
            _ => None,
        };
        Box::pin(async move { Ok(who.map(Arc::new)) })
    }
}

impl Capability for Sample {
    fn name(&self) -> &'static str {
        "casework"
    }

    fn describe(&self, contract: &mut Contract) {
        contract.platform_roles.push(PlatformRole {
            id: "platform.operator",
            name: ("运维", "Operator"),
            may: &["platform.operate", "platform.integrate"],
        });
        contract.panels.push(PanelEntry {
            name: "casework.items",
            render: Arc::new(|_, pack| {
                Box::pin(async move { Ok(Some(Markup(format!("<p>panel of {pack}</p>")))) })
            }),
        });
        contract.panels.push(PanelEntry {
            name: "casework.broken",
            render: Arc::new(|_, _| Box::pin(async { Err(Failure::missing()) })),
        });
        contract.mine.push(Arc::new(|visit, ()| {
            Box::pin(async move {
                let entry = |tone, title: &str| MineEntry {
                    title: title.to_owned(),
                    about: String::new(),
                    state: "办".into(),
                    tone,
                    href: "/cases/1".into(),
                    at: visit.services.clock.now(),
                };
                Ok(vec![entry("wait", "等别人的事"), entry("act", "等自己的事")])
            })
        }));
        contract.tasks.push(Arc::new(|_, ()| {
            Box::pin(async {
                Err::<Vec<TaskEntry>, _>(Failure::new(Kind::Unavailable, "kernel.busy"))
            })
        }));
        contract.documents.push(Arc::new(|_, _| {
            Box::pin(async {
                Ok(vec![DocumentEntry {
                    id: "casework.item:a".into(),
                    title: LocalText::new("食品经营许可证核发", "Food business licence"),
                    text: LocalText::new("不收费。", "Free."),
                    href: "/items/a".into(),
                    at: Timestamp(0),
                }])
            })
        }));
    }

    fn authenticator(&self, services: &Services) -> Option<Arc<dyn Authenticator>> {
        Some(Arc::new(Sessions(services.clone())))
    }
}

async fn house() -> TestHouse {
    let text = head("test", "");
    let packs = pack(
        "06-public-services/test",
        &[("pack.toml", &text), ("scenario.feature", "功能: 试<b>")],
    );
    TestHouse::sqlite(vec![Arc::new(Sample)], packs).await
}

/// The browser of a session; its form token is read from a first page.
async fn browser(house: &TestHouse, session: &str) -> Browser {
    let mut browser = Browser::with_session(session);
    assert_eq!(house.get(&mut browser, "/").await.status, 200);
    browser
}

#[tokio::test]
async fn everybody_sees_front_chapters_systems_search_and_calendar() {
    let house = house().await;
    let mut visitor = Browser::default();
    for (path, wanted) in [
        ("/", "食品经营许可证核发"),
        ("/chapters/06-public-services", "第六章"),
        ("/systems", "1 个系统"),
        ("/systems?q=nothing", "没有符合的系统"),
        ("/systems?state=planned&chapter=06-public-services", "/systems/test"),
        ("/systems/test", "panel of test"),
        ("/systems/test/scenario", "功能: 试&#60;b&#62;"),
        ("/search?q=食品", "/items/a"),
        ("/search?q=试", "/systems/test"),
        ("/search?q=zzz", "没有找到"),
        ("/search", "输入事项"),
        ("/calendar", "2026年工作日历"),
        ("/calendar?year=2031", "还没有收进来"),
        ("/robots.txt", "Disallow: /api/"),
        ("/api/platform/build", "\"build\":\"test\""),
        ("/api/platform/standings", "\"state\":\"planned\""),
    ] {
        let path = crate::http::session::encode_path(path);
        let seen = house.get(&mut visitor, &path).await;
        assert_eq!(seen.status, 200, "{path}");
        assert!(seen.text.contains(wanted), "{path}: {}", seen.text);
        assert!(!seen.text.contains("[platform-"), "{path}");
    }
    for path in
        ["/chapters/x", "/systems/x", "/systems/x/scenario", "/calendar?year=1", "/calendar?year=x"]
    {
        assert_eq!(house.get(&mut visitor, path).await.status, 404, "{path}");
    }
    assert!(house.get(&mut visitor, "/favicon.ico").await.location.unwrap().contains("favicon"));
}

#[tokio::test]
async fn what_is_of_operators_is_refused_to_others() {
    let house = house().await;
    let mut visitor = Browser::default();
    for path in ["/home", "/audit", "/operations/flows", "/operations/packs"] {
        let seen = house.get(&mut visitor, path).await;
        assert_eq!(
            seen.location.as_deref(),
            Some(&*format!("/sign-in?to=%2F{}", path[1..].replace('/', "%2F")))
        );
    }
    let mut resident = browser(&house, "resident").await;
    for path in ["/audit", "/operations/flows", "/operations/packs"] {
        assert_eq!(house.get(&mut resident, path).await.status, 403, "{path}");
    }
    for path in ["/audit/verify", "/operations/flows/x", "/calendar"] {
        let seen = house.post(&mut resident, path, &[("do", "replay")]).await;
        assert_eq!(seen.status, 403, "{path}");
    }
    assert!(!house.get(&mut resident, "/calendar").await.text.contains("reason_zh"));
}

#[tokio::test]
async fn the_rule_of_a_refusal_is_told_to_those_who_may_know_it() {
    let house = house().await;
    for (token, told) in [("operator", true), ("resident", false)] {
        let request = http::Request::post("/api/platform/sweep")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(axum::body::Body::from("{}"))
            .unwrap();
        let seen = house.send(&mut Browser::default(), request).await;
        assert_eq!(seen.status, 403, "{}", seen.text);
        let problem: serde_json::Value = serde_json::from_str(&seen.text).unwrap();
        assert_eq!(problem.get("rule").is_some(), told, "{problem}");
    }
}

#[tokio::test]
async fn home_puts_on_top_what_waits_for_oneself_and_says_what_is_missing() {
    let house = house().await;
    let mut resident = browser(&house, "resident").await;
    let seen = house.get(&mut resident, "/home").await;
    assert!(seen.text.contains("林晓燕，上午好"));
    let next = seen.text.find("等自己的事").unwrap();
    assert!(next < seen.text.find("等别人的事").unwrap());
    assert!(seen.text.contains("暂时取不到"));
    assert!(house.get(&mut resident, "/").await.text.contains("等自己的事"));
}

#[tokio::test]
async fn a_declared_day_is_in_force_and_in_the_chain() {
    let house = house().await;
    let mut operator = browser(&house, "operator").await;
    let form =
        [("date", "2026-07-17"), ("working", "no"), ("reason_zh", ""), ("reason_en", "Typhoon")];
    let seen = house.post(&mut operator, "/calendar", &form).await;
    assert_eq!(seen.status, 422);
    assert!(
        seen.text.contains("value=\"Typhoon\"") && seen.text.contains("id=\"reason-zh-error\"")
    );
    let bad = [("date", "17 July"), ("reason_zh", "台风"), ("reason_en", "Typhoon")];
    assert_eq!(house.post(&mut operator, "/calendar", &bad).await.status, 422);
    let form = [
        ("date", "2026-07-17"),
        ("working", "no"),
        ("reason_zh", "台风停工"),
        ("reason_en", "Typhoon"),
    ];
    let seen = house.post(&mut operator, "/calendar", &form).await;
    assert_eq!(seen.location.as_deref(), Some("/calendar?year=2026"));
    let seen = house.get(&mut operator, "/calendar?year=2026").await;
    assert!(seen.text.contains("台风停工"));
    house.settle().await;
    let seen = house.get(&mut operator, "/audit").await;
    assert!(seen.text.contains("platform.declare_day"), "{}", seen.text);
    let seen = house.get(&mut operator, "/audit?kind=platform.calendar_day&id=2026-07-17").await;
    assert!(seen.text.contains("platform.declare_day"));
    assert!(house.get(&mut operator, "/audit?kind=x").await.text.contains("种类和编号都要填"));
    let seen = verified(&house, &mut operator).await;
    assert!(seen.contains("链是完整的"), "{seen}");
    let change =
        "UPDATE platform_audit SET operation = 'x' WHERE operation = 'platform.declare_day'";
    let statements = vec![Statement::any(change, values![])];
    house.house.db.apply(WriteSet { statements }).await.unwrap();
    let seen = verified(&house, &mut operator).await;
    assert!(seen.contains("链被改过"), "{seen}");
}

/// The audit page once a verification is done.
async fn verified(house: &TestHouse, operator: &mut Browser) -> String {
    let begun = house.post(operator, "/audit/verify", &[]).await;
    assert_eq!(begun.location.as_deref(), Some("/audit"));
    loop {
        let seen = house.get(operator, "/audit").await;
        if !seen.text.contains("正在验") {
            return seen.text;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_verification_at_a_time_and_one_that_died_does_not_stand_in_the_way() {
    let house = house().await;
    let mut operator = browser(&house, "operator").await;
    house.get(&mut operator, "/audit").await;
    let now = house.house.services.clock.now().0;
    let begun = Statement::one(store::BEGIN_VERIFICATION, values!["other", 900, now, now]);
    let statements = vec![begun];
    house.house.db.apply(WriteSet { statements }).await.unwrap();
    let seen = house.get(&mut operator, "/audit").await;
    assert!(seen.text.contains("已验 0 条，一共约 900 条"), "{}", seen.text);
    assert_eq!(house.post(&mut operator, "/audit/verify", &[]).await.status, 409);
    house.clock.advance(6 * 60_000);
    assert!(verified(&house, &mut operator).await.contains("链是完整的"));
}

#[tokio::test]
async fn the_set_in_force_is_shown_with_who_put_it_there() {
    let house = house().await;
    let mut operator = browser(&house, "operator").await;
    let first = house.house.services.packs.current().hash.clone();
    let seen = house.get(&mut operator, "/operations/packs").await;
    assert!(seen.text.contains(&first) && seen.text.contains("服务启动时"), "{}", seen.text);
    let text = head("test", "").replace("试用。", "换了一句。");
    let next = pack("06-public-services/test", &[("pack.toml", &text)]);
    let by = Operator { system_user: Some(1001), at_start: false };
    let applied = apply(&house.house, next, by).await.unwrap();
    let seen = house.get(&mut operator, "/operations/packs").await;
    assert!(seen.text.contains(&applied.hash) && seen.text.contains(&first), "{}", seen.text);
    assert!(seen.text.contains("系统用户编号 1001"), "{}", seen.text);
    assert!(house.get(&mut operator, "/systems/test").await.text.contains("换了一句"));
}

#[tokio::test]
async fn dead_letters_end_in_their_order() {
    let house = house().await;
    let letter = |id: &str, position: i64| {
        let event = format!("e{position}");
        let row =
            values![id, "gone.flow", "a.b:1", event, position, "platform.flow_gone", position];
        Statement::one(store::INSERT_DEAD_LETTER, row)
    };
    let statements = vec![letter("l1", 1), letter("l2", 2)];
    house.house.db.apply(WriteSet { statements }).await.unwrap();
    let mut operator = browser(&house, "operator").await;
    let seen = house.get(&mut operator, "/operations/flows").await;
    assert!(seen.text.contains("/operations/flows/l1") && seen.text.contains("后面排着 1 个"));
    assert!(!seen.text.contains("/operations/flows/l2"));
    let again = |id: &str| format!("/operations/flows/{id}");
    let seen = house.post(&mut operator, &again("l1"), &[("do", "replay"), ("version", "1")]).await;
    assert_eq!(seen.status, 409);
    assert!(seen.text.contains("重放还是没有成功"));
    assert_eq!(house.post(&mut operator, &again("l2"), &[("do", "replay")]).await.status, 409);
    let short = [("do", "drop"), ("version", "1"), ("reason", "错")];
    let seen = house.post(&mut operator, &again("l1"), &short).await;
    assert_eq!(seen.status, 422);
    assert!(seen.text.contains("value=\"错\"") && seen.text.contains("reason-l1-error"));
    let full = [("do", "drop"), ("version", "1"), ("reason", "规则已经撤掉了")];
    let seen = house.post(&mut operator, &again("l1"), &full).await;
    assert_eq!(seen.status, 303);
    let seen = house.get(&mut operator, "/operations/flows?state=dropped").await;
    assert!(seen.text.contains("规则已经撤掉了"));
    assert_eq!(house.post(&mut operator, &again("x"), &[("do", "replay")]).await.status, 404);
    assert_eq!(house.post(&mut operator, &again("l2"), &[("do", "x")]).await.status, 400);
}
