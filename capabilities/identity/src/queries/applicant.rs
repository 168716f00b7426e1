//! What forms are filled in with: one's own name and telephone, and the organisation that one acts for. Told to the
//! person alone, in clear, because the form needs it so.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::OrganisationId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::held_mandates;
use crate::checks;
use crate::store::accounts;

/// Asks for what is known of oneself as an applicant.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// The organisation that one acts for; one's own name otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
}

/// Oneself as an applicant.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct ApplicantData {
    /// The name: the one on the card once it was proved, the claimed one before.
    pub name: String,
    /// The mobile number of the account.
    pub phone: String,
    /// Whether the account was proved to belong to the person.
    pub proved: bool,
    /// The organisation that was asked for; none where one may not act for it now.
    pub organisation: Option<Represented>,
}

/// An organisation that one may act for at this moment.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Represented {
    /// The organisation.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
}

impl Query for Applicant {
    const NAME: &'static str = "identity.applicant";
    const DOC: &'static str = "One's own name and telephone, and the organisation that one acts for: what forms are filled in with.";
    type Reply = ApplicantData;

    async fn answer(self, ctx: &Ctx) -> Result<ApplicantData, Failure> {
        let nobody = || Failure::new(Kind::Unauthenticated, "kernel.sign_in");
        let id = ctx.who.account().ok_or_else(nobody)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&Resource {
            owner_account: Some(account.id),
            ..checks::account_resource(&account)
        })?;
        let person = account.person.filter(|_| ctx.who.proved);
        let proved_name = match person {
            None => None,
            Some(person) => accounts::person(ctx, person).await?.map(|(name, _)| name),
        };
        let mandates = match self.organisation {
            None => Vec::new(),
            Some(_) => held_mandates(ctx, person).await?,
        };
        let mut held = mandates.into_iter().filter(|held| held.from_ms <= ctx.now);
        let organisation = held.find(|held| Some(held.organisation) == self.organisation);
        Ok(ApplicantData {
            name: proved_name.unwrap_or(account.name),
            phone: account.phone,
            proved: account.person.is_some(),
            organisation: organisation.map(|held| Represented {
                id: held.organisation,
                name: held.organisation_name,
                uscc: held.uscc,
            }),
        })
    }
}
