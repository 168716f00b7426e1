//! A back-up of a million cases and its restore into an empty folder, proved, as an operator types them.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::report::{Report, moment};
use crate::server::Trouble;

/// Measures on a data folder at rest.
pub async fn measure(
    program: &Path,
    packs: &Path,
    data: &Path,
    cases: u32,
    report: &mut Report,
) -> Result<(), Trouble> {
    let folder = tempfile::tempdir()?;
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("pass"), "a passphrase of the bench\n")?;
    let backups = place("backups");
    let took = timed(program, packs, data, &[&"backup", &backups]).await?;
    let what = format!("back-up of {cases} cases");
    report.add(what, format!("{:.0} s", took.0.as_secs_f64()), "minutes", "");
    let keys = place("keys");
    let pass = place("pass");
    let backup: [&dyn AsRef<std::ffi::OsStr>; 5] =
        [&"keys", &"backup", &keys, &"--passphrase-file", &pass];
    timed(program, packs, data, &backup).await?;
    let restore: [&dyn AsRef<std::ffi::OsStr>; 6] =
        [&"restore", &backups, &"--keys", &keys, &"--passphrase-file", &pass];
    let (took, lines) = timed(program, packs, &place("restored"), &restore).await?;
    let value = format!("{:.0} s, {lines} lines of progress", took.as_secs_f64());
    report.add(format!("restore of {cases} cases, proved"), value, "minutes, with progress", "");
    Ok(())
}

/// Runs a command to its end: how long it took, and how many lines it printed.
async fn timed(
    program: &Path,
    packs: &Path,
    data: &Path,
    arguments: &[&dyn AsRef<std::ffi::OsStr>],
) -> Result<(Duration, usize), Trouble> {
    let begun = moment();
    let mut command = Command::new(program);
    command.args(arguments.iter().map(|argument| argument.as_ref()));
    command.arg("--data").arg(data).arg("--packs").arg(packs);
    let done = command.env("MINSHU_LOG", "warn").stderr(Stdio::inherit()).output().await?;
    if !done.status.success() {
        return Err(format!("{command:?} ended with {}", done.status).into());
    }
    Ok((begun.elapsed(), String::from_utf8_lossy(&done.stdout).lines().count()))
}
