//! Why a command failed, for whoever typed it.

use std::path::PathBuf;

use minshu_kernel::error::Failure;

/// A command's failure.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A setting is wrong.
    #[error("{place}: {what}")]
    Setting {
        /// The file with line, or the variable.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// The data folder cannot be used.
    #[error("the data folder {folder}: {what}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// The disk or the network refuses.
    #[error("{what}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Records(#[from] minshu_kernel::records::RecordsError),
    /// The schema does not fit.
    #[error(transparent)]
    Migrate(#[from] minshu_storage::records::migrate::MigrateError),
    /// A copy of the records was not made or not put in.
    #[error(transparent)]
    Copy(#[from] minshu_storage::records::copy::CopyError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] minshu_runtime::keys::KeysError),
    /// The records are another installation's.
    #[error(transparent)]
    NotOurs(#[from] minshu_runtime::installation::NotOurs),
    /// The house does not stand.
    #[error(transparent)]
    House(#[from] minshu_runtime::house::HouseError),
    /// A pack was not begun.
    #[error(transparent)]
    NewPack(#[from] minshu_runtime::packs::manage::NewError),
    /// An operation failed.
    #[error("{0}")]
    Failed(String),
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        CommandError::Failed(failure.to_string())
    }
}

impl CommandError {
    /// A failure of the disk or the network.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> CommandError {
        let what = what.into();
        move |source| CommandError::Io { what, source }
    }
}
