//! What can be applied for.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compile::CompiledItem;
use crate::elements::{Elements, Kind, Online, Topic};
use crate::pack::Applicant;
use crate::stepping::section;

/// Asks for items.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Items {
    /// Words that the name or summary must hold, in either language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), example = &"广告")]
    pub q: Option<String>,
    /// Of this pack alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), example = &"gov-single-window")]
    pub pack: Option<String>,
    /// Of this department alone, by its code on this platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), example = &"market-supervision")]
    pub department: Option<String>,
    /// Of this kind alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"licence")]
    pub kind: Option<Kind>,
    /// On this topic alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"operating")]
    pub topic: Option<Topic>,
    /// Those for which a person, or an organisation, may apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"organisation")]
    pub applicant: Option<Applicant>,
    /// Those that go so far on line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"whole")]
    pub online: Option<Online>,
}

/// Items in the order of the packs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ItemList {
    /// The items.
    pub items: Vec<ItemCard>,
    /// What may be chosen among all items that hold the words, whatever else is asked.
    pub facets: Facets,
}

/// By what items may be chosen, with how many there are of each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Facets {
    /// Departments, by code.
    pub departments: Vec<Facet>,
    /// Kinds.
    pub kinds: Vec<Facet>,
    /// Topics.
    pub topics: Vec<Facet>,
    /// How far they go on line.
    pub online: Vec<Facet>,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Facet {
    /// The value to ask with.
    pub value: String,
    /// What people call it.
    pub name: LocalText,
    /// How many items.
    pub count: u32,
}

/// An item in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemCard {
    /// `pack.item`.
    pub id: String,
    /// The pack.
    pub pack: String,
    /// The system's name.
    pub pack_name: LocalText,
    /// The item's name.
    pub name: LocalText,
    /// What it is for and for whom.
    pub summary: LocalText,
    /// Who may apply.
    pub applicant: Applicant,
    /// The promised limit, such as `15 working days`.
    pub promised: String,
    /// Whether nothing is charged.
    pub free: bool,
    /// Whether it takes no new applications for now.
    pub closed: bool,
    /// The department's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<LocalText>,
    /// The kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// How far it goes on line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<Online>,
}

impl Query for Items {
    const NAME: &'static str = "casework.items";
    const DOC: &'static str = "What can be applied for, in the order of the packs.";
    type Reply = ItemList;

    async fn answer(self, ctx: &Ctx) -> Result<ItemList, Failure> {
        ctx.authorize(&Resource::of("casework.item", "*"))?;
        let words: Vec<String> = self
            .q
            .iter()
            .flat_map(|q| q.split_whitespace())
            .take(10)
            .map(str::to_lowercase)
            .collect();
        let section = section(ctx);
        let among: Vec<&CompiledItem> = section
            .items()
            .map(|item| &**item)
            .filter(|item| self.pack.as_ref().is_none_or(|pack| *pack == item.pack))
            .filter(|item| holds(item, &words))
            .collect();
        let items = among.iter().filter(|item| self.chooses(item)).map(|item| card(ctx, item));
        let (items, facets) = (items.collect(), facets(&among));
        Ok(ItemList { items, facets })
    }
}

impl Items {
    fn chooses(&self, item: &CompiledItem) -> bool {
        let elements = &item.item.elements;
        let department = elements.department.as_ref().map(|d| d.code.as_str());
        let takes = match self.applicant {
            None | Some(Applicant::Any) => true,
            Some(Applicant::Person) => item.item.applicant.takes_persons(),
            Some(Applicant::Organisation) => item.item.applicant.takes_organisations(),
        };
        takes
            && self.department.as_deref().is_none_or(|code| department == Some(code))
            && self.kind.is_none_or(|kind| elements.kind == Some(kind))
            && self.topic.is_none_or(|topic| elements.topics.contains(&topic))
            && self.online.is_none_or(|online| elements.online == Some(online))
    }
}

/// What may be chosen: departments in the order of the packs, the rest in the order of the national lists.
fn facets(among: &[&CompiledItem]) -> Facets {
    let mut departments: Vec<Facet> = Vec::new();
    for item in among {
        let Some(department) = &item.item.elements.department else { continue };
        match departments.iter_mut().find(|facet| facet.value == department.code) {
            Some(facet) => facet.count += 1,
            None => departments.push(Facet {
                value: department.code.clone(),
                name: department.name.clone(),
                count: 1,
            }),
        }
    }
    let facet = |word: &str, name: LocalText, has: &dyn Fn(&Elements) -> bool| {
        let count = among.iter().filter(|item| has(&item.item.elements)).count();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        (count > 0).then(|| Facet { value: word.to_owned(), name, count })
    };
    Facets {
        departments,
        kinds: Kind::ALL
            .iter()
            .filter_map(|kind| facet(kind.word(), kind.name(), &|e| e.kind == Some(*kind)))
            .collect(),
        topics: Topic::ALL
            .iter()
            .filter_map(|topic| facet(topic.word(), topic.name(), &|e| e.topics.contains(topic)))
            .collect(),
        online: Online::ALL
            .iter()
            .filter_map(|depth| facet(depth.word(), depth.name(), &|e| e.online == Some(*depth)))
            .collect(),
    }
}

fn holds(item: &CompiledItem, words: &[String]) -> bool {
    let texts = [&item.item.name, &item.item.summary];
    words.iter().all(|word| {
        texts
            .iter()
            .any(|text| text.zh.contains(word.as_str()) || text.en.to_lowercase().contains(word))
    })
}

/// The name of a pack in force.
pub(crate) fn pack_name(ctx: &Ctx, pack: &str) -> LocalText {
    let packs = ctx.services.packs.current();
    packs.pack(pack).map_or_else(|| LocalText::new(pack, pack), |info| info.name.clone())
}

/// An item as lists show it.
pub(crate) fn card(ctx: &Ctx, item: &CompiledItem) -> ItemCard {
    ItemCard {
        id: item.id.clone(),
        pack: item.pack.clone(),
        pack_name: pack_name(ctx, &item.pack),
        name: item.item.name.clone(),
        summary: item.item.summary.clone(),
        applicant: item.item.applicant,
        promised: item.item.promised.to_string(),
        free: item.item.fees.is_empty(),
        closed: item.item.closed.is_some(),
        department: item.item.elements.department.as_ref().map(|d| d.name.clone()),
        kind: item.item.elements.kind,
        online: item.item.elements.online,
    }
}
