//! The platform's own commands.

pub mod declare_day;
pub mod end_dead_letter;
pub mod sweep;
