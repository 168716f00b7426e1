//! Every page with sample data in both languages, and the texts that templates name.

use std::collections::BTreeSet;
use std::sync::Arc;

use minshu_kernel::calendar::{Calendar, NATIONAL};
use minshu_kernel::capability::{DocumentEntry, MineEntry, TaskEntry};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::{Divisions, SAMPLE};
use minshu_kernel::pack::{Clause, PackInfo, PackSet};
use minshu_kernel::text::{Lang, LocalText, Speaker, Texts};
use minshu_kernel::web::{FormState, Markup};

use super::parts::{Counts, STATES};
use super::*;
use crate::audit::verify::{Fault, Report};
use crate::http::shell::ASSETS;
use crate::platform::queries::audit_entries::AuditLine;
use crate::platform::queries::dead_letters::DeadLetter;
use crate::platform::queries::deliveries::DeliveryLine;
use crate::platform::queries::failed_jobs::FailedJob;
use crate::platform::queries::subscriptions::SubscriptionLine;
use crate::register::{CHAPTERS, Register, ScenarioResult, ScenarioResults, State, System};
use crate::standings::Standings;
use crate::subscriptions::model::{State as Standing, Why};

const ZH: &str = include_str!("../../../text/zh.ftl");
const EN: &str = include_str!("../../../text/en.ftl");

fn texts() -> Arc<Texts> {
    let own = minshu_kernel::text::TextSource { owner: "platform", zh: ZH, en: EN };
    Texts::load(&[own, minshu_kernel::TEXTS]).unwrap()
}

fn speakers() -> [Speaker; 2] {
    Lang::ALL.map(|lang| Speaker::new(texts(), lang))
}

/// Ten o'clock on Thursday, 5 March 2026.
fn now() -> Timestamp {
    Timestamp::start_of(jiff::civil::date(2026, 3, 5)).plus_ms(10 * 3_600_000)
}

fn calendar() -> Calendar {
    Calendar::from_toml(NATIONAL).unwrap()
}

fn pack(id: &str, chapter: &str, plan: &str, declares: bool) -> Arc<PackInfo> {
    let clause =
        |id: &str, zh: &str, en: &str| Clause { id: id.into(), text: LocalText::new(zh, en) };
    Arc::new(PackInfo {
        id: id.into(),
        chapter: chapter.into(),
        plan: plan.into(),
        name: LocalText::new(format!("系统 {id}"), format!("System {id}")),
        lead: LocalText::new("省办", "Provincial Office"),
        description: LocalText::new("让人少跑路。", "Saves people errands."),
        uses: vec!["casework".into(), "booking".into(), "unheard".into()],
        clauses: vec![
            clause("c1", "有编号", "it has a number"),
            clause("c2", "有时限", "it has a limit"),
        ],
        panels: Vec::new(),
        declares,
    })
}

/// One system that works, one in part, one not proved, two planned.
fn standings() -> Standings {
    let set = PackSet {
        hash: "h".into(),
        packs: vec![
            pack("start", "01-startup", "1", false),
            pack("whole", "06-public-services", "6.1", true),
            pack("part", "06-public-services", "6.1", true),
            pack("open", "06-public-services", "6.2", true),
            pack("wish", "06-public-services", "6.2", false),
        ],
        roles: Default::default(),
        sections: Default::default(),
    };
    let scenario = |system: &str, clauses: &[&str]| ScenarioResult {
        system: system.into(),
        name: "x".into(),
        clauses: clauses.iter().map(|c| (*c).to_owned()).collect(),
        passed: true,
        failure: String::new(),
    };
    let results = ScenarioResults {
        build: "b".into(),
        packs: "h".into(),
        at_ms: now().0,
        databases: vec!["sqlite".into()],
        scenarios: vec![scenario("whole", &["c1", "c2"]), scenario("part", &["c1"])],
    };
    Standings::of(&set, &Register::default(), Some(&results), "b")
}

fn documents() -> Vec<DocumentEntry> {
    let document = |id: &str, zh: &str, en: &str| DocumentEntry {
        id: id.into(),
        title: LocalText::new(zh, en),
        text: LocalText::new(
            "12 个工作日，不收费。开餐馆要办。",
            "12 working days, free. To open a restaurant.",
        ),
        href: format!("/items/{id}"),
        at: now(),
    };
    vec![
        document("casework.item:food", "食品经营许可证核发", "Food business licence"),
        document("content.notice:a", "清明节窗口安排", "Counters at Qingming"),
    ]
}

