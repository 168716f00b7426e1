//! The applications that one lets act.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::ConsentId;
use crate::store::applications;

/// Asks for one's own consents.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyApplications {}

/// Consents.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ConsentList {
    /// The one that was used last first.
    pub consents: Vec<ConsentLine>,
}

/// What one lets an application do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ConsentLine {
    /// The consent.
    pub consent: ConsentId,
    /// The application's name.
    pub name: LocalText,
    /// Whose it is.
    pub organisation: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Since when.
    pub given_ms: Timestamp,
    /// When it was used last.
    pub used_ms: Timestamp,
}

impl Query for MyApplications {
    const NAME: &'static str = "identity.my_applications";
    const DOC: &'static str = "The applications that one lets act, with what they may do.";
    type Reply = ConsentList;

    async fn answer(self, ctx: &Ctx) -> Result<ConsentList, Failure> {
        let account = ctx.who.account();
        ctx.authorize(&Resource {
            owner_account: account,
            ..Resource::of("identity.account", ctx.who.reference())
        })?;
        let account =
            account.ok_or_else(|| Failure::new(Kind::Unauthenticated, "kernel.sign_in"))?;
        let mut consents = Vec::new();
        for row in ctx.rows(applications::SELECT_CONSENTS, values![account]).await? {
            consents.push(ConsentLine {
                consent: row.id("id")?,
                name: LocalText::new(row.get::<String>("name_zh")?, row.get::<String>("name_en")?),
                organisation: row.get("organisation_name")?,
                scopes: applications::list(&row, "scopes")?,
                given_ms: row.get("given_ms")?,
                used_ms: row.get("used_ms")?,
            });
        }
        Ok(ConsentList { consents })
    }
}
