//! A draft is begun or saved. What is wrong is told and nothing that was typed is lost.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::form::Completeness;
use minshu_kernel::ids::OrganisationId;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::compile::CompiledItem;
use crate::entitlement;
use crate::error::CaseworkError;
use crate::filling::{self, ToldProblem, check_form, parts, refuse_unkeepable, tell};
use crate::lookups;
use crate::model::{Draft, DraftId, Owner, draft_resource};
use crate::stepping::section;
use crate::store::drafts;

/// The most drafts that an account, or an organisation, keeps at a time.
const DRAFTS_MAX: i64 = 100;

/// Begins or saves a draft.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// The draft; none begins a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
    /// The item (`pack.item`), to begin a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200), example = &"gov-single-window.outdoor-advertising")]
    pub item: Option<String>,
    /// On behalf of which organisation, to begin a draft; none applies in own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf: Option<OrganisationId>,
    /// The form as far as it is filled in, whole.
    #[schemars(example = serde_json::json!({ "applicant": { "contact": "林晓燕", "phone": "13800000001" } }))]
    pub form: Json,
    /// The form's version that was seen; a newer one refuses. Without it the last one to save wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_version: Option<i64>,
}

/// The draft after saving.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SavedDraft {
    /// The draft.
    pub draft: DraftId,
    /// The form's version.
    pub version: i64,
    /// What is wrong with what is there; pointers begin with `/form`.
    pub problems: Vec<ToldProblem>,
}

impl Action for SaveDraft {
    const NAME: &'static str = "casework.save_draft";
    const DOC: &'static str = "Begins or saves a draft of an application. Mistakes are told and do not keep it from being saved.";
    type Reply = SavedDraft;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<SavedDraft>, Failure> {
        match self.draft {
            Some(draft) => self.save(ctx, draft).await,
            None => self.begin(ctx).await,
        }
    }
}

impl SaveDraft {
    async fn save(self, ctx: &Ctx, id: DraftId) -> Result<Decision<SavedDraft>, Failure> {
        let (draft, item) = filling::load(ctx, id).await?;
        if let Some(based_on) = self.base_version
            && based_on != draft.form_version
        {
            return Err(CaseworkError::SavedElsewhere { based_on, now: draft.form_version }.into());
        }
        refuse_unkeepable(&item, &self.form)?;
        let mut form = self.form;
        let (prefilled, fixed) = item.lookups.keep(&item.form, &draft, &mut form);
        let mut reply = reply(ctx, &item, id, draft.form_version + 1, &form);
        reply.problems.splice(..0, tell(ctx, &fixed));
        let kept = Draft { form, prefilled, item_version: item.version.clone(), ..draft };
        let update = drafts::update_form(ctx, &kept, &parts(&item, &kept.form)).await?;
        Ok(Decision::reply(reply).write(update))
    }

    async fn begin(self, ctx: &Ctx) -> Result<Decision<SavedDraft>, Failure> {
        let Some(item) = self.item.as_deref() else {
            let problem = FieldProblem::new("/item", "casework-problem-which-item");
            return Err(CaseworkError::BadStep(vec![problem]).into());
        };
        let item = section(ctx).item(item).cloned().ok_or_else(Failure::missing)?;
        let (owner, applicant_name) = owner(ctx, &item, self.on_behalf).await?;
        let id = DraftId::fresh(&*ctx.services.ids);
        ctx.authorize(&draft_resource(id, &owner))?;
        item.takes_applications()?;
        room(ctx, &owner).await?;
        let mut form = self.form;
        refuse_unkeepable(&item, &form)?;
        let applicant = lookups::applicant(&owner, &applicant_name);
        let prefilled = item.lookups.open(ctx, &item.id, &applicant, &mut form).await?;
        let reply = reply(ctx, &item, id, 1, &form);
        let parts = parts(&item, &form);
        let draft = Draft {
            id,
            pack: item.pack.clone(),
            item: item.id.clone(),
            item_version: item.version.clone(),
            owner,
            applicant_name,
            form,
            prefilled,
            case: None,
            form_version: 1,
            version: 1,
            updated: ctx.now,
        };
        Ok(Decision::reply(reply).write(drafts::insert(ctx, &draft, &parts).await?))
    }
}

fn reply(ctx: &Ctx, item: &CompiledItem, draft: DraftId, version: i64, form: &Json) -> SavedDraft {
    let normal = item.form.normalise(form);
    let problems = tell(ctx, &check_form(ctx, item, &normal, Completeness::Draft));
    SavedDraft { draft, version, problems }
}

/// Whose the draft will be, and the applicant's name.
async fn owner(
    ctx: &Ctx,
    item: &CompiledItem,
    on_behalf: Option<OrganisationId>,
) -> Result<(Owner, String), Failure> {
    let wrong = |key| CaseworkError::BadStep(vec![FieldProblem::new("/on_behalf", key)]);
    match on_behalf {
        Some(organisation) if item.item.applicant.takes_organisations() => {
            let choice = entitlement::check(ctx, organisation).await?;
            let organisation = Some(choice.organisation);
            Ok((Owner { organisation, ..Owner::default() }, choice.name))
        }
        Some(_) => Err(wrong("casework-problem-persons-only").into()),
        None if item.item.applicant.takes_persons() => {
            let person = ctx.who.person.filter(|_| ctx.who.proved);
            let owner = Owner { account: ctx.who.account(), person, organisation: None };
            Ok((owner, ctx.who.name.clone()))
        }
        None => Err(wrong("casework-problem-organisations-only").into()),
    }
}

/// Whether one more draft may be kept.
async fn room(ctx: &Ctx, owner: &Owner) -> Result<(), Failure> {
    let row = match (owner.organisation, owner.account) {
        (Some(organisation), _) => {
            let values = values![organisation, DRAFTS_MAX];
            ctx.row(drafts::COUNT_ORGANISATION_DRAFTS, values).await?
        }
        (None, account) => ctx.row(drafts::COUNT_DRAFTS, values![account, DRAFTS_MAX]).await?,
    };
    let kept: i64 = row.map(|row| row.get("drafts")).transpose()?.unwrap_or(0);
    if kept >= DRAFTS_MAX {
        return Err(CaseworkError::TooManyDrafts(DRAFTS_MAX).into());
    }
    Ok(())
}
