//! Packages of strangers: opened within bounds, with clear words for what is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use base64::Engine as _;
use zip::ZipArchive;

use super::xml::{Node, parse};

/// The largest package, in bytes.
pub const PACKAGE_MAX: usize = 64 * 1024 * 1024;
/// How many files a package may have.
const FILES_MAX: usize = 5_000;
/// How much its files may hold together, unpacked.
const UNPACKED_MAX: u64 = 256 * 1024 * 1024;
/// The largest XML file.
const XML_MAX: usize = 16 * 1024 * 1024;
/// How many signatures are looked at.
const SIGNATURES_MAX: usize = 64;
/// How many references a signature may have.
const REFERENCES_MAX: usize = 10_000;

/// Why a file is no package that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadProblem {
    /// Larger than is read.
    #[error("the file has {found} bytes; up to {PACKAGE_MAX} are read")]
    TooLarge {
        /// How many it has.
        found: usize,
    },
    /// No archive.
    #[error("the file is no ZIP archive, which an OFD document is: {0}")]
    Archive(String),
    /// Too many files.
    #[error("the package has {found} files; up to {FILES_MAX} are read")]
    Files {
        /// How many it has.
        found: usize,
    },
    /// More than is read once it is unpacked.
    #[error("the package unpacks to more than {UNPACKED_MAX} bytes")]
    Bomb,
    /// Two files of one name, letter by letter: which one is meant is not clear.
    #[error("two files of the package have the same name")]
    Twice,
    /// Two files of one name but for large and small letters: readers would differ in which one they show.
    #[error("two files of the package are called {0}, but for large and small letters")]
    Duplicate(String),
    /// Two files share bytes of the archive.
    #[error("files of the package overlap in the archive")]
    Overlap,
    /// A file's name leads out of the package.
    #[error("the name {0:?} leads out of the package")]
    Name(String),
    /// A file is encrypted or packed by a method that OFD does not use.
    #[error("the file {path} cannot be unpacked: {reason}")]
    Unpack {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A part that must be there is not.
    #[error("the package has no {path}, which {from} names")]
    Missing {
        /// What is missing.
        path: String,
        /// Which file names it.
        from: String,
    },
    /// A part is not the XML that it should be.
    #[error("{path} cannot be read: {reason}")]
    Xml {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// An element that must be there is not.
    #[error("{path} has no {element}")]
    Element {
        /// Which file.
        path: String,
        /// Which element.
        element: &'static str,
    },
    /// More of something than is read.
    #[error("{path} has more than {most} {what}")]
    Many {
        /// Which file.
        path: String,
        /// What there is too much of.
        what: &'static str,
        /// How many are read.
        most: usize,
    },
}

/// A package: its files, unpacked.
#[derive(Debug, Clone)]
pub struct Package {
    files: BTreeMap<String, Vec<u8>>,
    root: Node,
}

/// A signature of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFile {
    /// Its id.
    pub id: String,
    /// Whether it bears a seal (`Seal`) or is a signature alone (`Sign`).
    pub sealed: bool,
    /// Where its `Signature.xml` stands.
    pub path: String,
    /// When it was signed, as that file says.
    pub at: Option<String>,
    /// The method of the digests.
    pub check_method: String,
    /// The method of the signature.
    pub signature_method: String,
    /// The files that it protects.
    pub references: Vec<Reference>,
    /// Where the seal stands on the pages.
    pub stamps: Vec<Stamp>,
    /// Where the seal's file stands.
    pub seal: Option<String>,
    /// Where the signed value stands.
    pub value: String,
}

/// A file that a signature protects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands, without a slash in front.
    pub path: String,
    /// The digest that was signed; `None` where it cannot be read.
    pub digest: Option<Vec<u8>>,
}

/// Where a seal stands on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The page's id.
    pub page: String,
    /// x, y, width, height in millimetres, as it was written.
    pub boundary: String,
}

