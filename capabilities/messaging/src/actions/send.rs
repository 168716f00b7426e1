//! A message is put into an inbox: from a template of a pack, with values.

use std::collections::BTreeMap;

use minshu_kernel::action::{Action, Decision, JobDraft};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::show;
use minshu_kernel::text::{LocalText, Speaker};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reach;
use crate::compile::Section;
use crate::error::MessagingError;
use crate::events::{MessageSent, aggregate};
use crate::model::{Addressee, Message, MessageId, resource};
use crate::rules::{Given, is_about};
use crate::store;

/// Sends a message. Each value of the template is given once, in one of the three maps.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// The template: `pack.template`; a flow may leave out its own pack.
    #[schemars(length(max = 130), example = &"gov-single-window.case-accepted")]
    pub template: String,
    /// To whom: at least one.
    pub to: Addressee,
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
}

/// The message that was sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Sent {
    /// The message.
    pub message: MessageId,
}

impl Action for Send {
    const NAME: &'static str = "messaging.send";
    const DOC: &'static str = "Puts a message into the inbox of an account, a person or an organisation: a pack's template with values.";
    type Reply = Sent;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Sent>, Failure> {
        let id = MessageId::fresh(&*ctx.services.ids);
        let section = ctx.section::<Section>(crate::NAME);
        let template = section.template(&self.template);
        let pack = template.map_or("", |template| template.pack.as_str());
        ctx.authorize(&resource(id, pack, &self.to))?;
        let Some(template) = template else {
            let shown = self.template.chars().take(130).collect();
            return Err(MessagingError::UnknownTemplate(shown).into());
        };
        if self.to.is_nobody() {
            return Err(MessagingError::NoAddressee.into());
        }
        let bad = |problems| MessagingError::BadValues { template: template.id.clone(), problems };
        if self.about.as_deref().is_some_and(|about| !is_about(about)) {
            return Err(bad(vec![FieldProblem::new("/about", "messaging-problem-about")]).into());
        }
        let given = Given { values: &self.values, names: &self.names, dues: &self.dues };
        let speaker = |lang| Speaker::new(ctx.services.texts.clone(), lang);
        let content =
            template.render(&given, |lang, end| show::due(&speaker(lang), end)).map_err(bad)?;
        let message = Message {
            id,
            pack: template.pack.clone(),
            template: template.id.clone(),
            to: self.to,
            tone: template.tone,
            content,
            about: self.about,
            at: ctx.now,
            read: None,
            version: 1,
        };
        let decision = match &template.sms {
            None => Decision::reply(Sent { message: id }),
            Some(sms) => Decision::reply(Sent { message: id }).later(JobDraft {
                key: format!("{}:{id}", Reach::NAME),
                due: Some(ctx.now.plus_ms(sms.after_ms)),
                action: Reach::NAME,
                input: serde_json::to_value(Reach { message: id }).map_err(Failure::internal)?,
            }),
        };
        decision
            .write(store::insert(ctx, &message, &given).await?)
            .tell(&MessageSent::of(&message), aggregate(id, message.version))
    }
}
