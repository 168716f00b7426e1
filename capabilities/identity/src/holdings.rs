//! What identity holds about people: the account, how it is signed in to, which applications act for it, and what
//! organisations its person may act for. A post must be ended before its holder leaves, since others have to know who
//! decided; all else goes with the account ([`crate::actions::erase_me`]).

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::holdings::{HeldRecord, Holding, Leaving};
use minshu_kernel::text::{LocalText, Message};
use minshu_kernel::values;
use serde_json::{Value as Json, json};

use crate::queries::held_mandates;
use crate::store::{accounts, applications, devices, leaving, outside, sessions};

/// The kinds that identity holds.
pub(crate) fn holdings() -> [Holding; 4] {
    [
        Holding {
            name: "identity.account",
            title: "identity-held-account",
            purpose: "identity-held-account-purpose",
            basis: "identity-held-account-basis",
            period: "identity-held-account-period",
            read: |ctx, _| Box::pin(read_account(ctx)),
            leave: |ctx| Box::pin(leave_account(ctx)),
        },
        Holding {
            name: "identity.sign_in",
            title: "identity-held-sign-in",
            purpose: "identity-held-sign-in-purpose",
            basis: "identity-held-account-basis",
            period: "identity-held-sign-in-period",
            read: |ctx, most| Box::pin(read_sign_in(ctx, most)),
            leave: |_| Box::pin(async { Ok(Leaving::default()) }),
        },
        Holding {
            name: "identity.consents",
            title: "identity-held-consents",
            purpose: "identity-held-consents-purpose",
            basis: "identity-held-consents-basis",
            period: "identity-held-consents-period",
            read: |ctx, most| Box::pin(read_consents(ctx, most)),
            leave: |_| Box::pin(async { Ok(Leaving::default()) }),
        },
        Holding {
            name: "identity.mandates",
            title: "identity-held-mandates",
            purpose: "identity-held-mandates-purpose",
            basis: "identity-held-mandates-basis",
            period: "identity-held-mandates-period",
            read: |ctx, most| Box::pin(read_mandates(ctx, most)),
            leave: |_| Box::pin(async { Ok(Leaving::default()) }),
        },
    ]
}

async fn read_account(ctx: &Ctx) -> Result<Vec<HeldRecord>, Failure> {
    let Some(id) = ctx.who.account() else { return Ok(Vec::new()) };
    let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
    let person = match account.person {
        Some(person) => accounts::person(ctx, person).await?,
        None => None,
    };
    let person = person.map(|(name, number)| json!({ "name": name, "number": number }));
    let t = ctx.speaker();
    Ok(vec![HeldRecord {
        resource: "identity.account",
        id: id.to_string(),
        title: t.say("identity-me-title"),
        at: account.created,
        href: Some("/me".to_owned()),
        data: json!({
            "phone": account.phone,
            "claimed": { "name": account.name, "number": account.number },
            "proved": person, "created_ms": account.created,
        }),
        files: Vec::new(),
    }])
}

async fn leave_account(ctx: &Ctx) -> Result<Leaving, Failure> {
    let mut leaving = Leaving::default();
    let Some(id) = ctx.who.account() else { return Ok(leaving) };
    let mut all = vec![id];
    if let Some(person) = ctx.who.person {
        all = accounts::accounts_of_person(ctx, person).await?.iter().map(|a| a.id).collect();
    }
    for account in all {
        if ctx.row(leaving::HELD_POST, values![account, ctx.now]).await?.is_some() {
            leaving.hindrances.push(Message::new("identity-leave-post"));
            break;
        }
    }
    Ok(leaving)
}

/// Accounts elsewhere, sessions, and browsers that the account knows.
async fn read_sign_in(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let Some(account) = ctx.who.account() else { return Ok(Vec::new()) };
    let t = ctx.speaker();
    let record = |id: String, title: String, at: Timestamp, href: &str, data: Json| HeldRecord {
        resource: "identity.account",
        id,
        title,
        at,
        href: Some(href.to_owned()),
        data,
        files: Vec::new(),
    };
    let mut held = Vec::new();
    let providers = ctx.services.outside.providers();
    for link in outside::links(ctx, account).await? {
        let named = providers.iter().find(|provider| provider.id == link.provider);
        let name = named.map_or(link.provider.as_str(), |provider| t.local(&provider.name));
        held.push(record(
            link.id.to_string(),
            t.say1("identity-held-outside", "name", name),
            link.used.unwrap_or(link.linked),
            "/me/outside",
            json!({
                "provider": link.provider, "linked_ms": link.linked, "used_ms": link.used,
            }),
        ));
    }
    let asked = values![account, ctx.now, sessions::idle_since(ctx.now)];
    for row in ctx.rows(sessions::SELECT_OWN_SESSIONS, asked).await? {
        let begun: Timestamp = row.get("created_ms")?;
        let seen: Option<Timestamp> = row.get("seen_ms")?;
        let device: Option<String> = row.get("device")?;
        let name = device.clone().unwrap_or_else(|| t.say("identity-held-unnamed"));
        held.push(record(
            row.get("id")?,
            t.say1("identity-held-session", "name", name),
            seen.unwrap_or(begun),
            "/me/devices",
            json!({ "device": device, "begun_ms": begun, "seen_ms": seen }),
        ));
    }
    for row in ctx.rows(devices::SELECT_KNOWN, values![account, i64::from(most)]).await? {
        let seen: Timestamp = row.get("seen_ms")?;
        held.push(record(
            row.get("id")?,
            t.say("identity-held-browser"),
            seen,
            "/me/devices",
            json!({ "known_since_ms": row.get::<i64>("created_ms")?, "seen_ms": seen }),
        ));
    }
    held.truncate(most as usize);
    Ok(held)
}

/// The applications that act for the account.
async fn read_consents(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let Some(account) = ctx.who.account() else { return Ok(Vec::new()) };
    let t = ctx.speaker();
    let mut held = Vec::new();
    for row in ctx.rows(applications::SELECT_CONSENTS, values![account]).await? {
        let name = LocalText::new(row.get::<String>("name_zh")?, row.get::<String>("name_en")?);
        let used: Timestamp = row.get("used_ms")?;
        held.push(HeldRecord {
            resource: "identity.consent",
            id: row.get("id")?,
            title: t.local(&name).to_owned(),
            at: used,
            href: Some("/me/applications".to_owned()),
            data: json!({
                "application": name, "organisation": row.get::<String>("organisation_name")?,
                "scopes": applications::list(&row, "scopes")?,
                "given_ms": row.get::<i64>("given_ms")?, "used_ms": used,
            }),
            files: Vec::new(),
        });
    }
    held.truncate(most as usize);
    Ok(held)
}

async fn read_mandates(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let mandates = held_mandates(ctx, ctx.who.person).await?;
    let held = mandates.into_iter().take(most as usize).map(|mandate| HeldRecord {
        resource: "identity.mandate",
        id: mandate.mandate.to_string(),
        title: mandate.organisation_name.clone(),
        at: mandate.from_ms,
        href: None,
        data: json!(mandate),
        files: Vec::new(),
    });
    Ok(held.collect())
}
