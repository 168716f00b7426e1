//! What casework answers, one file a noun, and the views they share.

pub mod branches;
pub mod case;
pub mod counting;
pub mod draft;
pub mod guide;
pub mod item;
pub mod item_set;
pub mod item_versions;
pub mod items;
pub mod material_object;
pub mod my_cases;
pub mod my_drafts;
pub mod returned;
pub mod unmasked;
pub mod whereabouts;
pub mod work_list;

pub use case::CaseById;
pub use draft::DraftById;
pub use guide::{GuideById, Guides};
pub use item::ItemById;
pub use item_set::ItemSet;
pub use item_versions::{ItemChanges, ItemVersions};
pub use items::Items;
pub use material_object::MaterialObject;
pub use my_cases::MyCases;
pub use my_drafts::MyDrafts;
pub use unmasked::Unmasked;
pub use whereabouts::Whereabouts;
pub use work_list::WorkList;

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::records::Row;
use minshu_kernel::text::{Lang, LocalText};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{CaseId, Flag, MaterialFile, MaterialId, MaterialState, State};
use crate::pack::{Material, SpecialKind};
use crate::stepping::{role_name, section};
use crate::store::cases::{CaseLine, read_branch_line};

/// Who has a case: a role, and the place that its offices serve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Office {
    /// The role.
    pub role: String,
    /// Its name.
    pub role_name: LocalText,
    /// The division.
    pub division: DivisionCode,
    /// Its whole name.
    pub place: LocalText,
}

impl Office {
    pub(crate) fn of(ctx: &Ctx, role: &str, division: DivisionCode) -> Office {
        Office {
            role: role.to_owned(),
            role_name: role_name(ctx, role),
            division,
            place: place_name(ctx, division),
        }
    }
}

/// A division's whole name in both languages.
pub(crate) fn place_name(ctx: &Ctx, division: DivisionCode) -> LocalText {
    let name = |lang| ctx.services.divisions.full_name(division, lang);
    LocalText::new(name(Lang::Zh), name(Lang::En))
}

/// A file of a material.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileView {
    /// The file.
    pub file: MaterialId,
    /// Its name.
    pub name: String,
    /// Its media type by content.
    pub kind: String,
    /// Its size in bytes.
    pub bytes: i64,
    /// Where it stands.
    pub state: MaterialState,
    /// When it came.
    pub uploaded_ms: Timestamp,
    /// Whether it can still be taken out: it belongs to the draft.
    pub removable: bool,
}

/// A material with its files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MaterialView {
    /// Its id within the item.
    pub id: String,
    /// Its name.
    pub name: LocalText,
    /// Whether it must be handed in.
    pub required: bool,
    /// What it must show.
    pub help: Option<LocalText>,
    /// Who issues it.
    pub source: Option<LocalText>,
    /// Kinds of files, as people call them.
    pub kinds: Vec<String>,
    /// The same as media types.
    pub accept: Vec<String>,
    /// The largest file in MiB.
    pub max_mib: u32,
    /// The most files.
    pub max_files: u32,
    /// Its files, replaced ones left out.
    pub files: Vec<FileView>,
    /// What is wrong with it, where it is to be handed in again.
    pub again: Option<String>,
}

impl MaterialView {
    pub(crate) fn of(
        material: &Material,
        required: bool,
        files: &[&MaterialFile],
        again: Option<String>,
    ) -> MaterialView {
        let shown = files.iter().filter(|file| file.material == material.id);
        MaterialView {
            id: material.id.clone(),
            name: material.name.clone(),
            required,
            help: material.help.clone(),
            source: material.source.clone(),
            kinds: material.kinds.iter().map(|kind| kind.word().to_owned()).collect(),
            accept: material.kinds.iter().map(|kind| kind.media_type().to_owned()).collect(),
            max_mib: material.max_mib,
            max_files: material.max_files,
            files: shown
                .filter(|file| file.state != MaterialState::Replaced)
                .map(|file| file_view(file))
                .collect(),
            again,
        }
    }

