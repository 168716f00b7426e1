//! Settings of the network before the house: on the command line, in the environment, and in the table `[network]` of
//! the settings file.

use minshu_runtime::http::edge::Edge;
use serde::Deserialize;
use url::Url;

use crate::error::CommandError;

/// What can be said of the network.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EdgeArguments {
    /// The address at which people reach this server, such as https://minshu.example. Links in messages begin with
    /// it; with https, cookies are sent back by TLS alone.
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
        Ok(Edge {
            public_url,
            trusted_proxies: trusted_proxies.collect::<Result<_, _>>()?,
            forwarded_by: forwarded_by.transpose()?.unwrap_or_default(),
        })
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
}
