//! Settings: from the command line, the environment, and a file, in this order. A wrong one is refused with its place.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use minshu_runtime::http::edge::Edge;
use minshu_runtime::outgoing::Networks;
use minshu_runtime::scan::Address;
use serde::Deserialize;

use crate::channels::MessagingSettings;
use crate::edge::{Doors, EdgeArguments};
use crate::error::CommandError;
use crate::providers::OpenIdSettings;
use crate::sharing::{Sharing, SharingArguments};

/// Settings of the command line and the environment; they win over the file.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Arguments {
    /// The settings file (TOML).
    #[arg(long, global = true, env = "MINSHU_SETTINGS", value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// The data folder.
    #[arg(long, global = true, env = "MINSHU_DATA", value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// The address to listen at; port 0 takes a free one.
    #[arg(long, global = true, env = "MINSHU_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// A PostgreSQL address; SQLite in the data folder where there is none.
    #[arg(
        long,
        global = true,
        env = "MINSHU_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// The packs' folder.
    #[arg(long, global = true, env = "MINSHU_PACKS", value_name = "FOLDER")]
    pub packs: Option<PathBuf>,
    /// The most writes that may wait; one more is answered 503.
    #[arg(long, global = true, env = "MINSHU_WRITE_QUEUE", value_name = "WRITES")]
    pub write_queue: Option<usize>,
    /// Results of scenarios, as the runner writes them.
    #[arg(long, global = true, env = "MINSHU_SCENARIO_RESULTS", value_name = "FILE")]
    pub scenario_results: Option<PathBuf>,
    /// Networks that subscriptions may reach though they are not public, such as 10.20.0.0/16; several with commas.
    #[arg(
        long,
        global = true,
        env = "MINSHU_SUBSCRIPTION_NETWORKS",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub subscription_networks: Vec<String>,
    /// The password of the mail account, where the settings file shall not hold it.
    #[arg(
        long,
        global = true,
        env = "MINSHU_EMAIL_PASSWORD",
        value_name = "PASSWORD",
        hide = true,
        hide_env_values = true
    )]
    pub email_password: Option<String>,
    /// The secret shared with the short-message gateway, where the settings file shall not hold it.
    #[arg(
        long,
        global = true,
        env = "MINSHU_SMS_SECRET",
        value_name = "SECRET",
        hide = true,
        hide_env_values = true
    )]
    pub sms_secret: Option<String>,
    /// Let subscriptions reach this machine, without TLS. In a demonstration and with a test clock alone.
    #[arg(long, global = true, env = "MINSHU_SUBSCRIPTION_LOOPBACK")]
    pub subscription_loopback: bool,
    /// An OpenTelemetry collector, such as http://127.0.0.1:4318: traces go there by OTLP over HTTP. Off where nothing is
    /// said. On the command line and in the environment alone, since it is needed before the settings are read.
    #[arg(long, global = true, env = "MINSHU_TELEMETRY", value_name = "URL")]
    pub telemetry: Option<String>,
    /// ClamAV's clamd, which looks at every file before anybody can use it: unix:/run/clamav/clamd.ctl or
    /// tcp:127.0.0.1:3310. Off where nothing is said.
    #[arg(long, global = true, env = "MINSHU_SCANNER", value_name = "ADDRESS")]
    pub scanner: Option<String>,
    /// The network before the house.
    #[command(flatten)]
    pub edge: EdgeArguments,
    /// What several processes share.
    #[command(flatten)]
    pub sharing: SharingArguments,
}

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    listen: Option<String>,
    database_url: Option<String>,
    packs: Option<PathBuf>,
    write_queue: Option<usize>,
    scenario_results: Option<PathBuf>,
    scanner: Option<String>,
    #[serde(default)]
    subscription_networks: Vec<String>,
    #[serde(default)]
    network: EdgeArguments,
    #[serde(default)]
    sharing: SharingArguments,
    #[serde(default)]
    messaging: MessagingSettings,
    #[serde(default)]
    openid: OpenIdSettings,
}

