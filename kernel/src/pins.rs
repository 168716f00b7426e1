//! What records keep of declarations: a case is finished under the version of its item that was in force when it was
//! sent in. The capability knows which versions its open records are pinned to; the runtime refuses a set that they
//! could not be finished under.

use std::collections::BTreeMap;

use crate::BoxFuture;
use crate::clock::Timestamp;
use crate::error::Failure;
use crate::pack::PackSet;
use crate::records::{Records, Statement};

/// A version that a set declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredVersion {
    /// `pack.id` of the declaration.
    pub id: String,
    /// The version's id: a hash of its canonical JSON.
    pub version: String,
}

/// A version that open records are pinned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPin {
    /// `pack.id` of the declaration.
    pub id: String,
    /// The version's id.
    pub version: String,
    /// How many open records are pinned to it.
    pub records: i64,
    /// The roles that these records still need, `pack.role`, with the number of records that need each.
    pub roles: BTreeMap<String, i64>,
    /// Why this program cannot read the version; `None` where it can.
    pub unreadable: Option<String>,
}

/// A kind of declaration whose versions records are pinned to.
pub trait Pins: Send + Sync {
    /// The kind, such as `casework.item`.
    fn kind(&self) -> &'static str;

    /// The versions that a set declares.
    fn declared(&self, set: &PackSet) -> Vec<DeclaredVersion>;

    /// The statements that keep the versions of a set, done when it is put in force. A version that is kept already
    /// is left as it is.
    fn keep(&self, set: &PackSet, now: Timestamp) -> Vec<Statement>;

    /// The versions that open records are pinned to, read as the program reads them that compiled this set.
    fn open<'a>(
        &'a self,
        records: &'a dyn Records,
        set: &'a PackSet,
    ) -> BoxFuture<'a, Result<Vec<OpenPin>, Failure>>;
}
