//! What several processes on one database share: roles, the key file, the place of objects. Settings on the command line,
//! in the environment, and in the table `[sharing]` of the settings file.

use std::path::{Path, PathBuf};

use minshu_runtime::leases::Roles;
use minshu_storage::objects::{ObjectsPlace, S3};
use serde::Deserialize;
use url::Url;

use crate::error::CommandError;
use crate::folder::DataFolder;

/// What can be said of sharing.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SharingArguments {
    /// What this process does, with commas: web answers requests; worker seals and runs flows, jobs, subscriptions and
    /// channels. All of it where nothing is said.
    #[arg(long, global = true, env = "MINSHU_ROLES", value_name = "ROLES")]
    pub roles: Option<String>,
    /// The key file, where several processes share one; keys.toml in the data folder where nothing is said.
    #[arg(long, global = true, env = "MINSHU_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Where objects are kept: a folder that all processes reach, or s3://bucket/prefix; objects/ in the data folder where
    /// nothing is said.
    #[arg(long, global = true, env = "MINSHU_OBJECTS", value_name = "PLACE")]
    pub objects: Option<String>,
    /// The address of S3-compatible storage, such as https://s3.example.
    #[arg(long, global = true, env = "MINSHU_S3_ENDPOINT", value_name = "URL")]
    pub s3_endpoint: Option<String>,
    /// Its region; us-east-1 where nothing is said.
    #[arg(long, global = true, env = "MINSHU_S3_REGION", value_name = "REGION")]
    pub s3_region: Option<String>,
    /// The id of the access key.
    #[arg(long, global = true, env = "MINSHU_S3_ACCESS_KEY_ID", value_name = "ID")]
    pub s3_access_key_id: Option<String>,
    /// Its secret.
    #[arg(
        long,
        global = true,
        env = "MINSHU_S3_SECRET_ACCESS_KEY",
        value_name = "SECRET",
        hide = true,
        hide_env_values = true
    )]
    pub s3_secret_access_key: Option<String>,
}

/// What this process shares with others.
#[derive(Debug, Clone, Default)]
pub struct Sharing {
    /// What it does.
    pub roles: Roles,
    key_file: Option<PathBuf>,
    objects: Objects,
}

#[derive(Debug, Clone, Default)]
enum Objects {
    #[default]
    Own,
    Folder(PathBuf),
    S3(S3),
}

fn wrong(place: &str, what: impl Into<String>) -> CommandError {
    CommandError::Setting { place: place.to_owned(), what: what.into() }
}

impl SharingArguments {
    /// These, else those of the file.
    #[must_use]
    pub fn or(self, file: SharingArguments) -> SharingArguments {
        SharingArguments {
            roles: self.roles.or(file.roles),
            key_file: self.key_file.or(file.key_file),
            objects: self.objects.or(file.objects),
            s3_endpoint: self.s3_endpoint.or(file.s3_endpoint),
            s3_region: self.s3_region.or(file.s3_region),
            s3_access_key_id: self.s3_access_key_id.or(file.s3_access_key_id),
            s3_secret_access_key: self.s3_secret_access_key.or(file.s3_secret_access_key),
        }
    }

    /// Checks; `postgres` says whether other processes can use the same records.
    pub fn check(&self, postgres: bool) -> Result<Sharing, CommandError> {
        const ROLES: &str = "roles (MINSHU_ROLES, --roles)";
        let roles: Roles = match &self.roles {
            Some(text) => text.parse().map_err(|what: String| wrong(ROLES, what))?,
            None => Roles::ALL,
        };
        if roles != Roles::ALL && !postgres {
            return Err(wrong(
                ROLES,
                "with SQLite one process does everything; name a PostgreSQL database (MINSHU_DATABASE_URL), or leave the roles out",
            ));
        }
        let objects = match self.objects.as_deref() {
            None => Objects::Own,
            Some(text) if text.starts_with("s3://") => Objects::S3(self.s3(text)?),
            Some(text) if text.contains("://") => {
                let what = format!("\"{text}\" is neither a folder nor s3://bucket/prefix");
                return Err(wrong("objects (MINSHU_OBJECTS, --objects)", what));
            }
            Some(text) => Objects::Folder(PathBuf::from(text)),
        };
        Ok(Sharing { roles, key_file: self.key_file.clone(), objects })
    }

