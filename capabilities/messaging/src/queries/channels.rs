//! How the channels do, for operators.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::delivery;

/// Asks how the channels do.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Channels {}

/// The channels of the installation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChannelList {
    /// Each channel.
    pub channels: Vec<ChannelView>,
}

/// How a channel does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChannelView {
    /// The channel.
    pub channel: Channel,
    /// Whether the installation has it.
    pub offered: bool,
    /// Whether an operator paused it.
    pub paused: bool,
    /// Failures in a row.
    pub failures: i64,
    /// What happened at the last failure; empty where there was none.
    pub last_error: String,
    /// When it failed last, milliseconds since 1970 in UTC.
    pub failed_ms: Option<Timestamp>,
    /// When it is tried again; none while it works.
    pub retry_ms: Option<Timestamp>,
    /// When it took something over last.
    pub sent_ms: Option<Timestamp>,
    /// Texts that wait.
    pub queued: i64,
    /// Since when the oldest of them waits.
    pub oldest_ms: Option<Timestamp>,
}

impl Query for Channels {
    const NAME: &'static str = "messaging.channels";
    const DOC: &'static str = "How the channels of texts do: whether they are set up, what waits and since when, and what failed last.";
    type Reply = ChannelList;

    async fn answer(self, ctx: &Ctx) -> Result<ChannelList, Failure> {
        ctx.authorize(&Resource::platform())?;
        let mut channels = Vec::new();
        for channel in Channel::ALL {
            let health = delivery::health(ctx, channel).await?;
            let counted = ctx.row(delivery::COUNT_QUEUED, values![channel.word()]).await?;
            let counted = counted.ok_or_else(Failure::missing)?;
            channels.push(ChannelView {
                channel,
                offered: ctx.services.carriers.offers(channel),
                paused: health.paused,
                failures: health.failures,
                last_error: health.last_error,
                failed_ms: health.failed,
                retry_ms: (health.failures > 0).then_some(health.retry),
                sent_ms: health.sent,
                queued: counted.get("n")?,
                oldest_ms: counted.get("oldest")?,
            });
        }
        Ok(ChannelList { channels })
    }
}
