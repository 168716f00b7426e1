//! The division tree, province to village (GB/T 2260 to the county, GB/T 10114 to the township,
//! the statistical codes to the village), read at start and kept in compact memory.

mod code;
mod read;

pub use code::{BadDivisionCode, DivisionCode, Level};
pub use read::{DivisionMistake, DivisionProblem};

use crate::text::Lang;
use std::collections::BinaryHeap;

/// Divisions that a search gives at most.
const FOUND_MAX: usize = 100;

/// A division as stored: some 24 bytes, the name in one text with all others.
#[derive(Debug, Clone, Copy)]
struct Entry {
    code: DivisionCode,
    parent: Option<u32>,
    name_start: u32,
    first_child: u32,
    children: u32,
    name_length: u16,
}

/// The tree. Made once at start and shared.
#[derive(Debug, Clone, Default)]
pub struct Divisions {
    /// In the order of the codes, so that the subtree of a regular code stands together.
    entries: Vec<Entry>,
    /// Indexes of entries, those with one parent together and in order.
    children: Vec<u32>,
    names: String,
}

/// A division of the tree.
#[derive(Debug, Clone, Copy)]
pub struct Division<'a> {
    tree: &'a Divisions,
    entry: &'a Entry,
}

impl<'a> Division<'a> {
    /// Its code.
    pub fn code(self) -> DivisionCode {
        self.entry.code
    }

    /// Its own name: 鼓楼区.
    pub fn name(self) -> &'a str {
        self.tree.name(self.entry)
    }

    /// Its level.
    pub fn level(self) -> Level {
        self.entry.code.level()
    }

    /// The division above; none for a province.
    pub fn parent(self) -> Option<Division<'a>> {
        self.entry.parent.and_then(|index| self.tree.at(index))
    }

    /// Whether it has divisions below.
    pub fn has_children(self) -> bool {
        self.entry.children > 0
    }
}

impl PartialEq for Division<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Divisions {
    /// Reads `code,name,parent` lines (UTF-8, a head line, fields may be quoted). All mistakes are
    /// told with their line: bad length, unknown parent, duplicates and so on.
    pub fn from_csv(text: &str) -> Result<Divisions, Vec<DivisionProblem>> {
        read::read(text)
    }

