//! The seals of the installation, for those who look after them.

use std::sync::Arc;

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::propose_seal::{issuer_of, resource};
use crate::actions::{name_of, section};
use crate::model::{SealId, SealState};
use crate::store::seals;

/// Asks for the seals.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seals {}

/// The seals of one's own place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SealList {
    /// The seals, the latest first.
    pub seals: Vec<SealView>,
    /// Organisations that issue licences and may have a seal.
    pub issuers: Vec<IssuerChoice>,
    /// The root certificate of the installation's own authority (PEM); none before the first seal.
    pub root: Option<String>,
}

/// A seal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SealView {
    /// The seal.
    pub seal: SealId,
    /// The organisation's unified social credit code.
    pub issuer: String,
    /// What stands on it.
    pub name: String,
    /// Its number.
    pub serial: String,
    /// What it may seal.
    pub types: Vec<LocalText>,
    /// Where it stands.
    pub state: SealState,
    /// When it was wanted, milliseconds since 1970 in UTC.
    pub made_ms: Timestamp,
    /// Until when it seals, milliseconds since 1970 in UTC.
    pub until_ms: Option<Timestamp>,
    /// Whether whoever asks wanted it: somebody else has to agree.
    pub own: bool,
}

/// An organisation that may have a seal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IssuerChoice {
    /// Its id: `pack.issuer`.
    pub issuer: String,
    /// Its name.
    pub name: LocalText,
    /// What it issues.
    pub types: Vec<TypeChoice>,
}

/// A type that a seal may seal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TypeChoice {
    /// Its id: `pack.type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is called.
    pub name: LocalText,
}

impl Query for Seals {
    const NAME: &'static str = "licences.seals";
    const DOC: &'static str = "The seals of the organisations within one's own place, and the root certificate that vouches for them.";
    type Reply = SealList;

    async fn answer(self, ctx: &Ctx) -> Result<SealList, Failure> {
        let _scope = ctx.scope();
        let section = section(ctx);
        let rows = seals::all(ctx).await?.into_iter().filter(|seal| {
            let issuer = issuer_of(ctx, &seal.issuer);
            ctx.may(Self::NAME, &resource(ctx, seal.id, issuer.as_ref()))
        });
        let view = |seal: crate::model::Seal| SealView {
            seal: seal.id,
            own: seal.proposer == ctx.who.reference(),
            types: seal.types.iter().map(|id| name_of(ctx, id)).collect(),
            issuer: seal.issuer,
            name: seal.name,
            serial: seal.serial,
            state: seal.state,
            made_ms: seal.made,
            until_ms: seal.until,
        };
        let issues = |uscc: &str| {
            let of = section
                .types
                .values()
                .filter(|kind| kind.issuers.iter().any(|issuer| issuer.uscc == uscc));
            let choice = |kind: &Arc<crate::compile::Type>| TypeChoice {
                kind: kind.id.clone(),
                name: kind.told.name.clone(),
            };
            of.map(choice).collect::<Vec<_>>()
        };
        let here = section.issuers.iter().filter(|(id, issuer)| {
            ctx.may("licences.propose_seal", &resource(ctx, *id, Some(issuer)))
        });
        let issuers = here.map(|(id, issuer)| IssuerChoice {
            issuer: id.clone(),
            name: issuer.name.clone(),
            types: issues(&issuer.uscc),
        });
        let issuers = issuers.filter(|choice| !choice.types.is_empty()).collect();
        let public = seals::public(ctx).await?;
        let read = |(root, _): (Vec<u8>, Vec<u8>)| crate::seal::Certificate::from_der(&root).ok();
        let root = public.and_then(read).map(|certificate| certificate.pem());
        Ok(SealList { seals: rows.map(view).collect(), issuers, root })
    }
}
