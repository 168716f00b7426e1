//! The contract between capabilities, and nothing else: what an action, a query, an event, a page
//! and a pack section are; ids, time, codes, access; the traits of the seams that `storage` fills.

pub mod access;
pub mod action;
pub mod calendar;
pub mod capability;
pub mod carrier;
pub mod clock;
pub mod codes;
pub mod courier;
pub mod ctx;
pub mod division;
pub mod emergency;
pub mod error;
pub mod event;
pub mod expr;
pub mod form;
pub mod holdings;
pub mod ids;
pub mod list;
pub mod lookup;
pub mod mapping;
pub mod money;
pub mod objects;
pub mod outgoing;
pub mod outside;
pub mod pack;
pub mod personal;
pub mod pins;
pub mod records;
pub mod retention;
pub mod show;
pub mod text;
pub mod web;
pub mod words;

/// A future in a box: what the traits of the contract return, so that they can be used as `dyn`.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;

/// The texts of the contract itself: problems, forms, codes, dates.
pub const TEXTS: text::TextSource = text::TextSource {
    owner: "kernel",
    zh: include_str!("../text/zh.ftl"),
    en: include_str!("../text/en.ftl"),
};
