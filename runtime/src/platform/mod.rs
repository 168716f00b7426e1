//! The platform's own part of the contract: the front page, chapters, systems, the audit page, dead letters. It
//! is described like a capability and has no section in packs.

pub mod actions;
pub mod pages;
pub mod queries;

use minshu_kernel::access::{Basis, PermissionSet};
use minshu_kernel::capability::{Contract, ProblemType};
use minshu_kernel::text::TextSource;

use crate::store;

/// The platform itself.
pub struct Platform;

/// The platform's migrations.
pub const MIGRATIONS: &[(&str, &str)] = &[
    ("V1__platform", include_str!("../../migrations/V1__platform.sql")),
    ("V2__housekeeping", include_str!("../../migrations/V2__housekeeping.sql")),
];

const EVERYONE: &[&str] = &["platform.systems"];
const OPERATE: &[&str] = &[
    "platform.audit_entries",
    "platform.dead_letters",
    "platform.end_dead_letter",
    "platform.failed_jobs",
    "platform.declare_day",
];

impl Platform {
    /// Says everything that the platform itself offers.
    pub fn describe(&self, contract: &mut Contract) {
        contract.migrations.extend(MIGRATIONS);
        contract.sql(store::STATEMENTS);
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
                id: "platform.operate",
                name: ("平台运维", "Operate the platform"),
                basis: Basis::Post,
                may: OPERATE,
            },
            PermissionSet {
                id: "platform.console",
                name: ("命令行", "The command line"),
                basis: Basis::System,
                may: OPERATE,
            },
        ]);
        contract.permission_sets.push(PermissionSet {
            id: "platform.housekeeping",
            name: ("定时清理", "Housekeeping"),
            basis: Basis::System,
            may: &[actions::sweep::NAME],
        });
        contract.sweeps.extend(crate::housekeeping::OWN);
        contract.problem_types.extend([
            ProblemType { code: "platform.flow_gone", status: 409 },
            ProblemType { code: "platform.behind_another", status: 409 },
            ProblemType { code: "platform.reason_missing", status: 422 },
            ProblemType { code: "platform.verifying", status: 409 },
        ]);
        contract
            .query::<queries::systems::Systems>()
            .query::<queries::audit_entries::AuditEntries>()
            .query::<queries::dead_letters::DeadLetters>()
            .query::<queries::failed_jobs::FailedJobs>()
            .action::<actions::end_dead_letter::EndDeadLetter>()
            .action::<actions::declare_day::DeclareDay>()
            .action::<actions::sweep::Sweep>();
        pages::describe(contract);
    }
}
