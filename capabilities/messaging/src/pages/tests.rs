//! Every page in both languages with sample data: what people read is looked at as a snapshot, and every message must
//! be there.

use std::sync::Arc;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::courier::Channel;
use minshu_kernel::list::After;
use minshu_kernel::text::{Lang, LocalText, Speaker, Texts};
use minshu_kernel::web::Page;

use super::*;
use crate::delivery::State;
use crate::model::MessageKind;
use crate::queries::inbox::MessageList;
use crate::queries::unread_count::Unread;
use crate::queries::{MessageView, ToldView};

/// 2026-03-05 09:00 in Shanghai.
const NOW: Timestamp = Timestamp(1_772_672_400_000);
const HOUR: i64 = 3_600_000;

/// Renders in both languages, holds the page against its snapshots, and looks for missing messages.
fn see(name: &str, render: impl Fn(Speaker) -> Result<Page, Failure>) {
    let texts: Arc<Texts> = Texts::load(&[minshu_kernel::TEXTS, crate::TEXTS]).unwrap();
    for lang in Lang::ALL {
        let page = render(Speaker::new(texts.clone(), lang)).unwrap();
        let html = format!("<title>{}</title>\n{}", page.title, page.body);
        assert!(!html.contains("[messaging-") && !html.contains("[show-"), "{name}: {html}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        insta::assert_snapshot!(format!("{name}-{}", lang.code()), html);
    }
}

fn message(last: u8, tone: Tone, hours_ago: i64, read: bool) -> MessageView {
    let id = format!("01928f5e-7b1a-7c3d-8e4f-0000000000{last:02x}");
    let at_ms = NOW.plus_ms(-HOUR * hours_ago);
    MessageView {
        message: id.parse().unwrap(),
        pack: "gov-single-window".to_owned(),
        sender: (tone != Tone::Quiet)
            .then(|| LocalText::new("政务单一窗口", "Single-window intake")),
        template: format!("gov-single-window.{}", tone.word()),
        kind: MessageKind::Progress,
        tone,
        acknowledge: false,
        acknowledged_ms: None,
        title: LocalText::new(
            format!("食品经营许可证核发 <{last}>"),
            format!("Food business licence <{last}>"),
        ),
        text: LocalText::new(
            "平面图要补。\n\n请打开办件看看。",
            "The plan is not right.\n\nPlease open the case.",
        ),
        link: (tone != Tone::Quiet).then(|| "/cases/1?from=inbox".to_owned()),
        about: None,
        at_ms,
        read_ms: read.then_some(NOW),
        told: told(tone),
    }
}

fn told(tone: Tone) -> Vec<ToldView> {
    let one = |state, reason: &str| ToldView {
        channel: Channel::Sms,
        state,
        reason: reason.to_owned(),
        at_ms: NOW,
        ended_ms: (state != State::Queued).then_some(NOW),
    };
    match tone {
        Tone::Act => vec![
            one(State::Queued, ""),
            one(State::Queued, "down"),
            one(State::Sent, ""),
            one(State::Delivered, ""),
            one(State::Failed, "read"),
            one(State::Failed, "expired"),
            one(State::Failed, "refused"),
        ],
        _ => Vec::new(),
    }
}

fn inbox(
    t: Speaker,
    asked: inbox::Asked,
    messages: Vec<MessageView>,
    next: Option<After>,
    unread: Unread,
) -> Result<Page, Failure> {
    let form = ("token".to_owned(), "key".to_owned());
    inbox::page(t, NOW, form, &asked, &MessageList { messages, next }, &unread, String::new())
}

#[test]
fn the_inbox_by_day() {
    see("inbox", |t| {
        let messages = vec![
            message(1, Tone::Good, 1, true),
            message(2, Tone::Act, 2, false),
            message(3, Tone::Bad, 12, false),
            message(4, Tone::Wait, 60, true),
            message(5, Tone::Quiet, 61, true),
        ];
        let asked = inbox::Asked { only_unread: false, after: None };
        let next = Some(After { sort: NOW.0, id: "x-y".to_owned() });
        inbox(t, asked, messages, next, Unread { count: 2, more: false })
    });
}

#[test]
fn a_later_page_of_very_many_unread_ones() {
    see("inbox-unread", |t| {
        let after = Some(After { sort: NOW.0, id: "x".to_owned() });
        let asked = inbox::Asked { only_unread: true, after };
        let messages = vec![message(2, Tone::Act, 2, false)];
        inbox(t, asked, messages, None, Unread { count: 99, more: true })
    });
}

#[test]
fn an_empty_inbox_says_what_would_be_there() {
    see("inbox-empty", |t| {
        let asked = inbox::Asked { only_unread: false, after: None };
        inbox(t, asked, Vec::new(), None, Unread { count: 0, more: false })
    });
    see("inbox-none-unread", |t| {
        let asked = inbox::Asked { only_unread: true, after: None };
        inbox(t, asked, Vec::new(), None, Unread { count: 0, more: false })
    });
}

fn form() -> (String, String) {
    ("token".to_owned(), "key".to_owned())
}

#[test]
fn a_message_that_asks_for_an_answer_and_one_that_got_it() {
    let asks = MessageView { acknowledge: true, ..message(2, Tone::Act, 2, true) };
    see("message-asks", |t| message::page(t, form(), &asks));
    let said = MessageView { acknowledged_ms: Some(NOW), ..asks };
    see("message-acknowledged", |t| message::page(t, form(), &said));
}

#[test]
fn receipts_by_channel_and_time() {
    use crate::queries::receipts::Receipt;
    let receipt = |tone, read: bool, acknowledge: bool, said: bool| Receipt {
        message: message(1, tone, 1, read).message,
        title: LocalText::new("要补正 <1>", "Please correct <1>"),
        kind: MessageKind::Act,
        at_ms: NOW,
        read_ms: read.then_some(NOW),
        acknowledge,
        acknowledged_ms: said.then_some(NOW),
        passed_on: acknowledge,
        told: told(tone),
    };
    let all = [
        receipt(Tone::Act, false, false, false),
        receipt(Tone::Quiet, true, false, false),
        receipt(Tone::Quiet, true, true, false),
        receipt(Tone::Quiet, true, true, true),
    ];
    let texts: Arc<Texts> = Texts::load(&[minshu_kernel::TEXTS, crate::TEXTS]).unwrap();
    for lang in Lang::ALL {
        let part = receipts::part(Speaker::new(texts.clone(), lang), &all).unwrap();
        assert!(!part.0.contains("[messaging-"), "{part}");
        insta::assert_snapshot!(format!("receipts-{}", lang.code()), part);
    }
}

#[test]
fn a_message_with_and_without_more() {
    see("message", |t| message::page(t, form(), &message(2, Tone::Act, 2, false)));
    see("message-quiet", |t| message::page(t, form(), &message(5, Tone::Quiet, 2, true)));
}

fn parked() -> Vec<crate::parked::Parked> {
    use crate::parked::{Mistake, Parked};
    let one = |pack: &str, code: &str, mistakes: Vec<Mistake>| Parked {
        parked: "01928f5e-7b1a-7c3d-8e4f-000000000001".parse().unwrap(),
        pack: pack.to_owned(),
        template: "desk.closed".to_owned(),
        sender: "flow:desk.tell".to_owned(),
        code: code.to_owned(),
        mistakes,
        about: None,
        at_ms: NOW,
    };
    let what = "还缺“<number>”".to_owned();
    let mistake = Mistake { pointer: "/values/number".to_owned(), what };
    vec![
        one("desk", "messaging.bad_values", vec![mistake]),
        one("", "messaging.unknown_template", Vec::new()),
    ]
}

#[test]
fn channels_that_work_rest_and_wait() {
    use crate::queries::channels::{ChannelList, ChannelView};
    let works = ChannelView {
        channel: Channel::Sms,
        offered: true,
        paused: false,
        failures: 0,
        last_error: String::new(),
        failed_ms: None,
        retry_ms: None,
        sent_ms: Some(NOW),
        queued: 0,
        oldest_ms: None,
    };
    let rests = ChannelView {
        channel: Channel::Email,
        failures: 7,
        last_error: "no connection: <refused>".to_owned(),
        failed_ms: Some(NOW),
        retry_ms: Some(NOW.plus_ms(HOUR)),
        queued: 1_234,
        oldest_ms: Some(NOW.plus_ms(-HOUR * 20)),
        ..works.clone()
    };
    let paused = ChannelView { paused: true, ..works.clone() };
    let absent = ChannelView { channel: Channel::Email, offered: false, ..works.clone() };
    for (name, channels) in
        [("channels", vec![works, rests]), ("channels-paused", vec![paused, absent])]
    {
        let list = ChannelList { channels };
        let parked = if name == "channels" { parked() } else { Vec::new() };
        see(name, |t| channels::page(t, form(), &list, &parked));
    }
}

#[test]
fn how_one_is_told_with_and_without_an_address() {
    use minshu_kernel::web::FormState;

    use crate::queries::preferences::{ClaimView, KindChoice, MailView, PreferencesView};
    let kind = |kind: MessageKind| {
        let on = kind != MessageKind::News;
        KindChoice { kind, bound: kind.is_bound(), sms: on, email: on }
    };
    let plain = PreferencesView {
        kinds: MessageKind::ALL.into_iter().map(kind).collect(),
        quiet_from: 0,
        quiet_until: 0,
        english: false,
        mail: None,
        claim: None,
        sms_offered: false,
        email_offered: false,
    };
    let whole = PreferencesView {
        quiet_from: 22 * 60,
        quiet_until: 7 * 60,
        english: true,
        mail: Some(MailView {
            mail: "l***@example.com".to_owned(),
            proved_ms: NOW,
            bad_ms: Some(NOW),
            bad_reason: "the mail server answered 550".to_owned(),
        }),
        claim: Some(ClaimView { mail: "m***@example.com".to_owned(), expires_ms: NOW, bad: false }),
        sms_offered: true,
        email_offered: true,
        ..plain.clone()
    };
    let state = |problems: &[(&str, &str)]| FormState {
        csrf: "token".to_owned(),
        key: "key".to_owned(),
        problems: problems.iter().map(|(at, text)| ((*at).into(), (*text).into())).collect(),
        summary: (!problems.is_empty()).then(|| "wrong".to_owned()),
    };
    let form = preferences::Form::Choices;
    see("preferences-plain", |t| preferences::page(t, state(&[]), form, &plain, ""));
    let wrong = [("/quiet_from", "<from>"), ("/code", "<code>"), ("/mail", "<mail>")];
    let form = preferences::Form::Mail;
    see("preferences", |t| preferences::page(t, state(&wrong), form, &whole, "<typed>"));
}

#[test]
fn mails_are_stopped_on_a_page() {
    see("stop", |t| stop::page(t, MessageKind::News, "a.news.f", false));
    see("stop-done", |t| stop::page(t, MessageKind::News, "a.news.f", true));
}
