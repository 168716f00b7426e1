//! The platform's own commands.

pub mod apply_packs;
pub mod declare_day;
pub mod end_dead_letter;
pub mod pause_subscription;
pub mod resume_subscription;
pub mod rotate_keys;
pub mod rotate_subscription_secret;
pub mod subscribe;
pub mod sweep;
pub mod switch_off_subscription;
pub mod test_subscription;
pub mod unsubscribe;
