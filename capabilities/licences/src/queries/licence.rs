//! A licence for its holder and for its office: what it says, its versions, its history, who looked.

use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FieldView, LicenceLine, fields};
use crate::actions::kind;
use crate::model::{LicenceId, ProposalId, ShowingId, State, Verb, Way};
use crate::owning;
use crate::store::{licences, showings};

/// Asks for a licence.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceById {
    /// The licence.
    pub licence: LicenceId,
}

/// A licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LicenceView {
    /// What a list shows of it.
    #[serde(flatten)]
    pub line: LicenceLine,
    /// Whether whoever asks holds it.
    pub own: bool,
    /// The code of its state in the national exchange: `01` holds.
    pub state_code: String,
    /// The check value that stands on its document; for its holder alone.
    pub check: Option<String>,
    /// The holder's number, masked.
    pub number: String,
    /// Which version it is, from 1.
    pub version_number: i64,
    /// From when on it holds, milliseconds since 1970 in UTC.
    pub from_ms: Timestamp,
    /// From what it came: `kind:id`.
    pub about: Option<String>,
    /// What it says.
    pub fields: Vec<FieldView>,
    /// The size of its document in bytes.
    pub document_bytes: i64,
    /// Every version, the first one first.
    pub versions: Vec<VersionView>,
    /// Its history, oldest first.
    pub steps: Vec<StepView>,
    /// What waits for a second officer; for offices alone.
    pub waiting: Option<WaitingView>,
    /// What whoever asks may do to it now.
    pub may: Vec<Verb>,
    /// Codes that its holder made, the latest first; for its holder alone.
    pub showings: Vec<ShowingView>,
    /// Who looked, the latest first; for its holder alone.
    pub looks: Vec<LookView>,
}

/// A version of a licence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VersionView {
    /// The version.
    pub licence: LicenceId,
    /// Which it is, from 1.
    pub number: i64,
    /// Where it stands.
    pub state: State,
    /// When it was issued, milliseconds since 1970 in UTC.
    pub issued_ms: Timestamp,
}

/// A step of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepView {
    /// What was done.
    pub verb: Verb,
    /// Where it stood then.
    pub state: State,
    /// Why; empty where nothing was said.
    pub reason: String,
    /// When, milliseconds since 1970 in UTC.
    pub at_ms: Timestamp,
    /// Whether two officers agreed on it.
    pub two: bool,
}

/// What waits for a second officer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaitingView {
    /// What waits.
    pub proposal: ProposalId,
    /// What is wanted.
    pub verb: Verb,
    /// Why.
    pub reason: String,
    /// Since when, milliseconds since 1970 in UTC.
    pub at_ms: Timestamp,
    /// Whether whoever asks wants it: somebody else has to agree.
    pub own: bool,
}

/// A code that the holder made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShowingView {
    /// The showing.
    pub showing: ShowingId,
    /// What for.
    pub purpose: String,
    /// What was shown.
    pub fields: Vec<LocalText>,
    /// Whether one look ended it.
    pub once: bool,
    /// When it was made, milliseconds since 1970 in UTC.
    pub made_ms: Timestamp,
    /// Until when it shows anything, milliseconds since 1970 in UTC.
    pub until_ms: Timestamp,
    /// When somebody looked first.
    pub used_ms: Option<Timestamp>,
    /// Whether it shows anything at this moment.
    pub open: bool,
}

/// Somebody's look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LookView {
    /// How.
    pub way: Way,
    /// What for, where the holder had said it.
    pub purpose: Option<String>,
    /// Whether whoever looked was signed in.
    pub known: bool,
    /// When, milliseconds since 1970 in UTC.
    pub at_ms: Timestamp,
}

impl Query for LicenceById {
    const NAME: &'static str = "licences.licence";
    const DOC: &'static str = "A licence: what it says, how it stands, its versions and history; its holder also reads who looked at it.";
    type Reply = LicenceView;

    async fn answer(self, ctx: &Ctx) -> Result<LicenceView, Failure> {
        let licence = licences::find(ctx, self.licence).await?.ok_or_else(Failure::missing)?;
        let resource = owning::resource(ctx, &licence).await;
        ctx.authorize(&resource).map_err(Failure::hidden)?;
        let own = (resource.owner.is_some() && resource.owner == ctx.who.person && ctx.who.proved)
            || resource.owner_organisation.is_some_and(|id| ctx.who.mandates.contains(&id));
        let state = licence.state_at(ctx.now);
        let versions = licences::line(ctx, licence.line).await?;
        let steps = licences::steps(ctx, licence.id).await?;
        let kind = kind(ctx, &licence.kind).ok();
        let label = |id: &String| {
            let field = kind.as_ref().and_then(|kind| kind.field(id));
            field.map_or_else(|| LocalText::new(id, id), |field| field.name.clone())
        };
        let (mut shown, mut looks) = (Vec::new(), Vec::new());
        if own {
            shown = showings::of_licence(ctx, licence.id).await?;
            looks = showings::looks(ctx, licence.id).await?;
        }
        let may = |verb: Verb| {
            let operation = format!("licences.{}", verb.word());
            let here = kind.as_ref().is_none_or(|kind| verb == Verb::Change || kind.allows(verb));
            here && verb.fits(state) && ctx.may(&operation, &licence.resource())
        };
        let verbs: Vec<Verb> =
            [Verb::Change].into_iter().chain(Verb::MOVES).filter(|verb| may(*verb)).collect();
        let waiting = match ctx.may("licences.agree", &licence.resource()) || !verbs.is_empty() {
            true => licences::proposal(ctx, licence.id).await?,
            false => None,
        };
        Ok(LicenceView {
            line: LicenceLine::of(ctx, &licence, own),
            own,
            state_code: state.code().to_owned(),
            check: own.then(|| licence.check.clone()),
            number: crate::rules::masked(&licence.holder.number),
            version_number: licence.number,
            from_ms: licence.from,
            about: licence.about.clone(),
            fields: fields(ctx, &licence, own),
            document_bytes: licence.document_bytes,
            versions: versions
                .iter()
                .map(|version| VersionView {
                    licence: version.id,
                    number: version.number,
                    state: version.state_at(ctx.now),
                    issued_ms: version.issued,
                })
                .collect(),
            steps: steps
                .into_iter()
                .map(|step| StepView {
                    verb: step.verb,
                    state: step.state,
                    two: step.proposer.is_some(),
                    reason: step.reason,
                    at_ms: step.at,
                })
                .collect(),
            waiting: waiting.map(|waiting| WaitingView {
                proposal: waiting.id,
                verb: waiting.verb,
                own: waiting.proposer == ctx.who.reference(),
                reason: waiting.reason,
                at_ms: waiting.at,
            }),
            may: verbs,
            looks: looks
                .iter()
                .map(|look| LookView {
                    way: look.way,
                    purpose: shown
                        .iter()
                        .find(|showing| Some(showing.id) == look.showing)
                        .map(|showing| showing.purpose.clone()),
                    known: look.looker != "anonymous",
                    at_ms: look.at,
                })
                .collect(),
            showings: shown
                .into_iter()
                .map(|showing| ShowingView {
                    showing: showing.id,
                    fields: showing.fields.iter().map(label).collect(),
                    open: showing.ended.is_none()
                        && ctx.now < showing.until
                        && !(showing.once && showing.used.is_some()),
                    purpose: showing.purpose,
                    once: showing.once,
                    made_ms: showing.made,
                    until_ms: showing.until,
                    used_ms: showing.used,
                })
                .collect(),
        })
    }
}
