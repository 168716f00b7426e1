//! Samples of the pages of records: disposals, holds, corrections.

use askama::DynTemplate;
use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::list::After;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::FormState;

use super::corrections::{self, DeskPage, OwnPage};
use super::disposals::{DisposalPage, DisposalsPage, Rights, Tried};
use super::holds::{HoldForm, HoldsPage};
use crate::correction::model::{CorrectionId, RequestState, Words};
use crate::disposal::model::{Deed, DisposalId, HoldId, ListState};
use crate::platform::queries::corrections::CorrectionLine;
use crate::platform::queries::disposal::{DisposalRecord, DisposalView};
use crate::platform::queries::disposals::DisposalLine;
use crate::platform::queries::holds::HoldLine;

const ID: uuid::Uuid = uuid::Uuid::from_u128(0x0198_c4f2_7b1a_7c3d_8e4f_0123_4567_89ab);

fn now() -> Timestamp {
    Timestamp::start_of(jiff::civil::date(2026, 3, 5)).plus_ms(10 * 3_600_000)
}

fn deed(reason: &str, days: i64) -> Deed {
    let by = "account:0198c4f2-0000-7000-8000-000000000001".to_owned();
    Deed { by, at_ms: now().plus_ms(-days * DAY_MS), reason: reason.to_owned() }
}

fn line(t: &Speaker, state: ListState) -> DisposalLine {
    let later = state != ListState::Gathering;
    let approved = matches!(state, ListState::Approved | ListState::Done);
    let done = state == ListState::Done;
    DisposalLine {
        list: DisposalId::new(ID),
        record_type: "casework.case".to_owned(),
        type_title: "办件".to_owned(),
        starts: "办结之日起算".to_owned(),
        class: "食品经营许可新办".to_owned(),
        pack: Some("gov-single-window".to_owned()),
        years: 10,
        basis: "《办法》第九条".to_owned(),
        division: "350102".parse().unwrap(),
        place: "福建省福州市鼓楼区".to_owned(),
        state,
        items: 312,
        oldest_ms: Some(now().plus_ms(-3_900 * DAY_MS)),
        latest_ms: Some(now().plus_ms(-3_700 * DAY_MS)),
        begun_ms: now().plus_ms(-9 * DAY_MS),
        proposed: later.then(|| deed("已逐件鉴定，无继续保存价值", 3)),
        returned: (!later).then(|| deed("请核对第三件", 5)),
        approved: approved.then(|| deed("同意处置", 1)),
        done_ms: done.then(now),
        gone: 310,
        kept: 2,
        files: 904,
        digest: done.then(|| t.lang.code().repeat(32)),
        version: 4,
    }
}

fn form(problems: &[(&str, &str)]) -> FormState {
    FormState {
        csrf: "token".to_owned(),
        key: "key".to_owned(),
        problems: problems.iter().map(|(p, text)| ((*p).to_owned(), (*text).to_owned())).collect(),
        summary: (!problems.is_empty()).then(|| "有填错的地方".to_owned()),
    }
}

fn disposal(t: &Speaker, state: ListState, may_approve: bool, refused: bool) -> DisposalPage {
    let record = |n: i64, held: Option<&str>| DisposalRecord {
        record: format!("0198c4f2-0000-7000-8000-{n:012}"),
        number: format!("SPJY-350102-20160305-{n:05}"),
        about: "林**".to_owned(),
        aged_ms: now().plus_ms((n - 3_900) * DAY_MS),
        held: held.map(str::to_owned),
    };
    let listed = state == ListState::Gathering || state == ListState::Proposed;
    let view = DisposalView {
        list: line(t, state),
        records: match listed {
            true => vec![record(1, None), record(2, Some("行政诉讼期间保全")), record(3, None)],
            false => Vec::new(),
        },
        next: listed.then(|| After { sort: 1, id: "a".to_owned() }),
        may_approve,
    };
    let rights = Rights { keeps: true, approves: true };
    let problems = [("/reason", "请写明理由"), ("/records", "没有勾选")];
    let tried = match refused {
        true => Tried { what: "take_out".to_owned(), reason: "嗯".to_owned() },
        false => Tried::default(),
    };
    DisposalPage::of(t.clone(), &view, rights, form(if refused { &problems } else { &[] }), tried)
}

