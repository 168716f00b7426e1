//! Identity: people, organisations, posts, mandates to act for a company, accounts and sessions.
//!
//! An account only claims to be a person until a counter proves it; several accounts may claim one number,
//! and what exists under the person opens to a proved one alone. Posts grant roles within a division.
//! Names, numbers and phones rest encrypted and are found by keyed hashes.

pub mod actions;
mod authenticator;
mod checks;
mod error;
pub mod events;
mod export;
mod factors;
mod holdings;
pub mod model;
mod openid;
mod pages;
mod passkey_proof;
pub mod passkeys;
mod passwords;
pub mod queries;
mod reproof;
mod rules;
mod standing;
mod store;
mod throttle;
mod travel;

use std::sync::Arc;

use minshu_kernel::access::{Authenticator, Basis, PermissionSet, PlatformRole};
use minshu_kernel::capability::{Capability, Contract, GaugeEntry, ProblemType, Sweep};
use minshu_kernel::clock::DAY_MS;
use minshu_kernel::ctx::Services;
use minshu_kernel::text::TextSource;

pub use error::IdentityError;

/// The capability.
pub struct Identity;

/// The permission set of the counter, which proves accounts and records mandates.
pub(crate) const COUNTER_SET: &str = "identity.counter";

/// The texts of this capability.
pub const TEXTS: TextSource = TextSource {
    owner: "identity",
    zh: include_str!("../text/zh.ftl"),
    en: include_str!("../text/en.ftl"),
};

/// The permission set of who approves applications.
const APPLICATIONS_SET: &str = "identity.applications";

/// The permission set of who judges what was opened in an emergency, and is told of it.
pub(crate) const REVIEW_SET: &str = "identity.review_openings";

/// Roles that need no pack. `platform.operate` is published by the runtime.
pub(crate) const PLATFORM_ROLES: &[PlatformRole] = &[
    PlatformRole {
        id: "platform.operator",
        name: ("平台运维员", "Platform operator"),
        may: &[
            "identity.administer",
            APPLICATIONS_SET,
            "platform.operate",
            "platform.integrate",
            "messaging.operate",
        ],
    },
    PlatformRole {
        id: "platform.auditor",
        name: ("审计员", "Auditor"),
        may: &["platform.audit", REVIEW_SET],
    },
    PlatformRole {
        id: "platform.registrar",
        name: ("人员机构管理员", "Registrar of people and organisations"),
        may: &["identity.administer", COUNTER_SET, "platform.correct_records"],
    },
    PlatformRole {
        id: "platform.records_keeper",
        name: ("档案管理员", "Records keeper"),
        may: &["platform.keep_records"],
    },
    PlatformRole {
        id: "platform.disposal_approver",
        name: ("档案处置审批人", "Approver of disposals"),
        may: &["platform.approve_disposals"],
    },
];

