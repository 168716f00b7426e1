//! Uploads under a real `clamd` with one signature of our own for a harmless text: clean ones are taken, one that holds it
//! is refused with the signature's name, and where the scanner is away nothing is let in.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::parked::Behind;
use crate::running::{Answer, Server, Start, request};

/// What our signature finds. It does nothing.
const MARK: &str = "MINSHU-HARMLESS-TEST-OF-THE-SCANNER";

/// A scanner in a folder of its own; gone with this value.
struct Scanner {
    child: Child,
    folder: tempfile::TempDir,
}

impl Scanner {
    /// `None` where ClamAV is not installed: `make setup` brings it.
    fn start() -> Option<Scanner> {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("signatures")).unwrap();
        let hex: String = MARK.bytes().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(at("signatures/minshu.ndb"), format!("Minshu.Harmless.Test:0:*:{hex}\n"))
            .unwrap();
        let settings = format!(
            "DatabaseDirectory {}\nLocalSocket {}\nForeground yes\nTemporaryDirectory {}\nConcurrentDatabaseReload no\n",
            at("signatures").display(),
            at("clamd.sock").display(),
            folder.path().display()
        );
        std::fs::write(at("clamd.conf"), settings).unwrap();
        let mut command = Command::new("clamd");
        command.arg("-c").arg(at("clamd.conf")).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(child) = command.spawn() else {
            eprintln!("skipped: clamd is not installed (make setup installs clamav-daemon)");
            return None;
        };
        let scanner = Scanner { child, folder };
        for _ in 0..600 {
            if std::os::unix::net::UnixStream::connect(scanner.socket()).is_ok() {
                return Some(scanner);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("clamd does not listen");
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("clamd.sock")
    }

    fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn send(server: &Server, token: &str, content: &str) -> Answer {
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\n{content}\r\n--x--\r\n"
    );
    let headers = [("content-type", "multipart/form-data; boundary=x"), ("accept-language", "zh")];
    request(&server.address, token, "POST", "/api/uploads", &headers, &body).unwrap()
}

fn objects(data: &Path) -> usize {
    let folders = std::fs::read_dir(data.join("objects/sha256")).into_iter().flatten().flatten();
    folders.map(|folder| std::fs::read_dir(folder.path()).unwrap().count()).sum()
}

#[test]
fn only_what_the_scanner_finds_clean_is_taken() {
    let Some(mut scanner) = Scanner::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let address = format!("unix:{}", scanner.socket().display());
    let start = Start::on(&data).with("--scanner").with(&address);
    let server = start.with("--operations-listen").with("127.0.0.1:0").go();
    let resident = server.person(1, &[]);
    let clean = send(&server, &resident, "一份材料，什么也没有藏。");
    assert_eq!(clean.status, 200, "{}", clean.body);
    assert_eq!(objects(&data), 1);

    let infected = send(&server, &resident, &format!("材料{MARK}完"));
    assert_eq!((infected.status, infected.problem().as_str()), (422, "kernel.file_infected"));
    assert!(infected.body.contains("Minshu.Harmless.Test"), "{}", infected.body);
    assert_eq!(objects(&data), 1, "it rests nowhere");
    // Far apart in a file of several pieces it is found as well.
    let large = format!("{}{MARK}{}", "大".repeat(400_000), "小".repeat(400_000));
    assert_eq!(send(&server, &resident, &large).status, 422);
    let behind = Behind::Sqlite(rusqlite::Connection::open(data.join("records.sqlite")).unwrap());
    let rules =
        behind.column("SELECT rule FROM platform_audit WHERE operation = 'platform.upload'");
    assert_eq!(rules.len(), 2, "{rules:?}");
    assert!(rules[0].contains("Minshu.Harmless.Test"), "{rules:?}");

    // Without a scanner nothing is let in: people are told to come again, operators why.
    let operations = server.operations.clone().unwrap();
    let ready = || request(&operations, "", "GET", "/ready", &[], "").unwrap().body;
    assert!(ready().contains("\"check\":\"scanner\",\"state\":\"ok\""), "{}", ready());
    scanner.stop();
    let refused = send(&server, &resident, "一份材料。");
    assert_eq!((refused.status, refused.problem().as_str()), (503, "kernel.file_unchecked"));
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(objects(&data), 1);
    assert!(ready().contains("the malware scanner does not answer"), "{}", ready());
    let doctor = Command::new(env!("CARGO_BIN_EXE_minshu"))
        .args(["doctor", "--scanner", &address, "--data"])
        .arg(&data)
        .arg("--packs")
        .arg(crate::running::load_packs())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(told.contains("wrong malware scanner") && told.contains("clamav-daemon"), "{told}");
    server.stop();
}
