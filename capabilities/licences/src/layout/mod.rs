//! Templates of licences and the pages made of them. A template is TOML: boxes in millimetres with text, fields, rows, QR
//! codes, lines, pictures and the place of the seal. Laying out gives positioned glyphs and paths, which `ofd` and
//! `pdf` draw alike. Text that does not fit is made smaller to a floor, and refused below it: nothing is cut.

mod breaking;
mod fonts;
mod page;
mod sfnt;
mod template;

pub use fonts::{Face, FontProblem, Fonts, SubsetFont};
pub use page::{
    Colour, Command, Document, GlyphAt, Item, Page, PictureAt, SealPlace, Shape, TextRun,
};
pub use template::{Align, BoxSpec, Column, PageSize, Template, TemplateProblem, VerticalAlign};

use std::collections::BTreeMap;

use breaking::Line;

/// What a template's fields stand for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    /// Single texts by field.
    pub texts: BTreeMap<String, String>,
    /// Tables by field: each row has texts by column field.
    pub rows: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    /// Pictures (PNG) by name.
    pub pictures: BTreeMap<String, Vec<u8>>,
}

impl Values {
    /// One more text.
    #[must_use]
    pub fn with(mut self, field: &str, text: impl Into<String>) -> Self {
        self.texts.insert(field.to_owned(), text.into());
        self
    }
}

/// Why a document cannot be laid out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutProblem {
    /// The template names a field that has no value.
    #[error("the field {0} has no value")]
    Missing(String),
    /// No font has a glyph for a character.
    #[error("no font has the character {0:?} (U+{code:04X})", code = u32::from(*.0))]
    Glyph(char),
    /// A text does not fit even at its smallest size.
    #[error("box {box_number}: {text:?} does not fit")]
    Overflow {
        /// The box, from 1.
        box_number: usize,
        /// The text, shortened.
        text: String,
    },
    /// More text than a QR code holds.
    #[error("the QR code cannot hold {0} bytes")]
    Qr(usize),
    /// More pages than a licence has.
    #[error("more than {PAGES_MAX} pages")]
    Pages,
    /// A text that is longer than any field may be.
    #[error("the field {0} is longer than {TEXT_MAX} characters")]
    TooLong(String),
}

/// How many pages a document may have.
pub const PAGES_MAX: usize = 50;
/// How long one text may be, in characters.
pub const TEXT_MAX: usize = 10_000;
/// How much smaller a text may become than the template says.
const SMALLEST: f64 = 0.6;
/// Millimetres in a point.
const MM_PER_POINT: f64 = 25.4 / 72.0;

/// Lays out a document.
pub fn lay_out(
    template: &Template,
    fonts: &Fonts,
    values: &Values,
) -> Result<Document, LayoutProblem> {
    let mut work = Work { fonts, values, pages: Vec::new(), number: 0 };
    work.pages.push(Page::new(template.page.width, template.page.height));
    let mut rows = Vec::new();
    for (index, spec) in template.boxes.iter().enumerate() {
        work.number = index + 1;
        if spec.when.as_ref().is_some_and(|field| !work.has(field)) {
            continue;
        }
        if spec.rows.is_some() {
            rows.push((index + 1, spec));
            continue;
        }
        work.place(spec, 0)?;
    }
    for (number, spec) in rows {
        work.number = number;
        work.table(template, spec)?;
    }
    let title = work.fill(&template.title)?;
    Ok(Document { title, pages: work.pages, stable: template.stable.clone() })
}

struct Work<'a> {
    fonts: &'a Fonts,
    values: &'a Values,
    pages: Vec<Page>,
    number: usize,
}

