//! The cookies that browsers keep for the house. Where browsers reach it by TLS, those that decide something are called
//! `__Host-…` (RFC 6265bis, 4.1.3.2): a neighbour under the same domain, or somebody on an unencrypted line, cannot
//! plant one. How a page is shown decides nothing and keeps its plain name.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session's cookie.
pub const SESSION: &str = "minshu_session";
/// The visitor's cookie: what forms' tokens are bound to before anybody signs in.
pub const VISITOR: &str = "minshu_visitor";
/// The token by which accounts know a browser again after its sessions.
pub const DEVICE: &str = "minshu_device";
/// How long a browser is known, in seconds: browsers keep no cookie longer.
pub const DEVICE_S: i64 = 400 * 86_400;
/// The token of a sign-in that waits for its second step.
pub const STEP: &str = "minshu_step";
/// How long it waits, in seconds.
pub const STEP_S: i64 = 300;
/// The notice that the next page shows once.
pub const NOTICE: &str = "minshu_notice";

/// How cookies are named and sent.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    /// Whether browsers reach the house by TLS.
    pub secure: bool,
}

impl Cookies {
    fn prefix(self) -> &'static str {
        if self.secure { "__Host-" } else { "" }
    }

    /// What a browser sent.
    pub fn read<'h>(self, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
        values(headers)
            .find(|(key, _)| key.strip_prefix(self.prefix()) == Some(name))
            .map(|(_, v)| v)
    }

    /// What a browser shall keep for so many seconds; none to forget it.
    pub fn set(self, name: &str, value: &str, max_age_s: i64) -> Option<HeaderValue> {
        self.written(&format!("{}{name}", self.prefix()), value, max_age_s)
    }

    /// A preference that it shall keep.
    pub fn set_plain(self, name: &str, value: &str, max_age_s: i64) -> Option<HeaderValue> {
        self.written(name, value, max_age_s)
    }

    fn written(self, name: &str, value: &str, max_age_s: i64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let text =
            format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}");
        HeaderValue::from_str(&text).ok()
    }
}

/// A preference that a browser sent.
pub fn plain<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    values(headers).find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn values(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(line: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))])
    }

    #[test]
    fn cookies_are_read_by_their_whole_name() {
        let open = Cookies { secure: false };
        let headers = sent("a=1; minshu_session=t; b=2");
        assert_eq!(open.read(&headers, SESSION), Some("t"));
        assert_eq!(open.read(&headers, "session"), None);
        assert_eq!(plain(&headers, "b"), Some("2"));
    }

    #[test]
    fn what_a_neighbour_plants_is_nothing_where_browsers_come_by_tls() {
        let closed = Cookies { secure: true };
        let headers = sent("minshu_session=planted; __Host-minshu_session=own");
        assert_eq!(closed.read(&headers, SESSION), Some("own"));
        assert_eq!(closed.read(&sent("minshu_session=planted"), SESSION), None);
        let set = closed.set(SESSION, "t", 60).unwrap();
        assert_eq!(
            set.to_str().unwrap(),
            "__Host-minshu_session=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
    }
}
