//! What messaging does, one file a verb.

pub mod acknowledge;
pub mod claim_mail;
pub mod escalate;
pub mod mark_all_read;
pub mod mark_read;
pub mod note_delivery;
pub mod note_report;
pub mod prove_mail;
pub mod reach;
pub mod remove_mail;
pub mod send;
pub mod set_channel;
pub mod set_preferences;
pub mod settle_parked;
pub mod stop_mail;
pub mod take_deliveries;

pub use acknowledge::Acknowledge;
pub use claim_mail::ClaimMail;
pub use escalate::Escalate;
pub use mark_all_read::MarkAllRead;
pub use mark_read::MarkRead;
pub use note_delivery::NoteDelivery;
pub use note_report::NoteReport;
pub use prove_mail::ProveMail;
pub use reach::Reach;
pub use remove_mail::RemoveMail;
pub use send::Send;
pub use set_channel::SetChannel;
pub use set_preferences::SetPreferences;
pub use settle_parked::SettleParked;
pub use stop_mail::StopMail;
pub use take_deliveries::TakeDeliveries;

use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;

/// The account that looks after its own preferences and address; refuses whoever is none.
fn own(ctx: &Ctx) -> Result<AccountId, Failure> {
    ctx.authorize(&crate::queries::preferences::resource(ctx))?;
    ctx.who.account().ok_or_else(Failure::missing)
}
