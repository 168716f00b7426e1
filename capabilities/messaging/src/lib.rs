//! Messaging: the inbox. Packs declare templates in both languages; flows send messages from them to accounts, people
//! and organisations. What a message says is fixed and sealed when it is sent.

pub mod actions;
pub mod compile;
pub mod error;
pub mod events;
pub mod model;
pub mod pack;
mod pages;
pub mod queries;
pub mod rules;
mod store;

use std::any::Any;
use std::sync::Arc;

use minshu_kernel::access::{Basis, PermissionSet};
use minshu_kernel::action::Query as _;
use minshu_kernel::capability::{
    BadgeEntry, Capability, Contract, NavigationEntry, ProblemType, Waiting,
};
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
            .event::<events::MessageSent>()
            .event::<events::MessageRead>()
            .section::<pack::TemplateToml>("messaging.template")
            .sql(store::STATEMENTS);
        contract.statements.extend(store::list_statements());
        contract.permission_sets.extend(permission_sets());
        contract.problem_types.extend(
            error::PROBLEM_TYPES
                .iter()
                .map(|(code, kind)| ProblemType { code, status: kind.status() }),
        );
        contract.migrations.push(("V1__messages", include_str!("../migrations/V1__messages.sql")));
        contract.routes.extend(pages::routes());
        contract.texts.push(TEXTS);
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
            ],
        },
        PermissionSet {
            id: "messaging.system",
            name: ("发消息", "Send messages"),
            basis: Basis::System,
            may: &["messaging.send"],
        },
    ]
}
