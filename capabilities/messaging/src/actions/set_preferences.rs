//! Somebody chooses what they are told beside the inbox.

use std::collections::BTreeSet;

use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::MessageKind;
use crate::preference::{self, Choices, DAY_MINUTES, Quiet};

/// Chooses what one is told, and when not.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPreferences {
    /// Kinds that are told by short message. `legal` always is.
    #[schemars(length(max = 4))]
    pub sms: Vec<MessageKind>,
    /// Kinds that go by mail. `legal` always does.
    #[schemars(length(max = 4))]
    pub email: Vec<MessageKind>,
    /// The quiet hours begin, in minutes of the day in Shanghai.
    #[schemars(range(min = 0, max = 1439), example = &1320)]
    pub quiet_from: u16,
    /// They end, of the next day where it is earlier. The same as the beginning: never quiet.
    #[schemars(range(min = 0, max = 1439), example = &420)]
    pub quiet_until: u16,
    /// Texts in English rather than in Chinese.
    #[serde(default)]
    pub english: bool,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreferencesSet {}

impl Action for SetPreferences {
    const NAME: &'static str = "messaging.set_preferences";
    const DOC: &'static str = "Chooses which kinds of messages one is told by short message and by mail, the quiet hours and the language. The inbox has everything; legal notices are told whatever is chosen.";
    type Reply = PreferencesSet;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<PreferencesSet>, Failure> {
        let account = super::own(ctx)?;
        let hours = [("/quiet_from", self.quiet_from), ("/quiet_until", self.quiet_until)];
        let wrong = hours.into_iter().filter(|(_, minute)| *minute >= DAY_MINUTES);
        let wrong: Vec<FieldProblem> =
            wrong.map(|(at, _)| FieldProblem::new(at, "messaging-problem-hour")).collect();
        if !wrong.is_empty() {
            return Err(Failure::invalid(wrong));
        }
        let (before, version) = preference::of(ctx, account).await?;
        let bound = || MessageKind::ALL.into_iter().filter(|kind| kind.is_bound());
        let with = |chosen: Vec<MessageKind>| -> BTreeSet<MessageKind> {
            chosen.into_iter().chain(bound()).collect()
        };
        let choices = Choices {
            sms: with(self.sms),
            email: with(self.email),
            quiet: Quiet { from: self.quiet_from, until: self.quiet_until },
            english: self.english,
        };
        let decision = Decision::reply(PreferencesSet {});
        if choices == before {
            return Ok(decision);
        }
        Ok(decision.write(preference::keep(account, &choices, version)?))
    }
}
