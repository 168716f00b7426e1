//! Somebody else judges what was opened in an emergency.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::OpeningId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change_organisation::Changed;
use crate::error::IdentityError;
use crate::events::{self, GlassReviewed};
use crate::model::Verdict;
use crate::store::{accounts, openings};
use crate::{checks, rules};

/// Judges an opening.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewOpening {
    /// The opening.
    pub opening: OpeningId,
    /// Whether it was justified.
    pub justified: bool,
    /// Why, in 10 to 500 characters.
    #[schemars(length(min = 10, max = 500), example = &"已与窗口负责人核实，停电属实，查阅范围与理由相符。")]
    pub words: String,
}

impl Action for ReviewOpening {
    const NAME: &'static str = "identity.review_opening";
    const DOC: &'static str = "Judges whether something was opened in an emergency with good reason. Nobody judges what he opened himself, by whatever account.";
    type Reply = Changed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Changed>, Failure> {
        let opening = openings::opening(ctx, self.opening).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&opening.resource()).map_err(Failure::hidden)?;
        let me = ctx
            .who
            .account()
            .ok_or_else(|| Failure::new(Kind::Unauthenticated, "kernel.sign_in"))?;
        // The person counts and not the account; whoever opened it may have been proved since.
        let opener = accounts::account(ctx, opening.account).await?.and_then(|a| a.person);
        let person = ctx.who.person;
        let same = person.is_some() && (person == opening.person || person == opener);
        if me == opening.account || same {
            let error = IdentityError::OwnOpening;
            let rule = format!("{}: {error}", ctx.operation);
            return Err(Failure { rule: Some(rule), ..error.into() });
        }
        if opening.verdict.is_some() {
            return Err(IdentityError::Reviewed.into());
        }
        let words = rules::words(&self.words).map_err(|m| checks::wrong("/words", m))?;
        let verdict = Verdict { at_ms: ctx.now, by: me, justified: self.justified, words };
        let version = opening.version + 1;
        let event = GlassReviewed {
            opening: opening.id,
            account: opening.account,
            by: me,
            justified: self.justified,
        };
        Decision::reply(Changed { version })
            .write(openings::review(ctx, &opening, &verdict).await?)
            .tell(&event, events::opening(opening.id, version))
    }
}
