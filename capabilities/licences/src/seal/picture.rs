//! The picture of a seal: round or oval, red, the name around, a star in the middle, a line below it and a number at the
//! foot (the shape that the State Council's rules on seals of administrative organs describe). Drawn here and kept as PNG.

use skrifa::MetadataProvider as _;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};

use super::structure::Picture;
use crate::layout::{Fonts, LayoutProblem};

/// What a seal shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing<'a> {
    /// Width in millimetres; the usual round seals have 38 to 50.
    pub width_mm: u32,
    /// Height in millimetres; the same as the width for a round one.
    pub height_mm: u32,
    /// The name around, up to 40 characters.
    pub name: &'a str,
    /// Whether there is a star in the middle.
    pub star: bool,
    /// A line below the middle, up to 20 characters.
    pub line: Option<&'a str>,
    /// A number at the foot, up to 24 characters.
    pub number: Option<&'a str>,
}

/// Pixels in a millimetre: 300 dots an inch.
const PIXELS: f64 = 300.0 / 25.4;
/// The red of seals.
const RED: (u8, u8, u8) = (0xd7, 0x1a, 0x1e);

/// Draws a seal.
pub fn draw(drawing: &Drawing<'_>, fonts: &Fonts) -> Result<Picture, LayoutProblem> {
    let clamp = |mm: u32| mm.clamp(10, 100);
    let (width_mm, height_mm) = (clamp(drawing.width_mm), clamp(drawing.height_mm));
    let (width, height) = (f64::from(width_mm) * PIXELS, f64::from(height_mm) * PIXELS);
    let mut canvas = Canvas::new(width, height);
    let (a, b) = (width / 2.0, height / 2.0);
    let ring = a.min(b) * 0.052;
    canvas.ellipse(a, b, a - 1.0, b - 1.0, false);
    canvas.ellipse(a, b, a - 1.0 - ring, b - 1.0 - ring, true);
    let unit = a.min(b);
    if drawing.star {
        canvas.star(a, b, unit * 0.30);
    }
    around(&mut canvas, fonts, drawing.name, [a, b, unit])?;
    if let Some(number) = drawing.number {
        foot(&mut canvas, fonts, number, [a, b, unit])?;
    }
    if let Some(line) = drawing.line {
        let text = Lettering::new(fonts, line, 20)?;
        let size = (unit * 0.175).min(width * 0.50 / text.width().max(1.0));
        let wide = text.width() * size;
        let y = if drawing.star { b + unit * 0.50 } else { b + size * 0.36 };
        text.straight(&mut canvas, a - wide / 2.0, y, size);
    }
    let (columns, rows, opacity) = canvas.finish();
    Ok(Picture {
        kind: "png".to_owned(),
        data: tinted(columns, rows, &opacity),
        width_mm,
        height_mm,
    })
}

/// A picture of one colour whose opacity varies: a palette of 256 steps.
fn tinted(width: u32, height: u32, opacity: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_palette([RED.0, RED.1, RED.2].repeat(256));
    encoder.set_trns((0..=255).collect::<Vec<u8>>());
    // Writing to memory does not fail where the number of pixels is right.
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(opacity));
    debug_assert!(written.is_ok(), "{written:?}");
    file
}

/// The name from the lower left over the top to the lower right, each character upright on the rim.
fn around(
    canvas: &mut Canvas,
    fonts: &Fonts,
    name: &str,
    [a, b, unit]: [f64; 3],
) -> Result<(), LayoutProblem> {
    let text = Lettering::new(fonts, name, 40)?;
    let count = text.glyphs.len();
    let size = unit * 0.245;
    let (rim_a, rim_b) = (a - unit * 0.235, b - unit * 0.235);
    // The rim's length by angle, so that an oval has its characters as evenly as a circle.
    let span = (220.0_f64).min(34.0 * count.saturating_sub(1) as f64).to_radians();
    let rim = Rim::new(rim_a, rim_b, -std::f64::consts::FRAC_PI_2 - span / 2.0, span);
    let step = rim.length / count.saturating_sub(1).max(1) as f64;
    let narrow = (step * 0.92 / size).min(1.0);
    for (index, glyph) in text.glyphs.iter().enumerate() {
        let along = if count > 1 { step * index as f64 } else { rim.length / 2.0 };
        let angle = rim.angle(along);
        let (x, y) = (a + rim_a * angle.cos(), b + rim_b * angle.sin());
        let normal = (angle.sin() * rim_a).atan2(angle.cos() * rim_b);
        text.turned(canvas, glyph, [x, y], normal + std::f64::consts::FRAC_PI_2, size, narrow);
    }
    Ok(())
}

