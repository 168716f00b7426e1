//! The template of a licence, as a pack declares it.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::page::Colour;

/// How many boxes a template may have.
const BOXES_MAX: usize = 500;
/// The longest side of a page, in millimetres.
const SIDE_MAX: f64 = 2_000.0;

/// A template: the page and what stands on it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// What the document is called; may name fields.
    pub title: String,
    /// The page.
    pub page: PageSize,
    /// What stands on it, drawn in this order.
    #[serde(rename = "box")]
    pub boxes: Vec<BoxSpec>,
    /// The characters of the template itself, and those that fields are mostly made of.
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) stable: Arc<BTreeSet<char>>,
}

/// The size of a page in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageSize {
    /// How wide.
    pub width: f64,
    /// How high.
    pub height: f64,
}

/// A box. It has one content: `text`, `qr`, `picture`, `seal`, `line` or `rows`, or only a `frame` or `fill`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoxSpec {
    /// Its upper left corner in millimetres.
    pub at: [f64; 2],
    /// Its width and height in millimetres.
    pub size: [f64; 2],
    /// A text; `{name}` stands for a field, `{{` for a brace.
    pub text: Option<String>,
    /// The text of a QR code.
    pub qr: Option<String>,
    /// The name of a picture.
    pub picture: Option<String>,
    /// The place of the seal.
    #[serde(default)]
    pub seal: bool,
    /// A line from the upper left to the lower right corner, this wide in millimetres.
    pub line: Option<f64>,
    /// A table: the field that has its rows.
    pub rows: Option<String>,
    /// The table's columns.
    #[serde(default)]
    pub columns: Vec<Column>,
    /// Shown only where this field has a value.
    pub when: Option<String>,
    /// Shown on further pages as well.
    #[serde(default)]
    pub every_page: bool,
    /// The size of the text in points.
    #[serde(default = "size_pt")]
    pub size_pt: f64,
    /// Where lines stand.
    #[serde(default)]
    pub align: Align,
    /// Where the text stands.
    #[serde(default)]
    pub valign: VerticalAlign,
    /// The colour of text, lines and codes: `#rrggbb`.
    #[serde(default = "black", deserialize_with = "colour")]
    #[schemars(with = "String")]
    pub colour: Colour,
    /// A colour behind.
    #[serde(default, deserialize_with = "optional_colour")]
    #[schemars(with = "Option<String>")]
    pub fill: Option<Colour>,
    /// A frame around, this wide in millimetres.
    pub frame: Option<f64>,
    /// Heavier.
    #[serde(default)]
    pub bold: bool,
    /// The distance of lines as a multiple of the size.
    #[serde(default = "line_height")]
    pub line_height: f64,
    /// Space between characters as a share of the size.
    #[serde(default)]
    pub spacing: f64,
    /// One line alone; made smaller until it fits.
    #[serde(default)]
    pub single: bool,
    /// Space inside a table's cells, in millimetres.
    #[serde(default = "pad")]
    pub pad: f64,
}

/// A column of a table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The field of the row.
    pub field: String,
    /// What stands above.
    pub head: String,
    /// Its share of the width; the shares of all make one.
    pub share: f64,
    /// Where its lines stand.
    #[serde(default)]
    pub align: Align,
}

