//! Acting for an organisation. Who may, is known to identity and comes with the principal; which credit code the
//! organisation has, is asked through the door by our own pages, and vouched for towards the action by a keyed
//! hash, so that nobody can claim another code.

use minshu_kernel::ctx::{Call, Ctx, Services};
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::ids::{AccountId, OrganisationId};
use minshu_kernel::web::Visit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::CaseworkError;

/// The query of identity that answers the mandates: a name only.
const LOOKUP: &str = "identity.my_mandates";

/// On whose behalf somebody acts, as `GET /items/{item}/applicants` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnBehalf {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    #[schemars(length(max = 200))]
    pub name: String,
    /// Its unified social credit code.
    #[schemars(length(max = 18))]
    pub uscc: String,
    /// The voucher of this account for this day.
    #[schemars(length(max = 128))]
    pub voucher: String,
}

/// What the lookup answers.
#[derive(Debug, Deserialize)]
struct Mandates {
    mandates: Vec<Mandate>,
}

#[derive(Debug, Deserialize)]
struct Mandate {
    organisation: OrganisationId,
    organisation_name: String,
    uscc: Option<String>,
}

/// The organisations with a code that the visitor may act for, each with its voucher.
pub async fn choices(visit: &Visit) -> Result<Vec<OnBehalf>, Failure> {
    let Some(account) = visit.who.account().filter(|_| !visit.who.mandates.is_empty()) else {
        return Ok(Vec::new());
    };
    let call = Call {
        who: visit.who.clone(),
        operation: LOOKUP.to_owned(),
        input: json!({}),
        key: None,
        cause: None,
        request: visit.request,
        lang: visit.lang,
    };
    let answer = visit.door.ask(call).await?;
    let found: Mandates = serde_json::from_value(answer).map_err(Failure::internal)?;
    let today = visit.services.clock.now().date();
    Ok(found
        .mandates
        .into_iter()
        .filter_map(|mandate| {
            let uscc = mandate.uscc?;
            let mut choice = OnBehalf {
                organisation: mandate.organisation,
                name: mandate.organisation_name,
                uscc,
                voucher: String::new(),
            };
            choice.voucher = voucher(&visit.services, account, &choice, today);
            Some(choice)
        })
        .collect())
}

/// The choice for one organisation, where the visitor may act for it.
pub async fn choice(
    visit: &Visit,
    organisation: OrganisationId,
) -> Result<Option<OnBehalf>, Failure> {
    Ok(choices(visit).await?.into_iter().find(|choice| choice.organisation == organisation))
}

fn voucher(
    services: &Services,
    account: AccountId,
    choice: &OnBehalf,
    day: jiff::civil::Date,
) -> String {
    let OnBehalf { organisation, name, uscc, .. } = choice;
    // The name comes last, so that no part of it can be taken for another part.
    let text = format!("{account}|{organisation}|{uscc}|{day}|{name}");
    services.personal.keyed_hash("casework.entitlement", text.as_bytes())
}

/// Whether the principal may act so: a mandate at this moment, and the voucher of today or yesterday.
pub(crate) fn check(ctx: &Ctx, choice: &OnBehalf) -> Result<(), CaseworkError> {
    let refused = || {
        let problem = FieldProblem::new("/on_behalf", "casework-problem-no-mandate");
        CaseworkError::NotEntitled(Box::new(problem))
    };
    let account = ctx.who.account().ok_or_else(refused)?;
    if !ctx.who.proved || !ctx.who.mandates.contains(&choice.organisation) {
        return Err(refused());
    }
    let today = ctx.now.date();
    let days = [Some(today), today.yesterday().ok()];
    let vouched = days
        .into_iter()
        .flatten()
        .any(|day| same(&voucher(&ctx.services, account, choice, day), &choice.voucher));
    if vouched { Ok(()) } else { Err(refused()) }
}

/// Compares without telling by its time how much is right.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (x, y)| all | (x ^ y)) == 0
}
