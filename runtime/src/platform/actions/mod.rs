//! The platform's own commands.

pub mod apply_packs;
pub mod approve_disposal;
pub mod ask_correction;
pub mod decide_correction;
pub mod declare_day;
pub mod dispose;
pub mod end_dead_letter;
pub mod gather_disposals;
pub mod lift_hold;
pub mod pause_subscription;
pub mod place_hold;
pub mod propose_disposal;
pub mod resume_subscription;
pub mod return_disposal;
pub mod rotate_keys;
pub mod rotate_subscription_secret;
pub mod subscribe;
pub mod sweep;
pub mod switch_off_subscription;
pub mod take_out_records;
pub mod test_subscription;
pub mod unsubscribe;
