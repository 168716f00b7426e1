//! Settings of the channels: `[messaging.email]` and `[messaging.sms]` of the settings file. A channel without settings
//! is not offered.

use std::sync::Arc;

use minshu_kernel::clock::Clock;
use minshu_runtime::carriers::{
    Channels, EmailCarrier, GatewaySettings, MailSettings, Pocket, SmsCarrier,
};
use minshu_runtime::outgoing::{HttpClient, Networks, Patience};
use serde::Deserialize;

use crate::error::CommandError;
use crate::settings::{Arguments, Settings};

/// `[messaging]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessagingSettings {
    /// `[messaging.email]`
    pub email: Option<Email>,
    /// `[messaging.sms]`
    pub sms: Option<Sms>,
}

/// `[messaging.email]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    server: String,
    port: Option<u16>,
    #[serde(default = "tls")]
    encryption: String,
    account: Option<String>,
    password: Option<String>,
    from: String,
    reply_to: Option<String>,
    site: Option<String>,
}

/// `[messaging.sms]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    address: String,
    secret: Option<String>,
    #[serde(default = "signature")]
    signature: String,
    #[serde(default)]
    networks: Vec<String>,
}

// Secrets stay out of what is printed of settings.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Email").field("server", &self.server).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Sms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sms").field("address", &self.address).finish_non_exhaustive()
    }
}

fn tls() -> String {
    "tls".to_owned()
}

fn signature() -> String {
    "闽枢".to_owned()
}

impl MessagingSettings {
    /// With the secrets of the command line and the environment, which win.
    #[must_use]
    pub fn with(mut self, arguments: &Arguments) -> MessagingSettings {
        if let (Some(email), Some(password)) = (&mut self.email, &arguments.email_password) {
            email.password = Some(password.clone());
        }
        if let (Some(sms), Some(secret)) = (&mut self.sms, &arguments.sms_secret) {
            sms.secret = Some(secret.clone());
        }
        self
    }
}

/// The channels that the settings name; a demonstration shows the others on a page of its own.
pub fn open(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    demonstration: bool,
) -> Result<Channels, CommandError> {
    let loopback = settings.networks.loopback;
    let wrong = |place: String, what: String| CommandError::Setting { place, what };
    let email = settings.messaging.email.as_ref().map(|email| {
        let mail = MailSettings {
            server: email.server.clone(),
            port: email.port,
            encryption: email.encryption.clone(),
            account: email.account.clone(),
            password: email.password.clone(),
            from: email.from.clone(),
            reply_to: email.reply_to.clone(),
            site: email.site.clone(),
        };
        EmailCarrier::new(&mail, loopback, clock.clone())
            .map_err(|bad| wrong(format!("[messaging.email] {}", bad.key), bad.what))
    });
    let sms = settings.messaging.sms.as_ref().map(|sms| {
        let allowed = sms.networks.iter().map(|text| {
            text.trim().parse().map_err(|_| {
                let what = format!("\"{text}\" is no network, such as 10.20.0.0/16");
                wrong("[messaging.sms] networks".to_owned(), what)
            })
        });
        let networks = Networks { allowed: allowed.collect::<Result<_, _>>()?, loopback };
        let outgoing = HttpClient::new(networks, Patience::default());
        let secret = sms.secret.clone().ok_or_else(|| {
            let what = "say the secret here or in MINSHU_SMS_SECRET".to_owned();
            wrong("[messaging.sms] secret".to_owned(), what)
        })?;
        let signature = sms.signature.clone();
        let gateway = GatewaySettings { address: sms.address.clone(), secret, signature };
        SmsCarrier::new(&gateway, Arc::new(outgoing), clock.clone())
            .map_err(|bad| wrong(format!("[messaging.sms] {}", bad.key), bad.what))
    });
    let pocket = demonstration.then(|| Arc::new(Pocket::new(clock.clone())));
    Ok(Channels { email: email.transpose()?, sms: sms.transpose()?, pocket })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> Result<Channels, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("minshu.toml");
        std::fs::write(&file, text).unwrap();
        let packs = Some(std::env::temp_dir());
        let arguments = Arguments { settings: Some(file), packs, ..Arguments::default() };
        let settings = Settings::read(&arguments).map_err(|error| error.to_string())?;
        let clock: Arc<dyn Clock> = Arc::new(minshu_runtime::system::SystemClock);
        open(&settings, &clock, false).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_channel_stands_by_its_settings_alone() {
        use minshu_kernel::carrier::Carriers as _;
        use minshu_kernel::courier::Channel;
        let none = opened("").unwrap();
        assert!(!none.offers(Channel::Sms) && !none.offers(Channel::Email));
        let mail =
            "[messaging.email]\nserver = \"mail.example.com\"\nfrom = \"闽枢 <a@example.com>\"\n";
        let mail = opened(mail).unwrap();
        assert!(mail.offers(Channel::Email) && !mail.offers(Channel::Sms));
    }

    #[tokio::test]
    async fn a_wrong_channel_is_refused_with_its_place() {
        let mail = "[messaging.email]\nserver = \"m.example.com\"\nfrom = \"a@example.com\"\n";
        let sms = "[messaging.sms]\naddress = \"https://sms.example.com/send\"\n";
        for (text, told) in [
            (format!("{mail}encryption = \"none\"\n"), "[messaging.email] encryption"),
            (format!("{mail}account = \"a\"\n"), "[messaging.email] password"),
            (format!("{mail}site = \"http://x\"\n"), "[messaging.email] site"),
            (mail.replace("a@example.com", "nobody"), "[messaging.email] from"),
            (format!("{mail}colour = 1\n"), "minshu.toml:4"),
            (sms.to_owned(), "[messaging.sms] secret"),
            (format!("{sms}secret = \"short\"\n"), "[messaging.sms] secret"),
            (format!("{sms}networks = [\"here\"]\n"), "[messaging.sms] networks"),
            (
                "[messaging.sms]\naddress = \"http://127.0.0.1/\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n".to_owned(),
                "[messaging.sms] address",
            ),
        ] {
            let error = opened(&text).err().unwrap();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
