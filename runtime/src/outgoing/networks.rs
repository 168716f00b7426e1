//! Where outgoing requests may go: the public internet, and the networks that the settings name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use minshu_kernel::outgoing::BadAddress;
use url::{Host, Url};

/// The longest address.
const LONGEST: usize = 500;

/// The rules by which an address is reached or refused.
#[derive(Debug, Clone, Default)]
pub struct Networks {
    /// Networks that may be reached though they are not public.
    pub allowed: Vec<IpNet>,
    /// Whether this machine itself may be reached, and without TLS: for tests and the demonstration.
    pub loopback: bool,
}

impl Networks {
    /// Whether a connection to this address may be opened.
    pub fn permits(&self, ip: IpAddr) -> bool {
        (self.loopback && ip.is_loopback())
            || self.allowed.iter().any(|network| network.contains(&ip))
            || match ip {
                IpAddr::V4(ip) => is_public_v4(ip),
                IpAddr::V6(ip) => is_public_v6(ip),
            }
    }

    /// Reads an address and refuses what can be refused without asking for its name.
    pub fn read(&self, address: &str) -> Result<Url, BadAddress> {
        if address.len() > LONGEST {
            return Err(BadAddress::Unreadable);
        }
        let url = Url::parse(address).map_err(|_| BadAddress::Unreadable)?;
        let host = url.host().ok_or(BadAddress::Unreadable)?;
        let literal = match host {
            Host::Domain(_) => None,
            Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
            Host::Ipv6(ip) => Some(IpAddr::V6(ip)),
        };
        let own = match (&host, literal) {
            (Host::Domain(name), _) => *name == "localhost",
            (_, ip) => ip.is_some_and(|ip| ip.is_loopback()),
        };
        match url.scheme() {
            "https" => {}
            "http" if self.loopback && own => {}
            "http" => return Err(BadAddress::NotHttps),
            _ => return Err(BadAddress::Unreadable),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(BadAddress::Extra);
        }
        if literal.is_some_and(|ip| !self.permits(ip)) || (own && !self.loopback) {
            return Err(BadAddress::Forbidden);
        }
        Ok(url)
    }
}

/// Outside every network of the IANA IPv4 Special-Purpose Address Registry (RFC 6890) and below multicast (RFC 5771).
fn is_public_v4(ip: Ipv4Addr) -> bool {
    !matches!(
        ip.octets(),
        [0 | 10 | 127, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            | [224..=255, ..]
    )
}

/// Within global unicast (RFC 4291, 2000::/3) and outside what the IANA IPv6 registry takes out of it. Addresses that
/// carry an IPv4 address inside (mapped, 6to4, Teredo, NAT64) are refused: they lead to wherever that one leads.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    matches!(ip.segments(), [0x2000..=0x3fff, ..])
        && !matches!(
            ip.segments(),
            [0x2001, 0..=0x01ff, ..]
                | [0x2001, 0x0db8, ..]
                | [0x2002, ..]
                | [0x3fff, 0..=0x0fff, ..]
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> BadAddress {
        Networks::default().read(text).unwrap_err()
    }

    #[test]
    fn only_plain_https_addresses_are_read() {
        let networks = Networks::default();
        assert!(networks.read("https://hooks.example.cn:8443/a?b=c").is_ok());
        assert!(networks.read("https://119.29.29.29/").is_ok());
        assert_eq!(refused("http://hooks.example.cn/"), BadAddress::NotHttps);
        assert_eq!(refused("https://user@hooks.example.cn/"), BadAddress::Extra);
        assert_eq!(refused("https://hooks.example.cn/#a"), BadAddress::Extra);
        for text in
            ["", "hooks.example.cn", "ftp://hooks.example.cn/", "file:///etc/passwd", "https://"]
        {
            assert_eq!(refused(text), BadAddress::Unreadable, "{text}");
        }
        let long = format!("https://hooks.example.cn/{}", "a".repeat(500));
        assert_eq!(refused(&long), BadAddress::Unreadable);
    }

    #[test]
    fn every_spelling_of_an_inner_address_is_refused() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "017700000001",
            "0",
            "10.1.2.3",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd12::1]",
            "[ff02::1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:8.8.8.8]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::a00:1]",
            "[2002:a00:1::]",
            "[2001::1]",
            "[2001:db8::1]",
            "localhost",
        ] {
            assert_eq!(refused(&format!("https://{host}/")), BadAddress::Forbidden, "{host}");
        }
    }

    #[test]
    fn the_settings_open_networks_and_never_more() {
        let allowed = vec!["10.20.0.0/16".parse().unwrap()];
        let networks = Networks { allowed, loopback: false };
        assert!(networks.read("https://10.20.3.4/").is_ok());
        assert_eq!(networks.read("http://10.20.3.4/"), Err(BadAddress::NotHttps));
        assert_eq!(networks.read("https://10.21.3.4/"), Err(BadAddress::Forbidden));
        assert_eq!(networks.read("https://[::ffff:10.20.3.4]/"), Err(BadAddress::Forbidden));
        let own = Networks { loopback: true, ..Networks::default() };
        assert!(own.read("http://127.0.0.1:9/").is_ok() && own.read("http://localhost/").is_ok());
        assert_eq!(own.read("http://hooks.example.cn/"), Err(BadAddress::NotHttps));
        assert_eq!(own.read("https://192.168.0.1/"), Err(BadAddress::Forbidden));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let _read_or_refused = Networks::default().read(&text);
        }

        #[test]
        fn what_is_read_as_a_number_is_public(ip in any::<u32>()) {
            let ip = Ipv4Addr::from(ip);
            let read = Networks::default().read(&format!("https://{ip}/"));
            prop_assert_eq!(read.is_ok(), is_public_v4(ip));
            if ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast()
                || ip.is_unspecified() || ip.is_broadcast() || ip.is_documentation() {
                prop_assert!(read.is_err());
            }
        }

        #[test]
        fn no_number_that_hides_another_is_public(ip in any::<u32>(), last in any::<u128>()) {
            prop_assert!(!Networks::default().permits(Ipv4Addr::from(ip).to_ipv6_mapped().into()));
            let ip = Ipv6Addr::from(last);
            if ip.is_loopback() || ip.is_multicast() || ip.is_unique_local() || ip.is_unicast_link_local() {
                prop_assert!(!Networks::default().permits(ip.into()));
            }
        }
    }
}
