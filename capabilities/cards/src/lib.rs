//! Cards: those of one person bound together (social security, citizen, transit, health and others that packs declare).
//! An office sees a card once; from then on a terminal resolves each of them to the same holder, for its own purpose
//! alone, and a loss stops them everywhere at once. Nothing is paid with them here.

pub mod actions;
pub mod compile;
pub mod error;
pub mod events;
mod holdings;
pub mod model;
pub mod pack;
mod pages;
pub mod queries;
pub mod rules;
mod store;

use std::any::Any;
use std::sync::Arc;

use minshu_kernel::access::{Basis, PermissionSet};
use minshu_kernel::capability::{Capability, Contract, NavigationEntry, ProblemType};
use minshu_kernel::pack::Compile;
use minshu_kernel::text::TextSource;

/// The capability's name.
pub const NAME: &str = "cards";

/// The texts of its pages.
pub const TEXTS: TextSource = TextSource {
    owner: NAME,
    zh: include_str!("../text/zh.ftl"),
    en: include_str!("../text/en.ftl"),
};

/// Cards.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cards;

impl Capability for Cards {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self, contract: &mut Contract) {
        contract
            .action::<actions::Bind>()
            .action::<actions::Confirm>()
            .action::<actions::Enter>()
            .action::<actions::ReportLoss>()
            .action::<actions::Lift>()
            .action::<actions::Unbind>()
            .query::<queries::Mine>()
            .query::<queries::AtCounter>()
            .query::<queries::Resolve>()
            .event::<events::CardProved>()
            .event::<events::CardStopped>()
            .event::<events::CardRestored>()
            .event::<events::CardEnded>()
            .section::<pack::KindToml>("cards.kind")
            .section::<pack::PurposeToml>("cards.purpose")
            .sql(store::STATEMENTS)
            .sql(holdings::STATEMENTS);
        contract.holdings.push(holdings::holding());
        contract.permission_sets.extend(permission_sets());
        contract.problem_types.extend(
            error::PROBLEM_TYPES
                .iter()
                .map(|(code, kind)| ProblemType { code, status: kind.status() }),
        );
        contract.migrations.push(("V1__cards", include_str!("../migrations/V1__cards.sql")));
        contract.routes.extend(pages::routes());
        contract.texts.push(TEXTS);
        contract.navigation.extend([
            NavigationEntry {
                key: "cards-nav-mine",
                href: "/me/cards",
                icon: "wallet",
                operation: "cards.mine",
                order: 45,
            },
            NavigationEntry {
                key: "cards-nav-counter",
                href: "/counter/cards",
                icon: "wallet",
                operation: "cards.at_counter",
                order: 32,
            },
        ]);
    }

    fn compile(&self, compile: &Compile<'_>) -> Arc<dyn Any + Send + Sync> {
        Arc::new(compile::compile(compile))
    }
}

/// What holders have over their own cards, and what packs grant to counters and terminals.
fn permission_sets() -> Vec<PermissionSet> {
    let set = |id, name, basis, may| PermissionSet { id, name, basis, may };
    vec![
        set(
            "cards.own",
            ("管理自己的卡", "Look after one's own cards"),
            Basis::Owner,
            &["cards.mine", "cards.bind", "cards.report_loss", "cards.unbind"],
        ),
        set(
            "cards.counter",
            ("在窗口办理群众的卡", "Look after people's cards at a counter"),
            Basis::Post,
            &[
                "cards.at_counter",
                "cards.enter",
                "cards.confirm",
                "cards.report_loss",
                "cards.lift",
                "cards.unbind",
            ],
        ),
        set(
            "cards.terminal",
            ("终端按用途识别持卡人", "Resolve cards at a terminal, for its purpose"),
            Basis::Post,
            &["cards.resolve"],
        ),
    ]
}
