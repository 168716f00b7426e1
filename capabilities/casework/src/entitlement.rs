//! Acting for an organisation. Whether somebody may is known to identity: the principal carries the mandates of its
//! session, and what the organisation is called and which code it has is looked up at the moment of the step.

use minshu_kernel::ctx::{Call, Ctx};
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::ids::OrganisationId;
use minshu_kernel::text::LocalText;
use minshu_kernel::web::Visit;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::CaseworkError;

/// The query of identity that answers the mandates: a name only.
const LOOKUP: &str = "identity.my_mandates";

/// On whose behalf somebody acts, as `GET /items/{item}/applicants` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnBehalf {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: String,
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

impl Mandates {
    /// The organisations with a code.
    fn choices(self) -> impl Iterator<Item = OnBehalf> {
        self.mandates.into_iter().filter_map(|mandate| {
            let Mandate { organisation, organisation_name: name, uscc } = mandate;
            Some(OnBehalf { organisation, name, uscc: uscc? })
        })
    }
}

/// The organisations with a code that the visitor may act for.
pub async fn choices(visit: &Visit) -> Result<Vec<OnBehalf>, Failure> {
    if visit.who.account().is_none() || visit.who.mandates.is_empty() {
        return Ok(Vec::new());
    }
    let call = Call {
        who: visit.who.clone(),
        operation: LOOKUP.to_owned(),
        input: json!({}),
        key: None,
        cause: None,
        request: visit.request,
        lang: visit.lang,
        peer: visit.peer,
    };
    let answer = visit.door.ask(call).await?;
    let found: Mandates = serde_json::from_value(answer).map_err(Failure::internal)?;
    Ok(found.choices().collect())
}

/// Nobody recorded that one may act so.
pub(crate) fn no_mandate() -> CaseworkError {
    let problem = FieldProblem::new("/on_behalf", "casework-problem-no-mandate");
    CaseworkError::NotEntitled(Box::new(problem))
}

/// The organisation, where the principal may act for it at this moment.
pub(crate) async fn check(ctx: &Ctx, organisation: OrganisationId) -> Result<OnBehalf, Failure> {
    if !ctx.who.proved || !ctx.who.mandates.contains(&organisation) {
        return Err(no_mandate().into());
    }
    let purpose =
        LocalText::new("核对申请人可以代表哪些单位", "To see for whom the applicant may act");
    let answer = ctx.lookup(LOOKUP, json!({}), &purpose).await?;
    let found: Mandates = serde_json::from_value(answer).map_err(Failure::internal)?;
    let held = found.choices().find(|choice| choice.organisation == organisation);
    held.ok_or_else(|| no_mandate().into())
}
