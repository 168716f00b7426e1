//! What somebody is told beside the inbox, when not, and where mail goes.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::MessageKind;
use crate::{address, preference};

/// Asks for one's own preferences.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preferences {}

/// One's own preferences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PreferencesView {
    /// By kind.
    pub kinds: Vec<KindChoice>,
    /// The quiet hours begin, in minutes of the day.
    pub quiet_from: u16,
    /// They end; the same as the beginning where it is never quiet.
    pub quiet_until: u16,
    /// Texts in English.
    pub english: bool,
    /// The proved mail address.
    pub mail: Option<MailView>,
    /// The one that is to be proved.
    pub claim: Option<ClaimView>,
    /// Whether the installation sends short messages.
    pub sms_offered: bool,
    /// Whether the installation sends mail.
    pub email_offered: bool,
}

/// What is chosen about a kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KindChoice {
    /// The kind.
    pub kind: MessageKind,
    /// Whether it cannot be switched off.
    pub bound: bool,
    /// Whether it is told by short message.
    pub sms: bool,
    /// Whether it goes by mail.
    pub email: bool,
}

/// A proved mail address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MailView {
    /// The address, masked.
    pub mail: String,
    /// When it was proved, milliseconds since 1970 in UTC.
    pub proved_ms: Timestamp,
    /// Since when it takes nothing, by what its mail server says.
    pub bad_ms: Option<Timestamp>,
    /// What that server said; empty where nothing is wrong.
    pub bad_reason: String,
}

/// A mail address that is to be proved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimView {
    /// The address, masked.
    pub mail: String,
    /// Until when the code holds.
    pub expires_ms: Timestamp,
    /// Whether the code could not be delivered.
    pub bad: bool,
}

/// One's own preferences and address as access sees them.
pub(crate) fn resource(ctx: &Ctx) -> Resource {
    Resource {
        owner_account: ctx.who.account(),
        ..Resource::of("messaging.preferences", ctx.who.reference())
    }
}

impl Query for Preferences {
    const NAME: &'static str = "messaging.preferences";
    const DOC: &'static str = "What one is told beside the inbox by kind and channel, one's quiet hours, and the mail address, masked.";
    type Reply = PreferencesView;

    async fn answer(self, ctx: &Ctx) -> Result<PreferencesView, Failure> {
        ctx.authorize(&resource(ctx))?;
        let account = ctx.who.account().ok_or_else(Failure::missing)?;
        let (choices, _) = preference::of(ctx, account).await?;
        let kind = |kind: MessageKind| KindChoice {
            kind,
            bound: kind.is_bound(),
            sms: choices.wants(kind, Channel::Sms),
            email: choices.wants(kind, Channel::Email),
        };
        let mail = address::of(ctx, account).await?.map(|mailbox| MailView {
            mail: address::masked(&mailbox.mail),
            proved_ms: mailbox.proved,
            bad_ms: mailbox.bad,
            bad_reason: mailbox.reason,
        });
        let claim = address::claim(ctx, account).await?.filter(|claim| claim.open(ctx.now));
        Ok(PreferencesView {
            kinds: MessageKind::ALL.into_iter().map(kind).collect(),
            quiet_from: choices.quiet.from,
            quiet_until: choices.quiet.until,
            english: choices.english,
            mail,
            claim: claim.map(|claim| ClaimView {
                mail: address::masked(&claim.mail),
                expires_ms: claim.expires,
                bad: claim.bad.is_some(),
            }),
            sms_offered: ctx.services.carriers.offers(Channel::Sms),
            email_offered: ctx.services.carriers.offers(Channel::Email),
        })
    }
}
