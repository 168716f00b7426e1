//! A list and a hold as they are stored, and how access sees them.

use minshu_kernel::access::Resource;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::id_type;
use minshu_kernel::list::{DIVISION_COLUMNS, ScopeColumns};
use minshu_kernel::personal::Place;
use minshu_kernel::records::Row;
use minshu_kernel::retention::RecordType;
use minshu_kernel::text::{LocalText, Message};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::store;

id_type!(DisposalId, "A list of records whose time is over.");
id_type!(HoldId, "A hold: what keeps records from disposal.");

/// The scope columns of lists.
pub const LIST_COLUMNS: ScopeColumns = ScopeColumns {
    kind: "platform.disposal",
    divisions: Some(DIVISION_COLUMNS),
    pack: "pack",
    role: None,
    owner_account: None,
    owner: None,
    owner_organisation: None,
};

/// The scope columns of holds.
pub const HOLD_COLUMNS: ScopeColumns = ScopeColumns { kind: "platform.hold", ..LIST_COLUMNS };

/// How a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListState {
    /// Records are added, and single ones taken out.
    Gathering,
    /// Somebody proposed it; somebody else approves it or gives it back.
    Proposed,
    /// It is being carried out.
    Approved,
    /// It was carried out: this is the certificate.
    Done,
}

impl ListState {
    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            ListState::Gathering => "gathering",
            ListState::Proposed => "proposed",
            ListState::Approved => "approved",
            ListState::Done => "done",
        }
    }

    fn parse(word: &str) -> ListState {
        match word {
            "gathering" => ListState::Gathering,
            "proposed" => ListState::Proposed,
            "approved" => ListState::Approved,
            _ => ListState::Done,
        }
    }
}

/// Somebody did something, when and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deed {
    /// Who, as the audit chain names them.
    pub by: String,
    /// When.
    pub at_ms: Timestamp,
    /// Why.
    pub reason: String,
}

/// A list.
#[derive(Debug, Clone, PartialEq)]
pub struct Disposal {
    /// Its id.
    pub id: DisposalId,
    /// The type of its records.
    pub record_type: String,
    /// Their class.
    pub class: String,
    /// What the class was called.
    pub class_name: LocalText,
    /// The pack.
    pub pack: Option<String>,
    /// For how many full years they were to be kept.
    pub years: u16,
    /// The legal ground of that.
    pub basis: LocalText,
    /// Where they lie.
    pub division: DivisionCode,
    /// How it stands.
    pub state: ListState,
    /// How many records are on it.
    pub items: i64,
    /// When the time of the oldest began.
    pub oldest: Option<Timestamp>,
    /// When the time of the latest began.
    pub latest: Option<Timestamp>,
    /// When it was begun.
    pub begun: Timestamp,
    /// Who proposed it.
    pub proposed: Option<Deed>,
    /// The person behind whoever proposed it.
    pub proposed_person: Option<String>,
    /// Who gave it back last.
    pub returned: Option<Deed>,
    /// Who approved it.
    pub approved: Option<Deed>,
    /// When it was carried out.
    pub done: Option<Timestamp>,
    /// How many records are gone.
    pub gone: i64,
    /// How many stayed after all: held, changed, or kept for longer meanwhile.
    pub kept: i64,
    /// How many files are gone.
    pub files: i64,
    /// SM3 of the ids of what is gone, in order, each with a line feed; in hexadecimal.
    pub digest: Option<String>,
    /// Raised by every action on it.
    pub version: i64,
}

/// Where a text of a list or hold rests.
pub fn place<'a>(table: &'static str, column: &'a str, row: &'a str) -> Place<'a> {
    Place { table, column, row }
}

fn deed(
    ctx: &Ctx,
    row: &Row,
    table: &'static str,
    id: &str,
    columns: [&str; 3],
) -> Result<Option<Deed>, Failure> {
    let [by, at, reason] = columns;
    let Some(by) = row.get::<Option<String>>(by)? else { return Ok(None) };
    let sealed: Vec<u8> = row.get(reason)?;
    Ok(Some(Deed {
        by,
        at_ms: row.get(at)?,
        reason: ctx.services.personal.open_text(place(table, reason, id), &sealed)?,
    }))
}

