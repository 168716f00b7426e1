//! How often one address and one account may ask. A bucket is one number, the moment at which it would be full again
//! (the generic cell rate algorithm, ITU-T I.371): so a million addresses cost a bounded table and nothing else.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;

use axum::extract::Request;
use http::{HeaderName, HeaderValue, Method, header};

/// The most buckets of one generation; two are kept.
const MOST_BUCKETS: usize = 100_000;
/// The window that limits are told for.
const WINDOW_MS: u64 = 60_000;

/// What kind of request is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Pages.
    Pages,
    /// Questions over the API.
    Reads,
    /// Whatever changes something.
    Writes,
    /// Signing in, registering, recovering.
    SignIn,
    /// Forms with files.
    Uploads,
}

impl Class {
    /// All of them, in the order of [`Limits`].
    pub const ALL: [Class; 5] =
        [Class::Pages, Class::Reads, Class::Writes, Class::SignIn, Class::Uploads];

    /// Its name in settings and headers.
    pub fn name(self) -> &'static str {
        match self {
            Class::Pages => "pages",
            Class::Reads => "reads",
            Class::Writes => "writes",
            Class::SignIn => "sign_in",
            Class::Uploads => "uploads",
        }
    }

    /// The class of a request; `None` for what costs next to nothing.
    pub fn of(request: &Request) -> Option<Class> {
        let path = request.uri().path();
        if path.starts_with("/assets/") || path.starts_with("/health/") {
            return None;
        }
        if request.method() == Method::GET || request.method() == Method::HEAD {
            return Some(if path.starts_with("/api/") { Class::Reads } else { Class::Pages });
        }
        let begins = ["/sign-in", "/register", "/recover", "/api/identity/sign_in"];
        let more = [
            "/api/identity/register",
            "/api/identity/recover",
            "/api/identity/send_code",
            "/api/identity/finish_sign_in",
            "/api/identity/reauthenticate",
            "/api/identity/verify_phone",
            "/me/again",
            "/me/phone",
        ];
        if begins.iter().chain(&more).any(|start| path.starts_with(start)) {
            return Some(Class::SignIn);
        }
        let kind = request.headers().get(header::CONTENT_TYPE);
        let files = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
        Some(if files { Class::Uploads } else { Class::Writes })
    }
}

/// Requests a minute by class, in the order of [`Class::ALL`]; 0 is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// From one address: an IPv4 address, or the first 64 bits of an IPv6 address.
    pub address: [u32; 5],
    /// Of one account.
    pub account: [u32; 5],
}

impl Default for Limits {
    /// For an address room enough for an office behind one of them; for an account more than hands can do.
    fn default() -> Self {
        Limits { address: [3_000, 6_000, 1_200, 120, 300], account: [600, 3_000, 300, 60, 120] }
    }
}

impl Limits {
    /// Takes one setting over, such as `writes=600` or `account.writes=100`.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let wrong = || {
            format!(
                "\"{text}\" is no limit, such as writes=600 or account.writes=100; there are pages, reads, writes, sign_in, uploads"
            )
        };
        let (name, number) = text.trim().split_once('=').ok_or_else(wrong)?;
        let number = number.trim().parse().map_err(|_| wrong())?;
        let (table, name) = match name.trim().strip_prefix("account.") {
            Some(name) => (&mut self.account, name),
            None => (&mut self.address, name.trim()),
        };
        let place = Class::ALL.iter().position(|class| class.name() == name).ok_or_else(wrong)?;
        table[place] = number;
        Ok(())
    }
}

/// What a bucket says to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The class.
    pub class: Class,
    /// The limit, a minute.
    pub limit: u32,
    /// How many more may come at once.
    pub left: u64,
    /// In how many milliseconds one more may come; 0 where it may now.
    pub wait_ms: u64,
}

impl Verdict {
    /// As headers (draft-ietf-httpapi-ratelimit-headers).
    pub fn headers(&self) -> [(HeaderName, Option<HeaderValue>); 2] {
        let (name, limit, left) = (self.class.name(), self.limit, self.left);
        let seconds = self.wait_ms.div_ceil(1_000);
        let value = |text: String| HeaderValue::from_str(&text).ok();
        [
            (
                HeaderName::from_static("ratelimit-policy"),
                value(format!("\"{name}\";q={limit};w=60")),
            ),
            (
                HeaderName::from_static("ratelimit"),
                value(format!("\"{name}\";r={left};t={seconds}")),
            ),
        ]
    }
}

/// The buckets. Keys are hashed with a secret of the process: nobody can aim at another's bucket.
#[derive(Default)]
pub struct Buckets {
    hasher: RandomState,
    generations: Mutex<[HashMap<u64, u64>; 2]>,
}

