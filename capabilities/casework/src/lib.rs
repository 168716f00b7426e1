//! Casework: service items (事项), drafts, cases (办件), stages, materials, corrections and deadlines in working days.
//! Items are declared by packs; a case pins the version of its item, and its state is what its steps say.

pub mod actions;
pub mod changes;
pub mod compile;
pub mod deadlines;
pub mod elements;
pub mod entitlement;
pub mod error;
pub mod events;
pub mod exchange;
pub mod file_kind;
mod filling;
pub mod guide;
mod holdings;
mod joint;
mod lookups;
mod measures;
pub mod model;
pub mod number;
mod opening;
pub mod pack;
mod pages;
mod pins;
pub mod queries;
mod retention;
pub mod rules;
mod stepping;
mod store;
#[cfg(test)]
mod testing;

use std::any::Any;
use std::sync::Arc;

use minshu_kernel::access::{Basis, PermissionSet};
use minshu_kernel::capability::{
    Capability, Contract, MeasureEntry, NavigationEntry, PanelEntry, ProblemType,
};
use minshu_kernel::emergency::EmergencyKind;
use minshu_kernel::pack::Compile;
use minshu_kernel::pins::Pins;
use minshu_kernel::text::TextSource;

/// The capability's name.
pub const NAME: &str = "casework";

/// The texts of its pages.
pub const TEXTS: TextSource = TextSource {
    owner: NAME,
    zh: include_str!("../text/zh.ftl"),
    en: include_str!("../text/en.ftl"),
};

/// Casework.
#[derive(Debug, Default, Clone, Copy)]
pub struct Casework;

impl Capability for Casework {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self, contract: &mut Contract) {
        actions_and_queries(contract);
        contract
            .event::<events::CaseSubmitted>()
            .event::<events::CaseAccepted>()
            .event::<events::CaseReturned>()
            .event::<events::CaseResubmitted>()
            .event::<events::CaseRefused>()
            .event::<events::CaseAdvanced>()
            .event::<events::CaseDecided>()
            .event::<events::CaseWithdrawn>()
            .event::<events::CaseFlagged>()
            .event::<events::CaseRescheduled>()
            .event::<events::CaseSuspended>()
            .event::<events::CaseResumed>()
            .event::<events::CaseExtensionAsked>()
            .event::<events::CaseExtended>()
            .event::<events::CaseUrged>()
            .event::<events::CaseRecalled>()
            .event::<events::CaseEscalated>()
            .event::<events::CaseOpined>();
        contract.permission_sets.extend(permission_sets());
        contract.problem_types.extend(
            error::PROBLEM_TYPES
                .iter()
                .map(|(code, kind)| ProblemType { code, status: kind.status() }),
        );
        contract.section::<pack::Item>("casework.item");
        contract.section::<guide::Guide>("casework.guide");
        contract.migrations.extend([
            ("V1__cases", include_str!("../migrations/V1__cases.sql")),
            (
                "V2__housekeeping_and_calendar",
                include_str!("../migrations/V2__housekeeping_and_calendar.sql"),
            ),
            ("V3__prefilled", include_str!("../migrations/V3__prefilled.sql")),
            ("V4__open_cases", include_str!("../migrations/V4__open_cases.sql")),
            ("V21__four_eyes", include_str!("../migrations/V21__four_eyes.sql")),
            ("V40__retention", include_str!("../migrations/V40__retention.sql")),
            ("V50__clock_and_branches", include_str!("../migrations/V50__clock_and_branches.sql")),
            ("V60__item_periods", include_str!("../migrations/V60__item_periods.sql")),
        ]);
        contract.object_uses.push(store::MATERIAL_OF_OBJECT);
        contract.integrity.extend(store::INTEGRITY);
        contract.sql(&store::statements());
        contract.sql(holdings::STATEMENTS);
        contract.holdings.extend(holdings::holdings());
        contract.sql(retention::STATEMENTS);
        contract.record_types.push(retention::record_type());
        contract.statements.extend(store::list_statements());
        contract.statements.extend(measures::statements());
        contract.routes.extend(pages::routes());
        contract.texts.push(TEXTS);
        shown_elsewhere(contract);
    }

    fn compile(&self, compile: &Compile<'_>) -> Arc<dyn Any + Send + Sync> {
        Arc::new(compile::compile(compile))
    }

    fn pins(&self) -> Option<Arc<dyn Pins>> {
        Some(Arc::new(pins::ItemPins))
    }
}

