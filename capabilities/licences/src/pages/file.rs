//! The document of a licence handed out: as it was sealed, or drawn as PDF for whoever prints it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use minshu_kernel::BoxFuture;
use minshu_kernel::error::Failure;
use minshu_kernel::objects::Body;
use minshu_kernel::web::{Reply, Visit};

use crate::issuing::OFD;
use crate::model::LicenceId;
use crate::queries::{Document, Printed};

/// `GET /licences/{licence}/document.ofd`
pub(super) async fn ofd(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let licence: LicenceId = visit.param("licence")?;
    let found = visit.ask(&Document { licence }).await?;
    let bytes = STANDARD.decode(&found.document).map_err(Failure::internal)?;
    Ok(Reply::File {
        name: format!("{}.ofd", found.identifier),
        kind: OFD.to_owned(),
        inline: false,
        body: Box::new(Whole(Some(Bytes::from(bytes)))),
    })
}

/// `GET /licences/{licence}/document.pdf`
pub(super) async fn pdf(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let licence: LicenceId = visit.param("licence")?;
    let found = visit.ask(&Printed { licence }).await?;
    let bytes = STANDARD.decode(&found.pdf).map_err(Failure::internal)?;
    Ok(Reply::File {
        name: format!("{}.pdf", found.identifier),
        kind: "application/pdf".to_owned(),
        inline: true,
        body: Box::new(Whole(Some(Bytes::from(bytes)))),
    })
}

/// A body that is there at once.
struct Whole(Option<Bytes>);

impl Body for Whole {
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Bytes>, String>> {
        Box::pin(std::future::ready(Ok(self.0.take())))
    }
}