/// What may be granted, and on what ground.
const PERMISSION_SETS: &[PermissionSet] = &[
    PermissionSet {
        id: "identity.open",
        name: ("开账户和登录", "Open an account and sign in"),
        basis: Basis::Everyone,
        may: &[
            "identity.register",
            "identity.sign_in",
            "identity.send_code",
            "identity.counters",
            "identity.arrive",
            "identity.finish_sign_in",
            "identity.sign_in_with_passkey",
            "identity.recover",
        ],
    },
    PermissionSet {
        id: "identity.oauth",
        name: ("应用按 OAuth 换取令牌", "Let applications get tokens by OAuth"),
        basis: Basis::Everyone,
        may: &[
            "identity.authorization",
            "identity.issue_tokens",
            "identity.revoke_token",
            "identity.inspect_token",
        ],
    },
    PermissionSet {
        id: "identity.develop",
        name: ("登记本机构的应用", "Register applications of one's own organisation"),
        basis: Basis::Owner,
        may: &[
            "identity.register_application",
            "identity.rotate_application_secret",
            "identity.applications",
        ],
    },
    PermissionSet {
        id: APPLICATIONS_SET,
        name: ("批准和停用应用", "Approve and suspend applications"),
        basis: Basis::Post,
        may: &[
            "identity.register_application",
            "identity.rotate_application_secret",
            "identity.decide_application",
            "identity.applications",
        ],
    },
    PermissionSet {
        id: "identity.own",
        name: ("管理自己的账户", "Look after one's own account"),
        basis: Basis::SignedIn,
        may: &[
            "identity.sign_out",
            "identity.end_session",
            "identity.end_other_sessions",
            "identity.my_sessions",
            "identity.change_password",
            "identity.erase_me",
            "identity.my_data",
            "identity.outside_links",
            "identity.unlink_outside",
            "identity.reauthenticate",
            "identity.begin_totp",
            "identity.confirm_totp",
            "identity.remove_totp",
            "identity.renew_spare_codes",
            "identity.my_factors",
            "identity.add_passkey",
            "identity.remove_passkey",
            "identity.my_passkeys",
            "identity.send_own_code",
            "identity.verify_phone",
            "identity.stop_recovery",
            "identity.change_claim",
            "identity.me",
            "identity.my_mandates",
            "identity.profile",
            "identity.give_consent",
            "identity.end_consent",
            "identity.my_applications",
            "identity.applicant",
            "identity.own_number",
        ],
    },
    PermissionSet {
        id: COUNTER_SET,
        name: ("在窗口核验身份、登记代办", "Prove accounts and record mandates at a counter"),
        basis: Basis::Post,
        may: &[
            "identity.claims",
            "identity.begin_recovery",
            "identity.confirm_recovery",
            "identity.recoveries",
            "identity.prove",
            "identity.record_mandate",
            "identity.end_mandate",
        ],
    },
    PermissionSet {
        id: "identity.break_glass",
        name: (
            "应急查阅辖区外的单个对象",
            "Open single things outside the own place in an emergency",
        ),
        basis: Basis::Post,
        may: &["identity.break_glass"],
    },
    PermissionSet {
        id: "identity.own_openings",
        name: ("查看和结束自己的应急查阅", "See and close what one opened in an emergency"),
        basis: Basis::Owner,
        may: &["identity.close_opening", "identity.my_openings"],
    },
    PermissionSet {
        id: "identity.own_posts",
        name: ("为自己的岗位指定代理人", "Name a substitute for one's own post"),
        basis: Basis::SignedIn,
        may: &["identity.name_substitute"],
    },
    PermissionSet {
        id: "identity.own_substitutes",
        name: ("结束与自己有关的代理", "End a substitution that concerns oneself"),
        basis: Basis::Owner,
        may: &["identity.end_substitute"],
    },
    PermissionSet {
        id: "identity.terms",
        name: ("提醒任期将满", "Warn of terms that end"),
        basis: Basis::System,
        may: &["identity.warn_of_term"],
    },
    PermissionSet {
        id: REVIEW_SET,
        name: ("复核应急查阅", "Judge what was opened in an emergency"),
        basis: Basis::Post,
        may: &["identity.openings", "identity.review_opening"],
    },
    PermissionSet {
        id: "identity.administer",
        name: ("管理机构和岗位", "Administer organisations and posts"),
        basis: Basis::Post,
        may: &[
            "identity.sign_out_account",
            "identity.add_organisation",
            "identity.change_organisation",
            "identity.add_post",
            "identity.change_post",
            "identity.appoint",
            "identity.dismiss",
            "identity.organisations",
            "identity.organisation",
            "identity.posts",
            "identity.post",
            "identity.roles",
        ],
    },
    PermissionSet {
        id: "identity.install",
        name: ("在服务器上安装账户和机构", "Install accounts and organisations at the machine"),
        basis: Basis::System,
        may: &[
            "identity.install_account",
            "identity.account_summary",
            "identity.contact",
            "identity.stand_ins",
            "identity.holders",
            "identity.add_organisation",
            "identity.change_organisation",
            "identity.add_post",
            "identity.change_post",
            "identity.appoint",
            "identity.dismiss",
            "identity.record_mandate",
            "identity.end_mandate",
            "identity.organisations",
            "identity.organisation",
            "identity.posts",
            "identity.post",
            "identity.roles",
        ],
    },
];

