//! A file of a draft or a case, for the page that hands it out.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::MaterialId;
use crate::pack::FileKind;
use crate::store::{cases, drafts, materials};

/// Asks for a file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialObject {
    /// The file.
    pub file: MaterialId,
}

/// Where a file is and how it is shown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ObjectView {
    /// The object's address.
    pub object: String,
    /// The file's name.
    pub name: String,
    /// Its media type by content.
    pub kind: String,
    /// Its size in bytes.
    pub bytes: i64,
    /// Whether a browser may show it in place.
    pub inline: bool,
}

impl Query for MaterialObject {
    const NAME: &'static str = "casework.material_object";
    const DOC: &'static str =
        "Where the file of a material is, for its owner and for those who handle its case.";
    type Reply = ObjectView;

    async fn answer(self, ctx: &Ctx) -> Result<ObjectView, Failure> {
        let file = materials::find(ctx, self.file).await?.ok_or_else(Failure::missing)?;
        let resource = match (file.draft, file.case) {
            (Some(draft), _) => {
                let row = drafts::find(ctx, draft).await?.ok_or_else(Failure::missing)?;
                row.draft.resource()
            }
            (None, Some(case)) => {
                cases::find(ctx, case).await?.ok_or_else(Failure::missing)?.case.resource()
            }
            (None, None) => return Err(Failure::missing()),
        };
        ctx.authorize(&resource).map_err(Failure::hidden)?;
        Ok(ObjectView {
            object: file.object.as_str().to_owned(),
            name: file.name,
            inline: FileKind::of_media_type(&file.kind).is_some_and(FileKind::shows_in_browser),
            kind: file.kind,
            bytes: file.bytes,
        })
    }
}
