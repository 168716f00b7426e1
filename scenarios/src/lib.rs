//! Runs the scenarios of packs against a real server, over HTTP and pages only, on SQLite and on PostgreSQL.
//!
//! A scenario is Chinese Gherkin (`packs/<chapter>/<system>/scenario.feature`), tagged with the clauses of its
//! pack that it proves (`@c1 @c2`). Its sentences are defined in [`steps`], a file per capability, and shared by
//! every pack. Each scenario has a server of its own with a fresh data folder, whose clock the scenario sets.
//! The results are written as `target/scenarios.json`, from which `minshu systems` tells what works.

pub mod arguments;
pub mod client;
pub mod database;
pub mod features;
pub mod files;
pub mod form;
pub mod markup;
pub mod packs;
pub mod people;
pub mod places;
pub mod reporter;
pub mod results;
pub mod run;
pub mod server;
pub mod steps;
pub mod trouble;
pub mod words;
pub mod world;
