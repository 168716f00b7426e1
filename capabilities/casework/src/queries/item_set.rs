//! Whole items, for whoever takes them along: other systems, tables, checks.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::CompiledItem;
use crate::pack::Item;
use crate::stepping::section;

/// Asks for whole items.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemSet {
    /// Of this pack alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), example = &"gov-single-window")]
    pub pack: Option<String>,
    /// Of this department alone, by its code on this platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), example = &"market-supervision")]
    pub department: Option<String>,
    /// Those that the offices of this division itself handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"350102")]
    pub division: Option<DivisionCode>,
}

/// Items in the order of the packs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WholeItems {
    /// The items.
    pub items: Vec<WholeItem>,
}

/// An item with its pack and version.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct WholeItem {
    /// The pack.
    pub pack: String,
    /// The version's id.
    pub version: String,
    /// The declaration; roles are full ids.
    pub item: Item,
}

impl Query for ItemSet {
    const NAME: &'static str = "casework.item_set";
    const DOC: &'static str = "Whole items of a pack, a department or a division, with all their elements, to be taken along.";
    type Reply = WholeItems;

    async fn answer(self, ctx: &Ctx) -> Result<WholeItems, Failure> {
        ctx.authorize(&Resource::of("casework.item", "*"))?;
        let level = match self.division {
            None => None,
            Some(code) => {
                let division = ctx.services.divisions.get(code);
                Some(division.ok_or_else(Failure::missing)?.level())
            }
        };
        let wanted = |item: &CompiledItem| {
            let department = item.item.elements.department.as_ref().map(|d| d.code.as_str());
            self.pack.as_ref().is_none_or(|pack| *pack == item.pack)
                && self.department.as_deref().is_none_or(|code| department == Some(code))
                && level.is_none_or(|level| level == item.item.handled_at)
        };
        let section = section(ctx);
        let items = section.items().filter(|item| wanted(item)).map(|item| WholeItem {
            pack: item.pack.clone(),
            version: item.version.clone(),
            item: item.item.clone(),
        });
        Ok(WholeItems { items: items.collect() })
    }
}
