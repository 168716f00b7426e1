//! Lines of Chinese and Latin text: words hold together, no line begins with a closing mark or ends with an opening one
//! (GB/T 15834 and the requirements of Chinese text layout).

use super::fonts::Glyph;
use super::page::{GlyphAt, TextRun};
use super::template::{Align, BoxSpec};

/// A line: glyphs, and the space between them as a share of the size.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub glyphs: Vec<Glyph>,
    spacing: f64,
    /// Whether the text goes on in the next line of the same paragraph.
    wrapped: bool,
}

/// Marks that no line begins with.
const CLOSING: &str = "、。，．·：；？！）】〕》」』”’…—～％‰℃!),.:;?]}%";
/// Marks that no line ends with.
const OPENING: &str = "（【〔《「『“‘￥＄([{¥$";

/// Breaks glyphs into lines of a width in em. A line that is empty stays.
pub(crate) fn lines(glyphs: &[Glyph], width: f64, spacing: f64) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in glyphs.split(|g| g.character == '\n') {
        paragraph_lines(paragraph, width, spacing, &mut lines);
    }
    lines
}

fn paragraph_lines(glyphs: &[Glyph], width: f64, spacing: f64, lines: &mut Vec<Line>) {
    let measure = |glyphs: &[Glyph]| -> f64 {
        let trimmed = trim(glyphs);
        let gaps = trimmed.len().saturating_sub(1) as f64 * spacing;
        trimmed.iter().map(|g| g.advance).sum::<f64>() + gaps
    };
    let mut rest = glyphs;
    loop {
        if measure(rest) <= width + 1e-6 || rest.len() <= 1 {
            lines.push(Line { glyphs: trim(rest).to_vec(), spacing, wrapped: false });
            return;
        }
        // The longest beginning that fits, back to a place where a line may end.
        let mut fits = 1;
        let mut wide = rest.first().map_or(0.0, |g| g.advance);
        while let Some(next) = rest.get(fits) {
            wide += next.advance + spacing;
            if wide > width + 1e-6 && next.character != ' ' {
                break;
            }
            fits += 1;
        }
        let end = (1..=fits).rev().find(|at| may_break(rest, *at)).unwrap_or(fits);
        let (line, after) = rest.split_at(end);
        lines.push(Line { glyphs: trim(line).to_vec(), spacing, wrapped: true });
        let blanks = after.iter().take_while(|g| g.character == ' ').count();
        rest = after.get(blanks..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
    }
}

/// Without the blanks at its end.
fn trim(glyphs: &[Glyph]) -> &[Glyph] {
    let blanks = glyphs.iter().rev().take_while(|g| g.character == ' ').count();
    glyphs.get(..glyphs.len() - blanks).unwrap_or_default()
}

/// Whether a line may end before the glyph at a place.
fn may_break(glyphs: &[Glyph], at: usize) -> bool {
    let (Some(before), Some(after)) =
        (at.checked_sub(1).and_then(|b| glyphs.get(b)), glyphs.get(at))
    else {
        return true;
    };
    let (before, after) = (before.character, after.character);
    if CLOSING.contains(after) || OPENING.contains(before) {
        return false;
    }
    let word = |c: char| c.is_alphanumeric() && !is_ideograph(c);
    !(word(before) && word(after))
}

fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x2e80..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// The runs of a line at its place, one for each change of font.
pub(crate) fn runs(
    line: &Line,
    spec: &BoxSpec,
    [x, y]: [f64; 2],
    width: f64,
    size: f64,
) -> Vec<TextRun> {
    let count = line.glyphs.len();
    let natural = line.glyphs.iter().map(|g| g.advance * size).sum::<f64>()
        + count.saturating_sub(1) as f64 * line.spacing * size;
    let spare = (width - natural).max(0.0);
    let stretched = count > 1
        && match spec.align {
            Align::Justify => line.wrapped,
            Align::Spread => true,
            Align::Left | Align::Centre | Align::Right => false,
        };
    let gap = line.spacing * size + if stretched { spare / (count - 1) as f64 } else { 0.0 };
    let mut x = match spec.align {
        Align::Centre => x + spare / 2.0,
        Align::Right => x + spare,
        Align::Left | Align::Justify | Align::Spread => x,
    };
    let mut runs: Vec<TextRun> = Vec::new();
    for glyph in &line.glyphs {
        let advance = glyph.advance * size + gap;
        let at = GlyphAt { character: glyph.character, glyph: glyph.id, advance };
        match runs.last_mut().filter(|run| run.face == glyph.face) {
            Some(run) => run.glyphs.push(at),
            None => runs.push(TextRun {
                face: glyph.face,
                size,
                x,
                y,
                colour: spec.colour,
                bold: spec.bold,
                glyphs: vec![at],
            }),
        }
        x += advance;
    }
    runs
}