    /// How many divisions there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of memory that the tree holds.
    pub fn memory_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + self.children.capacity() * size_of::<u32>()
            + self.names.capacity()
    }

    /// The division with a code.
    pub fn get(&self, code: DivisionCode) -> Option<Division<'_>> {
        let index = self.entries.binary_search_by_key(&code, |entry| entry.code).ok()?;
        self.entries.get(index).map(|entry| Division { tree: self, entry })
    }

    /// The provinces, in order.
    pub fn roots(&self) -> impl Iterator<Item = Division<'_>> {
        self.entries
            .iter()
            .filter(|entry| entry.parent.is_none())
            .map(|entry| Division { tree: self, entry })
    }

    /// The divisions right below one, in the order of their codes; nothing for an unknown code.
    pub fn children(&self, code: DivisionCode) -> impl Iterator<Item = Division<'_>> {
        let range = self.get(code).map_or(0..0, |division| {
            let first = division.entry.first_child as usize;
            first..first + division.entry.children as usize
        });
        self.children.get(range).unwrap_or_default().iter().filter_map(|index| self.at(*index))
    }

    /// From the province down to the division itself; empty for an unknown code.
    pub fn path(&self, code: DivisionCode) -> Vec<Division<'_>> {
        let mut path: Vec<Division<'_>> =
            std::iter::successors(self.get(code), |division| division.parent()).collect();
        path.reverse();
        path
    }

    /// Whether a division lies in another or is it. False where either is unknown.
    pub fn contains(&self, ancestor: DivisionCode, code: DivisionCode) -> bool {
        std::iter::successors(self.get(code), |division| division.parent())
            .any(|division| division.code() == ancestor)
    }

    /// The division of a level in which this one lies, or itself.
    pub fn ancestor_at(&self, code: DivisionCode, level: Level) -> Option<Division<'_>> {
        std::iter::successors(self.get(code), |division| division.parent())
            .find(|division| division.level() == level)
    }

    /// The codes for the five columns of a scoped table, province to village: what the division
    /// is in, and none below itself.
    pub fn levels(&self, code: DivisionCode) -> [Option<String>; 5] {
        let mut levels = [const { None }; 5];
        for division in self.path(code) {
            levels[division.level() as usize] = Some(division.code().to_string());
        }
        levels
    }

    /// The whole name: 福建省福州市鼓楼区. In English the Chinese names stand apart and the level
    /// follows, since there is no official romanised list: 福建省 福州市 鼓楼区 (county). The code
    /// itself where it is unknown.
    pub fn full_name(&self, code: DivisionCode, lang: Lang) -> String {
        let path = self.path(code);
        let names: Vec<&str> = path.iter().map(|division| division.name()).collect();
        match (lang, path.last()) {
            (_, None) => code.to_string(),
            (Lang::Zh, _) => names.concat(),
            (Lang::En, Some(last)) => format!("{} ({})", names.join(" "), last.level().name().en),
        }
    }

    /// Divisions whose name begins with or holds a text, or whose code begins with it: higher
    /// levels first, within a level those that begin with it first, then by code. At most `limit`
    /// (and 100); nothing for a blank text.
    pub fn search(&self, text: &str, limit: usize) -> Vec<Division<'_>> {
        let text = text.trim();
        let limit = limit.min(FOUND_MAX);
        if text.is_empty() || limit == 0 {
            return Vec::new();
        }
        let by_code = text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
        // The best so far, the worst of them on top.
        let mut best = BinaryHeap::with_capacity(limit + 1);
        for (index, entry) in self.entries.iter().enumerate() {
            let rank = if by_code {
                entry.code.begins_with(text).then_some(0_u8)
            } else {
                self.name(entry).find(text).map(|at| u8::from(at > 0))
            };
            if let Some(rank) = rank {
                best.push((entry.code.level(), rank, index));
                if best.len() > limit {
                    best.pop();
                }
            }
        }
        best.into_sorted_vec()
            .into_iter()
            .filter_map(|(_, _, index)| self.entries.get(index))
            .map(|entry| Division { tree: self, entry })
            .collect()
    }

    fn at(&self, index: u32) -> Option<Division<'_>> {
        self.entries.get(index as usize).map(|entry| Division { tree: self, entry })
    }

    fn name(&self, entry: &Entry) -> &str {
        let start = entry.name_start as usize;
        self.names.get(start..start + usize::from(entry.name_length)).unwrap_or_default()
    }
}

