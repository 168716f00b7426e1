//! The division file: `code,name,parent` lines, in any order.

use super::{DivisionCode, Divisions, Entry, Level};
use crate::text::Message;

/// Bytes of a file at most: all of China with its villages has some 40 MB.
const FILE_MAX: usize = 64 << 20;
/// Bytes of a name at most.
const NAME_MAX: usize = 240;
/// Mistakes told at most.
const PROBLEMS_MAX: usize = 100;
/// The first line.
const HEAD: &str = "code,name,parent";

/// A mistake in a division file, and its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {mistake}")]
pub struct DivisionProblem {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub mistake: DivisionMistake,
}

/// What is wrong in a line of a division file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DivisionMistake {
    /// More than 64 MiB.
    #[error("the file is larger than 64 MiB")]
    TooLarge,
    /// The first line is another.
    #[error("the first line should be \"{HEAD}\"")]
    Head,
    /// Not three fields.
    #[error("{0} fields instead of 3")]
    Fields(usize),
    /// Not 6, 9 or 12 digits.
    #[error("{0:?} is no division code: 6, 9 or 12 digits are wanted")]
    Code(String),
    /// An empty or endless name.
    #[error("the name is empty or longer than {NAME_MAX} bytes")]
    Name,
    /// The code for the second time.
    #[error("the code {0} stands twice")]
    Twice(DivisionCode),
    /// No line has the parent's code.
    #[error("no division has the parent's code {0}")]
    UnknownParent(DivisionCode),
    /// The parent is not of a higher level.
    #[error("the parent {0} is not of a higher level")]
    LowParent(DivisionCode),
    /// Only provinces are without a parent.
    #[error("the parent is missing: only a province has none")]
    NoParent,
}

impl DivisionProblem {
    /// What the operator is told.
    pub fn message(&self) -> Message {
        use DivisionMistake as M;
        let code = |key: &'static str, code: &DivisionCode| {
            Message::new(key).with("code", code.to_string())
        };
        let message = match &self.mistake {
            M::TooLarge => "division-file-too-large".into(),
            M::Head => Message::new("division-head").with("head", HEAD),
            M::Fields(found) => Message::new("division-fields").with("found", *found),
            M::Code(text) => Message::new("division-code").with("found", text.as_str()),
            M::Name => "division-name".into(),
            M::Twice(twice) => code("division-twice", twice),
            M::UnknownParent(parent) => code("division-unknown-parent", parent),
            M::LowParent(parent) => code("division-low-parent", parent),
            M::NoParent => "division-no-parent".into(),
        };
        message.with("line", self.line)
    }
}

/// A line that was read.
struct Row<'a> {
    code: DivisionCode,
    name: &'a str,
    parent: Option<DivisionCode>,
    line: usize,
}

pub(super) fn read(text: &str) -> Result<Divisions, Vec<DivisionProblem>> {
    let mut problems = Vec::new();
    let mut report = |line: usize, mistake: DivisionMistake| {
        if problems.len() < PROBLEMS_MAX {
            problems.push(DivisionProblem { line, mistake });
        }
    };
    let mut rows = Vec::new();
    if text.len() > FILE_MAX {
        report(1, DivisionMistake::TooLarge);
    } else {
        rows = read_rows(text, &mut report);
    }
    rows.sort_by_key(|row| row.code);
    for pair in rows.windows(2) {
        if let [first, second] = pair
            && first.code == second.code
        {
            report(first.line.max(second.line), DivisionMistake::Twice(first.code));
        }
    }
    let parents: Vec<Option<u32>> =
        rows.iter().map(|row| find_parent(&rows, row, &mut report)).collect();
    if problems.is_empty() {
        Ok(assemble(&rows, &parents))
    } else {
        problems.sort_by_key(|problem| problem.line);
        Err(problems)
    }
}

fn read_rows<'a>(text: &'a str, report: &mut impl FnMut(usize, DivisionMistake)) -> Vec<Row<'a>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate();
    if lines.next().is_none_or(|(_, head)| head.trim_end() != HEAD) {
        report(1, DivisionMistake::Head);
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        match read_row(line, index + 1) {
            Ok(row) => rows.push(row),
            Err(mistake) => report(index + 1, mistake),
        }
    }
    rows
}

fn read_row(line: &str, number: usize) -> Result<Row<'_>, DivisionMistake> {
    let mut fields = line.split(',').map(|field| {
        let field = field.trim();
        field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(field).trim()
    });
    let (Some(code), Some(name), Some(parent), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(DivisionMistake::Fields(line.split(',').count()));
    };
    let read_code = |text: &str| {
        text.parse::<DivisionCode>()
            .map_err(|_| DivisionMistake::Code(text.chars().take(20).collect()))
    };
    let code = read_code(code)?;
    if name.is_empty() || name.len() > NAME_MAX {
        return Err(DivisionMistake::Name);
    }
    let parent = if parent.is_empty() { None } else { Some(read_code(parent)?) };
    Ok(Row { code, name, parent, line: number })
}

