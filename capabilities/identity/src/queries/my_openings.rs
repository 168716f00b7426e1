//! What one opened in an emergency oneself, and what may be opened.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::openings::{OpeningLine, line};
use crate::store::openings;

/// Asks for the own openings.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyOpenings {}

/// A kind of thing that can be opened.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OpenableKind {
    /// Such as `casework.case`.
    pub kind: String,
    /// What people call it.
    pub name: LocalText,
}

/// The own openings.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct OwnOpenings {
    /// What may be opened.
    pub kinds: Vec<OpenableKind>,
    /// The latest twenty, those that end last first.
    pub openings: Vec<OpeningLine>,
}

impl Query for MyOpenings {
    const NAME: &'static str = "identity.my_openings";
    const DOC: &'static str =
        "What one opened in an emergency oneself, the latest first, and what may be opened.";
    type Reply = OwnOpenings;

    async fn answer(self, ctx: &Ctx) -> Result<OwnOpenings, Failure> {
        let me = ctx.who.account();
        let own = Resource { owner_account: me, ..Resource::of("identity.opening", "") };
        ctx.authorize(&own)?;
        let me = me.ok_or_else(|| Failure::new(Kind::Unauthenticated, "kernel.sign_in"))?;
        let mut found = Vec::new();
        for row in openings::of_account(ctx, me).await? {
            found.push(line(ctx, row).await?);
        }
        let kinds = ctx.services.emergencies.iter().map(|kind| OpenableKind {
            kind: kind.kind.to_owned(),
            name: LocalText::new(kind.name.0, kind.name.1),
        });
        Ok(OwnOpenings { kinds: kinds.collect(), openings: found })
    }
}
