//! The demonstration: its accounts, and the data that packs ship in `demo/*.toml`, done step by step through the one
//! door, so that a demonstration holds nothing that could not have happened.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use minshu_kernel::BoxFuture;
use minshu_kernel::access::Principal;
use minshu_kernel::ctx::{Call, Door as _};
use minshu_kernel::ids::RequestId;
use minshu_kernel::objects::{Body, Limits};
use minshu_kernel::text::Lang;
use minshu_runtime::house::House;
use minshu_runtime::http::session::SessionToken;
use minshu_runtime::http::{Demonstration, DemonstrationAccount};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::console::Console;
use crate::error::CommandError;
use crate::people::{self, NewPerson};

/// The accounts of the banner, as the program was built with them.
const ACCOUNTS: &str = include_str!("../demonstration/accounts.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountsFile {
    account: Vec<AccountToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountToml {
    id: String,
    zh: String,
    en: String,
    name: String,
    number: String,
    phone: String,
    password: String,
    proved: bool,
    #[serde(default)]
    roles: Vec<String>,
    division: Option<String>,
    organisation: Option<String>,
    #[serde(default)]
    hidden: bool,
}

/// A file of demonstration data.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepsFile {
    step: Vec<Step>,
}

/// One step: an action, or a file that is uploaded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// `console`, or an account's id.
    who: String,
    /// The action.
    #[serde(rename = "do")]
    action: Option<String>,
    /// Its input; `"${name.field}"` stands for a field of an earlier answer.
    #[serde(default)]
    with: Map<String, Json>,
    /// A file beside this one, uploaded as this account.
    upload: Option<PathBuf>,
    /// The name under which the answer is kept.
    save: Option<String>,
}

fn read_accounts() -> Result<Vec<AccountToml>, CommandError> {
    toml::from_str::<AccountsFile>(ACCOUNTS)
        .map(|file| file.account)
        .map_err(|error| CommandError::Failed(format!("demonstration/accounts.toml: {error}")))
}

/// The banner's accounts.
pub fn accounts() -> Result<Demonstration, CommandError> {
    let shown = read_accounts()?.into_iter().filter(|a| !a.hidden);
    let accounts = shown
        .map(|a| DemonstrationAccount {
            // Read once for the program's whole life.
            id: a.id.leak(),
            label: (a.zh.leak(), a.en.leak()),
            phone: a.phone,
            password: a.password,
        })
        .collect();
    Ok(Demonstration { accounts, pocket: None })
}

