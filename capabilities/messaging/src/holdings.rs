//! What messaging holds about people: the messages that were sent to them, and their mail address. They go when the addressee leaves.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::holdings::{HeldRecord, Holding, Leaving};
use minshu_kernel::records::Statement;
use minshu_kernel::{statements, values};
use serde_json::json;

use crate::{address, store};

statements! {
    /// A person's own messages, the latest first; those from before any proof are the account's.
    OWN_MESSAGES = "
SELECT id
FROM messaging_message
WHERE to_organisation IS NULL
  AND (to_person = $1 OR to_account = $2)
ORDER BY at_ms DESC, id DESC
LIMIT $3";

    /// The messages of somebody who leaves.
    ERASE_MESSAGES = "
DELETE FROM messaging_message
WHERE to_organisation IS NULL
  AND (to_person = $1 OR to_account = $2)";

    /// The mail address of somebody who leaves.
    ERASE_ADDRESS = "
DELETE FROM messaging_address
WHERE id = $1";

    /// An address that was to be proved.
    ERASE_ADDRESS_CLAIM = "
DELETE FROM messaging_address_claim
WHERE id = $1";

    /// What they wanted to be told.
    ERASE_PREFERENCE = "
DELETE FROM messaging_preference
WHERE id = $1";

    /// What is on its way to their telephone or mailbox.
    ERASE_DELIVERIES = "
DELETE FROM messaging_delivery
WHERE account = $1";
}

/// The kind that messaging holds.
pub(crate) fn holding() -> Holding {
    Holding {
        name: "messaging.messages",
        title: "messaging-held",
        purpose: "messaging-held-purpose",
        basis: "messaging-held-basis",
        period: "messaging-held-period",
        read: |ctx, most| Box::pin(read(ctx, most)),
        leave: |ctx| Box::pin(leave(ctx)),
    }
}

/// Who asks, as columns hold it; an id that nobody has where there is none.
fn whose(ctx: &Ctx) -> (String, String) {
    let person = ctx.who.person.map(|id| id.to_string()).unwrap_or_default();
    (person, ctx.who.account().map(|id| id.to_string()).unwrap_or_default())
}

async fn read(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let (person, account) = whose(ctx);
    let asked = values![person, account, i64::from(most)];
    let rows = ctx.services.records.scan(OWN_MESSAGES.into(), asked).await?;
    let speaker = ctx.speaker();
    let mut held = Vec::new();
    if let Some(account) = ctx.who.account()
        && let Some(mailbox) = address::of(ctx, account).await?
    {
        held.push(HeldRecord {
            resource: "identity.account",
            id: account.to_string(),
            title: speaker.say("messaging-mail-title"),
            at: mailbox.proved,
            href: Some("/me/messages".to_owned()),
            data: json!({ "mail": mailbox.mail, "proved_ms": mailbox.proved }),
            files: Vec::new(),
        });
    }
    for row in rows {
        let Some(message) = store::find(ctx, row.id("id")?).await? else { continue };
        held.push(HeldRecord {
            resource: "messaging.message",
            id: message.id.to_string(),
            title: speaker.local(&message.content.title).to_owned(),
            at: message.at,
            href: Some(format!("/inbox/{}", message.id)),
            data: json!({ "content": message.content, "at_ms": message.at, "read_ms": message.read }),
            files: Vec::new(),
        });
    }
    Ok(held)
}

async fn leave(ctx: &Ctx) -> Result<Leaving, Failure> {
    let (person, account) = whose(ctx);
    let writes = vec![
        Statement::any(ERASE_MESSAGES, values![person, &account]),
        Statement::any(ERASE_ADDRESS, values![&account]),
        Statement::any(ERASE_ADDRESS_CLAIM, values![&account]),
        Statement::any(ERASE_PREFERENCE, values![&account]),
        Statement::any(ERASE_DELIVERIES, values![account]),
    ];
    Ok(Leaving { writes, ..Leaving::default() })
}
