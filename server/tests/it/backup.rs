//! Back-ups of a server that runs: taken while people work, restored into an empty place on either database, proved;
//! one that was cut off or damaged is refused with words.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::running::{Start, databases, load_packs};

/// What a command printed, and whether it succeeded.
pub fn minshu(data: &Path, url: Option<&str>, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minshu"));
    command.args(arguments).arg("--data").arg(data).arg("--packs").arg(load_packs());
    if let Some(url) = url {
        command.args(["--database-url", url]);
    }
    let output = command.env("MINSHU_LOG", "off").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    (output.status.success(), format!("{}{error}", String::from_utf8_lossy(&output.stdout)))
}

/// A back-up of the keys of a data folder, and the file with its passphrase.
pub fn keys_of(data: &Path, url: Option<&str>, into: &Path) -> (String, String) {
    let (file, secret) = (into.join("keys.backup"), into.join("passphrase"));
    std::fs::write(&secret, "a passphrase of tests\n").unwrap();
    let _before = std::fs::remove_file(&file);
    let words = ["keys", "backup", text(&file), "--passphrase-file", text(&secret)];
    let (done, told) = minshu(data, url, &words);
    assert!(done && told.contains("is whole"), "{told}");
    (text(&file).to_owned(), text(&secret).to_owned())
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_of_either_database_is_restored_on_sqlite_and_people_go_on() {
    for (url, _db) in databases() {
        let root = tempfile::tempdir().unwrap();
        let (data, backups) = (root.path().join("data"), root.path().join("backups"));
        let start = Start { database_url: url.clone(), ..Start::on(&data) };
        let server = start.go();
        let token = server.person(1, &[]);
        let cases: Vec<String> =
            (0..5).map(|_| server.case(&token)["case"].as_str().unwrap().to_owned()).collect();
        // Sealed by now: the window is half a second.
        std::thread::sleep(std::time::Duration::from_secs(2));

        // Somebody goes on writing while the back-up is taken.
        let busy = std::thread::scope(|scope| {
            let working = scope.spawn(|| {
                for _ in 0..20 {
                    server.case(&token);
                }
            });
            let (done, told) = minshu(&data, url.as_deref(), &["backup", text(&backups)]);
            assert!(done && told.contains("is whole"), "{told}");
            working.join().is_ok()
        });
        assert!(busy);
        server.stop();
        let (done, told) = minshu(&data, None, &["backup", "verify", text(&backups)]);
        assert!(done && told.contains("is whole"), "{told}");

        // The key file is not in it.
        let keys = std::fs::read_to_string(data.join("keys.toml")).unwrap();
        let secrets: Vec<&str> = keys.split('"').filter(|part| part.len() > 20).collect();
        assert!(!secrets.is_empty());
        for file in files(&backups) {
            let content = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
            assert!(!secrets.iter().any(|secret| content.contains(secret)), "{}", file.display());
            assert!(!file.ends_with("platform_person_key.rows"), "the keys of persons are apart");
        }

        // Into an empty folder, with the keys from their own back-up: on SQLite, whatever it was taken from.
        let other = root.path().join("other");
        let (kept, secret) = keys_of(&data, url.as_deref(), root.path());
        let words = ["restore", text(&backups), "--keys", &kept, "--passphrase-file", &secret];
        let (done, told) = minshu(&other, None, &words);
        assert!(done && told.contains("restored and proved"), "{told}");
        let (done, told) = minshu(&other, None, &words);
        assert!(!done && told.contains("nothing is written over"), "{told}");
        let restored = Start::on(&other);
        let server = restored.go();
        let own = server.own_cases(&server.sign_in(1));
        for case in &cases {
            assert!(own.contains(case), "a case from before the back-up is there");
        }
        server.case(&server.sign_in(1));
        server.stop();
        restored.prove_the_chain();
    }
}

#[test]
fn a_backup_of_sqlite_is_restored_on_postgresql() {
    let databases = databases();
    let Some((Some(url), db)) = databases.into_iter().nth(1) else { return };
    let root = tempfile::tempdir().unwrap();
    let (data, backups) = (root.path().join("data"), root.path().join("backups"));
    let server = Start::on(&data).go();
    let token = server.person(1, &[]);
    let case = server.case(&token)["case"].as_str().unwrap().to_owned();
    server.stop();
    let (done, told) = minshu(&data, None, &["backup", text(&backups)]);
    assert!(done, "{told}");
    let (kept, secret) = keys_of(&data, None, root.path());
    let other = root.path().join("other");
    let words = ["restore", text(&backups), "--keys", &kept, "--passphrase-file", &secret];
    // The test's database holds the migrated tables: that is refused. Then it is emptied.
    let (done, told) = minshu(&other, Some(&url), &words);
    assert!(!done && told.contains("make an empty one"), "{told}");
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    executor.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
    });
    // The try that was refused left a folder that is taken up again.
    let (done, told) = minshu(&other, Some(&url), &words);
    assert!(done && told.contains("restored and proved"), "{told}");
    let restored = Start { database_url: Some(url), ..Start::on(&other) };
    let server = restored.go();
    assert_eq!(server.own_cases(&server.sign_in(1)), [case]);
    server.stop();
    restored.prove_the_chain();
    drop(db);
}

