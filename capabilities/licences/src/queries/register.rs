//! The licences of an office's own place, and one by its identifier.

use minshu_kernel::access::Scope;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::list::{After, Filter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LicenceLine;
use crate::store::licences;

/// The most licences of a page.
pub const LIMIT_MAX: u32 = 100;

/// Asks for licences.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The identifier of one licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200), example = &"1.2.156.3005.2.11370800MB28559184001.11370800MB28559184.000000001.001.L")]
    pub identifier: Option<String>,
    /// Of this type alone: `pack.type`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 130))]
    pub kind: Option<String>,
    /// Begin behind this one: `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
    /// How many, at most 100; 50 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
}

/// A page of licences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegisterPage {
    /// The licences, the latest first.
    pub licences: Vec<LicenceLine>,
    /// Where the next page begins.
    pub next: Option<After>,
}

impl Query for Register {
    const NAME: &'static str = "licences.register";
    const DOC: &'static str = "The licences of an office's own place, the latest first, or one by its identifier. People's names are masked.";
    type Reply = RegisterPage;

    async fn answer(self, ctx: &Ctx) -> Result<RegisterPage, Failure> {
        let scope: Scope = ctx.scope();
        let limit = self.limit.unwrap_or(50).clamp(1, LIMIT_MAX);
        let mut filter = Filter::new().equal_if("type", self.kind);
        if let Some(identifier) = self.identifier {
            let code = crate::code::LicenceCode::read(identifier.trim());
            let code = code.map_or(identifier, |code| code.to_string());
            filter = filter.equal("identifier", code);
        }
        let rows =
            licences::list(filter, self.after, limit).page(&*ctx.services.records, &scope).await?;
        let found: Result<Vec<_>, _> = rows.iter().map(|row| licences::read(ctx, row)).collect();
        let found = found?;
        let last = found.last().filter(|_| found.len() == limit as usize);
        Ok(RegisterPage {
            next: last.map(|last| After { sort: last.issued.0, id: last.id.to_string() }),
            licences: found.iter().map(|licence| LicenceLine::of(ctx, licence, false)).collect(),
        })
    }
}
