//! What is done with licences and seals, one file a verb; the moves from state to state share one.

pub mod agree;
pub mod approve_seal;
pub mod change;
pub mod decline;
pub mod end_seal;
pub mod end_showing;
pub mod issue;
pub mod issue_for;
pub mod lapse;
pub mod look;
pub mod moves;
pub mod propose_seal;
pub mod show;
pub mod verify;

pub use agree::Agree;
pub use approve_seal::ApproveSeal;
pub use change::Change;
pub use decline::Decline;
pub use end_seal::EndSeal;
pub use end_showing::EndShowing;
pub use issue::Issue;
pub use issue_for::IssueFor;
pub use lapse::Lapse;
pub use look::Look;
pub use moves::{Cancel, Resume, Revoke, Suspend, Transfer, Withdraw};
pub use propose_seal::ProposeSeal;
pub use show::Show;
pub use verify::Verify;

use std::sync::Arc;

use minshu_kernel::access::Resource;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::{Section, Type};
use crate::error::LicencesError;
use crate::model::{Licence, LicenceId, ProposalId, State};
use crate::owning;
use crate::store::licences;

/// Where a licence stands after an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stands {
    /// The licence.
    pub licence: LicenceId,
    /// Its identifier (GB/T 36904).
    pub identifier: String,
    /// Where it stands.
    pub state: State,
    /// What waits for a second officer; none where it was done.
    pub proposal: Option<ProposalId>,
}

impl Stands {
    /// It was done.
    pub(crate) fn done(licence: &Licence, state: State) -> Stands {
        let identifier = licence.identifier.clone();
        Stands { licence: licence.id, identifier, state, proposal: None }
    }
}

/// The compiled section of the packs in force.
pub(crate) fn section(ctx: &Ctx) -> Arc<Section> {
    ctx.section::<Section>(crate::NAME)
}

/// A type in force.
pub(crate) fn kind(ctx: &Ctx, id: &str) -> Result<Arc<Type>, LicencesError> {
    section(ctx).types.get(id).cloned().ok_or_else(|| LicencesError::UnknownType(id.to_owned()))
}

/// What a type is called; its id where it is not declared any more.
pub(crate) fn name_of(ctx: &Ctx, id: &str) -> LocalText {
    kind(ctx, id).map_or_else(|_| LocalText::new(id, id), |kind| kind.told.name.clone())
}

/// One's own licences as access sees them.
pub(crate) fn own(ctx: &Ctx) -> Resource {
    Resource {
        owner: ctx.who.person,
        owner_account: ctx.who.account(),
        ..Resource::of("licences.licence", "own")
    }
}

/// A licence that one may touch as its holder or its office; that there is another's is not told.
pub(crate) async fn licence(ctx: &Ctx, id: LicenceId) -> Result<Licence, Failure> {
    let licence = licences::find(ctx, id).await?.ok_or_else(Failure::missing)?;
    let resource = owning::resource(ctx, &licence).await;
    ctx.authorize(&resource).map_err(Failure::hidden)?;
    Ok(licence)
}
