//! E-licences: issued with an identifier and an SM2 seal, shown for some minutes, verified by anybody, used in place of
//! paper, changed, suspended, ended. Types are declared by packs; every version of a licence is a sealed document.

pub mod actions;
pub mod code;
pub mod compile;
pub mod document;
pub mod error;
pub mod events;
mod holdings;
mod issuing;
pub mod layout;
pub mod model;
mod moving;
pub mod ofd;
mod owning;
pub mod pack;
mod pages;
pub mod pdf;
pub mod queries;
mod retention;
pub mod rules;
pub mod sample;
pub mod seal;
mod sealing;
mod store;
mod throttle;

use std::any::Any;
use std::sync::Arc;

use minshu_kernel::access::{Basis, PermissionSet};
use minshu_kernel::capability::{Capability, Contract, NavigationEntry, ProblemType, Sweep};
use minshu_kernel::pack::Compile;
use minshu_kernel::text::TextSource;

/// The capability's name.
pub const NAME: &str = "licences";

/// The texts of its pages.
pub const TEXTS: TextSource = TextSource {
    owner: NAME,
    zh: include_str!("../text/zh.ftl"),
    en: include_str!("../text/en.ftl"),
};

/// Licences.
#[derive(Clone, Default)]
pub struct Licences {
    fonts: Option<layout::Fonts>,
}

impl Licences {
    /// With the fonts that documents are set in; without any, nothing is issued.
    pub fn new(fonts: Option<layout::Fonts>) -> Self {
        Licences { fonts }
    }
}

impl Capability for Licences {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self, contract: &mut Contract) {
        operations(contract);
        contract
            .event::<events::LicenceIssued>()
            .event::<events::LicenceMoved>()
            .section::<pack::IssuerToml>("licences.issuer")
            .section::<pack::TypeToml>("licences.type")
            .section::<pack::LayoutToml>("licences.layout")
            .sql(&store::statements())
            .sql(holdings::STATEMENTS)
            .sql(retention::STATEMENTS);
        contract.holdings.push(holdings::holding());
        contract.record_types.push(retention::record_type());
        contract.permission_sets.extend(permission_sets());
        contract.problem_types.extend(
            error::PROBLEM_TYPES
                .iter()
                .map(|(code, kind)| ProblemType { code, status: kind.status() }),
        );
        contract.migrations.push(("V1__licences", include_str!("../migrations/V1__licences.sql")));
        contract.object_uses.push(store::OBJECT_USE);
        contract.sweeps.extend([
            Sweep {
                table: "licences_attempt",
                by: "last_ms",
                only: "",
                keep_ms: throttle::FORGET_MS,
            },
            // Three years, as long as somebody may ask who saw a licence (Civil Code, article 188).
            Sweep {
                table: "licences_showing",
                by: "until_ms",
                only: "",
                keep_ms: 3 * 365 * 86_400_000,
            },
            Sweep { table: "licences_look", by: "at_ms", only: "", keep_ms: 3 * 365 * 86_400_000 },
        ]);
        contract.routes.extend(pages::routes());
        contract.texts.push(TEXTS);
        contract.mine.push(Arc::new(|visit, ()| Box::pin(pages::mine(visit))));
        contract.navigation.extend([
            NavigationEntry {
                key: "licences-nav-mine",
                href: "/me/licences",
                icon: "id-card",
                operation: "licences.mine",
                order: 44,
            },
            NavigationEntry {
                key: "licences-nav-desk",
                href: "/licences/desk",
                icon: "stamp",
                operation: "licences.register",
                order: 33,
            },
            NavigationEntry {
                key: "licences-nav-seals",
                href: "/licences/seals",
                icon: "stamp",
                operation: "licences.seals",
                order: 34,
            },
        ]);
    }

    fn compile(&self, compile: &Compile<'_>) -> Arc<dyn Any + Send + Sync> {
        Arc::new(compile::compile(compile, self.fonts.clone()))
    }
}

fn operations(contract: &mut Contract) {
    contract
        .action::<actions::Issue>()
        .action::<actions::IssueFor>()
        .action::<actions::Change>()
        .action::<actions::Suspend>()
        .action::<actions::Resume>()
        .action::<actions::Withdraw>()
        .action::<actions::Cancel>()
        .action::<actions::Transfer>()
        .action::<actions::Revoke>()
        .action::<actions::Agree>()
        .action::<actions::Decline>()
        .action::<actions::Lapse>()
        .action::<actions::Show>()
        .action::<actions::EndShowing>()
        .action::<actions::Look>()
        .action::<actions::Verify>()
        .action::<actions::ProposeSeal>()
        .action::<actions::ApproveSeal>()
        .action::<actions::EndSeal>()
        .query::<queries::Mine>()
        .query::<queries::LicenceById>()
        .query::<queries::Document>()
        .query::<queries::Printed>()
        .query::<queries::Register>()
        .query::<queries::Held>()
        .query::<queries::Usable>()
        .query::<queries::Types>()
        .query::<queries::Seals>();
}

/// What everybody and holders have, and what packs grant to offices.
fn permission_sets() -> Vec<PermissionSet> {
    let set = |id, name, basis, may| PermissionSet { id, name, basis, may };
    vec![
        set(
            "licences.check",
            ("核验证照", "Verify licences"),
            Basis::Everyone,
            &["licences.look", "licences.verify"],
        ),
        set(
            "licences.own",
            ("查看和出示自己的证照", "See and show one's own licences"),
            Basis::Owner,
            &[
                "licences.mine",
                "licences.licence",
                "licences.document",
                "licences.printed",
                "licences.show",
                "licences.end_showing",
                "licences.usable",
            ],
        ),
        set(
            "licences.issue",
            ("签发和变更证照", "Issue and change licences"),
            Basis::Post,
            &[
                "licences.issue",
                "licences.change",
                "licences.register",
                "licences.licence",
                "licences.document",
                "licences.printed",
                "licences.types",
            ],
        ),
        set(
            "licences.oversee",
            ("暂扣、恢复、撤回、注销、转出、吊销证照", "Suspend, resume, end licences"),
            Basis::Post,
            &[
                "licences.suspend",
                "licences.resume",
                "licences.withdraw",
                "licences.cancel",
                "licences.transfer",
                "licences.revoke",
                "licences.agree",
                "licences.decline",
                "licences.register",
                "licences.licence",
                "licences.document",
                "licences.printed",
                "licences.types",
            ],
        ),
        set(
            "licences.lookup",
            ("按证件号码查证照", "Ask whether somebody holds a licence"),
            Basis::Post,
            &["licences.held"],
        ),
        set(
            "licences.seal",
            ("制作和注销电子印章", "Make and end electronic seals"),
            Basis::Post,
            &[
                "licences.seals",
                "licences.propose_seal",
                "licences.approve_seal",
                "licences.end_seal",
            ],
        ),
        set(
            "licences.system",
            (
                "按办件结果签发，证照到期",
                "Issue for granted cases, end licences whose time is over",
            ),
            Basis::System,
            &["licences.issue_for", "licences.lapse"],
        ),
    ]
}