/// The number along the foot, from left to right, its feet outward.
fn foot(
    canvas: &mut Canvas,
    fonts: &Fonts,
    number: &str,
    [a, b, unit]: [f64; 3],
) -> Result<(), LayoutProblem> {
    let text = Lettering::new(fonts, number, 24)?;
    let count = text.glyphs.len();
    let size = unit * 0.105;
    let (rim_a, rim_b) = (a - unit * 0.135, b - unit * 0.135);
    let span = 4.2_f64.to_radians() * count.saturating_sub(1) as f64;
    for (index, glyph) in text.glyphs.iter().enumerate() {
        let share = if count > 1 { index as f64 / (count - 1) as f64 } else { 0.5 };
        let angle = std::f64::consts::FRAC_PI_2 + span / 2.0 - span * share;
        let (x, y) = (a + rim_a * angle.cos(), b + rim_b * angle.sin());
        let normal = (angle.sin() * rim_a).atan2(angle.cos() * rim_b);
        text.turned(canvas, glyph, [x, y], normal - std::f64::consts::FRAC_PI_2, size, 1.0);
    }
    Ok(())
}

/// A part of an ellipse, by its length.
struct Rim {
    steps: Vec<(f64, f64)>,
    length: f64,
}

impl Rim {
    fn new(a: f64, b: f64, from: f64, span: f64) -> Self {
        const STEPS: u32 = 400;
        let mut steps = Vec::new();
        let (mut length, mut last) = (0.0, None::<(f64, f64)>);
        for step in 0..=STEPS {
            let angle = from + span * f64::from(step) / f64::from(STEPS);
            let point = (a * angle.cos(), b * angle.sin());
            if let Some(last) = last {
                length += (point.0 - last.0).hypot(point.1 - last.1);
            }
            steps.push((length, angle));
            last = Some(point);
        }
        Self { steps, length }
    }

    fn angle(&self, along: f64) -> f64 {
        let at = self.steps.partition_point(|(length, _)| *length < along);
        self.steps.get(at.min(self.steps.len() - 1)).map_or(0.0, |(_, angle)| *angle)
    }
}

/// Characters with the outlines of their glyphs.
struct Lettering {
    glyphs: Vec<Letter>,
}

struct Letter {
    commands: Vec<Stroke>,
    advance: f64,
}

#[derive(Clone, Copy)]
enum Stroke {
    Move([f64; 2]),
    Line([f64; 2]),
    Quad([f64; 2], [f64; 2]),
    Cubic([f64; 2], [f64; 2], [f64; 2]),
    Close,
}

impl Lettering {
    fn new(fonts: &Fonts, text: &str, most: usize) -> Result<Self, LayoutProblem> {
        let text: String = text.chars().take(most).collect();
        let mut letters = Vec::new();
        for glyph in fonts.glyphs(&text)? {
            let face = fonts.faces().get(glyph.face);
            let font = face.and_then(|f| f.open().map(|font| (f.units(), font)));
            let Some((units, font)) = font else { continue };
            let mut pen = Pen { commands: Vec::new(), units };
            let outline = font.outline_glyphs().get(skrifa::GlyphId::new(u32::from(glyph.id)));
            if let Some(outline) = outline {
                let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
                // A glyph without an outline is a blank.
                let _drawn = outline.draw(settings, &mut pen);
            }
            letters.push(Letter { commands: pen.commands, advance: glyph.advance });
        }
        Ok(Self { glyphs: letters })
    }

    fn width(&self) -> f64 {
        self.glyphs.iter().map(|g| g.advance).sum()
    }

    fn straight(&self, canvas: &mut Canvas, x: f64, y: f64, size: f64) {
        let mut x = x;
        for glyph in &self.glyphs {
            canvas.letter(glyph, |[gx, gy]| [x + gx * size, y - gy * size]);
            x += glyph.advance * size;
        }
    }

