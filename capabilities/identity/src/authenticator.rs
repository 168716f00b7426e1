//! Makes the principal of a request from its session token: account, person, the roles of the posts
//! held at this instant, the organisations that may be acted for. Nothing is kept between requests, so
//! a dismissal or a sign-out holds from the next one on.

use std::sync::Arc;

use minshu_kernel::BoxFuture;
use minshu_kernel::access::{Actor, Authenticator, Grant, Principal};
use minshu_kernel::ctx::Services;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::records::Row;
use minshu_kernel::values;

use crate::store::{accounts, posts, sessions};

/// The length of a session token; anything else is not looked up.
const TOKEN_LENGTH: usize = 43;

/// Proves who sends a request by the session's token.
pub(crate) struct SessionAuthenticator {
    services: Services,
}

impl SessionAuthenticator {
    /// Over the services of the house.
    pub(crate) fn new(services: Services) -> Self {
        SessionAuthenticator { services }
    }

    async fn find(&self, token: &str) -> Result<Option<Arc<Principal>>, Failure> {
        if token.len() != TOKEN_LENGTH {
            return Ok(None);
        }
        let records = &*self.services.records;
        let now = self.services.clock.now();
        let hash = sessions::token_hash(token);
        let rows = records.point(sessions::SELECT_PRINCIPAL.into(), values![hash, now]).await?;
        match rows.first() {
            Some(row) => self.made_of(row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn held_by(&self, account: AccountId) -> Result<Option<Arc<Principal>>, Failure> {
        let records = &*self.services.records;
        let rows = records.point(sessions::SELECT_HOLDER.into(), values![account]).await?;
        match rows.first() {
            Some(row) => self.made_of(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The principal of an account's row: its posts and mandates at this instant.
    async fn made_of(&self, row: &Row) -> Result<Arc<Principal>, Failure> {
        let records = &*self.services.records;
        let now = self.services.clock.now();
        let account: AccountId = row.id("id")?;
        let person: Option<PersonId> = row.id_or_null("person")?;
        let sealed: Vec<u8> = row.get("name")?;
        let name = accounts::open_account_name(&*self.services.personal, account, &sealed)?;
        let mut grants = Vec::new();
        let rows = records.point(sessions::SELECT_GRANTS.into(), values![account, now]).await?;
        for row in &rows {
            grants.push(Grant {
                role: row.get("role")?,
                post: row.id("post")?,
                organisation: row.id("organisation")?,
                division: posts::division(row)?,
                until: row.get("until_ms")?,
            });
        }
        let mut mandates = Vec::new();
        if let Some(person) = person {
            let rows =
                records.point(sessions::SELECT_MANDATED.into(), values![person, now]).await?;
            for row in &rows {
                mandates.push(row.id("organisation")?);
            }
        }
        Ok(Arc::new(Principal {
            actor: Actor::Account(account),
            person,
            proved: person.is_some(),
            name,
            grants,
            mandates,
        }))
    }
}

impl Authenticator for SessionAuthenticator {
    fn principal<'a>(
        &'a self,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<Principal>>, Failure>> {
        Box::pin(self.find(token))
    }

    fn holder<'a>(
        &'a self,
        account: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Principal>>, Failure>> {
        Box::pin(self.held_by(account))
    }
}
