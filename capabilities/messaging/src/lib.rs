//! Messaging: the inbox. Packs declare templates in both languages; flows send messages from them to accounts, people
//! and organisations. What a message says is fixed and sealed when it is sent.

pub mod actions;
pub mod address;
pub mod compile;
mod courier;
pub mod delivery;
pub mod error;
pub mod events;
mod holdings;
pub mod hours;
pub mod model;
pub mod pack;
mod pages;
pub mod parked;
pub mod preference;
pub mod queries;
pub mod rules;
mod stop;
mod store;
mod watch;
mod worker;

use std::any::Any;
use std::sync::Arc;

use minshu_kernel::access::{Basis, PermissionSet};
use minshu_kernel::action::{Action as _, Query as _};
use minshu_kernel::capability::{
    BadgeEntry, Capability, Contract, IntegrityEntry, NavigationEntry, PanelEntry, ProblemType,
    Sweep, Waiting, WorkerEntry,
};
use minshu_kernel::clock::DAY_MS;
use minshu_kernel::courier::{Channel, Courier};
use minshu_kernel::pack::Compile;
use minshu_kernel::text::TextSource;

/// The capability's name.
pub const NAME: &str = "messaging";

/// The texts of its pages.
pub const TEXTS: TextSource = TextSource {
    owner: NAME,
    zh: include_str!("../text/zh.ftl"),
    en: include_str!("../text/en.ftl"),
};

/// How long it is kept which texts went out and what became of them: a year and a month.
const DELIVERIES_KEPT_MS: i64 = 396 * DAY_MS;

/// Messaging.
#[derive(Debug, Default, Clone, Copy)]
pub struct Messaging;

impl Capability for Messaging {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self, contract: &mut Contract) {
        contract
            .action::<actions::Send>()
            .action::<actions::MarkRead>()
            .action::<actions::MarkAllRead>()
            .query::<queries::Inbox>()
            .query::<queries::MessageById>()
            .query::<queries::UnreadCount>()
            .action::<actions::Reach>()
            .action::<actions::TakeDeliveries>()
            .action::<actions::NoteDelivery>()
            .action::<actions::NoteReport>()
            .action::<actions::SetChannel>()
            .query::<queries::Channels>()
            .action::<actions::SetPreferences>()
            .action::<actions::ClaimMail>()
            .action::<actions::ProveMail>()
            .action::<actions::RemoveMail>()
            .action::<actions::StopMail>()
            .query::<queries::Preferences>()
            .action::<actions::Acknowledge>()
            .action::<actions::Escalate>()
            .action::<actions::SettleParked>()
            .query::<queries::Receipts>()
            .query::<queries::ParkedMessages>()
            .event::<events::MessageSent>()
            .event::<events::MessageRead>()
            .event::<events::MessageAcknowledged>()
            .section::<pack::TemplateToml>("messaging.template")
            .sql(store::STATEMENTS)
            .sql(delivery::STATEMENTS)
            .sql(address::STATEMENTS)
            .sql(parked::STATEMENTS)
            .sql(preference::STATEMENTS)
            .sql(holdings::STATEMENTS);
        contract.holdings.push(holdings::holding());
        contract.statements.extend(store::list_statements());
        contract.permission_sets.extend(permission_sets());
        contract.problem_types.extend(
            error::PROBLEM_TYPES
                .iter()
                .map(|(code, kind)| ProblemType { code, status: kind.status() }),
        );
        contract.migrations.extend([
            ("V1__messages", include_str!("../migrations/V1__messages.sql")),
            ("V2__deliveries", include_str!("../migrations/V2__deliveries.sql")),
            (
                "V20__mail_and_preferences",
                include_str!("../migrations/V20__mail_and_preferences.sql"),
            ),
            (
                "V21__receipts_and_escalation",
                include_str!("../migrations/V21__receipts_and_escalation.sql"),
            ),
        ]);
        contract.watches.push(watch::look);
        contract.integrity.push(IntegrityEntry {
            what: "a text whose message is not there",
            sql: delivery::LOST_MESSAGE,
        });
        contract.sweeps.push(Sweep {
            table: "messaging_delivery",
            by: "ended_ms",
            only: "",
            keep_ms: DELIVERIES_KEPT_MS,
        });
        // A claim counts the codes of a day; after that day it is of no use.
        contract.sweeps.push(Sweep {
            table: "messaging_address_claim",
            by: "at_ms",
            only: "",
            keep_ms: 2 * DAY_MS,
        });
        contract.reports_to = Some(actions::NoteReport::NAME);
        for channel in Channel::ALL {
            contract.workers.push(WorkerEntry {
                name: match channel {
                    Channel::Sms => "messaging.sms",
                    Channel::Email => "messaging.email",
                },
                round: Arc::new(move |ctx, door| Box::pin(worker::round(ctx, door, channel))),
            });
        }
        contract.routes.extend(pages::routes());
        contract.texts.push(TEXTS);
        contract.asides.push(PanelEntry {
            name: "messaging.receipts",
            render: Arc::new(|visit, about| Box::pin(pages::receipts(visit, about))),
        });
        contract.mine.push(Arc::new(|visit, ()| Box::pin(pages::mine(visit))));
        contract.badges.push(BadgeEntry {
            href: "/inbox",
            operation: queries::UnreadCount::NAME,
            key: "messaging-nav-unread",
            read: Arc::new(|ctx, ()| {
                Box::pin(async move {
                    let unread = queries::UnreadCount {}.answer(&ctx).await?;
                    Ok(Waiting { count: unread.count, more: unread.more })
                })
            }),
        });
        contract.navigation.push(NavigationEntry {
            key: "messaging-nav-inbox",
            href: "/inbox",
            icon: "mail",
            operation: "messaging.inbox",
            order: 20,
        });
        contract.navigation.push(NavigationEntry {
            key: "messaging-nav-channels",
            href: "/operations/channels",
            icon: "mail",
            operation: queries::Channels::NAME,
            order: 66,
        });
    }

    fn courier(&self) -> Option<Arc<dyn Courier>> {
        Some(Arc::new(courier::Post))
    }

    fn compile(&self, compile: &Compile<'_>) -> Arc<dyn Any + Send + Sync> {
        Arc::new(compile::compile(compile))
    }
}

