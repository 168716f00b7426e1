//! Where the sealed document of a licence is, for its holder and its office.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::licence;
use crate::model::LicenceId;

/// Asks for the document of a licence.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The licence.
    pub licence: LicenceId,
}

/// The document of a licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentObject {
    /// Its address among the objects.
    pub object: String,
    /// The licence's identifier, by which the file is called.
    pub identifier: String,
    /// Its size in bytes.
    pub bytes: i64,
}

impl Query for Document {
    const NAME: &'static str = "licences.document";
    const DOC: &'static str = "Where the sealed document (OFD) of a licence is; its page hands it out.";
    type Reply = DocumentObject;

    async fn answer(self, ctx: &Ctx) -> Result<DocumentObject, Failure> {
        let licence = licence(ctx, self.licence).await?;
        Ok(DocumentObject {
            object: licence.document,
            identifier: licence.identifier,
            bytes: licence.document_bytes,
        })
    }
}
