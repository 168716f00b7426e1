//! Which versions an item had, from when to when, and what changed from one to another.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::changes::{self, Change};
use crate::compile::CompiledItem;
use crate::error::CaseworkError;
use crate::pack::PinnedItem;
use crate::stepping::section;
use crate::store::periods;

/// Asks for the versions of an item.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemVersions {
    /// `pack.item`.
    #[schemars(length(max = 200), example = &"gov-single-window.outdoor-advertising")]
    pub item: String,
}

/// The versions of an item, the newest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct VersionList {
    /// The item's name in its newest version.
    pub name: LocalText,
    /// Whether the item is in force.
    pub in_force: bool,
    /// The periods: a version that came back has two.
    pub periods: Vec<VersionPeriod>,
}

/// A period in which a version was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionPeriod {
    /// The version's id.
    pub version: String,
    /// Since when, in milliseconds.
    pub since_ms: Timestamp,
    /// Until when, in milliseconds; absent while it is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<Timestamp>,
}

/// A version as it was kept.
async fn kept(ctx: &Ctx, item: &str, version: &str) -> Result<PinnedItem, Failure> {
    let row = ctx.row(periods::VERSION_OF_ITEM, values![version, item]).await?;
    let content: String = row.ok_or_else(Failure::missing)?.get("content")?;
    PinnedItem::read(&content).map_err(|what| {
        CaseworkError::Damaged { table: "casework_item_version", id: version.to_owned(), what }
            .into()
    })
}

impl Query for ItemVersions {
    const NAME: &'static str = "casework.item_versions";
    const DOC: &'static str =
        "The versions of an item and when each was in force, the newest first.";
    type Reply = VersionList;

    async fn answer(self, ctx: &Ctx) -> Result<VersionList, Failure> {
        ctx.authorize(&Resource::of("casework.item", &self.item))?;
        let mut found = Vec::new();
        for row in ctx.rows(periods::PERIODS_OF_ITEM, values![&self.item]).await? {
            let until: i64 = row.get("until_ms")?;
            found.push(VersionPeriod {
                version: row.get("version")?,
                since_ms: Timestamp(row.get("since_ms")?),
                until_ms: Some(Timestamp(until)).filter(|_| until != periods::OPEN_MS),
            });
        }
        let section = section(ctx);
        let current: Option<&CompiledItem> = section.item(&self.item).map(|item| &**item);
        let name = match (current, found.first()) {
            (Some(current), _) => current.item.name.clone(),
            (None, Some(newest)) => kept(ctx, &self.item, &newest.version).await?.item.name,
            (None, None) => return Err(Failure::missing()),
        };
        Ok(VersionList { name, in_force: current.is_some(), periods: found })
    }
}

/// Asks what changed from one version of an item to another.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemChanges {
    /// `pack.item`.
    #[schemars(length(max = 200), example = &"gov-single-window.outdoor-advertising")]
    pub item: String,
    /// The earlier version's id.
    #[schemars(length(max = 64), example = &"66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub from: String,
    /// The later version's id.
    #[schemars(length(max = 64), example = &"66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub to: String,
}

/// What changed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ChangeList {
    /// The changes, in the order of the declaration; the form's fields last.
    pub changes: Vec<Change>,
}

impl Query for ItemChanges {
    const NAME: &'static str = "casework.item_changes";
    const DOC: &'static str = "What changed from one version of an item to another: elements, materials, stages, fields of the form.";
    type Reply = ChangeList;

    async fn answer(self, ctx: &Ctx) -> Result<ChangeList, Failure> {
        ctx.authorize(&Resource::of("casework.item", &self.item))?;
        let from = kept(ctx, &self.item, &self.from).await?;
        let to = kept(ctx, &self.item, &self.to).await?;
        Ok(ChangeList { changes: changes::between(&from, &to)? })
    }
}