    fn s3(&self, text: &str) -> Result<S3, CommandError> {
        const PLACE: &str = "objects (MINSHU_OBJECTS, --objects)";
        let url = Url::parse(text);
        let bucket = url.as_ref().ok().and_then(Url::host_str).unwrap_or_default().to_owned();
        if bucket.is_empty() {
            return Err(wrong(
                PLACE,
                format!("\"{text}\" names no bucket, as s3://bucket/prefix does"),
            ));
        }
        let prefix = url.map(|url| url.path().trim_matches('/').to_owned()).unwrap_or_default();
        if let Some(endpoint) = &self.s3_endpoint
            && !Url::parse(endpoint).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
        {
            let what = format!("\"{endpoint}\" is no address such as https://s3.example");
            return Err(wrong("s3_endpoint (MINSHU_S3_ENDPOINT)", what));
        }
        let said = |value: &Option<String>, place: &str| {
            let value = value.clone().filter(|value| !value.is_empty());
            value.ok_or_else(|| {
                wrong(place, "objects in S3 need an access key: its id and its secret")
            })
        };
        Ok(S3 {
            bucket,
            prefix,
            endpoint: self.s3_endpoint.clone(),
            region: self.s3_region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
            access_key_id: said(
                &self.s3_access_key_id,
                "s3_access_key_id (MINSHU_S3_ACCESS_KEY_ID)",
            )?,
            secret_access_key: said(
                &self.s3_secret_access_key,
                "s3_secret_access_key (MINSHU_S3_SECRET_ACCESS_KEY)",
            )?,
            spool: PathBuf::new(),
        })
    }
}

impl Sharing {
    /// The key file of a data folder.
    pub fn keys(&self, folder: &DataFolder) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| folder.keys())
    }

    /// Where a data folder's objects are.
    pub fn objects(&self, folder: &DataFolder) -> ObjectsPlace {
        match &self.objects {
            Objects::Own => ObjectsPlace::Directory(folder.objects()),
            Objects::Folder(path) => ObjectsPlace::Directory(path.clone()),
            Objects::S3(s3) => {
                ObjectsPlace::S3(S3 { spool: folder.objects().join("incoming"), ..s3.clone() })
            }
        }
    }

    /// Where a data folder's objects are, for people.
    pub fn place(&self, folder: &DataFolder) -> String {
        match self.objects(folder) {
            ObjectsPlace::Directory(path) => path.display().to_string(),
            ObjectsPlace::S3(s3) => format!("s3://{}/{}", s3.bucket, s3.prefix),
        }
    }

    /// The folder of the objects, where they are in one of this machine.
    pub fn objects_folder(&self, data: &Path) -> Option<PathBuf> {
        match &self.objects {
            Objects::Own => Some(data.join("objects")),
            Objects::Folder(path) => Some(path.clone()),
            Objects::S3(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(said: &SharingArguments, postgres: bool) -> String {
        said.check(postgres).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn roles_are_named_and_want_a_database_for_several() {
        let roles =
            |text: &str| SharingArguments { roles: Some(text.into()), ..Default::default() };
        let web = roles("web").check(true).unwrap().roles;
        assert_eq!(web, Roles { web: true, worker: false });
        assert_eq!(roles(" worker , web").check(true).unwrap().roles, Roles::ALL);
        assert_eq!(SharingArguments::default().check(false).unwrap().roles, Roles::ALL);
        let error = refusal(&roles("web,wroker"), true);
        assert!(
            error.starts_with("roles (MINSHU_ROLES, --roles): \"wroker\" is no role"),
            "{error}"
        );
        assert!(refusal(&roles("gateway"), true).contains("no gateway yet"));
        assert!(refusal(&roles(""), true).contains("is no role"));
        assert!(refusal(&roles("worker"), false).contains("MINSHU_DATABASE_URL"));
    }

    #[test]
    fn objects_are_in_a_folder_or_a_bucket() {
        let said = SharingArguments {
            objects: Some("s3://papers/minshu/".into()),
            s3_endpoint: Some("https://s3.example".into()),
            s3_access_key_id: Some("id".into()),
            s3_secret_access_key: Some("hidden".into()),
            ..Default::default()
        };
        let Objects::S3(s3) = said.check(false).unwrap().objects else { panic!("a bucket") };
        assert_eq!((s3.bucket.as_str(), s3.prefix.as_str()), ("papers", "minshu"));
        let bad = SharingArguments { objects: Some("ftp://x".into()), ..said.clone() };
        assert!(refusal(&bad, true).contains("neither a folder nor"));
        let bad = SharingArguments { s3_secret_access_key: None, ..said.clone() };
        assert!(refusal(&bad, true).starts_with("s3_secret_access_key"));
        let bad = SharingArguments { s3_endpoint: Some("s3.example".into()), ..said };
        assert!(refusal(&bad, true).starts_with("s3_endpoint"));
    }
}
