//! Which keys the records belong to: a mark that only they make. A server with other keys would seal what nobody else
//! reads and find none of what is there.

use minshu_kernel::error::Failure;
use minshu_kernel::records::{Records, Statement, WriteSet};
use minshu_kernel::{statements, values};

use crate::keys::Keys;

statements! {
    MARK = "SELECT mark
FROM platform_installation
WHERE id = 'keys'";
    SET_MARK = "INSERT INTO platform_installation (id, mark)
VALUES ('keys', $1)
ON CONFLICT (id) DO NOTHING";
}

/// Why a server must not use these records.
#[derive(Debug, thiserror::Error)]
pub enum NotOurs {
    /// They were made with other keys.
    #[error(
        "the key file is not the one of this database: bring the installation's key file here, or name its own database"
    )]
    OtherKeys,
    /// They cannot be asked.
    #[error("{0}")]
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for NotOurs {
    fn from(error: E) -> Self {
        NotOurs::Failed(error.into())
    }
}

/// The mark of the keys that the records belong to, where they belong to any yet.
///
/// # Errors
/// Where the database does not answer.
pub async fn mark(records: &dyn Records) -> Result<Option<String>, Failure> {
    let rows = records.point(MARK.into(), values![]).await?;
    Ok(rows.first().map(|row| row.get("mark")).transpose()?)
}

/// What these keys are known by; it tells nothing of them, and stays the same when new ones are added.
fn mark_of(keys: &Keys) -> String {
    keys.derive("installation").iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Holds the keys against the records, which are theirs from the first time on.
///
/// # Errors
/// [`NotOurs::OtherKeys`] where they are another installation's.
pub async fn hold(records: &dyn Records, keys: &Keys) -> Result<(), NotOurs> {
    let own = mark_of(keys);
    let known = match mark(records).await? {
        Some(known) => known,
        None => {
            let set = vec![Statement::any(SET_MARK, values![&own])];
            records.apply(WriteSet { statements: set }).await?;
            mark(records).await?.unwrap_or_default()
        }
    };
    (known == own).then_some(()).ok_or(NotOurs::OtherKeys)
}

/// Whether these keys are those of the records; a database without a mark takes any.
///
/// # Errors
/// Where the database does not answer.
pub async fn fits(records: &dyn Records, keys: &Keys) -> Result<bool, Failure> {
    Ok(mark(records).await?.is_none_or(|known| known == mark_of(keys)))
}
