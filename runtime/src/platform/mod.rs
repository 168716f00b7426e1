//! The platform's own part of the contract: the front page, chapters, systems, the audit page, dead letters. It
//! is described like a capability and has no section in packs.

pub mod actions;
pub mod pages;
pub mod queries;

use minshu_kernel::access::{Basis, PermissionSet};
use minshu_kernel::capability::{Contract, IntegrityEntry, ProblemType};
use minshu_kernel::text::TextSource;

use crate::store;

/// The platform itself.
pub struct Platform;

/// The platform's migrations.
pub const MIGRATIONS: &[(&str, &str)] = &[
    ("V1__platform", include_str!("../../migrations/V1__platform.sql")),
    ("V2__housekeeping", include_str!("../../migrations/V2__housekeeping.sql")),
    ("V3__subscriptions", include_str!("../../migrations/V3__subscriptions.sql")),
    ("V4__packs_in_force", include_str!("../../migrations/V4__packs_in_force.sql")),
    ("V6__person_keys", include_str!("../../migrations/V6__person_keys.sql")),
    ("V22__object_keys", include_str!("../../migrations/V22__object_keys.sql")),
    ("V25__shared_work", include_str!("../../migrations/V25__shared_work.sql")),
    ("V40__disposal", include_str!("../../migrations/V40__disposal.sql")),
    ("V41__correction", include_str!("../../migrations/V41__correction.sql")),
];

const EVERYONE: &[&str] = &["platform.systems"];
const OPERATE: &[&str] = &[
    "platform.audit_entries",
    "platform.dead_letters",
    "platform.end_dead_letter",
    "platform.failed_jobs",
    "platform.declare_day",
    "platform.packs_in_force",
];
const APPLY: &[&str] = &["platform.apply_packs"];

const INTEGRATE: &[&str] = &[
    "platform.subscribe",
    "platform.unsubscribe",
    "platform.rotate_subscription_secret",
    "platform.pause_subscription",
    "platform.resume_subscription",
    "platform.test_subscription",
    "platform.subscriptions",
    "platform.deliveries",
];
/// What a records keeper does; the approval is somebody else's.
const KEEP_RECORDS: &[&str] = &[
    "platform.disposals",
    "platform.disposal",
    "platform.take_out_records",
    "platform.propose_disposal",
    "platform.holds",
    "platform.place_hold",
    "platform.lift_hold",
];
const APPROVE_DISPOSALS: &[&str] = &[
    "platform.disposals",
    "platform.disposal",
    "platform.approve_disposal",
    "platform.return_disposal",
    "platform.holds",
];
const WATCH: &[&str] = &["platform.switch_off_subscription"];

