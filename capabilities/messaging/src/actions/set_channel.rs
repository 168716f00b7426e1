//! An operator pauses a channel, lets it go on, or has it tried at once.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::delivery;

/// Pauses a channel or lets it go on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetChannel {
    /// The channel.
    pub channel: Channel,
    /// Whether it is paused. One that is not is tried at once, also where it rested after a failure.
    pub paused: bool,
}

/// How it stands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChannelSet {
    /// Whether it is paused.
    pub paused: bool,
}

impl Action for SetChannel {
    const NAME: &'static str = "messaging.set_channel";
    const DOC: &'static str =
        "Pauses a channel: texts wait and nothing is lost. Or lets it go on and be tried at once.";
    type Reply = ChannelSet;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<ChannelSet>, Failure> {
        ctx.authorize(&Resource::platform())?;
        let health = delivery::health(ctx, self.channel).await?;
        let set = values![self.channel.word(), health.version, self.paused];
        Ok(Decision::reply(ChannelSet { paused: self.paused })
            .write(Statement::one(delivery::SET_CHANNEL, set)))
    }
}
