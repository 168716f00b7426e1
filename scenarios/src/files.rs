//! Files that people upload in the stories: real in kind, of a stated size.

/// A kind of file, as a story calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A document of one empty page.
    Pdf,
    /// A picture.
    Png,
    /// A picture.
    Jpeg,
    /// Words without format.
    Text,
    /// A program for Windows.
    Program,
}

impl FileKind {
    /// Reads the word of a story.
    pub fn parse(word: &str) -> Option<FileKind> {
        Some(match word.to_uppercase().as_str() {
            "PDF" => FileKind::Pdf,
            "PNG" => FileKind::Png,
            "JPG" | "JPEG" => FileKind::Jpeg,
            "文本" => FileKind::Text,
            "程序" => FileKind::Program,
            _ => return None,
        })
    }

    /// The ending of its name.
    pub fn ending(self) -> &'static str {
        match self {
            FileKind::Pdf => "pdf",
            FileKind::Png => "png",
            FileKind::Jpeg => "jpg",
            FileKind::Text => "txt",
            FileKind::Program => "exe",
        }
    }

    /// A file of this kind with exactly so many bytes, or its smallest where that is more.
    pub fn content(self, bytes: usize) -> Vec<u8> {
        match self {
            FileKind::Pdf => pdf(bytes),
            FileKind::Png => png(bytes),
            FileKind::Jpeg => {
                padded(b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0", bytes)
            }
            FileKind::Text => {
                "营业场所平面图另行寄送。\n".bytes().cycle().take(bytes / 37 * 37).collect()
            }
            FileKind::Program => padded(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", bytes),
        }
    }
}

fn padded(head: &[u8], bytes: usize) -> Vec<u8> {
    let mut content = head.to_vec();
    content.resize(bytes.max(head.len()), 0);
    content
}

/// A document of one empty page (ISO 32000-1, 7.5), padded by a comment before its table.
fn pdf(bytes: usize) -> Vec<u8> {
    const OBJECTS: [&str; 3] = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ];
    let mut content = b"%PDF-1.7\n%\xe9\x97\xbd\xe6\x9e\xa2\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in OBJECTS.iter().enumerate() {
        places.push(content.len());
        content.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
    }
    let table = |start: usize| {
        let rows: String = places.iter().map(|at| format!("{at:010} 00000 n \n")).collect();
        format!(
            "xref\n0 4\n0000000000 65535 f \n{rows}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{start:010}\n%%EOF\n"
        )
    };
    let least = content.len() + table(0).len() + 2;
    let padding = bytes.saturating_sub(least);
    content.push(b'%');
    content.extend(std::iter::repeat_n(b'.', padding));
    content.push(b'\n');
    let start = content.len();
    content.extend(table(start).bytes());
    content
}

/// A white pixel, padded by a comment chunk (PNG 3rd edition, 11.3.3.3).
fn png(bytes: usize) -> Vec<u8> {
    let mut content = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut content, b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0");
    // One scanline, filter 0, white: a stored deflate block in a zlib stream.
    chunk(&mut content, b"IDAT", b"\x78\x01\x01\x02\0\xfd\xff\0\xff\x01\x01\x01\0");
    let least = content.len() + 12 + 12 + 8;
    let text = [b"Comment\0".as_slice(), &vec![b'.'; bytes.saturating_sub(least)]].concat();
    chunk(&mut content, b"tEXt", &text);
    chunk(&mut content, b"IEND", b"");
    content
}

fn chunk(content: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    content.extend((data.len() as u32).to_be_bytes());
    content.extend(kind);
    content.extend(data);
    let crc = kind.iter().chain(data).fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    });
    content.extend((!crc).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_as_told() {
        for kind in [FileKind::Pdf, FileKind::Png, FileKind::Jpeg, FileKind::Program] {
            for bytes in [1_000, 20_480, 1 << 20] {
                assert_eq!(kind.content(bytes).len(), bytes, "{kind:?}");
            }
        }
        let text = FileKind::Text.content(1_000);
        assert!(text.len() <= 1_000 && std::str::from_utf8(&text).is_ok());
    }

    #[test]
    fn the_table_of_a_document_points_at_its_objects() {
        let content = pdf(5_000);
        let text = String::from_utf8_lossy(&content);
        let start: usize = text.rsplit("startxref\n").next().unwrap()[..10].parse().unwrap();
        assert!(content[start..].starts_with(b"xref"));
        let row = &content[start + 9 + 20..][..10];
        let first: usize = std::str::from_utf8(row).unwrap().parse().unwrap();
        assert!(content[first..].starts_with(b"1 0 obj"));
    }

    #[test]
    fn a_chunk_has_the_check_of_the_standard() {
        // The check of an empty IEND chunk is known to everybody who has looked at one.
        assert!(png(100).ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
    }
}
