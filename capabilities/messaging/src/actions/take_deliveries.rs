//! Texts of a channel are taken up, to be handed over.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::delivery::{self, DeliveryId, LEASE_MS, State};

/// Texts that are handed over abreast.
const ABREAST: i64 = 8;
/// Texts that expire in one write.
const EXPIRE: i64 = 100;

/// Takes up what is due by a channel.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeDeliveries {
    /// The channel.
    pub channel: Channel,
}

/// What was taken up.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// The texts: for a minute nobody else takes them.
    pub deliveries: Vec<DeliveryId>,
    /// How many came to an end because their time was over.
    pub expired: usize,
}

impl Action for TakeDeliveries {
    const NAME: &'static str = "messaging.take_deliveries";
    const DOC: &'static str = "Takes up texts that are due by a channel: eight, one alone by a channel that failed last, none by one that rests. Texts whose time is over are ended.";
    type Reply = Taken;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Taken>, Failure> {
        ctx.authorize(&Resource::of("messaging.channel", self.channel.word()))?;
        let word = self.channel.word();
        let health = delivery::health(ctx, self.channel).await?;
        let mut writes = Vec::new();
        let mut ended = Vec::new();
        for row in ctx.rows(delivery::SELECT_EXPIRED, values![word, ctx.now, EXPIRE]).await? {
            let id: DeliveryId = row.id("id")?;
            let words = ("expired", "");
            writes.push(delivery::end(id, row.get("version")?, State::Failed, words, ctx.now));
            ended.push(id);
        }
        let most = match health.failures {
            _ if health.paused || health.retry > ctx.now => 0,
            0 => ABREAST,
            _ => 1,
        };
        let mut deliveries = Vec::new();
        for row in ctx.rows(delivery::SELECT_DUE, values![word, ctx.now, most]).await? {
            let id: DeliveryId = row.id("id")?;
            if ended.contains(&id) {
                continue;
            }
            let lease = values![id, row.get::<i64>("version")?, ctx.now.plus_ms(LEASE_MS)];
            writes.push(Statement::one(delivery::LEASE_DELIVERY, lease));
            deliveries.push(id);
        }
        let reply = Taken { deliveries, expired: ended.len() };
        Ok(writes.into_iter().fold(Decision::reply(reply), Decision::write))
    }
}