impl Work<'_> {
    fn has(&self, field: &str) -> bool {
        self.values.texts.get(field).is_some_and(|text| !text.trim().is_empty())
            || self.values.rows.get(field).is_some_and(|rows| !rows.is_empty())
            || self.values.pictures.contains_key(field)
    }

    /// A text with its fields filled in.
    fn fill(&self, text: &str) -> Result<String, LayoutProblem> {
        template::fill(text, |field| {
            let value = self.values.texts.get(field);
            let value = value.ok_or_else(|| LayoutProblem::Missing(field.to_owned()))?;
            if value.chars().count() > TEXT_MAX {
                return Err(LayoutProblem::TooLong(field.to_owned()));
            }
            Ok(value.clone())
        })
    }

    fn page(&mut self, index: usize) -> Option<&mut Page> {
        self.pages.get_mut(index)
    }

    fn push(&mut self, page: usize, item: Item) {
        if let Some(page) = self.page(page) {
            page.items.push(item);
        }
    }

    fn place(&mut self, spec: &BoxSpec, page: usize) -> Result<(), LayoutProblem> {
        let [x, y] = spec.at;
        let [width, height] = spec.size;
        if let Some(line) = spec.frame {
            let fill = spec.fill;
            self.push(
                page,
                Item::Shape(Shape::rectangle(spec.area(), fill, Some(line), &spec.colour)),
            );
        } else if let Some(fill) = &spec.fill {
            let shape = Shape::rectangle(spec.area(), Some(*fill), None, &spec.colour);
            self.push(page, Item::Shape(shape));
        }
        if let Some(width_mm) = spec.line {
            let shape = Shape::line([x, y], [x + width, y + height], width_mm, &spec.colour);
            self.push(page, Item::Shape(shape));
        }
        if let Some(text) = &spec.qr {
            let text = self.fill(text)?;
            let shape = page::qr(&text, spec.area(), &spec.colour)?;
            self.push(page, Item::Shape(shape));
        }
        if let Some(name) = &spec.picture {
            let data = self.values.pictures.get(name);
            let data = data.ok_or_else(|| LayoutProblem::Missing(name.clone()))?.clone();
            self.push(page, Item::Picture(PictureAt { area: spec.area(), png: data.into() }));
        }
        if spec.seal
            && let Some(page) = self.page(page)
        {
            page.seals.push(SealPlace { area: spec.area() });
        }
        if let Some(text) = &spec.text {
            let text = self.fill(text)?;
            self.text(spec, &text, page, [x, y], [width, height])?;
        }
        Ok(())
    }

    /// A text in an area, smaller where it must be.
    fn text(
        &mut self,
        spec: &BoxSpec,
        text: &str,
        page: usize,
        [x, y]: [f64; 2],
        [width, height]: [f64; 2],
    ) -> Result<(), LayoutProblem> {
        let (lines, size) = self.fit(spec, text, width, height)?;
        let pitch = size * spec.line_height;
        let total = pitch * lines.len() as f64;
        let top = match spec.valign {
            VerticalAlign::Top => y,
            VerticalAlign::Middle => y + (height - total) / 2.0,
            VerticalAlign::Bottom => y + height - total,
        };
        for (index, line) in lines.iter().enumerate() {
            // The ideographic square sits with 0.88 of itself above the baseline; the rest of the pitch is shared.
            let baseline = top + pitch * index as f64 + (pitch - size) / 2.0 + size * 0.88;
            let runs = breaking::runs(line, spec, [x, baseline], width, size);
            for run in runs {
                self.push(page, Item::Text(run));
            }
        }
        Ok(())
    }

    /// The lines of a text and the size at which they fit.
    fn fit(
        &self,
        spec: &BoxSpec,
        text: &str,
        width: f64,
        height: f64,
    ) -> Result<(Vec<Line>, f64), LayoutProblem> {
        let glyphs = self.fonts.glyphs(text)?;
        let wanted = spec.size_pt * MM_PER_POINT;
        let mut size = wanted;
        loop {
            let lines = breaking::lines(&glyphs, width / size, spec.spacing);
            let fits = lines.len() as f64 * size * spec.line_height <= height + 0.01
                && (!spec.single || lines.len() <= 1);
            if fits {
                return Ok((lines, size));
            }
            size *= 0.95;
            if size < wanted * SMALLEST {
                let text = text.chars().take(24).collect();
                return Err(LayoutProblem::Overflow { box_number: self.number, text });
            }
        }
    }

    /// A table: rows as high as their highest cell, on as many pages as they need.
    fn table(&mut self, template: &Template, spec: &BoxSpec) -> Result<(), LayoutProblem> {
        let Some(name) = &spec.rows else { return Ok(()) };
        let rows = self.values.rows.get(name);
        let rows = rows.ok_or_else(|| LayoutProblem::Missing(name.clone()))?.clone();
        let [x, top] = spec.at;
        let [width, height] = spec.size;
        let line = spec.frame.unwrap_or(0.2);
        let size = spec.size_pt * MM_PER_POINT;
        let (mut page, mut y) = (0, top);
        let heads: Vec<String> = spec.columns.iter().map(|c| c.head.clone()).collect();
        let cells = |row: &BTreeMap<String, String>| -> Vec<String> {
            spec.columns.iter().map(|c| row.get(&c.field).cloned().unwrap_or_default()).collect()
        };
        let mut waiting: std::collections::VecDeque<Vec<String>> = rows.iter().map(cells).collect();
        waiting.push_front(heads.clone());
        while let Some(row) = waiting.pop_front() {
            let mut tallest = size * spec.line_height;
            for (column, text) in spec.columns.iter().zip(&row) {
                if text.chars().count() > TEXT_MAX {
                    return Err(LayoutProblem::TooLong(column.field.clone()));
                }
                let glyphs = self.fonts.glyphs(text)?;
                let inner = width * column.share - 2.0 * spec.pad;
                let lines = breaking::lines(&glyphs, inner / size, spec.spacing);
                tallest = tallest.max(lines.len() as f64 * size * spec.line_height);
            }
            let tall = tallest + 2.0 * spec.pad;
            if tall > height {
                let text = row.concat().chars().take(24).collect();
                return Err(LayoutProblem::Overflow { box_number: self.number, text });
            }
            if y + tall > top + height + 0.01 {
                // On to the next page, with the heads again.
                page += 1;
                y = top;
                self.next_page(template, page)?;
                waiting.push_front(row);
                waiting.push_front(heads.clone());
                continue;
            }
            let mut left = x;
            for (column, text) in spec.columns.iter().zip(&row) {
                let wide = width * column.share;
                let area = [left, y, wide, tall];
                self.push(
                    page,
                    Item::Shape(Shape::rectangle(area, None, Some(line), &spec.colour)),
                );
                let mut cell = spec.clone();
                cell.align = column.align;
                cell.valign = VerticalAlign::Middle;
                let inner = [wide - 2.0 * spec.pad, tallest];
                self.text(&cell, text, page, [left + spec.pad, y + spec.pad], inner)?;
                left += wide;
            }
            y += tall;
        }
        Ok(())
    }

    /// A further page with the boxes that stand on every page.
    fn next_page(&mut self, template: &Template, page: usize) -> Result<(), LayoutProblem> {
        if page >= PAGES_MAX {
            return Err(LayoutProblem::Pages);
        }
        if self.pages.len() > page {
            return Ok(());
        }
        self.pages.push(Page::new(template.page.width, template.page.height));
        for (index, spec) in template.boxes.iter().enumerate() {
            let shown = spec.when.as_ref().is_none_or(|field| self.has(field));
            if spec.every_page && spec.rows.is_none() && shown {
                self.number = index + 1;
                self.place(spec, page)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
