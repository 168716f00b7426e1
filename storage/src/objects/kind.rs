//! What a file is, by its content alone. Names and declared types are not asked.

mod text;
mod zip;

use text::TextScan;

/// Bytes from the beginning by which most kinds are known.
const HEAD: usize = 8 * 1024;

/// The kinds that a ZIP container may turn out to be.
const IN_ZIP: &[&str] = &[
    zip::ZIP,
    zip::DOCX,
    zip::DOCX_WITH_MACROS,
    zip::XLSX,
    zip::XLSX_WITH_MACROS,
    zip::PPTX,
    zip::OFD,
];

/// What the beginning of a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    /// The kind, for certain.
    Kind(&'static str),
    /// A ZIP container: its end tells which.
    Zip,
    /// The kind, unless the whole is clean text that only happens to begin so.
    Likely(&'static str),
    /// No known kind; perhaps text.
    Unknown,
}

/// Finds the kind while the content goes by.
pub(super) struct KindFinder {
    head: Vec<u8>,
    beginning: Option<Beginning>,
    text: TextScan,
    tail: zip::Tail,
    bytes: u64,
}

impl KindFinder {
    pub(super) fn new() -> Self {
        KindFinder {
            head: Vec::new(),
            beginning: None,
            text: TextScan::new(),
            tail: zip::Tail::default(),
            bytes: 0,
        }
    }

    /// Looks at the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        self.text.push(piece);
        if self.head.len() < HEAD {
            let room = (HEAD - self.head.len()).min(piece.len());
            self.head.extend_from_slice(&piece[..room]);
            if self.head.len() == HEAD {
                self.beginning = Some(beginning(&self.head));
            }
        }
        if self.head.starts_with(zip::LOCAL_HEADER) {
            self.tail.push(piece);
        }
    }

    /// Whether the file can no longer be of an accepted kind; an empty list accepts all. Answers
    /// the kind it is then known to be.
    pub(super) fn hopeless(&self, accepted: &[String]) -> Option<&'static str> {
        let among = |kind: &str| accepted.is_empty() || accepted.iter().any(|a| a == kind);
        match self.beginning? {
            Beginning::Kind(kind) => (!among(kind)).then_some(kind),
            Beginning::Zip => (!IN_ZIP.iter().any(|kind| among(kind))).then_some(zip::ZIP),
            _ if self.text.clean() => None,
            Beginning::Likely(kind) => (!among(kind)).then_some(kind),
            Beginning::Unknown => Some("unknown"),
        }
    }

    /// The media type, or `None` when it is no known kind.
    pub(super) fn finish(mut self) -> Option<&'static str> {
        let beginning = self.beginning.unwrap_or_else(|| beginning(&self.head));
        match beginning {
            Beginning::Kind(kind) => return Some(kind),
            Beginning::Zip => return Some(self.tail.kind(self.bytes)),
            Beginning::Likely(_) | Beginning::Unknown => {}
        }
        if let Some(kind) = self.text.finish() {
            return Some(kind);
        }
        match beginning {
            Beginning::Likely(kind) => Some(kind),
            _ => None,
        }
    }
}

