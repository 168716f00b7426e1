//! Every page in both languages with sample data: what people read is looked at as a snapshot, and every
//! message must be there.

use std::sync::Arc;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::{Divisions, SAMPLE};
use minshu_kernel::text::{Lang, LocalText, Texts};
use minshu_kernel::web::{FormState, Page};

use super::*;
use crate::model::{AppointmentKind, OrganisationKind};
use crate::queries::claims::ClaimLine;
use crate::queries::counters::Counter;
use crate::queries::me::MyAccount;
use crate::queries::organisation::OrganisationDetail;
use crate::queries::organisations::{OrganisationLine, OrganisationPage};
use crate::queries::post::{Holder, PostDetail};
use crate::queries::posts::PostLine;
use crate::queries::roles::RoleGroup;
use crate::queries::{HeldMandate, HeldPost};

/// 2026-03-05 09:00 in Shanghai.
const NOW: Timestamp = Timestamp(1_772_672_400_000);
const DAY: i64 = 86_400_000;

fn id<T: std::str::FromStr<Err = minshu_kernel::ids::BadId>>(last: u8) -> T {
    format!("01928f5e-7b1a-7c3d-8e4f-0000000000{last:02x}").parse().unwrap()
}

fn fresh() -> FormState {
    FormState {
        csrf: "token".to_owned(),
        key: "key".to_owned(),
        problems: Vec::new(),
        summary: None,
    }
}

fn refused(problems: &[(&str, &str)]) -> FormState {
    let problems = problems.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
    FormState { problems, summary: Some("…".to_owned()), ..fresh() }
}

/// Renders in both languages, holds the page against its snapshots, and looks for missing messages.
fn look(name: &str, render: impl Fn(Speaker) -> Result<Page, Failure>) {
    let texts: Arc<Texts> = Texts::load(&[minshu_kernel::TEXTS, crate::TEXTS]).unwrap();
    for lang in Lang::ALL {
        let page = render(Speaker::new(texts.clone(), lang)).unwrap();
        let html = format!("<title>{}</title>\n{}", page.title, page.body);
        assert!(!html.contains("[identity-") && !html.contains("[form-"), "{name}: {html}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert!(html.contains("class=\"page"), "{name}");
        insta::assert_snapshot!(format!("{name}-{}", lang.code()), html);
    }
}

fn held_post() -> HeldPost {
    HeldPost {
        post: id(1),
        name: LocalText::new("受理岗", "Intake desk"),
        organisation: id(2),
        organisation_name: "鼓楼区政务服务中心".to_owned(),
        division: LocalText::new("福建省福州市鼓楼区", "福建省 福州市 鼓楼区 (county)"),
        substitute: true,
        appointment: id(9),
        instead_of: Some("王秀兰".to_owned()),
        substitutes: Vec::new(),
        from_ms: NOW,
        until_ms: Some(NOW.plus_ms(DAY * 10)),
        roles: vec![role("gov-single-window.clerk", "综合窗口受理员", "Counter clerk")],
    }
}

fn role(id: &str, zh: &str, en: &str) -> RoleName {
    RoleName { id: id.to_owned(), name: LocalText::new(zh, en) }
}

fn held_mandate() -> HeldMandate {
    HeldMandate {
        mandate: id(3),
        organisation: id(4),
        organisation_name: "福州市鼓楼区沈记小馆<餐饮>有限公司".to_owned(),
        uscc: Some("91350102MA2YC1K374".to_owned()),
        from_ms: NOW,
        until_ms: None,
    }
}

fn my_account(proved: bool) -> MyAccount {
    MyAccount {
        account: id(5),
        name: "林晓燕".to_owned(),
        number: "3501**********1528".to_owned(),
        phone: "138****2266".to_owned(),
        proved,
        created_ms: NOW,
        proved_ms: proved.then(|| NOW.plus_ms(DAY)),
        posts: if proved { vec![held_post()] } else { Vec::new() },
        mandates: if proved { vec![held_mandate()] } else { Vec::new() },
    }
}

fn line(name: &str, kind: OrganisationKind, code: Option<&str>) -> OrganisationLine {
    OrganisationLine {
        organisation: id(2),
        kind,
        name: name.to_owned(),
        uscc: code.map(str::to_owned),
        division: "350102".to_owned(),
        division_name: LocalText::new("福建省福州市鼓楼区", "福建省 福州市 鼓楼区 (county)"),
    }
}