#[test]
fn what_was_cut_off_or_damaged_is_refused_with_words() {
    let root = tempfile::tempdir().unwrap();
    let (data, backups) = (root.path().join("data"), root.path().join("backups"));
    let server = Start::on(&data).go();
    server.case(&server.person(1, &[]));
    server.stop();
    let (done, told) = minshu(&data, None, &["backup", text(&backups)]);
    assert!(done, "{told}");
    let backup = std::fs::read_dir(&backups)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.join("manifest.json").exists())
        .unwrap();
    let (kept, secret) = keys_of(&data, None, root.path());
    let (other, kept) = (root.path().join("other"), std::path::PathBuf::from(kept));
    let restore = |keys: &Path| {
        let words = ["restore", text(&backup), "--keys", text(keys), "--passphrase-file", &secret];
        minshu(&other, None, &words)
    };

    // Without the keys.
    let (done, told) = restore(&root.path().join("lost.toml"));
    assert!(!done && told.contains("without the keys nothing"), "{told}");
    // With the key file alone, which does not hold the keys of persons.
    let (done, told) = restore(&data.join("keys.toml"));
    assert!(!done && told.contains("minshu keys backup"), "{told}");
    // With another passphrase.
    std::fs::write(&secret, "another passphrase of tests").unwrap();
    let (done, told) = restore(&kept);
    assert!(!done && told.contains("the passphrase is another one"), "{told}");
    std::fs::write(&secret, "a passphrase of tests").unwrap();

    // A row of the back-up was changed: verify and restore say so, and no server starts on what is there.
    let rows = backup.join("records/casework_case.rows");
    let whole = std::fs::read_to_string(&rows).unwrap();
    std::fs::write(&rows, whole.replacen("350102", "350103", 1)).unwrap();
    let (done, told) = minshu(&data, None, &["backup", "verify", text(&backup)]);
    assert!(!done && told.contains("casework_case.rows is not what was written"), "{told}");
    let (done, told) = restore(&kept);
    assert!(!done && told.contains("the back-up is damaged"), "{told}");
    let (done, told) = minshu(&other, None, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(!done && told.contains("a restore into it was cut off"), "{told}");

    // A manifest that does not fit the chain: the rows alone would pass.
    std::fs::write(&rows, &whole).unwrap();
    let manifest = backup.join("manifest.json");
    let good = std::fs::read_to_string(&manifest).unwrap();
    let mut other_head: serde_json::Value = serde_json::from_str(&good).unwrap();
    other_head["audit"]["position"] = json!(9_999);
    std::fs::write(&manifest, other_head.to_string()).unwrap();
    let (done, told) = restore(&kept);
    assert!(!done && told.contains("not that of the back-up"), "{told}");

    // Cut off before its end: there is no manifest, or half of one.
    std::fs::write(&manifest, &good[..good.len() / 2]).unwrap();
    let (done, told) = restore(&kept);
    assert!(!done && told.contains("is damaged"), "{told}");
    std::fs::remove_file(&manifest).unwrap();
    let (done, told) = restore(&kept);
    assert!(!done && told.contains("cut off before it was whole"), "{told}");

    // As it was, it restores into the place where all those tries ended.
    std::fs::write(&manifest, &good).unwrap();
    let (done, told) = restore(&kept);
    assert!(done && told.contains("restored and proved"), "{told}");
    Start::on(&other).prove_the_chain();
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
