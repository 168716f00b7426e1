//! `minshu openapi`: prints the OpenAPI document, without a database.

use std::process::ExitCode;

use super::say;
use crate::error::CommandError;

/// Prints the document.
pub fn run() -> Result<ExitCode, CommandError> {
    let contract = minshu_runtime::house::describe(&crate::capabilities());
    let document = minshu_runtime::http::openapi::document(&contract);
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| CommandError::Failed(error.to_string()))?;
    say(text);
    Ok(ExitCode::SUCCESS)
}
