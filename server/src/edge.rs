//! Settings of the network before the house: on the command line, in the environment, and in the table `[network]` of
//! the settings file.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use minshu_runtime::http::edge::Edge;
use minshu_runtime::http::limits::Limits;
use serde::Deserialize;
use url::Url;

use crate::error::CommandError;
use crate::tls::Files;

/// What can be said of the network.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EdgeArguments {
    /// The address at which people reach this server, such as https://minshu.example. Other programs that sign people
    /// in here are told it, and plain HTTP is sent on to it (--redirect-listen); with https, cookies are sent back by
    /// TLS alone and browsers are told to stay with it.
    #[arg(long, global = true, env = "MINSHU_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Networks of proxies whose word on a request's sender is believed, such as 10.0.0.0/8; several with commas.
    #[arg(
        long,
        global = true,
        env = "MINSHU_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<String>,
    /// The header that these proxies set: x-forwarded-for (where nothing is said) or forwarded (RFC 7239).
    #[arg(long, global = true, env = "MINSHU_FORWARDED_BY", value_name = "HEADER")]
    pub forwarded_by: Option<String>,
    /// The certificate with its chain (PEM): with it and its key the server speaks TLS.
    #[arg(long, global = true, env = "MINSHU_TLS_CERTIFICATE", value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// The certificate's private key (PEM).
    #[arg(long, global = true, env = "MINSHU_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Tell browsers to stay with TLS for every host under this one's name as well (HSTS includeSubDomains): where all of
    /// them have it.
    #[arg(long, global = true, env = "MINSHU_HSTS_SUBDOMAINS")]
    pub hsts_subdomains: bool,
    /// An address to listen at without TLS, where everything is sent on to the public address.
    #[arg(long, global = true, env = "MINSHU_REDIRECT_LISTEN", value_name = "ADDRESS")]
    pub redirect_listen: Option<SocketAddr>,
    /// Requests a minute, such as writes=600 from one address or account.writes=100 of one account; 0 is no limit.
    #[arg(
        long,
        global = true,
        env = "MINSHU_LIMITS",
        value_name = "CLASS=REQUESTS",
        value_delimiter = ','
    )]
    pub limits: Vec<String>,
    /// Limit this machine's own address as others.
    #[arg(long, global = true, env = "MINSHU_LIMIT_LOOPBACK")]
    pub limit_loopback: bool,
    /// The most connections of one address at a time; 1024 where nothing is said, 0 is no limit.
    #[arg(long, global = true, env = "MINSHU_CONNECTIONS_PER_ADDRESS", value_name = "CONNECTIONS")]
    pub connections_per_address: Option<usize>,
    /// An address for operators, with /metrics and /ready and without TLS: of this machine or a private network. Off
    /// where nothing is said.
    #[arg(long, global = true, env = "MINSHU_OPERATIONS_LISTEN", value_name = "ADDRESS")]
    pub operations_listen: Option<SocketAddr>,
    /// Let the address for operators be one that anybody may reach.
    #[arg(long, global = true, env = "MINSHU_OPERATIONS_ANYWHERE")]
    pub operations_anywhere: bool,
    /// How many seconds any body may take; longer ones must come at 4 KiB a second. 30 where nothing is said.
    #[arg(long, global = true, env = "MINSHU_BODY_SECONDS", value_name = "SECONDS")]
    pub body_seconds: Option<u64>,
    /// How many seconds a stop still takes requests while readiness says no already, so that a balancer turns to others:
    /// a little more than it takes to ask. 0 where nothing is said.
    #[arg(long, global = true, env = "MINSHU_UNREADY_SECONDS", value_name = "SECONDS")]
    pub unready_seconds: Option<u64>,
}

/// How connections are taken.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// Certificate and key, where the server speaks TLS.
    pub tls: Option<Files>,
    /// Where plain HTTP is sent on to the public address.
    pub redirect: Option<SocketAddr>,
    /// The most connections of one address; 0 is no limit.
    pub per_address: usize,
    /// Where operators ask for metrics and readiness.
    pub operations: Option<SocketAddr>,
    /// How long a stop still takes requests.
    pub unready: Duration,
}

fn wrong(place: &str, what: impl Into<String>) -> CommandError {
    CommandError::Setting { place: place.to_owned(), what: what.into() }
}

impl EdgeArguments {
    /// These, else those of the file.
    #[must_use]
    pub fn or(self, file: EdgeArguments) -> EdgeArguments {
        EdgeArguments {
            public_url: self.public_url.or(file.public_url),
            trusted_proxies: match self.trusted_proxies.is_empty() {
                true => file.trusted_proxies,
                false => self.trusted_proxies,
            },
            forwarded_by: self.forwarded_by.or(file.forwarded_by),
            tls_certificate: self.tls_certificate.or(file.tls_certificate),
            tls_key: self.tls_key.or(file.tls_key),
            hsts_subdomains: self.hsts_subdomains || file.hsts_subdomains,
            redirect_listen: self.redirect_listen.or(file.redirect_listen),
            limits: if self.limits.is_empty() { file.limits } else { self.limits },
            limit_loopback: self.limit_loopback || file.limit_loopback,
            operations_listen: self.operations_listen.or(file.operations_listen),
            operations_anywhere: self.operations_anywhere || file.operations_anywhere,
            connections_per_address: self.connections_per_address.or(file.connections_per_address),
            body_seconds: self.body_seconds.or(file.body_seconds),
            unready_seconds: self.unready_seconds.or(file.unready_seconds),
        }
    }

