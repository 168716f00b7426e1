//! The reads of identity, one file a noun.

pub mod account_summary;
pub mod applicant;
pub mod applications;
pub mod authorization;
pub mod claims;
pub mod contact;
pub mod counters;
pub mod holders;
pub mod inspect_token;
pub mod me;
pub mod my_applications;
pub mod my_data;
pub mod my_factors;
pub mod my_mandates;
pub mod my_openings;
pub mod my_passkeys;
pub mod my_sessions;
pub mod openings;
pub mod organisation;
pub mod organisations;
pub mod outside_links;
pub mod own_number;
pub mod post;
pub mod posts;
pub mod profile;
pub mod recoveries;
pub mod roles;
pub mod stand_ins;

pub use account_summary::AccountSummary;
pub use applicant::Applicant;
pub use applications::Applications;
pub use authorization::Authorization;
pub use claims::Claims;
pub use contact::Contact;
pub use counters::Counters;
pub use holders::Holders;
pub use inspect_token::InspectToken;
pub use me::Me;
pub use my_applications::MyApplications;
pub use my_data::MyData;
pub use my_factors::MyFactors;
pub use my_mandates::MyMandates;
pub use my_openings::MyOpenings;
pub use my_passkeys::MyPasskeys;
pub use my_sessions::MySessions;
pub use openings::Openings;
pub use organisation::OrganisationById;
pub use organisations::Organisations;
pub use outside_links::OutsideLinks;
pub use own_number::OwnNumber;
pub use post::PostById;
pub use posts::Posts;
pub use profile::Profile;
pub use recoveries::Recoveries;
pub use roles::Roles;
pub use stand_ins::StandIns;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId, PostId};
use minshu_kernel::text::{Lang, LocalText};
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{AppointmentId, AppointmentKind, MandateId};
use crate::store::{accounts, mandates, posts as post_store, posts::term};

/// A role with its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleName {
    /// `pack.role` or `platform.role`.
    pub id: String,
    /// Its name; the id itself where no pack in force declares it any more.
    pub name: LocalText,
}

/// A post that an account holds or will hold.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HeldPost {
    /// The post.
    pub post: PostId,
    /// Its name.
    pub name: LocalText,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The organisation's name.
    pub organisation_name: String,
    /// The division that the post serves: its whole name.
    pub division: LocalText,
    /// For the holder, within the term.
    pub substitute: bool,
    /// The appointment.
    pub appointment: AppointmentId,
    /// The name of the holder, where one is the substitute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
    /// Who stands in for oneself, now or later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutes: Vec<SubstituteLine>,
    /// From when on.
    pub from_ms: Timestamp,
    /// Until when, if there is an end.
    pub until_ms: Option<Timestamp>,
    /// The roles that it grants.
    pub roles: Vec<RoleName>,
}

/// Who stands in for the holder of a post.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SubstituteLine {
    /// The substitute's appointment.
    pub appointment: AppointmentId,
    /// The name; an office is held in public.
    pub name: String,
    /// From when on.
    pub from_ms: Timestamp,
    /// Until when.
    pub until_ms: Option<Timestamp>,
}

/// An organisation that a person may act for, now or later.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HeldMandate {
    /// The mandate.
    pub mandate: MandateId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub organisation_name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// From when on.
    pub from_ms: Timestamp,
    /// Until when, if there is an end.
    pub until_ms: Option<Timestamp>,
}

/// The name of a role, by the packs in force and the platform's own.
pub(crate) fn role_name(ctx: &Ctx, id: &str) -> RoleName {
    let packs = ctx.services.packs.current();
    let platform = crate::PLATFORM_ROLES.iter().find(|role| role.id == id);
    let name = match (packs.roles.get(id), platform) {
        (Some(role), _) => role.name.clone(),
        (None, Some(role)) => LocalText::new(role.name.0, role.name.1),
        (None, None) => LocalText::new(id, id),
    };
    RoleName { id: id.to_owned(), name }
}

/// A division's whole name in both languages.
pub(crate) fn division_name(
    ctx: &Ctx,
    division: minshu_kernel::division::DivisionCode,
) -> LocalText {
    let name = |lang| ctx.services.divisions.full_name(division, lang);
    LocalText::new(name(Lang::Zh), name(Lang::En))
}

/// The posts that an account holds or will hold.
pub(crate) async fn held_posts(ctx: &Ctx, account: AccountId) -> Result<Vec<HeldPost>, Failure> {
    let mut held = Vec::new();
    for row in ctx.rows(post_store::SELECT_HELD, values![account, ctx.now]).await? {
        let post: PostId = row.id("post")?;
        let mut roles = Vec::new();
        for role in ctx.rows(post_store::SELECT_POST_ROLES, values![post]).await? {
            roles.push(role_name(ctx, &role.get::<String>("role")?));
        }
        let term = term(&row)?;
        let holder: Option<AccountId> = row.id_or_null("instead_of")?;
        let holder = match holder {
            Some(holder) => accounts::account(ctx, holder).await?.map(|holder| holder.name),
            None => None,
        };
        held.push(HeldPost {
            post,
            appointment: row.id("id")?,
            instead_of: holder,
            substitutes: substitutes(ctx, account, post).await?,
            name: post_store::post_name(&row)?,
            organisation: row.id("organisation")?,
            organisation_name: row.get("organisation_name")?,
            division: division_name(ctx, post_store::division(&row)?),
            substitute: row.get::<String>("kind")? == AppointmentKind::Substitute.as_str(),
            from_ms: term.from_ms,
            until_ms: term.until_ms,
            roles,
        });
    }
    Ok(held)
}

async fn substitutes(
    ctx: &Ctx,
    holder: AccountId,
    post: PostId,
) -> Result<Vec<SubstituteLine>, Failure> {
    let mut found = Vec::new();
    for row in ctx.rows(post_store::SELECT_SUBSTITUTES, values![holder, post, ctx.now]).await? {
        let sealed: Vec<u8> = row.get("name")?;
        let account: AccountId = row.id("account")?;
        let term = term(&row)?;
        found.push(SubstituteLine {
            appointment: row.id("id")?,
            name: accounts::open_account_name(&*ctx.services.personal, account, &sealed)?,
            from_ms: term.from_ms,
            until_ms: term.until_ms,
        });
    }
    Ok(found)
}

/// The mandates that a person holds or will hold.
pub(crate) async fn held_mandates(
    ctx: &Ctx,
    person: Option<PersonId>,
) -> Result<Vec<HeldMandate>, Failure> {
    let Some(person) = person else { return Ok(Vec::new()) };
    let mut held = Vec::new();
    for row in ctx.rows(mandates::SELECT_MANDATES_OF_PERSON, values![person, ctx.now]).await? {
        let term = term(&row)?;
        held.push(HeldMandate {
            mandate: row.id("id")?,
            organisation: row.id("organisation")?,
            organisation_name: row.get("organisation_name")?,
            uscc: row.get("uscc")?,
            from_ms: term.from_ms,
            until_ms: term.until_ms,
        });
    }
    Ok(held)
}
