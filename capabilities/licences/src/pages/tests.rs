//! Every page in both languages with sample data: one heading, no text missing, what people typed escaped.

use std::sync::Arc;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::list::After;
use minshu_kernel::text::{Lang, LocalText, Speaker, Texts};
use minshu_kernel::web::{FormState, Page};

use super::{desk, seals, seen, show, verify, wallet};
use crate::actions::look::{Face, FaceField, Seen};
use crate::actions::verify::Verified;
use crate::document::Finding;
use crate::error::LicencesError;
use crate::model::{HolderKind, LicenceId, ProposalId, SealId, SealState, State, Verb, Way};
use crate::queries::licence::{
    LicenceView, LookView, ShowingView, StepView, VersionView, WaitingView,
};
use crate::queries::mine::MyLicences;
use crate::queries::register::RegisterPage;
use crate::queries::seals::{IssuerChoice, SealList, SealView, TypeChoice};
use crate::queries::{FieldView, LicenceLine};

const AT: Timestamp = Timestamp(1_772_672_400_000);

fn see(name: &str, render: impl Fn(Speaker) -> Result<Page, Failure>) -> String {
    let texts: Arc<Texts> = Texts::load(&[minshu_kernel::TEXTS, crate::TEXTS]).unwrap();
    let mut seen = String::new();
    for lang in Lang::ALL {
        let page = render(Speaker::new(texts.clone(), lang)).unwrap();
        let html = format!("<title>{}</title>\n{}", page.title, page.body);
        assert!(!html.contains("[licences-") && !html.contains("[show-"), "{name}: {html}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}: {html}");
        assert!(!html.contains("<b>"), "{name}: {html}");
        seen.push_str(&html);
    }
    seen
}

fn name() -> LocalText {
    LocalText::new("食品经营许可证", "Food business licence")
}

fn id(last: u8) -> LicenceId {
    format!("01928f5e-7b1a-7c3d-8e4f-0000000000{last:02x}").parse().unwrap()
}

fn line(last: u8, state: State) -> LicenceLine {
    LicenceLine {
        licence: id(last),
        kind: "library.food".to_owned(),
        name: name(),
        identifier: "1.2.156.3005.2.11370800MB28559184001.11370800MB28559184.000000001.001.L"
            .into(),
        state,
        holder_kind: HolderKind::Organisation,
        holder: "福州<b>餐饮有限公司".to_owned(),
        issuer: "福州市鼓楼区市场监督管理局".to_owned(),
        issued_ms: AT,
        until_ms: Some(AT),
    }
}

fn view(state: State, own: bool) -> LicenceView {
    LicenceView {
        line: line(1, state),
        own,
        state_code: state.code().to_owned(),
        check: own.then(|| "7Q4M2ZK8W0".to_owned()),
        number: "9**********C".to_owned(),
        version_number: 1,
        from_ms: AT,
        about: None,
        fields: vec![FieldView {
            id: "place".to_owned(),
            name: LocalText::new("经营场所", "Premises"),
            value: "中山路 <b> 18 号".to_owned(),
            shown: true,
            personal: true,
        }],
        document_bytes: 40_000,
        versions: vec![
            VersionView { licence: id(1), number: 1, state: State::Replaced, issued_ms: AT },
            VersionView { licence: id(2), number: 2, state, issued_ms: AT },
        ],
        steps: vec![StepView {
            verb: Verb::Revoke,
            state,
            reason: "现场 <b>".to_owned(),
            at_ms: AT,
            two: true,
        }],
        waiting: Some(WaitingView {
            proposal: "01928f5e-7b1a-7c3d-8e4f-0000000000aa".parse::<ProposalId>().unwrap(),
            verb: Verb::Revoke,
            reason: "伪造".to_owned(),
            at_ms: AT,
            own: false,
        }),
        may: vec![Verb::Change, Verb::Suspend, Verb::Revoke],
        showings: vec![ShowingView {
            showing: "01928f5e-7b1a-7c3d-8e4f-0000000000bb".parse().unwrap(),
            purpose: "查验 <b>".to_owned(),
            fields: vec![name()],
            once: true,
            made_ms: AT,
            until_ms: AT,
            used_ms: None,
            open: true,
        }],
        looks: [Way::Showing, Way::Identifier, Way::Document, Way::Office]
            .into_iter()
            .map(|way| LookView {
                way, purpose: Some("查验".to_owned()), known: false, at_ms: AT
            })
            .collect(),
    }
}

fn fresh() -> FormState {
    FormState { csrf: "t".to_owned(), key: "k".to_owned(), problems: Vec::new(), summary: None }
}

fn refused(pointer: &str) -> FormState {
    FormState {
        problems: vec![(pointer.to_owned(), "不对 <b>".to_owned())],
        summary: Some("请改".to_owned()),
        ..fresh()
    }
}

