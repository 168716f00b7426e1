//! How the house stands towards the network: its public address, the proxies that it believes, and from that the
//! address of whoever sends a request. A header says where a request came from only where a trusted proxy wrote it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

use super::cookies::Cookies;
use super::limits::{Buckets, Limits};

/// The most entries of a forwarding header that are read, from the right: a longer chain of own proxies is unheard of.
const MOST_HOPS: usize = 16;

/// What the settings say of the network before the house.
#[derive(Clone)]
pub struct Edge {
    /// The address at which people reach the house, such as `https://minshu.example`, without a path.
    pub public_url: Option<String>,
    /// Networks of proxies whose forwarding header is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The header that these proxies set. Only this one is read: a proxy passes others on as a stranger wrote them.
    pub forwarded_by: ForwardHeader,
    /// Whether the house itself speaks TLS.
    pub tls: bool,
    /// Whether browsers are told to stay with TLS for all hosts under this one's name.
    pub hsts_subdomains: bool,
    /// How often one address and one account may ask.
    pub limits: Limits,
    /// Whether this machine's own address is limited as others are.
    pub limit_loopback: bool,
    /// How long any body may take; longer ones must keep a pace.
    pub body_first: Duration,
    /// The buckets of the limits.
    pub buckets: Arc<Buckets>,
}

impl Default for Edge {
    fn default() -> Self {
        Edge {
            public_url: None,
            trusted_proxies: Vec::new(),
            forwarded_by: ForwardHeader::default(),
            tls: false,
            hsts_subdomains: false,
            limits: Limits::default(),
            limit_loopback: false,
            body_first: Duration::from_secs(30),
            buckets: Arc::default(),
        }
    }
}

/// The header by which proxies tell the sender's address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForwardHeader {
    /// `X-Forwarded-For`: addresses with commas.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239): elements with `for=`.
    Forwarded,
}

impl std::str::FromStr for ForwardHeader {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => Ok(ForwardHeader::XForwardedFor),
            "forwarded" => Ok(ForwardHeader::Forwarded),
            _ => Err(format!("\"{text}\" is neither x-forwarded-for nor forwarded")),
        }
    }
}

/// The connection on which a request came; the listener puts it into the request's extensions.
#[derive(Debug, Clone, Copy)]
pub struct Connection {
    /// The other end.
    pub peer: SocketAddr,
    /// Whether it is encrypted.
    pub secure: bool,
}

impl Edge {
    /// Whether browsers reach the house by TLS: then cookies go back that way alone.
    pub fn secure(&self) -> bool {
        self.tls || self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// How cookies are named and sent.
    pub fn cookies(&self) -> Cookies {
        Cookies { secure: self.secure() }
    }

    /// Whether a connection's other end is a proxy that is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }

    /// The address of whoever sends a request: the other end of the connection, or, behind trusted proxies, the
    /// last address of their header that is no trusted proxy's. What cannot be read ends the chain at the proxy
    /// that wrote it.
    pub fn sender(&self, connection: Option<&Connection>, headers: &HeaderMap) -> Option<IpAddr> {
        let mut sender = connection?.peer.ip().to_canonical();
        let mut hops = self.hops(headers).into_iter();
        while self.trusts(sender) {
            match hops.next() {
                Some(Some(before)) => sender = before,
                Some(None) | None => break,
            }
        }
        Some(sender)
    }

    /// The id that a trusted proxy gave a request, for its line in the log: `X-Request-Id`, else the trace of
    /// `traceparent` (W3C Trace Context). Ours stays another one: two requests of one trace are two.
    pub fn outer_id(&self, connection: Option<&Connection>, headers: &HeaderMap) -> Option<String> {
        self.trusts(connection?.peer.ip().to_canonical()).then_some(())?;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let trace = || text("traceparent")?.split('-').nth(1);
        let id = text("x-request-id").or_else(trace)?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        ((1..=64).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
    }

    /// The entries of the header, the nearest first; `None` for one that is no address.
    fn hops(&self, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = match self.forwarded_by {
            ForwardHeader::XForwardedFor => (HeaderName::from_static("x-forwarded-for"), node),
            ForwardHeader::Forwarded => (header::FORWARDED, element),
        };
        let lines: Vec<_> = headers.get_all(name).iter().collect();
        let entries = lines.into_iter().rev().flat_map(|line| match line.to_str() {
            Ok(line) => line.rsplit(',').map(read).take(MOST_HOPS).collect(),
            Err(_) => vec![None],
        });
        entries.take(MOST_HOPS).collect()
    }
}

/// An address, perhaps in brackets, perhaps with a port.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let ip = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0.parse().ok()?,
        None => match text.parse::<IpAddr>() {
            Ok(ip) => ip,
            Err(_) => text.parse::<SocketAddr>().ok()?.ip(),
        },
    };
    Some(ip.to_canonical())
}

