//! The verbs of identity, one file each.

pub mod add_organisation;
pub mod add_post;
pub mod appoint;
pub mod change_claim;
pub mod change_organisation;
pub mod change_password;
pub mod change_post;
pub mod dismiss;
pub mod end_mandate;
pub mod end_other_sessions;
pub mod end_session;
pub mod install_account;
pub mod prove;
pub mod record_mandate;
pub mod register;
pub mod sign_in;
pub mod sign_out;

pub use add_organisation::AddOrganisation;
pub use add_post::AddPost;
pub use appoint::Appoint;
pub use change_claim::ChangeClaim;
pub use change_organisation::ChangeOrganisation;
pub use change_password::ChangePassword;
pub use change_post::ChangePost;
pub use dismiss::Dismiss;
pub use end_mandate::EndMandate;
pub use end_other_sessions::EndOtherSessions;
pub use end_session::EndSession;
pub use install_account::InstallAccount;
pub use prove::Prove;
pub use record_mandate::RecordMandate;
pub use register::Register;
pub use sign_in::SignIn;
pub use sign_out::SignOut;