/// Loads accounts and the packs' demonstration data into a fresh folder.
pub async fn load(house: &House, packs: &Path) -> Result<(), CommandError> {
    let mut people: HashMap<String, Arc<Principal>> = HashMap::new();
    people.insert("console".to_owned(), Arc::new(Principal::console()));
    let mut answers = Map::new();
    for account in read_accounts()? {
        let person = NewPerson {
            name: account.name,
            number: account.number,
            phone: account.phone.clone(),
            password: account.password.clone(),
            proved: account.proved,
            roles: account.roles,
            division: account.division,
            organisation: account.organisation,
        };
        let made = people::install(&Console::House(house), &person).await?;
        answers.insert(account.id.clone(), made);
        let credentials = json!({ "phone": account.phone, "password": account.password });
        let nobody = Arc::new(Principal::anonymous());
        let signed_in = act(house, &nobody, "identity.sign_in", credentials)
            .await
            .map_err(|e| told("accounts.toml", &e))?;
        let token = signed_in["token"].as_str().map(str::to_owned);
        let session = SessionToken { token, bearer: true };
        people.insert(account.id, house.principal(&session).await?);
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for chapter in folders(packs) {
        for pack in folders(&chapter) {
            let found = std::fs::read_dir(pack.join("demo")).into_iter().flatten().flatten();
            files.extend(
                found.map(|f| f.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")),
            );
        }
    }
    files.sort();
    for file in files {
        load_file(house, &file, &mut people, &mut answers).await?;
    }
    Ok(())
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(path).into_iter().flatten().flatten();
    found.map(|entry| entry.path()).filter(|p| p.is_dir()).collect()
}

fn told(place: &str, failure: &minshu_kernel::error::Failure) -> CommandError {
    CommandError::Failed(format!("demonstration data, {place}: {failure}"))
}

async fn load_file(
    house: &House,
    path: &Path,
    people: &mut HashMap<String, Arc<Principal>>,
    answers: &mut Map<String, Json>,
) -> Result<(), CommandError> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(CommandError::io(shown.clone()))?;
    let file: StepsFile =
        toml::from_str(&text).map_err(|error| CommandError::Failed(format!("{shown}: {error}")))?;
    for (number, step) in file.step.iter().enumerate() {
        let place = format!("{shown}, step {}", number + 1);
        // Mandates and posts that an earlier step gave hold from now on.
        refresh(house, people, &step.who).await?;
        let who = people
            .get(&step.who)
            .ok_or_else(|| CommandError::Failed(format!("{place}: nobody is \"{}\"", step.who)))?;
        let answer = match (&step.action, &step.upload) {
            (Some(action), None) => {
                let known = Json::Object(answers.clone());
                let input = fill(&Json::Object(step.with.clone()), &known);
                act(house, who, action, input).await.map_err(|e| told(&place, &e))?
            }
            (None, Some(upload)) => {
                let source = path.parent().unwrap_or(Path::new("")).join(upload);
                let content = std::fs::read(&source)
                    .map_err(CommandError::io(source.display().to_string()))?;
                let limits = Limits { max_bytes: 100 << 20, kinds: Vec::new() };
                let mut body = Whole(Some(content.into()));
                let stored = house.uploads.receive(who, &mut body, &limits).await?;
                let stored = stored.map_err(|e| CommandError::Failed(format!("{place}: {e}")))?;
                json!({ "object": stored.address })
            }
            _ => return Err(CommandError::Failed(format!("{place}: either do or upload"))),
        };
        if let Some(name) = &step.save {
            answers.insert(name.clone(), answer);
        }
    }
    Ok(())
}

/// Signs the account in again, so that its principal holds what it holds now.
async fn refresh(
    house: &House,
    people: &mut HashMap<String, Arc<Principal>>,
    id: &str,
) -> Result<(), CommandError> {
    let Some(account) = read_accounts()?.into_iter().find(|a| a.id == id) else { return Ok(()) };
    let credentials = json!({ "phone": account.phone, "password": account.password });
    let nobody = Arc::new(Principal::anonymous());
    let signed_in = act(house, &nobody, "identity.sign_in", credentials).await?;
    let token = signed_in["token"].as_str().map(str::to_owned);
    let principal = house.principal(&SessionToken { token, bearer: true }).await?;
    people.insert(account.id, principal);
    Ok(())
}

/// A file as one piece.
struct Whole(Option<Bytes>);

impl Body for Whole {
    fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Bytes>, String>> {
        Box::pin(async move { Ok(self.0.take()) })
    }
}

async fn act(
    house: &House,
    who: &Arc<Principal>,
    operation: &str,
    input: Json,
) -> Result<Json, minshu_kernel::error::Failure> {
    let call = Call {
        who: who.clone(),
        operation: operation.to_owned(),
        input,
        key: None,
        cause: None,
        request: RequestId::fresh(&*house.services.ids),
        lang: Lang::Zh,
        peer: None,
    };
    house.act(call).await
}

/// Puts earlier answers in the places that name them.
fn fill(value: &Json, answers: &Json) -> Json {
    match value {
        Json::String(text) => {
            let path = text.strip_prefix("${").and_then(|t| t.strip_suffix('}'));
            let found = path.and_then(|p| answers.pointer(&format!("/{}", p.replace('.', "/"))));
            found.cloned().unwrap_or_else(|| value.clone())
        }
        Json::Array(items) => items.iter().map(|item| fill(item, answers)).collect(),
        Json::Object(object) => {
            object.iter().map(|(name, value)| (name.clone(), fill(value, answers))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_answers_stand_where_they_are_named() {
        let answers = json!({ "draft": { "id": "d1", "version": 2 } });
        let filled =
            fill(&json!({ "a": ["${draft.id}"], "v": "${draft.version}", "x": "y" }), &answers);
        assert_eq!(filled, json!({ "a": ["d1"], "v": 2, "x": "y" }));
    }

    #[test]
    fn an_account_of_each_kind_can_be_entered() {
        let accounts = accounts().unwrap().accounts;
        let ids: Vec<&str> = accounts.iter().map(|a| a.id).collect();
        let kinds = ["resident", "agent", "clerk", "officer", "operator", "supervisor", "auditor"];
        assert_eq!(ids, kinds);
    }
}
