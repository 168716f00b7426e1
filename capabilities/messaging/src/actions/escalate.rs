//! A message that nobody reads goes on: to the next channel, to others who hold the post, to those above.

use minshu_kernel::action::{Action, Decision, JobDraft};
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::text::{Lang, LocalText, Speaker};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Reach;
use super::reach::reach_job;
use crate::events::{MessageSent, aggregate};
use crate::model::{Addressee, Message, MessageId, Onward, Step};
use crate::rules::Given;
use crate::{hours, store};

/// Does a step of a message that nobody has read.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalate {
    /// The message.
    pub message: MessageId,
    /// Which step, from 0.
    pub step: usize,
}

/// What became of the step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Escalated {
    /// Whether somebody has it already, so that nothing was to be done.
    pub settled: bool,
    /// How many others it was passed on to.
    pub passed: usize,
}

#[derive(Deserialize)]
struct StandIns {
    accounts: Vec<AccountId>,
}

/// The job of a message's step, where it has one.
pub(super) fn job(ctx: &Ctx, message: &Message, step: usize) -> Result<Option<JobDraft>, Failure> {
    let Some(next) = message.content.steps.get(step) else { return Ok(None) };
    let calendar = ctx.services.calendar.current();
    let due = hours::later(&calendar, message.at, next.after_hours).max(ctx.now);
    Ok(Some(JobDraft {
        key: format!("{}:{}", Escalate::NAME, message.id),
        due: Some(due),
        action: Escalate::NAME,
        input: serde_json::to_value(Escalate { message: message.id, step })
            .map_err(Failure::internal)?,
    }))
}

impl Action for Escalate {
    const NAME: &'static str = "messaging.escalate";
    const DOC: &'static str = "Does a step of a message that nobody has read or acknowledged: another channel, others who hold the reader's post, those above. Whoever of them reads it ends it.";
    type Reply = Escalated;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Escalated>, Failure> {
        let message = store::find(ctx, self.message).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&message.resource())?;
        let passed = store::passed(ctx, message.id).await?;
        let settled = message.settled() || passed.iter().any(Message::settled);
        let step = message.content.steps.get(self.step).filter(|_| !settled);
        let Some(step) = step else {
            return Ok(Decision::reply(Escalated { settled, passed: 0 }));
        };
        let mut decision = match &step.to {
            Onward::Sms => again(ctx, &message, Channel::Sms)?,
            Onward::Email => again(ctx, &message, Channel::Email)?,
            Onward::Holders => pass_on(ctx, &message, &passed, None, step).await?,
            Onward::Role(role) => pass_on(ctx, &message, &passed, Some(role), step).await?,
        };
        decision.jobs.extend(job(ctx, &message, self.step + 1)?);
        Ok(decision)
    }
}

/// The same reader by another channel, at once.
fn again(ctx: &Ctx, message: &Message, channel: Channel) -> Result<Decision<Escalated>, Failure> {
    let job = reach_job(&Reach { message: message.id, channel }, ctx.now)?;
    Ok(Decision::reply(Escalated { settled: false, passed: 0 }).later(job))
}

/// Others get a message of their own, which says whose it was and why they have it.
async fn pass_on(
    ctx: &Ctx,
    message: &Message,
    passed: &[Message],
    role: Option<&String>,
    step: &Step,
) -> Result<Decision<Escalated>, Failure> {
    let mut decision = Decision::reply(Escalated { settled: false, passed: 0 });
    let Some(reader) = message.to.account else { return Ok(decision) };
    let purpose = LocalText::new(
        "消息没有人读，要转给同岗位的人或者上一级",
        "To pass on a message that nobody reads",
    );
    let asked = json!({ "account": reader, "role": role });
    let found = ctx.lookup("identity.stand_ins", asked, &purpose).await?;
    let found: StandIns = serde_json::from_value(found).map_err(Failure::internal)?;
    let mut count = 0;
    for account in found.accounts {
        let has = |to: &Addressee| to.account == Some(account);
        if has(&message.to) || passed.iter().any(|message| has(&message.to)) {
            continue;
        }
        let copy = copy(ctx, message, account, role.is_some(), step);
        let nothing = Default::default();
        let given =
            Given { values: &nothing, names: &Default::default(), dues: &Default::default() };
        decision = decision
            .write(store::insert(ctx, &copy, &given).await?)
            .tell(&MessageSent::of(&copy), aggregate(copy.id, copy.version))?;
        if copy.content.sms.is_some() {
            let reach = Reach { message: copy.id, channel: Channel::Sms };
            decision = decision.later(reach_job(&reach, ctx.now)?);
        }
        count += 1;
    }
    Ok(Decision { reply: Some(Escalated { settled: false, passed: count }), ..decision })
}

fn copy(ctx: &Ctx, message: &Message, account: AccountId, above: bool, step: &Step) -> Message {
    let key = if above { "messaging-passed-above" } else { "messaging-passed" };
    let say = |lang| {
        let t = Speaker::new(ctx.services.texts.clone(), lang);
        t.say1(key, "hours", i64::from(step.after_hours))
    };
    let with = |why: String, text: &str| format!("{why}\n{text}");
    let mut content = message.content.clone();
    content.text = LocalText::new(
        with(say(Lang::Zh), &content.text.zh),
        with(say(Lang::En), &content.text.en),
    );
    content.steps = Vec::new();
    Message {
        id: MessageId::fresh(&*ctx.services.ids),
        to: Addressee { account: Some(account), ..Addressee::default() },
        content,
        at: ctx.now,
        read: None,
        acknowledged: None,
        passed_from: Some(message.id),
        version: 1,
        ..message.clone()
    }
}
