//! An operator lets an application act, or stops it.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::ApplicationId;
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::Problems;
use crate::model::ApplicationState;
use crate::store::applications;

/// Approves or suspends an application.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideApplication {
    /// The application.
    pub application: ApplicationId,
    /// `active` or `suspended`.
    pub state: ApplicationState,
    /// How many operations it may ask for in a minute: 1 to 100,000.
    #[schemars(range(min = 1, max = 100_000), example = 60)]
    pub minute: i64,
    /// How many operations it may ask for in a day: 16 to 100,000,000.
    #[schemars(range(min = 16, max = 100_000_000), example = 10_000)]
    pub day: i64,
}

/// The application as it is now.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationDecided {
    /// Its state.
    pub state: ApplicationState,
}

impl Action for DecideApplication {
    const NAME: &'static str = "identity.decide_application";
    const DOC: &'static str = "Approves an application or suspends it, and sets its quota. Tokens of a suspended application end at once.";
    type Reply = ApplicationDecided;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<ApplicationDecided>, Failure> {
        let found =
            applications::application(ctx, self.application).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&found.resource())?;
        let mut problems = Problems::default();
        if self.state == ApplicationState::Asked {
            problems.note("/state", "identity-application-state-wrong");
        }
        if !(1..=100_000).contains(&self.minute) {
            problems.note("/minute", "identity-quota-wrong");
        }
        if !(16..=100_000_000).contains(&self.day) {
            problems.note("/day", "identity-quota-wrong");
        }
        problems.finish()?;
        let values = values![found.id, found.version, self.state, self.minute, self.day];
        Ok(Decision::reply(ApplicationDecided { state: self.state })
            .write(Statement::one(applications::UPDATE_APPLICATION_STATE, values)))
    }
}
