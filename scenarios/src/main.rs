//! `minshu-scenarios`: runs the scenarios of packs.

use std::process::ExitCode;

use clap::Parser as _;
use minshu_scenarios::arguments::Arguments;
use minshu_scenarios::{reporter, run};

#[tokio::main]
async fn main() -> ExitCode {
    match run::run(Arguments::parse()).await {
        Ok(code) => code,
        Err(trouble) => {
            reporter::say(&trouble.to_string());
            ExitCode::FAILURE
        }
    }
}
