//! A new key for the installation, while it runs: it is made and in force at once, then the keys of persons are wrapped
//! anew, some at a time, then the old one is retired. Whoever is cut off begins again, and what is done stays done: a
//! round finds by the keys themselves what is still to do.

use std::time::Duration;

use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::error::Failure;
use minshu_kernel::ids::RequestId;
use minshu_kernel::text::Lang;
use serde::{Deserialize, Serialize};

use crate::house::House;
use crate::platform::actions::rotate_keys;

/// Keys that are wrapped in one write.
const ROUND: i64 = 500;
/// Longer than a write that began before the new key was in force.
const SETTLE: Duration = Duration::from_secs(1);

/// A step of a rotation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Make a new key, unless one is under way.
    Begin,
    /// Wrap some keys anew, those behind an id.
    Wrap {
        /// The last id of the step before; empty at first.
        after: String,
    },
    /// Retire the old keys, where nothing needs them any more.
    End,
}

/// What a step did.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Told {
    /// The key in force.
    pub key: u32,
    /// How many keys were wrapped anew.
    pub wrapped: usize,
    /// The last id that was looked at; nothing where none is behind.
    pub last: Option<String>,
    /// Keys that are gone for good.
    pub retired: Vec<u32>,
    /// Old keys that stay, since values from earlier versions rest directly under them.
    pub kept: Vec<u32>,
    /// Whether something still rests under an old key.
    pub open: bool,
}

/// Does a step.
///
/// # Errors
/// Where the records do not answer, the key file cannot be written, or a key does not open.
pub async fn answer(house: &House, asked: Asked) -> Result<Told, Failure> {
    let mut told = Told::default();
    match asked {
        Asked::Begin => {
            // One that was cut off goes on. An old key that must stay anyway tells nothing of that.
            let several = house.keys.ids().len() > 1;
            let under_way =
                several && (!house.person_keys.older_values().await? || pass(house).await? > 0);
            if !under_way {
                house.act(call(house)).await?;
                house.keys.add().map_err(Failure::internal)?;
            }
        }
        Asked::Wrap { after } => {
            if let Some((last, wrapped)) = house.person_keys.rewrap(&after, ROUND).await? {
                (told.last, told.wrapped) = (Some(last), wrapped);
            }
        }
        Asked::End => {
            tokio::time::sleep(SETTLE).await;
            // Wrapped in this pass, and none left in the next.
            pass(house).await?;
            told.open = pass(house).await? > 0;
            if !told.open {
                match house.person_keys.older_values().await? {
                    true => told.kept = house.keys.ids().split_off(1),
                    false => told.retired = house.keys.retire().map_err(Failure::internal)?,
                }
            }
        }
    }
    told.key = house.keys.ids().first().copied().unwrap_or_default();
    Ok(told)
}

/// Goes through all keys once; answers how many had to be wrapped anew.
async fn pass(house: &House) -> Result<usize, Failure> {
    let (mut after, mut done) = (String::new(), 0);
    while let Some((last, wrapped)) = house.person_keys.rewrap(&after, ROUND).await? {
        done += wrapped;
        after = last;
    }
    Ok(done)
}

/// The entry of the audit chain.
fn call(house: &House) -> Call {
    Call {
        who: std::sync::Arc::new(Principal::console()),
        operation: rotate_keys::NAME.to_owned(),
        input: serde_json::json!({}),
        key: None,
        cause: None,
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    }
}
