//! Why a step failed.

/// A failed step or a run that cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The outcome is not what the scenario tells; or the scenario names something that is not there.
    #[error("{0}")]
    Story(String),
    /// The server or one of its commands does not do what it must.
    #[error("服务器：{0}")]
    Server(String),
    /// The server did not answer.
    #[error("HTTP：{0}")]
    Http(#[from] reqwest::Error),
    /// A file or process.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Not the JSON that was expected.
    #[error("JSON：{0}")]
    Json(#[from] serde_json::Error),
    /// SQLite, when a scenario tampers with the database.
    #[error("SQLite：{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL, when databases are made and when a scenario tampers with one.
    #[error("PostgreSQL：{0}")]
    Postgres(#[from] tokio_postgres::Error),
}

impl Trouble {
    /// The outcome is not as told.
    pub fn story(text: impl Into<String>) -> Trouble {
        Trouble::Story(text.into())
    }
}

/// What a step answers.
pub type Outcome = Result<(), Trouble>;
