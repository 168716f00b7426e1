//! The types of licences in force, for whoever issues them.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::section;
use crate::model::HolderKind;
use crate::pack::FieldToml;

/// Asks for the types.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Types {}

/// The types in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TypeList {
    /// By their ids.
    pub types: Vec<TypeView>,
}

/// A type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TypeView {
    /// Its id: `pack.type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is called.
    pub name: LocalText,
    /// Its type code (GB/T 36904).
    pub code: String,
    /// Who holds it.
    pub holder: HolderKind,
    /// What it says.
    pub fields: Vec<FieldToml>,
    /// Those who issue it.
    pub issuers: Vec<IssuerView>,
}

/// An organisation that issues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IssuerView {
    /// Its name.
    pub name: LocalText,
    /// The division that it serves.
    pub division: String,
}

impl Query for Types {
    const NAME: &'static str = "licences.types";
    const DOC: &'static str = "The types of licences in force, with their fields and issuers.";
    type Reply = TypeList;

    async fn answer(self, ctx: &Ctx) -> Result<TypeList, Failure> {
        ctx.authorize(&Resource::of("licences.type", "all"))?;
        let section = section(ctx);
        let view = |kind: &std::sync::Arc<crate::compile::Type>| TypeView {
            kind: kind.id.clone(),
            name: kind.told.name.clone(),
            code: kind.code.clone(),
            holder: kind.told.holder,
            fields: kind.told.fields.clone(),
            issuers: kind
                .issuers
                .iter()
                .map(|issuer| IssuerView {
                    name: issuer.name.clone(),
                    division: issuer.division.to_string(),
                })
                .collect(),
        };
        Ok(TypeList { types: section.types.values().map(view).collect() })
    }
}
