//! Installs a person with account, organisation and post, step by step through the door.

use serde_json::{Value as Json, json};

use crate::console::Console;
use crate::error::CommandError;

/// Somebody new.
#[derive(Debug, Default)]
pub struct NewPerson {
    /// The name.
    pub name: String,
    /// The citizen identity number.
    pub number: String,
    /// The mobile phone.
    pub phone: String,
    /// The password.
    pub password: String,
    /// Whether the claim to be that person is proved.
    pub proved: bool,
    /// Roles that a post grants.
    pub roles: Vec<String>,
    /// The division of the post.
    pub division: Option<String>,
    /// The organisation of the post, by name.
    pub organisation: Option<String>,
}

/// Makes the organisation and the post where there are roles, then the account.
pub async fn install(console: &Console<'_>, person: &NewPerson) -> Result<Json, CommandError> {
    let mut posts = Vec::new();
    if let (false, Some(division)) = (person.roles.is_empty(), &person.division) {
        let name = person.organisation.clone().unwrap_or_else(|| format!("{division} 平台机构"));
        let organisation = organisation(console, &name, division).await?;
        let post = json!({
            "organisation": organisation,
            "name": { "zh": format!("{}的岗位", person.name), "en": "Post" },
            "roles": person.roles,
        });
        let made = console.act("identity.add_post", post).await?;
        posts.push(made["post"].clone());
    }
    let account = json!({
        "name": person.name, "number": person.number, "phone": person.phone,
        "password": person.password, "proved": person.proved, "posts": posts,
    });
    console.act("identity.install_account", account).await
}

/// The organisation of this name at this place; entered where it is not there.
async fn organisation(
    console: &Console<'_>,
    name: &str,
    division: &str,
) -> Result<Json, CommandError> {
    let found = console.ask("identity.organisations", json!({ "q": name, "limit": 200 })).await?;
    let same = found["organisations"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|o| o["name"] == name && o["division"] == division);
    if let Some(same) = same {
        return Ok(same["organisation"].clone());
    }
    let new = json!({ "kind": "department", "name": name, "division": division });
    let made = console.act("identity.add_organisation", new).await?;
    Ok(made["organisation"].clone())
}
