//! What messaging does, one file a verb.

pub mod mark_all_read;
pub mod mark_read;
pub mod send;

pub use mark_all_read::MarkAllRead;
pub use mark_read::MarkRead;
pub use send::Send;
