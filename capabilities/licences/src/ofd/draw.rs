//! The XML of a page's content.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::layout::{Colour, Command, Document, GlyphAt, Item, PictureAt, Shape, TextRun};

use super::NAMESPACE;

/// Whether a font of a document holds the template's characters or the others.
pub(crate) type FontKey = (usize, bool);

/// Ids of a document, given out in order.
pub(crate) struct Ids(u32);

impl Ids {
    pub(crate) fn new() -> Self {
        Self(0)
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }

    pub(crate) fn last(&self) -> u32 {
        self.0
    }
}

/// The characters that each font of a document has to have. Those of the template are kept together, whether this
/// document shows them or not: its font is the same for every document of the template.
pub(crate) fn characters(document: &Document) -> BTreeMap<FontKey, BTreeSet<char>> {
    let mut found: BTreeMap<FontKey, BTreeSet<char>> = BTreeMap::new();
    for page in &document.pages {
        for item in &page.items {
            let Item::Text(run) = item else { continue };
            for glyph in run.glyphs.iter().filter(|g| g.character != ' ') {
                let stable = document.stable.contains(&glyph.character);
                found.entry((run.face, stable)).or_default().insert(glyph.character);
            }
        }
    }
    for ((_, stable), characters) in &mut found {
        if *stable {
            characters.extend(document.stable.iter());
        }
    }
    found
}

/// A page's content.
pub(crate) fn page(
    document: &Document,
    page: &crate::layout::Page,
    fonts: &BTreeMap<FontKey, u32>,
    pictures: &[(std::sync::Arc<[u8]>, u32)],
    ids: &mut Ids,
) -> String {
    let mut xml = String::with_capacity(8 * 1024);
    let _ = write!(
        xml,
        r#"<?xml version="1.0" encoding="UTF-8"?><ofd:Page xmlns:ofd="{NAMESPACE}"><ofd:Area><ofd:PhysicalBox>0 0 {} {}</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer ID="{}" Type="Body">"#,
        number(page.width),
        number(page.height),
        ids.next(),
    );
    for item in &page.items {
        match item {
            Item::Text(run) => text(document, run, fonts, ids, &mut xml),
            Item::Shape(shape) => path(shape, ids, &mut xml),
            Item::Picture(picture) => image(picture, pictures, ids, &mut xml),
        }
    }
    xml.push_str("</ofd:Layer></ofd:Content></ofd:Page>");
    xml
}

/// A run, in a text object for each change of font.
fn text(
    document: &Document,
    run: &TextRun,
    fonts: &BTreeMap<FontKey, u32>,
    ids: &mut Ids,
    xml: &mut String,
) {
    let mut x = run.x;
    let mut part: Vec<GlyphAt> = Vec::new();
    let mut begin = x;
    let mut stable = false;
    for glyph in &run.glyphs {
        if glyph.character == ' ' {
            // Readers treat blanks at the ends of an element as they like: a blank is distance alone.
            if let Some(last) = part.last_mut() {
                last.advance += glyph.advance;
            }
            x += glyph.advance;
            continue;
        }
        let this = document.stable.contains(&glyph.character);
        if this != stable || part.is_empty() {
            text_object(run, &part, begin, fonts.get(&(run.face, stable)), ids, xml);
            part.clear();
            begin = x;
            stable = this;
        }
        part.push(*glyph);
        x += glyph.advance;
    }
    text_object(run, &part, begin, fonts.get(&(run.face, stable)), ids, xml);
}