impl Capability for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn describe(&self, contract: &mut Contract) {
        contract
            .action::<actions::Register>()
            .action::<actions::SignIn>()
            .action::<actions::SendCode>()
            .action::<actions::FinishSignIn>()
            .action::<actions::SignInWithPasskey>()
            .action::<actions::Recover>()
            .action::<actions::BeginRecovery>()
            .action::<actions::ConfirmRecovery>()
            .action::<actions::StopRecovery>()
            .action::<actions::SendOwnCode>()
            .action::<actions::VerifyPhone>()
            .action::<actions::Reauthenticate>()
            .action::<actions::BeginTotp>()
            .action::<actions::ConfirmTotp>()
            .action::<actions::RemoveTotp>()
            .action::<actions::RenewSpareCodes>()
            .action::<actions::AddPasskey>()
            .action::<actions::RemovePasskey>()
            .action::<actions::SignOut>()
            .action::<actions::EndSession>()
            .action::<actions::SignOutAccount>()
            .action::<actions::EndOtherSessions>()
            .action::<actions::ChangePassword>()
            .action::<actions::ChangeClaim>()
            .action::<actions::EraseMe>()
            .action::<actions::Prove>()
            .action::<actions::AddOrganisation>()
            .action::<actions::ChangeOrganisation>()
            .action::<actions::AddPost>()
            .action::<actions::ChangePost>()
            .action::<actions::NameSubstitute>()
            .action::<actions::EndSubstitute>()
            .action::<actions::WarnOfTerm>()
            .action::<actions::BreakGlass>()
            .action::<actions::CloseOpening>()
            .action::<actions::ReviewOpening>()
            .action::<actions::Appoint>()
            .action::<actions::Dismiss>()
            .action::<actions::RecordMandate>()
            .action::<actions::EndMandate>()
            .action::<actions::InstallAccount>()
            .action::<actions::RegisterApplication>()
            .action::<actions::DecideApplication>()
            .action::<actions::RotateApplicationSecret>()
            .action::<actions::GiveConsent>()
            .action::<actions::EndConsent>()
            .action::<actions::IssueTokens>()
            .action::<actions::RevokeToken>()
            .action::<actions::Arrive>()
            .action::<actions::UnlinkOutside>();
        contract
            .query::<queries::Me>()
            .query::<queries::MyMandates>()
            .query::<queries::MyData>()
            .query::<queries::MySessions>()
            .query::<queries::MyFactors>()
            .query::<queries::MyPasskeys>()
            .query::<queries::Recoveries>()
            .query::<queries::Applicant>()
            .query::<queries::OwnNumber>()
            .query::<queries::Claims>()
            .query::<queries::Contact>()
            .query::<queries::Counters>()
            .query::<queries::StandIns>()
            .query::<queries::Holders>()
            .query::<queries::Organisations>()
            .query::<queries::OrganisationById>()
            .query::<queries::Posts>()
            .query::<queries::Openings>()
            .query::<queries::MyOpenings>()
            .query::<queries::PostById>()
            .query::<queries::Roles>()
            .query::<queries::AccountSummary>()
            .query::<queries::Authorization>()
            .query::<queries::InspectToken>()
            .query::<queries::Profile>()
            .query::<queries::Applications>()
            .query::<queries::MyApplications>()
            .query::<queries::OutsideLinks>();
        contract
            .event::<events::AccountRegistered>()
            .event::<events::AccountProved>()
            .event::<events::ClaimChanged>()
            .event::<events::AccountGuessedAt>()
            .event::<events::FactorChanged>()
            .event::<events::RecoveryBegun>()
            .event::<events::RecoveryConfirmed>()
            .event::<events::RecoveryStopped>()
            .event::<events::AccountRecovered>()
            .event::<events::PasswordChanged>()
            .event::<events::SessionsEnded>()
            .event::<events::AccountSignedOut>()
            .event::<events::AccountErased>()
            .event::<events::OrganisationAdded>()
            .event::<events::OrganisationChanged>()
            .event::<events::PostAdded>()
            .event::<events::PostChanged>()
            .event::<events::PostAppointed>()
            .event::<events::PostDismissed>()
            .event::<events::PostTermEnding>()
            .event::<events::GlassBroken>()
            .event::<events::GlassClosed>()
            .event::<events::GlassReviewed>()
            .event::<events::MandateRecorded>()
            .event::<events::MandateEnded>();
        contract.permission_sets.extend_from_slice(PERMISSION_SETS);
        contract.platform_roles.extend_from_slice(PLATFORM_ROLES);
        let problems = error::PROBLEM_TYPES
            .iter()
            .chain(openid::error::PROBLEM_TYPES)
            .map(|(code, kind)| ProblemType { code, status: kind.status() });
        contract.problem_types.extend(problems);
        contract.migrations.extend([
            (
                "V1__people_and_organisations",
                include_str!("../migrations/V1__people_and_organisations.sql"),
            ),
            ("V2__sessions_by_end", include_str!("../migrations/V2__sessions_by_end.sql")),
            ("V7__sessions_seen", include_str!("../migrations/V7__sessions_seen.sql")),
            ("V10__applications", include_str!("../migrations/V10__applications.sql")),
            ("V20__openings", include_str!("../migrations/V20__openings.sql")),
            ("V21__substitutes", include_str!("../migrations/V21__substitutes.sql")),
            ("V25__known_devices", include_str!("../migrations/V25__known_devices.sql")),
            ("V26__second_factors", include_str!("../migrations/V26__second_factors.sql")),
            ("V27__recovery", include_str!("../migrations/V27__recovery.sql")),
            ("V30__outside_providers", include_str!("../migrations/V30__outside_providers.sql")),
            ("V40__passkeys", include_str!("../migrations/V40__passkeys.sql")),
            ("V41__steps_by_provider", include_str!("../migrations/V41__steps_by_provider.sql")),
        ]);
        // Who comes back takes away the own ones; those of accounts that stay away go here.
        contract.sweeps.push(Sweep {
            table: "identity_session",
            by: "expires_ms",
            only: "",
            keep_ms: DAY_MS,
        });
        for (table, by, keep_ms) in [
            ("identity_token", "expires_ms", DAY_MS),
            ("identity_code", "expires_ms", DAY_MS),
            ("identity_usage", "at_ms", 40 * DAY_MS),
            ("identity_attempt", "last_ms", 2 * DAY_MS),
            ("identity_challenge", "expires_ms", DAY_MS),
            ("identity_step", "expires_ms", DAY_MS),
            ("identity_recovery", "expires_ms", 400 * DAY_MS),
            ("identity_device", "seen_ms", 400 * DAY_MS),
            ("identity_outside_state", "at_ms", DAY_MS),
        ] {
            contract.sweeps.push(Sweep { table, by, only: "", keep_ms });
        }
        contract.gauges.extend([
            GaugeEntry {
                name: "identity_numbers_held",
                help: "Telephone numbers whose password strangers guess at, so that unknown browsers are held",
                sql: throttle::COUNT_HELD_NUMBERS,
            },
            GaugeEntry {
                name: "identity_senders_held",
                help: "Senders that are held because of too many wrong passwords",
                sql: throttle::COUNT_HELD_SENDERS,
            },
        ]);
        for statements in store::all() {
            contract.sql(statements);
        }
        contract.holdings.extend(holdings::holdings());
        contract.texts.push(TEXTS);
        pages::describe(contract);
    }

    fn authenticator(&self, services: &Services) -> Option<Arc<dyn Authenticator>> {
        Some(Arc::new(authenticator::SessionAuthenticator::new(services.clone())))
    }
}
