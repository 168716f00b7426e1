//! The organisations that an administrator may manage, from the province down, place by place.

use minshu_kernel::access::Scope;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OrganisationId;
use minshu_kernel::list::{After, DIVISION_COLUMNS, Filter, ListQuery, ScopeColumns};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::division_name;
use crate::checks;
use crate::model::{Organisation, OrganisationKind};
use crate::rules;
use crate::store::organisations::{SELECT_LIST, read_organisation};

/// The most organisations of a page.
pub const LIMIT_MAX: u32 = 200;

/// Asks for a page of organisations.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisations {
    /// Begin behind this one: `next` of the page before.
    #[serde(default)]
    pub after: Option<After>,
    /// How many, at most 200; 50 where it is left out.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    /// A part of the name, or the unified social credit code.
    #[serde(default)]
    #[schemars(example = &"餐饮")]
    pub q: Option<String>,
}

/// An organisation in a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationLine {
    /// The organisation.
    pub organisation: OrganisationId,
    /// What it is.
    pub kind: OrganisationKind,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// The code of the division where it sits.
    pub division: String,
    /// The division's whole name.
    pub division_name: LocalText,
}

/// A page of organisations.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationPage {
    /// The organisations, by place.
    pub organisations: Vec<OrganisationLine>,
    /// Where the next page begins.
    pub next: Option<After>,
}

impl Query for Organisations {
    const NAME: &'static str = "identity.organisations";
    const DOC: &'static str = "The organisations within the caller's own place, page by page.";
    type Reply = OrganisationPage;

    async fn answer(self, ctx: &Ctx) -> Result<OrganisationPage, Failure> {
        let scope = placed(ctx.scope());
        let limit = self.limit.unwrap_or(50).clamp(1, LIMIT_MAX);
        let list = ListQuery {
            select: SELECT_LIST,
            columns: ScopeColumns {
                kind: "identity.organisation",
                divisions: Some(DIVISION_COLUMNS),
                pack: "pack",
                role: None,
                owner_account: None,
                owner: None,
                owner_organisation: None,
            },
            sort: "place",
            descending: false,
            filter: filter(self.q.as_deref()),
            after: self.after,
            // One more tells whether there is a next page.
            limit: limit + 1,
        };
        let rows = list.page(&*ctx.services.records, &scope).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            found.push(read_organisation(row)?);
        }
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more);
        let next = next.map(|last| After { sort: last.place, id: last.id.to_string() });
        let organisations = found.into_iter().map(|found| line(ctx, found)).collect();
        Ok(OrganisationPage { organisations, next })
    }
}

/// Organisations belong to no pack, and nobody's turn it is: what binds a grant to them is the place alone,
/// as [`authorize`](Ctx::authorize) decides on a single one.
fn placed(mut scope: Scope) -> Scope {
    for term in &mut scope.terms {
        term.pack = None;
        term.role = None;
        // What a pack forbids concerns its own things.
        term.except.clear();
    }
    scope
}

/// A code is looked up as a whole, anything else within the names.
fn filter(q: Option<&str>) -> Filter {
    let typed = q.unwrap_or_default();
    if let Ok(Some(code)) = checks::code(Some(typed)) {
        return Filter::new().equal("uscc", code);
    }
    match rules::search_pattern(typed) {
        Some(pattern) => Filter::new().compare("search", "LIKE", pattern),
        None => Filter::new(),
    }
}

/// An organisation as a list shows it.
pub(crate) fn line(ctx: &Ctx, organisation: Organisation) -> OrganisationLine {
    OrganisationLine {
        organisation: organisation.id,
        kind: organisation.kind,
        name: organisation.name,
        uscc: organisation.uscc,
        division: organisation.division.to_string(),
        division_name: division_name(ctx, organisation.division),
    }
}