/// The settings in force.
#[derive(Clone)]
pub struct Settings {
    /// The data folder; `./data`.
    pub data: PathBuf,
    /// The address to listen at; `127.0.0.1:8800`.
    pub listen: SocketAddr,
    /// A PostgreSQL address.
    pub database_url: Option<String>,
    /// The packs' folder: `./packs`, else `packs` beside the program.
    pub packs: PathBuf,
    /// The most writes that may wait.
    pub write_queue: Option<usize>,
    /// Results of scenarios: `scenarios.json` beside the program, else `target/scenarios.json`.
    pub scenario_results: Option<PathBuf>,
    /// Where outgoing requests may go.
    pub networks: Networks,
    /// How the house stands towards the network.
    pub edge: Edge,
    /// The channels of texts to telephones and mailboxes.
    pub messaging: MessagingSettings,
    /// Providers outside the house by which people may sign in.
    pub openid: OpenIdSettings,
    /// How connections are taken.
    pub doors: Doors,
    /// What looks at files.
    pub scanner: Option<Address>,
    /// What this process shares with others on the same records.
    pub sharing: Sharing,
}

fn wrong(place: &str, what: impl Into<String>) -> CommandError {
    CommandError::Setting { place: place.to_owned(), what: what.into() }
}

impl Settings {
    /// Reads and checks.
    pub fn read(arguments: &Arguments) -> Result<Settings, CommandError> {
        let file = match &arguments.settings {
            Some(path) => read_file(path)?,
            None => File::default(),
        };
        let from_file = arguments.settings.as_ref().map(|p| p.display().to_string());
        let file_place = from_file.as_deref().unwrap_or("the settings file");
        let (listen, place) = match (&arguments.listen, &file.listen) {
            (Some(text), _) => (text.clone(), "MINSHU_LISTEN (--listen)"),
            (None, Some(text)) => (text.clone(), file_place),
            (None, None) => ("127.0.0.1:8800".to_owned(), ""),
        };
        let listen = listen.parse().map_err(|_| {
            wrong(place, format!("\"{listen}\" is no address and port, such as 127.0.0.1:8800"))
        })?;
        let database_url = arguments.database_url.clone().or(file.database_url);
        if let Some(url) = &database_url
            && !(url.starts_with("postgres://") || url.starts_with("postgresql://"))
        {
            return Err(wrong(
                "MINSHU_DATABASE_URL (--database-url)",
                "the address must begin with postgres://; leave it out for SQLite",
            ));
        }
        let shared = database_url.is_some();
        let beside = |name: &str| {
            let program = std::env::current_exe().ok()?;
            let path = program.parent()?.join(name);
            path.exists().then_some(path)
        };
        let packs = arguments
            .packs
            .clone()
            .or(file.packs)
            .or_else(|| Path::new("packs").is_dir().then(|| PathBuf::from("packs")))
            .or_else(|| beside("packs"))
            .ok_or_else(|| {
                wrong(
                    "MINSHU_PACKS (--packs)",
                    "there is no folder ./packs: say where the packs are",
                )
            })?;
        if !packs.is_dir() {
            let what = format!("{} is no folder", packs.display());
            return Err(wrong("MINSHU_PACKS (--packs)", what));
        }
        let scenario_results = arguments
            .scenario_results
            .clone()
            .or(file.scenario_results)
            .or_else(|| beside("scenarios.json"))
            .or_else(|| Some(PathBuf::from("target/scenarios.json")));
        let (networks, place) = match arguments.subscription_networks.as_slice() {
            [] => (file.subscription_networks, file_place),
            said => (said.to_vec(), "MINSHU_SUBSCRIPTION_NETWORKS (--subscription-networks)"),
        };
        let allowed = networks.iter().map(|text| {
            text.trim().parse().map_err(|_| {
                wrong(place, format!("\"{text}\" is no network, such as 10.20.0.0/16"))
            })
        });
        let allowed = allowed.collect::<Result<_, _>>()?;
        let network = arguments.edge.clone().or(file.network);
        Ok(Settings {
            data: arguments.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("data")),
            listen,
            database_url,
            packs,
            write_queue: arguments.write_queue.or(file.write_queue),
            scenario_results,
            messaging: file.messaging.with(arguments),
            openid: file.openid,
            edge: network.edge()?,
            doors: network.doors()?,
            scanner: arguments
                .scanner
                .clone()
                .or(file.scanner)
                .map(|text| text.parse())
                .transpose()
                .map_err(|what: String| wrong("scanner (MINSHU_SCANNER, --scanner)", what))?,
            sharing: arguments.sharing.clone().or(file.sharing).check(shared)?,
            networks: Networks { allowed, loopback: arguments.subscription_loopback },
        })
    }
}

