//! A system opens a case: a flow on an alert, a console command. There is no draft and no material; the form is
//! checked as that of any applicant.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::form::Completeness;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::error::CaseworkError;
use crate::filling::{check_form, handled_in, refuse_unkeepable};
use crate::model::Owner;
use crate::opening::{Opening, open_case};
use crate::stepping::{Stepped, section};

/// Opens a case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The item: `pack.item`.
    #[schemars(length(max = 200), example = &"gov-single-window.outdoor-advertising")]
    pub item: String,
    /// The form, complete.
    pub form: Json,
    /// Whom or what the case is about, as work lists show it.
    #[schemars(length(min = 1, max = 200), example = &"林晓燕")]
    pub applicant_name: String,
    /// The account that may see it as its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_account: Option<AccountId>,
    /// The person it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_organisation: Option<OrganisationId>,
}

impl Action for Open {
    const NAME: &'static str = "casework.open";
    const DOC: &'static str = "Opens a case without a draft, for flows and systems.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let item = section(ctx).item(&self.item).cloned().ok_or_else(Failure::missing)?;
        refuse_unkeepable(&item, &self.form)?;
        let form = item.form.normalise(&self.form);
        let mut problems = check_form(ctx, &item, &form, Completeness::Submit);
        let name = self.applicant_name.trim();
        if name.is_empty() || name.chars().count() > 200 {
            problems.push(FieldProblem::new("/applicant_name", "casework-problem-applicant-name"));
        }
        if !problems.is_empty() {
            return Err(CaseworkError::Incomplete(problems).into());
        }
        let division = handled_in(ctx, &item, &form)?;
        ctx.authorize(&Resource {
            pack: Some(item.pack.clone()),
            division: Some(division),
            ..Resource::of("casework.item", &item.id)
        })?;
        let owner = Owner {
            // What belongs to an organisation belongs to no account.
            account: self.owner_account.filter(|_| self.owner_organisation.is_none()),
            person: self.owner,
            organisation: self.owner_organisation,
        };
        let applicant_name = name.to_owned();
        let opening = Opening { item, form, owner, applicant_name };
        Ok(open_case(ctx, opening).await?.1)
    }
}