fn mine(tone: &'static str, state: &str) -> MineEntry {
    MineEntry {
        title: "食品经营许可证核发".into(),
        about: "SP350102-2026-000001 林晓燕".into(),
        state: state.into(),
        tone,
        href: "/cases/1".into(),
        at: now(),
    }
}

fn own_things() -> own::Own {
    let task = |flag, days: i64| TaskEntry {
        title: "食品经营许可证核发".into(),
        about: "SP350102-2026-000001".into(),
        href: "/work/1".into(),
        due: Some(now().plus_ms(days * 86_400_000)),
        flag,
    };
    own::Own {
        mine: vec![
            mine("act", "平面图要补，三月十一日以前交"),
            mine("wait", "审查中"),
            mine("good", "办结"),
        ],
        tasks: vec![task("red", -1), task("yellow", 1), task("none", 6)],
        partial: true,
    }
}

fn front(t: &Speaker) -> front::FrontPage {
    let own = own_things();
    let own = front::OwnView {
        tasks: own.tasks.iter().map(|e| own::TaskView::of(t, &calendar(), now(), e)).collect(),
        mine: own.mine.iter().map(|e| own::MineView::of(t, e)).collect(),
    };
    let page = front::FrontPage::of(t.clone(), &standings(), &documents(), Some(own));
    front::FrontPage { icons: "/icons.svg".into(), ..page }
}

fn system(t: &Speaker, id: &str) -> system::SystemPage {
    let standings = standings();
    let system = standings.system(id).unwrap();
    let page = system::SystemPage::of(t.clone(), system, &standings, &["casework"]);
    system::SystemPage {
        icons: "/icons.svg".into(),
        panels: vec![Markup("<section>panel</section>".into())],
        scenario: true,
        ..page
    }
}

fn systems(t: &Speaker, narrowed: &systems::Narrowed) -> systems::SystemsPage {
    let page = systems::SystemsPage::of(t.clone(), &standings(), narrowed);
    systems::SystemsPage { icons: "/icons.svg".into(), ..page }
}

fn audit(t: &Speaker, faults: Vec<Fault>) -> audit::AuditPage {
    let line = |principal: &str, outcome: &str, position| AuditLine {
        id: "0198c4f2-77ab-7c10-9d3e-5a0c1b2d3e4f".into(),
        position,
        at: now(),
        principal: principal.into(),
        operation: "casework.submit".into(),
        resource_kind: "casework.case".into(),
        resource_id: "0198c1".into(),
        outcome: outcome.into(),
        rule: if outcome == "done" { String::new() } else { "no ground".into() },
    };
    let lines = [
        line("account:0198c1", "done", Some(184_220)),
        line("flow:a.b", "refused", Some(184_219)),
        line("job", "done", Some(3)),
        line("console", "done", Some(2)),
        line("anonymous", "refused", None),
    ];
    let report = Report { entries: 184_220, blocks: 12, head: "4f2a".into(), faults, events: 7 };
    audit::AuditPage {
        icons: "/icons.svg".into(),
        csrf: "token".into(),
        kind: "casework.case".into(),
        id: String::new(),
        problem: t.say("platform-audit-half"),
        rows: lines.iter().map(|line| audit::EntryView::of(t, line)).collect(),
        count: t.say1("platform-audit-count", "n", "5"),
        earlier: "/audit?before=2".into(),
        report: Some(audit::ReportView::of(t, &report)),
        verifying: String::new(),
        t: t.clone(),
    }
}

fn letters() -> Vec<DeadLetter> {
    let letter = |id: &str, subject: &str, error: &str| DeadLetter {
        id: id.into(),
        flow: "gov.notify".into(),
        subject: subject.into(),
        event: "0198c4f2".into(),
        error: error.into(),
        state: "parked".into(),
        reason: "对象已不在".into(),
        at: now().plus_ms(-6_060_000),
        version: 1,
    };
    vec![
        letter("l1", "casework.case:1", "kernel.missing: it is gone"),
        letter("l2", "casework.case:1", "kernel.subject_parked"),
        letter("l3", "casework.case:2", "something else"),
    ]
}