fn read_file(path: &Path) -> Result<File, CommandError> {
    let text = std::fs::read_to_string(path)
        .map_err(CommandError::io(format!("the settings file {}", path.display())))?;
    toml::from_str(&text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
        wrong(&format!("{}:{line}", path.display()), error.message())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packs() -> Option<PathBuf> {
        Some(std::env::temp_dir())
    }

    #[test]
    fn a_wrong_setting_is_refused_with_its_place() {
        let arguments =
            Arguments { listen: Some("here".into()), packs: packs(), ..Arguments::default() };
        let error = Settings::read(&arguments).err().unwrap().to_string();
        assert!(error.starts_with("MINSHU_LISTEN (--listen): \"here\""), "{error}");

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("minshu.toml");
        std::fs::write(&file, "data = \"x\"\nlisten_at = \"127.0.0.1:1\"\n").unwrap();
        let arguments = Arguments { settings: Some(file), packs: packs(), ..Arguments::default() };
        let error = Settings::read(&arguments).err().unwrap().to_string();
        assert!(error.contains("minshu.toml:2"), "{error}");
        assert!(error.contains("listen_at"), "{error}");

        let subscription_networks = vec!["10.20.0.0/16".to_owned(), "here".to_owned()];
        let arguments = Arguments { subscription_networks, packs: packs(), ..Arguments::default() };
        let error = Settings::read(&arguments).err().unwrap().to_string();
        assert!(error.contains("(--subscription-networks): \"here\""), "{error}");

        let url = Some("mysql://x".to_owned());
        let arguments = Arguments { database_url: url, packs: packs(), ..Arguments::default() };
        assert!(Settings::read(&arguments).is_err());
    }

    #[test]
    fn the_defaults_are_those_of_the_handbook() {
        let arguments = Arguments { packs: packs(), ..Arguments::default() };
        let settings = Settings::read(&arguments).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8800");
        assert_eq!(settings.data, PathBuf::from("data"));
    }

    proptest! {
        #[test]
        fn any_word_is_a_setting_or_refused_with_its_place(word in "\\PC{0,60}", which in 0..9_usize) {
            let mut arguments = Arguments { packs: packs(), ..Arguments::default() };
            let said = Some(word.clone());
            match which {
                0 => arguments.listen = said,
                1 => arguments.database_url = said,
                2 => arguments.subscription_networks = vec![word],
                3 => arguments.scanner = said,
                4 => arguments.sharing.roles = said,
                5 => arguments.sharing.objects = said,
                6 => arguments.edge.public_url = said,
                7 => arguments.edge.trusted_proxies = vec![word],
                _ => arguments.edge.limits = vec![word],
            }
            if let Err(error) = Settings::read(&arguments) {
                let CommandError::Setting { place, what } = error else { panic!("{error}") };
                prop_assert!(!place.is_empty() && !what.is_empty());
            }
        }

        #[test]
        fn any_file_is_read_or_refused_with_its_line(
            text in "(\\[[a-z.]{0,12}\\]\n|[a-z_]{1,12} ?= ?(\"[a-z:/.0-9]{0,12}\"|[0-9]{1,9}|true|\\[\\])\n|\\PC{0,20}\n){0,8}"
        ) {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("minshu.toml");
            std::fs::write(&file, &text).unwrap();
            if let Err(error) = read_file(&file) {
                let told = error.to_string();
                prop_assert!(told.starts_with(&format!("{}:", file.display())), "{told}");
            }
        }
    }
}
