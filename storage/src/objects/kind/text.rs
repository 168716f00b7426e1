//! Clean UTF-8 text, and whether it is a table of comma-separated values (RFC 4180).

/// Watches text go by, whatever the pieces.
pub(super) struct TextScan {
    clean: bool,
    /// The first bytes of a character that is cut by the end of a piece: 3 at most.
    cut: Vec<u8>,
    table: Table,
    seen: u64,
}

impl TextScan {
    pub(super) fn new() -> Self {
        TextScan { clean: true, cut: Vec::new(), table: Table::default(), seen: 0 }
    }

    /// Whether all so far is text.
    pub(super) fn clean(&self) -> bool {
        self.clean
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        if !self.clean {
            return;
        }
        let joined;
        let bytes = if self.cut.is_empty() {
            piece
        } else {
            joined = [self.cut.as_slice(), piece].concat();
            self.cut.clear();
            joined.as_slice()
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // Cut in the middle of a character: the rest may come.
            Err(error) if error.error_len().is_none() => {
                let (whole, cut) = bytes.split_at(error.valid_up_to());
                self.cut = cut.to_vec();
                std::str::from_utf8(whole).unwrap_or_default()
            }
            Err(_) => {
                self.clean = false;
                return;
            }
        };
        self.clean =
            !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c'));
        for byte in text.bytes() {
            self.table.push(byte);
        }
        self.seen += text.len() as u64;
    }

    /// The media type when all of it was clean text.
    pub(super) fn finish(mut self) -> Option<&'static str> {
        if !self.clean || !self.cut.is_empty() || self.seen == 0 {
            return None;
        }
        Some(if self.table.finish() { "text/csv" } else { "text/plain" })
    }
}

/// Where in a record of RFC 4180 we are.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum At {
    /// At the beginning of a record.
    #[default]
    Record,
    /// At the beginning of a field.
    Field,
    /// In a field without quotes.
    Plain,
    /// In a field with quotes.
    Quoted,
    /// After a quote within a quoted field: its end, or the first of two.
    Quote,
}

/// A table: at least two records, all of the same two or more fields, quotes well formed.
#[derive(Default)]
struct Table {
    at: At,
    broken: bool,
    fields: u32,
    width: Option<u32>,
    records: u32,
}

impl Table {
    fn push(&mut self, byte: u8) {
        if self.broken {
            return;
        }
        match (self.at, byte) {
            (At::Quoted, b'"') => self.at = At::Quote,
            (At::Quoted, _) => {}
            (At::Record, b'\n' | b'\r') => {}
            (_, b'\n' | b'\r') => self.end_record(),
            (_, b',') => {
                self.fields = self.fields.saturating_add(1);
                self.at = At::Field;
            }
            (At::Record | At::Field | At::Quote, b'"') => self.at = At::Quoted,
            (At::Plain, b'"') | (At::Quote, _) => self.broken = true,
            _ => self.at = At::Plain,
        }
    }

    fn end_record(&mut self) {
        let fields = self.fields + 1;
        self.broken |= fields < 2 || self.width.is_some_and(|width| width != fields);
        self.width = Some(fields);
        self.records = self.records.saturating_add(1);
        self.fields = 0;
        self.at = At::Record;
    }

    fn finish(&mut self) -> bool {
        match self.at {
            At::Record => {}
            At::Quoted => self.broken = true,
            _ => self.end_record(),
        }
        !self.broken && self.records >= 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(content: &[u8], size: usize) -> Option<&'static str> {
        let mut scan = TextScan::new();
        content.chunks(size).for_each(|piece| scan.push(piece));
        scan.finish()
    }

    #[test]
    fn text_and_tables() {
        for size in [1, 2, 3, 1_000] {
            let plain: &[&str] = &[
                "福建省「互联网+」\n",
                "one line, with a comma",
                "a,b\nc\n",
                "a,b\n\"c\"d,e\n",
                "a,b\n\"c,d\n",
                "Dear all,\nwe, you\nand they, all, agree\n",
                "\u{feff}text",
            ];
            for text in plain {
                assert_eq!(kind(text.as_bytes(), size), Some("text/plain"), "{text:?}");
            }
            let tables: &[&str] = &[
                "a,b\n1,2",
                "a,b\r\n1,\"x\r\n,\"\"y\"\"\"\r\n",
                "\u{feff}姓名,数量\n\"林,一\",\n",
            ];
            for text in tables {
                assert_eq!(kind(text.as_bytes(), size), Some("text/csv"), "{text:?}");
            }
            let neither: &[&[u8]] =
                &[b"", b"a\0b", b"\xff\xfe", b"abc\xe7\xa6", "\u{1b}[31m".as_bytes(), b"a\x08"];
            for bytes in neither {
                assert_eq!(kind(bytes, size), None, "{bytes:?}");
            }
        }
    }
}