/// A small part of Fujian for tests: three prefectures, four counties, some townships and villages.
pub const SAMPLE: &str = include_str!("../data/divisions-sample.csv");

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn sample() -> Divisions {
        Divisions::from_csv(SAMPLE).unwrap()
    }

    fn code(text: &str) -> DivisionCode {
        text.parse().unwrap()
    }

    fn names<'a>(found: impl IntoIterator<Item = Division<'a>>) -> Vec<&'a str> {
        found.into_iter().map(Division::name).collect()
    }

    #[test]
    fn the_tree_is_walked_down_and_up() {
        let tree = sample();
        assert_eq!(names(tree.roots()), ["福建省"]);
        assert_eq!(names(tree.children(code("350000"))), ["福州市", "厦门市", "泉州市"]);
        assert_eq!(names(tree.children(code("350100"))), ["鼓楼区", "平潭县"]);
        assert_eq!(names(tree.children(code("350102"))), ["鼓东街道", "鼓西街道", "温泉街道"]);
        assert_eq!(tree.children(code("350102001001")).count(), 0);
        assert_eq!(
            names(tree.path(code("350102001001"))),
            ["福建省", "福州市", "鼓楼区", "鼓东街道", "中山社区"]
        );
        assert!(tree.path(code("350999")).is_empty());
        assert_eq!(tree.get(code("350582")).unwrap().name(), "晋江市");
        assert!(tree.get(code("350582")).unwrap().has_children());
    }

    #[test]
    fn a_division_contains_what_lies_in_it() {
        let tree = sample();
        assert!(tree.contains(code("350000"), code("350102001001")));
        assert!(tree.contains(code("350102"), code("350102")));
        assert!(!tree.contains(code("350102001"), code("350102")));
        assert!(!tree.contains(code("350200"), code("350102")));
        assert!(!tree.contains(code("350102"), code("350102999")));
        let ancestor = tree.ancestor_at(code("350102001001"), Level::County).unwrap();
        assert_eq!(ancestor.name(), "鼓楼区");
        assert!(tree.ancestor_at(code("350102"), Level::Village).is_none());
    }

    #[test]
    fn scope_columns_end_at_the_division() {
        let tree = sample();
        let text = |t: &str| Some(t.to_owned());
        assert_eq!(
            tree.levels(code("350102001")),
            [text("350000"), text("350100"), text("350102"), text("350102001"), None]
        );
        assert_eq!(tree.levels(code("350000")), [text("350000"), None, None, None, None]);
    }

    #[test]
    fn full_names_are_written_in_both_languages() {
        let tree = sample();
        assert_eq!(tree.full_name(code("350102"), Lang::Zh), "福建省福州市鼓楼区");
        assert_eq!(tree.full_name(code("350102"), Lang::En), "福建省 福州市 鼓楼区 (county)");
        assert_eq!(tree.full_name(code("350999"), Lang::Zh), "350999");
    }

    #[test]
    fn search_gives_higher_levels_and_beginnings_first() {
        let tree = sample();
        assert_eq!(names(tree.search("鼓", 10)), ["鼓楼区", "鼓东街道", "鼓西街道"]);
        assert_eq!(names(tree.search("江", 10)), ["晋江市"]);
        assert_eq!(names(tree.search("3502", 2)), ["厦门市", "思明区"]);
        assert_eq!(names(tree.search("街道", 2)), ["鼓东街道", "鼓西街道"]);
        assert!(tree.search("  ", 10).is_empty() && tree.search("鼓", 0).is_empty());
        assert_eq!(tree.search("社区", 1_000).len(), 15);
    }

    /// A province of the size of Fujian: 9 prefectures, 84 counties, 1 170 townships, 17 498
    /// villages.
    #[test]
    fn a_province_is_small_in_memory() {
        let mut text = "code,name,parent\n350000,福建省,\n".to_owned();
        let (mut counties, mut townships, mut villages) = (84, 1_170, 17_498);
        for p in 1..=9 {
            let _ = writeln!(text, "35{p:02}00,第{p}市,350000");
            for c in 1..=10.min(counties) {
                counties -= 1;
                let _ = writeln!(text, "35{p:02}{c:02},第{c}县,35{p:02}00");
                for t in 1..=15.min(townships) {
                    townships -= 1;
                    let _ = writeln!(text, "35{p:02}{c:02}{t:03},第{t}街道,35{p:02}{c:02}");
                    for v in 1..=18.min(villages) {
                        villages -= 1;
                        let _ = writeln!(
                            text,
                            "35{p:02}{c:02}{t:03}{v:03},第{v}村民委员会,35{p:02}{c:02}{t:03}"
                        );
                    }
                }
            }
        }
        let tree = Divisions::from_csv(&text).unwrap();
        assert!(tree.len() > 18_000, "{}", tree.len());
        assert!(tree.memory_bytes() < 2 << 20, "{}", tree.memory_bytes());
        assert_eq!(tree.path(code("350510015018")).len(), 5);
    }
}
