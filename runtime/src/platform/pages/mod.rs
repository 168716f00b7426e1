//! The platform's own pages: front, chapters, systems, one's own home, search, audit, flows, calendar. They show what
//! the whole house offers, so their handlers hold the house and not the visit alone.

mod audit;
mod calendar;
mod chapter;
mod corrections;
mod disposals;
mod documents;
mod flows;
mod front;
mod holds;
mod home;
mod own;
mod packs;
mod parts;
mod search;
mod subscriptions;
mod system;
mod systems;
mod telephone;
#[cfg(test)]
mod tests;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests_house;
#[cfg(test)]
mod tests_records;

use std::future::Future;
use std::sync::Arc;

use minshu_kernel::access::Resource;
use minshu_kernel::capability::{Contract, NavigationEntry};
use minshu_kernel::error::Failure;
use minshu_kernel::web::{Reply, Route, Visit};

use crate::house::House;
use documents::Documents;

/// What the handlers hold.
pub(crate) struct Pages {
    house: Arc<House>,
    documents: Documents,
}

/// Adds the lines of the navigation and the tasks of operators.
pub fn describe(contract: &mut Contract) {
    contract.navigation.extend([
        NavigationEntry {
            key: "platform-navigation-home",
            href: "/home",
            icon: "house",
            operation: "platform.systems",
            order: 10,
        },
        NavigationEntry {
            key: "platform-navigation-flows",
            href: "/operations/flows",
            icon: "workflow",
            operation: "platform.dead_letters",
            order: 60,
        },
        NavigationEntry {
            key: "platform-navigation-subscriptions",
            href: "/operations/subscriptions",
            icon: "send",
            operation: "platform.subscriptions",
            order: 65,
        },
        NavigationEntry {
            key: "platform-navigation-packs",
            href: "/operations/packs",
            icon: "folder-open",
            operation: "platform.packs_in_force",
            order: 68,
        },
        NavigationEntry {
            key: "platform-navigation-corrections",
            href: "/records/corrections",
            icon: "pencil",
            operation: "platform.corrections",
            order: 66,
        },
        NavigationEntry {
            key: "platform-navigation-disposals",
            href: "/records/disposals",
            icon: "archive",
            operation: "platform.disposals",
            order: 69,
        },
        NavigationEntry {
            key: "platform-navigation-audit",
            href: "/audit",
            icon: "list-checks",
            operation: "platform.audit_entries",
            order: 70,
        },
        NavigationEntry {
            key: "platform-navigation-systems",
            href: "/systems",
            icon: "landmark",
            operation: "platform.systems",
            order: 90,
        },
    ]);
    contract.tasks.push(Arc::new(|visit, ()| Box::pin(subscriptions::tasks(visit))));
}

/// The routes of the platform's pages, once the house stands.
pub fn house_routes(house: &Arc<House>) -> Vec<Route> {
    let pages = &Arc::new(Pages { house: house.clone(), documents: Documents::default() });
    vec![
        get(pages, "/", front::show),
        get(pages, "/chapters/{folder}", chapter::show),
        get(pages, "/systems", systems::show),
        get(pages, "/systems/{id}", system::show),
        get(pages, "/systems/{id}/scenario", system::show_scenario),
        get(pages, "/home", home::show),
        get(pages, "/search", search::show),
        get(pages, "/audit", audit::show),
        post(pages, "/audit/verify", audit::verify),
        get(pages, "/operations/flows", flows::show),
        post(pages, "/operations/flows/{letter}", flows::end),
        get(pages, "/operations/subscriptions", subscriptions::show),
        post(pages, "/operations/subscriptions", subscriptions::add),
        get(pages, "/operations/subscriptions/{subscription}", subscriptions::show_one),
        post(pages, "/operations/subscriptions/{subscription}", subscriptions::change),
        get(pages, "/operations/packs", packs::show),
        get(pages, "/records/disposals", disposals::show),
        get(pages, "/records/disposals/{list}", disposals::show_one),
        post(pages, "/records/disposals/{list}", disposals::change),
        get(pages, "/me/corrections", corrections::show_own),
        post(pages, "/me/corrections", corrections::ask),
        get(pages, "/records/corrections", corrections::show),
        post(pages, "/records/corrections/{correction}", corrections::decide),
        get(pages, "/records/holds", holds::show),
        post(pages, "/records/holds", holds::add),
        post(pages, "/records/holds/{hold}", holds::lift),
        get(pages, "/demo/telephone", telephone::show),
        get(pages, "/calendar", calendar::show),
        post(pages, "/calendar", calendar::declare),
    ]
}

fn get<F, R>(pages: &Arc<Pages>, path: &'static str, handler: F) -> Route
where
    F: Fn(Arc<Pages>, Arc<Visit>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Reply, Failure>> + Send + 'static,
{
    let pages = pages.clone();
    Route::get(path, move |visit| handler(pages.clone(), visit))
}

fn post<F, R>(pages: &Arc<Pages>, path: &'static str, handler: F) -> Route
where
    F: Fn(Arc<Pages>, Arc<Visit>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Reply, Failure>> + Send + 'static,
{
    let pages = pages.clone();
    Route::post(path, move |visit| handler(pages.clone(), visit))
}

/// Refuses a page before anything is read, as the operation itself would.
fn must(visit: &Visit, operation: &'static str) -> Result<(), Failure> {
    visit.ctx(operation).authorize(&Resource::platform())
}

/// A query's value as it was typed, cut to what a field holds.
fn typed(visit: &Visit, name: &str) -> String {
    visit.asked(name).unwrap_or("").trim().chars().take(100).collect()
}
