//! The applications that one looks after.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::ApplicationId;
use minshu_kernel::text::LocalText;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::ApplicationState;
use crate::openid::quota;
use crate::store::applications;

/// The most applications that are looked through: an installation has hundreds.
const MOST: i64 = 2_000;

/// Asks for applications.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Applications {}

/// Applications.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationList {
    /// The newest first.
    pub applications: Vec<ApplicationLine>,
}

/// An application.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationLine {
    /// Its id, which is its `client_id`.
    pub application: ApplicationId,
    /// Its name.
    pub name: LocalText,
    /// Whose it is.
    pub organisation: String,
    /// Whether it keeps a secret.
    pub confidential: bool,
    /// Where people are sent back.
    pub redirects: Vec<String>,
    /// The most that it may ask for.
    pub scopes: Vec<String>,
    /// How it stands.
    pub state: ApplicationState,
    /// Operations that it may ask for in a minute.
    pub minute: i64,
    /// Operations that it may ask for in a day.
    pub day: i64,
    /// Operations of today, counted in blocks.
    pub used_today: i64,
    /// Whether the caller may approve and suspend it.
    pub decides: bool,
    /// When it was entered.
    pub created_ms: Timestamp,
}

impl Query for Applications {
    const NAME: &'static str = "identity.applications";
    const DOC: &'static str =
        "The applications of organisations that one acts for or whose place one administers.";
    type Reply = ApplicationList;

    async fn answer(self, ctx: &Ctx) -> Result<ApplicationList, Failure> {
        let scope = ctx.scope();
        let records = &*ctx.services.records;
        let rows = records.scan(applications::SELECT_APPLICATIONS.into(), values![MOST]).await?;
        let mut list = Vec::new();
        for row in &rows {
            let found = applications::read(row, ctx.now)?;
            if !scope.covers(&found.resource()) {
                continue;
            }
            let id = quota::day_id(found.id, ctx.now);
            let used = ctx.row(applications::SELECT_USAGE, values![id]).await?;
            list.push(ApplicationLine {
                decides: ctx.may("identity.decide_application", &found.resource()),
                application: found.id,
                name: found.name,
                organisation: found.organisation_name,
                confidential: found.confidential,
                redirects: found.redirects,
                scopes: found.scopes,
                state: found.state,
                minute: found.quota.minute,
                day: found.quota.day,
                used_today: used.map(|row| row.get("used")).transpose()?.unwrap_or(0),
                created_ms: found.created,
            });
        }
        Ok(ApplicationList { applications: list })
    }
}