/// The `for` of an element of `Forwarded`; a quoted comma would cut it in two, and then neither part is an address.
fn element(text: &str) -> Option<IpAddr> {
    let mut pairs = text.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    node(value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(by: ForwardHeader) -> Edge {
        Edge {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            forwarded_by: by,
            ..Edge::default()
        }
    }

    fn sender(edge: &Edge, peer: &str, headers: &[(&'static str, &str)]) -> String {
        let connection = Connection { peer: peer.parse().unwrap(), secure: false };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        edge.sender(Some(&connection), &map).unwrap().to_string()
    }

    #[test]
    fn a_stranger_cannot_say_where_it_comes_from() {
        let edge = edge(ForwardHeader::XForwardedFor);
        let forged = [("x-forwarded-for", "1.2.3.4"), ("forwarded", "for=1.2.3.4")];
        assert_eq!(sender(&edge, "203.0.113.9:5000", &forged), "203.0.113.9");
        assert_eq!(sender(&edge, "[::ffff:203.0.113.9]:5000", &forged), "203.0.113.9");
        assert_eq!(sender(&Edge::default(), "10.0.0.1:5000", &forged), "10.0.0.1");
    }

    #[test]
    fn behind_trusted_proxies_the_last_stranger_counts() {
        let edge = edge(ForwardHeader::XForwardedFor);
        let tell = |lines: &[&str]| {
            let lines: Vec<_> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
            sender(&edge, "10.0.0.1:5000", &lines)
        };
        // What the stranger wrote itself stands on the left.
        assert_eq!(tell(&["1.2.3.4, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(tell(&["1.2.3.4, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(tell(&["1.2.3.4", "203.0.113.9:8443"]), "203.0.113.9");
        assert_eq!(tell(&["203.0.113.9", "fd00::7"]), "203.0.113.9");
        assert_eq!(tell(&["2001:db8::5"]), "2001:db8::5");
        // Nothing to read: the proxy itself.
        assert_eq!(tell(&[]), "10.0.0.1");
        assert_eq!(tell(&["unknown"]), "10.0.0.1");
        assert_eq!(tell(&["1.2.3.4, "]), "10.0.0.1");
        // The other header is a stranger's.
        assert_eq!(sender(&edge, "10.0.0.1:1", &[("forwarded", "for=1.2.3.4")]), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_the_one_named() {
        let edge = edge(ForwardHeader::Forwarded);
        let tell = |line: &str| sender(&edge, "10.0.0.1:5000", &[("forwarded", line)]);
        assert_eq!(tell("for=1.2.3.4, for=203.0.113.9;proto=https;by=10.0.0.1"), "203.0.113.9");
        assert_eq!(tell("For=\"[2001:db8::5]:4711\""), "2001:db8::5");
        assert_eq!(tell("for=_hidden"), "10.0.0.1");
        assert_eq!(tell("for=\"1.2.3.4, 5.6.7.8\""), "10.0.0.1");
        assert_eq!(sender(&edge, "10.0.0.1:1", &[("x-forwarded-for", "1.2.3.4")]), "10.0.0.1");
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_panic_and_a_stranger_stays_itself(text in "[ -~]{0,200}") {
            for by in [ForwardHeader::XForwardedFor, ForwardHeader::Forwarded] {
                let name = if by == ForwardHeader::Forwarded { "forwarded" } else { "x-forwarded-for" };
                let _ = sender(&edge(by), "10.0.0.1:5000", &[(name, &text)]);
                proptest::prop_assert_eq!(sender(&edge(by), "203.0.113.9:1", &[(name, &text)]), "203.0.113.9");
            }
        }
    }
}
