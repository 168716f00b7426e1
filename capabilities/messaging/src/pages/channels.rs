//! How the channels do, for operators: what waits, what failed last, and what can be done about it.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::courier::Channel;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{Page, Reply, Visit};

use crate::actions::SetChannel;
use crate::queries::Channels;
use crate::queries::channels::{ChannelList, ChannelView};

#[derive(Template)]
#[template(path = "channels.html")]
struct ChannelsPage {
    t: Speaker,
    csrf: String,
    key: String,
    channels: Vec<Shown>,
}

struct Shown {
    word: &'static str,
    name: String,
    class: &'static str,
    icon: &'static str,
    state: String,
    offered: bool,
    paused: bool,
    resting: bool,
    facts: Vec<(String, String)>,
}

/// `GET /operations/channels`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let found = visit.ask(&Channels {}).await?;
    Ok(page(visit.speaker(), (visit.csrf.clone(), visit.fresh_key()), &found)?.into())
}

/// `POST /operations/channels/{channel}`
pub(super) async fn set(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let word: String = visit.param("channel")?;
    let channel = Channel::parse(&word).ok_or_else(Failure::missing)?;
    let paused = visit.field("do") == "pause";
    visit.act(&SetChannel { channel, paused }).await?;
    let key = if paused { "messaging-channel-now-paused" } else { "messaging-channel-now-open" };
    Ok(Reply::done("/operations/channels", Message::new(key)))
}

/// Renders the page.
pub(super) fn page(
    t: Speaker,
    (csrf, key): (String, String),
    found: &ChannelList,
) -> Result<Page, Failure> {
    let channels = found.channels.iter().map(|view| shown(&t, view)).collect();
    let page = ChannelsPage { csrf, key, channels, t };
    Page::new("messaging.channels", page.t.say("messaging-nav-channels"), &page)
}

fn shown(t: &Speaker, view: &ChannelView) -> Shown {
    let resting = view.failures > 0;
    let (class, icon, state) = match view {
        ChannelView { offered: false, .. } => ("", "x", "messaging-channel-absent"),
        ChannelView { paused: true, .. } => (" is-warn", "clock", "messaging-channel-paused"),
        _ if resting => (" is-bad", "circle-alert", "messaging-channel-failing"),
        _ => (" is-good", "circle-check", "messaging-channel-works"),
    };
    let mut facts = Vec::new();
    let mut fact = |key: &str, value: String| facts.push((t.say(key), value));
    if view.offered || view.queued > 0 {
        fact("messaging-channel-queued", show::number(view.queued));
        if let Some(oldest) = view.oldest_ms {
            fact("messaging-channel-oldest", show::instant(t, oldest));
        }
        if let Some(sent) = view.sent_ms {
            fact("messaging-channel-sent", show::instant(t, sent));
        }
        if let Some(failed) = view.failed_ms {
            fact("messaging-channel-failed", show::instant(t, failed));
            fact("messaging-channel-error", view.last_error.clone());
        }
        if let Some(retry) = view.retry_ms {
            fact("messaging-channel-retry", show::instant(t, retry));
        }
    }
    Shown {
        word: view.channel.word(),
        name: t.say(match view.channel {
            Channel::Sms => "messaging-channel-sms",
            Channel::Email => "messaging-channel-email",
        }),
        class,
        icon,
        state: t.say(state),
        offered: view.offered,
        paused: view.paused,
        resting,
        facts,
    }
}
