//! Somebody takes a consent back.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dismiss::Ended;
use crate::model::ConsentId;
use crate::store::applications;

/// Takes a consent back.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndConsent {
    /// The consent.
    pub consent: ConsentId,
}

impl Action for EndConsent {
    const NAME: &'static str = "identity.end_consent";
    const DOC: &'static str = "Takes back what an application was let do; its tokens end at once.";
    type Reply = Ended;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Ended>, Failure> {
        let account = ctx.who.account();
        ctx.authorize(&Resource {
            owner_account: account,
            ..Resource::of("identity.consent", self.consent)
        })?;
        let account =
            account.ok_or_else(|| Failure::new(Kind::Unauthenticated, "kernel.sign_in"))?;
        let row = ctx.row(applications::SELECT_CONSENT_BY_ID, values![self.consent]).await?;
        let row = row.ok_or_else(Failure::missing)?;
        let own = row.id::<minshu_kernel::ids::AccountId>("account")? == account;
        if !own || row.get::<Option<i64>>("ended_ms")?.is_some() {
            return Err(Failure::missing());
        }
        let ended = values![self.consent, account, ctx.now];
        Ok(Decision::reply(Ended { ended_ms: ctx.now })
            .write(Statement::one(applications::UPDATE_CONSENT_ENDED, ended))
            .write(Statement::any(
                applications::UPDATE_CONSENT_TOKENS_ENDED,
                values![self.consent, ctx.now],
            )))
    }
}
