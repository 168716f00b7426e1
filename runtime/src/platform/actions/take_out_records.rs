//! Takes single records out of a list: they stay, and come again in a year.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::DAY_MS;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::propose_disposal::Stepped;
use crate::disposal::model::{Disposal, DisposalId, ListState, place, reason};
use crate::disposal::store;

/// The most records of one action.
const MOST: usize = 100;
/// A record that was taken out is looked at again then.
const AGAIN_MS: i64 = 365 * DAY_MS;

/// Takes records out of a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOutRecords {
    /// The list.
    pub list: DisposalId,
    /// Its version, as it was seen.
    pub version: i64,
    /// The records: 1 to 100 ids.
    #[schemars(length(min = 1, max = 100), example = ["01928f5e-7b1a-7c3d-8e4f-0123456789ab"])]
    pub records: Vec<String>,
    /// Why they stay, in 4 to 500 characters.
    #[schemars(length(min = 4, max = 500), example = &"涉及正在进行的行政复议")]
    pub reason: String,
}

impl Action for TakeOutRecords {
    const NAME: &'static str = "platform.take_out_records";
    const DOC: &'static str = "Takes records out of a list that is being gathered. They stay, and come on a list again after a year.";
    type Reply = Stepped;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Stepped>, Failure> {
        let list = Disposal::for_step(ctx, self.list, self.version, ListState::Gathering).await?;
        let mut records = self.records;
        records.sort();
        records.dedup();
        if !(1..=MOST).contains(&records.len()) || records.iter().any(|id| id.len() > 36) {
            let problem = FieldProblem::new("/records", "platform-records-none-chosen");
            return Err(Failure::invalid(vec![problem]));
        }
        let reason = reason(&self.reason)?;
        let version = list.version + 1;
        let mut decision = Decision::reply(Stepped { list: list.id, version });
        for record in records {
            let at = place("platform_disposal_item", "reason", &record);
            let sealed = ctx.services.personal.seal_text(at, &reason);
            let again = ctx.now.plus_ms(AGAIN_MS);
            let values = values![list.id, &list.record_type, record, again, sealed];
            decision = decision.write(Statement::one(store::TAKE_OUT, values));
        }
        Ok(decision.write(Statement::one(store::COUNT_LIST, values![list.id, list.version])))
    }
}
