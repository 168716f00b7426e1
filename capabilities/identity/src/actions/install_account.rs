//! An operator at the machine makes an account with everything that belongs to it: the first
//! administrator of an installation, and the people of the demonstration.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PersonId, PostId};
use minshu_kernel::records::Statement;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::appoint;
use crate::checks::{self, Claim, wrong};
use crate::events::{self, AccountProved, AccountRegistered, PostAppointed};
use crate::model::{Account, AppointmentId, AppointmentKind, Evidence, Secret, Term};
use crate::passwords;
use crate::store::{accounts, posts};

/// Makes an account, proved or not, with the posts that it holds.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstallAccount {
    /// The name.
    #[schemars(length(min = 1), example = &"林晓燕")]
    pub name: String,
    /// The citizen identity number.
    #[schemars(length(min = 1), example = &"350102199003070020")]
    pub number: String,
    /// The mobile number.
    #[schemars(length(min = 1), example = &"13800000001")]
    pub phone: String,
    /// The password; the same rules hold as for everybody.
    #[schemars(length(min = 10, max = 128), example = &"minshu-yanshi-2026")]
    pub password: Secret,
    /// Whether the operator vouches for the person.
    #[serde(default)]
    pub proved: bool,
    /// Posts to be held from now on, without end; only a proved account may hold one.
    #[serde(default)]
    pub posts: Vec<PostId>,
}

/// The account that was made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Installed {
    /// Its id.
    pub account: AccountId,
    /// The person, where it is proved.
    pub person: Option<PersonId>,
}

impl Action for InstallAccount {
    const NAME: &'static str = "identity.install_account";
    const DOC: &'static str =
        "Makes an account with its person, proof and posts at once, at the machine itself.";
    type Reply = Installed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Installed>, Failure> {
        let id = AccountId::fresh(&*ctx.services.ids);
        ctx.authorize(&Resource::of("identity.account", id))?;
        if !self.proved && !self.posts.is_empty() {
            return Err(wrong("/posts", "identity-account-unproved"));
        }
        let claimed = (self.name.as_str(), self.number.as_str(), self.phone.as_str());
        let claim = checks::claim(ctx, claimed, &self.password).await?;
        let (person, made) = match self.proved {
            true => self.person(ctx, &claim).await?,
            false => (None, None),
        };
        let account = Account {
            id,
            phone: claim.phone.expose().to_owned(),
            number: claim.number.expose().to_owned(),
            name: claim.name,
            password: passwords::hash(&self.password, &ctx.services).await?,
            person,
            version: 1 + i64::from(person.is_some()),
            created: ctx.now,
            phone_verified: false,
        };
        let mut decision = Decision::reply(Installed { account: id, person });
        decision.writes.extend(made);
        decision = decision
            .write(accounts::insert_account(ctx, &account).await?)
            .tell(&AccountRegistered { account: id }, events::account(id, 1))?;
        if let Some(person) = person {
            let event = AccountProved { account: id, person, evidence: Evidence::Console };
            decision = decision
                .write(accounts::insert_proof(ctx, id, person, Evidence::Console))
                .tell(&event, events::account(id, 2))?;
        }
        self.appoint(ctx, id, decision).await
    }
}

impl InstallAccount {
    /// The person of the number, and the statement that makes one where there is none.
    async fn person(
        &self,
        ctx: &Ctx,
        claim: &Claim,
    ) -> Result<(Option<PersonId>, Option<Statement>), Failure> {
        let number = claim.number.expose();
        if let Some(known) = accounts::person_by_number(ctx, number).await? {
            let same = known.name == claim.name;
            return match same {
                true => Ok((Some(known.id), None)),
                false => Err(wrong("/name", "identity-name-differs")),
            };
        }
        let person = PersonId::fresh(&*ctx.services.ids);
        let made = accounts::insert_person(ctx, person, number, &claim.name).await?;
        Ok((Some(person), Some(made)))
    }

    async fn appoint(
        &self,
        ctx: &Ctx,
        account: AccountId,
        mut decision: Decision<Installed>,
    ) -> Result<Decision<Installed>, Failure> {
        let term = Term { from_ms: ctx.now, until_ms: None, ended_ms: None };
        for (place, id) in self.posts.iter().enumerate() {
            let pointer = format!("/posts/{place}");
            if self.posts[..place].contains(id) {
                return Err(wrong(&pointer, "identity-post-twice"));
            }
            let Some(post) = posts::post(ctx, *id).await? else {
                return Err(wrong(&pointer, "identity-post-unknown"));
            };
            let appointment = AppointmentId::fresh(&*ctx.services.ids);
            let kind = AppointmentKind::Regular;
            let held = appoint::Held { kind, term, instead_of: None };
            decision.writes.extend(appoint::write(ctx, &post, (appointment, account), &held));
            let event = PostAppointed { post: post.id, account, appointment, substitute: false };
            decision = decision.tell(&event, events::post(post.id, post.version + 1))?;
        }
        Ok(decision)
    }
}
