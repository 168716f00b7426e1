//! The checks of what a declared item says of its clock and of departments that work in parallel.

use minshu_kernel::calendar::Limit;
use minshu_kernel::expr::nearest;
use serde_json::Value as Json;

use super::checks::Checks;
use crate::pack::{Branch, BranchAct, Item, Stage};

/// The most departments of a joint approval.
const BRANCHES_MAX: usize = 20;

fn longer(a: Limit, b: Limit) -> bool {
    a.unit() == b.unit() && a.amount() > b.amount()
}

impl Checks<'_> {
    pub(super) fn clock(&self, item: &Item) {
        for (place, special) in item.special.iter().enumerate() {
            let below = format!("/special/{place}");
            self.text(&format!("{below}/basis"), &special.basis, 500);
            if item.special[..place].iter().any(|other| other.kind == special.kind) {
                let word = special.kind.word();
                self.report(&format!("{below}/kind"), format!("\"{word}\" is declared already"));
            }
        }
        if let Some(extension) = &item.extension {
            self.text("/extension/basis", &extension.basis, 500);
            let unit = extension.limit.unit();
            if unit != item.promised.unit() || unit != item.statutory.unit() {
                self.report(
                    "/extension/limit",
                    "an extension is counted like what is promised and what the law sets",
                );
            }
            for (place, stage) in item.stage.iter().enumerate() {
                if stage.limit.unit() != unit {
                    self.report(
                        &format!("/stage/{place}/limit"),
                        format!(
                            "where an extension is possible, stages are counted like it ({})",
                            extension.limit
                        ),
                    );
                }
            }
        }
    }

    pub(super) fn branches(&self, item: &Item, form: &Json) {
        for (place, stage) in item.stage.iter().enumerate() {
            let at = format!("/stage/{place}/parallel");
            let count = stage.parallel.len();
            if count == 1 || count > BRANCHES_MAX {
                self.report(
                    &at,
                    format!("2 to {BRANCHES_MAX} departments work in parallel, not {count}"),
                );
            }
            for (index, branch) in stage.parallel.iter().enumerate() {
                let below = format!("{at}/{index}");
                let known = |other: &&Stage| other.parallel.iter().any(|b| b.id == branch.id);
                if stage.parallel[..index].iter().any(|other| other.id == branch.id)
                    || item.stage[..place].iter().any(|other| known(&other))
                {
                    self.report(
                        &format!("{below}/id"),
                        format!("there is a department \"{}\" already", branch.id),
                    );
                }
                self.branch(&below, item, stage, branch, form);
            }
        }
    }

    fn branch(&self, below: &str, item: &Item, stage: &Stage, branch: &Branch, form: &Json) {
        self.id(&format!("{below}/id"), &branch.id);
        self.text(&format!("{below}/name"), &branch.name, 100);
        if let Some(basis) = &branch.basis {
            self.text(&format!("{below}/basis"), basis, 500);
        }
        if !branch.does.contains(&BranchAct::Opine) {
            self.report(&format!("{below}/does"), "a department gives an opinion: \"opine\"");
        }
        if longer(branch.limit, stage.limit) {
            self.report(
                &format!("{below}/limit"),
                format!("{} is longer than the stage ({})", branch.limit, stage.limit),
            );
        }
        for (index, id) in branch.materials.iter().enumerate() {
            if item.material.iter().any(|material| material.id == *id) {
                continue;
            }
            let known = item.material.iter().map(|material| material.id.as_str());
            let hint = nearest(id, known).map(|n| format!("; did you mean \"{n}\"?"));
            self.report(
                &format!("{below}/materials/{index}"),
                format!("there is no material \"{id}\"{}", hint.unwrap_or_default()),
            );
        }
        for (index, pointer) in branch.fields.iter().enumerate() {
            self.field(&format!("{below}/fields/{index}"), form, pointer);
        }
    }
}
