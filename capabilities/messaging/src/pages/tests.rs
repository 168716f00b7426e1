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
        tone,
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
    inbox::page(t, NOW, form, &asked, &MessageList { messages, next }, &unread)
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

#[test]
fn a_message_with_and_without_more() {
    see("message", |t| message::page(t, &message(2, Tone::Act, 2, false)));
    see("message-quiet", |t| message::page(t, &message(5, Tone::Quiet, 2, true)));
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
        let form = || ("token".to_owned(), "key".to_owned());
        see(name, |t| channels::page(t, form(), &list));
    }
}