/// Where lines stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
    /// Both ends, but for the last line.
    Justify,
    /// Both ends, the only line as well (分散对齐): labels of different length are as wide.
    Spread,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerticalAlign {
    /// At the top.
    #[default]
    Top,
    /// In the middle.
    Middle,
    /// At the bottom.
    Bottom,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateProblem {
    /// Not TOML, or not this shape.
    #[error("{0}")]
    Shape(String),
    /// A page that no printer has.
    #[error("the page is to be wider and higher than 10 and up to {SIDE_MAX} millimetres")]
    Page,
    /// No box, or too many.
    #[error("{0} boxes; a template has 1 to {BOXES_MAX}")]
    Boxes(usize),
    /// Something in a box.
    #[error("box {number}: {reason}")]
    Box {
        /// Which, from 1.
        number: usize,
        /// What is wrong.
        reason: String,
    },
}

fn size_pt() -> f64 {
    12.0
}

fn line_height() -> f64 {
    1.4
}

fn pad() -> f64 {
    1.2
}

fn black() -> Colour {
    Colour::BLACK
}

fn colour<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Colour, D::Error> {
    let text = String::deserialize(from)?;
    Colour::read(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no colour like #1a2b3c")))
}

fn optional_colour<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Colour>, D::Error> {
    colour(from).map(Some)
}

impl Template {
    /// Reads and checks a template.
    pub fn parse(text: &str) -> Result<Self, TemplateProblem> {
        let mut template: Self =
            toml::from_str(text).map_err(|e| TemplateProblem::Shape(e.to_string()))?;
        template.check()?;
        template.stable = Arc::new(template.stable_characters());
        Ok(template)
    }

    /// The fields whose texts it shows.
    pub fn fields(&self) -> BTreeSet<String> {
        let mut fields = BTreeSet::new();
        let texts = self.boxes.iter().flat_map(|b| [&b.text, &b.qr]).flatten();
        for text in texts.chain([&self.title]) {
            let _filled = fill(text, |field| {
                fields.insert(field.to_owned());
                Ok::<_, std::convert::Infallible>(String::new())
            });
        }
        fields
    }

    /// The tables that it shows, with the fields of their columns.
    pub fn tables(&self) -> Vec<(&str, Vec<&str>)> {
        let columns = |b: &'_ BoxSpec| -> usize { b.columns.len() };
        self.boxes
            .iter()
            .filter(|b| columns(b) > 0)
            .filter_map(|b| Some((b.rows.as_deref()?, &b.columns)))
            .map(|(name, columns)| (name, columns.iter().map(|c| c.field.as_str()).collect()))
            .collect()
    }

    /// Whether it has a place for a seal.
    pub fn has_seal(&self) -> bool {
        self.boxes.iter().any(|b| b.seal)
    }

    fn check(&self) -> Result<(), TemplateProblem> {
        let side = |s: f64| s > 10.0 && s <= SIDE_MAX;
        if !side(self.page.width) || !side(self.page.height) {
            return Err(TemplateProblem::Page);
        }
        if self.boxes.is_empty() || self.boxes.len() > BOXES_MAX {
            return Err(TemplateProblem::Boxes(self.boxes.len()));
        }
        for (index, spec) in self.boxes.iter().enumerate() {
            spec.check(self.page)
                .map_err(|reason| TemplateProblem::Box { number: index + 1, reason })?;
        }
        check_braces(&self.title)
            .map_err(|reason| TemplateProblem::Shape(format!("title: {reason}")))
    }

    /// The template's own characters, digits, capital letters and the punctuation of dates and numbers.
    fn stable_characters(&self) -> BTreeSet<char> {
        let mut stable: BTreeSet<char> =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:/，。、（）：；年月日至长期".chars().collect();
        for spec in &self.boxes {
            if let Some(text) = &spec.text {
                let own = fill(text, |_| Ok::<_, std::convert::Infallible>(String::new()));
                stable.extend(own.unwrap_or_default().chars());
            }
            stable.extend(spec.columns.iter().flat_map(|c| c.head.chars()));
        }
        stable.retain(|c| !c.is_whitespace());
        stable
    }
}

impl BoxSpec {
    /// x, y, width, height.
    pub fn area(&self) -> [f64; 4] {
        [self.at[0], self.at[1], self.size[0], self.size[1]]
    }

    fn check(&self, page: PageSize) -> Result<(), String> {
        let [x, y] = self.at;
        let [width, height] = self.size;
        let numbers = [x, y, width, height, self.size_pt, self.line_height, self.spacing, self.pad];
        if numbers.iter().any(|n| !n.is_finite() || *n < 0.0) {
            return Err("lengths are numbers from 0".to_owned());
        }
        if x + width > page.width + 0.01 || y + height > page.height + 0.01 {
            return Err("it stands outside the page".to_owned());
        }
        let contents = [
            self.text.is_some(),
            self.qr.is_some(),
            self.picture.is_some(),
            self.seal,
            self.line.is_some(),
            self.rows.is_some(),
        ];
        let many = contents.iter().filter(|c| **c).count();
        if many > 1 {
            return Err("it has more than one of text, qr, picture, seal, line and rows".to_owned());
        }
        if many == 0 && self.frame.is_none() && self.fill.is_none() {
            return Err("it has neither content nor frame nor fill".to_owned());
        }
        if self.line.is_none() && (width <= 0.0 || height <= 0.0) {
            return Err("its width and height are to be more than 0".to_owned());
        }
        if [self.line, self.frame].iter().flatten().any(|w| !w.is_finite() || *w <= 0.0) {
            return Err("a line is wider than 0".to_owned());
        }
        if !(4.0..=144.0).contains(&self.size_pt) {
            return Err("size_pt is 4 to 144".to_owned());
        }
        if !(1.0..=5.0).contains(&self.line_height) || self.spacing > 5.0 {
            return Err("line_height is 1 to 5 and spacing 0 to 5".to_owned());
        }
        if self.rows.is_some() {
            let whole: f64 = self.columns.iter().map(|c| c.share).sum();
            let positive = self.columns.iter().all(|c| c.share > 0.0);
            if self.columns.is_empty() || !positive || (whole - 1.0).abs() > 0.001 {
                return Err("the shares of its columns are to make one".to_owned());
            }
            let narrow = self.columns.iter().map(|c| c.share * width - 2.0 * self.pad);
            if narrow.fold(f64::MAX, f64::min) < 2.0 {
                return Err("a column is narrower than 2 millimetres".to_owned());
            }
        } else if !self.columns.is_empty() {
            return Err("columns without rows".to_owned());
        }
        [&self.text, &self.qr].into_iter().flatten().try_for_each(|text| check_braces(text))
    }
}

/// Whether every brace is closed and names a field.
fn check_braces(text: &str) -> Result<(), String> {
    let mut wrong = None;
    let filled = fill(text, |field| {
        let fine = !field.is_empty()
            && field.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !fine && wrong.is_none() {
            wrong = Some(format!("{field:?} is no name of a field"));
        }
        Ok::<_, std::convert::Infallible>(String::new())
    });
    match (wrong, filled) {
        (Some(wrong), _) => Err(wrong),
        (None, Ok(rest)) if rest.contains(UNCLOSED) => Err("a brace is not closed".to_owned()),
        (None, _) => Ok(()),
    }
}

/// Stands in a filled text where a brace was not closed; no text contains it otherwise.
const UNCLOSED: char = '\u{fffe}';

/// A text with its fields replaced.
pub(crate) fn fill<E>(
    text: &str,
    mut value: impl FnMut(&str) -> Result<String, E>,
) -> Result<String, E> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('{') {
            filled.push('{');
            rest = after;
        } else if let Some(end) = rest.find('}') {
            filled.push_str(&value(&rest[..end])?);
            rest = &rest[end + 1..];
        } else {
            filled.push(UNCLOSED);
        }
    }
    filled.push_str(rest);
    Ok(filled)
}
