//! What an operator looks at when something is wrong, looked at in one go: the machine, the data folder, the records. Each
//! trouble is told with its place and its cure. Nothing is changed.

mod machine;
mod records;

use serde::Serialize;

use crate::folder::DataFolder;
use crate::settings::Settings;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, such as `address`.
    pub what: &'static str,
    /// Where it is: a file, an address, a page.
    pub at: String,
    /// What is wrong with it; nothing where all is well.
    pub trouble: Option<Trouble>,
}

/// What is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// What is wrong.
    pub says: String,
    /// What to do.
    pub cure: String,
}

impl Finding {
    fn new(
        what: &'static str,
        at: impl Into<String>,
        trouble: Option<(String, String)>,
    ) -> Finding {
        let trouble = trouble.map(|(says, cure)| Trouble { says, cure });
        Finding { what, at: at.into(), trouble }
    }
}

/// Looks at everything.
pub async fn look(settings: &Settings) -> Vec<Finding> {
    let mut found = vec![
        machine::calendar(),
        machine::divisions(),
        machine::address(settings),
        machine::descriptors(settings),
        machine::packs(settings),
    ];
    found.extend(machine::certificate(settings));
    found.extend(machine::scanner(settings).await);
    match DataFolder::look(&settings.data) {
        Err(error) => {
            let cure = "run `minshu serve` once, or say where it is (--data)";
            let trouble = Some((error.to_string(), cure.to_owned()));
            found.push(Finding::new("data folder", settings.data.display().to_string(), trouble));
        }
        Ok(folder) => {
            found.extend(machine::folder(settings, &folder));
            found.push(machine::keys(settings, &folder));
            found.extend(machine::backups(&folder));
            found.extend(records::look(settings, &folder).await);
        }
    }
    found
}
