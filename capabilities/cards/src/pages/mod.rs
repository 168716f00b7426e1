//! Pages of cards: one's own, one card, and the counter's.

mod counter;
mod mine;
mod parts;
#[cfg(test)]
mod tests;

use minshu_kernel::web::Route;

/// The routes of all pages.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/me/cards", mine::show),
        Route::post("/me/cards", mine::bind),
        Route::get("/me/cards/{card}", mine::show_one),
        Route::post("/me/cards/{card}/loss", mine::report_loss),
        Route::post("/me/cards/{card}/end", mine::unbind),
        Route::get("/counter/cards", counter::show),
        Route::post("/counter/cards", counter::search),
        Route::post("/counter/cards/enter", counter::enter),
        Route::post("/counter/cards/{card}", counter::handle),
    ]
}
