//! Where the database is and how much may wait for it.

use std::fmt;
use std::path::PathBuf;

/// Where the records are.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address: `postgres://user:password@host:port/database` or `key=value` pairs.
    Postgres(String),
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Sqlite(path) => write!(f, "Sqlite({})", path.display()),
            // The address holds a password.
            Place::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

/// What an acknowledgement promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It is on the disk.
    Full,
    /// It may be lost with the power: for tests alone.
    Off,
}

/// How a database is opened. [`Settings::sqlite`] and [`Settings::postgres`] give the defaults.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is.
    pub place: Place,
    /// Write sets that may wait; one more is answered `Full`. 4 096.
    pub queue: usize,
    /// Write sets that share one commit on SQLite at most. 512.
    pub group: usize,
    /// Threads that scan on SQLite; on PostgreSQL, scans at one time. 2.
    pub readers: usize,
    /// Scans that may wait; one more is answered `Full`. 256.
    pub scans: usize,
    /// Connections for writing to PostgreSQL, and as many for reading. 16.
    pub connections: usize,
    /// What an acknowledgement promises.
    pub durability: Durability,
}

impl Settings {
    /// The defaults for an SQLite file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Settings::at(Place::Sqlite(path.into()))
    }

    /// The defaults for a PostgreSQL address.
    pub fn postgres(url: impl Into<String>) -> Self {
        Settings::at(Place::Postgres(url.into()))
    }

    fn at(place: Place) -> Self {
        Settings {
            place,
            queue: 4_096,
            group: 512,
            readers: 2,
            scans: 256,
            connections: 16,
            durability: Durability::Full,
        }
    }
}
