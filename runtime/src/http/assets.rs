//! Assets of pages, embedded in the binary: hashed names, kept by browsers for a year, precompressed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/dist"]
struct Dist;

/// The division tree as the pages' build wrote it: `code,name,parent`.
pub fn divisions_csv() -> Option<String> {
    Dist::get("divisions.csv").and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// The fonts that documents are set in, by name, as the pages' build wrote them.
pub fn document_fonts() -> Vec<(String, Vec<u8>)> {
    let named = |name: &str| {
        let file = Dist::get(&format!("fonts/{name}"))?;
        Some((name.to_owned(), file.data.into_owned()))
    };
    ["source-sans-3.ttf", "source-han-sans-cn.otf"].into_iter().filter_map(named).collect()
}

static MANIFEST: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    Dist::get("manifest.json")
        .and_then(|file| serde_json::from_slice(&file.data).ok())
        .unwrap_or_default()
});

/// The address of an asset by its stable key, such as `main.css`.
pub fn address(key: &str) -> String {
    format!("/assets/{}", MANIFEST.get(key).map_or(key, String::as_str))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Serves an asset, compressed where the browser takes it.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    if file == "divisions.csv" || file.ends_with(".br") || file.ends_with(".gz") {
        return StatusCode::NOT_FOUND.into_response();
    }
    // Templates of capabilities name assets by their stable keys: these are kept for an hour only.
    let (file, kept) = match MANIFEST.get(&file) {
        Some(hashed) => (hashed.clone(), "public, max-age=3600"),
        None => (file, "public, max-age=31536000, immutable"),
    };
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    let encodings = [("br", ".br"), ("gzip", ".gz")];
    let compressed = encodings.into_iter().filter(|(name, _)| accepted.contains(name)).find_map(
        |(name, ending)| Dist::get(&format!("{file}{ending}")).map(|found| (Some(name), found)),
    );
    let Some((encoding, found)) = compressed.or_else(|| Dist::get(&file).map(|f| (None, f))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = found.data.into_owned().into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&file)));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
