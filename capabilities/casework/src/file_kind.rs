//! The kinds of files that a material may be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of file, known by its content and not by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// Portable Document Format.
    Pdf,
    /// Open Fixed-layout Document (GB/T 33190).
    Ofd,
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// A WebP picture.
    Webp,
    /// A Word document.
    Docx,
    /// An Excel workbook.
    Xlsx,
    /// Plain text in UTF-8.
    Text,
    /// A table in comma-separated values.
    Csv,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [FileKind; 9] = [
        FileKind::Pdf,
        FileKind::Ofd,
        FileKind::Png,
        FileKind::Jpeg,
        FileKind::Webp,
        FileKind::Docx,
        FileKind::Xlsx,
        FileKind::Text,
        FileKind::Csv,
    ];

    /// The media type, as the objects seam finds it by content.
    pub fn media_type(self) -> &'static str {
        match self {
            FileKind::Pdf => "application/pdf",
            FileKind::Ofd => "application/ofd",
            FileKind::Png => "image/png",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Webp => "image/webp",
            FileKind::Docx => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            }
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FileKind::Text => "text/plain",
            FileKind::Csv => "text/csv",
        }
    }

    /// The kind of a media type.
    pub fn of_media_type(media_type: &str) -> Option<FileKind> {
        FileKind::ALL.into_iter().find(|kind| kind.media_type() == media_type)
    }

    /// How people call it.
    pub fn word(self) -> &'static str {
        match self {
            FileKind::Pdf => "PDF",
            FileKind::Ofd => "OFD",
            FileKind::Png => "PNG",
            FileKind::Jpeg => "JPG",
            FileKind::Webp => "WebP",
            FileKind::Docx => "DOCX",
            FileKind::Xlsx => "XLSX",
            FileKind::Text => "TXT",
            FileKind::Csv => "CSV",
        }
    }

    /// Whether a browser may show it in place: only what cannot run anything on our pages.
    pub fn shows_in_browser(self) -> bool {
        matches!(self, FileKind::Pdf | FileKind::Png | FileKind::Jpeg | FileKind::Webp)
    }
}
