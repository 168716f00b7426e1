//! The same pages as PDF (PDF/A-2), made when somebody asks for them. The seal is its picture there: what proves a document
//! is the OFD.

use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{Path, PathBuilder, Point, Size, Transform};
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use krilla::{Document as Pdf, SerializeSettings};
use minshu_kernel::clock::Timestamp;

use crate::layout::{Colour, Command, Document, Fonts, Item, Shape, TextRun};

/// Points in a millimetre.
const POINTS: f64 = 72.0 / 25.4;
/// The longest side of a picture, in pixels.
const SIDE_MAX: u32 = 4_096;

/// Why no PDF was made.
#[derive(Debug, thiserror::Error)]
pub enum PdfProblem {
    /// A page has no size.
    #[error("a page has no size")]
    Page,
    /// A picture is not one that can be drawn.
    #[error("a picture cannot be drawn: {0}")]
    Picture(String),
    /// The writer refused; a defect.
    #[error("the document was not written: {0}")]
    Write(String),
}

/// Draws a document. `seal` is the picture (PNG) of its seal, drawn at each place for one.
pub fn write(
    document: &Document,
    fonts: &Fonts,
    seal: Option<&[u8]>,
    created: Timestamp,
) -> Result<Vec<u8>, PdfProblem> {
    let refused = |e: &dyn std::fmt::Debug| PdfProblem::Write(format!("{e:?}"));
    let configuration =
        ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish();
    let settings = SerializeSettings {
        configuration: configuration.map_err(|e| refused(&e))?,
        ..SerializeSettings::default()
    };
    let seal = seal.map(picture).transpose()?;
    let mut pdf = Pdf::new_with(settings);
    pdf.set_metadata(metadata(&document.title, created));
    for page in &document.pages {
        let size = PageSettings::from_wh(points(page.width), points(page.height));
        let mut drawn = pdf.start_page_with(size.ok_or(PdfProblem::Page)?);
        let mut surface = drawn.surface();
        for item in &page.items {
            match item {
                Item::Text(run) => text(run, fonts, &mut surface),
                Item::Shape(shape) => path(shape, &mut surface),
                Item::Picture(at) => image(picture(&at.png)?, at.area, &mut surface),
            }
        }
        if let Some(seal) = &seal {
            for place in &page.seals {
                image(seal.clone(), place.area, &mut surface);
            }
        }
        surface.finish();
        drawn.finish();
    }
    pdf.finish().map_err(|e| refused(&e))
}

fn metadata(title: &str, created: Timestamp) -> Metadata {
    let date = created.date();
    let (hour, minute) = created.hour_minute();
    let at = DateTime::new(u16::try_from(date.year()).unwrap_or(0))
        .month(u8::try_from(date.month()).unwrap_or(1))
        .day(u8::try_from(date.day()).unwrap_or(1))
        .hour(hour)
        .minute(minute)
        .second(0)
        .utc_offset_hour(8)
        .utc_offset_minute(0);
    Metadata::new()
        .title(title.to_owned())
        .language("zh-CN".to_owned())
        .creator("Minshu".to_owned())
        .creation_date(at)
}

#[expect(clippy::cast_possible_truncation, reason = "PDF counts in single precision")]
fn points(millimetres: f64) -> f32 {
    (millimetres * POINTS) as f32
}

fn colour(Colour(red, green, blue): Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

fn fill(of: Colour) -> Fill {
    Fill { paint: colour(of).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn stroke(of: Colour, width: f64) -> Stroke {
    Stroke { paint: colour(of).into(), width: points(width), ..Stroke::default() }
}

fn text(run: &TextRun, fonts: &Fonts, surface: &mut Surface<'_>) {
    let Some(face) = fonts.faces().get(run.face) else { return };
    let mut words = String::new();
    let mut glyphs = Vec::with_capacity(run.glyphs.len());
    for glyph in &run.glyphs {
        let start = words.len();
        words.push(glyph.character);
        // Advances are shares of the size there.
        let advance = points(glyph.advance) / points(run.size);
        let id = GlyphId::new(u32::from(glyph.glyph));
        glyphs.push(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, start..words.len(), None));
    }
    surface.set_fill(Some(fill(run.colour)));
    surface.set_stroke(run.bold.then(|| stroke(run.colour, run.size * 0.03)));
    let start = Point::from_xy(points(run.x), points(run.y));
    surface.draw_glyphs(start, &glyphs, face.krilla(), &words, points(run.size), false);
}

fn path(shape: &Shape, surface: &mut Surface<'_>) {
    surface.set_fill(shape.fill.map(fill));
    surface.set_stroke(shape.stroke.map(|(of, width)| stroke(of, width)));
    if let Some(path) = outline(&shape.commands) {
        surface.draw_path(&path);
    }
}

fn outline(commands: &[Command]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for command in commands {
        match *command {
            Command::Move(x, y) => path.move_to(points(x), points(y)),
            Command::Line(x, y) => path.line_to(points(x), points(y)),
            Command::Cubic(a, b, c, d, x, y) => {
                path.cubic_to(points(a), points(b), points(c), points(d), points(x), points(y));
            }
            Command::Close => path.close(),
        }
    }
    path.finish()
}

fn picture(png: &[u8]) -> Result<Image, PdfProblem> {
    let (width, height) = png_size(png).ok_or_else(|| PdfProblem::Picture("no PNG".to_owned()))?;
    if width > SIDE_MAX || height > SIDE_MAX {
        return Err(PdfProblem::Picture(format!("{width} × {height} pixels")));
    }
    Image::from_png(png.to_vec().into(), false).map_err(PdfProblem::Picture)
}

/// The size of a picture in pixels, as its head says: looked at before it is unpacked.
fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let head = png.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")?;
    let side = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some((side(0)?, side(4)?))
}

fn image(image: Image, [x, y, width, height]: [f64; 4], surface: &mut Surface<'_>) {
    let Some(size) = Size::from_wh(points(width), points(height)) else { return };
    surface.push_transform(&Transform::from_translate(points(x), points(y)));
    surface.draw_image(image, size);
    surface.pop();
}
