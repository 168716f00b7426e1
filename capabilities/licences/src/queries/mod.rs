//! What is answered of licences and seals, one file a noun, and the views they share.

pub mod document;
pub mod held;
pub mod licence;
pub mod mine;
pub mod printed;
pub mod register;
pub mod seals;
pub mod types;
pub mod usable;

pub use document::Document;
pub use held::Held;
pub use licence::LicenceById;
pub use mine::Mine;
pub use printed::Printed;
pub use register::Register;
pub use seals::Seals;
pub use types::Types;
pub use usable::Usable;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::{kind, name_of};
use crate::model::{HolderKind, Licence, LicenceId, State};
use crate::rules;

/// A licence in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LicenceLine {
    /// The licence.
    pub licence: LicenceId,
    /// Its type: `pack.type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the type is called.
    pub name: LocalText,
    /// Its identifier (GB/T 36904).
    pub identifier: String,
    /// Where it stands.
    pub state: State,
    /// What its holder is.
    pub holder_kind: HolderKind,
    /// Who holds it; a person's name is masked for everybody else.
    pub holder: String,
    /// Who issued it.
    pub issuer: String,
    /// When it was issued, milliseconds since 1970 in UTC.
    pub issued_ms: Timestamp,
    /// Until when it holds, milliseconds since 1970 in UTC.
    pub until_ms: Option<Timestamp>,
}

impl LicenceLine {
    /// Of a licence; `whole` where its holder reads it.
    pub(crate) fn of(ctx: &Ctx, licence: &Licence, whole: bool) -> LicenceLine {
        let holder = &licence.holder;
        LicenceLine {
            licence: licence.id,
            kind: licence.kind.clone(),
            name: name_of(ctx, &licence.kind),
            identifier: licence.identifier.clone(),
            state: licence.state_at(ctx.now),
            holder_kind: holder.kind,
            holder: match whole {
                true => holder.name.clone(),
                false => rules::shown_name(holder.kind, &holder.name),
            },
            issuer: licence.issuer_name.clone(),
            issued_ms: licence.issued,
            until_ms: licence.until,
        }
    }
}

/// A field of a licence with its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldView {
    /// Its id within the type.
    pub id: String,
    /// What it is called.
    pub name: LocalText,
    /// What stands there.
    pub value: String,
    /// Whether it is shown to a stranger unless the holder says otherwise.
    pub shown: bool,
    /// Whether it is masked where somebody else reads it.
    pub personal: bool,
}

/// The fields of a licence in the order of its type; `whole` where its holder reads it.
pub(crate) fn fields(ctx: &Ctx, licence: &Licence, whole: bool) -> Vec<FieldView> {
    let Ok(kind) = kind(ctx, &licence.kind) else { return Vec::new() };
    let view = |field: &crate::pack::FieldToml| {
        let value = licence.values.get(&field.id)?;
        let value = if field.personal && !whole { rules::masked(value) } else { value.clone() };
        let (id, name) = (field.id.clone(), field.name.clone());
        Some(FieldView { id, name, value, shown: field.shown, personal: field.personal })
    };
    kind.told.fields.iter().filter_map(view).collect()
}