fn groups() -> Vec<RoleGroup> {
    vec![
        RoleGroup {
            pack: "platform".to_owned(),
            name: None,
            roles: vec![role("platform.operator", "平台运维员", "Platform operator")],
        },
        RoleGroup {
            pack: "gov-single-window".to_owned(),
            name: Some(LocalText::new("政务单一窗口", "Single-window intake")),
            roles: vec![role("gov-single-window.clerk", "综合窗口受理员", "Counter clerk")],
        },
    ]
}

fn post_line() -> PostLine {
    PostLine {
        post: id(1),
        name: LocalText::new("受理岗", "Intake desk"),
        division: "350102".to_owned(),
        division_name: LocalText::new("福建省福州市鼓楼区", "福建省 福州市 鼓楼区 (county)"),
        roles: vec![role("gov-single-window.clerk", "综合窗口受理员", "Counter clerk")],
        holders: 1,
    }
}

fn asking() -> passkeys::Asking {
    passkeys::Asking { ticket: "c2VhbGVk".to_owned(), options: "{\"rpId\":\"x\"}".to_owned() }
}

fn passkey(number: u8) -> crate::queries::my_passkeys::HeldPasskey {
    crate::queries::my_passkeys::HeldPasskey {
        passkey: id(number),
        name: format!("<手机 {number}>"),
        credential: "AAAA".to_owned(),
        transports: 0,
        synced: number.is_multiple_of(2),
        created_ms: NOW,
        used_ms: (number > 1).then_some(NOW),
    }
}

#[test]
fn signing_in() {
    look("sign-in", |t| {
        let none = sessions::CodeStage::None;
        sessions::sign_in_page(t, &fresh(), ("/cases/1?a=b", ""), none, Some(&asking()))
    });
    let wrong = FormState {
        summary: Some("手机号和密码对不上，请核对。再错 3 次就要等一会儿".to_owned()),
        ..fresh()
    };
    let typed = ("//evil.example", "138 5910 2266");
    let stage = sessions::CodeStage::None;
    look("sign-in-wrong", |t| sessions::sign_in_page(t, &wrong, typed, stage, None));
    let stage = sessions::CodeStage::Sent;
    look("sign-in-code", |t| sessions::sign_in_page(t, &fresh(), typed, stage, None));
}

#[test]
fn the_second_step() {
    look("second", |t| sessions::second_page(t, &fresh(), "/me", Some(&asking())));
    look("again", |t| security::again_page(t, &fresh(), ("/me/security", true), Some(&asking())));
    let mut factors = crate::queries::my_factors::Factors {
        totp_ms: None,
        spare_left: 0,
        fresh_until_ms: None,
        phone_verified: false,
        phone: "138****0001".to_owned(),
        recovery_begun_ms: None,
        methods: vec!["pwd".to_owned()],
    };
    let mut keys = crate::queries::my_passkeys::PasskeyList { passkeys: Vec::new() };
    look("security-off", |t| security::security_page(t, &fresh(), (&factors, &keys)));
    factors.totp_ms = Some(NOW);
    factors.spare_left = 2;
    factors.phone_verified = true;
    factors.recovery_begun_ms = Some(NOW);
    keys.passkeys = (1..=10).map(passkey).collect();
    look("security-on", |t| security::security_page(t, &fresh(), (&factors, &keys)));
    look("passkey", |t| passkeys::new_page(t, &fresh(), "Chrome · Windows", Some(asking())));
    look("passkey-address", |t| passkeys::new_page(t, &fresh(), "", None));
    let codes = ["abcde-fghjk", "23456-78923"].map(crate::model::Secret::new).to_vec();
    let codes = crate::actions::confirm_totp::SpareCodes { codes };
    look("spare-codes", |t| security::codes_page(t, &codes));
    let url = "otpauth://totp/Minshu:138%2A%2A%2A%2A0001?secret=GEZDGNBVGY3TQOJQ&issuer=Minshu";
    let begun = security::Begun { secret: "GEZDGNBVGY3TQOJQ", url };
    look("totp", |t| security::totp_page(t, &fresh(), &begun));
}

#[test]
fn opening_an_account() {
    let state = refused(&[
        ("/number", "证件号码第 18 位应为 X，请核对"),
        ("/password", "密码至少 10 个字符"),
    ]);
    let typed = sessions::Typed {
        name: "林晓燕",
        number: "\"><script>alert(1)</script>",
        phone: "13859102266",
    };
    look("register", |t| sessions::register_page(t, &state, &typed));
}