fn flows(t: &Speaker, list: &str, refused: bool) -> flows::FlowsPage {
    let job = FailedJob {
        id: "flag:1".into(),
        due: now(),
        action: "casework.flag_due".into(),
        attempts: 3,
        error: "kernel.unavailable".into(),
    };
    let refused = refused.then(|| flows::Refused {
        letter: "l1".into(),
        reason: "错".into(),
        problem: t.say("platform-reason-missing"),
        summary: t.say("platform-reason-missing"),
    });
    let shown = flows::Shown { list, letters: &letters(), jobs: &[job], now: now(), refused };
    let page = flows::FlowsPage::of(t.clone(), "token".into(), shown, || "key".into());
    flows::FlowsPage { icons: "/icons.svg".into(), ..page }
}

fn subscription(state: Standing, why: Option<Why>, failures: i64) -> SubscriptionLine {
    SubscriptionLine {
        subscription: "0198c4f2-0000-7000-8000-000000000001".parse().unwrap(),
        name: "鼓楼办件对接".into(),
        address: "https://hooks.example.cn/minshu".into(),
        kinds: vec!["casework.case.*".into(), "messaging.message.sent".into()],
        pack: Some("whole".into()),
        division: "350102".parse().unwrap(),
        principal: "account:0198c4f2".into(),
        state,
        why,
        delivered: (failures == 0).then(now),
        failures,
        failing_since: (failures > 0).then(now),
        retry: (failures > 0).then(now),
        before_until: (failures > 0).then(now),
        at: now(),
    }
}

fn subscriptions(t: &Speaker, some: bool) -> subscriptions::SubscriptionsPage {
    let lines = [
        subscription(Standing::Active, None, 0),
        subscription(Standing::Active, None, 3),
        subscription(Standing::Paused, None, 0),
        subscription(Standing::Off, Some(Why::Gone), 1),
    ];
    let lines = if some { &lines[..] } else { &[] };
    let wrong = |pointer: &str| (pointer.to_owned(), t.say("platform-subscription-name"));
    let problems = ["/name", "/address", "/kinds/1", "/pack", "/division"].map(wrong);
    let state = FormState {
        csrf: "c".into(),
        key: "k".into(),
        problems: if some { Vec::new() } else { problems.into() },
        summary: (!some).then(|| "x".into()),
    };
    let form = subscriptions::SubscribeForm {
        state,
        name: "n".into(),
        address: "https://a".into(),
        kinds: "a.*".into(),
        pack: "p".into(),
        division: "350102".into(),
    };
    let known = vec![subscriptions::KnownView { kind: "casework.case.decided", doc: "Decided." }];
    let divisions = Divisions::from_csv(SAMPLE).unwrap();
    subscriptions::SubscriptionsPage::of(t.clone(), lines, &divisions, known, form)
}

fn one_subscription(t: &Speaker, line: &SubscriptionLine) -> subscriptions::SubscriptionPage {
    let delivery = |state: &str, attempts: i64, outcome: &str| DeliveryLine {
        event: format!("0198c4f2-{state}-{attempts}"),
        kind: "casework.case.decided".into(),
        subject: "casework.case:0198c4f2".into(),
        state: state.into(),
        attempts,
        outcome: outcome.into(),
        next: (state == "waiting").then(now),
        at: now(),
        ended: None,
    };
    let deliveries = [
        delivery("waiting", 0, ""),
        delivery("waiting", 2, "timeout"),
        delivery("parked", 10, "connect"),
        delivery("delivered", 1, "204"),
        delivery("dropped", 10, "forbidden"),
        delivery("failed", 1, "broken"),
    ];
    let failing = line.failures > 0;
    let told = subscriptions::Told {
        csrf: "c".into(),
        secret: if failing { "whsec_AAAA".into() } else { String::new() },
        summary: if failing { "x".into() } else { String::new() },
    };
    let divisions = Divisions::from_csv(SAMPLE).unwrap();
    let shown = if failing { &deliveries[..] } else { &[] };
    subscriptions::SubscriptionPage::of(t.clone(), line, shown, &divisions, told)
}

fn year(t: &Speaker, year: i16, form: bool) -> calendar::CalendarPage {
    let state = FormState {
        csrf: "token".into(),
        key: "key".into(),
        problems: ["/day/date", "/day/reason/zh", "/day/reason/en"]
            .map(|p| (p.to_owned(), t.say("platform-day-reason")))
            .to_vec(),
        summary: Some(t.say("kernel-invalid")),
    };
    let form = form.then(|| calendar::DayForm {
        state,
        date: "2026-07-17".into(),
        working: "yes".into(),
        zh: "台风".into(),
        en: String::new(),
    });
    calendar::CalendarPage::of(t.clone(), &calendar(), year, form)
}

