//! Somebody wants a seal for an organisation that issues licences, for the types that it is to seal.

use std::sync::Arc;

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::section;
use crate::compile::Issuer;
use crate::error::LicencesError;
use crate::model::{Seal, SealId, SealState};
use crate::rules;
use crate::store::seals;

/// Wants a seal.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeSeal {
    /// The organisation: `pack.issuer`.
    #[schemars(length(min = 1, max = 130), example = &"gov-e-licences.gulou-market")]
    pub issuer: String,
    /// What it may seal: `pack.type` of types that the organisation issues.
    #[schemars(length(min = 1, max = 100), example = &["gov-e-licences.food-business"])]
    pub types: Vec<String>,
}

/// Where a seal stands after an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SealStands {
    /// The seal.
    pub seal: SealId,
    /// Where it stands.
    pub state: SealState,
}

/// The seal of an organisation as access sees it: it lies where the organisation serves.
pub(crate) fn resource(ctx: &Ctx, id: impl ToString, issuer: Option<&Arc<Issuer>>) -> Resource {
    let pack = issuer.and_then(|issuer| {
        let of =
            section(ctx).issuers.iter().find(|(_, other)| other.uscc == issuer.uscc)?.0.clone();
        Some(of.split('.').next()?.to_owned())
    });
    let division = issuer.map(|issuer| issuer.division);
    Resource { pack, division, ..Resource::of("licences.seal", id) }
}

/// The issuer of a code, as the packs in force declare it.
pub(crate) fn issuer_of(ctx: &Ctx, uscc: &str) -> Option<Arc<Issuer>> {
    section(ctx).issuers.values().find(|issuer| issuer.uscc == uscc).cloned()
}

impl Action for ProposeSeal {
    const NAME: &'static str = "licences.propose_seal";
    const DOC: &'static str = "Wants an electronic seal for an organisation that issues licences. It is made when another officer agrees.";
    type Reply = SealStands;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SealStands>, Failure> {
        let section = section(ctx);
        let issuer = section.issuers.get(&self.issuer);
        ctx.authorize(&resource(ctx, &self.issuer, issuer))?;
        let wrong = |pointer: &str| {
            let problem = FieldProblem::new(pointer, "licences-value-unknown");
            Failure::from(LicencesError::BadValues(vec![problem]))
        };
        let issuer = issuer.ok_or_else(|| wrong("/issuer"))?;
        let mut types = self.types;
        types.sort();
        types.dedup();
        if types.is_empty() || types.len() > 100 {
            return Err(wrong("/types"));
        }
        for (index, id) in types.iter().enumerate() {
            let issued = section.types.get(id);
            let issues = |kind: &&Arc<crate::compile::Type>| {
                kind.issuers.iter().any(|other| other.uscc == issuer.uscc)
            };
            if issued.filter(issues).is_none() {
                return Err(wrong(&format!("/types/{index}")));
            }
        }
        // Thirteen digits as on seals of organisations: the division and a running number.
        let place: String = issuer.division.to_string().chars().take(6).collect();
        let running = ctx.services.numbers.next(&format!("licences.seal:{place}")).await?;
        let seal = Seal {
            id: SealId::fresh(&*ctx.services.ids),
            issuer: issuer.uscc.clone(),
            name: issuer.name.zh.clone(),
            types,
            state: SealState::Proposed,
            serial: format!("{place}{running:07}"),
            seal: None,
            certificate: None,
            proposer: ctx.who.reference(),
            approver: None,
            made: ctx.now,
            until: None,
            version: 1,
        };
        rules::text("/issuer", &seal.name, 60)?;
        Ok(Decision::reply(SealStands { seal: seal.id, state: seal.state })
            .write(seals::propose(&seal)))
    }
}