fn actions_and_queries(contract: &mut Contract) {
    contract
        .action::<actions::SaveDraft>()
        .action::<actions::Attach>()
        .action::<actions::Detach>()
        .action::<actions::DiscardDraft>()
        .action::<actions::Submit>()
        .action::<actions::BeginCorrection>()
        .action::<actions::Withdraw>()
        .action::<actions::Accept>()
        .action::<actions::Return>()
        .action::<actions::Refuse>()
        .action::<actions::Advance>()
        .action::<actions::Decide>()
        .action::<actions::Suspend>()
        .action::<actions::Resume>()
        .action::<actions::AskExtension>()
        .action::<actions::AnswerExtension>()
        .action::<actions::Urge>()
        .action::<actions::Recall>()
        .action::<actions::Opine>()
        .action::<actions::FlagDue>()
        .action::<actions::FlagBranch>()
        .action::<actions::RecomputeDue>()
        .after_calendar::<actions::FollowCalendar>()
        .action::<actions::Open>();
    contract
        .query::<queries::Items>()
        .query::<queries::ItemById>()
        .query::<queries::ItemSet>()
        .query::<queries::ItemVersions>()
        .query::<queries::ItemChanges>()
        .query::<queries::Guides>()
        .query::<queries::GuideById>()
        .query::<queries::DraftById>()
        .query::<queries::MyDrafts>()
        .query::<queries::MyCases>()
        .query::<queries::CaseById>()
        .query::<queries::Unmasked>()
        .query::<queries::WorkList>()
        .query::<queries::Whereabouts>()
        .query::<queries::MaterialObject>();
}

