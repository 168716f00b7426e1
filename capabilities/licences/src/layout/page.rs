//! Pages as they are drawn: glyphs, paths and pictures at their places. Lengths are millimetres from the upper left.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::LayoutProblem;

/// A document, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is called.
    pub title: String,
    /// Its pages.
    pub pages: Vec<Page>,
    /// The characters that every document of the template has; their fonts are kept.
    pub stable: Arc<BTreeSet<char>>,
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
    /// What is drawn, in this order.
    pub items: Vec<Item>,
    /// Where seals stand.
    pub seals: Vec<SealPlace>,
}

impl Page {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, items: Vec::new(), seals: Vec::new() }
    }
}

/// Something on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Text.
    Text(TextRun),
    /// A path.
    Shape(Shape),
    /// A picture.
    Picture(PictureAt),
}

/// The place of a seal: x, y, width, height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SealPlace {
    /// The area.
    pub area: [f64; 4],
}

/// A picture in an area.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureAt {
    /// x, y, width, height.
    pub area: [f64; 4],
    /// The file (PNG).
    pub png: Arc<[u8]>,
}

/// Glyphs of one font on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct TextRun {
    /// Which font of [`super::Fonts`].
    pub face: usize,
    /// The size of the em square.
    pub size: f64,
    /// Where the first glyph begins.
    pub x: f64,
    /// Where the baseline lies.
    pub y: f64,
    /// The colour.
    pub colour: Colour,
    /// Whether it is drawn heavier, with its outline as well.
    pub bold: bool,
    /// The glyphs.
    pub glyphs: Vec<GlyphAt>,
}

/// A glyph of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GlyphAt {
    /// The character.
    pub character: char,
    /// The glyph in the font.
    pub glyph: u16,
    /// How far the next glyph begins behind this one, in millimetres.
    pub advance: f64,
}

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// Black.
    pub const BLACK: Self = Self(0, 0, 0);

    /// Reads `#rrggbb`.
    pub fn read(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|h| h.len() == 6 && h.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }
}

/// A step of a path, in millimetres on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Command {
    /// Begin here.
    Move(f64, f64),
    /// A straight line.
    Line(f64, f64),
    /// A cubic curve.
    Cubic(f64, f64, f64, f64, f64, f64),
    /// Back to the beginning.
    Close,
}

/// A path.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Its steps.
    pub commands: Vec<Command>,
    /// What fills it.
    pub fill: Option<Colour>,
    /// Colour and width of its line.
    pub stroke: Option<(Colour, f64)>,
}

impl Shape {
    pub(crate) fn rectangle(
        [x, y, width, height]: [f64; 4],
        fill: Option<Colour>,
        line: Option<f64>,
        colour: &Colour,
    ) -> Self {
        Self {
            commands: rectangle(x, y, width, height).to_vec(),
            fill,
            stroke: line.map(|width| (*colour, width)),
        }
    }

    pub(crate) fn line(from: [f64; 2], to: [f64; 2], width: f64, colour: &Colour) -> Self {
        Self {
            commands: vec![Command::Move(from[0], from[1]), Command::Line(to[0], to[1])],
            fill: None,
            stroke: Some((*colour, width)),
        }
    }

    /// The smallest area that holds every point: x, y, width, height.
    pub fn area(&self) -> [f64; 4] {
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        let mut see = |x: f64, y: f64| {
            low = [low[0].min(x), low[1].min(y)];
            high = [high[0].max(x), high[1].max(y)];
        };
        for command in &self.commands {
            match *command {
                Command::Move(x, y) | Command::Line(x, y) => see(x, y),
                Command::Cubic(a, b, c, d, x, y) => {
                    see(a, b);
                    see(c, d);
                    see(x, y);
                }
                Command::Close => {}
            }
        }
        if self.commands.is_empty() {
            return [0.0; 4];
        }
        [low[0], low[1], high[0] - low[0], high[1] - low[1]]
    }
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> [Command; 5] {
    [
        Command::Move(x, y),
        Command::Line(x + width, y),
        Command::Line(x + width, y + height),
        Command::Line(x, y + height),
        Command::Close,
    ]
}

/// A QR code (ISO/IEC 18004, level M) with its quiet zone of four modules inside the area: the dark modules of a row
/// that touch are one rectangle.
pub(crate) fn qr(text: &str, area: [f64; 4], colour: &Colour) -> Result<Shape, LayoutProblem> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)
        .map_err(|_| LayoutProblem::Qr(text.len()))?;
    let modules = code.width();
    let [x, y, width, height] = area;
    let side = width.min(height);
    let module = side / (modules + 8) as f64;
    let colours = code.to_colors();
    let mut commands = Vec::new();
    for row in 0..modules {
        let dark = |column: usize| {
            column < modules && colours.get(row * modules + column) == Some(&qrcode::Color::Dark)
        };
        let mut column = 0;
        while column < modules {
            let start = column;
            while dark(column) {
                column += 1;
            }
            if column > start {
                let left = x + (start + 4) as f64 * module;
                let top = y + (row + 4) as f64 * module;
                commands.extend(rectangle(left, top, (column - start) as f64 * module, module));
            } else {
                column += 1;
            }
        }
    }
    Ok(Shape { commands, fill: Some(*colour), stroke: None })
}
