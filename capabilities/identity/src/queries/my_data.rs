//! What is held about whoever asks: every kind with its purpose, its legal basis and its period.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks;
use crate::store::accounts;

/// Records of each kind that are told.
const TOLD: u32 = 20;

/// Asks what is held about oneself.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyData {}

/// A record.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HeldLine {
    /// What it is called.
    pub title: String,
    /// When it changed last.
    pub at_ms: Timestamp,
    /// Where it is seen.
    pub href: Option<String>,
    /// How many files belong to it.
    pub files: usize,
}

/// A kind of data, in the caller's language.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HeldKind {
    /// `capability.kind`.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// What it is held for.
    pub purpose: String,
    /// The legal basis.
    pub basis: String,
    /// How long, and what becomes of it at an erasure.
    pub period: String,
    /// The latest records.
    pub records: Vec<HeldLine>,
    /// Whether there are more.
    pub more: bool,
}

/// What is held, and what would become of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HeldData {
    /// The kinds.
    pub kinds: Vec<HeldKind>,
    /// What must be ended before the data can be erased, in sentences.
    pub hindrances: Vec<String>,
    /// What the law keeps at an erasure, with its basis, in sentences.
    pub kept: Vec<String>,
}

impl Query for MyData {
    const NAME: &'static str = "identity.my_data";
    const DOC: &'static str = "What is held about oneself: kinds with purpose, legal basis and period, their latest records, and what an erasure would leave.";
    type Reply = HeldData;

    async fn answer(self, ctx: &Ctx) -> Result<HeldData, Failure> {
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        let t = ctx.speaker();
        let mut data = HeldData { kinds: Vec::new(), hindrances: Vec::new(), kept: Vec::new() };
        for holding in &*ctx.services.holdings {
            let found = (holding.read)(ctx, TOLD + 1).await?;
            let line = |record: &minshu_kernel::holdings::HeldRecord| HeldLine {
                title: record.title.clone(),
                at_ms: record.at,
                href: record.href.clone(),
                files: record.files.len(),
            };
            data.kinds.push(HeldKind {
                kind: holding.name.to_owned(),
                title: t.say(holding.title),
                purpose: t.say(holding.purpose),
                basis: t.say(holding.basis),
                period: t.say(holding.period),
                records: found.iter().take(TOLD as usize).map(line).collect(),
                more: found.len() > TOLD as usize,
            });
            let leaving = (holding.leave)(ctx).await?;
            data.hindrances.extend(leaving.hindrances.iter().map(|message| t.message(message)));
            data.kept.extend(leaving.kept.iter().map(|message| t.message(message)));
        }
        Ok(data)
    }
}
