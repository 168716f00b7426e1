//! A clerk records that a person may act for a company, and enters the company if need be.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{OrganisationId, PersonId};
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::add_organisation::AddOrganisation;
use crate::checks::{self, Problems};
use crate::events::{self, MandateRecorded, OrganisationAdded};
use crate::model::{Mandate, MandateId, Organisation, OrganisationKind, Term};
use crate::rules;
use crate::store::{mandates, organisations};

/// Records a mandate. One that the same person holds for the same company is replaced.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordMandate {
    /// The company's unified social credit code (GB 32100).
    #[schemars(length(min = 1), example = &"91350102MA2Y00001E")]
    pub uscc: String,
    /// Its name as on the licence; needed where the company is not entered yet, and compared where it is.
    #[serde(default)]
    #[schemars(example = &"福州沈记小馆餐饮有限公司")]
    pub company: Option<String>,
    /// The division where it sits; needed where the company is not entered yet.
    #[serde(default)]
    #[schemars(example = &"350102")]
    pub division: Option<String>,
    /// The mobile number of the person's account, which must be proved.
    #[schemars(length(min = 1), example = &"13800000001")]
    pub phone: String,
    /// The last day, `2026-12-31`; without end where it is left out.
    #[serde(default)]
    #[schemars(extend("format" = "date"), example = &"2026-12-31")]
    pub until: Option<String>,
    /// What the clerk saw: the licence and the authority to act. At most 500 characters, stored encrypted.
    #[schemars(length(min = 1, max = 500), example = &"营业执照副本原件、加盖公章的授权委托书")]
    pub evidence: String,
}

/// The mandate that was recorded.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MandateMade {
    /// The mandate.
    pub mandate: MandateId,
    /// The company.
    pub organisation: OrganisationId,
}

impl Action for RecordMandate {
    const NAME: &'static str = "identity.record_mandate";
    const DOC: &'static str = "Records that a proved person may act for a company at a place within the caller's own; enters the company if need be.";
    type Reply = MandateMade;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<MandateMade>, Failure> {
        let (company, known) = self.company(ctx).await?;
        ctx.authorize(&organisations::resource(company.id, company.division))?;
        let (person, term, evidence) = self.check(ctx).await?;
        let id = MandateId::fresh(&*ctx.services.ids);
        let mut decision = Decision::reply(MandateMade { mandate: id, organisation: company.id });
        if known {
            let open = ctx.row(mandates::SELECT_MANDATE_OPEN, values![company.id, person]).await?;
            if let Some(row) = open {
                let before = mandates::read_mandate(&row)?;
                decision = decision.write(mandates::end(ctx, &before)).tell(
                    &super::end_mandate::event(&before),
                    events::mandate(before.id, before.version + 1),
                )?;
            }
        } else {
            let event = OrganisationAdded {
                organisation: company.id,
                kind: company.kind,
                division: company.division.to_string(),
            };
            decision = decision
                .write(organisations::insert(ctx, &company))
                .tell(&event, events::organisation(company.id, 1))?;
        }
        let mandate = Mandate { id, organisation: company.id, person, term, version: 1 };
        let event = MandateRecorded { mandate: id, organisation: company.id, person };
        decision
            .write(mandates::insert(ctx, &mandate, &evidence).await?)
            .tell(&event, events::mandate(id, 1))
    }
}

impl RecordMandate {
    /// The company, and whether it was entered before.
    async fn company(&self, ctx: &Ctx) -> Result<(Organisation, bool), Failure> {
        let code = checks::code(Some(&self.uscc))
            .map_err(|message| checks::wrong("/uscc", message))?
            .ok_or_else(|| checks::wrong("/uscc", "identity-uscc-missing"))?;
        let name = self.company.as_deref().unwrap_or_default();
        if let Some(known) = organisations::by_uscc(ctx, code.as_str()).await? {
            let tidy = rules::line(name, rules::ORGANISATION_NAME_MAX);
            let other = !name.trim().is_empty() && tidy.as_deref() != Ok(known.name.as_str());
            if other {
                let message = minshu_kernel::text::Message::new("identity-company-differs")
                    .with("name", known.name);
                return Err(checks::wrong("/company", message));
            }
            return Ok((known, true));
        }
        let entry = AddOrganisation {
            kind: OrganisationKind::Company,
            name: name.to_owned(),
            uscc: Some(code.as_str().to_owned()),
            division: self.division.clone().unwrap_or_default(),
            parent: None,
        };
        let id = OrganisationId::fresh(&*ctx.services.ids);
        let entered = entry.check(ctx, id, 1).await.map_err(|mut failure| {
            for field in &mut failure.fields {
                if field.pointer == "/name" {
                    field.pointer = "/company".to_owned();
                }
            }
            failure
        })?;
        Ok((entered, false))
    }

    async fn check(&self, ctx: &Ctx) -> Result<(PersonId, Term, String), Failure> {
        let mut problems = Problems::default();
        let evidence = problems.take("/evidence", rules::line(&self.evidence, rules::EVIDENCE_MAX));
        let until = problems.take("/until", rules::date(self.until.as_deref()));
        let term =
            until.and_then(|until| problems.take("/until", rules::term(None, until, ctx.now)));
        let account = checks::proved_account(ctx, "/phone", &self.phone).await;
        let person = match account {
            Ok(account) => account.person,
            Err(failure) if failure.fields.is_empty() => return Err(failure),
            Err(failure) => {
                for field in failure.fields {
                    problems.note(&field.pointer, field.message);
                }
                None
            }
        };
        match (person, term, evidence) {
            (Some(person), Some(term), Some(evidence)) => {
                problems.finish()?;
                Ok((person, term, evidence))
            }
            _ => Err(problems.refused()),
        }
    }
}
