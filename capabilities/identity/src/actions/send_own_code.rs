//! Somebody who is signed in asks for a code to the own telephone.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::send_code::{CodeSent, send};
use crate::model::Purpose;
use crate::store::accounts;
use crate::{checks, factors};

/// Sends a code to the own telephone.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendOwnCode {}

impl Action for SendOwnCode {
    const NAME: &'static str = "identity.send_own_code";
    const DOC: &'static str = "Sends a code to the telephone of the own account, by which `identity.verify_phone` verifies it.";
    type Reply = CodeSent;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<CodeSent>, Failure> {
        let id = factors::signed_in(ctx)?;
        let account = accounts::account(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&checks::account_resource(&account))?;
        send(ctx, Purpose::VerifyPhone, &account.phone).await
    }
}