/// What everybody has over the own inbox, and what systems have. Flows send by what their pack declares.
fn permission_sets() -> Vec<PermissionSet> {
    vec![
        PermissionSet {
            id: "messaging.read_own",
            name: ("查看自己的消息", "Read one's own messages"),
            basis: Basis::Owner,
            may: &[
                "messaging.inbox",
                "messaging.message",
                "messaging.unread_count",
                "messaging.mark_read",
                "messaging.mark_all_read",
                "messaging.acknowledge",
            ],
        },
        PermissionSet {
            id: "messaging.own",
            name: ("选择怎么告诉自己", "Choose how one is told"),
            basis: Basis::SignedIn,
            may: &[
                "messaging.preferences",
                "messaging.set_preferences",
                "messaging.claim_mail",
                "messaging.prove_mail",
                "messaging.remove_mail",
            ],
        },
        PermissionSet {
            id: "messaging.stop",
            name: ("按邮件里的地址停收邮件", "Stop mails by the address in a mail"),
            basis: Basis::Everyone,
            may: &["messaging.stop_mail"],
        },
        PermissionSet {
            id: "messaging.system",
            name: ("发消息", "Send messages"),
            basis: Basis::System,
            may: &[
                "messaging.send",
                "messaging.reach",
                "messaging.escalate",
                "messaging.take_deliveries",
                "messaging.note_delivery",
                "messaging.note_report",
            ],
        },
        PermissionSet {
            id: "messaging.operate",
            name: ("照看短信和邮件通道", "Look after the channels of texts"),
            basis: Basis::Post,
            may: &[
                "messaging.channels",
                "messaging.set_channel",
                "messaging.parked_messages",
                "messaging.settle_parked",
            ],
        },
        PermissionSet {
            id: "messaging.follow",
            name: ("看消息收到没有", "See whether messages arrived"),
            basis: Basis::Post,
            may: &["messaging.receipts"],
        },
    ]
}
