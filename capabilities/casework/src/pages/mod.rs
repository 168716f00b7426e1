//! Pages of casework: what can be applied for, drafts, cases, and the officer's desk.

mod cases;
mod clock;
mod drafts;
mod guides;
mod handling;
mod items;
mod joint;
mod list;
mod materials;
mod panels;
mod parts;
mod review;
mod service_guide;
mod versions;
mod work;

pub(crate) use panels::{documents, items_panel, mine, tasks};
pub(crate) use parts::icon;

use std::sync::Arc;

use minshu_kernel::error::Failure;
use minshu_kernel::objects::Limits;
use minshu_kernel::web::{Route, Visit};

use crate::compile::{CompiledItem, Section};

/// The largest file that any material may be: what an item itself allows is checked after.
const UPLOAD_BYTES_MAX: u64 = 100 << 20;

/// The routes of all pages.
pub(crate) fn routes() -> Vec<Route> {
    let files = || Limits { max_bytes: UPLOAD_BYTES_MAX, kinds: Vec::new() };
    vec![
        Route::get("/items", list::list),
        Route::get("/items/export/csv", list::export_csv),
        Route::get("/items/export/json", list::export_json),
        Route::get("/items/{item}", items::show),
        Route::get("/items/{item}/versions", versions::show),
        Route::get("/guides", guides::list),
        Route::get("/guides/{guide}", guides::show),
        Route::get("/items/{item}/applicants", items::applicants),
        Route::post("/items/{item}/start", items::start),
        Route::get("/drafts", drafts::list),
        Route::get("/drafts/{draft}", drafts::show),
        Route::post("/drafts/{draft}", drafts::save),
        Route::post("/drafts/{draft}/autosave", drafts::autosave),
        Route::post("/drafts/{draft}/discard", drafts::discard),
        Route::get("/drafts/{draft}/materials", materials::show),
        Route::post("/drafts/{draft}/materials/{material}", materials::upload)
            .with_uploads(files()),
        Route::post("/drafts/{draft}/files/{file}/remove", materials::remove),
        Route::get("/drafts/{draft}/files/{file}", materials::download),
        Route::get("/drafts/{draft}/review", review::show),
        Route::post("/drafts/{draft}/submit", review::submit),
        Route::get("/cases", cases::list),
        Route::get("/cases/{case}", cases::show),
        Route::post("/cases/{case}/withdraw", cases::withdraw),
        Route::post("/cases/{case}/correct", cases::correct),
        Route::post("/cases/{case}/urge", cases::urge),
        Route::get("/cases/{case}/materials/{file}", materials::download),
        Route::get("/work", work::list),
        Route::get("/work/{case}", handling::show),
        Route::get("/work/{case}/preview", handling::preview),
        Route::post("/work/{case}/unmask", handling::unmask),
        Route::post("/work/{case}/accept", handling::accept),
        Route::post("/work/{case}/return", handling::return_case),
        Route::post("/work/{case}/refuse", handling::refuse),
        Route::post("/work/{case}/advance", handling::advance),
        Route::post("/work/{case}/decide", handling::decide),
        Route::post("/work/{case}/opine", joint::opine),
        Route::post("/work/{case}/suspend", clock::suspend),
        Route::post("/work/{case}/resume", clock::resume),
        Route::post("/work/{case}/ask-extension", clock::ask_extension),
        Route::post("/work/{case}/extension", clock::answer_extension),
        Route::post("/work/{case}/recall", clock::recall),
        Route::post("/work/{case}/urge", clock::urge),
    ]
}

/// The compiled items in force.
fn section(visit: &Visit) -> Arc<Section> {
    visit.services.packs.current().section(crate::NAME)
}

/// The item version of a draft or a case that the visitor was just shown by a query; the query has authorized.
async fn pinned(visit: &Visit, item: &str, version: &str) -> Result<Arc<CompiledItem>, Failure> {
    section(visit).pinned(&visit.ctx("casework.item"), item, version).await
}
