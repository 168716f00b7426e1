//! The set of packs in force, for operators: which, since when, by whom, what was refused, and how many open cases are
//! finished under an earlier version.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{Page, Reply, Visit};

use super::Pages;
use crate::packs::pins::{self, Staying};
use crate::platform::queries::packs_in_force::{InForce, PacksInForce};

#[derive(Template)]
#[template(path = "pages/packs.html")]
pub(super) struct PacksPage {
    pub t: Speaker,
    pub hash: String,
    pub since: String,
    pub by: String,
    /// Empty where there was none.
    pub before: String,
    pub figures: Vec<(String, String)>,
    /// What speaks against the set on disk.
    pub refused: Vec<String>,
    /// Open cases of earlier versions, a line each.
    pub staying: Vec<String>,
}

impl PacksPage {
    pub(super) fn of(
        t: Speaker,
        found: InForce,
        refused: Vec<String>,
        staying: &[Staying],
    ) -> PacksPage {
        let by = match (found.at_start, found.system_user) {
            (true, _) => t.say("platform-packs-by-start"),
            (false, Some(user)) => {
                // A number of the system, not an amount: without grouping.
                let message = Message::new("platform-packs-by-console-user");
                t.message(&message.with("user", user.to_string()))
            }
            (false, None) => t.say("platform-packs-by-console"),
        };
        PacksPage {
            hash: found.hash,
            since: show::instant(&t, found.since),
            by,
            before: found.hash_before,
            figures: vec![
                (t.say("platform-packs-count"), show::number(found.packs)),
                (t.say("platform-packs-declaring"), show::number(found.declaring)),
            ],
            refused,
            staying: staying.iter().map(|s| s.say(&t)).collect(),
            t,
        }
    }
}

/// Shows the set in force.
pub(super) async fn show(pages: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let found = visit.ask(&PacksInForce {}).await?;
    let house = &pages.house;
    let set = visit.services.packs.current();
    let open = pins::open(&house.capabilities, &*visit.services.records, &set).await?;
    let staying = pins::staying(&house.capabilities, &open, &set);
    let t = visit.speaker();
    let refused = house.packs.refused().lines(&t);
    let page = PacksPage::of(t, found, refused, &staying);
    let title = page.t.say("platform-navigation-packs");
    Ok(Page::new("platform.packs", title, &page)?.into())
}

#[cfg(test)]
pub(super) mod sample {
    use minshu_kernel::clock::Timestamp;
    use minshu_kernel::pack::PackProblem;

    use super::*;
    use crate::packs::apply::Refusal;
    use crate::packs::pins::{Break, Missing};

    /// The set in force, with one that was refused and cases of an earlier version, or without.
    pub(in super::super) fn page(t: &Speaker, troubled: bool) -> PacksPage {
        let found = InForce {
            hash: "0b1c".into(),
            hash_before: if troubled { "9f3e".into() } else { String::new() },
            since: Timestamp::start_of(jiff::civil::date(2026, 3, 5)),
            by: "console".into(),
            system_user: Some(1000),
            at_start: !troubled,
            packs: 176,
            declaring: 3,
        };
        let item = || ("casework.item".to_owned(), "window.food".to_owned());
        let (kind, id) = item();
        let broken = Break { kind, id, missing: Missing::Declaration, records: 1_200 };
        let problem = PackProblem {
            file: "06-public-services/window/pack.toml".into(),
            line: 3,
            column: 5,
            message: "the key lead is missing".into(),
        };
        let refusal = Refusal { problems: vec![problem], breaks: vec![broken] };
        let (kind, id) = item();
        let staying = Staying { kind, id, records: 12 };
        match troubled {
            true => PacksPage::of(t.clone(), found, refusal.lines(t), &[staying]),
            false => PacksPage::of(t.clone(), found, Vec::new(), &[]),
        }
    }
}
