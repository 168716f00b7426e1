//! The sealed document of a licence, for its holder and its office.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::objects::ObjectAddress;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::licence;
use crate::error::LicencesError;
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
pub struct DocumentFile {
    /// The licence's identifier, by which the file is called.
    pub identifier: String,
    /// The document (OFD) in base64, byte for byte as it was sealed.
    pub document: String,
}

impl Query for Document {
    const NAME: &'static str = "licences.document";
    const DOC: &'static str = "The sealed document (OFD) of a licence, byte for byte.";
    type Reply = DocumentFile;

    async fn answer(self, ctx: &Ctx) -> Result<DocumentFile, Failure> {
        let licence = licence(ctx, self.licence).await?;
        let address = ObjectAddress::parse(&licence.document);
        let address = address.ok_or(LicencesError::Damaged(licence.id))?;
        let mut body = ctx.services.objects.get(&address).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await.map_err(Failure::internal)? {
            bytes.extend_from_slice(&piece);
        }
        Ok(DocumentFile { identifier: licence.identifier, document: STANDARD.encode(bytes) })
    }
}
