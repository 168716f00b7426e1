//! What can be applied for.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::CompiledItem;
use crate::pack::Applicant;
use crate::stepping::section;

/// Asks for items.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Items {
    /// Words that the name or summary must hold, in either language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), example = &"广告")]
    pub q: Option<String>,
    /// Of this pack alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), example = &"gov-single-window")]
    pub pack: Option<String>,
}

/// Items in the order of the packs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ItemList {
    /// The items.
    pub items: Vec<ItemCard>,
}

/// An item in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemCard {
    /// `pack.item`.
    pub id: String,
    /// The pack.
    pub pack: String,
    /// The system's name.
    pub pack_name: LocalText,
    /// The item's name.
    pub name: LocalText,
    /// What it is for and for whom.
    pub summary: LocalText,
    /// Who may apply.
    pub applicant: Applicant,
    /// The promised limit, such as `15 working days`.
    pub promised: String,
    /// Whether nothing is charged.
    pub free: bool,
    /// Whether it takes no new applications for now.
    pub closed: bool,
}

impl Query for Items {
    const NAME: &'static str = "casework.items";
    const DOC: &'static str = "What can be applied for, in the order of the packs.";
    type Reply = ItemList;

    async fn answer(self, ctx: &Ctx) -> Result<ItemList, Failure> {
        ctx.authorize(&Resource::of("casework.item", "*"))?;
        let words: Vec<String> = self
            .q
            .iter()
            .flat_map(|q| q.split_whitespace())
            .take(10)
            .map(str::to_lowercase)
            .collect();
        let items = section(ctx)
            .items()
            .filter(|item| self.pack.as_ref().is_none_or(|pack| *pack == item.pack))
            .filter(|item| holds(item, &words))
            .map(|item| card(ctx, item))
            .collect();
        Ok(ItemList { items })
    }
}

fn holds(item: &CompiledItem, words: &[String]) -> bool {
    let texts = [&item.item.name, &item.item.summary];
    words.iter().all(|word| {
        texts
            .iter()
            .any(|text| text.zh.contains(word.as_str()) || text.en.to_lowercase().contains(word))
    })
}

/// The name of a pack in force.
pub(crate) fn pack_name(ctx: &Ctx, pack: &str) -> LocalText {
    let packs = ctx.services.packs.current();
    packs.pack(pack).map_or_else(|| LocalText::new(pack, pack), |info| info.name.clone())
}

fn card(ctx: &Ctx, item: &CompiledItem) -> ItemCard {
    ItemCard {
        id: item.id.clone(),
        pack: item.pack.clone(),
        pack_name: pack_name(ctx, &item.pack),
        name: item.item.name.clone(),
        summary: item.item.summary.clone(),
        applicant: item.item.applicant,
        promised: item.item.promised.to_string(),
        free: item.item.fees.is_empty(),
        closed: item.item.closed.is_some(),
    }
}
