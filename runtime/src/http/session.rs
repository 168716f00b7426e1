//! Who sends a request, and what the browser keeps: the session, the visitor's token, preferences. Cookies hold
//! random tokens and choices, never data.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use minshu_kernel::access::{Principal, Touched};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::text::Lang;
use subtle::ConstantTimeEq as _;

use super::cookies::{self, Cookies, SESSION};
use crate::house::House;
use crate::keys::hex;

const LANGUAGE: &str = "minshu_language";
const THEME: &str = "minshu_theme";
const PRINT: &str = "minshu_print";
/// How long a principal is kept before the records are asked again: another process may have ended the session.
const KEEP_MS: i64 = 2_000;
/// The most sessions that are kept.
const MOST_KEPT: usize = 50_000;

/// Principals by session token, for a moment.
#[derive(Default)]
pub struct SessionCache {
    kept: RwLock<Kept>,
    /// Raised whenever somebody is forgotten: what was read before is not kept afterwards.
    turn: AtomicU64,
}

#[derive(Default)]
struct Kept {
    principals: HashMap<String, (Arc<Principal>, i64)>,
    /// Tokens by the id of the account, and by that of the session.
    tokens: HashMap<String, Vec<String>>,
}

impl Kept {
    fn clear(&mut self) {
        self.principals.clear();
        self.tokens.clear();
    }

    fn ids(principal: &Principal) -> impl Iterator<Item = String> {
        let account = principal.account().map(|id| id.to_string());
        account.into_iter().chain(principal.assurance.session.clone())
    }

    fn insert(&mut self, token: &str, principal: &Arc<Principal>, until: i64) {
        self.remove(token);
        for id in Self::ids(principal) {
            self.tokens.entry(id).or_default().push(token.to_owned());
        }
        self.principals.insert(token.to_owned(), (principal.clone(), until));
    }

    fn remove(&mut self, token: &str) {
        let Some((principal, _)) = self.principals.remove(token) else { return };
        for id in Self::ids(&principal) {
            let Some(tokens) = self.tokens.get_mut(&id) else { continue };
            tokens.retain(|other| other != token);
            if tokens.is_empty() {
                self.tokens.remove(&id);
            }
        }
    }
}

impl SessionCache {
    fn find(&self, token: &str, now: i64) -> Option<Arc<Principal>> {
        let kept = self.kept.read().ok()?;
        let (principal, until) = kept.principals.get(token)?;
        (now < *until).then(|| principal.clone())
    }

    fn turn(&self) -> u64 {
        self.turn.load(Ordering::SeqCst)
    }

    /// Keeps a principal that was read in a turn, unless somebody was forgotten since.
    fn keep(&self, token: &str, principal: &Arc<Principal>, now: i64, turn: u64) {
        if let Ok(mut kept) = self.kept.write() {
            if self.turn() != turn {
                return;
            }
            if kept.principals.len() >= MOST_KEPT {
                kept.clear();
            }
            kept.insert(token, principal, now + KEEP_MS);
        }
    }

    /// Forgets whom a write has touched.
    pub fn forget_touched(&self, touched: &Touched) {
        if matches!(touched, Touched::Some(whose) if whose.is_empty()) {
            return;
        }
        let Ok(mut kept) = self.kept.write() else { return };
        self.turn.fetch_add(1, Ordering::SeqCst);
        match touched {
            Touched::Everybody => kept.clear(),
            Touched::Some(whose) => {
                for id in whose {
                    for token in kept.tokens.get(id).cloned().unwrap_or_default() {
                        kept.remove(&token);
                    }
                }
            }
        }
    }

    fn forget(&self, token: &str) {
        if let Ok(mut kept) = self.kept.write() {
            kept.remove(token);
        }
    }

    /// How many are kept.
    #[cfg(any(test, feature = "testing"))]
    pub fn kept(&self) -> usize {
        self.kept.read().map_or(0, |kept| kept.principals.len())
    }
}

