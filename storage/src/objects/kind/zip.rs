//! What a ZIP container holds, by its central directory (PKWARE APPNOTE 4.3): office documents by
//! their main part (ECMA-376 part 2), OFD by its root file (GB/T 33190-2016, 7.3).

/// A local file header: every ZIP that we take begins with one.
pub(super) const LOCAL_HEADER: &[u8] = b"PK\x03\x04";

pub(super) const ZIP: &str = "application/zip";
pub(super) const DOCX: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
pub(super) const DOCX_WITH_MACROS: &str = "application/vnd.ms-word.document.macroEnabled.12";
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(super) const XLSX_WITH_MACROS: &str = "application/vnd.ms-excel.sheet.macroEnabled.12";
pub(super) const PPTX: &str =
    "application/vnd.openxmlformats-officedocument.presentationml.presentation";
pub(super) const OFD: &str = "application/ofd";

/// The directory must lie within so many last bytes; one that does not is a plain ZIP to us.
const TAIL: usize = 1024 * 1024;
const END_RECORD: usize = 22;
const DIRECTORY_ENTRY: usize = 46;
const MAX_COMMENT: usize = 65_535;

/// Keeps the last bytes of a container.
#[derive(Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
}

impl Tail {
    pub(super) fn push(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
        // Cut rarely: at twice the size, so that each byte is moved once.
        if self.bytes.len() >= 2 * TAIL {
            self.bytes.drain(..self.bytes.len() - TAIL);
        }
    }

    /// The kind of a container of `total` bytes.
    pub(super) fn kind(&mut self, total: u64) -> &'static str {
        directory(&self.bytes, total).and_then(kind).unwrap_or(ZIP)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The central directory, when it lies in the last bytes.
fn directory(tail: &[u8], total: u64) -> Option<&[u8]> {
    let lowest = tail.len().saturating_sub(END_RECORD + MAX_COMMENT);
    let highest = tail.len().checked_sub(END_RECORD)?;
    let end = (lowest..=highest).rev().find(|&at| {
        tail[at..].starts_with(b"PK\x05\x06")
            && u16_at(tail, at + 20).is_some_and(|comment| at + END_RECORD + comment == tail.len())
    })?;
    let size = usize::try_from(u32_at(tail, end + 12)?).ok()?;
    let offset = u64::from(u32_at(tail, end + 16)?);
    // Where the kept bytes begin in the file.
    let skipped = total.checked_sub(tail.len() as u64)?;
    let start = usize::try_from(offset.checked_sub(skipped)?).ok()?;
    let stop = start.checked_add(size)?;
    if stop > end {
        return None;
    }
    tail.get(start..stop)
}

fn names(mut directory: &[u8]) -> Option<Vec<&[u8]>> {
    let mut names = Vec::new();
    while !directory.is_empty() {
        if !directory.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name = u16_at(directory, 28)?;
        let rest = u16_at(directory, 30)? + u16_at(directory, 32)?;
        names.push(directory.get(DIRECTORY_ENTRY..DIRECTORY_ENTRY + name)?);
        directory = directory.get(DIRECTORY_ENTRY + name + rest..)?;
    }
    Some(names)
}

fn kind(directory: &[u8]) -> Option<&'static str> {
    let names = names(directory)?;
    let has = |wanted: &str| names.contains(&wanted.as_bytes());
    if has("OFD.xml") {
        return Some(OFD);
    }
    if !has("[Content_Types].xml") {
        return None;
    }
    let documents = has("word/document.xml");
    let sheets = has("xl/workbook.xml");
    let macros = names.iter().any(|name| name.ends_with(b"/vbaProject.bin"));
    match (documents, sheets, macros) {
        (true, _, true) => Some(DOCX_WITH_MACROS),
        (true, _, false) => Some(DOCX),
        (false, true, true) => Some(XLSX_WITH_MACROS),
        (false, true, false) => Some(XLSX),
        (false, false, false) if has("ppt/presentation.xml") => Some(PPTX),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A container of stored files, by the standard's own layout.
    fn container(files: &[(&str, &[u8])], comment: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut directory = Vec::new();
        for (name, content) in files {
            let at = u32::try_from(out.len()).unwrap();
            let size = u32::try_from(content.len()).unwrap().to_le_bytes();
            let name_size = u16::try_from(name.len()).unwrap().to_le_bytes();
            let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            common.extend(size);
            common.extend(size);
            common.extend(name_size);
            common.extend([0, 0]);
            out.extend(LOCAL_HEADER);
            out.extend(&common);
            out.extend(name.as_bytes());
            out.extend(*content);
            directory.extend(b"PK\x01\x02\x14\0");
            directory.extend(&common);
            directory.extend([0; 10]);
            directory.extend(at.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let at = u32::try_from(out.len()).unwrap().to_le_bytes();
        let count = u16::try_from(files.len()).unwrap().to_le_bytes();
        out.extend(&directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend(count);
        out.extend(count);
        out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
        out.extend(at);
        out.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
        out.extend(comment);
        out
    }

    fn found(content: &[u8]) -> &'static str {
        let mut tail = Tail::default();
        content.chunks(100_000).for_each(|piece| tail.push(piece));
        tail.kind(content.len() as u64)
    }

    #[test]
    fn containers_by_their_parts() {
        let types = ("[Content_Types].xml", b"<Types/>".as_slice());
        let part = |name: &'static str| (name, b"<x/>".as_slice());
        type Files<'a> = &'a [(&'a str, &'a [u8])];
        let cases: &[(Files<'_>, &str)] = &[
            (&[types, part("word/document.xml")], DOCX),
            (&[part("word/document.xml"), part("_rels/.rels"), types], DOCX),
            (&[types, part("word/document.xml"), part("word/vbaProject.bin")], DOCX_WITH_MACROS),
            (&[types, part("xl/workbook.xml")], XLSX),
            (&[types, part("xl/workbook.xml"), part("xl/vbaProject.bin")], XLSX_WITH_MACROS),
            (&[types, part("ppt/presentation.xml")], PPTX),
            (&[part("OFD.xml"), part("Doc_0/Document.xml")], OFD),
            (&[part("word/document.xml")], ZIP),
            (&[part("a.txt")], ZIP),
        ];
        for (files, kind) in cases {
            assert_eq!(found(&container(files, b"")), *kind);
            assert_eq!(found(&container(files, b"a comment with PK\x05\x06 in it")), *kind);
        }
    }

    #[test]
    fn a_long_container_is_known_by_its_end() {
        let picture = vec![7; 3_000_000];
        let files = [("Res/image.png", picture.as_slice()), ("OFD.xml", b"<OFD/>"), ("x", &[1; 5])];
        assert_eq!(found(&container(&files, b"")), OFD);
    }

    proptest! {
        #[test]
        fn a_changed_container_never_panics(at in 0..400_usize, to: u8, cut in 0..400_usize) {
            let files: [(&str, &[u8]); 3] = [("[Content_Types].xml", b"a"), ("word/document.xml", b"b"), ("c", b"d")];
            let mut bytes = container(&files, b"");
            let length = bytes.len();
            bytes[at % length] = to;
            let _any = found(&bytes);
            bytes.truncate(cut % length);
            let _any = found(&bytes);
        }
    }
}
