//! Fonts: which has which character, how wide it is, and the parts of them that documents carry.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use super::LayoutProblem;

/// The largest font file that is read, in bytes.
const FONT_MAX: usize = 64 * 1024 * 1024;
/// How many subsets are kept.
const SUBSETS_KEPT: usize = 512;

/// The fonts of an installation, in the order in which a character is looked for. Cloning is cheap.
#[derive(Clone)]
pub struct Fonts(Arc<Inner>);

/// Subsets by font and characters.
type Subsets = HashMap<(usize, Vec<char>), Arc<SubsetFont>>;

struct Inner {
    faces: Vec<Face>,
    subsets: Mutex<Subsets>,
}

/// A font.
pub struct Face {
    name: String,
    data: Arc<Vec<u8>>,
    krilla: krilla::text::Font,
    units: f64,
}

/// A glyph of a text: which font has it, and how wide it is in em.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    pub character: char,
    pub face: usize,
    pub id: u16,
    pub advance: f64,
}

/// A font cut to some characters: an OpenType file of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct SubsetFont {
    /// The file.
    pub data: Vec<u8>,
    /// SM3 over it: what a document's signature refers to.
    pub digest: [u8; 32],
    /// Whether its outlines are CFF (`.otf`) or TrueType (`.ttf`).
    pub cff: bool,
}

/// Why a font cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FontProblem {
    /// No font at all.
    #[error("there is no font")]
    None,
    /// Not an OpenType font, or larger than is read.
    #[error("{0} is not a font that can be read")]
    Unreadable(String),
    /// Cutting it failed.
    #[error("{font} cannot be cut to what a document shows: {reason}")]
    Subset {
        /// Which font.
        font: String,
        /// What the cutter says.
        reason: String,
    },
}

impl Fonts {
    /// Fonts by name and file, in the order in which characters are looked for.
    pub fn new(files: Vec<(String, Vec<u8>)>) -> Result<Self, FontProblem> {
        if files.is_empty() {
            return Err(FontProblem::None);
        }
        let faces = files.into_iter().map(|(name, data)| Face::new(name, data));
        let faces = faces.collect::<Result<Vec<_>, _>>()?;
        Ok(Self(Arc::new(Inner { faces, subsets: Mutex::default() })))
    }

    /// The fonts.
    pub fn faces(&self) -> &[Face] {
        &self.0.faces
    }

    /// The first character of a text that no font has.
    pub fn first_missing(&self, text: &str) -> Option<char> {
        match self.glyphs(text) {
            Err(LayoutProblem::Glyph(c)) => Some(c),
            Ok(_) | Err(_) => None,
        }
    }

    /// The glyphs of a text. Line breaks stay as they are; other control characters are left out.
    pub(crate) fn glyphs(&self, text: &str) -> Result<Vec<Glyph>, LayoutProblem> {
        let open: Vec<_> = self.0.faces.iter().filter_map(Face::open).collect();
        let maps: Vec<_> = open
            .iter()
            .map(|f| (f.charmap(), f.glyph_metrics(Size::unscaled(), LocationRef::default())))
            .collect();
        let mut glyphs = Vec::with_capacity(text.len() / 2);
        for c in text.chars() {
            if c == '\n' {
                glyphs.push(Glyph { character: c, face: 0, id: 0, advance: 0.0 });
                continue;
            }
            let c = if c == '\t' || c == '\u{a0}' { ' ' } else { c };
            if c.is_control() {
                continue;
            }
            let found = maps.iter().zip(&self.0.faces).enumerate().find_map(
                |(index, ((map, metrics), face))| {
                    let id = map.map(c).filter(|id| id.to_u32() != 0)?;
                    let advance = f64::from(metrics.advance_width(id)?) / face.units;
                    let id = u16::try_from(id.to_u32()).ok()?;
                    Some(Glyph { character: c, face: index, id, advance })
                },
            );
            glyphs.push(found.ok_or(LayoutProblem::Glyph(c))?);
        }
        Ok(glyphs)
    }

    /// A font cut to characters; the same characters give the same file, which is kept.
    pub fn subset(
        &self,
        face: usize,
        characters: &BTreeSet<char>,
    ) -> Result<Arc<SubsetFont>, FontProblem> {
        let key = (face, characters.iter().copied().collect::<Vec<_>>());
        let kept = |inner: &Inner| {
            let kept = inner.subsets.lock().unwrap_or_else(PoisonError::into_inner);
            kept.get(&key).cloned()
        };
        if let Some(found) = kept(&self.0) {
            return Ok(found);
        }
        let source = self.0.faces.get(face).ok_or(FontProblem::None)?;
        let made = Arc::new(source.subset(characters)?);
        let mut subsets = self.0.subsets.lock().unwrap_or_else(PoisonError::into_inner);
        if subsets.len() >= SUBSETS_KEPT {
            subsets.clear();
        }
        subsets.insert(key, made.clone());
        Ok(made)
    }
}

impl Face {
    fn new(name: String, data: Vec<u8>) -> Result<Self, FontProblem> {
        let wrong = || FontProblem::Unreadable(name.clone());
        if data.len() > FONT_MAX {
            return Err(wrong());
        }
        let data = Arc::new(data);
        let font = FontRef::new(&data).map_err(|_| wrong())?;
        let metrics = font.metrics(Size::unscaled(), LocationRef::default());
        if metrics.units_per_em == 0 || !font.charmap().has_map() {
            return Err(wrong());
        }
        let krilla = krilla::text::Font::new(data.clone().into(), 0).ok_or_else(wrong)?;
        Ok(Self { units: f64::from(metrics.units_per_em), name, data, krilla })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn krilla(&self) -> krilla::text::Font {
        self.krilla.clone()
    }

    pub(crate) fn units(&self) -> f64 {
        self.units
    }

    pub(crate) fn open(&self) -> Option<FontRef<'_>> {
        FontRef::new(&self.data).ok()
    }

    fn subset(&self, characters: &BTreeSet<char>) -> Result<SubsetFont, FontProblem> {
        let wrong = |reason: String| FontProblem::Subset { font: self.name.clone(), reason };
        let font = self.open().ok_or_else(|| FontProblem::Unreadable(self.name.clone()))?;
        let map = font.charmap();
        let mut remapper = subsetter::GlyphRemapper::new();
        let mut codes = BTreeMap::new();
        for c in characters {
            let Some(id) = map.map(*c).and_then(|id| u16::try_from(id.to_u32()).ok()) else {
                continue;
            };
            codes.insert(u32::from(*c), remapper.remap(id));
        }
        let cut = subsetter::subset(&self.data, 0, &remapper).map_err(|e| wrong(e.to_string()))?;
        let data = super::sfnt::with_characters(&cut, &self.data, &codes)
            .ok_or_else(|| wrong("its tables do not hold together".to_owned()))?;
        let cff = data.starts_with(b"OTTO");
        let digest = crate::seal::sm3(&data);
        Ok(SubsetFont { data, digest, cff })
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.faces.iter().map(Face::name)).finish()
    }
}
