//! Whoever is responsible decides on a request for correction.

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::event::Event;
use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::records::Statement;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask_correction::{aggregate, text};
use crate::correction::model::{Correction, CorrectionId, RequestState, place};
use crate::correction::store;

/// Decides a request.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideCorrection {
    /// The request.
    pub correction: CorrectionId,
    /// Its version, as it was seen.
    pub version: i64,
    /// `corrected`, `partly` or `refused`. What is corrected is changed before, by the action that the field has.
    pub state: RequestState,
    /// What was done, or why it stays as it is, in 4 to 1 000 characters. The person reads it.
    #[schemars(length(min = 4, max = 1000), example = &"已核对户口簿，姓名改为林小燕")]
    pub outcome: String,
}

/// How the request stands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CorrectionReply {
    /// The request.
    pub correction: CorrectionId,
    /// Its version now.
    pub version: i64,
}

/// A request for correction was decided.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CorrectionDecided {
    /// The request.
    pub correction: CorrectionId,
    /// Who asked.
    pub account: AccountId,
    /// The person behind the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Where it was decided.
    pub division: DivisionCode,
    /// `corrected`, `partly` or `refused`.
    pub state: RequestState,
}

impl Event for CorrectionDecided {
    const TYPE: &'static str = "platform.correction.decided";
    const DOC: &'static str = "A request for correction was decided.";
}

impl Action for DecideCorrection {
    const NAME: &'static str = "platform.decide_correction";
    const DOC: &'static str = "Decides a request for correction, with a reason that the person reads: corrected, partly, or refused. Nobody decides on the own request.";
    type Reply = CorrectionReply;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<CorrectionReply>, Failure> {
        let request = Correction::find(ctx, self.correction).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&request.resource()).map_err(Failure::hidden)?;
        let same = ctx.who.person.is_some() && ctx.who.person == request.person;
        if ctx.who.account() == Some(request.account) || same {
            let rule = format!("{}: nobody decides on the own request", ctx.operation);
            let failure = Failure::new(Kind::Refused, "platform.own_correction");
            return Err(Failure { rule: Some(rule), ..failure });
        }
        if request.state != RequestState::Open || request.version != self.version {
            return Err(Failure::new(Kind::Conflict, "platform.correction_changed"));
        }
        let mut problems = Vec::new();
        let outcome = text("/outcome", &self.outcome, 4, &mut problems);
        if self.state == RequestState::Open {
            problems.push(FieldProblem::new("/state", "platform-correction-state"));
        }
        if !problems.is_empty() {
            return Err(Failure::invalid(problems));
        }
        let key = request.id.to_string();
        let sealer = ctx.sealer(request.subject()).await?;
        let sealed = sealer.seal_text(place("outcome", &key), &outcome);
        let state = self.state.word();
        let values = values![&key, request.version, state, ctx.signature(), ctx.now, sealed];
        let version = request.version + 1;
        let event = CorrectionDecided {
            correction: request.id,
            account: request.account,
            person: request.person,
            division: request.division,
            state: self.state,
        };
        Decision::reply(CorrectionReply { correction: request.id, version })
            .write(Statement::one(store::DECIDE_CORRECTION, values))
            .tell(&event, aggregate(request.id, version))
    }
}
