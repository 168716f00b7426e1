//! What departments do with packs: begin a new one.

use std::path::{Path, PathBuf};

/// Why a new pack was not begun.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// The id cannot be one.
    #[error("\"{0}\" cannot be an id: lower-case words joined by hyphens, such as parks-booking")]
    BadId(String),
    /// The chapter is none of the plan's.
    #[error("there is no chapter folder \"{0}\"")]
    NoChapter(String),
    /// There is one already.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// The disk refuses.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Begins a new pack: a head that `packs check` accepts, with one role, one item, its form and a first scenario.
pub fn begin(root: &Path, chapter: &str, id: &str) -> Result<Vec<PathBuf>, NewError> {
    let good = !id.is_empty()
        && id.len() <= 60
        && id.starts_with(|c: char| c.is_ascii_lowercase())
        && !id.ends_with('-')
        && !id.contains("--")
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !good {
        return Err(NewError::BadId(id.to_owned()));
    }
    if !root.join(chapter).is_dir() {
        return Err(NewError::NoChapter(chapter.to_owned()));
    }
    let folder = root.join(chapter).join(id);
    if folder.exists() {
        return Err(NewError::Exists(folder));
    }
    let plan = chapter.split('-').next().unwrap_or("1").trim_start_matches('0');
    let files = [
        ("pack.toml", include_str!("new/pack.toml").replace("@id@", id).replace("@plan@", plan)),
        ("items/request.toml", include_str!("new/request.toml").to_owned()),
        ("forms/request.json", include_str!("new/request.json").to_owned()),
        ("scenario.feature", include_str!("new/scenario.feature").replace("@id@", id)),
    ];
    let mut made = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, text)?;
        made.push(path);
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_cannot_be_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("06-x")).unwrap();
        for bad in ["", "A", "a b", "../a", "-a", "a-", "a--b"] {
            assert!(matches!(begin(folder.path(), "06-x", bad), Err(NewError::BadId(_))), "{bad}");
        }
        assert!(begin(folder.path(), "06-x", "parks").is_ok());
        assert!(matches!(begin(folder.path(), "06-x", "parks"), Err(NewError::Exists(_))));
    }
}
