//! Commands that write go through the running server: a local socket in the data folder, one JSON call a line. Whoever
//! may open the socket may operate the machine anyway.

use std::path::Path;
use std::sync::Arc;

use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::error::Failure;
use minshu_kernel::ids::RequestId;
use minshu_kernel::text::Lang;
use minshu_runtime::house::House;
use minshu_runtime::http::problem;
use minshu_runtime::packs::apply::{Applied, NotApplied, Operator, Refusal};
use minshu_runtime::packs::{self, PackSources};
use minshu_runtime::rotation;
use serde::Deserialize as _;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::error::CommandError;

/// The socket's name in the data folder.
const SOCKET: &str = "console.sock";

/// The console: the house in this process, or the running server behind the socket of its data folder.
pub enum Console<'a> {
    /// In this process.
    House(&'a House),
    /// Behind the socket.
    Socket(&'a Path),
}

impl Console<'_> {
    /// Does an action.
    pub async fn act(&self, operation: &str, input: Json) -> Result<Json, CommandError> {
        match self {
            Console::House(house) => Ok(house.act(call(house, operation, input)).await?),
            Console::Socket(folder) => send(folder, "do", operation, input).await,
        }
    }

    /// Asks a query.
    pub async fn ask(&self, operation: &str, input: Json) -> Result<Json, CommandError> {
        match self {
            Console::House(house) => Ok(house.ask(call(house, operation, input)).await?),
            Console::Socket(folder) => send(folder, "ask", operation, input).await,
        }
    }
}

/// Puts a set of packs in force in the running server.
pub async fn apply(
    folder: &Path,
    sources: &PackSources,
) -> Result<Result<Applied, Refusal>, CommandError> {
    let answer = exchange(folder, json!({ "packs": sources })).await?;
    let unreadable = |error: serde_json::Error| CommandError::Failed(error.to_string());
    if let Some(applied) = answer.get("applied") {
        return Ok(Ok(Applied::deserialize(applied).map_err(unreadable)?));
    }
    match answer.get("refused") {
        Some(refused) => Ok(Err(Refusal::deserialize(refused).map_err(unreadable)?)),
        None => Err(CommandError::Failed(refusal(&answer))),
    }
}

/// Asks the running server for a step of a change of keys.
pub async fn keys(folder: &Path, asked: rotation::Asked) -> Result<rotation::Told, CommandError> {
    let answer = exchange(folder, json!({ "keys": asked })).await?;
    match answer.get("told") {
        Some(told) => rotation::Told::deserialize(told)
            .map_err(|error| CommandError::Failed(error.to_string())),
        None => Err(CommandError::Failed(refusal(&answer))),
    }
}

fn call(house: &House, operation: &str, input: Json) -> Call {
    Call {
        who: Arc::new(Principal::console()),
        operation: operation.to_owned(),
        input,
        key: None,
        cause: None,
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    }
}

/// Listens for calls of the command line.
pub fn listen(folder: &Path, house: Arc<House>) -> Result<(), CommandError> {
    let path = folder.join(SOCKET);
    // A socket of a server that is gone would be in the way.
    let _ = std::fs::remove_file(&path);
    let listener =
        UnixListener::bind(&path).map_err(CommandError::io(format!("{}", path.display())))?;
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&path, private)
        .map_err(CommandError::io(format!("{}", path.display())))?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let house = house.clone();
            tokio::spawn(async move { serve(stream, &house).await });
        }
    });
    Ok(())
}

async fn serve(stream: UnixStream, house: &Arc<House>) {
    let system_user = stream.peer_cred().ok().map(|peer| peer.uid());
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match serde_json::from_str::<Json>(&line) {
            Err(error) => json!({ "error": error.to_string() }),
            Ok(asked) if asked.get("packs").is_some() => {
                put_in_force(house, &asked["packs"], system_user).await
            }
            Ok(asked) if asked.get("keys").is_some() => change_keys(house, &asked["keys"]).await,
            Ok(asked) => {
                let input = asked["with"].clone();
                let answer = match (asked["do"].as_str(), asked["ask"].as_str()) {
                    (Some(action), _) => house.act(call(house, action, input)).await,
                    (None, query) => house.ask(call(house, query.unwrap_or(""), input)).await,
                };
                match answer {
                    Ok(reply) => json!({ "reply": reply }),
                    Err(failure) => json!({ "problem": tell(house, &failure) }),
                }
            }
        };
        if writer.write_all(format!("{answer}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn put_in_force(house: &Arc<House>, packs: &Json, system_user: Option<u32>) -> Json {
    let sources = match PackSources::deserialize(packs) {
        Ok(sources) => sources,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    match packs::apply::apply(house, sources, Operator { system_user, at_start: false }).await {
        Ok(applied) => json!({ "applied": applied }),
        Err(NotApplied::Refused(refusal)) => json!({ "refused": refusal }),
        Err(NotApplied::Failed(failure)) => json!({ "problem": tell(house, &failure) }),
    }
}

async fn change_keys(house: &House, asked: &Json) -> Json {
    let asked = match rotation::Asked::deserialize(asked) {
        Ok(asked) => asked,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    match rotation::answer(house, asked).await {
        Ok(told) => json!({ "told": told }),
        Err(failure) => json!({ "problem": tell(house, &failure) }),
    }
}

fn tell(house: &House, failure: &Failure) -> Json {
    let request = RequestId::fresh(&*house.services.ids);
    problem::document(failure, &house.services.texts, Lang::En, request, true)
}

/// Sends a call to the running server.
async fn send(
    folder: &Path,
    verb: &str,
    operation: &str,
    input: Json,
) -> Result<Json, CommandError> {
    let answer = exchange(folder, json!({ verb: operation, "with": input })).await?;
    match answer.get("reply") {
        Some(reply) => Ok(reply.clone()),
        None => Err(CommandError::Failed(refusal(&answer))),
    }
}

/// One line to the running server, and its answer.
async fn exchange(folder: &Path, asked: Json) -> Result<Json, CommandError> {
    let path = folder.join(SOCKET);
    let stream = UnixStream::connect(&path)
        .await
        .map_err(CommandError::io(format!("no server answers at {}", path.display())))?;
    let (reader, mut writer) = stream.into_split();
    let line = format!("{asked}\n");
    writer.write_all(line.as_bytes()).await.map_err(CommandError::io("the server went away"))?;
    let mut lines = BufReader::new(reader).lines();
    let answer = lines.next_line().await.map_err(CommandError::io("the server went away"))?;
    serde_json::from_str(&answer.unwrap_or_default())
        .map_err(|error| CommandError::Failed(error.to_string()))
}

fn refusal(answer: &Json) -> String {
    let problem = &answer["problem"];
    let detail = problem["detail"].as_str().or(answer["error"].as_str());
    let mut text = detail.unwrap_or("").to_owned();
    for error in problem["errors"].as_array().into_iter().flatten() {
        let pointer = error["pointer"].as_str().unwrap_or("");
        text.push_str(&format!("\n  {pointer}: {}", error["detail"].as_str().unwrap_or("")));
    }
    text
}
