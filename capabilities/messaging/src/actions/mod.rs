//! What messaging does, one file a verb.

pub mod mark_all_read;
pub mod mark_read;
pub mod note_delivery;
pub mod note_report;
pub mod reach;
pub mod send;
pub mod set_channel;
pub mod take_deliveries;

pub use mark_all_read::MarkAllRead;
pub use mark_read::MarkRead;
pub use note_delivery::NoteDelivery;
pub use note_report::NoteReport;
pub use reach::Reach;
pub use send::Send;
pub use set_channel::SetChannel;
pub use take_deliveries::TakeDeliveries;
