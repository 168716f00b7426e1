//! A new key of the installation: the entry that says who made it and when. The key itself is made by the process that
//! holds the key file (`rotation.rs`).

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The action's name.
pub const NAME: &str = "platform.rotate_keys";

/// Notes that a new key takes over.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKeys {}

/// That it was noted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct KeysRotated {}

impl Action for RotateKeys {
    const NAME: &'static str = NAME;
    const DOC: &'static str = "Notes in the audit chain that a new key of the installation takes over. `minshu keys rotate` makes it.";
    type Reply = KeysRotated;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<KeysRotated>, Failure> {
        ctx.authorize(&Resource::platform())?;
        Ok(Decision::reply(KeysRotated {}))
    }
}