#[test]
fn my_account_proved_and_not() {
    look("me", |t| account::me_page(t, &my_account(true), &[], true));
    let counter = Counter {
        organisation: id(2),
        name: "鼓楼区政务服务中心".to_owned(),
        division: LocalText::new("福建省福州市鼓楼区", "福建省 福州市 鼓楼区 (county)"),
    };
    look("me-unproved", |t| {
        account::me_page(t, &my_account(false), std::slice::from_ref(&counter), false)
    });
    look("me-nowhere", |t| account::me_page(t, &my_account(false), &[], false));
    look("claim", |t| {
        account::claim_page(t, &refused(&[("/name", "请填写姓名")]), ["", "11010519491231002X"])
    });
    look("password", |t| account::password_page(t, &refused(&[("/new", "密码至少 10 个字符")])));
}

#[test]
fn the_counter() {
    let divisions = Divisions::from_csv(SAMPLE).unwrap();
    let claim = |account: u8, proved: bool| ClaimLine {
        account: id(account),
        name: "林**".to_owned(),
        number: "3501**********1528".to_owned(),
        phone: "138****2266".to_owned(),
        proved,
        person: None,
        created_ms: NOW,
        proved_ms: proved.then_some(NOW),
        mandates: if proved { vec![held_mandate()] } else { Vec::new() },
    };
    look("counter", |t| {
        let plain = counter::Counter {
            search: (fresh(), [""; 2]),
            claims: None,
            prove: None,
            fresh: fresh(),
            mandate: (fresh(), [""; 6]),
        };
        counter::counter_page(t, &divisions, &plain)
    });
    look("counter-refused", |t| {
        let prove = refused(&[("/number_seen", "与对方填写的号码不同")]);
        let mandate = refused(&[("/division", "请选择所在区划")]);
        let found = counter::Counter {
            search: (fresh(), ["13859102266", ""]),
            claims: Some(vec![claim(5, false), claim(6, true)]),
            prove: Some((id(5), prove, ["passport", "11010519491231002X", "林晓燕"])),
            fresh: fresh(),
            mandate: (mandate, ["13859102266", "", "沈记", "350102", "2026-12-31", "授权书"]),
        };
        counter::counter_page(t, &divisions, &found)
    });
}

#[test]
fn organisations_and_posts() {
    let divisions = Divisions::from_csv(SAMPLE).unwrap();
    let department = line("鼓楼区政务服务中心", OrganisationKind::Department, None);
    let company = line("沈记小馆", OrganisationKind::Company, Some("91350102MA2YC1K374"));
    look("organisations", |t| {
        let list = organisations::List {
            q: "政务 & 服务",
            later: true,
            found: OrganisationPage {
                organisations: vec![department.clone(), company.clone()],
                next: "350102000000.01928f5e-7b1a-7c3d-8e4f-000000000002".parse().ok(),
            },
            form: (fresh(), organisations::Typed { parent: "x".to_owned(), ..Default::default() }),
            parent_name: "福州市政务服务管理局".to_owned(),
        };
        organisations::list_page(t, &divisions, &list)
    });
    look("organisations-empty", |t| {
        let list = organisations::List {
            q: "",
            later: false,
            found: OrganisationPage { organisations: Vec::new(), next: None },
            form: (refused(&[("/name", "请填写这一项")]), organisations::Typed::default()),
            parent_name: String::new(),
        };
        organisations::list_page(t, &divisions, &list)
    });
    look("organisation", |t| {
        let detail = organisations::Detail {
            organisation: OrganisationDetail {
                line: department.clone(),
                parent: Some(line("福州市政务服务管理局", OrganisationKind::Department, None)),
                parts: vec![company.clone()],
                version: 3,
            },
            posts: vec![post_line()],
            groups: groups(),
            form: (fresh(), organisations::Typed::default()),
            post: (
                refused(&[("/name/en", "请填写这一项"), ("/roles/1", "没有名为“x”的角色")]),
                organisations::TypedPost {
                    name: ["受理岗".to_owned(), String::new()],
                    division: "350102001".to_owned(),
                    roles: vec!["gov-single-window.clerk".to_owned()],
                },
            ),
            version: 3,
        };
        organisations::organisation_page(t, &divisions, &detail)
    });
    look("post", |t| {
        let holder = |name: &str, from: i64, until: Option<i64>, kind| {
            let term = Term {
                from_ms: NOW.plus_ms(from * DAY),
                until_ms: until.map(|day| NOW.plus_ms(day * DAY)),
                ended_ms: None,
            };
            Holder {
                appointment: id(7),
                account: id(5),
                name: name.to_owned(),
                kind,
                term,
                current: term.holds(NOW),
                over: term.over(NOW),
            }
        };
        let detail = posts::Detail {
            post: PostDetail {
                line: post_line(),
                organisation: department.clone(),
                appointments: vec![
                    holder("陈国栋", 3, Some(9), AppointmentKind::Substitute),
                    holder("王秀兰", -3, None, AppointmentKind::Regular),
                    holder("郑海", -30, Some(-3), AppointmentKind::Regular),
                ],
                version: 5,
            },
            now: NOW,
            groups: groups(),
            form: (fresh(), organisations::TypedPost::default()),
            version: 5,
            appoint: (refused(&[("/phone", "没有用这个手机号开的账户")]), ["1385", "", ""], true),
        };
        posts::post_page(t, &divisions, &detail)
    });
}

