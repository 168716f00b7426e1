//! By which providers outside the house one may sign in.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::OutsideLinkId;
use crate::store::outside;

/// Asks for one's own links to providers.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideLinks {}

/// The providers of the installation, and which of them one is linked to.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OutsideLinkList {
    /// In the order of the settings; links to a provider that is gone come last.
    pub providers: Vec<OutsideProvider>,
}

/// A provider, as one's own account stands to it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OutsideProvider {
    /// Its id.
    pub provider: String,
    /// Its name.
    pub name: LocalText,
    /// Whether the settings still have it.
    pub offered: bool,
    /// The link, where there is one.
    pub link: Option<OutsideLinkId>,
    /// When it was linked, in milliseconds since 1970 (UTC).
    pub linked_ms: Option<Timestamp>,
    /// When it was used last.
    pub used_ms: Option<Timestamp>,
}

impl Query for OutsideLinks {
    const NAME: &'static str = "identity.outside_links";
    const DOC: &'static str = "The providers outside the house by which one may sign in, and which of them one's own account is linked to.";
    type Reply = OutsideLinkList;

    async fn answer(self, ctx: &Ctx) -> Result<OutsideLinkList, Failure> {
        ctx.authorize(&Resource::of("identity.account", ctx.who.reference()))?;
        let Some(account) = ctx.who.account() else {
            return Ok(OutsideLinkList { providers: Vec::new() });
        };
        let mut links = outside::links(ctx, account).await?;
        let mut providers = Vec::new();
        for provider in ctx.services.outside.providers() {
            let at = links.iter().position(|link| link.provider == provider.id);
            let link = at.map(|at| links.remove(at));
            providers.push(OutsideProvider {
                provider: provider.id,
                name: provider.name,
                offered: true,
                link: link.as_ref().map(|link| link.id),
                linked_ms: link.as_ref().map(|link| link.linked),
                used_ms: link.and_then(|link| link.used),
            });
        }
        providers.extend(links.into_iter().map(|link| OutsideProvider {
            name: LocalText::new(&link.provider, &link.provider),
            provider: link.provider,
            offered: false,
            link: Some(link.id),
            linked_ms: Some(link.linked),
            used_ms: link.used,
        }));
        Ok(OutsideLinkList { providers })
    }
}
