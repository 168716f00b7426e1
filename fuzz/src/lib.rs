//! Fuzz targets: every parser of bytes from outside, as a function that must be total. Beyond "does not panic" each
//! holds what must be true of any input: that it reads back, that it leads to no other host, that nothing is opened
//! that was not sealed.

mod declarations;
mod expressions;
mod forms;
mod licences;
mod objects;
mod requests;
mod secrets;
#[cfg(test)]
mod tests;
mod words;

/// A parser under attack.
pub struct Target {
    /// Its name, and that of its folder in `corpus/`.
    pub name: &'static str,
    /// Runs it on one input; a panic is a finding.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "calendar", run: declarations::calendar },
    Target { name: "divisions", run: declarations::divisions },
    Target { name: "expression", run: expressions::over_the_form },
    Target { name: "expression-values", run: expressions::over_values },
    Target { name: "form-json", run: forms::json },
    Target { name: "form-page", run: forms::page },
    Target { name: "form-schema", run: forms::schema },
    Target { name: "headers", run: words::headers },
    Target { name: "input", run: words::input },
    Target { name: "items", run: declarations::items },
    Target { name: "json-schema", run: expressions::schema },
    Target { name: "key-archive", run: secrets::key_archive },
    Target { name: "key-file", run: secrets::key_file },
    Target { name: "kind", run: objects::kind },
    Target { name: "licence-code", run: licences::code },
    Target { name: "licence-document", run: licences::document },
    Target { name: "licence-seal", run: licences::seal },
    Target { name: "licence-template", run: licences::template },
    Target { name: "networks", run: words::networks },
    Target { name: "pack", run: declarations::pack },
    Target { name: "passkey", run: words::passkey },
    Target { name: "request", run: requests::request },
    Target { name: "scanner-answer", run: words::scanner },
    Target { name: "sealed-block", run: secrets::block },
    Target { name: "sealed-object", run: objects::sealed },
    Target { name: "sealed-value", run: secrets::value },
    Target { name: "toml", run: declarations::toml },
    Target { name: "traceparent", run: words::traceparent },
    Target { name: "words", run: words::words },
];

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// The input as text: what is no UTF-8 is replaced, as a lossy reader would.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Pieces of a length that the input itself chooses: streams must not care how they are cut.
fn pieces(bytes: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return (Vec::new(), bytes) };
    (rest.chunks(usize::from(*first).max(1) * 7).collect(), rest)
}