fn search(t: &Speaker, q: &str) -> search::SearchPage {
    let found = search::search(t, q, &documents(), &standings());
    let empty = found == search::Found::default();
    search::SearchPage { t: t.clone(), icons: "/icons.svg".into(), q: q.into(), found, empty }
}

fn home(t: &Speaker, own: own::Own) -> home::HomePage {
    let page = home::HomePage::of(t.clone(), &calendar(), ("林晓燕", now()), own);
    home::HomePage { icons: "/icons.svg".into(), ..page }
}

/// All pages with samples: name and markup.
fn pages(t: &Speaker) -> Vec<(&'static str, String)> {
    let of = |template: &dyn askama::DynTemplate| template.dyn_render().unwrap();
    let everything = systems::Narrowed::default();
    let nothing =
        systems::Narrowed { q: "无".into(), state: Some(State::Working), ..everything.clone() };
    let fault = Fault { at: 7, entry: "0198c4f2".into(), what: "changed".into() };
    let block = Fault { at: 2, entry: "block".into(), what: "its signature".into() };
    let chapter = chapter::ChapterPage::of(t.clone(), &CHAPTERS[5], &standings());
    let answers = |q: &str| {
        let found = search::search(t, q, &documents(), &standings());
        search::AnswersFragment::of(t.clone(), q.into(), found)
    };
    let scenario = system::ScenarioPage {
        t: t.clone(),
        id: "whole".into(),
        name: "系统".into(),
        files: vec![("scenario.feature".into(), "功能: 一 <b>".into())],
    };
    let mut all = vec![
        ("front", of(&front(t))),
        ("chapter", of(&chapter)),
        ("systems", of(&systems(t, &everything))),
        ("systems-none", of(&systems(t, &nothing))),
        ("system", of(&system(t, "part"))),
        ("system-planned", of(&system(t, "wish"))),
        ("scenario", of(&scenario)),
        ("home", of(&home(t, own_things()))),
        ("home-empty", of(&home(t, own::Own::default()))),
        ("search", of(&search(t, "系统"))),
        ("search-none", of(&search(t, "xyz"))),
        ("search-start", of(&search(t, ""))),
        ("answers", of(&answers("餐馆"))),
        ("answers-none", of(&answers("xyz"))),
        ("audit", of(&audit(t, Vec::new()))),
        ("audit-broken", of(&audit(t, vec![fault, block]))),
        ("flows", of(&flows(t, "parked", true))),
        ("flows-ended", of(&flows(t, "dropped", false))),
        ("subscriptions", of(&subscriptions(t, true))),
        ("subscriptions-none", of(&subscriptions(t, false))),
        ("subscription", of(&one_subscription(t, &subscription(Standing::Active, None, 3)))),
        ("subscription-off", {
            let gone = subscription(Standing::Off, Some(Why::Gone), 0);
            of(&one_subscription(t, &gone))
        }),
        ("packs", of(&packs::sample::page(t, true))),
        ("packs-quiet", of(&packs::sample::page(t, false))),
        ("calendar", of(&year(t, 2026, true))),
        ("calendar-uncertain", of(&year(t, 2031, false))),
    ];
    all.extend(tests_records::pages(t));
    all
}

/// A text that is missing answers its key in brackets.
fn missing_text(page: &str) -> Option<&str> {
    let brackets = page.match_indices('[').map(|(at, _)| &page[at + 1..]);
    brackets.filter_map(|rest| rest.split(']').next()).find(|key| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        key.contains('-') && key.chars().all(word)
    })
}

#[test]
fn no_page_misses_a_text_and_none_shows_a_placeholder() {
    for t in speakers() {
        for (name, page) in pages(&t) {
            assert_eq!(missing_text(&page), None, "{name} {}", t.lang.code());
            assert!(!page.contains("{$"), "{name} {}", t.lang.code());
            assert!(!page.contains("{{"), "{name} {}", t.lang.code());
        }
    }
    assert_eq!(missing_text("<p>[platform-nothing]</p>"), Some("platform-nothing"));
}

#[test]
fn every_page_has_one_head_line_unique_ids_and_fields_with_labels() {
    for t in speakers() {
        for (name, page) in pages(&t) {
            if !name.starts_with("answers") {
                assert_eq!(page.matches("<h1").count(), 1, "{name}");
            }
            let mut ids = BTreeSet::new();
            for id in values(&page, " id=\"") {
                assert!(ids.insert(id), "{name}: two elements are {id}");
            }
            for reference in [" aria-labelledby=\"", " aria-describedby=\"", " for=\""] {
                for id in values(&page, reference).iter().flat_map(|v| v.split(' ')) {
                    assert!(ids.contains(id), "{name}: nothing is {id}");
                }
            }
        }
    }
}