impl Platform {
    /// Says everything that the platform itself offers.
    pub fn describe(&self, contract: &mut Contract) {
        contract.migrations.extend(MIGRATIONS);
        contract.sql(store::STATEMENTS);
        let must_not_be = [
            ("an event without its audit entry", store::EVENTS_WITHOUT_ENTRY),
            ("a dead letter without its event", store::LETTERS_WITHOUT_EVENT),
            ("a delivery without its subscription", store::DELIVERIES_WITHOUT_SUBSCRIPTION),
        ];
        contract.integrity.extend(must_not_be.map(|(what, sql)| IntegrityEntry { what, sql }));
        contract.sql(crate::person_keys::STATEMENTS);
        contract.sql(crate::file_keys::STATEMENTS);
        contract.sql(crate::subscriptions::store::STATEMENTS);
        contract.sql(crate::leases::STATEMENTS);
        contract.sql(crate::installation::STATEMENTS);
        contract.sql(crate::flows::STATEMENTS);
        contract.texts.push(TextSource {
            owner: "platform",
            zh: include_str!("../../text/zh.ftl"),
            en: include_str!("../../text/en.ftl"),
        });
        contract.permission_sets.extend([
            PermissionSet {
                id: "platform.public",
                name: ("查看系统", "See the systems"),
                basis: Basis::Everyone,
                may: EVERYONE,
            },
            PermissionSet {
                id: "platform.own",
                name: ("查看谁看过自己的资料", "See who saw one's own data"),
                basis: Basis::SignedIn,
                may: &["platform.my_readings"],
            },
            PermissionSet {
                id: "platform.operate",
                name: ("平台运维", "Operate the platform"),
                basis: Basis::Post,
                may: OPERATE,
            },
            PermissionSet {
                id: "platform.audit",
                name: ("查看审计", "Read the audit chain"),
                basis: Basis::Post,
                may: &["platform.audit_entries"],
            },
            PermissionSet {
                id: "platform.console",
                name: ("命令行", "The command line"),
                basis: Basis::System,
                may: OPERATE,
            },
            PermissionSet {
                id: "platform.integrate",
                name: ("订阅事件", "Subscribe to events"),
                basis: Basis::Post,
                may: INTEGRATE,
            },
            PermissionSet {
                id: "platform.integrate_console",
                name: ("命令行订阅事件", "Subscribe to events at the command line"),
                basis: Basis::System,
                may: INTEGRATE,
            },
            PermissionSet {
                id: "platform.watch",
                name: ("停用失效的订阅", "Switch off subscriptions that fail"),
                basis: Basis::System,
                may: WATCH,
            },
            PermissionSet {
                id: "platform.apply",
                name: ("在机器上应用系统包", "Put packs in force at the machine"),
                basis: Basis::System,
                may: APPLY,
            },
            PermissionSet {
                id: "platform.keys",
                name: ("在机器上更换密钥", "Change the keys at the machine"),
                basis: Basis::System,
                may: &[actions::rotate_keys::NAME],
            },
        ]);
        contract.permission_sets.push(PermissionSet {
            id: "platform.housekeeping",
            name: ("定时清理", "Housekeeping"),
            basis: Basis::System,
            may: &[actions::sweep::NAME],
        });
        contract.permission_sets.extend([
            PermissionSet {
                id: "platform.keep_records",
                name: ("管理档案处置与冻结", "Keep records: propose disposals, place holds"),
                basis: Basis::Post,
                may: KEEP_RECORDS,
            },
            PermissionSet {
                id: "platform.approve_disposals",
                name: ("审批档案处置", "Approve disposals of records"),
                basis: Basis::Post,
                may: APPROVE_DISPOSALS,
            },
            PermissionSet {
                id: "platform.own_corrections",
                name: ("要求更正自己的资料", "Ask for the correction of one's own data"),
                basis: Basis::Owner,
                may: &["platform.ask_correction", "platform.my_corrections"],
            },
            PermissionSet {
                id: "platform.correct_records",
                name: ("答复更正请求", "Decide requests for correction"),
                basis: Basis::Post,
                may: &["platform.corrections", "platform.decide_correction"],
            },
            PermissionSet {
                id: "platform.disposal",
                name: (
                    "汇集到期档案、执行处置",
                    "Gather records whose time is over, carry disposals out",
                ),
                basis: Basis::System,
                may: &[actions::gather_disposals::NAME, actions::dispose::NAME],
            },
        ]);
        crate::disposal::describe(contract);
        crate::correction::describe(contract);
        contract.sweeps.extend(crate::housekeeping::OWN);
        let own = minshu_kernel::error::PROBLEM_TYPES.iter();
        contract
            .problem_types
            .extend(own.map(|(code, kind)| ProblemType { code, status: kind.status() }));
        contract.problem_types.extend([
            ProblemType { code: "platform.flow_gone", status: 409 },
            ProblemType { code: "platform.behind_another", status: 409 },
            ProblemType { code: "platform.reason_missing", status: 422 },
            ProblemType { code: "platform.verifying", status: 409 },
            ProblemType { code: "platform.subscribed_already", status: 409 },
            ProblemType { code: "platform.subscriptions_full", status: 409 },
            ProblemType { code: "platform.subscription_off", status: 409 },
            ProblemType { code: "platform.subscription_on", status: 409 },
            ProblemType { code: "platform.not_delivered", status: 409 },
            ProblemType { code: "platform.packs_not_checked", status: 409 },
            ProblemType { code: "platform.packs_moved", status: 409 },
            ProblemType { code: "platform.disposal_state", status: 409 },
            ProblemType { code: "platform.disposal_changed", status: 409 },
            ProblemType { code: "platform.disposal_empty", status: 409 },
            ProblemType { code: "platform.own_disposal", status: 403 },
            ProblemType { code: "platform.hold_changed", status: 409 },
            ProblemType { code: "platform.corrections_full", status: 409 },
            ProblemType { code: "platform.correction_changed", status: 409 },
            ProblemType { code: "platform.own_correction", status: 403 },
        ]);
        contract
            .query::<queries::systems::Systems>()
            .query::<queries::audit_entries::AuditEntries>()
            .query::<queries::dead_letters::DeadLetters>()
            .query::<queries::failed_jobs::FailedJobs>()
            .query::<queries::subscriptions::Subscriptions>()
            .query::<queries::deliveries::Deliveries>()
            .query::<queries::packs_in_force::PacksInForce>()
            .query::<queries::my_readings::MyReadings>()
            .query::<queries::disposals::Disposals>()
            .query::<queries::disposal::DisposalById>()
            .query::<queries::holds::Holds>()
            .query::<queries::corrections::Corrections>()
            .query::<queries::corrections::MyCorrections>()
            .action::<actions::ask_correction::AskCorrection>()
            .action::<actions::decide_correction::DecideCorrection>()
            .event::<actions::ask_correction::CorrectionAsked>()
            .event::<actions::decide_correction::CorrectionDecided>()
            .action::<actions::gather_disposals::GatherDisposals>()
            .action::<actions::take_out_records::TakeOutRecords>()
            .action::<actions::propose_disposal::ProposeDisposal>()
            .action::<actions::return_disposal::ReturnDisposal>()
            .action::<actions::approve_disposal::ApproveDisposal>()
            .action::<actions::dispose::Dispose>()
            .action::<actions::place_hold::PlaceHold>()
            .action::<actions::lift_hold::LiftHold>()
            .action::<actions::end_dead_letter::EndDeadLetter>()
            .action::<actions::declare_day::DeclareDay>()
            .action::<actions::sweep::Sweep>()
            .action::<actions::rotate_keys::RotateKeys>()
            .action::<actions::subscribe::Subscribe>()
            .action::<actions::unsubscribe::Unsubscribe>()
            .action::<actions::rotate_subscription_secret::RotateSubscriptionSecret>()
            .action::<actions::pause_subscription::PauseSubscription>()
            .action::<actions::resume_subscription::ResumeSubscription>()
            .action::<actions::test_subscription::TestSubscription>()
            .action::<actions::switch_off_subscription::SwitchOffSubscription>()
            .action::<actions::apply_packs::ApplyPacks>()
            .event::<actions::apply_packs::PacksExchanged>();
        pages::describe(contract);
    }
}
