//! The verbs of casework, one file each.

pub mod accept;
pub mod advance;
pub mod attach;
pub mod begin_correction;
pub mod decide;
pub mod detach;
pub mod discard_draft;
pub mod flag_due;
pub mod follow_calendar;
pub mod open;
pub mod recompute_due;
pub mod refuse;
pub mod return_case;
pub mod save_draft;
pub mod submit;
pub mod withdraw;

pub use accept::Accept;
pub use advance::Advance;
pub use attach::Attach;
pub use begin_correction::BeginCorrection;
pub use decide::Decide;
pub use detach::Detach;
pub use discard_draft::DiscardDraft;
pub use flag_due::FlagDue;
pub use follow_calendar::FollowCalendar;
pub use open::Open;
pub use recompute_due::RecomputeDue;
pub use refuse::Refuse;
pub use return_case::Return;
pub use save_draft::SaveDraft;
pub use submit::Submit;
pub use withdraw::Withdraw;