impl Buckets {
    /// Counts a request of an address.
    pub fn address(&self, limits: &Limits, class: Class, from: IpAddr, now: u64) -> Verdict {
        let from = match from {
            IpAddr::V6(ip) => {
                let network = u128::from(ip) >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from(network))
            }
            v4 @ IpAddr::V4(_) => v4,
        };
        let key = self.hasher.hash_one((class, from));
        self.take(key, class, limits.address[class as usize], now)
    }

    /// Counts a request of an account.
    pub fn account(&self, limits: &Limits, class: Class, account: &str, now: u64) -> Verdict {
        let key = self.hasher.hash_one((class, account));
        self.take(key, class, limits.account[class as usize], now)
    }

    fn take(&self, key: u64, class: Class, limit: u32, now: u64) -> Verdict {
        if limit == 0 {
            return Verdict { class, limit, left: u64::MAX, wait_ms: 0 };
        }
        // In microseconds, so that thousands a minute are told apart.
        let (now, window) = (now * 1_000, WINDOW_MS * 1_000);
        let each = (window / u64::from(limit)).max(1);
        let Ok(mut generations) = self.generations.lock() else {
            return Verdict { class, limit, left: 1, wait_ms: 0 };
        };
        let [young, old] = &mut *generations;
        let known = young.get(&key).or_else(|| old.get(&key));
        // A clock that was set back would make everybody wait.
        let full = known.copied().filter(|full| *full <= now + window).unwrap_or(now).max(now);
        let next = full + each;
        if next > now + window {
            return Verdict {
                class,
                limit,
                left: 0,
                wait_ms: (next - now - window).div_ceil(1_000),
            };
        }
        if young.len() >= MOST_BUCKETS && !young.contains_key(&key) {
            *old = std::mem::take(young);
        }
        young.insert(key, next);
        Verdict { class, limit, left: (now + window - next) / each, wait_ms: 0 }
    }

    /// How many buckets are kept.
    pub fn len(&self) -> usize {
        self.generations.lock().map_or(0, |both| both.iter().map(HashMap::len).sum())
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_is_held_and_another_is_not() {
        let (buckets, mut limits) = (Buckets::default(), Limits::default());
        limits.set("writes=60").unwrap();
        let ask = |from: &str, now| buckets.address(&limits, Class::Writes, ip(from), now);
        let now = 1_000_000;
        for n in 0..60 {
            let verdict = ask("203.0.113.9", now);
            assert_eq!((verdict.wait_ms, verdict.left), (0, 59 - n));
        }
        assert_eq!(ask("203.0.113.9", now).wait_ms, 1_000);
        assert_eq!(ask("203.0.113.10", now).wait_ms, 0);
        assert_eq!(buckets.address(&limits, Class::Pages, ip("203.0.113.9"), now).wait_ms, 0);
        // After a second there is room for one, and waiting in vain cost nothing.
        assert_eq!(ask("203.0.113.9", now + 1_000).wait_ms, 0);
        assert!(ask("203.0.113.9", now + 1_000).wait_ms > 0);
        // A clock set back by an hour locks nobody out.
        assert_eq!(ask("203.0.113.9", now - 900_000).wait_ms, 0);
    }

    #[test]
    fn an_ipv6_customer_is_one_however_many_addresses_it_has() {
        let (buckets, mut limits) = (Buckets::default(), Limits::default());
        limits.set("sign_in=2").unwrap();
        let ask = |from: &str| buckets.address(&limits, Class::SignIn, ip(from), 5).wait_ms;
        assert_eq!((ask("2001:db8::1"), ask("2001:db8::2")), (0, 0));
        assert!(ask("2001:db8::3") > 0);
        assert_eq!(ask("2001:db8:0:1::1"), 0);
    }

    #[test]
    fn a_million_addresses_cost_a_bounded_table() {
        let (buckets, limits) = (Buckets::default(), Limits::default());
        for n in 0..1_000_000_u32 {
            let _ = buckets.address(&limits, Class::Pages, IpAddr::V4(n.into()), 7);
        }
        assert!((1..=2 * MOST_BUCKETS).contains(&buckets.len()), "{}", buckets.len());
    }

    #[test]
    fn a_limit_of_the_settings_is_read_or_refused() {
        let mut limits = Limits::default();
        limits.set("account.uploads = 7").unwrap();
        assert_eq!(limits.account[4], 7);
        for bad in ["", "writes", "writes=", "writes=-1", "walks=3", "account.=1"] {
            assert!(limits.set(bad).is_err(), "{bad}");
        }
        limits.set("reads=0").unwrap();
        let buckets = Buckets::default();
        for _ in 0..10_000 {
            assert_eq!(buckets.address(&limits, Class::Reads, ip("::1"), 1).wait_ms, 0);
        }
    }
}
