//! Files handed in as materials.

use minshu_kernel::ctx::{Ctx, Services};
use minshu_kernel::error::Failure;
use minshu_kernel::objects::{ObjectAddress, Stored};
use minshu_kernel::personal::Sealer;
use minshu_kernel::records::{Row, Statement};
use minshu_kernel::{statements, values};

use super::{place, word};
use crate::error::CaseworkError;
use crate::model::{CaseId, Draft, DraftId, MaterialFile, MaterialId, MaterialState};

statements! {
    /// A draft's files.
    MATERIALS_OF_DRAFT = "
SELECT id, draft_id, case_id, material, name, object, kind, bytes, state, uploaded_ms
FROM casework_material
WHERE draft_id = $1
ORDER BY id ASC
LIMIT 1000";

    /// A case's files.
    MATERIALS_OF_CASE = "
SELECT id, draft_id, case_id, material, name, object, kind, bytes, state, uploaded_ms
FROM casework_material
WHERE case_id = $1
ORDER BY id ASC
LIMIT 1000";

    /// A file.
    SELECT_MATERIAL = "
SELECT id, draft_id, case_id, material, name, object, kind, bytes, state, uploaded_ms
FROM casework_material
WHERE id = $1";

    /// Whether a file of a draft or a case is this object.
    MATERIAL_OF_OBJECT = "
SELECT id
FROM casework_material
WHERE object = $1
LIMIT 1";

    /// The objects of a case, and of a correction of it that was begun: names stay sealed.
    OBJECTS_OF_CASE = "
SELECT object
FROM casework_material
WHERE case_id = $1
UNION
SELECT m.object
FROM casework_draft AS d
JOIN casework_material AS m ON m.draft_id = d.id
WHERE d.case_id = $1";

    /// A new file of a draft.
    INSERT_MATERIAL = "
INSERT INTO casework_material (id, draft_id, case_id, material, name, object, kind, bytes,
  fingerprint, state, uploaded_ms)
VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, 'given', $9)";

    /// The same name under another key.
    SEAL_MATERIAL_ANEW = "
UPDATE casework_material
SET name = $2
WHERE id = $1";

    /// A file that is taken out of a draft.
    DELETE_MATERIAL = "
DELETE FROM casework_material
WHERE id = $1
  AND draft_id = $2";

    /// All files of a draft that is thrown away.
    DELETE_MATERIALS = "
DELETE FROM casework_material
WHERE draft_id = $1";

    /// A return that was taken back: what was to be handed in again stands.
    TAKE_RETURN_BACK = "
UPDATE casework_material
SET state = 'given'
WHERE case_id = $1
  AND state = 'returned'";

    /// The files of a draft go to its case.
    GIVE_MATERIALS = "
UPDATE casework_material
SET case_id = $2,
  draft_id = NULL
WHERE draft_id = $1";

    /// The files of one material are to be handed in again.
    RETURN_MATERIAL = "
UPDATE casework_material
SET state = 'returned'
WHERE case_id = $1
  AND material = $2
  AND state = 'given'";

    /// Files to be handed in again were: before the new ones come.
    REPLACE_RETURNED = "
UPDATE casework_material
SET state = 'replaced'
WHERE case_id = $1
  AND state = 'returned'";
}

const TABLE: &str = "casework_material";

fn read(services: &Services, row: &Row) -> Result<MaterialFile, Failure> {
    let id: MaterialId = row.id("id")?;
    let row_id = id.to_string();
    let name: Vec<u8> = row.get("name")?;
    let object: String = row.get("object")?;
    Ok(MaterialFile {
        id,
        draft: row.id_or_null("draft_id")?,
        case: row.id_or_null("case_id")?,
        material: row.get("material")?,
        name: services.personal.open_text(place(TABLE, "name", &row_id), &name)?,
        object: ObjectAddress::parse(&object).ok_or_else(|| CaseworkError::Damaged {
            table: TABLE,
            id: row_id,
            what: "object is no address".into(),
        })?,
        kind: row.get("kind")?,
        bytes: row.get("bytes")?,
        state: word(row, "state", TABLE, MaterialState::parse)?,
        uploaded: row.get("uploaded_ms")?,
    })
}

fn read_all(ctx: &Ctx, rows: &[Row]) -> Result<Vec<MaterialFile>, Failure> {
    rows.iter().map(|row| read(&ctx.services, row)).collect()
}

/// The name of a file for the archive.
pub(crate) fn seal_anew(file: &MaterialFile, archive: &Sealer) -> Statement {
    let id = file.id.to_string();
    let name = archive.seal_text(place(TABLE, "name", &id), &file.name);
    Statement::one(SEAL_MATERIAL_ANEW, values![file.id, name])
}

/// A draft's files, oldest first.
pub(crate) async fn of_draft(ctx: &Ctx, draft: DraftId) -> Result<Vec<MaterialFile>, Failure> {
    read_all(ctx, &ctx.rows(MATERIALS_OF_DRAFT, values![draft]).await?)
}

/// A case's files, oldest first.
pub(crate) async fn of_case(ctx: &Ctx, case: CaseId) -> Result<Vec<MaterialFile>, Failure> {
    read_all(ctx, &ctx.rows(MATERIALS_OF_CASE, values![case]).await?)
}

/// The objects of a case, each once.
pub(crate) async fn objects_of_case(
    ctx: &Ctx,
    case: CaseId,
) -> Result<Vec<ObjectAddress>, Failure> {
    let mut objects: Vec<ObjectAddress> = Vec::new();
    for row in ctx.rows(OBJECTS_OF_CASE, values![case]).await? {
        let object = ObjectAddress::parse(&row.get::<String>("object")?);
        objects.extend(object.filter(|object| !objects.contains(object)));
    }
    Ok(objects)
}

/// A file by id.
pub(crate) async fn find(ctx: &Ctx, id: MaterialId) -> Result<Option<MaterialFile>, Failure> {
    let row = ctx.row(SELECT_MATERIAL, values![id]).await?;
    row.map(|row| read(&ctx.services, &row)).transpose()
}

/// The statement that adds a file to a draft.
pub(crate) async fn insert(
    ctx: &Ctx,
    id: MaterialId,
    draft: &Draft,
    material: &str,
    name: &str,
    stored: &Stored,
) -> Result<Statement, Failure> {
    let row_id = id.to_string();
    let sealer = ctx.sealer(draft.owner.subject()).await?;
    let sealed = sealer.seal_text(place(TABLE, "name", &row_id), name);
    let bytes = i64::try_from(stored.bytes).unwrap_or(i64::MAX);
    Ok(Statement::one(
        INSERT_MATERIAL,
        values![
            &row_id,
            draft.id,
            material,
            sealed,
            stored.address.as_str(),
            &stored.kind,
            bytes,
            &stored.fingerprint,
            ctx.now,
        ],
    ))
}
