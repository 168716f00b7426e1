//! Packages: the parts of a document, then its seal. The same input gives the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

use minshu_kernel::clock::Timestamp;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::layout::{Document, FontProblem, Fonts, SubsetFont};
use crate::seal::{Identity, Seal, SealProblem, sm3};

use super::NAMESPACE;
use super::draw::{self, Ids, escaped, number};

/// What a document says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its identifier: 16 bytes of the caller's.
    pub id: [u8; 16],
    /// When it was made.
    pub created: Timestamp,
    /// Who made it.
    pub author: String,
    /// More of its facts by name, such as the licence's identifier.
    pub custom: Vec<(String, String)>,
}

/// Why no package was made.
#[derive(Debug, thiserror::Error)]
pub enum WriteProblem {
    /// A font cannot be used.
    #[error("a font cannot be embedded")]
    Font(#[source] FontProblem),
    /// The document has no place for a seal.
    #[error("the document has no place for a seal")]
    NoPlace,
    /// The seal was not put on.
    #[error("the document was not sealed")]
    Seal(#[source] SealProblem),
    /// The archive was not written; a defect.
    #[error("the package was not written")]
    Archive(#[source] zip::result::ZipError),
}

/// The parts of a document that bears no seal yet.
#[derive(Debug, Clone)]
pub struct Unsealed {
    facts: Facts,
    title: String,
    parts: Vec<Part>,
    places: Vec<(u32, [f64; 4])>,
}

#[derive(Debug, Clone)]
struct Part {
    path: String,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    /// Compressed when it is written.
    Text(String),
    /// Written as it is.
    Bytes(Arc<[u8]>),
    /// A font, whose digest is known.
    Font(Arc<SubsetFont>),
}

impl Content {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
            Self::Font(font) => &font.data,
        }
    }

    fn digest(&self) -> [u8; 32] {
        match self {
            Self::Font(font) => font.digest,
            other => sm3(other.bytes()),
        }
    }
}

/// The parts of a document.
pub fn write(document: &Document, fonts: &Fonts, facts: Facts) -> Result<Unsealed, WriteProblem> {
    let mut ids = Ids::new();
    let mut parts = Vec::new();
    let page_ids: Vec<u32> = document.pages.iter().map(|_| ids.next()).collect();

    let mut font_ids = BTreeMap::new();
    let mut public = resources();
    for (key, characters) in draw::characters(document) {
        let font = fonts.subset(key.0, &characters).map_err(WriteProblem::Font)?;
        let id = ids.next();
        let file = format!("font_{id}.{}", if font.cff { "otf" } else { "ttf" });
        let name = escaped(fonts.faces().get(key.0).map_or("", |face| face.name()));
        let _ = write!(
            public,
            r#"<ofd:Font ID="{id}" FontName="{name}" FamilyName="{name}"><ofd:FontFile>{file}</ofd:FontFile></ofd:Font>"#
        );
        font_ids.insert(key, id);
        parts.push(Part { path: format!("Doc_0/Res/{file}"), content: Content::Font(font) });
    }
    public.push_str("</ofd:Fonts></ofd:Res>");

    let mut pictures: Vec<(Arc<[u8]>, u32)> = Vec::new();
    let mut media = String::new();
    for item in document.pages.iter().flat_map(|page| &page.items) {
        let crate::layout::Item::Picture(picture) = item else { continue };
        if pictures.iter().any(|(png, _)| *png == picture.png) {
            continue;
        }
        let id = ids.next();
        let file = format!("image_{id}.png");
        let _ = write!(
            media,
            r#"<ofd:MultiMedia ID="{id}" Type="Image" Format="PNG"><ofd:MediaFile>{file}</ofd:MediaFile></ofd:MultiMedia>"#
        );
        parts.push(Part {
            path: format!("Doc_0/Res/{file}"),
            content: Content::Bytes(picture.png.clone()),
        });
        pictures.push((picture.png.clone(), id));
    }

    let mut places = Vec::new();
    let mut pages = String::new();
    for (index, (page, id)) in document.pages.iter().zip(&page_ids).enumerate() {
        let content = draw::page(document, page, &font_ids, &pictures, &mut ids);
        let path = format!("Pages/Page_{index}/Content.xml");
        let _ = write!(pages, r#"<ofd:Page ID="{id}" BaseLoc="{path}"/>"#);
        parts.push(Part { path: format!("Doc_0/{path}"), content: Content::Text(content) });
        places.extend(page.seals.iter().map(|seal| (*id, seal.area)));
    }

    let mut head = Vec::new();
    let size = document.pages.first();
    let mut body = String::new();
    let _ = write!(
        body,
        r#"<?xml version="1.0" encoding="UTF-8"?><ofd:Document xmlns:ofd="{NAMESPACE}"><ofd:CommonData><ofd:MaxUnitID>{}</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 {} {}</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"#,
        ids.last(),
        number(size.map_or(210.0, |page| page.width)),
        number(size.map_or(297.0, |page| page.height)),
    );
    if !media.is_empty() {
        body.push_str("<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>");
        let mut xml = resource_head();
        let _ = write!(xml, "<ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>");
        head.push(Part { path: "Doc_0/DocumentRes.xml".to_owned(), content: Content::Text(xml) });
    }
    let _ = write!(body, "</ofd:CommonData><ofd:Pages>{pages}</ofd:Pages></ofd:Document>");
    head.insert(0, Part { path: "Doc_0/Document.xml".to_owned(), content: Content::Text(body) });
    head.push(Part { path: "Doc_0/PublicRes.xml".to_owned(), content: Content::Text(public) });
    head.extend(parts);
    Ok(Unsealed { facts, title: document.title.clone(), parts: head, places })
}

fn resource_head() -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><ofd:Res xmlns:ofd="{NAMESPACE}" BaseLoc="Res">"#
    )
}