#[test]
fn the_sessions_of_an_account() {
    let own = |last, current, device: Option<&str>| crate::queries::my_sessions::OwnSession {
        session: id(last),
        current,
        device: device.map(str::to_owned),
        begun_ms: NOW.plus_ms(-3 * 3_600_000),
        seen_ms: NOW,
        expires_ms: NOW.plus_ms(9 * 3_600_000),
    };
    let one = [own(1, true, Some("Firefox · Windows"))];
    let two = [one[0].clone(), own(2, false, None)];
    look("devices-one", |t| devices::devices_page(t, &fresh(), &one));
    look("devices", |t| devices::devices_page(t, &fresh(), &two));
}

#[test]
fn what_is_held_about_oneself() {
    use crate::queries::my_data::{HeldData, HeldKind, HeldLine};
    let line = |title: &str, href: Option<&str>, files| HeldLine {
        title: title.to_owned(),
        at_ms: NOW,
        href: href.map(str::to_owned),
        files,
    };
    let kind = |records, more| HeldKind {
        kind: "casework.cases".to_owned(),
        title: "申请和办件".to_owned(),
        purpose: "受理和审批您申请的事项。".to_owned(),
        basis: "《中华人民共和国行政许可法》第三十一条".to_owned(),
        period: "办结的按档案的保管期限留存。".to_owned(),
        records,
        more,
    };
    let held = HeldData {
        kinds: vec![kind(vec![line("设置大型户外广告审批", Some("/cases/1"), 2)], true)],
        hindrances: vec!["有 1 件申请正在办理。".to_owned()],
        kept: vec!["1 件已经办结的申请".to_owned()],
    };
    let reading = || data::ReadingView {
        what: "经办人员查看：核对证件和材料".to_owned(),
        about: "设置大型户外广告审批".to_owned(),
        href: "/cases/1".to_owned(),
        when: "2026年3月5日".to_owned(),
    };
    let nothing =
        HeldData { kinds: vec![kind(Vec::new(), false)], hindrances: Vec::new(), kept: Vec::new() };
    look("data", |t| data::data_page(t, (&fresh(), &fresh()), false, &held, vec![reading()]));
    let wrong = refused(&[("/password", "密码不对")]);
    look("data-nothing", |t| data::data_page(t, (&fresh(), &wrong), true, &nothing, Vec::new()));
}

#[test]
fn every_message_of_a_failure_is_there() {
    use minshu_kernel::error::Fault as _;
    let texts = Texts::load(&[minshu_kernel::TEXTS, crate::TEXTS]).unwrap();
    for (code, _) in crate::error::PROBLEM_TYPES {
        assert!(texts.has(&code.replace(['.', '_'], "-")), "{code}");
    }
    use crate::error::Tried;
    let (now, until) = (NOW, NOW.plus_ms(240_000));
    let said: Vec<String> = [
        crate::IdentityError::WrongPassword { left: 1, wait: None, code: Tried::Password },
        crate::IdentityError::WrongPassword {
            left: 0,
            wait: Some((now, now.plus_ms(30_000))),
            code: Tried::Password,
        },
        crate::IdentityError::WrongPassword { left: 1, wait: None, code: Tried::Code },
        crate::IdentityError::WrongPassword {
            left: 0,
            wait: Some((now, until)),
            code: Tried::Factor,
        },
        crate::IdentityError::Wait { now, until, code: false },
        crate::IdentityError::Wait { now, until, code: true },
        crate::IdentityError::CodeFirst,
        crate::IdentityError::CodesSpent { now, until },
        crate::IdentityError::NoCodes,
    ]
    .iter()
    .flat_map(|error| Lang::ALL.map(|lang| texts.say(lang, &error.message())))
    .collect();
    insta::assert_snapshot!("waits", said.join("\n"));
}

