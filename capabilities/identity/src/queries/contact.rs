//! Where people are reached: the telephones of whoever a message goes to. Told to the house's own jobs alone, at the
//! moment at which a text goes out.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::accounts;
use crate::store::mandates::SELECT_HOLDERS;

/// Asks where somebody is reached: an account, a person, whoever may act for an organisation.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// An account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The accounts that are proved to be a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The accounts of those who may act for an organisation at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
}

/// Where they are reached.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct ContactList {
    /// At most twenty, each account once.
    pub contacts: Vec<ContactPoint>,
}

/// Where an account is reached.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct ContactPoint {
    /// The account.
    pub account: AccountId,
    /// Its mobile number.
    pub phone: String,
}

/// The most accounts that are told of one message.
const MOST: usize = 20;

impl Query for Contact {
    const NAME: &'static str = "identity.contact";
    const DOC: &'static str = "The telephones of an account, of a proved person, of those who may act for an organisation: for the house's own jobs, when a text goes out.";
    type Reply = ContactList;

    async fn answer(self, ctx: &Ctx) -> Result<ContactList, Failure> {
        ctx.authorize(&Resource::of("identity.account", "contact"))?;
        let mut people: Vec<PersonId> = self.person.into_iter().collect();
        if let Some(organisation) = self.organisation {
            for row in ctx.rows(SELECT_HOLDERS, values![organisation, ctx.now]).await? {
                people.push(row.id("person")?);
            }
        }
        let mut found = Vec::new();
        if let Some(account) = self.account {
            found.extend(accounts::account(ctx, account).await?);
        }
        for person in people {
            found.extend(accounts::accounts_of_person(ctx, person).await?);
        }
        let mut contacts: Vec<ContactPoint> = Vec::new();
        for account in found {
            if contacts.len() < MOST && contacts.iter().all(|known| known.account != account.id) {
                contacts.push(ContactPoint { account: account.id, phone: account.phone });
            }
        }
        Ok(ContactList { contacts })
    }
}