    /// A character whose middle lies at a point, turned by an angle.
    fn turned(
        &self,
        canvas: &mut Canvas,
        letter: &Letter,
        [x, y]: [f64; 2],
        angle: f64,
        size: f64,
        narrow: f64,
    ) {
        let (sin, cos) = angle.sin_cos();
        let (middle_x, middle_y) = (letter.advance / 2.0, 0.36);
        canvas.letter(letter, |[gx, gy]| {
            let (dx, dy) = ((gx - middle_x) * size * narrow, -(gy - middle_y) * size);
            [x + dx * cos - dy * sin, y + dx * sin + dy * cos]
        });
    }
}

struct Pen {
    commands: Vec<Stroke>,
    units: f64,
}

impl Pen {
    fn point(&self, x: f32, y: f32) -> [f64; 2] {
        [f64::from(x) / self.units, f64::from(y) / self.units]
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.commands.push(Stroke::Move(self.point(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.commands.push(Stroke::Line(self.point(x, y)));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.commands.push(Stroke::Quad(self.point(cx, cy), self.point(x, y)));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let stroke = Stroke::Cubic(self.point(ax, ay), self.point(bx, by), self.point(x, y));
        self.commands.push(stroke);
    }

    fn close(&mut self) {
        self.commands.push(Stroke::Close);
    }
}

/// Ink by pixel, gathered as signed areas of the edges that pass: what lies inside by the sum of its row.
struct Canvas {
    columns: usize,
    rows: usize,
    ink: Vec<f64>,
    layer: Vec<f64>,
}

impl Canvas {
    fn new(width: f64, height: f64) -> Self {
        let side = |length: f64| {
            let whole = length.ceil().clamp(1.0, 4_000.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 1 and 4,000"
            )]
            let whole = whole as usize;
            whole
        };
        let (columns, rows) = (side(width), side(height));
        let cells = (columns + 2) * rows;
        Self { columns, rows, ink: vec![0.0; cells], layer: vec![0.0; cells] }
    }

    fn ellipse(&mut self, x: f64, y: f64, a: f64, b: f64, inner: bool) {
        const STEPS: u32 = 720;
        let at = |step: u32| {
            let turn = f64::from(step) / f64::from(STEPS) * std::f64::consts::TAU;
            let turn = if inner { -turn } else { turn };
            [x + a * turn.cos(), y + b * turn.sin()]
        };
        for step in 0..STEPS {
            self.edge(at(step), at(step + 1));
        }
        if inner {
            self.dry();
        }
    }

    fn star(&mut self, x: f64, y: f64, radius: f64) {
        // The inner corners of a regular star lie at this share of the outer ones.
        const INNER: f64 = 0.381_966;
        let at = |corner: u32| {
            let turn = f64::from(corner) * std::f64::consts::PI / 5.0 - std::f64::consts::FRAC_PI_2;
            let far = if corner.is_multiple_of(2) { radius } else { radius * INNER };
            [x + far * turn.cos(), y + far * turn.sin()]
        };
        for corner in 0..10 {
            self.edge(at(corner), at((corner + 1) % 10));
        }
        self.dry();
    }

    /// A character, a little heavier than its font has it: ink spreads.
    fn letter(&mut self, letter: &Letter, place: impl Fn([f64; 2]) -> [f64; 2]) {
        const SPREAD: f64 = 0.6;
        for [x, y] in [[-SPREAD, 0.0], [SPREAD, 0.0], [0.0, -SPREAD], [0.0, SPREAD]] {
            self.outline(letter, |point| {
                let [px, py] = place(point);
                [px + x, py + y]
            });
        }
    }

    fn outline(&mut self, letter: &Letter, place: impl Fn([f64; 2]) -> [f64; 2]) {
        const STEPS: u32 = 8;
        let (mut at, mut begin) = ([0.0; 2], [0.0; 2]);
        let mix =
            |a: [f64; 2], b: [f64; 2], t: f64| [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
        for stroke in &letter.commands {
            match *stroke {
                Stroke::Move(to) => {
                    self.edge(at, begin);
                    at = place(to);
                    begin = at;
                }
                Stroke::Line(to) => {
                    let to = place(to);
                    self.edge(at, to);
                    at = to;
                }
                Stroke::Quad(c, to) => {
                    let (from, c, to) = (at, place(c), place(to));
                    for step in 1..=STEPS {
                        let t = f64::from(step) / f64::from(STEPS);
                        let next = mix(mix(from, c, t), mix(c, to, t), t);
                        self.edge(at, next);
                        at = next;
                    }
                }
                Stroke::Cubic(c, d, to) => {
                    let (from, c, d, to) = (at, place(c), place(d), place(to));
                    for step in 1..=STEPS {
                        let t = f64::from(step) / f64::from(STEPS);
                        let (one, two, three) = (mix(from, c, t), mix(c, d, t), mix(d, to, t));
                        let next = mix(mix(one, two, t), mix(two, three, t), t);
                        self.edge(at, next);
                        at = next;
                    }
                }
                Stroke::Close => {
                    self.edge(at, begin);
                    at = begin;
                }
            }
        }
        self.edge(at, begin);
        self.dry();
    }

    /// Adds what an edge covers to the right of it in each row that it passes.
    fn edge(&mut self, from: [f64; 2], to: [f64; 2]) {
        let (sign, top, bottom) = if from[1] < to[1] { (1.0, from, to) } else { (-1.0, to, from) };
        let tall = bottom[1] - top[1];
        if tall <= 0.0 {
            return;
        }
        let slope = (bottom[0] - top[0]) / tall;
        let first = whole(top[1].max(0.0));
        let last = whole(bottom[1].max(0.0)).min(self.rows.saturating_sub(1));
        for row in first..=last {
            let above = top[1].max(row as f64);
            let below = bottom[1].min(row as f64 + 1.0);
            if below <= above {
                continue;
            }
            let x0 = top[0] + (above - top[1]) * slope;
            let x1 = top[0] + (below - top[1]) * slope;
            self.row(row, x0.min(x1), x0.max(x1), (below - above) * sign);
        }
    }

    /// A slanted piece in one row: the cells that it crosses get their share, the rest of the row gets the whole.
    fn row(&mut self, row: usize, left: f64, right: f64, height: f64) {
        let limit = self.columns as f64;
        let (left, right) = (left.clamp(0.0, limit), right.clamp(0.0, limit));
        let start = row * (self.columns + 2);
        let (first, last) = (whole(left), whole(right));
        let mut before = 0.0;
        for column in first..=last {
            // How much of the cell lies to the right of the piece, on average over the piece's height.
            let (low, high) = (left.max(column as f64), right.min(column as f64 + 1.0));
            let wide = right - left;
            let covered = if wide < 1e-9 {
                column as f64 + 1.0 - left
            } else {
                let passed = (low - left) / wide;
                let within = (high - low) / wide;
                passed + within * (column as f64 + 1.0 - (low + high) / 2.0)
            };
            let covered = covered.clamp(0.0, 1.0) * height;
            if let Some(cell) = self.layer.get_mut(start + column) {
                *cell += covered - before;
            }
            before = covered;
        }
        if let Some(cell) = self.layer.get_mut(start + last + 1) {
            *cell += height - before;
        }
    }

    /// Puts the layer that was drawn onto the picture.
    fn dry(&mut self) {
        let wide = self.columns + 2;
        for (ink, layer) in self.ink.chunks_mut(wide).zip(self.layer.chunks_mut(wide)) {
            let mut sum = 0.0;
            for (ink, cell) in ink.iter_mut().zip(layer) {
                sum += *cell;
                *ink = ink.max(sum.abs().min(1.0));
                *cell = 0.0;
            }
        }
    }

    fn finish(self) -> (u32, u32, Vec<u8>) {
        let wide = self.columns + 2;
        let mut opacity = Vec::with_capacity(self.columns * self.rows);
        for row in self.ink.chunks(wide) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and 255"
            )]
            let bytes = row.iter().take(self.columns).map(|ink| (ink * 255.0).round() as u8);
            opacity.extend(bytes);
        }
        let side = |length: usize| u32::try_from(length).unwrap_or(1);
        (side(self.columns), side(self.rows), opacity)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cut to what a picture has before"
)]
fn whole(value: f64) -> usize {
    value.clamp(0.0, 1e6).floor() as usize
}
