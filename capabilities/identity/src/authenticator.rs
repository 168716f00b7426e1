//! Makes the principal of a request from its session token: account, person, the roles of the posts
//! held at this instant, the organisations that may be acted for. Nothing is kept between requests, so
//! a dismissal or a sign-out holds from the next one on.

use std::sync::Arc;

use minshu_kernel::BoxFuture;
use minshu_kernel::access::{
    Acting, Actor, Allowance, Assurance, Authenticator, Grant, Instead, Principal, Quota, Touched,
};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Services;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::records::{Row, Statement, WriteSet};
use minshu_kernel::values;

use crate::openid::{self, quota::Quotas};
use crate::rules;
use crate::standing;
use crate::store::{accounts, applications, openings, posts, sessions};

/// The length of a session token; anything else is not looked up.
const TOKEN_LENGTH: usize = 43;

/// Proves who sends a request by the session's token.
pub(crate) struct SessionAuthenticator {
    services: Services,
    quotas: Quotas,
}

impl SessionAuthenticator {
    /// Over the services of the house.
    pub(crate) fn new(services: Services) -> Self {
        SessionAuthenticator { services, quotas: Quotas::default() }
    }

    async fn find(&self, token: &str) -> Result<Option<Arc<Principal>>, Failure> {
        if let Some(rest) = token.strip_prefix(openid::rules::ACCESS_PREFIX)
            && rest.len() == TOKEN_LENGTH
        {
            return self.acting(token).await;
        }
        if token.len() != TOKEN_LENGTH {
            return Ok(None);
        }
        let records = &*self.services.records;
        let now = self.services.clock.now();
        let hash = sessions::token_hash(token);
        let idle = sessions::idle_since(now);
        let rows =
            records.point(sessions::SELECT_PRINCIPAL.into(), values![hash, now, idle]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let session: String = row.get("session")?;
        let since: Timestamp = row.get("created_ms")?;
        let seen: Option<Timestamp> = row.get("seen_ms")?;
        if now.0.saturating_sub(seen.unwrap_or(since).0) >= rules::SEEN_EVERY_MS {
            self.note_use(&session, now).await;
        }
        let proved: Option<Timestamp> = row.get("proved_ms")?;
        let assurance = Assurance {
            session: Some(session),
            since: Some(since),
            proved: Some(proved.unwrap_or(since)),
            methods: sessions::methods(row)?,
        };
        self.made_of(row, assurance).await.map(Some)
    }

    /// Notes that a session was used. It says nothing but that, so it is no operation of its own; where it cannot be
    /// written, the session ends a little earlier and the page is served all the same.
    async fn note_use(&self, session: &str, now: Timestamp) {
        let seen = Statement::any(sessions::UPDATE_SESSION_SEEN, values![session, now]);
        let _ = self.services.records.apply(WriteSet { statements: vec![seen] }).await;
    }

    async fn still_holds(&self, token: &str) -> Result<bool, Failure> {
        if token.len() != TOKEN_LENGTH {
            return Ok(false);
        }
        let now = self.services.clock.now();
        let asked = values![sessions::token_hash(token), now, sessions::idle_since(now)];
        let rows = self.services.records.point(sessions::SELECT_HOLDS.into(), asked).await?;
        Ok(!rows.is_empty())
    }

    /// The principal of an access token: its person within the granted scopes, or the application by itself.
    async fn acting(&self, token: &str) -> Result<Option<Arc<Principal>>, Failure> {
        let records = &*self.services.records;
        let (hash, now) = (sessions::token_hash(token), self.services.clock.now());
        let rows = records.point(applications::SELECT_ACTING.into(), values![hash, now]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let scopes = applications::list(row, "scopes")?;
        let acting = Acting {
            application: row.id("application")?,
            may: openid::rules::operations(&*self.services.access, &scopes),
            scopes,
            quota: Quota { minute: row.get("minute_quota")?, day: row.get("day_quota")? },
        };
        let account: Option<AccountId> = row.id_or_null("account")?;
        let person = match account {
            None => {
                let actor = Actor::Application(acting.application);
                Some(Arc::new(Principal { actor, ..Principal::anonymous() }))
            }
            Some(account) => self.held_by(account).await?,
        };
        Ok(person.map(|person| {
            Arc::new(Principal { application: Some(Arc::new(acting)), ..(*person).clone() })
        }))
    }

    async fn held_by(&self, account: AccountId) -> Result<Option<Arc<Principal>>, Failure> {
        let records = &*self.services.records;
        let rows = records.point(sessions::SELECT_HOLDER.into(), values![account]).await?;
        match rows.first() {
            Some(row) => self.made_of(row, Assurance::default()).await.map(Some),
            None => Ok(None),
        }
    }

    /// For whom a grant is held, where it is a substitute's.
    fn holder_of(&self, row: &Row) -> Result<Option<Instead>, Failure> {
        let Some(account) = row.id_or_null::<AccountId>("instead_of")? else { return Ok(None) };
        let sealed: Vec<u8> = row.get("holder_name")?;
        let name = accounts::open_account_name(&*self.services.personal, account, &sealed)?;
        Ok(Some(Instead { account, name }))
    }

    /// The principal of an account's row: its posts and mandates at this instant.
    async fn made_of(&self, row: &Row, assurance: Assurance) -> Result<Arc<Principal>, Failure> {
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
                instead_of: self.holder_of(row)?,
            });
        }
        let mut opened = Vec::new();
        // Only roles let anybody open anything; and who lost the role reads on no more.
        if !grants.is_empty() {
            let rows = records.point(openings::SELECT_OPEN.into(), values![account, now]).await?;
            for row in &rows {
                opened.push(openings::read_open(row)?);
            }
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
            assurance,
            application: None,
            openings: opened,
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

    fn holds<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<bool, Failure>> {
        Box::pin(self.still_holds(token))
    }

    fn holder<'a>(
        &'a self,
        account: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Principal>>, Failure>> {
        Box::pin(self.held_by(account))
    }

    fn touches(&self, set: &WriteSet) -> Touched {
        standing::touched(set)
    }

    fn admit<'a>(
        &'a self,
        who: &'a Principal,
    ) -> BoxFuture<'a, Result<Option<Allowance>, Failure>> {
        Box::pin(async move {
            match &who.application {
                None => Ok(None),
                Some(acting) => self.quotas.admit(&self.services, acting).await.map(Some),
            }
        })
    }
}