fn resources() -> String {
    resource_head() + "<ofd:Fonts>"
}

impl Unsealed {
    /// The document without a seal.
    pub fn plain(&self) -> Result<Vec<u8>, WriteProblem> {
        let root = Part { path: "OFD.xml".to_owned(), content: Content::Text(self.root(false)) };
        archive(std::iter::once(&root).chain(&self.parts))
    }

    /// The document with a seal at every place that it has for one.
    pub fn seal(
        &self,
        seal: &Seal,
        signer: &Identity,
        at: Timestamp,
    ) -> Result<Vec<u8>, WriteProblem> {
        const FOLDER: &str = "Doc_0/Signs/Sign_0";
        if self.places.is_empty() {
            return Err(WriteProblem::NoPlace);
        }
        let text =
            |path: &str, xml: String| Part { path: path.to_owned(), content: Content::Text(xml) };
        let bytes = |name: &str, bytes: Vec<u8>| Part {
            path: format!("{FOLDER}/{name}"),
            content: Content::Bytes(bytes.into()),
        };
        let root = text("OFD.xml", self.root(true));
        let picture = bytes("Seal.esl", seal.der.clone());
        let mut references = String::new();
        for part in [&root].into_iter().chain(&self.parts).chain([&picture]) {
            use base64::Engine as _;
            let digest = base64::engine::general_purpose::STANDARD.encode(part.content.digest());
            let _ = write!(
                references,
                r#"<ofd:Reference FileRef="/{}"><ofd:CheckValue>{digest}</ofd:CheckValue></ofd:Reference>"#,
                part.path
            );
        }
        let mut stamps = String::new();
        for (index, (page, area)) in self.places.iter().enumerate() {
            let [x, y, width, height] = area.map(number);
            let _ = write!(
                stamps,
                r#"<ofd:StampAnnot ID="{}" Boundary="{x} {y} {width} {height}" PageRef="{page}"/>"#,
                index + 1
            );
        }
        let signature = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><ofd:Signature xmlns:ofd="{NAMESPACE}"><ofd:SignedInfo><ofd:Provider ProviderName="Minshu" Version="{}" Company="Minshu"/><ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod><ofd:SignatureDateTime>{}</ofd:SignatureDateTime><ofd:References CheckMethod="SM3">{references}</ofd:References>{stamps}<ofd:Seal><ofd:BaseLoc>/{FOLDER}/Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo><ofd:SignedValue>/{FOLDER}/SignedValue.dat</ofd:SignedValue></ofd:Signature>"#,
            env!("CARGO_PKG_VERSION"),
            instant(at),
        );
        let place = format!("/{FOLDER}/Signature.xml");
        let value = seal.sign(signer, signature.as_bytes(), at, &place);
        let value = bytes("SignedValue.dat", value.map_err(WriteProblem::Seal)?);
        let list = text(
            "Doc_0/Signs/Signatures.xml",
            format!(
                r#"<?xml version="1.0" encoding="UTF-8"?><ofd:Signatures xmlns:ofd="{NAMESPACE}"><ofd:MaxSignId>1</ofd:MaxSignId><ofd:Signature ID="1" Type="Seal" BaseLoc="{place}"/></ofd:Signatures>"#
            ),
        );
        let signature = text(place.trim_start_matches('/'), signature);
        let tail = [&list, &signature, &picture, &value];
        archive([&root].into_iter().chain(&self.parts).chain(tail))
    }

    fn root(&self, sealed: bool) -> String {
        let id: String = self.facts.id.iter().map(|b| format!("{b:02x}")).collect();
        let mut custom = String::new();
        for (name, value) in &self.facts.custom {
            let _ = write!(
                custom,
                r#"<ofd:CustomData Name="{}">{}</ofd:CustomData>"#,
                escaped(name),
                escaped(value)
            );
        }
        if !custom.is_empty() {
            custom = format!("<ofd:CustomDatas>{custom}</ofd:CustomDatas>");
        }
        let signatures = if sealed {
            "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>"
        } else {
            ""
        };
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="{NAMESPACE}" DocType="OFD" Version="1.1"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{id}</ofd:DocID><ofd:Title>{}</ofd:Title><ofd:Author>{}</ofd:Author><ofd:CreationDate>{}</ofd:CreationDate><ofd:Creator>Minshu</ofd:Creator><ofd:CreatorVersion>{}</ofd:CreatorVersion>{custom}</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{signatures}</ofd:DocBody></ofd:OFD>"#,
            escaped(&self.title),
            escaped(&self.facts.author),
            self.facts.created.date(),
            env!("CARGO_PKG_VERSION"),
        )
    }
}

/// An instant as signatures write it: `20261127093000Z`.
fn instant(at: Timestamp) -> String {
    let seconds = jiff::Timestamp::from_second(at.0.div_euclid(1_000)).unwrap_or_default();
    seconds.strftime("%Y%m%d%H%M%SZ").to_string()
}

/// The archive: texts compressed, the rest as it is.
fn archive<'a>(parts: impl Iterator<Item = &'a Part>) -> Result<Vec<u8>, WriteProblem> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(128 * 1024)));
    let options = SimpleFileOptions::default();
    let stored = options.compression_method(CompressionMethod::Stored);
    let deflated =
        options.compression_method(CompressionMethod::Deflated).compression_level(Some(3));
    for part in parts {
        let options = match part.content {
            Content::Text(_) => deflated,
            Content::Bytes(_) | Content::Font(_) => stored,
        };
        zip.start_file(part.path.as_str(), options).map_err(WriteProblem::Archive)?;
        let written = zip.write_all(part.content.bytes());
        written.map_err(|e| WriteProblem::Archive(zip::result::ZipError::Io(e)))?;
    }
    zip.finish().map(Cursor::into_inner).map_err(WriteProblem::Archive)
}
