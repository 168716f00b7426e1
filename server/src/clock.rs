//! Control of the test clock over a local socket in the data folder: `now`, `set <ms>`, `advance <ms>`.

use std::path::PathBuf;
use std::sync::Arc;

use minshu_kernel::clock::{Clock as _, Timestamp};
use minshu_runtime::system::OffsetClock;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::error::CommandError;
use crate::folder::DataFolder;

/// The socket's name in the data folder.
pub const SOCKET: &str = "clock.sock";
/// The offset's name in the data folder: time goes on where it stood after a restart.
pub const OFFSET: &str = "clock.offset";

/// The clock of a folder, as it was set last.
pub fn kept(folder: &DataFolder) -> Arc<OffsetClock> {
    let kept = std::fs::read_to_string(folder.path.join(OFFSET)).ok();
    let offset = kept.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    Arc::new(OffsetClock::with_offset(offset))
}

/// Listens for control of the clock.
pub fn listen(folder: PathBuf, clock: Arc<OffsetClock>) -> Result<(), CommandError> {
    let path = folder.join(SOCKET);
    // A socket of a server that is gone would be in the way.
    let _ = std::fs::remove_file(&path);
    let listener =
        UnixListener::bind(&path).map_err(CommandError::io(format!("{}", path.display())))?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (clock, folder) = (clock.clone(), folder.clone());
            tokio::spawn(async move { serve(stream, &clock, &folder).await });
        }
    });
    Ok(())
}

async fn serve(stream: UnixStream, clock: &OffsetClock, folder: &std::path::Path) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match obey(&line, clock) {
            Ok(()) => {
                let kept = tokio::fs::write(folder.join(OFFSET), clock.offset_ms().to_string());
                match kept.await {
                    Ok(()) => format!("ok {}\n", clock.now().0),
                    Err(error) => format!("error {error}\n"),
                }
            }
            Err(what) => format!("error {what}\n"),
        };
        if writer.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn obey(line: &str, clock: &OffsetClock) -> Result<(), String> {
    let (verb, number) = line.split_once(' ').unwrap_or((line, ""));
    let number = || number.trim().parse::<i64>().map_err(|_| "a number of milliseconds is wanted");
    match verb {
        "now" => {}
        "set" => clock.set(Timestamp(number()?)),
        "advance" => clock.advance(number()?),
        _ => return Err("one of: now, set <ms>, advance <ms>".to_owned()),
    }
    Ok(())
}
