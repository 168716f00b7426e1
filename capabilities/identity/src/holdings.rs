//! What identity holds about people: the account, and what organisations they may act for. A post must be ended before
//! its holder leaves, since others have to know who decided.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::holdings::{HeldRecord, Holding, Leaving};
use minshu_kernel::text::Message;
use minshu_kernel::values;
use serde_json::json;

use crate::queries::held_mandates;
use crate::store::{accounts, leaving};

/// The kinds that identity holds.
pub(crate) fn holdings() -> [Holding; 2] {
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
