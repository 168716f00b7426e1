//! What keeps records from disposal and people's data from erasure, and how both lose their race against a hold that is
//! placed meanwhile.

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::holdings::{HeldRecord, Holding, Leaving};
use minshu_kernel::records::Statement;
use minshu_kernel::retention::{RecordFace, RecordType};
use minshu_kernel::show;
use minshu_kernel::text::Message;
use minshu_kernel::values;
use serde_json::json;

use super::model::{Hold, record_type};
use super::store;

/// The target of one record.
pub fn of_record(kind: &str, id: &str) -> String {
    format!("record:{kind}:{id}")
}

/// The target of a whole type.
pub fn of_type(kind: &str) -> String {
    format!("type:{kind}")
}

/// The target of whoever a record is about; nothing where it is about nobody.
pub fn of_owner(face: &RecordFace) -> Option<String> {
    match (face.organisation, face.person, face.account) {
        (Some(id), _, _) => Some(format!("organisation:{id}")),
        (None, Some(id), _) => Some(format!("person:{id}")),
        (None, None, Some(id)) => Some(format!("account:{id}")),
        (None, None, None) => None,
    }
}

/// The hold that keeps a record, where there is one: on itself, on whoever it is about, or on its type in its place.
pub async fn keeping(
    ctx: &Ctx,
    kind: &RecordType,
    id: &str,
    face: &RecordFace,
) -> Result<Option<Hold>, Failure> {
    let record = of_record(kind.name, id);
    let person = face.person.map_or_else(|| record.clone(), |id| format!("person:{id}"));
    let account = face.account.map_or_else(|| record.clone(), |id| format!("account:{id}"));
    let organisation =
        face.organisation.map_or_else(|| record.clone(), |id| format!("organisation:{id}"));
    let asked = values![record, person, account, organisation, of_type(kind.name)];
    for row in ctx.rows(store::HOLDS_OF, asked).await? {
        let hold = Hold::read(ctx, &row)?;
        let here = !hold.target.starts_with("type:") || hold.division.contains(face.division);
        if here && hold.is_on(ctx.now) {
            return Ok(Some(hold));
        }
    }
    Ok(None)
}

/// The statement by which a write set loses its race against a hold that was placed since this was read. It belongs before
/// whatever reads holds.
pub async fn guard(ctx: &Ctx) -> Result<Statement, Failure> {
    let row = ctx.row(store::MARK, values![]).await?;
    Ok(match row {
        Some(row) => {
            Statement::expect_unchanged("platform_hold_mark", "holds", row.get::<i64>("version")?)
        }
        None => Statement::one(store::FIRST_MARK, values![]),
    })
}

/// What people are told of holds on them, and that nothing of theirs is erased meanwhile.
pub fn holding() -> Holding {
    Holding {
        name: "platform.holds",
        title: "platform-held-holds",
        purpose: "platform-held-holds-purpose",
        basis: "platform-held-holds-basis",
        period: "platform-held-holds-period",
        read: |ctx, most| Box::pin(read(ctx, most)),
        leave: |ctx| Box::pin(leave(ctx)),
    }
}

/// The holds that are on somebody who asks, on something of theirs, or on a type of which they have something.
async fn about(ctx: &Ctx) -> Result<Vec<Hold>, Failure> {
    let person = ctx.who.person.map(|id| id.to_string()).unwrap_or_default();
    let account = ctx.who.account().map(|id| id.to_string()).unwrap_or_default();
    let mut holds = Vec::new();
    for row in ctx.rows(store::HOLDS_ABOUT, values![person, account]).await? {
        holds.push(Hold::read(ctx, &row)?);
    }
    for kind in &*ctx.services.record_types {
        let target = of_type(kind.name);
        let asked = values![&target, &target, &target, &target, &target];
        let rows = ctx.rows(store::HOLDS_OF, asked).await?;
        let own = ctx.services.holdings.iter().find(|own| own.name == kind.holding);
        let (false, Some(own)) = (rows.is_empty(), own) else { continue };
        if (own.read)(ctx, 1).await?.is_empty() {
            continue;
        }
        for row in rows {
            holds.push(Hold::read(ctx, &row)?);
        }
    }
    holds.retain(|hold| hold.is_on(ctx.now));
    Ok(holds)
}

/// What is held, in words: the number, or what the type is called.
pub fn what(ctx: &Ctx, hold: &Hold) -> String {
    let t = ctx.speaker();
    let title = record_type(ctx, &hold.record_type).map(|kind| t.say(kind.title));
    let title = title.unwrap_or_else(|| hold.record_type.clone());
    match hold.target.split_once(':').map(|(kind, _)| kind) {
        Some("record") => format!("{title} {}", hold.number),
        Some("type") => t.say1("platform-hold-of-type", "type", title),
        _ => t.say1("platform-hold-of-owner", "number", hold.number.as_str()),
    }
}

async fn read(ctx: &Ctx, most: u32) -> Result<Vec<HeldRecord>, Failure> {
    let told = |hold: Hold| HeldRecord {
        resource: "platform.hold",
        id: hold.id.to_string(),
        title: what(ctx, &hold),
        at: hold.placed,
        href: None,
        data: json!({
            "reason": hold.reason, "placed_ms": hold.placed, "until_ms": hold.until,
            "number": hold.number,
        }),
        files: Vec::new(),
    };
    Ok(about(ctx).await?.into_iter().take(most as usize).map(told).collect())
}

async fn leave(ctx: &Ctx) -> Result<Leaving, Failure> {
    let guard = guard(ctx).await?;
    let t = ctx.speaker();
    let mut leaving = Leaving { writes: vec![guard], ..Leaving::default() };
    for hold in about(ctx).await? {
        let message = match hold.until {
            Some(until) => Message::new("platform-leave-held-until")
                .with("until", show::date(&t, until.plus_ms(-1).date())),
            None => Message::new("platform-leave-held"),
        };
        let what = what(ctx, &hold);
        leaving.hindrances.push(message.with("what", what).with("reason", hold.reason));
    }
    Ok(leaving)
}
