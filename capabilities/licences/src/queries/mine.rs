//! One's own licences, and those of the organisations that one acts for.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LicenceLine;
use crate::actions::own;
use crate::model::State;
use crate::owning;

/// Asks for one's own licences.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mine {}

/// One's own licences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MyLicences {
    /// Whether one was proved: only then it is known which licences are one's own.
    pub proved: bool,
    /// The licences, the latest first; versions that were replaced are left out.
    pub licences: Vec<LicenceLine>,
}

impl Query for Mine {
    const NAME: &'static str = "licences.mine";
    const DOC: &'static str =
        "One's own licences and those of the organisations that one acts for, the latest first.";
    type Reply = MyLicences;

    async fn answer(self, ctx: &Ctx) -> Result<MyLicences, Failure> {
        ctx.authorize(&own(ctx))?;
        let held = owning::all(ctx).await?;
        let held = held.iter().filter(|licence| licence.state != State::Replaced);
        Ok(MyLicences {
            proved: ctx.who.proved,
            licences: held.map(|licence| LicenceLine::of(ctx, licence, true)).collect(),
        })
    }
}
