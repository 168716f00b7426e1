//! The document of a licence as PDF, drawn when somebody asks for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::{kind, licence};
use crate::document;
use crate::model::LicenceId;
use crate::seal::Seal;
use crate::store::seals;

/// Asks for the PDF of a licence.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    /// The licence.
    pub licence: LicenceId,
}

/// A licence as PDF.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrintedLicence {
    /// The licence's identifier, by which the file is called.
    pub identifier: String,
    /// The PDF in base64. The seal is its picture there: what proves the licence is the OFD document.
    pub pdf: String,
}

impl Query for Printed {
    const NAME: &'static str = "licences.printed";
    const DOC: &'static str = "A licence as PDF for whoever prints it. The seal is a picture there: what proves the licence is its OFD document, or the register.";
    type Reply = PrintedLicence;

    async fn answer(self, ctx: &Ctx) -> Result<PrintedLicence, Failure> {
        let licence = licence(ctx, self.licence).await?;
        let kind = kind(ctx, &licence.kind)?;
        let seal = seals::at(ctx, &licence.issuer, licence.issued).await?;
        let seal = seal.and_then(|der| Seal::read(&der).ok());
        let picture = seal.as_ref().map(|seal| seal.picture.data.as_slice());
        let bytes = document::pdf(ctx, &kind, &licence, picture)?;
        Ok(PrintedLicence { identifier: licence.identifier, pdf: STANDARD.encode(bytes) })
    }
}
