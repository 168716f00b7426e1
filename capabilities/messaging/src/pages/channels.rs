//! How the channels do, for operators: what waits, what failed last, and what can be done about it.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::courier::Channel;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{Markup, Page, Reply, Visit};

use crate::actions::settle_parked::Settled;
use crate::actions::{SetChannel, SettleParked};
use crate::parked::{Mistake, Parked};
use crate::queries::channels::{ChannelList, ChannelView};
use crate::queries::{Channels, ParkedMessages};

#[derive(Template)]
#[template(path = "channels.html")]
struct ChannelsPage {
    t: Speaker,
    csrf: String,
    key: String,
    channels: Vec<Shown>,
    parked: Markup,
}

#[derive(Template)]
#[template(path = "parked.html")]
struct ParkedPart<'a> {
    t: &'a Speaker,
    csrf: &'a str,
    key: &'a str,
    rows: Vec<ParkedRow>,
}

struct ParkedRow {
    id: String,
    template: String,
    when: String,
    what: String,
    mistakes: Vec<Mistake>,
    cure: String,
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
    let parked = visit.ask(&ParkedMessages {}).await?;
    let form = (visit.csrf.clone(), visit.fresh_key());
    Ok(page(visit.speaker(), form, &found, &parked.parked)?.into())
}

/// `POST /operations/channels/parked`
pub(super) async fn settle(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let parked = visit.field("parked").parse().map_err(|_| Failure::missing())?;
    let give_up = (visit.field("do") == "give-up")
        .then(|| visit.speaker().say("messaging-parked-given-up-reason"));
    let settled = visit.act(&SettleParked { parked, give_up }).await;
    let notice = match settled {
        Ok(Settled { message: Some(_) }) => "messaging-parked-sent",
        Ok(Settled { message: None }) => "messaging-parked-gone",
        // Still not: the page says what is wrong as before.
        Err(failure) if failure.kind == Kind::Invalid => "messaging-parked-still",
        Err(failure) => return Err(failure),
    };
    Ok(Reply::done("/operations/channels", Message::new(notice)))
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
    parked: &[Parked],
) -> Result<Page, Failure> {
    let channels = found.channels.iter().map(|view| shown(&t, view)).collect();
    let rows = parked.iter().map(|parked| parked_row(&t, parked)).collect();
    let parked = Markup::of(&ParkedPart { t: &t, csrf: &csrf, key: &key, rows })?;
    let page = ChannelsPage { csrf, key, channels, parked, t };
    Page::new("messaging.channels", page.t.say("messaging-nav-channels"), &page)
}

/// What is wrong, where, and what mends it.
fn parked_row(t: &Speaker, parked: &Parked) -> ParkedRow {
    let flow = parked.sender.strip_prefix("flow:").unwrap_or(&parked.sender);
    let cure = match parked.pack.as_str() {
        "" => t.say1("messaging-parked-cure-flow", "flow", flow),
        pack => t.say2("messaging-parked-cure", ("pack", pack), ("flow", flow)),
    };
    let what = parked.code.replace(['.', '_'], "-");
    ParkedRow {
        id: parked.parked.to_string(),
        template: parked.template.clone(),
        when: show::instant(t, parked.at_ms),
        what: t.say2("messaging-parked-what", ("flow", flow), ("what", t.say(&what))),
        mistakes: parked.mistakes.clone(),
        cure,
    }
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
