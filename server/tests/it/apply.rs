//! `minshu packs apply` and `diff` as they are typed: into a running server, and into a data folder at rest.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place { root: tempfile::tempdir().unwrap() };
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../load/packs");
        copy(&packs, &place.packs());
        place
    }

    fn packs(&self) -> PathBuf {
        self.root.path().join("packs")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_minshu"));
        command.args(arguments).arg("--data").arg(self.root.path().join("data"));
        command.arg("--packs").arg(self.packs()).env("MINSHU_LOG", "off");
        command
    }

    /// What a command printed, and whether it succeeded.
    fn run(&self, arguments: &[&str]) -> (bool, String) {
        let output = self.command(arguments).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), format!("{told}{error}"))
    }

    fn serve(&self) -> Server {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = lines.map_while(Result::ok);
        let address = told.find_map(|l| l.strip_prefix("listening on http://").map(str::to_owned));
        Server { child, address: address.expect("the server starts") }
    }

    /// Replaces a text in a file of the pack.
    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.packs().join("06-public-services/load-test").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in {file}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// The hash of the packs in force, as the server says it.
    fn packs(&self) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head =
            "GET /api/platform/build HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        body["packs"].as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn packs_are_put_in_force_in_a_running_server_and_in_a_folder_at_rest() {
    let place = Place::new();
    let (done, told) = place.run(&["packs", "apply", "--lang", "en"]);
    assert!(!done && told.contains("is not a data folder"), "{told}");
    let server = place.serve();
    let first = server.packs();
    let (done, told) = place.run(&["packs", "diff", "--lang", "en"]);
    assert!(done && told.contains("No difference"), "{told}");

    place.change("pack.toml", "受理员", "窗口人员");
    let (done, told) = place.run(&["packs", "diff", "--lang", "en"]);
    assert!(done && told.contains("name.zh: \"受理员\" → \"窗口人员\""), "{told}");
    let (done, told) = place.run(&["packs", "diff", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&told).unwrap();
    let declaration = &json["packs"][0]["declarations"][0];
    assert!(done && declaration["kind"] == "role" && declaration["id"] == "clerk", "{told}");
    assert_eq!(server.packs(), first, "nothing changes before it is applied");

    let (done, told) = place.run(&["packs", "apply"]);
    let second = server.packs();
    assert!(done && told.contains(&second) && told.contains(&first), "{told}");
    assert_ne!(second, first);
    let (done, told) = place.run(&["packs", "apply", "--lang", "en"]);
    assert!(done && told.contains("nothing changed"), "{told}");

    place.change("items/request.toml", "\"SQ\"", "\"sq\"");
    place.change("pack.toml", "casework.intake", "casework.intaek");
    let (done, told) = place.run(&["packs", "apply", "--lang", "en"]);
    assert!(!done && told.contains("Nothing was put in force"), "{told}");
    assert!(told.contains("request.toml:11:1: two to six capital letters"), "{told}");
    assert!(told.contains("did you mean \"casework.intake\"?"), "{told}");
    assert_eq!(server.packs(), second, "the last good set stays");
    drop(server);

    let (done, _) = place.run(&["packs", "apply"]);
    assert!(!done, "a bad set is refused in a folder at rest too");
    place.change("items/request.toml", "\"sq\"", "\"SQ\"");
    place.change("pack.toml", "casework.intaek", "casework.intake");
    place.change("pack.toml", "窗口人员", "综合窗口");
    let (done, told) = place.run(&["packs", "apply", "--lang", "en"]);
    assert!(done && told.contains(&second), "{told}");
    let (done, told) = place.run(&["audit", "verify"]);
    assert!(done && told.contains("the chain holds"), "{told}");
    let server = place.serve();
    assert_ne!(server.packs(), second);
}
