//! Whose a licence is, at the moment of the question. It names the person or organisation that were known when it was
//! issued; where none was, whoever was proved to have its number since then holds it.

use minshu_kernel::access::Resource;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::OrganisationId;
use minshu_kernel::text::LocalText;
use serde::Deserialize;
use serde_json::json;

use crate::model::{HolderKind, Licence};
use crate::store::licences;

/// An organisation that one acts for.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Mandate {
    /// The organisation.
    pub(crate) organisation: OrganisationId,
    /// Its unified social credit code.
    pub(crate) uscc: Option<String>,
}

#[derive(Deserialize)]
struct Mandates {
    mandates: Vec<Mandate>,
}

fn purpose() -> LocalText {
    LocalText::new("找出本人和所代表单位的证照", "To find one's own licences")
}

/// One's own proved number, where the house may be told it.
pub(crate) async fn own_number(ctx: &Ctx) -> Option<String> {
    ctx.who.account().filter(|_| ctx.who.proved)?;
    let answer = ctx.lookup("identity.own_number", json!({}), &purpose()).await.ok()?;
    answer["number"].as_str().map(str::to_owned)
}

/// The organisations that one acts for at this moment.
pub(crate) async fn mandates(ctx: &Ctx) -> Vec<Mandate> {
    if !ctx.who.proved || ctx.who.mandates.is_empty() {
        return Vec::new();
    }
    let answer = ctx.lookup("identity.my_mandates", json!({}), &purpose()).await;
    let found = answer.ok().and_then(|answer| serde_json::from_value::<Mandates>(answer).ok());
    let held = found.map(|found| found.mandates).unwrap_or_default();
    held.into_iter().filter(|held| ctx.who.mandates.contains(&held.organisation)).collect()
}

/// The licence as access sees it, owned by whoever asks where they have its number.
pub(crate) async fn resource(ctx: &Ctx, licence: &Licence) -> Resource {
    let mut resource = licence.resource();
    match licence.holder.kind {
        HolderKind::Person
            if resource.owner.is_none()
                && ctx.who.person.is_some()
                && own_number(ctx).await.as_deref() == Some(&licence.holder.number) =>
        {
            resource.owner = ctx.who.person;
        }
        HolderKind::Organisation if resource.owner_organisation.is_none() => {
            let held = mandates(ctx).await.into_iter();
            let mut of_it = held.filter(|m| m.uscc.as_deref() == Some(&licence.holder.number));
            resource.owner_organisation = of_it.next().map(|mandate| mandate.organisation);
        }
        _ => {}
    }
    resource
}

/// Every licence of whoever asks and of the organisations that they act for, the latest first; replaced versions left out.
pub(crate) async fn all(ctx: &Ctx) -> Result<Vec<Licence>, Failure> {
    let mut found = Vec::new();
    if let Some(person) = ctx.who.person.filter(|_| ctx.who.proved) {
        found.extend(licences::of_person(ctx, person).await?);
        if let Some(number) = own_number(ctx).await {
            found.extend(licences::of_holder(ctx, HolderKind::Person, &number).await?);
        }
    }
    for mandate in mandates(ctx).await {
        if let Some(code) = mandate.uscc {
            found.extend(licences::of_holder(ctx, HolderKind::Organisation, &code).await?);
        }
    }
    found.sort_by_key(|licence| std::cmp::Reverse(licence.id));
    found.dedup_by(|a, b| a.id == b.id);
    Ok(found)
}
