//! Where things stand in a JSON text: JSON pointer → line and column, and keys that stand twice.
//!
//! `serde_json` keeps no places, and a mistake in a form of two hundred lines is only helpful with one. The text is
//! known to be valid JSON when it comes here, so the scanner only finds its way; it is bounded all the same.

use std::collections::HashMap;

/// The deepest nesting that is looked into.
const DEPTH_MAX: usize = 64;

/// Line and column, from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The places of the members and elements of a JSON text.
#[derive(Debug, Default)]
pub(super) struct Places {
    by_pointer: HashMap<String, usize>,
    /// Pointers of keys that stand more than once in their object.
    pub(super) repeated: Vec<String>,
    text: String,
}

impl Places {
    /// Of a valid JSON text. What is not JSON yields the places before the mistake.
    pub(super) fn of(text: &str) -> Places {
        let mut scanner = Scanner { text, at: 0, places: Places::default() };
        scanner.value(&mut String::new(), 0);
        let mut places = scanner.places;
        places.text = text.to_owned();
        places
    }

    /// The place of a member's key or of an element; the nearest container's where there is no such thing.
    pub(super) fn find(&self, pointer: &str) -> Place {
        let mut pointer = pointer;
        loop {
            if let Some(offset) = self.by_pointer.get(pointer) {
                return self.place(*offset);
            }
            match pointer.rfind('/') {
                Some(cut) => pointer = &pointer[..cut],
                None => return Place { line: 1, column: 1 },
            }
        }
    }

    fn place(&self, offset: usize) -> Place {
        let before = &self.text[..offset.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Place { line, column: before[start..].chars().count() + 1 }
    }
}

/// A JSON pointer's step, escaped (RFC 6901, section 3).
pub(super) fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    places: Places,
}

impl Scanner<'_> {
    fn value(&mut self, pointer: &mut String, depth: usize) {
        self.blank();
        self.places.by_pointer.entry(pointer.clone()).or_insert(self.at);
        if depth > DEPTH_MAX {
            self.at = self.text.len();
            return;
        }
        match self.peek() {
            Some(b'{') => self.object(pointer, depth),
            Some(b'[') => self.array(pointer, depth),
            Some(b'"') => {
                self.string();
            }
            _ => self.skip_until(|b| matches!(b, b',' | b'}' | b']')),
        }
    }

    fn object(&mut self, pointer: &mut String, depth: usize) {
        self.at += 1;
        loop {
            self.skip_until(|b| matches!(b, b'"' | b'}'));
            if self.peek() != Some(b'"') {
                self.at += 1;
                return;
            }
            let key_at = self.at;
            let key = self.string();
            let length = pointer.len();
            pointer.push('/');
            pointer.push_str(&escape(&key));
            if self.places.by_pointer.insert(pointer.clone(), key_at).is_some() {
                // What stands within the second one repeats the first one's as well, and need not be said.
                let within = |outer: &String| {
                    pointer.strip_prefix(outer.as_str()).is_some_and(|rest| rest.starts_with('/'))
                };
                if !self.places.repeated.last().is_some_and(within) {
                    self.places.repeated.push(pointer.clone());
                }
            }
            self.skip_until(|b| b == b':');
            self.at += 1;
            self.value(pointer, depth + 1);
            pointer.truncate(length);
            self.skip_until(|b| matches!(b, b',' | b'}'));
            let ended = self.peek() != Some(b',');
            self.at += 1;
            if ended {
                return;
            }
        }
    }

    fn array(&mut self, pointer: &mut String, depth: usize) {
        self.at += 1;
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return;
        }
        for index in 0.. {
            if self.at >= self.text.len() {
                return;
            }
            let length = pointer.len();
            pointer.push_str(&format!("/{index}"));
            self.value(pointer, depth + 1);
            pointer.truncate(length);
            self.skip_until(|b| matches!(b, b',' | b']'));
            let ended = self.peek() != Some(b',');
            self.at += 1;
            if ended {
                return;
            }
        }
    }

    /// Reads a string with its escapes.
    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        let raw = self.text.get(start..self.at).unwrap_or("\"\"");
        serde_json::from_str(raw).unwrap_or_default()
    }

    fn blank(&mut self) {
        self.skip_until(|b| !b.is_ascii_whitespace());
    }

    fn skip_until(&mut self, stop: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(|byte| !stop(byte)) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_and_elements_have_places() {
        let text = "{\n  \"名\": {\"a/b\": [1, {\"c\": \"}\\\"\"}]},\n  \"d\": 2\n}";
        let places = Places::of(text);
        assert_eq!(places.find("/名"), Place { line: 2, column: 3 });
        assert_eq!(places.find("/名/a~1b"), Place { line: 2, column: 9 });
        assert_eq!(places.find("/名/a~1b/1"), Place { line: 2, column: 20 });
        assert_eq!(places.find("/d"), Place { line: 3, column: 3 });
        assert_eq!(places.find("/d/absent/deeper"), Place { line: 3, column: 3 });
        assert_eq!(places.find(""), Place { line: 1, column: 1 });
    }

    #[test]
    fn a_key_that_stands_twice_is_noted() {
        assert_eq!(
            Places::of("{\"a\": {\"x\": 1}, \"b\": [], \"a\": {\"x\": 1}}").repeated,
            ["/a"]
        );
    }

    proptest! {
        #[test]
        fn any_text_ends(text in "[\\[\\]{}\",:\\\\ a1\n名]{0,80}") {
            let places = Places::of(&text);
            places.find("/a/0/b");
        }

        #[test]
        fn every_pointer_of_a_document_is_found(
            keys in proptest::collection::vec("[a-z~/\"\\\\名]{1,4}", 1..6),
        ) {
            let mut object = serde_json::Map::new();
            for key in &keys {
                object.insert(key.clone(), serde_json::json!([1, {"x": key}]));
            }
            let text = serde_json::to_string_pretty(&object).unwrap();
            let places = Places::of(&text);
            for key in &keys {
                let pointer = format!("/{}/1/x", escape(key));
                prop_assert!(places.by_pointer.contains_key(&pointer), "no {}", pointer);
            }
            prop_assert!(places.repeated.is_empty());
        }
    }
}
