//! Divisions by their names, as the server's own pickers answer them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::Deserialize;

use crate::trouble::Trouble;

#[derive(Debug, Clone, Deserialize)]
struct Entry {
    code: serde_json::Value,
    name: String,
}

/// What was asked so far: every server has the same divisions.
#[derive(Debug, Default)]
pub struct Places {
    children: Mutex<BTreeMap<String, Vec<(String, String)>>>,
}

impl Places {
    #[expect(clippy::disallowed_methods, reason = "the runner asks the server that it started")]
    async fn below(&self, base: &str, parent: &str) -> Result<Vec<(String, String)>, Trouble> {
        let known = self.children.lock().ok().and_then(|known| known.get(parent).cloned());
        if let Some(list) = known {
            return Ok(list);
        }
        let query = if parent.is_empty() { String::new() } else { format!("?parent={parent}") };
        let answer = reqwest::get(format!("{base}/divisions{query}")).await?.error_for_status()?;
        let entries: Vec<Entry> = answer.json().await?;
        let list: Vec<(String, String)> = entries
            .into_iter()
            .map(|entry| match entry.code {
                serde_json::Value::String(code) => (code, entry.name),
                other => (other.to_string(), entry.name),
            })
            .collect();
        if let Ok(mut known) = self.children.lock() {
            known.insert(parent.to_owned(), list.clone());
        }
        Ok(list)
    }

    /// The code of a division by its whole name from the province down (`福建省福州市鼓楼区东街街道`), or of a
    /// prefecture or county by its own name (`鼓楼区`).
    pub async fn code(&self, base: &str, name: &str) -> Result<String, Trouble> {
        let mut own = Vec::new();
        for (province, province_name) in self.below(base, "").await? {
            if let Some(rest) = name.strip_prefix(province_name.as_str()) {
                return self.down(base, province, rest, name).await;
            }
            for (prefecture, prefecture_name) in self.below(base, &province).await? {
                if prefecture_name == name {
                    own.push(prefecture.clone());
                }
                let counties = self.below(base, &prefecture).await?;
                own.extend(counties.into_iter().filter(|(_, n)| n == name).map(|(code, _)| code));
            }
        }
        match own.as_slice() {
            [code] => Ok(code.clone()),
            [] => Err(Trouble::story(format!("没有叫“{name}”的区划"))),
            _ => Err(Trouble::story(format!("叫“{name}”的区划不止一个，请从福建省写起"))),
        }
    }

    async fn down(
        &self,
        base: &str,
        mut code: String,
        mut rest: &str,
        whole: &str,
    ) -> Result<String, Trouble> {
        while !rest.is_empty() {
            let children = self.below(base, &code).await?;
            // The longest name wins: 晋安 and 晋安区 may stand beside one another.
            let fits = children.iter().filter(|(_, name)| rest.starts_with(name.as_str()));
            let Some((child, name)) = fits.max_by_key(|(_, name)| name.len()) else {
                return Err(Trouble::story(format!("“{whole}”里的“{rest}”不是已知的区划")));
            };
            rest = &rest[name.len()..];
            code.clone_from(child);
        }
        Ok(code)
    }
}
