//! What a receiver reports about a text that it took over.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::note_delivery::Noted;
use crate::delivery::{self, DeliveryId, State};
use crate::rules::one_line;

/// Notes a report whose signature was proved.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteReport {
    /// The text.
    pub id: DeliveryId,
    /// Whether it reached the telephone.
    pub delivered: bool,
    /// Why not, in the receiver's words.
    #[serde(default)]
    pub reason: String,
}

impl Action for NoteReport {
    const NAME: &'static str = "messaging.note_report";
    const DOC: &'static str = "Notes what a gateway reports of a text: it reached the telephone, or it did not. The first report holds; a repeated one changes nothing.";
    type Reply = Noted;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Noted>, Failure> {
        ctx.authorize(&Resource::of("messaging.delivery", self.id))?;
        let found = delivery::find(ctx, self.id).await?.ok_or_else(Failure::missing)?;
        if matches!(found.state, State::Delivered | State::Failed) {
            return Ok(Decision::reply(Noted { state: found.state }));
        }
        let state = if self.delivered { State::Delivered } else { State::Failed };
        let reason = if self.delivered { String::new() } else { one_line(&self.reason, 200) };
        let words = (reason.as_str(), "");
        Ok(Decision::reply(Noted { state }).write(delivery::end(
            found.id,
            found.version,
            state,
            words,
            ctx.now,
        )))
    }
}