fn beginning(head: &[u8]) -> Beginning {
    if head.starts_with(b"%PDF-") {
        return Beginning::Kind("application/pdf");
    }
    // PNG 3rd edition, 5.2 and 5.3: the signature, then a chunk IHDR of 13 bytes.
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        let ihdr = head.get(8..16) == Some(b"\0\0\0\x0dIHDR");
        return if ihdr { Beginning::Kind("image/png") } else { Beginning::Unknown };
    }
    if head.starts_with(b"\xff\xd8\xff") {
        return Beginning::Kind("image/jpeg");
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Beginning::Kind("image/webp");
    }
    if head.starts_with(zip::LOCAL_HEADER) {
        return Beginning::Zip;
    }
    // Old office files all look alike outside; which one it is stands in a directory anywhere.
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Beginning::Kind("application/x-ole-storage");
    }
    match infer::get(head) {
        None => Beginning::Unknown,
        // Markup and scripts are not "plain text", however clean they are.
        Some(found) if found.matcher_type() == infer::MatcherType::Text => {
            Beginning::Kind(found.mime_type())
        }
        // A kind of that name is no kind.
        Some(found) if found.mime_type() == "application/octet-stream" => Beginning::Unknown,
        Some(found) => Beginning::Likely(found.mime_type()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(content: &[u8]) -> Option<&'static str> {
        kind_in_pieces(content, content.len().max(1))
    }

    fn kind_in_pieces(content: &[u8], size: usize) -> Option<&'static str> {
        let mut finder = KindFinder::new();
        content.chunks(size).for_each(|piece| finder.push(piece));
        finder.finish()
    }

    #[test]
    fn known_beginnings() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01";
        assert_eq!(kind(png), Some("image/png"));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n anything else"), None);
        assert_eq!(kind(b"%PDF-1.7\n%\xe2\xe3"), Some("application/pdf"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0\0\x10JFIF\0"), Some("image/jpeg"));
        assert_eq!(kind(b"RIFF\x10\0\0\0WEBPVP8 \0\0"), Some("image/webp"));
        assert_eq!(
            kind(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"),
            Some("application/x-ole-storage")
        );
        assert_eq!(kind(b"<html><script>alert(1)</script>"), Some("text/html"));
        assert_eq!(kind(b"<?xml version=\"1.0\"?><svg/>"), Some("text/xml"));
        assert_eq!(kind(b"MZ\x90\0\x03\0"), Some("application/vnd.microsoft.portable-executable"));
        assert_eq!(kind(b"\x01\x02\x03\x04"), None);
    }

    #[test]
    fn text_that_begins_like_something_else() {
        assert_eq!(kind("BM 福州\n".as_bytes()), Some("text/plain"));
        assert_eq!(kind(b"MZ is a name\n"), Some("text/plain"));
        assert_eq!(kind(b"BM\x00\x01\x02"), Some("image/bmp"));
        assert_eq!(kind("姓名,电话\n林一,1\n".as_bytes()), Some("text/csv"));
    }

    #[test]
    fn a_hopeless_file_is_known_early() {
        let pictures = ["image/png".to_owned(), "image/jpeg".to_owned()];
        let texts = ["text/plain".to_owned()];
        let hopeless = |content: &[u8], accepted: &[String]| {
            let mut finder = KindFinder::new();
            finder.push(&content.repeat(HEAD / content.len() + 1));
            finder.hopeless(accepted)
        };
        assert_eq!(hopeless(b"%PDF-1.4\n", &pictures), Some("application/pdf"));
        assert_eq!(hopeless(b"\xff\xd8\xff\xe0", &pictures), None);
        assert_eq!(hopeless(b"PK\x03\x04", &pictures), Some("application/zip"));
        assert_eq!(hopeless(b"PK\x03\x04", &["application/ofd".to_owned()]), None);
        assert_eq!(hopeless(b"BM text ", &texts), None);
        assert_eq!(hopeless(b"BM\0binary", &texts), Some("image/bmp"));
        assert_eq!(hopeless(b"\x01\x02\x03\x04", &texts), Some("unknown"));
        assert_eq!(hopeless(b"%PDF-1.4\n", &[]), None);
    }

    proptest! {
        #[test]
        fn any_content_has_one_answer(content: Vec<u8>, start in 0..9_usize, size in 1..40_usize) {
            let starts: [&[u8]; 9] = [
                b"", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"RIFF", b"\xd0\xcf\x11\xe0", b"\xff\xfb",
                b"\x1f\x8b", b"ftyp", b"!<arch>\ndebian-binary",
            ];
            let content = [starts[start], &content].concat();
            prop_assert_eq!(kind_in_pieces(&content, size), kind(&content));
        }
    }
}
