//! What the runner itself reads of packs: names of roles, items and materials with their ids, forms with their labels,
//! clauses. Everything else is asked of the server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::form::FormGuide;
use crate::trouble::Trouble;

/// A pack with a scenario.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The system's id.
    pub id: String,
    /// Ids of its clauses.
    pub clauses: Vec<String>,
    /// Roles: Chinese name to id.
    pub roles: BTreeMap<String, String>,
    /// Items: Chinese name to the item.
    pub items: BTreeMap<String, Item>,
}

/// An item of casework.
#[derive(Debug, Clone)]
pub struct Item {
    /// `pack.item`.
    pub id: String,
    /// Its form.
    pub form: FormGuide,
    /// Materials: Chinese name to id.
    pub materials: BTreeMap<String, String>,
}

/// The folder of a system's pack.
pub fn folders(root: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let mut found = Vec::new();
    for chapter in std::fs::read_dir(root)? {
        let chapter = chapter?.path();
        if !chapter.is_dir() {
            continue;
        }
        for folder in std::fs::read_dir(chapter)? {
            let folder = folder?.path();
            if folder.join("pack.toml").is_file() {
                found.push(folder);
            }
        }
    }
    found.sort();
    Ok(found)
}

impl Pack {
    /// Reads a pack's folder.
    pub fn read(folder: &Path) -> Result<Pack, Trouble> {
        let main = toml_file(&folder.join("pack.toml"))?;
        let id = text(&main, "id").unwrap_or_default().to_owned();
        let clauses = entries(&main, &["clauses"]);
        let clauses = clauses.filter_map(|c| text(c, "id")).map(str::to_owned).collect();
        let mut pack = Pack { id, clauses, roles: BTreeMap::new(), items: BTreeMap::new() };
        pack.take(folder, &main)?;
        if let Ok(files) = std::fs::read_dir(folder.join("items")) {
            for file in files {
                let file = file?.path();
                if file.extension().is_some_and(|ending| ending == "toml") {
                    pack.take(folder, &toml_file(&file)?)?;
                }
            }
        }
        Ok(pack)
    }

    fn take(&mut self, folder: &Path, file: &toml::Table) -> Result<(), Trouble> {
        for role in entries(file, &["role"]) {
            if let (Some(id), Some(name)) = (text(role, "id"), zh(role)) {
                self.roles.insert(name.to_owned(), format!("{}.{id}", self.id));
            }
        }
        for item in entries(file, &["casework", "item"]) {
            let (Some(id), Some(name), Some(form)) =
                (text(item, "id"), zh(item), text(item, "form"))
            else {
                continue;
            };
            let materials = entries(item, &["material"])
                .filter_map(|m| Some((zh(m)?.to_owned(), text(m, "id")?.to_owned())))
                .collect();
            let form = FormGuide::read(&std::fs::read_to_string(folder.join(form))?)?;
            let item = Item { id: format!("{}.{id}", self.id), form, materials };
            self.items.insert(name.to_owned(), item);
        }
        Ok(())
    }
}

fn toml_file(path: &Path) -> Result<toml::Table, Trouble> {
    let text = std::fs::read_to_string(path)?;
    text.parse().map_err(|error| Trouble::story(format!("{}：{error}", path.display())))
}

fn text<'t>(table: &'t toml::Table, key: &str) -> Option<&'t str> {
    table.get(key)?.as_str()
}

fn zh(table: &toml::Table) -> Option<&str> {
    table.get("name")?.get("zh")?.as_str()
}

fn entries<'t>(table: &'t toml::Table, path: &[&str]) -> impl Iterator<Item = &'t toml::Table> {
    let (first, rest) = path.split_first().map_or(("", path), |(first, rest)| (*first, rest));
    let found = rest.iter().fold(table.get(first), |at, key| at.and_then(|value| value.get(key)));
    found.and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_items_and_clauses_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        };
        write(
            "pack.toml",
            r#"id = "a-pack"
clauses = [{ id = "c1", en = "x", zh = "甲" }]
[[role]]
id = "clerk"
name = { zh = "受理员", en = "Clerk" }"#,
        );
        write("forms/f.json", r#"{"type":"object","properties":{"a":{"title":"甲栏"}}}"#);
        write(
            "items/one.toml",
            r#"[[casework.item]]
id = "one"
name = { zh = "事项一", en = "One" }
form = "forms/f.json"
[[casework.item.material]]
id = "plan"
name = { zh = "平面图", en = "Plan" }"#,
        );
        let pack = Pack::read(folder.path()).unwrap();
        assert_eq!(pack.clauses, ["c1"]);
        assert_eq!(pack.roles["受理员"], "a-pack.clerk");
        let item = &pack.items["事项一"];
        assert_eq!((item.id.as_str(), item.materials["平面图"].as_str()), ("a-pack.one", "plan"));
        assert_eq!(item.form.place("甲栏").unwrap().pointer, "/a");
    }
}
