//! What the national elements of an item become on its page: short facts on top, the rest behind headings.

use minshu_kernel::text::{LocalText, Speaker};

use crate::elements::{Elements, Online};
use crate::exchange::columns::ROWS;
use crate::pack::{Applicant, Item, Material};

/// A short fact with its name.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
    /// Whether it is a code, set in figures of one width.
    pub(super) code: bool,
}

/// A counter with its hours.
pub(super) struct CounterLine {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) hours: String,
    pub(super) phone: Option<String>,
}

/// How one gets it done: on line, or how often one goes and why.
pub(super) fn way(t: &Speaker, elements: &Elements) -> (String, Option<String>) {
    let reason = elements.visits_reason.as_ref().map(|reason| t.local(reason).to_owned());
    let way = match (elements.online, elements.visits) {
        (None | Some(Online::Whole), None | Some(0)) => t.say("casework-online"),
        (_, Some(0)) => t.say("casework-no-visit"),
        (_, Some(visits)) => t.say1("casework-visits", "count", i64::from(visits)),
        (Some(online), None) => t.local(&online.name()).to_owned(),
    };
    (way, reason)
}

/// The tags under the title: kind, on the spot or promised, how far on line, where it is taken.
pub(super) fn tags(t: &Speaker, elements: &Elements) -> Vec<String> {
    let names = [
        elements.kind.map(|kind| kind.name()),
        elements.project_type.map(|of| of.name()),
        elements.online.map(|online| online.name()),
    ];
    let across = elements.across.map(|area| t.say1("casework-taken-across", "area", area.name()));
    names.into_iter().flatten().map(|name| t.local(&name).to_owned()).chain(across).collect()
}

/// The counters where one can go.
pub(super) fn counters(t: &Speaker, elements: &Elements) -> Vec<CounterLine> {
    let line = |counter: &crate::elements::Counter| CounterLine {
        name: t.local(&counter.name).to_owned(),
        address: t.local(&counter.address).to_owned(),
        hours: t.local(&counter.hours).to_owned(),
        phone: counter.phone.clone(),
    };
    elements.counters.iter().map(line).collect()
}

/// The elements that a directory lists, with the names that departments know them by.
pub(super) fn facts(t: &Speaker, item: &Item) -> Vec<Fact> {
    let elements = &item.elements;
    let name = |at: &str| {
        let column = ROWS[0].columns.iter().find(|column| column.at == at);
        column.map_or_else(String::new, |c| t.local(&LocalText::new(c.header, c.en)).to_owned())
    };
    let several = |names: Vec<LocalText>| {
        let names = names.iter().map(|name| t.local(name).to_owned());
        Some(super::parts::joined(t, names)).filter(|text| !text.is_empty())
    };
    let one = |name: Option<LocalText>| name.map(|name| t.local(&name).to_owned());
    let mut facts = Vec::new();
    let mut fact = |at: &str, value: Option<String>, code: bool| {
        if let Some(value) = value {
            facts.push(Fact { name: name(at), value, code });
        }
    };
    fact("/elements/kind", one(elements.kind.map(|kind| kind.name())), false);
    fact("/elements/catalogue_code", elements.catalogue_code.clone(), true);
    fact("/elements/task_code", elements.task_code.clone(), true);
    fact("/elements/handling_code", elements.handling_code.clone(), true);
    let department = elements.department.as_ref();
    fact("/elements/department/name/zh", department.map(|d| t.local(&d.name).to_owned()), false);
    fact("/elements/department/uscc", department.and_then(|d| d.uscc.clone()), true);
    fact("/handled_at", one(Some(item.handled_at.name())), false);
    fact("/elements/power_source", one(elements.power_source.map(|s| s.name())), false);
    let applicant = match item.applicant {
        Applicant::Person => "casework-items-persons",
        Applicant::Organisation => "casework-items-organisations",
        Applicant::Any => "casework-items-everybody",
    };
    fact("/applicant", Some(t.say(applicant)), false);
    fact("/elements/project_type", one(elements.project_type.map(|of| of.name())), false);
    fact("/statutory", Some(t.message(&item.statutory.message())), false);
    fact("/promised", Some(t.message(&item.promised.message())), false);
    fact("/elements/visits", elements.visits.map(|visits| visits.to_string()), false);
    fact("/elements/online", one(elements.online.map(|online| online.name())), false);
    fact("/elements/across", one(elements.across.map(|across| across.name())), false);
    let ways = elements.conveniences.iter().map(|way| way.name()).collect();
    fact("/elements/conveniences", several(ways), false);
    let topics = elements.topics.iter().map(|topic| topic.name()).collect();
    fact("/elements/topics", several(topics), false);
    fact("/result/kind", one(item.result.kind.map(|kind| kind.name())), false);
    let delivery = item.result.delivery.iter().map(|way| way.name()).collect();
    fact("/result/delivery", several(delivery), false);
    fact("/phone", item.phone.clone(), true);
    fact("/elements/supervision", elements.supervision.clone(), true);
    facts
}

/// What the elements say of a material: form, copies, by what it is accepted, which licence takes its place.
pub(super) fn material_notes(t: &Speaker, material: &Material) -> Vec<String> {
    let mut notes = Vec::new();
    if !material.forms.is_empty() {
        let names = material.forms.iter().map(|form| t.local(&form.name()).to_owned());
        let forms = super::parts::joined(t, names);
        notes.push(match material.copies {
            Some(copies) => t.say2(
                "casework-material-forms-copies",
                ("forms", forms),
                ("copies", i64::from(copies)),
            ),
            None => t.say1("casework-material-forms", "forms", forms),
        });
    }
    if let Some(standard) = &material.standard {
        notes.push(t.say1("casework-material-standard", "standard", standard));
    }
    notes
}