fn find_parent(
    rows: &[Row<'_>],
    row: &Row<'_>,
    report: &mut impl FnMut(usize, DivisionMistake),
) -> Option<u32> {
    let Some(parent) = row.parent else {
        if row.code.level() != Level::Province {
            report(row.line, DivisionMistake::NoParent);
        }
        return None;
    };
    // A parent of a higher level cannot lie below its child: the tree has no circles.
    if parent.level() >= row.code.level() {
        report(row.line, DivisionMistake::LowParent(parent));
        return None;
    }
    match rows.binary_search_by_key(&parent, |other| other.code) {
        Ok(index) => u32::try_from(index).ok(),
        Err(_) => {
            report(row.line, DivisionMistake::UnknownParent(parent));
            None
        }
    }
}

/// Puts the tree together from rows in order, without a mistake left.
fn assemble(rows: &[Row<'_>], parents: &[Option<u32>]) -> Divisions {
    let mut names = String::with_capacity(rows.iter().map(|row| row.name.len()).sum());
    let mut entries = Vec::with_capacity(rows.len());
    for (row, parent) in rows.iter().zip(parents) {
        entries.push(Entry {
            code: row.code,
            parent: *parent,
            // Within 64 MiB and 240 bytes, by the bounds above.
            name_start: names.len() as u32,
            name_length: row.name.len() as u16,
            first_child: 0,
            children: 0,
        });
        names.push_str(row.name);
    }
    let mut children: Vec<u32> = (0..rows.len() as u32)
        .filter(|index| parents.get(*index as usize).is_some_and(Option::is_some))
        .collect();
    children.sort_by_key(|index| (parents.get(*index as usize).copied().flatten(), *index));
    children.shrink_to_fit();
    for (place, index) in children.iter().enumerate() {
        let parent = parents.get(*index as usize).copied().flatten();
        if let Some(entry) = parent.and_then(|parent| entries.get_mut(parent as usize)) {
            if entry.children == 0 {
                entry.first_child = place as u32;
            }
            entry.children += 1;
        }
    }
    Divisions { entries, children, names }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::division::SAMPLE;
    use proptest::prelude::*;

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let text = "code,name,parent\n350000,福建省,\n350100,福州市,350000\n350102,鼓楼区\n\
            35010,短,350100\n350103,,350100\n350100,又一个,350000\n350104,仓山区,350900\n\
            350105,马尾区,350102001\n350111,晋安区,\n350112,长乐区,35\n";
        let told: Vec<String> =
            Divisions::from_csv(text).unwrap_err().iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        line 4: 2 fields instead of 3
        line 5: "35010" is no division code: 6, 9 or 12 digits are wanted
        line 6: the name is empty or longer than 240 bytes
        line 7: the code 350100 stands twice
        line 8: no division has the parent's code 350900
        line 9: the parent 350102001 is not of a higher level
        line 10: the parent is missing: only a province has none
        line 11: "35" is no division code: 6, 9 or 12 digits are wanted
        "#);
        let texts = crate::show::tests::texts();
        for problem in Divisions::from_csv(text).unwrap_err() {
            assert!(texts.has(&problem.message().key), "{}", problem.message().key);
        }
    }

    #[test]
    fn the_head_is_wanted_and_windows_files_are_read() {
        let problems = Divisions::from_csv("350000,福建省,\n").unwrap_err();
        assert_eq!(problems[0].mistake, DivisionMistake::Head);
        assert!(Divisions::from_csv("").is_err());
        let windows =
            "\u{feff}code,name,parent\r\n350000,\"福建省\",\r\n\r\n350100,福州市,350000\r\n";
        assert_eq!(Divisions::from_csv(windows).unwrap().len(), 2);
        assert_eq!(Divisions::from_csv("code,name,parent\n").unwrap().len(), 0);
    }

    #[test]
    fn the_order_of_lines_does_not_matter() {
        let (head, body) = SAMPLE.split_once('\n').unwrap();
        let mut lines: Vec<&str> = body.lines().collect();
        lines.reverse();
        let turned = Divisions::from_csv(&format!("{head}\n{}", lines.join("\n"))).unwrap();
        let straight = Divisions::from_csv(SAMPLE).unwrap();
        assert_eq!(turned.len(), straight.len());
        let code = "350102001001".parse().unwrap();
        assert_eq!(turned.levels(code), straight.levels(code));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,200}") {
            let _ = Divisions::from_csv(&text);
        }

        #[test]
        fn any_lines_are_answered(
            lines in prop::collection::vec("35[0-2]{4}([0-2]{3})?,甲,(35[0-2]{4})?", 0..40),
        ) {
            if let Ok(tree) = Divisions::from_csv(&format!("{HEAD}\n{}", lines.join("\n"))) {
                for entry in &tree.entries {
                    prop_assert!(tree.path(entry.code).len() <= 5);
                    for child in tree.children(entry.code) {
                        prop_assert!(tree.contains(entry.code, child.code()));
                    }
                }
            }
        }
    }
}