impl Disposal {
    /// Reads a row.
    pub fn read(ctx: &Ctx, row: &Row) -> Result<Disposal, Failure> {
        let id: DisposalId = row.id("id")?;
        let key = id.to_string();
        let deed = |columns| deed(ctx, row, "platform_disposal", &key, columns);
        let years: i64 = row.get("years")?;
        Ok(Disposal {
            id,
            record_type: row.get("record_type")?,
            class: row.get("class")?,
            class_name: LocalText::new(
                row.get::<String>("class_zh")?,
                row.get::<String>("class_en")?,
            ),
            pack: row.get("pack")?,
            years: u16::try_from(years).map_err(Failure::internal)?,
            basis: LocalText::new(row.get::<String>("basis_zh")?, row.get::<String>("basis_en")?),
            division: row.id("division")?,
            state: ListState::parse(&row.get::<String>("state")?),
            items: row.get("items")?,
            oldest: row.get("oldest_ms")?,
            latest: row.get("latest_ms")?,
            begun: row.get("begun_ms")?,
            proposed: deed(["proposed_by", "proposed_ms", "proposed_reason"])?,
            proposed_person: row.get("proposed_person")?,
            returned: deed(["returned_by", "returned_ms", "returned_reason"])?,
            approved: deed(["approved_by", "approved_ms", "approved_reason"])?,
            done: row.get("done_ms")?,
            gone: row.get("gone")?,
            kept: row.get("kept")?,
            files: row.get("files")?,
            digest: row.get("digest")?,
            version: row.get("version")?,
        })
    }

    /// A list by its id.
    pub async fn find(ctx: &Ctx, id: DisposalId) -> Result<Option<Disposal>, Failure> {
        let row = ctx.row(store::DISPOSAL, minshu_kernel::values![id]).await?;
        row.map(|row| Disposal::read(ctx, &row)).transpose()
    }

    /// As access sees it.
    pub fn resource(&self) -> Resource {
        Resource {
            pack: self.pack.clone(),
            division: Some(self.division),
            ..Resource::of("platform.disposal", self.id)
        }
    }

    /// A list that the caller may do this to, in the state that this needs and as it was seen.
    pub async fn for_step(
        ctx: &Ctx,
        id: DisposalId,
        version: i64,
        state: ListState,
    ) -> Result<Disposal, Failure> {
        let list = Disposal::find(ctx, id).await?.ok_or_else(Failure::missing)?;
        ctx.authorize(&list.resource()).map_err(Failure::hidden)?;
        if list.state != state {
            return Err(Failure::new(Kind::Conflict, "platform.disposal_state"));
        }
        if list.version != version {
            return Err(Failure::new(Kind::Conflict, "platform.disposal_changed"));
        }
        Ok(list)
    }
}

/// A hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// What is held: `record:<type>:<id>`, `person:<id>`, `account:<id>`, `organisation:<id>` or `type:<type>`.
    pub target: String,
    /// The type of records that it was placed by.
    pub record_type: String,
    /// The number that it was placed by; empty for a whole type.
    pub number: String,
    /// The pack of the record that it was placed by.
    pub pack: Option<String>,
    /// Where it holds, for a whole type; where the record lies, otherwise.
    pub division: DivisionCode,
    /// Why.
    pub reason: String,
    /// Until when; without end where there is none.
    pub until: Option<Timestamp>,
    /// Who placed it.
    pub placed_by: String,
    /// When it was placed.
    pub placed: Timestamp,
    /// Who lifted it.
    pub lifted: Option<Deed>,
    /// Raised by every action on it.
    pub version: i64,
}

impl Hold {
    /// Reads a row.
    pub fn read(ctx: &Ctx, row: &Row) -> Result<Hold, Failure> {
        let id: HoldId = row.id("id")?;
        let key = id.to_string();
        let sealed: Vec<u8> = row.get("reason")?;
        let lifted = ["lifted_by", "lifted_ms", "lifted_reason"];
        Ok(Hold {
            id,
            target: row.get("target")?,
            record_type: row.get("record_type")?,
            number: row.get("number")?,
            pack: row.get("pack")?,
            division: row.id("division")?,
            reason: ctx
                .services
                .personal
                .open_text(place("platform_hold", "reason", &key), &sealed)?,
            until: row.get("until_ms")?,
            placed_by: row.get("placed_by")?,
            placed: row.get("placed_ms")?,
            lifted: deed(ctx, row, "platform_hold", &key, lifted)?,
            version: row.get("version")?,
        })
    }

    /// As access sees it.
    pub fn resource(&self) -> Resource {
        Resource {
            pack: self.pack.clone(),
            division: Some(self.division),
            ..Resource::of("platform.hold", self.id)
        }
    }

    /// Whether it holds at an instant.
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.lifted.is_none() && self.until.is_none_or(|until| now < until)
    }
}

/// A type of records by its name.
pub fn record_type<'a>(ctx: &'a Ctx, name: &str) -> Option<&'a RecordType> {
    ctx.services.record_types.iter().find(|found| found.name == name)
}

/// The fewest characters of a reason.
const LEAST: usize = 4;
/// The most characters of a reason.
pub const MOST: usize = 500;

/// What somebody wrote, trimmed and within bounds.
pub fn reason(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    match text.chars().count() {
        LEAST..=MOST => Ok(text.to_owned()),
        _ => Err(Failure::invalid(vec![FieldProblem::new(
            "/reason",
            Message::new("platform-records-reason").with("least", LEAST).with("most", MOST),
        )])),
    }
}
