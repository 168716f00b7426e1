//! XML of strangers as a small tree: no document type, no entities but the five, bounded in size, depth and number.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::read::ReadProblem;

/// How deep elements may lie.
const DEPTH_MAX: usize = 64;
/// How many elements a file may have.
const ELEMENTS_MAX: usize = 200_000;

/// An element: its name without a prefix, its attributes, its children, its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Node {
    pub name: String,
    attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
    pub text: String,
}

impl Node {
    /// The first child of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|c| c.name == name)
    }

    /// All children of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// An attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A value that some write as an attribute and others as a child.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let child = || self.child(name).map(|c| c.text.trim()).filter(|t| !t.is_empty());
        self.attribute(name).or_else(child)
    }
}

/// Reads a file of a package.
pub(crate) fn parse(path: &str, bytes: &[u8]) -> Result<Node, ReadProblem> {
    let wrong = |reason: String| ReadProblem::Xml { path: path.to_owned(), reason };
    let mut reader = Reader::from_reader(bytes);
    let mut open: Vec<Node> = vec![Node::default()];
    let mut elements = 0_usize;
    loop {
        let event = reader.read_event().map_err(|e| wrong(e.to_string()))?;
        match event {
            Event::Start(start) => {
                elements += 1;
                if open.len() > DEPTH_MAX {
                    return Err(wrong(format!("elements lie deeper than {DEPTH_MAX}")));
                }
                open.push(element(&start).map_err(&wrong)?);
            }
            Event::Empty(start) => {
                elements += 1;
                let node = element(&start).map_err(&wrong)?;
                if let Some(parent) = open.last_mut() {
                    parent.children.push(node);
                }
            }
            Event::End(_) => {
                let done = open.pop().filter(|_| !open.is_empty());
                let Some((done, parent)) = done.zip(open.last_mut()) else {
                    return Err(wrong("an element ends that did not begin".to_owned()));
                };
                parent.children.push(done);
            }
            Event::Text(text) => {
                let text = text.decode().map_err(|e| wrong(e.to_string()))?;
                append(&mut open, &text);
            }
            Event::CData(text) => {
                let text = text.decode().map_err(|e| wrong(e.to_string()))?;
                append(&mut open, &text);
            }
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|e| wrong(e.to_string()))?;
                let name = reference.decode().map_err(|e| wrong(e.to_string()))?;
                let text = match (character, &*name) {
                    (Some(c), _) => c,
                    (None, "amp") => '&',
                    (None, "lt") => '<',
                    (None, "gt") => '>',
                    (None, "quot") => '"',
                    (None, "apos") => '\'',
                    (None, other) => {
                        return Err(wrong(format!("the entity {other:?} is not known")));
                    }
                };
                append(&mut open, text.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => {
                return Err(wrong("a document type has no place in OFD".to_owned()));
            }
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
        if elements > ELEMENTS_MAX {
            return Err(wrong(format!("more than {ELEMENTS_MAX} elements")));
        }
    }
    if open.len() != 1 {
        return Err(wrong("an element does not end".to_owned()));
    }
    let mut roots = open.pop().map(|top| top.children).unwrap_or_default();
    match roots.pop().filter(|_| roots.is_empty()) {
        Some(root) => Ok(root),
        None => Err(wrong("there is not exactly one root element".to_owned())),
    }
}

fn append(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}

fn element(start: &BytesStart<'_>) -> Result<Node, String> {
    let name = String::from_utf8(start.local_name().as_ref().to_vec())
        .map_err(|_| "a name is no UTF-8".to_owned())?;
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let key = String::from_utf8(attribute.key.local_name().as_ref().to_vec())
            .map_err(|_| "a name is no UTF-8".to_owned())?;
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|e| e.to_string())?;
        attributes.push((key, value.into_owned()));
    }
    Ok(Node { name, attributes, children: Vec::new(), text: String::new() })
}
