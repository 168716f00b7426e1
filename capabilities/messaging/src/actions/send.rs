//! A message is put into an inbox: from a template of a pack, with values.

use std::collections::BTreeMap;

use minshu_kernel::access::Actor;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::ids::AccountId;
use minshu_kernel::show;
use minshu_kernel::text::{LocalText, Speaker};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reach::reach_job;
use super::{Reach, escalate};
use crate::compile::Section;
use crate::error::MessagingError;
use crate::events::{MessageSent, aggregate};
use crate::model::{Addressee, Message, MessageId, resource};
use crate::rules::{Given, is_about};
use crate::{address, parked, store};

/// Sends a message. Each value of the template is given once, in one of the three maps.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// The template: `pack.template`; a flow may leave out its own pack.
    #[schemars(length(max = 130), example = &"gov-single-window.case-accepted")]
    pub template: String,
    /// To whom: at least one, or `accounts`.
    #[serde(default)]
    pub to: Addressee,
    /// Accounts of which each gets a message of its own: those who hold an office.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub accounts: Vec<AccountId>,
    /// Texts that are the same in both languages, at most 300 characters each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// Texts in both languages, at most 300 characters each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, LocalText>,
    /// Ends of limits, milliseconds since 1970 in UTC; written as people write them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dues: BTreeMap<String, Timestamp>,
    /// What it is about: `kind:id`, such as `casework.case:<id>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 141))]
    pub about: Option<String>,
    /// Where what it is about lies: whose post covers that place sees whether it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub division: Option<DivisionCode>,
}

/// The message that was sent; of several the first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Sent {
    /// The message; none where a flow's message is parked because its template could not make it.
    pub message: Option<MessageId>,
}

impl Action for Send {
    const NAME: &'static str = "messaging.send";
    const DOC: &'static str = "Puts a message into the inbox of an account, a person or an organisation: a pack's template with values. A flow's message that the template cannot make is parked by itself, for an operator to mend.";
    type Reply = Sent;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Sent>, Failure> {
        let section = ctx.section::<Section>(crate::NAME);
        let template = section.template(&self.template);
        let pack = template.map_or("", |template| template.pack.as_str()).to_owned();
        let id = MessageId::fresh(&*ctx.services.ids);
        ctx.authorize(&resource(id, &pack, &self.to))?;
        let flow = matches!(ctx.who.actor, Actor::Flow { .. });
        match make_all(ctx, self.clone()).await {
            // A template that cannot make this message parks it alone: the flow goes on with everything else.
            Err(failure) if flow && failure.kind == Kind::Invalid => {
                let parked = parked::insert(ctx, &self, &pack, &failure).await?;
                Ok(Decision::reply(Sent { message: None }).write(parked))
            }
            made => made,
        }
    }
}

/// The most accounts of which each gets a message of its own.
const ACCOUNTS_MAX: usize = 20;

/// One message, or one for each of the accounts: all or none.
async fn make_all(ctx: &Ctx, send: Send) -> Result<Decision<Sent>, Failure> {
    if send.accounts.is_empty() {
        return make(ctx, send).await;
    }
    if send.accounts.len() > ACCOUNTS_MAX || !send.to.is_nobody() {
        let problem = FieldProblem::new("/accounts", "messaging-problem-accounts");
        return Err(Failure::invalid(vec![problem]));
    }
    let mut all = Decision::reply(Sent { message: None });
    for account in &send.accounts {
        let to = Addressee { account: Some(*account), ..Addressee::default() };
        let one = make(ctx, Send { to, accounts: Vec::new(), ..send.clone() }).await?;
        let Decision { reply, writes, events, jobs, .. } = one;
        all.reply = all.reply.filter(|sent| sent.message.is_some()).or(reply);
        all.writes.extend(writes);
        all.events.extend(events);
        all.jobs.extend(jobs);
    }
    Ok(all)
}

/// The message of a template in force, with everything that follows from it.
pub(super) async fn make(ctx: &Ctx, send: Send) -> Result<Decision<Sent>, Failure> {
    let id = MessageId::fresh(&*ctx.services.ids);
    let section = ctx.section::<Section>(crate::NAME);
    let Some(template) = section.template(&send.template) else {
        let shown = send.template.chars().take(130).collect();
        return Err(MessagingError::UnknownTemplate(shown).into());
    };
    if send.to.is_nobody() {
        return Err(MessagingError::NoAddressee.into());
    }
    let bad = |problems| MessagingError::BadValues { template: template.id.clone(), problems };
    if send.about.as_deref().is_some_and(|about| !is_about(about)) {
        return Err(bad(vec![FieldProblem::new("/about", "messaging-problem-about")]).into());
    }
    let given = Given { values: &send.values, names: &send.names, dues: &send.dues };
    let speaker = |lang| Speaker::new(ctx.services.texts.clone(), lang);
    let content =
        template.render(&given, |lang, end| show::due(&speaker(lang), end)).map_err(bad)?;
    let message = Message {
        id,
        pack: template.pack.clone(),
        template: template.id.clone(),
        to: send.to,
        kind: template.kind,
        tone: template.tone,
        content,
        about: send.about,
        division: send.division,
        at: ctx.now,
        read: None,
        acknowledged: None,
        passed_from: None,
        version: 1,
    };
    let reach = |channel: Channel, after_ms: i64| {
        reach_job(&Reach { message: id, channel }, ctx.now.plus_ms(after_ms))
    };
    let mut decision = Decision::reply(Sent { message: Some(id) });
    if let Some(sms) = &template.sms {
        decision = decision.later(reach(Channel::Sms, sms.after_ms)?);
    }
    // Where nobody has an address yet, no job is made for each message.
    if let Some(after_ms) = template.email_after_ms
        && ctx.services.carriers.offers(Channel::Email)
        && address::anybody(ctx).await?
    {
        decision = decision.later(reach(Channel::Email, after_ms)?);
    }
    decision.jobs.extend(escalate::job(ctx, &message, 0)?);
    decision
        .write(store::insert(ctx, &message, &given).await?)
        .tell(&MessageSent::of(&message), aggregate(id, message.version))
}