fn values<'p>(page: &'p str, before: &str) -> Vec<&'p str> {
    page.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_class_is_of_the_vocabulary_and_every_icon_is_there() {
    let web = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../web");
    let readme = std::fs::read_to_string(web.join("README.md")).unwrap();
    let known: BTreeSet<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("- `"))
        .filter_map(|line| line.split('`').next())
        .collect();
    let icons = std::fs::read_to_string(web.join("icons.txt")).unwrap();
    let icons: BTreeSet<&str> = icons.lines().collect();
    for t in speakers() {
        for (name, page) in pages(&t) {
            for class in values(&page, " class=\"").iter().flat_map(|v| v.split(' ')) {
                assert!(known.contains(class), "{name}: no class is {class}");
            }
            for icon in page.split(".svg#").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(icons.contains(icon), "{name}: no icon is {icon}");
            }
        }
    }
}

#[test]
fn every_text_that_is_named_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let texts = texts();
    let mut named = BTreeSet::new();
    for folder in [
        "templates/pages",
        "templates/partials",
        "templates/layouts",
        "src/platform/pages",
        "src/http",
    ] {
        for file in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() || path.ends_with("tests.rs") {
                continue;
            }
            let source = std::fs::read_to_string(path).unwrap();
            for rest in source.split("\"platform-").skip(1) {
                let key = rest.split('"').next().unwrap();
                if !key.contains('{') {
                    named.insert(format!("platform-{key}"));
                }
            }
        }
    }
    assert!(named.len() > 150, "only {} keys were found", named.len());
    for key in named {
        for lang in Lang::ALL {
            assert!(texts.keys(lang).contains(&key), "{key} is missing in {}", lang.code());
        }
    }
}

#[test]
fn every_capability_of_the_register_has_a_name() {
    let register = Register::read(include_str!("../../../../plan/systems.toml")).unwrap();
    for t in speakers() {
        for id in register.systems.iter().flat_map(|s| &s.uses) {
            assert_ne!(system::capability_name(&t, id), *id);
        }
    }
}

#[test]
fn every_part_of_the_plan_has_a_heading() {
    let register = Register::read(include_str!("../../../../plan/systems.toml")).unwrap();
    let [zh, en] = speakers();
    for System { plan, .. } in register.systems.iter().filter(|s| s.plan.contains('.')) {
        assert!(parts::part_name(&zh, plan).is_some(), "{plan}");
        assert!(parts::part_name(&en, plan).is_some(), "{plan}");
    }
}

#[test]
fn counts_leave_out_what_there_is_none_of() {
    let [zh, en] = speakers();
    let counts = Counts::of([State::Working, State::Planned, State::Planned]);
    assert_eq!(counts.words(&zh), "1 个可用，2 个规划中");
    assert_eq!(counts.words(&en), "1 working, 2 planned");
    assert_eq!(counts.bricks(), [" is-working", "", ""]);
    assert_eq!(STATES.map(|s| counts.count(s)), [1, 0, 0, 2]);
}

#[test]
fn the_greeting_follows_the_hour() {
    let key = home::greeting_key;
    assert_eq!(
        [4, 5, 10, 11, 13, 17, 18].map(key).map(|k| &k[18..]),
        ["evening", "morning", "morning", "noon", "afternoon", "afternoon", "evening"]
    );
}

#[test]
fn an_error_that_begins_with_a_known_code_is_told_in_words() {
    let [zh, _] = speakers();
    assert_eq!(flows::why(&zh, "platform.flow_gone: x"), zh.say("platform-flow-gone"));
    assert_eq!(flows::why(&zh, "something else"), "");
}

#[test]
fn pages_read_well() {
    for t in speakers() {
        let lang = t.lang.code();
        for name in [
            "front",
            "systems",
            "system",
            "home",
            "audit",
            "flows",
            "packs",
            "answers",
            "subscriptions",
            "subscription",
        ] {
            let page = pages(&t).into_iter().find(|(n, _)| *n == name).unwrap().1;
            // The sprite's address holds a hash of its content.
            let page = page.replace(&ASSETS.icons, "/icons.svg");
            insta::assert_snapshot!(format!("{name}-{lang}"), page);
        }
    }
}