fn opening(judged: bool) -> crate::queries::openings::OpeningLine {
    crate::queries::openings::OpeningLine {
        opening: id(20),
        account: id(5),
        name: "吴敏".to_owned(),
        kind: "casework.case".to_owned(),
        resource: "01928f5e-7b1a-7c3d-8e4f-000000000030".to_owned(),
        number: "SPJY-350102-2026-000417-K".to_owned(),
        about: LocalText::new("食品经营许可证核发", "Food business licence"),
        pack: "gov-single-window".to_owned(),
        place: LocalText::new("福建省福州市鼓楼区", "福建省 福州市 鼓楼区 (county)"),
        reason: crate::model::OpeningReason::OfficeDown,
        words: "鼓楼窗口停电，申请人在<现场>等候核对。".to_owned(),
        opened_ms: NOW,
        until_ms: NOW.plus_ms(3_600_000),
        open: !judged,
        review_due_ms: NOW.plus_ms(5 * DAY),
        overdue: !judged,
        verdict: judged.then(|| crate::model::Verdict {
            at_ms: NOW.plus_ms(DAY),
            by: id(6),
            justified: false,
            words: "当天窗口没有停电，理由不属实。".to_owned(),
        }),
        may_review: !judged,
    }
}

#[test]
fn emergency_access_and_its_reviews() {
    let pages = |_: &str| "/work/".to_owned();
    let kind = crate::queries::my_openings::OpenableKind {
        kind: "casework.case".to_owned(),
        name: LocalText::new("办件", "Case"),
    };
    let own = crate::queries::my_openings::OwnOpenings {
        kinds: vec![kind],
        openings: vec![opening(false), opening(true)],
    };
    look("emergency", |t| {
        let form = refused(&[("/words", "请至少写 10 个字")]);
        emergency::emergency_page(t, &own, &pages, (&form, ["", "SQ-1", "fault", "急", "30"]), true)
    });
    let page = |openings| crate::queries::openings::OpeningPage {
        openings,
        next: None,
        waiting: 1,
        overdue: 1,
    };
    look("reviews", |t| {
        let form = (&fresh(), ("", ""));
        emergency::reviews_page(t, &page(vec![opening(false)]), false, &pages, form)
    });
    look("reviews-judged", |t| {
        let form = (&fresh(), ("", ""));
        emergency::reviews_page(t, &page(vec![opening(true)]), true, &pages, form)
    });
}

#[test]
fn own_posts_and_substitutes() {
    let stands_in = crate::queries::SubstituteLine {
        appointment: id(21),
        name: "周丽华".to_owned(),
        from_ms: NOW,
        until_ms: Some(NOW.plus_ms(DAY * 5)),
    };
    let held = HeldPost {
        substitute: false,
        instead_of: None,
        substitutes: vec![stands_in],
        post: id(22),
        ..held_post()
    };
    let posts = [held, held_post()];
    look("own-posts", |t| own_posts::own_posts_page(t, &posts, NOW, &fresh(), None));
    look("own-posts-empty", |t| own_posts::own_posts_page(t, &[], NOW, &fresh(), None));
}

#[test]
fn providers_stand_under_the_page_of_signing_in() {
    let href = "/sign-in/outside/province-id?to=%2F".to_owned();
    look("sign-in-offers", |t| {
        let offers =
            vec![outside::Offer { href: href.clone(), label: "<省统一身份>".to_owned() }];
        let none = sessions::CodeStage::None;
        let page = sessions::sign_in_page(t.clone(), &fresh(), ("/", ""), none, None)?;
        outside::with_offers(&t, offers, page)
    });
}

#[test]
fn accounts_elsewhere_linked_and_not() {
    use minshu_kernel::clock::Timestamp;
    use minshu_kernel::text::LocalText;

    use crate::queries::outside_links::{OutsideLinkList, OutsideProvider};
    let at = Timestamp(1_772_672_400_000);
    let one = |linked: bool, used: bool, offered: bool| OutsideProvider {
        provider: "province-id".to_owned(),
        name: LocalText::new("省统一身份 <1>", "Province ID <1>"),
        offered,
        link: linked.then(|| "01928f5e-7b1a-7c3d-8e4f-000000000001".parse().unwrap()),
        linked_ms: linked.then_some(at),
        used_ms: used.then_some(at),
    };
    let all = vec![one(false, false, true), one(true, false, true), one(true, true, false)];
    let list = OutsideLinkList { providers: all };
    let form = || ("token".to_owned(), "key".to_owned());
    look("outside", |t| outside::page(t, form(), &list));
    let none = OutsideLinkList { providers: Vec::new() };
    look("outside-none", |t| outside::page(t, form(), &none));
}