impl Package {
    /// Opens a package.
    pub fn open(bytes: &[u8]) -> Result<Self, ReadProblem> {
        if bytes.len() > PACKAGE_MAX {
            return Err(ReadProblem::TooLarge { found: bytes.len() });
        }
        let archive = |e: zip::result::ZipError| ReadProblem::Archive(e.to_string());
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(archive)?;
        if zip.len() > FILES_MAX {
            return Err(ReadProblem::Files { found: zip.len() });
        }
        if zip.has_overlapping_entries().map_err(archive)? {
            return Err(ReadProblem::Overlap);
        }
        if zip.has_duplicate_names() {
            return Err(ReadProblem::Twice);
        }
        let mut files = BTreeMap::new();
        let mut folded = BTreeSet::new();
        let mut left = UNPACKED_MAX;
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).map_err(|e| ReadProblem::Unpack {
                path: format!("number {}", index + 1),
                reason: e.to_string(),
            })?;
            if file.is_dir() {
                continue;
            }
            let raw = file.name().map(|n| n.into_owned()).unwrap_or_default();
            let name = plain_name(&raw).ok_or_else(|| ReadProblem::Name(raw.clone()))?;
            if !folded.insert(name.to_lowercase()) {
                return Err(ReadProblem::Duplicate(name));
            }
            let mut content = Vec::new();
            let taken = (&mut file).take(left + 1).read_to_end(&mut content);
            taken.map_err(|e| ReadProblem::Unpack { path: name.clone(), reason: e.to_string() })?;
            let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
            left = left.checked_sub(length).ok_or(ReadProblem::Bomb)?;
            files.insert(name, content);
        }
        let root = files.get("OFD.xml").ok_or_else(|| ReadProblem::Missing {
            path: "OFD.xml".to_owned(),
            from: "the standard".to_owned(),
        })?;
        let root = parse_bounded("OFD.xml", root)?;
        if root.name != "OFD" {
            return Err(ReadProblem::Element { path: "OFD.xml".to_owned(), element: "OFD" });
        }
        Ok(Self { files, root })
    }

    /// Every file's place, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// A file.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path.trim_start_matches('/')).map(Vec::as_slice)
    }

    /// What the document is called.
    pub fn title(&self) -> Option<&str> {
        self.root.child("DocBody")?.child("DocInfo")?.value("Title")
    }

    /// A fact that the document says of itself.
    pub fn custom(&self, name: &str) -> Option<&str> {
        let datas = self.root.child("DocBody")?.child("DocInfo")?.child("CustomDatas")?;
        let found = datas.all("CustomData").find(|d| d.attribute("Name") == Some(name))?;
        Some(found.text.trim())
    }

    /// The places of its pages, in order. A page that is named and missing is an error.
    pub fn pages(&self) -> Result<Vec<String>, ReadProblem> {
        let mut pages = Vec::new();
        for body in self.root.all("DocBody") {
            let place = body.value("DocRoot").ok_or_else(|| ReadProblem::Element {
                path: "OFD.xml".to_owned(),
                element: "DocRoot",
            })?;
            let path = self.resolve("OFD.xml", place)?;
            let document = self.xml(&path)?;
            for page in document.child("Pages").into_iter().flat_map(|p| p.all("Page")) {
                let place = page.value("BaseLoc").ok_or_else(|| ReadProblem::Element {
                    path: path.clone(),
                    element: "BaseLoc",
                })?;
                if pages.len() >= FILES_MAX {
                    let what = "pages";
                    return Err(ReadProblem::Many { path, what, most: FILES_MAX });
                }
                pages.push(self.resolve(&path, place)?);
            }
        }
        Ok(pages)
    }

    /// Its signatures, in order; none where it bears none.
    pub fn signatures(&self) -> Result<Vec<SignatureFile>, ReadProblem> {
        let mut found = Vec::new();
        for body in self.root.all("DocBody") {
            let Some(place) = body.value("Signatures") else { continue };
            let list = self.resolve("OFD.xml", place)?;
            let node = self.xml(&list)?;
            for entry in node.all("Signature") {
                if found.len() >= SIGNATURES_MAX {
                    let what = "signatures";
                    return Err(ReadProblem::Many { path: list, what, most: SIGNATURES_MAX });
                }
                found.push(self.signature(&list, entry)?);
            }
        }
        Ok(found)
    }

    fn signature(&self, list: &str, entry: &Node) -> Result<SignatureFile, ReadProblem> {
        let element = |path: &str, element| ReadProblem::Element { path: path.to_owned(), element };
        let place = entry.value("BaseLoc").ok_or_else(|| element(list, "BaseLoc"))?;
        let path = self.resolve(list, place)?;
        let node = self.xml(&path)?;
        let info = node.child("SignedInfo").ok_or_else(|| element(&path, "SignedInfo"))?;
        let protected = info.child("References").ok_or_else(|| element(&path, "References"))?;
        let mut references = Vec::new();
        for one in protected.all("Reference") {
            if references.len() >= REFERENCES_MAX {
                let what = "references";
                return Err(ReadProblem::Many { path, what, most: REFERENCES_MAX });
            }
            let place = one.value("FileRef").ok_or_else(|| element(&path, "FileRef"))?;
            let digest = one.value("CheckValue").unwrap_or_default();
            let digest = base64::engine::general_purpose::STANDARD.decode(digest).ok();
            // A file that is protected and gone is a finding of the verification, no error of the package.
            let place = self.resolve(&path, place).unwrap_or_else(|_| plain(place));
            references.push(Reference { path: place, digest });
        }
        let stamps = info.all("StampAnnot").map(|stamp| Stamp {
            page: stamp.value("PageRef").unwrap_or_default().to_owned(),
            boundary: stamp.value("Boundary").unwrap_or_default().to_owned(),
        });
        let seal = info.child("Seal").and_then(|seal| seal.value("BaseLoc"));
        let value = node.value("SignedValue").ok_or_else(|| element(&path, "SignedValue"))?;
        Ok(SignatureFile {
            id: entry.value("ID").unwrap_or_default().to_owned(),
            sealed: entry.value("Type").is_none_or(|kind| kind != "Sign"),
            at: info.value("SignatureDateTime").map(str::to_owned),
            check_method: protected.value("CheckMethod").unwrap_or("MD5").to_owned(),
            signature_method: info.value("SignatureMethod").unwrap_or_default().to_owned(),
            stamps: stamps.collect(),
            seal: seal.map(|place| self.resolve(&path, place)).transpose()?,
            value: self.resolve(&path, value)?,
            references,
            path,
        })
    }

    fn xml(&self, path: &str) -> Result<Node, ReadProblem> {
        let file = self.files.get(path).ok_or_else(|| ReadProblem::Missing {
            path: path.to_owned(),
            from: "the package".to_owned(),
        })?;
        parse_bounded(path, file)
    }

    /// Where a place leads that a file names: from the root where it begins with a slash, else from the file's folder;
    /// makers who write places from the root without a slash are understood where nothing else is meant.
    fn resolve(&self, from: &str, place: &str) -> Result<String, ReadProblem> {
        let place = place.trim();
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let absolute = place.starts_with('/');
        let named = if absolute || folder.is_empty() {
            plain_name(place.trim_start_matches('/'))
        } else {
            plain_name(&format!("{folder}/{place}"))
        };
        let named = named.ok_or_else(|| ReadProblem::Name(place.to_owned()))?;
        if self.files.contains_key(&named) {
            return Ok(named);
        }
        let rooted = plain_name(place).filter(|p| !absolute && self.files.contains_key(p));
        rooted.ok_or_else(|| ReadProblem::Missing { path: named, from: from.to_owned() })
    }
}

fn parse_bounded(path: &str, bytes: &[u8]) -> Result<Node, ReadProblem> {
    if bytes.len() > XML_MAX {
        let reason = format!("it has {} bytes; up to {XML_MAX} are read", bytes.len());
        return Err(ReadProblem::Xml { path: path.to_owned(), reason });
    }
    parse(path, bytes)
}

/// A place without a slash in front, for words alone.
fn plain(place: &str) -> String {
    place.trim().trim_start_matches('/').chars().take(300).collect()
}

/// A name with its `.` and `..` resolved; `None` where it leads out, is empty, or is no name of a file.
fn plain_name(name: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    // Some makers on Windows write back slashes.
    let name = name.replace('\\', "/");
    if name.len() > 1_024 || name.contains('\0') || name.contains(':') {
        return None;
    }
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}
