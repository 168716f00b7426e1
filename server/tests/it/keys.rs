//! The keys of an installation: lost and brought back, changed while people work, cut off in the middle of that, older
//! than the data.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::backup::{keys_of, minshu, text};
use crate::running::{Start, databases};

#[test]
fn a_lost_key_file_is_named_with_its_cure_and_comes_back() {
    for (url, _db) in databases() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        let start = Start { database_url: url.clone(), ..Start::on(&data) };
        let server = start.go();
        let case = server.case(&server.person(1, &[]))["case"].as_str().unwrap().to_owned();
        server.stop();
        let (kept, secret) = keys_of(&data, url.as_deref(), root.path());
        let file = data.join("keys.toml");
        let words = ["keys", "restore", &kept, "--passphrase-file", &secret];
        let (done, told) = minshu(&data, url.as_deref(), &words);
        assert!(!done && told.contains("is not written over"), "{told}");

        std::fs::remove_file(&file).unwrap();
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let (done, told) = minshu(&data, url.as_deref(), &serve);
        assert!(
            !done && told.contains(text(&file)) && told.contains("minshu keys restore"),
            "{told}"
        );
        assert!(!file.exists(), "no other keys are made");
        let (done, told) = minshu(&data, url.as_deref(), &words);
        assert!(done && told.contains("is back"), "{told}");

        // Written by half: the doctor says what to do, and that does it.
        let whole = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        let (done, told) = minshu(&data, url.as_deref(), &serve);
        assert!(!done && told.contains(text(&file)) && told.contains("damaged"), "{told}");
        let doctor = ["doctor", "--listen", "127.0.0.1:0"];
        let (_, told) = minshu(&data, url.as_deref(), &doctor);
        let broken = format!("{}.broken", text(&file));
        let cure = format!("`mv {} {broken}`), then `minshu keys restore", text(&file));
        assert!(told.contains(&cure), "{told}");
        std::fs::rename(&file, &broken).unwrap();
        let (done, told) = minshu(&data, url.as_deref(), &words);
        assert!(done && told.contains("is back"), "{told}");
        let (_, told) = minshu(&data, url.as_deref(), &doctor);
        assert!(told.lines().any(|line| line == "ok    key file"), "{told}");
        let server = start.go();
        assert_eq!(server.own_cases(&server.sign_in(1)), [case]);
        server.stop();
    }
}

#[test]
fn keys_are_changed_while_people_work_and_after_a_cut_it_goes_on() {
    for (url, _db) in databases() {
        let root = tempfile::tempdir().unwrap();
        let (data, backups) = (root.path().join("data"), root.path().join("backups"));
        let start = Start { database_url: url.clone(), ..Start::on(&data) };
        let server = start.go();
        let token = server.person(1, &[]);
        let first = server.case(&token)["case"].as_str().unwrap().to_owned();
        let (older, secret) = keys_of(&data, url.as_deref(), root.path());
        let old_file = std::fs::read_to_string(data.join("keys.toml")).unwrap();

        // People register and apply while it is done.
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 2.. {
                    server.case(&server.person(number, &[]));
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
            let (done, told) = minshu(&data, url.as_deref(), &["keys", "rotate"]);
            over.store(true, Ordering::Relaxed);
            assert!(
                done && told.contains("key 2 is in force") && told.contains("retired: [1]"),
                "{told}"
            );
        });
        let file = std::fs::read_to_string(data.join("keys.toml")).unwrap();
        assert!(
            file.contains("current = 2") && file.contains("\n2 = ") && !file.contains("\n1 = "),
            "{file}"
        );
        server.case(&token);

        // Cut off when the new key is in force and nothing is wrapped yet.
        let mut stream =
            std::os::unix::net::UnixStream::connect(data.join("console.sock")).unwrap();
        std::io::Write::write_all(&mut stream, b"{\"keys\":\"begin\"}\n").unwrap();
        let mut answer = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stream), &mut answer).unwrap();
        assert!(answer.contains("\"key\":3"), "{answer}");
        server.kill();
        let server = start.go();
        assert_eq!(server.own_cases(&server.sign_in(1)).len(), 2, "everything opens in between");
        let (done, told) = minshu(&data, url.as_deref(), &["keys", "rotate"]);
        assert!(
            done && told.contains("key 3 is in force") && told.contains("retired: [2]"),
            "{told}"
        );
        server.stop();
        start.prove_the_chain();
        // It stands: the same.
        let (done, told) = minshu(&data, url.as_deref(), &["keys", "rotate"]);
        assert!(
            done && told.contains("key 4 is in force") && told.contains("retired: [3]"),
            "{told}"
        );

        // The old key file opens nothing any more, and keys from before the data are refused.
        let (done, told) = minshu(&data, url.as_deref(), &["backup", text(&backups)]);
        assert!(done, "{told}");
        let other = root.path().join("other");
        let restore = |keys: &str| {
            let words = ["restore", text(&backups), "--keys", keys, "--passphrase-file", &secret];
            minshu(&other, None, &words)
        };
        let (done, told) = restore(&older);
        assert!(!done && told.contains("before the back-up of the data"), "{told}");
        std::thread::sleep(Duration::from_millis(5));
        let (newer, _) = keys_of(&data, url.as_deref(), root.path());
        let (done, told) = restore(&newer);
        assert!(done && told.contains("restored and proved"), "{told}");
        let server = Start::on(&other).go();
        assert!(server.own_cases(&server.sign_in(1)).contains(&first));
        server.stop();
        std::fs::write(data.join("keys.toml"), old_file).unwrap();
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let (done, told) = minshu(&data, url.as_deref(), &serve);
        assert!(!done && told.contains("sealed with key 4"), "{told}");
    }
}
