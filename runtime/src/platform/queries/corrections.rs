//! Requests for correction: those of one's place, and one's own.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::list::{After, Filter, ListQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::correction::model::{COLUMNS, Correction, CorrectionId, RequestState, Words};
use crate::correction::{own, store};

/// Requests of a page.
const PAGE: u32 = 50;

/// Asks for requests of the caller's place.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Corrections {
    /// How they stand; those that wait where it is absent.
    #[serde(default)]
    pub state: Option<RequestState>,
    /// Begin behind this one.
    #[serde(default)]
    pub after: Option<After>,
}

/// A request.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CorrectionLine {
    /// Its id.
    pub correction: CorrectionId,
    /// The kind of data.
    pub holding: String,
    /// What the kind is called.
    pub kind: String,
    /// The record.
    pub record: String,
    /// Who asked.
    pub account: AccountId,
    /// What was asked for.
    pub words: Words,
    /// Where it is decided.
    pub place: String,
    /// How it stands.
    pub state: RequestState,
    /// `none`, `yellow` where its limit is near, `red` where it is past.
    pub flag: String,
    /// When it was asked.
    pub asked_ms: Timestamp,
    /// It is to be decided before this instant.
    pub due_ms: Timestamp,
    /// When it was decided.
    pub decided_ms: Option<Timestamp>,
    /// What was answered.
    pub outcome: Option<String>,
    /// Its version.
    pub version: i64,
}

/// Requests.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CorrectionPage {
    /// The longest due first; one's own the latest first.
    pub corrections: Vec<CorrectionLine>,
    /// Where the next page begins.
    pub next: Option<After>,
}

fn line(ctx: &Ctx, request: Correction) -> CorrectionLine {
    let t = ctx.speaker();
    let kind = ctx.services.holdings.iter().find(|kind| kind.name == request.holding);
    CorrectionLine {
        flag: request.flag(ctx).to_owned(),
        correction: request.id,
        kind: kind.map_or_else(|| request.holding.clone(), |kind| t.say(kind.title)),
        holding: request.holding,
        record: request.record,
        account: request.account,
        words: request.words,
        place: ctx.services.divisions.full_name(request.division, ctx.lang),
        state: request.state,
        asked_ms: request.asked,
        due_ms: request.due,
        decided_ms: request.decided,
        outcome: request.outcome,
        version: request.version,
    }
}

impl Query for Corrections {
    const NAME: &'static str = "platform.corrections";
    const DOC: &'static str =
        "Requests for correction in the caller's place, the longest due first.";
    type Reply = CorrectionPage;

    async fn answer(self, ctx: &Ctx) -> Result<CorrectionPage, Failure> {
        let state = self.state.unwrap_or(RequestState::Open);
        let query = ListQuery {
            select: store::CORRECTIONS,
            columns: COLUMNS,
            sort: "due_ms",
            descending: state != RequestState::Open,
            filter: Filter::new().equal("state", state.word()),
            after: self.after,
            limit: PAGE + 1,
        };
        let rows = query.page(&*ctx.services.records, &ctx.scope()).await?;
        let mut corrections = Vec::new();
        for row in rows.iter().take(PAGE as usize) {
            corrections.push(line(ctx, Correction::read(ctx, row)?));
        }
        let last = corrections.last().filter(|_| rows.len() > PAGE as usize);
        let next = last.map(|last| After { sort: last.due_ms.0, id: last.correction.to_string() });
        Ok(CorrectionPage { corrections, next })
    }
}

/// Asks for one's own requests.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MyCorrections {}

impl Query for MyCorrections {
    const NAME: &'static str = "platform.my_corrections";
    const DOC: &'static str = "What oneself asked to be corrected, and what became of it.";
    type Reply = CorrectionPage;

    async fn answer(self, ctx: &Ctx) -> Result<CorrectionPage, Failure> {
        ctx.authorize(&Resource {
            owner_account: ctx.who.account(),
            owner: ctx.who.person,
            ..Resource::of("platform.correction", ctx.who.reference())
        })?;
        let requests = own(ctx, PAGE).await?;
        let corrections = requests.into_iter().map(|request| line(ctx, request)).collect();
        Ok(CorrectionPage { corrections, next: None })
    }
}
