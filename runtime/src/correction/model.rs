//! A request for correction as it is stored, and how access sees it.

use minshu_kernel::access::Resource;
use minshu_kernel::calendar::{Limit, LimitUnit};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::Failure;
use minshu_kernel::id_type;
use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::list::{DIVISION_COLUMNS, ScopeColumns};
use minshu_kernel::personal::{PersonalError, Place, Subject};
use minshu_kernel::records::Row;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::store;

id_type!(CorrectionId, "A request that something be corrected.");

/// The scope columns of requests.
pub const COLUMNS: ScopeColumns = ScopeColumns {
    kind: "platform.correction",
    divisions: Some(DIVISION_COLUMNS),
    pack: "pack",
    role: None,
    owner_account: Some("account"),
    owner: Some("person"),
    owner_organisation: None,
};

/// Working days within which a request is decided.
const WORKING_DAYS: u32 = 15;
/// Working days before the end from which on it is told to hurry.
const NEAR_DAYS: i64 = 3;

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RequestState {
    /// It waits for a decision.
    Open,
    /// It was put right.
    Corrected,
    /// Some of it was put right.
    Partly,
    /// It stays as it is.
    Refused,
}

impl RequestState {
    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            RequestState::Open => "open",
            RequestState::Corrected => "corrected",
            RequestState::Partly => "partly",
            RequestState::Refused => "refused",
        }
    }

    fn parse(word: &str) -> RequestState {
        match word {
            "corrected" => RequestState::Corrected,
            "partly" => RequestState::Partly,
            "refused" => RequestState::Refused,
            _ => RequestState::Open,
        }
    }
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Words {
    /// The name of who asks, masked.
    pub asker: String,
    /// What the record is called.
    pub title: String,
    /// What is wrong.
    pub wrong: String,
    /// What it should be.
    pub right: String,
    /// Why, and how that can be seen.
    pub why: String,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Its id.
    pub id: CorrectionId,
    /// The kind of data.
    pub holding: String,
    /// The record.
    pub record: String,
    /// The pack of the record.
    pub pack: Option<String>,
    /// Where it is decided.
    pub division: DivisionCode,
    /// Who asked.
    pub account: AccountId,
    /// The person behind the account.
    pub person: Option<PersonId>,
    /// What was asked for.
    pub words: Words,
    /// How it stands.
    pub state: RequestState,
    /// When it was asked.
    pub asked: Timestamp,
    /// It is to be decided before this instant.
    pub due: Timestamp,
    /// Who decided it.
    pub decided_by: Option<String>,
    /// When it was decided.
    pub decided: Option<Timestamp>,
    /// What was answered.
    pub outcome: Option<String>,
    /// Raised by every action on it.
    pub version: i64,
}

/// Where the words of a request rest.
pub fn place<'a>(column: &'a str, row: &'a str) -> Place<'a> {
    Place { table: "platform_correction", column, row }
}

impl Correction {
    /// Reads a row.
    pub fn read(ctx: &Ctx, row: &Row) -> Result<Correction, Failure> {
        let id: CorrectionId = row.id("id")?;
        let key = id.to_string();
        let open = |column, sealed: &[u8]| match ctx
            .services
            .personal
            .open_text(place(column, &key), sealed)
        {
            Ok(text) => Ok(Some(text)),
            // Whoever asked left: what it said is gone.
            Err(PersonalError::Erased) => Ok(None),
            Err(error) => Err(Failure::from(error)),
        };
        let none = || Words {
            asker: "–".to_owned(),
            title: "–".to_owned(),
            wrong: "–".to_owned(),
            right: "–".to_owned(),
            why: "–".to_owned(),
        };
        let words = match open("words", &row.get::<Vec<u8>>("words")?)? {
            Some(text) => serde_json::from_str(&text).map_err(Failure::internal)?,
            None => none(),
        };
        let outcome: Option<Vec<u8>> = row.get("outcome")?;
        Ok(Correction {
            id,
            holding: row.get("holding")?,
            record: row.get("record")?,
            pack: row.get("pack")?,
            division: row.id("division")?,
            account: row.id("account")?,
            person: row.id_or_null("person")?,
            words,
            state: RequestState::parse(&row.get::<String>("state")?),
            asked: row.get("asked_ms")?,
            due: row.get("due_ms")?,
            decided_by: row.get("decided_by")?,
            decided: row.get("decided_ms")?,
            outcome: outcome.map(|sealed| open("outcome", &sealed)).transpose()?.flatten(),
            version: row.get("version")?,
        })
    }

    /// A request by its id.
    pub async fn find(ctx: &Ctx, id: CorrectionId) -> Result<Option<Correction>, Failure> {
        let row = ctx.row(store::CORRECTION, values![id]).await?;
        row.map(|row| Correction::read(ctx, &row)).transpose()
    }

    /// As access sees it.
    pub fn resource(&self) -> Resource {
        Resource {
            pack: self.pack.clone(),
            division: Some(self.division),
            owner_account: Some(self.account),
            owner: self.person,
            ..Resource::of("platform.correction", self.id)
        }
    }

    /// Under whose key its words rest.
    pub fn subject(&self) -> Subject {
        Subject::owning(Some(self.account), self.person, None)
    }

    /// `none`, `yellow` where its limit is near, `red` where it is past.
    pub fn flag(&self, ctx: &Ctx) -> &'static str {
        if self.state != RequestState::Open {
            return "none";
        }
        let calendar = ctx.services.calendar.current();
        match calendar.working_days_between(ctx.now, self.due) {
            _ if self.due <= ctx.now => "red",
            left if left <= NEAR_DAYS => "yellow",
            _ => "none",
        }
    }
}

/// When a request that is asked now is to be decided.
///
/// # Errors
/// Where the calendar knows no such limit, which is a defect.
pub fn due(ctx: &Ctx) -> Result<Timestamp, Failure> {
    let limit = Limit::new(WORKING_DAYS, LimitUnit::WorkingDays).map_err(Failure::internal)?;
    Ok(ctx.services.calendar.current().due(ctx.now, limit).instant)
}