fn text_object(
    run: &TextRun,
    glyphs: &[GlyphAt],
    x: f64,
    font: Option<&u32>,
    ids: &mut Ids,
    xml: &mut String,
) {
    let (Some(font), Some(last)) = (font, glyphs.last()) else { return };
    let before: f64 = glyphs.iter().map(|g| g.advance).sum::<f64>() - last.advance;
    let width = before + last.advance.max(run.size);
    let _ = write!(
        xml,
        r#"<ofd:TextObject ID="{}" Boundary="{} {} {} {}" Font="{font}" Size="{}""#,
        ids.next(),
        number(x),
        number(run.y - run.size),
        number(width),
        number(run.size * 1.25),
        number(run.size),
    );
    if run.bold {
        let _ = write!(xml, r#" Stroke="true" LineWidth="{}""#, number(run.size * 0.03));
    }
    xml.push('>');
    colour("FillColor", run.colour, xml);
    if run.bold {
        colour("StrokeColor", run.colour, xml);
    }
    let _ = write!(xml, r#"<ofd:TextCode X="0" Y="{}""#, number(run.size));
    if glyphs.len() > 1 {
        xml.push_str(" DeltaX=\"");
        deltas(glyphs, xml);
        xml.push('"');
    }
    xml.push('>');
    for glyph in glyphs {
        escape(glyph.character, xml);
    }
    xml.push_str("</ofd:TextCode></ofd:TextObject>");
}

/// The distances of glyphs, equal ones together: `g 3 4.2` is three times 4.2.
fn deltas(glyphs: &[GlyphAt], xml: &mut String) {
    let numbers: Vec<String> =
        glyphs.iter().take(glyphs.len() - 1).map(|g| number(g.advance)).collect();
    for (index, group) in numbers.chunk_by(|a, b| a == b).enumerate() {
        if index > 0 {
            xml.push(' ');
        }
        match group {
            [first, _, _, ..] => {
                let _ = write!(xml, "g {} {first}", group.len());
            }
            few => xml.push_str(&few.join(" ")),
        }
    }
}

fn path(shape: &Shape, ids: &mut Ids, xml: &mut String) {
    let line = shape.stroke.map_or(0.0, |(_, width)| width);
    let [x, y, width, height] = shape.area();
    // The boundary holds the line's width as well; a path is drawn relative to it.
    let (left, top) = (x - line, y - line);
    let _ = write!(
        xml,
        r#"<ofd:PathObject ID="{}" Boundary="{} {} {} {}" Fill="{}" Stroke="{}""#,
        ids.next(),
        number(left),
        number(top),
        number(width + 2.0 * line),
        number(height + 2.0 * line),
        shape.fill.is_some(),
        shape.stroke.is_some(),
    );
    if let Some((_, width)) = shape.stroke {
        let _ = write!(xml, r#" LineWidth="{}""#, number(width));
    }
    xml.push('>');
    if let Some((stroke, _)) = shape.stroke {
        colour("StrokeColor", stroke, xml);
    }
    if let Some(fill) = shape.fill {
        colour("FillColor", fill, xml);
    }
    xml.push_str("<ofd:AbbreviatedData>");
    for (index, command) in shape.commands.iter().enumerate() {
        if index > 0 {
            xml.push(' ');
        }
        let mut step = |name: &str, points: &[(f64, f64)]| {
            xml.push_str(name);
            for (x, y) in points {
                let _ = write!(xml, " {} {}", number(x - left), number(y - top));
            }
        };
        match *command {
            Command::Move(x, y) => step("M", &[(x, y)]),
            Command::Line(x, y) => step("L", &[(x, y)]),
            Command::Cubic(a, b, c, d, x, y) => step("B", &[(a, b), (c, d), (x, y)]),
            Command::Close => step("C", &[]),
        }
    }
    xml.push_str("</ofd:AbbreviatedData></ofd:PathObject>");
}

fn image(
    picture: &PictureAt,
    pictures: &[(std::sync::Arc<[u8]>, u32)],
    ids: &mut Ids,
    xml: &mut String,
) {
    let known = pictures.iter().find(|(png, _)| *png == picture.png);
    let Some((_, resource)) = known else { return };
    let [x, y, width, height] = picture.area.map(number);
    let _ = write!(
        xml,
        r#"<ofd:ImageObject ID="{}" Boundary="{x} {y} {width} {height}" CTM="{width} 0 0 {height} 0 0" ResourceID="{resource}"/>"#,
        ids.next(),
    );
}

fn colour(element: &str, Colour(red, green, blue): Colour, xml: &mut String) {
    let _ = write!(xml, r#"<ofd:{element} Value="{red} {green} {blue}"/>"#);
}

/// Three places behind the point, and none that say nothing.
pub(crate) fn number(value: f64) -> String {
    let value = if value.is_finite() { value.clamp(-1e6, 1e6) } else { 0.0 };
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" || text.is_empty() { "0".to_owned() } else { text.to_owned() }
}

/// A text as XML says it.
pub(crate) fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    text.chars().for_each(|c| escape(c, &mut xml));
    xml
}

fn escape(c: char, xml: &mut String) {
    match c {
        '&' => xml.push_str("&amp;"),
        '<' => xml.push_str("&lt;"),
        '>' => xml.push_str("&gt;"),
        '"' => xml.push_str("&quot;"),
        // What XML 1.0 has no place for.
        c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
        c => xml.push(c),
    }
}
