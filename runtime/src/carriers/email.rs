//! Mail by SMTP (RFC 5321). Each mail is a plain text and a simple page of the same words (RFC 2046, 5.1.4); what
//! people typed never becomes a header or markup.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{PoolConfig, extension::ClientId};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use minshu_kernel::carrier::{CarrierError, Parcel, TakenOver};
use minshu_kernel::clock::Clock;
use minshu_kernel::text::Lang;

use super::{system_time, words};

/// How long a mail server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections that are kept open.
const CONNECTIONS: u32 = 4;

/// How the mail server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte (RFC 8314), usually on port 465.
    Tls,
    /// STARTTLS, without which nothing is sent (RFC 3207), usually on port 587.
    Starttls,
    /// None: in tests and demonstrations on this machine alone.
    None,
}

/// Settings of the mail channel.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The server's name.
    pub server: String,
    /// Its port; 465 or 587 by the encryption where it is not said.
    pub port: Option<u16>,
    /// `tls`, `starttls` or `none`.
    pub encryption: String,
    /// The account at the server, where it wants one.
    pub account: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// The sender, such as `闽枢 <notice@example.gov.cn>`.
    pub from: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The address of this site, for links: `https://…`.
    pub site: Option<String>,
}

/// A setting of the mail channel that is wrong: its key and what about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {what}")]
pub struct BadMailSetting {
    /// The key below `[messaging.email]`.
    pub key: &'static str,
    /// What is wrong with it.
    pub what: String,
}

/// Sends mail.
pub struct EmailCarrier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    paper: Paper,
}

/// What every mail carries.
pub(super) struct Paper {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    site: Option<String>,
    clock: Arc<dyn Clock>,
}

#[derive(Template)]
#[template(path = "mail/message.html")]
struct Html<'a> {
    lang: &'a str,
    subject: &'a str,
    paragraphs: Vec<&'a str>,
    link: Option<&'a str>,
    go: &'a str,
    stop: Option<&'a str>,
    stop_words: &'a str,
}

impl EmailCarrier {
    /// A carrier by these settings. `loopback` lets the server be this machine without encryption.
    pub fn new(
        settings: &MailSettings,
        loopback: bool,
        clock: Arc<dyn Clock>,
    ) -> Result<EmailCarrier, BadMailSetting> {
        let bad = |key, what: &str| BadMailSetting { key, what: what.to_owned() };
        let encryption = match settings.encryption.as_str() {
            "tls" => Encryption::Tls,
            "starttls" => Encryption::Starttls,
            "none" if loopback && matches!(settings.server.as_str(), "127.0.0.1" | "localhost") => {
                Encryption::None
            }
            "none" => {
                let what = "mail goes unencrypted to this machine alone, in a demonstration or with a test clock";
                return Err(bad("encryption", what));
            }
            other => {
                let what = format!("\"{other}\" is neither tls nor starttls");
                return Err(BadMailSetting { key: "encryption", what });
            }
        };
        let server = settings.server.clone();
        let parameters = || {
            TlsParameters::new(server.clone()).map_err(|error| BadMailSetting {
                key: "server",
                what: format!("no TLS with \"{server}\": {error}"),
            })
        };
        let (tls, usual) = match encryption {
            Encryption::Tls => (Tls::Wrapper(parameters()?), 465),
            Encryption::Starttls => (Tls::Required(parameters()?), 587),
            Encryption::None => (Tls::None, 25),
        };
        let paper = Paper::new(settings, loopback, clock)?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.server)
            .port(settings.port.unwrap_or(usual))
            .tls(tls)
            .hello_name(ClientId::Domain(paper.from.email.domain().to_owned()))
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        match (&settings.account, &settings.password) {
            (Some(account), Some(password)) => {
                builder = builder.credentials(Credentials::new(account.clone(), password.clone()));
            }
            (None, None) => {}
            (Some(_), None) => return Err(bad("password", "the account has no password")),
            (None, Some(_)) => return Err(bad("account", "there is a password and no account")),
        }
        Ok(EmailCarrier { transport: builder.build(), paper })
    }

    /// Hands a mail over; the server's acceptance is all that SMTP tells.
    pub(super) async fn send(&self, parcel: Parcel) -> Result<TakenOver, CarrierError> {
        let message = self.paper.message(&parcel)?;
        match self.transport.send(message).await {
            Ok(response) => {
                let said: Vec<&str> = response.message().collect();
                Ok(TakenOver { reference: words(&said.join(" "), 100) })
            }
            Err(error) => Err(failed(&error)),
        }
    }
}

impl Paper {
    /// By the settings, checked.
    pub(super) fn new(
        settings: &MailSettings,
        loopback: bool,
        clock: Arc<dyn Clock>,
    ) -> Result<Paper, BadMailSetting> {
        let mailbox = |key, text: &str| {
            text.parse::<Mailbox>().map_err(|_| {
                let example = "闽枢 <notice@example.gov.cn>";
                let what = format!("\"{text}\" is no mail address, such as {example}");
                BadMailSetting { key, what }
            })
        };
        let from = mailbox("from", &settings.from)?;
        let reply_to = settings.reply_to.as_deref().map(|text| mailbox("reply_to", text));
        let site = settings.site.as_deref().map(|site| site.trim_end_matches('/').to_owned());
        if site.as_deref().is_some_and(|site| !is_site(site, loopback)) {
            let what = "write the address of this site, such as https://minshu.example.gov.cn";
            return Err(BadMailSetting { key: "site", what: what.to_owned() });
        }
        Ok(Paper { from, reply_to: reply_to.transpose()?, site, clock })
    }

