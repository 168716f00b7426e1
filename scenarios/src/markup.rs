//! Reads the server's pages as far as the stories need: what is said, which links and forms there are. Pages come
//! from templates and are well formed; whatever else comes is read without harm.

/// A tag with its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name in small letters; of a closing tag with a slash in front.
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// An attribute's value; the empty text where it stands without one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A piece of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A tag.
    Tag(Tag),
    /// Text between tags, entities resolved.
    Text(String),
}

/// The pieces of a page in their order; comments are left out, scripts and styles are not looked into.
pub fn pieces(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        push_text(&mut pieces, &rest[..open]);
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let (tag, after) = tag(&rest[1..]);
        rest = after;
        let raw = matches!(tag.name.as_str(), "script" | "style");
        if raw {
            let end = format!("</{}", tag.name);
            rest = rest.find(&end).map_or("", |at| &rest[at..]);
        }
        if !tag.name.is_empty() && !tag.name.starts_with('!') {
            pieces.push(Piece::Tag(tag));
        }
    }
    push_text(&mut pieces, rest);
    pieces
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(resolve(text)));
    }
}

/// Reads a tag behind its `<`; answers what follows its `>`.
fn tag(text: &str) -> (Tag, &str) {
    let name_end = text.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(text.len());
    let name = text[..name_end].trim_end_matches('/').to_ascii_lowercase();
    let mut attributes = Vec::new();
    let mut rest = &text[name_end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return (Tag { name, attributes }, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (Tag { name, attributes }, after);
        }
        let stop = |c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/');
        let end = rest.find(stop).unwrap_or(rest.len());
        let end = if end == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { end };
        let key = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.trim_start().strip_prefix('=') {
            let (found, after) = attribute_value(after.trim_start());
            value = resolve(found);
            rest = after;
        }
        attributes.push((key, value));
    }
}

fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(text.len());
    text.split_at(end)
}

fn resolve(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let entity = rest.split_once(';').filter(|(name, _)| name.len() <= 8);
        let known = entity.and_then(|(name, after)| Some((character(name)?, after)));
        match known {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => return None,
    })
}

/// What a page says: its texts, blanks joined.
pub fn text(html: &str) -> String {
    let mut said = String::new();
    for piece in pieces(html) {
        if let Piece::Text(text) = piece {
            for word in text.split_whitespace() {
                if !said.is_empty() {
                    said.push(' ');
                }
                said.push_str(word);
            }
        }
    }
    said
}

/// The addresses of a page's links.
pub fn links(html: &str) -> Vec<String> {
    let link = |piece| match piece {
        Piece::Tag(tag) if tag.name == "a" => tag.get("href").map(str::to_owned),
        _ => None,
    };
    pieces(html).into_iter().filter_map(link).collect()
}

/// The addresses of a page's links with what they say, blanks joined.
pub fn links_with_text(html: &str) -> Vec<(String, String)> {
    let mut links: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for piece in pieces(html) {
        match piece {
            Piece::Tag(tag) if tag.name == "a" => {
                inside = tag.get("href").is_some();
                links.extend(tag.get("href").map(|href| (href.to_owned(), String::new())));
            }
            Piece::Tag(tag) if tag.name == "/a" => inside = false,
            Piece::Text(text) if inside => {
                let Some((_, said)) = links.last_mut() else { continue };
                for word in text.split_whitespace() {
                    if !said.is_empty() {
                        said.push(' ');
                    }
                    said.push_str(word);
                }
            }
            _ => {}
        }
    }
    links
}

/// A form of a page, with what is filled in already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// Names and values as the page has them: hidden ones, texts, ticked boxes.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Whether it has an input of this name.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(key, _)| key == name)
    }

    /// With another value in the one input of this name.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.fields.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
    }
}

/// The forms of a page.
pub fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut inside = false;
    for piece in pieces(html) {
        let Piece::Tag(tag) = piece else { continue };
        match tag.name.as_str() {
            "form" => {
                inside = true;
                let action = tag.get("action").unwrap_or("").to_owned();
                forms.push(Form { action, fields: Vec::new() });
            }
            "/form" => inside = false,
            "input" if inside => {
                let kind = tag.get("type").unwrap_or("text");
                let ticked = !matches!(kind, "checkbox" | "radio") || tag.get("checked").is_some();
                let (Some(name), Some(form)) = (tag.get("name"), forms.last_mut()) else {
                    continue;
                };
                if ticked && !matches!(kind, "submit" | "button" | "file") {
                    let value = tag.get("value").unwrap_or("");
                    form.fields.push((name.to_owned(), value.to_owned()));
                }
            }
            _ => {}
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = r#"<!doctype html><title>登录</title><style>a{}</style><!-- <a href="/no"> -->
<form class="form" method="post" action="/sign-in?to=%2Fitems" novalidate>
<input type="hidden" name="_csrf" value="a&amp;b"><input name=phone value='138'>
<input type="checkbox" name="stay" value="1" checked><input type="checkbox" name="other" value="2">
<button type="submit" name="go">登录</button></form><a href="/register">开账户&#x3002;</a>"#;

    #[test]
    fn a_page_is_read() {
        assert_eq!(links(PAGE), ["/register"]);
        let said = links_with_text("<a href=/x><b>食品</b>\n许可</a>别的");
        assert_eq!(said, [("/x".to_owned(), "食品 许可".to_owned())]);
        assert_eq!(text(PAGE), "登录 登录 开账户。");
        let forms = forms(PAGE);
        let [form] = forms.as_slice() else { panic!("{forms:?}") };
        assert_eq!(form.action, "/sign-in?to=%2Fitems");
        let fields: Vec<_> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(fields, [("_csrf", "a&b"), ("phone", "138"), ("stay", "1")]);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(html in r#"([<>&;!/="'a-c \n国]|<a href=|<form|&#x3002;|<!--|-->|<script>){0,60}"#) {
            let _ = (text(&html), links_with_text(&html), forms(&html));
        }
    }
}