/// The family of a browser and its system, as it says itself; nothing finer, so that it tells no more than a person
/// needs to know the own device again.
pub fn browser(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("");
    // The order matters: most browsers name others too.
    let families = [
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let first = |words: &[(&str, &'static str)]| {
        words.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    let parts: Vec<&str> = first(&families).into_iter().chain(first(&systems)).collect();
    parts.join(" · ")
}

/// How the page is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// The language.
    pub lang: Lang,
    /// `light`, `dark`, or empty where the system decides.
    pub theme: &'static str,
    /// `large` or empty.
    pub print: &'static str,
}

impl Preferences {
    /// From the cookies, the language else from `Accept-Language`.
    pub fn read(headers: &HeaderMap) -> Preferences {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        let lang = cookies::plain(headers, LANGUAGE)
            .and_then(Lang::parse)
            .unwrap_or_else(|| accepted.map_or(Lang::Zh, Lang::from_header));
        let theme = match cookies::plain(headers, THEME) {
            Some("dark") => "dark",
            Some("light") => "light",
            _ => "",
        };
        let print = if cookies::plain(headers, PRINT) == Some("large") { "large" } else { "" };
        Preferences { lang, theme, print }
    }
}

/// The session of a request: from the bearer token of an API client, else from the cookie.
#[derive(Debug, Clone, Default)]
pub struct SessionToken {
    /// The token.
    pub token: Option<String>,
    /// Whether it came as a bearer token: then no form's token is needed.
    pub bearer: bool,
}

impl SessionToken {
    /// Reads the headers.
    pub fn read(headers: &HeaderMap, cookies: Cookies) -> SessionToken {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
            .map(|(_, token)| token.trim());
        let token = bearer.or_else(|| cookies.read(headers, SESSION)).filter(|t| t.len() <= 200);
        SessionToken { token: token.map(str::to_owned), bearer: bearer.is_some() }
    }
}

impl House {
    /// Who is behind a session; nobody where a browser has none. A bearer token whose session is over is refused,
    /// whatever the operation: a program that believes to be signed in must not be served as a stranger.
    pub async fn principal(&self, session: &SessionToken) -> Result<Arc<Principal>, Failure> {
        match self.known_principal(session).await? {
            Some(principal) => Ok(principal),
            None if session.bearer => {
                Err(Failure::new(Kind::Unauthenticated, "kernel.session_ended"))
            }
            None => Ok(Arc::new(Principal::anonymous())),
        }
    }

    async fn known_principal(
        &self,
        session: &SessionToken,
    ) -> Result<Option<Arc<Principal>>, Failure> {
        let (Some(token), Some(authenticator)) = (&session.token, &self.authenticator) else {
            return Ok(None);
        };
        let now = self.services.clock.now().0;
        let turn = self.sessions.turn();
        if let Some(principal) = self.sessions.find(token, now) {
            // Where several processes share the records, another one may have ended the session: it ends here at once.
            if self.single_process || authenticator.holds(token).await? {
                return Ok(Some(principal));
            }
            self.sessions.forget(token);
            return Ok(None);
        }
        let found = authenticator.principal(token).await?;
        if let Some(principal) = &found {
            self.sessions.keep(token, principal, now, turn);
        }
        Ok(found)
    }

    /// The address at which the house is reached: as configured, else as a request from this machine names it; empty
    /// where neither is.
    pub fn origin(&self, request: &axum::extract::Request) -> String {
        let host = request.headers().get(header::HOST);
        match &self.edge.public_url {
            Some(address) => address.clone(),
            None if host.is_none() || super::is_loopback_host(request) => {
                format!("http://{}", host.and_then(|h| h.to_str().ok()).unwrap_or("localhost"))
            }
            None => String::new(),
        }
    }

    /// The token that forms of this visitor must carry.
    pub fn form_token(&self, visitor: &str, session: &SessionToken) -> String {
        let owner = format!("{visitor}\n{}", session.token.as_deref().unwrap_or(""));
        let mut token = self.services.personal.keyed_hash("form", owner.as_bytes());
        token.truncate(32);
        token
    }

    /// Whether a form carries the visitor's token.
    pub fn form_token_fits(&self, given: &str, visitor: &str, session: &SessionToken) -> bool {
        let wanted = self.form_token(visitor, session);
        !visitor.is_empty() && wanted.as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// A fresh visitor's token.
    pub fn fresh_visitor(&self) -> String {
        let mut bytes = [0; 16];
        self.services.entropy.fill(&mut bytes);
        hex(&bytes)
    }
}

/// An address on this site, for going back: a path, not another host.
pub fn local_path(text: &str) -> &str {
    let good = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains(['\\', '\r', '\n', '\0'])
        && text.len() <= 2_000;
    if good { text } else { "/" }
}

/// A plain link that keeps a preference and goes back.
pub async fn set_preference(
    State(house): State<Arc<House>>,
    Path((kind, value)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let name = match (kind.as_str(), value.as_str()) {
        ("language", "zh" | "en") => LANGUAGE,
        ("theme", "light" | "dark" | "system") => THEME,
        ("print", "large" | "normal") => PRINT,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let back = local_path(query.get("back").map_or("/", String::as_str));
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(to) = HeaderValue::from_str(&encode_path(back)) {
        headers.insert(header::LOCATION, to);
    }
    if let Some(cookie) = house.edge.cookies().set_plain(name, &value, 365 * 86_400) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// A header holds ASCII alone: everything else of an address is percent-encoded.
pub fn encode_path(path: &str) -> String {
    use std::fmt::Write as _;
    path.bytes().fold(String::with_capacity(path.len()), |mut text, byte| {
        if byte.is_ascii_graphic() {
            text.push(byte as char);
        } else {
            let _infallible = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use minshu_kernel::access::Actor;
    use minshu_kernel::ids::AccountId;

    use super::*;

    #[test]
    fn only_paths_of_this_site_are_gone_back_to() {
        for bad in ["https://evil.example", "//evil.example", "/\\evil", "evil", "", "/a\r\nb"] {
            assert_eq!(local_path(bad), "/", "{bad:?}");
        }
        assert_eq!(local_path("/items/a?x=1"), "/items/a?x=1");
        assert_eq!(encode_path("/搜索"), "/%E6%90%9C%E7%B4%A2");
    }

    #[test]
    fn a_browser_is_known_by_family_and_system_alone() {
        let says = |agent: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
            browser(&headers)
        };
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0";
        assert_eq!(says(edge), "Edge · Windows");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1";
        assert_eq!(says(phone), "Safari · iOS");
        assert_eq!(says("curl/8"), "");
        assert_eq!(browser(&HeaderMap::new()), "");
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let cache = SessionCache::default();
        let nobody = Arc::new(Principal::anonymous());
        let turn = cache.turn();
        cache.forget_touched(&Touched::Everybody);
        cache.keep("t", &nobody, 0, turn);
        assert!(cache.find("t", 1).is_none(), "the session may have ended in between");
        cache.keep("t", &nobody, 0, cache.turn());
        assert!(cache.find("t", 1).is_some());
    }

    #[test]
    fn whom_a_write_touches_is_forgotten_and_nobody_else() {
        let cache = SessionCache::default();
        let accounts = [1, 2].map(|n| AccountId::new(uuid::Uuid::from_u128(n)));
        for (token, account, session) in [("a", 0, "s1"), ("b", 0, "s2"), ("c", 1, "s3")] {
            let mut who = Principal::anonymous();
            who.actor = Actor::Account(accounts[account]);
            who.assurance.session = Some(session.to_owned());
            cache.keep(token, &Arc::new(who), 0, cache.turn());
        }
        let kept = || ["a", "b", "c"].map(|token| cache.find(token, 1).is_some());
        let turn = cache.turn();
        cache.forget_touched(&Touched::Some(vec![]));
        assert_eq!((kept(), cache.turn()), ([true; 3], turn), "a sign-in disturbs nobody");
        cache.forget_touched(&Touched::Some(vec!["s1".into()]));
        assert_eq!(kept(), [false, true, true]);
        cache.forget_touched(&Touched::Some(vec![accounts[0].to_string()]));
        assert_eq!(kept(), [false, false, true]);
        cache.forget_touched(&Touched::Everybody);
        assert_eq!(kept(), [false; 3]);
        assert_eq!((cache.kept(), cache.kept.read().unwrap().tokens.len()), (0, 0));
    }
}