    /// The mail as it is sent.
    pub(super) fn message(&self, parcel: &Parcel) -> Result<Message, CarrierError> {
        let refused = |what: &str| CarrierError::Refused(what.to_owned());
        let to: Address = parcel.to.parse().map_err(|_| refused("no mail address"))?;
        // One line: lettre encodes what is no plain text, so a subject cannot begin another header.
        let subject = words(&parcel.subject, 200);
        let link = match (&parcel.link, &self.site) {
            (Some(path), Some(site)) => Some(format!("{site}{path}")),
            _ => None,
        };
        let paragraphs: Vec<&str> =
            parcel.text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let mut plain = paragraphs.join("\n\n");
        if let Some(link) = &link {
            plain.push_str("\n\n");
            plain.push_str(link);
        }
        let (lang, go, stop_words) = match parcel.lang {
            Lang::Zh => ("zh-CN", "到网上看详情", "不想再收这类邮件，请打开这里："),
            Lang::En => ("en", "See the details", "To stop mails of this kind, open:"),
        };
        let stop = match (&parcel.stop, &self.site) {
            (Some(path), Some(site)) => Some(format!("{site}{path}")),
            _ => None,
        };
        if let Some(stop) = &stop {
            plain.push_str(&format!("\n\n-- \n{stop_words}\n{stop}"));
        }
        plain.push('\n');
        let html = Html {
            lang,
            subject: &subject,
            paragraphs,
            link: link.as_deref(),
            go,
            stop: stop.as_deref(),
            stop_words,
        };
        let html = html.render().map_err(|error| refused(&error.to_string()))?;
        let domain = self.from.email.domain();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .date(system_time(&*self.clock))
            .message_id(Some(format!("<{}@{domain}>", parcel.id)))
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("Content-Language", lang));
        // One click stops mails of this kind (RFC 2369, RFC 8058); a program takes it over HTTPS alone.
        if let Some(stop) = &stop {
            builder = builder.raw_header(raw("List-Unsubscribe", &format!("<{stop}>")));
            if stop.starts_with("https://") {
                let click = raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
                builder = builder.raw_header(click);
            }
        }
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let part = |kind, body: String| SinglePart::builder().header(kind).body(body);
        let parts = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, plain))
            .singlepart(part(ContentType::TEXT_HTML, html));
        builder.multipart(parts).map_err(|error| refused(&error.to_string()))
    }
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn is_site(site: &str, loopback: bool) -> bool {
    let Ok(url) = url::Url::parse(site) else { return false };
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    plain && url.has_host() && (url.scheme() == "https" || loopback && url.scheme() == "http")
}

/// Whether a permanent answer says that nobody is at the address. The enhanced status code (RFC 3463) decides where
/// there is one: 5.1.x is about the address, 5.2.1 is a mailbox that is closed; 5.2.2 is a full one, 5.7.x a refusal of
/// this mail. Without one these replies mean the mailbox (RFC 5321, 4.2.3).
pub(super) fn nobody(said: &str) -> bool {
    let words = said.split(|c: char| c.is_whitespace() || c == ':').filter(|word| !word.is_empty());
    let status = words.take(12).find_map(|word| {
        let mut parts = word.split('.');
        let digits = |part: Option<&str>| {
            part.filter(|part| (1..=3).contains(&part.len()))?.parse::<u16>().ok()
        };
        let status = (digits(parts.next())?, digits(parts.next())?, digits(parts.next())?);
        parts.next().is_none().then_some(status)
    });
    status.is_none_or(|status| matches!(status, (5, 1, _) | (5, 2, 1)))
}

/// What a failed exchange means for the mail. A refusal of the recipient or of the content is for good; one of
/// the account or of the whole connection is the channel's.
fn failed(error: &lettre::transport::smtp::Error) -> CarrierError {
    let code = error.status().map(u16::from);
    let said = error.to_string();
    match code {
        Some(code @ (550 | 551 | 553 | 556)) if error.is_permanent() && nobody(&said) => {
            CarrierError::NoAddress(format!("the mail server answered {code}"))
        }
        Some(code @ (550..=553 | 501 | 555 | 556)) if error.is_permanent() => {
            CarrierError::Refused(format!("the mail server answered {code}"))
        }
        Some(code) => {
            CarrierError::Down { why: format!("the mail server answered {code}"), after_ms: None }
        }
        None if error.is_timeout() => CarrierError::Down {
            why: "the mail server does not answer in time".into(),
            after_ms: None,
        },
        None if error.is_tls() => {
            CarrierError::Down { why: "no TLS with the mail server".into(), after_ms: None }
        }
        None => CarrierError::Down { why: words(&error.to_string(), 200), after_ms: None },
    }
}
