//! `minshu items import`: a table or document of items, checked as a whole and turned into the files of a pack.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use minshu_casework::exchange::{Brought, Trouble, json, read};
use minshu_casework::pack::Item;
use minshu_kernel::text::Lang;
use serde::{Deserialize, Serialize};

use super::say;
use crate::error::CommandError;

/// What is to be done with items.
#[derive(Debug, clap::Subcommand)]
pub enum Items {
    /// Check a table that a department delivers and turn it into files for a pack's folder `items/`. Where anything
    /// is wrong, everything that is wrong is told by row and column and nothing is written.
    Import {
        /// The table or document.
        file: PathBuf,
        /// How it is written: csv (UTF-8, GBK or UTF-16) or json.
        #[arg(long, value_enum, default_value_t = Format::Csv)]
        format: Format,
        /// The folder that the files go to; it is made, and no file in it is replaced.
        #[arg(long)]
        out: PathBuf,
        /// The language of the answer: zh or en.
        #[arg(long, default_value = "zh", value_parser = lang)]
        lang: Lang,
    },
}

/// How items are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table.
    Csv,
    /// A JSON document.
    Json,
}

fn lang(word: &str) -> Result<Lang, String> {
    Lang::parse(word).ok_or_else(|| "zh or en".to_owned())
}

impl Items {
    /// Runs.
    pub fn run(self) -> Result<ExitCode, CommandError> {
        let Items::Import { file, format, out, lang } = self;
        let failed = |path: &Path, error: std::io::Error| {
            CommandError::Failed(format!("{}: {error}", path.display()))
        };
        let bytes = std::fs::read(&file).map_err(|error| failed(&file, error))?;
        let brought = match format {
            Format::Csv => read::csv(&bytes),
            Format::Json => json::read(&bytes),
        };
        let brought = match brought {
            Ok(brought) => brought,
            Err(troubles) => {
                troubles.iter().for_each(|trouble| say(told(&file, format, trouble, lang)));
                say(match lang {
                    Lang::Zh => format!("{} 处要改，什么都没有写", troubles.len()),
                    Lang::En => format!("{} mistakes; nothing was written", troubles.len()),
                });
                return Ok(ExitCode::FAILURE);
            }
        };
        let files = files(&brought, &out).map_err(CommandError::Failed)?;
        write(&files).map_err(CommandError::Failed)?;
        files.iter().for_each(|(path, _)| say(path.display()));
        say(match lang {
            Lang::Zh => format!(
                "{} 个事项；把文件放进系统的 items/ 文件夹，再用 minshu packs check 查一遍",
                files.len()
            ),
            Lang::En => format!(
                "{} items; put the files into a pack's folder items/ and run minshu packs check",
                files.len()
            ),
        });
        Ok(ExitCode::SUCCESS)
    }
}

fn told(file: &Path, format: Format, trouble: &Trouble, lang: Lang) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let what = trouble.what.get(lang);
    let place = match (format, lang) {
        _ if trouble.row == 0 => String::new(),
        (Format::Csv, Lang::Zh) => format!(" 第 {} 行", trouble.row),
        (Format::Csv, Lang::En) => format!(" row {}", trouble.row),
        (Format::Json, Lang::Zh) => format!(" 第 {} 个事项", trouble.row),
        (Format::Json, Lang::En) => format!(" item {}", trouble.row),
    };
    match (trouble.column.is_empty(), lang) {
        (true, _) => format!("{name}{place}: {what}"),
        (false, Lang::Zh) => format!("{name}{place}“{}”: {what}", trouble.column),
        (false, Lang::En) => format!("{name}{place} \"{}\": {what}", trouble.column),
    }
}

#[derive(Serialize, Deserialize)]
struct Declarations {
    casework: Casework,
}

#[derive(Serialize, Deserialize)]
struct Casework {
    item: Vec<Item>,
}

/// The files of the items, each read back before anything is written. Where a document holds several packs, each has
/// a folder.
fn files(brought: &[Brought], out: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let several = brought.iter().any(|b| b.pack != brought[0].pack);
    let mut files = Vec::new();
    for Brought { pack, item } in brought {
        let declared = Declarations { casework: Casework { item: vec![item.clone()] } };
        let text =
            toml::to_string_pretty(&declared).map_err(|error| format!("{}: {error}", item.id))?;
        let back: Declarations =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", item.id))?;
        if back.casework.item.first() != Some(item) {
            return Err(format!("{}: cannot be written as TOML without loss", item.id));
        }
        let folder = if several { out.join(pack) } else { out.to_owned() };
        let path = folder.join(format!("{}.toml", item.id));
        if path.exists() {
            return Err(format!("{}: is there already; nothing was written", path.display()));
        }
        files.push((path, text));
    }
    Ok(files)
}

/// Writes all files or none.
fn write(files: &[(PathBuf, String)]) -> Result<(), String> {
    let mut written: Vec<&Path> = Vec::new();
    for (path, text) in files {
        let folder = path.parent().unwrap_or(Path::new("."));
        let done = std::fs::create_dir_all(folder).and_then(|()| {
            let mut file = std::fs::File::create_new(path)?;
            written.push(path);
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.sync_all()
        });
        if let Err(error) = done {
            for path in written {
                // What cannot be taken back is named by the error that follows all the same.
                let _gone = std::fs::remove_file(path);
            }
            return Err(format!("{}: {error}; nothing was written", path.display()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use minshu_casework::exchange::write::csv;

    fn item(file: &str) -> Item {
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packs/06-public-services");
        let text =
            std::fs::read_to_string(packs.join("gov-single-window/items").join(file)).unwrap();
        let declared: Declarations = toml::from_str(&text).unwrap();
        declared.casework.item.into_iter().next().unwrap()
    }

    #[test]
    fn what_was_taken_along_comes_back_and_nothing_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (table, out) = (folder.path().join("items.csv"), folder.path().join("out"));
        let items = [item("food-business-licence.toml"), item("outdoor-advertising.toml")];
        let text = csv(items.iter().map(|item| ("gov-single-window", item))).unwrap();
        std::fs::write(&table, text).unwrap();
        let import = || Items::Import {
            file: table.clone(),
            format: Format::Csv,
            out: out.clone(),
            lang: Lang::En,
        };
        import().run().unwrap();
        for item in &items {
            let text = std::fs::read_to_string(out.join(format!("{}.toml", item.id))).unwrap();
            let back: Declarations = toml::from_str(&text).unwrap();
            assert_eq!(&back.casework.item[0], item);
        }
        assert!(import().run().unwrap_err().to_string().contains("is there already"));
        // One file is in the way: the other is not written either.
        std::fs::remove_file(out.join("outdoor-advertising.toml")).unwrap();
        assert!(import().run().is_err());
        assert!(!out.join("outdoor-advertising.toml").exists());
    }
}
