//! Item versions: what running cases are pinned to. Written once, never changed.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;
use minshu_kernel::{statements, values};

use crate::compile::CompiledItem;

statements! {
    /// A version's text.
    SELECT_VERSION = "
SELECT content
FROM casework_item_version
WHERE id = $1";

    /// Whether a version is there.
    VERSION_IS_STORED = "
SELECT id
FROM casework_item_version
WHERE id = $1";

    /// A version that may be there already: its id is the hash of its text, so that both are the same.
    INSERT_VERSION = "
INSERT INTO casework_item_version (id, pack, item, content, stored_ms)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING";
}

/// The statement that stores a version, unless it is there.
pub(crate) async fn store_once(
    ctx: &Ctx,
    item: &CompiledItem,
) -> Result<Option<Statement>, Failure> {
    if ctx.row(VERSION_IS_STORED, values![&item.version]).await?.is_some() {
        return Ok(None);
    }
    Ok(Some(insert(item, ctx.now)))
}

fn insert(item: &CompiledItem, now: Timestamp) -> Statement {
    Statement::any(INSERT_VERSION, values![&item.version, &item.pack, &item.id, &item.content, now])
}
