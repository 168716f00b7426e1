//! The systems of the plan and how each stands.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for the systems, all or of a chapter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Systems {
    /// The chapter's folder, such as `06-public-services`.
    #[serde(default)]
    #[schemars(length(max = 60), example = &"06-public-services")]
    pub chapter: Option<String>,
}

/// One system.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SystemLine {
    /// Its id in the register.
    pub id: String,
    /// The plan's chapter, such as `6.1`.
    pub plan: String,
    /// Its name.
    pub name: LocalText,
    /// The unit in charge.
    pub lead: LocalText,
    /// What it is for.
    pub description: LocalText,
}

/// The systems.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SystemList {
    /// The hash of the packs in force.
    pub packs: String,
    /// In the order of the plan's chapters.
    pub systems: Vec<SystemLine>,
}

impl Query for Systems {
    const NAME: &'static str = "platform.systems";
    const DOC: &'static str = "The systems that the plan names, with the packs in force.";
    type Reply = SystemList;

    async fn answer(self, ctx: &Ctx) -> Result<SystemList, Failure> {
        ctx.authorize(&Resource::platform())?;
        let set = ctx.services.packs.current();
        let wanted = self.chapter.as_deref();
        let systems = set
            .packs
            .iter()
            .filter(|pack| wanted.is_none_or(|chapter| pack.chapter == chapter))
            .map(|pack| SystemLine {
                id: pack.id.clone(),
                plan: pack.plan.clone(),
                name: pack.name.clone(),
                lead: pack.lead.clone(),
                description: pack.description.clone(),
            })
            .collect();
        Ok(SystemList { packs: set.hash.clone(), systems })
    }
}