    /// Checks.
    pub fn edge(&self) -> Result<Edge, CommandError> {
        let public_url = self.public_url.as_deref().map(public_url).transpose()?;
        let trusted_proxies = self.trusted_proxies.iter().map(|text| {
            text.trim().parse().map_err(|_| {
                let what = format!("\"{text}\" is no network, such as 10.0.0.0/8");
                wrong("trusted_proxies (MINSHU_TRUSTED_PROXIES)", what)
            })
        });
        let forwarded_by = self.forwarded_by.as_deref().map(|name| {
            name.parse().map_err(|what: String| wrong("forwarded_by (MINSHU_FORWARDED_BY)", what))
        });
        let mut limits = Limits::default();
        for text in &self.limits {
            limits.set(text).map_err(|what| wrong("limits (MINSHU_LIMITS)", what))?;
        }
        let standard = Edge::default();
        Ok(Edge {
            tls: self.tls_certificate.is_some(),
            hsts_subdomains: self.hsts_subdomains,
            limits,
            limit_loopback: self.limit_loopback,
            body_first: self.body_seconds.map_or(standard.body_first, Duration::from_secs),
            buckets: standard.buckets,
            public_url,
            trusted_proxies: trusted_proxies.collect::<Result<_, _>>()?,
            forwarded_by: forwarded_by.transpose()?.unwrap_or_default(),
        })
    }

    /// How connections are taken.
    pub fn doors(&self) -> Result<Doors, CommandError> {
        let tls = match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Some(Files { certificate: certificate.clone(), key: key.clone() })
            }
            (None, None) => None,
            _ => {
                let what = "a certificate and its key are said together";
                return Err(wrong("tls_certificate, tls_key (MINSHU_TLS_…)", what));
            }
        };
        if self.redirect_listen.is_some() && self.public_url.is_none() {
            let what = "say the public address (MINSHU_PUBLIC_URL) that it sends on to";
            return Err(wrong("redirect_listen (MINSHU_REDIRECT_LISTEN)", what));
        }
        if let Some(at) = self.operations_listen
            && !self.operations_anywhere
            && !is_near(at.ip())
        {
            let what = format!(
                "{} is neither of this machine nor private, and the metrics are not for everybody: name another address, or say operations_anywhere (MINSHU_OPERATIONS_ANYWHERE) where a firewall stands before it",
                at.ip()
            );
            return Err(wrong("operations_listen (MINSHU_OPERATIONS_LISTEN)", what));
        }
        Ok(Doors {
            tls,
            redirect: self.redirect_listen,
            per_address: self.connections_per_address.unwrap_or(1_024),
            operations: self.operations_listen,
            unready: Duration::from_secs(self.unready_seconds.unwrap_or(0).min(300)),
        })
    }
}

/// Whether an address is of this machine or a private network; "every address of this machine" is not.
fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// The origin of a public address; one with a path, a query or a name to sign in with is refused.
fn public_url(text: &str) -> Result<String, CommandError> {
    let refused = || {
        let what = format!(
            "\"{text}\" is no address such as https://minshu.example, without anything after the name and port"
        );
        wrong("public_url (MINSHU_PUBLIC_URL)", what)
    };
    let url = Url::parse(text).map_err(|_| refused())?;
    let whole = url.origin().ascii_serialization();
    let only = url.as_str().trim_end_matches('/') == whole;
    (only && matches!(url.scheme(), "https" | "http")).then_some(whole).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_an_origin() {
        assert_eq!(public_url("https://minshu.example/").unwrap(), "https://minshu.example");
        assert_eq!(public_url("http://127.0.0.1:8800").unwrap(), "http://127.0.0.1:8800");
        for bad in ["minshu.example", "https://a/b", "https://u:p@a", "ftp://a", "https://a/?q", ""]
        {
            let error = public_url(bad).err().unwrap().to_string();
            assert!(error.starts_with("public_url (MINSHU_PUBLIC_URL)"), "{error}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused_with_its_place() {
        let said = EdgeArguments {
            trusted_proxies: vec!["10.0.0.0/8".into(), "proxy".into()],
            ..EdgeArguments::default()
        };
        let error = said.edge().err().unwrap().to_string();
        assert!(error.contains("MINSHU_TRUSTED_PROXIES") && error.contains("\"proxy\""), "{error}");
        let said = EdgeArguments { forwarded_by: Some("via".into()), ..EdgeArguments::default() };
        assert!(said.edge().is_err());
    }

    #[test]
    fn operators_are_answered_near_by_unless_it_is_said() {
        let at = |text: &str, operations_anywhere| {
            let operations_listen = Some(text.parse().unwrap());
            let said =
                EdgeArguments { operations_listen, operations_anywhere, ..Default::default() };
            said.doors().map(|doors| doors.operations)
        };
        for near in ["127.0.0.1:9100", "10.1.2.3:9100", "[::1]:9100", "[fd00::1]:9100"] {
            assert_eq!(at(near, false).unwrap(), Some(near.parse().unwrap()));
        }
        for far in ["0.0.0.0:9100", "[::]:9100", "203.0.113.9:9100", "[2001:db8::1]:9100"] {
            let error = at(far, false).err().unwrap().to_string();
            assert!(error.contains("MINSHU_OPERATIONS_LISTEN"), "{error}");
            assert_eq!(at(far, true).unwrap(), Some(far.parse().unwrap()));
        }
        assert_eq!(EdgeArguments::default().doors().unwrap().operations, None);
    }
}