/// What roles may grant, and what everybody has.
fn permission_sets() -> Vec<PermissionSet> {
    const READING: [&str; 3] = ["casework.case", "casework.work_list", "casework.material_object"];
    let set = |id, name, basis, may| PermissionSet { id, name, basis, may };
    vec![
        set(
            "casework.browse",
            ("查看事项", "Look at items"),
            Basis::Everyone,
            &[
                "casework.items",
                "casework.item",
                "casework.item_set",
                "casework.item_versions",
                "casework.item_changes",
                "casework.guides",
                "casework.guide",
            ],
        ),
        set(
            "casework.apply",
            ("申请、补正、撤回", "Apply, correct, withdraw"),
            Basis::Owner,
            &[
                "casework.save_draft",
                "casework.attach",
                "casework.detach",
                "casework.discard_draft",
                "casework.submit",
                "casework.begin_correction",
                "casework.withdraw",
                "casework.urge",
            ],
        ),
        set(
            "casework.read_own",
            ("查看自己的申请", "See one's own applications"),
            Basis::Owner,
            &[
                "casework.draft",
                "casework.my_drafts",
                "casework.my_cases",
                "casework.case",
                "casework.material_object",
            ],
        ),
        set(
            "casework.intake",
            ("受理、退回补正、不予受理", "Accept, return, refuse to accept"),
            Basis::Post,
            &[
                "casework.recall",
                "casework.accept",
                "casework.return",
                "casework.refuse",
                "casework.case",
                "casework.unmasked",
                "casework.work_list",
                "casework.material_object",
            ],
        ),
        set(
            "casework.decide",
            ("审查和决定", "Examine and decide"),
            Basis::Post,
            &[
                "casework.decide",
                "casework.suspend",
                "casework.resume",
                "casework.ask_extension",
                "casework.recall",
                "casework.return",
                "casework.advance",
                "casework.case",
                "casework.unmasked",
                "casework.work_list",
                "casework.material_object",
            ],
        ),
        set(
            "casework.work",
            ("办理：受理到决定", "Handle cases from acceptance to decision"),
            Basis::Post,
            &[
                "casework.suspend",
                "casework.resume",
                "casework.ask_extension",
                "casework.recall",
                "casework.opine",
                "casework.accept",
                "casework.return",
                "casework.refuse",
                "casework.advance",
                "casework.decide",
                "casework.case",
                "casework.unmasked",
                "casework.work_list",
                "casework.material_object",
            ],
        ),
        set(
            "casework.opine",
            ("联合审批中答复本部门意见", "Answer for a department in a joint approval"),
            Basis::Post,
            &[
                "casework.opine",
                "casework.case",
                "casework.unmasked",
                "casework.work_list",
                "casework.material_object",
            ],
        ),
        set(
            "casework.supervise",
            ("督办：催办、批准延期", "Supervise: urge offices, answer extensions"),
            Basis::Post,
            &[
                "casework.urge",
                "casework.answer_extension",
                "casework.case",
                "casework.work_list",
                "casework.material_object",
            ],
        ),
        set(
            "casework.break_glass",
            (
                "按编号找到要应急查阅的办件",
                "Find by its number a case to be opened in an emergency",
            ),
            Basis::Post,
            &["casework.whereabouts"],
        ),
        set(
            "casework.emergency",
            ("查看自己应急打开的办件", "Read a case that one opened in an emergency"),
            Basis::Emergency,
            &READING,
        ),
        set("casework.read", ("查看办件", "Read cases"), Basis::Post, &READING),
        set(
            "casework.system",
            ("开办件、亮时限旗、随日历重算时限", "Open cases, raise flags, recompute deadlines"),
            Basis::System,
            &[
                "casework.open",
                "casework.flag_due",
                "casework.flag_branch",
                "casework.follow_calendar",
                "casework.recompute_due",
            ],
        ),
    ]
}

/// Figures, panels, one's own things, tasks, documents, navigation.
fn shown_elsewhere(contract: &mut Contract) {
    contract.measures.push(MeasureEntry {
        name: "casework.submitted",
        title: ("收到的申请", "Applications received"),
        unit: ("件", "cases"),
        read: Arc::new(|ctx, ask| Box::pin(measures::submitted(ctx, ask))),
    });
    contract.measures.push(MeasureEntry {
        name: "casework.decided_in_time_share",
        title: ("按承诺时限办结的比例", "Share decided within the promised limit"),
        unit: ("%", "%"),
        read: Arc::new(|ctx, ask| Box::pin(measures::decided_in_time_share(ctx, ask))),
    });
    contract.panels.push(PanelEntry {
        name: "casework.items",
        render: Arc::new(|visit, pack| Box::pin(pages::items_panel(visit, pack))),
    });
    contract.mine.push(Arc::new(|visit, ()| Box::pin(pages::mine(visit))));
    contract.tasks.push(Arc::new(|visit, ()| Box::pin(pages::tasks(visit))));
    contract.documents.push(Arc::new(|ctx, since| Box::pin(pages::documents(ctx, since))));
    contract.emergencies.push(EmergencyKind {
        kind: "casework.case",
        name: ("办件", "Case"),
        find: "casework.whereabouts",
        read: "casework.case",
        page: "/work/",
    });
    contract.navigation.extend([
        NavigationEntry {
            key: "casework-nav-items",
            href: "/items",
            icon: "list-checks",
            operation: "casework.items",
            order: 20,
        },
        NavigationEntry {
            key: "casework-nav-work",
            href: "/work",
            icon: "inbox",
            operation: "casework.work_list",
            order: 10,
        },
    ]);
}