    /// Whether one more file may come.
    pub fn has_room(&self) -> bool {
        let given = self.files.iter().filter(|file| file.state == MaterialState::Given).count();
        given < self.max_files as usize
    }

    /// Whether a file is there that stands.
    pub fn is_given(&self) -> bool {
        self.files.iter().any(|file| file.state == MaterialState::Given)
    }

    /// Whether it is still to be handed in again.
    pub fn is_asked_again(&self) -> bool {
        !self.is_given() && self.files.iter().any(|f| f.state == MaterialState::Returned)
    }
}

fn file_view(file: &MaterialFile) -> FileView {
    FileView {
        file: file.id,
        name: file.name.clone(),
        kind: file.kind.clone(),
        bytes: file.bytes,
        state: file.state,
        uploaded_ms: file.uploaded,
        removable: file.draft.is_some(),
    }
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseSummary {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// The item: `pack.item`.
    pub item: String,
    /// The item's name.
    pub item_name: LocalText,
    /// The applicant's name.
    pub applicant_name: String,
    /// Where it lies.
    pub division: DivisionCode,
    /// The same by its whole name.
    pub place: LocalText,
    /// Where it stands.
    pub state: State,
    /// The stage's name.
    pub stage_name: LocalText,
    /// Whose turn it is.
    pub role: Option<String>,
    /// The end of the current step.
    pub due_ms: Option<Timestamp>,
    /// The flag.
    pub flag: Flag,
    /// When it was sent in.
    pub submitted_ms: Timestamp,
    /// Its version.
    pub version: i64,
    /// The special procedure for which the clock stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<SpecialKind>,
    /// The department's part of a joint approval that is meant, by its id within the stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

impl CaseSummary {
    /// A department's part, with what a line says of its case.
    pub(crate) async fn of_branch(ctx: &Ctx, row: &Row) -> Result<CaseSummary, Failure> {
        let branch: String = row.get("branch")?;
        let line = read_branch_line(&ctx.services, row)?;
        let item = section(ctx).pinned(ctx, &line.item, &line.item_version).await?;
        let stages = item.item.stage.iter();
        let mut declared = stages.flat_map(|stage| &stage.parallel);
        let name = declared.find(|declared| declared.id == branch).map(|b| b.name.clone());
        let mut summary = CaseSummary::of(ctx, line).await?;
        if let Some(name) = name {
            summary.stage_name = name;
        }
        summary.branch = Some(branch);
        Ok(summary)
    }

    pub(crate) async fn of(ctx: &Ctx, line: CaseLine) -> Result<CaseSummary, Failure> {
        let item = section(ctx).pinned(ctx, &line.item, &line.item_version).await?;
        let stage = item.item.stage.get(line.stage);
        Ok(CaseSummary {
            case: line.id,
            number: line.number,
            item: line.item,
            item_name: item.item.name.clone(),
            applicant_name: line.applicant_name,
            division: line.division,
            place: place_name(ctx, line.division),
            state: line.state,
            stage_name: stage.map_or_else(|| LocalText::new("", ""), |stage| stage.name.clone()),
            role: line.role,
            due_ms: line.due,
            flag: line.flag,
            submitted_ms: line.submitted,
            version: line.version,
            suspended: line.suspended,
            branch: None,
        })
    }
}

/// A limit on the rows of a page, refused outside its bounds.
pub(crate) fn page_limit(limit: Option<u32>, default: u32, most: u32) -> Result<u32, Failure> {
    let limit = limit.unwrap_or(default);
    if (1..=most).contains(&limit) {
        return Ok(limit);
    }
    let message =
        minshu_kernel::text::Message::new("casework-problem-limit").with("most", i64::from(most));
    Err(Failure::invalid(vec![FieldProblem::new("/limit", message)]))
}
