//! Pages of licences: the holder's wallet and one licence, what a stranger sees, verification, the office's desk, seals.

mod desk;
mod file;
mod parts;
mod seals;
mod seen;
mod show;
#[cfg(test)]
mod tests;
mod verify;
mod wallet;

use minshu_kernel::objects::Limits;
use minshu_kernel::web::Route;

pub(crate) use wallet::mine;

/// The largest document that is looked at: what one call can carry.
const DOCUMENT_BYTES: u64 = 360 * 1024;

/// The routes of all pages.
pub(crate) fn routes() -> Vec<Route> {
    let document = Limits {
        max_bytes: DOCUMENT_BYTES,
        kinds: vec![crate::issuing::OFD.to_owned(), "application/zip".to_owned()],
    };
    vec![
        Route::get("/me/licences", wallet::show),
        Route::get("/me/licences/{licence}", wallet::show_one),
        Route::get("/me/licences/{licence}/show", show::ask),
        Route::post("/me/licences/{licence}/show", show::make),
        Route::post("/me/licences/{licence}/showings/{showing}", show::end),
        Route::get("/l/{code}", seen::show),
        Route::post("/l/{code}", seen::open),
        Route::get("/verify", verify::show),
        Route::post("/verify", verify::by_identifier),
        Route::post("/verify/document", verify::by_document).with_uploads(document),
        Route::get("/licences/desk", desk::show),
        Route::get("/licences/desk/issue", desk::draw),
        Route::post("/licences/desk/issue", desk::issue),
        Route::get("/licences/desk/{licence}", wallet::at_desk),
        Route::post("/licences/desk/{licence}", desk::handle),
        Route::post("/licences/desk/{licence}/waiting", desk::waiting),
        Route::get("/licences/desk/{licence}/change", desk::draw_change),
        Route::post("/licences/desk/{licence}/change", desk::change),
        Route::get("/licences/{licence}/document.ofd", file::ofd),
        Route::get("/licences/{licence}/document.pdf", file::pdf),
        Route::get("/licences/seals", seals::show),
        Route::post("/licences/seals", seals::propose),
        Route::post("/licences/seals/{seal}", seals::handle),
    ]
}