fn face(state: State) -> Face {
    Face {
        name: name(),
        identifier: "1.2.156.3005.2.x".to_owned(),
        state,
        state_code: state.code().to_owned(),
        since_ms: AT,
        holder: "林*燕".to_owned(),
        issuer: "鼓楼".to_owned(),
        issuer_code: "11350102MB1A2C3D0G".to_owned(),
        issued_ms: AT,
        until_ms: None,
        fields: vec![FaceField { name: name(), value: "<b>".to_owned() }],
    }
}

#[test]
fn the_holder_s_pages() {
    let found = |proved, licences| MyLicences { proved, licences };
    let all = State::ALL.iter().map(|state| line(1, *state)).collect::<Vec<_>>();
    see("mine", |t| wallet::wallet(t, &found(true, all.clone())));
    assert!(see("none", |t| wallet::wallet(t, &found(true, Vec::new()))).contains("还没有"));
    see("unproved", |t| wallet::wallet(t, &found(false, Vec::new())));
    let page = see("one", |t| wallet::page(t, fresh(), &view(State::Valid, true), false, ""));
    assert!(page.contains("7Q4M2ZK8W0") && !page.contains("value=\"revoke\""), "{page}");
    let chosen = show::Chosen { purpose: "<b>", fields: None, once: true };
    see("show", |t| show::form(t, refused("/purpose"), &view(State::Valid, true), &chosen));
    let said = ("查验", "经营场所", "10:00");
    let page = see("qr", |t| {
        show::code(t, &view(State::Valid, true), ("https://minshu.example/l/7Q4M", "x"), said, "t")
    });
    assert!(page.contains("<path d=\"M"), "{page}");
}

#[test]
fn what_strangers_see() {
    let seen = |once, licence| Seen { once, purpose: "<b>".to_owned(), until_ms: AT, licence };
    for &state in State::ALL {
        see("seen", |t| seen::page(t, &seen(false, Some(face(state))), "7Q4M", "t"));
    }
    see("once", |t| seen::page(t, &seen(true, None), "7Q4M", "t"));
    for error in [LicencesError::NoCode, LicencesError::CodeOver, LicencesError::CodeTaken] {
        let failure = Failure::from(error);
        see("refused", |t| seen::refused(t, &failure));
    }
    let finding = |step: &str, holds| Finding {
        signature: 1,
        step: step.to_owned(),
        holds,
        why: "<b>".to_owned(),
        code: (holds != Some(true)).then(|| "changed-file".to_owned()),
        of: Some("<b>".to_owned()),
    };
    let steps = crate::seal::Step::ALL.into_iter().map(|step| finding(step.name(), Some(true)));
    let mut seals: Vec<Finding> = steps.collect();
    seals.extend([finding("package", Some(false)), finding("timestamp", None)]);
    for licence in [None, Some(face(State::Valid)), Some(face(State::Revoked))] {
        let found = Verified { untouched: Some(licence.is_some()), licence, seals: seals.clone() };
        see("verify", |t| verify::page(t, refused("/identifier"), Some(&found), ("<b>", "")));
    }
}

#[test]
fn the_office_s_pages() {
    let found = RegisterPage {
        licences: vec![line(1, State::Valid), line(2, State::Suspended)],
        next: Some(After { sort: 1, id: "x".to_owned() }),
    };
    see("desk", |t| desk::page(t, &fresh(), &found, &[], "<b>"));
    let page = see("one", |t| {
        wallet::page(t, refused("/reason"), &view(State::Valid, false), true, "<b>")
    });
    assert!(page.contains("value=\"agree\"") && !page.contains("7Q4M2ZK8W0"), "{page}");
    let seal = |last: u8, state, own| SealView {
        seal: format!("01928f5e-7b1a-7c3d-8e4f-0000000000{last:02x}").parse::<SealId>().unwrap(),
        issuer: "11350102MB1A2C3D0G".to_owned(),
        name: "福州市<b>局".to_owned(),
        serial: "3501020000001".to_owned(),
        types: vec![name()],
        state,
        made_ms: AT,
        until_ms: Some(AT),
        own,
    };
    let list = SealList {
        seals: vec![
            seal(1, SealState::Proposed, true),
            seal(2, SealState::Proposed, false),
            seal(3, SealState::Good, false),
            seal(4, SealState::Ended, false),
        ],
        issuers: vec![IssuerChoice {
            issuer: "library.market".to_owned(),
            name: name(),
            types: vec![TypeChoice { kind: "library.food".to_owned(), name: name() }],
        }],
        root: Some("-----BEGIN CERTIFICATE-----".to_owned()),
    };
    see("seals", |t| seals::page(t, refused("/types"), &list));
}