fn holds(t: &Speaker, lifted: bool, refused: bool) -> HoldsPage {
    let one = |n: u128, until: Option<Timestamp>| HoldLine {
        hold: HoldId::new(uuid::Uuid::from_u128(ID.as_u128() + n)),
        what: "办件 SPJY-350102-20160305-00002".to_owned(),
        record_type: "casework.case".to_owned(),
        number: "SPJY-350102-20160305-00002".to_owned(),
        division: "350102".parse().unwrap(),
        place: "福建省福州市鼓楼区".to_owned(),
        reason: "行政诉讼期间，案卷需要保全".to_owned(),
        until_ms: until,
        on: until.is_none_or(|until| now() < until),
        placed_by: "account:0198c4f2-0000-7000-8000-000000000001".to_owned(),
        placed_ms: now(),
        lifted: lifted.then(|| deed("诉讼已终结", 0)),
        may_lift: !lifted,
        version: 1,
    };
    let lines = [one(0, None), one(1, Some(now())), one(2, Some(now().plus_ms(90 * DAY_MS)))];
    let problems = [
        ("/number", "找不到"),
        ("/until", "请填日期"),
        ("/reason", "请写理由"),
        ("/reach", "没有申请人"),
    ];
    let state = form(if refused { &problems } else { &[] });
    let new = HoldForm {
        state: Some(state),
        types: vec![("casework.case".to_owned(), "办件".to_owned())],
        record_type: "casework.case".to_owned(),
        reach: "owner".to_owned(),
        ..HoldForm::default()
    };
    let shown: (&[HoldLine], _) = if refused { (&[], None) } else { (&lines, None) };
    let told = ("token".to_owned(), String::new());
    HoldsPage::of(t.clone(), lifted, shown, (!lifted).then_some(new), told, || "key".to_owned())
}

fn request(n: u128, state: RequestState, flag: &str) -> CorrectionLine {
    let decided = state != RequestState::Open;
    CorrectionLine {
        correction: CorrectionId::new(uuid::Uuid::from_u128(ID.as_u128() + n)),
        holding: "casework.cases".to_owned(),
        kind: "申请和办件".to_owned(),
        record: ID.to_string(),
        account: minshu_kernel::ids::AccountId::new(ID),
        words: Words {
            asker: "林**".to_owned(),
            title: "大型户外广告 HWGG-350102-20260305-00001".to_owned(),
            wrong: "地址写成“五四路 1 号”".to_owned(),
            right: "五四路 11 号".to_owned(),
            why: "门牌是 11 号".to_owned(),
        },
        place: "福建省福州市鼓楼区".to_owned(),
        state,
        flag: flag.to_owned(),
        asked_ms: now(),
        due_ms: now().plus_ms(21 * DAY_MS),
        decided_ms: decided.then(now),
        outcome: decided.then(|| "已核对门牌登记，改为 11 号".to_owned()),
        version: 1,
    }
}

fn requests() -> [CorrectionLine; 5] {
    [
        request(0, RequestState::Open, "red"),
        request(1, RequestState::Open, "yellow"),
        request(2, RequestState::Corrected, "none"),
        request(3, RequestState::Partly, "none"),
        request(4, RequestState::Refused, "none"),
    ]
}

fn own(t: &Speaker, refused: bool) -> OwnPage {
    let choices = vec![("casework.cases 1".to_owned(), "申请和办件：大型户外广告".to_owned())];
    let problems = [
        ("/wrong", "请填写"),
        ("/right", "请填写"),
        ("/why", "请填写"),
        ("/division", "请填代码"),
        ("/record", "请选"),
    ];
    let state = form(if refused { &problems } else { &[] });
    OwnPage::of(t.clone(), &requests(), choices, state, corrections::Typed::default())
}

fn desk(t: &Speaker, some: bool) -> DeskPage {
    let lines = requests();
    let next = After { sort: 1, id: "a".to_owned() };
    let shown: (&[CorrectionLine], _) = if some { (&lines, Some(&next)) } else { (&[], None) };
    let tried = corrections::Tried {
        summary: "请填写".to_owned(),
        request: lines[0].correction.to_string(),
        outcome: "不".to_owned(),
    };
    let csrf = "token".to_owned();
    DeskPage::of(t.clone(), csrf, RequestState::Open, shown, tried, || "key".to_owned())
}

/// Every state of every page.
pub(super) fn pages(t: &Speaker) -> Vec<(&'static str, String)> {
    let of = |template: &dyn DynTemplate| template.dyn_render().unwrap();
    let lists = |state: ListState| {
        let next = After { sort: 1, id: "a".to_owned() };
        DisposalsPage::of(t.clone(), state, &[line(t, state)], Some(&next))
    };
    vec![
        ("disposals", of(&lists(ListState::Gathering))),
        ("disposals-proposed", of(&lists(ListState::Proposed))),
        ("disposals-approved", of(&lists(ListState::Approved))),
        ("disposals-done", of(&lists(ListState::Done))),
        ("disposals-none", of(&DisposalsPage::of(t.clone(), ListState::Gathering, &[], None))),
        ("disposal", of(&disposal(t, ListState::Gathering, false, false))),
        ("disposal-refused", of(&disposal(t, ListState::Gathering, false, true))),
        ("disposal-proposed", of(&disposal(t, ListState::Proposed, true, false))),
        ("disposal-own", of(&disposal(t, ListState::Proposed, false, false))),
        ("disposal-approved", of(&disposal(t, ListState::Approved, false, false))),
        ("disposal-done", of(&disposal(t, ListState::Done, false, false))),
        ("holds", of(&holds(t, false, false))),
        ("holds-lifted", of(&holds(t, true, false))),
        ("holds-refused", of(&holds(t, false, true))),
        ("my-corrections", of(&own(t, false))),
        ("my-corrections-refused", of(&own(t, true))),
        ("corrections", of(&desk(t, true))),
        ("corrections-none", of(&desk(t, false))),
    ]
}
