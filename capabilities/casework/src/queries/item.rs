//! One item, with everything that an applicant wants to know before beginning.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::items::pack_name;
use crate::pack::Item;
use crate::stepping::section;

/// Asks for an item.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemById {
    /// `pack.item`.
    #[schemars(length(max = 200), example = &"gov-single-window.outdoor-advertising")]
    pub item: String,
}

/// An item in force.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ItemView {
    /// `pack.item`.
    pub id: String,
    /// The pack.
    pub pack: String,
    /// The system's name.
    pub pack_name: LocalText,
    /// The unit in charge.
    pub lead: LocalText,
    /// The version's id.
    pub version: String,
    /// The declaration; roles are full ids.
    pub item: Item,
    /// The form as a standard JSON Schema.
    pub form: Json,
}

impl Query for ItemById {
    const NAME: &'static str = "casework.item";
    const DOC: &'static str =
        "An item: who may apply, what is needed, how long it takes, what it costs, and its form.";
    type Reply = ItemView;

    async fn answer(self, ctx: &Ctx) -> Result<ItemView, Failure> {
        ctx.authorize(&Resource::of("casework.item", &self.item))?;
        let item = section(ctx).item(&self.item).cloned().ok_or_else(Failure::missing)?;
        let packs = ctx.services.packs.current();
        let lead = packs.pack(&item.pack).map(|info| info.lead.clone());
        Ok(ItemView {
            id: item.id.clone(),
            pack: item.pack.clone(),
            pack_name: pack_name(ctx, &item.pack),
            lead: lead.unwrap_or_else(|| LocalText::new("", "")),
            version: item.version.clone(),
            item: item.item.clone(),
            form: item.form.json_schema(),
        })
    }
}
