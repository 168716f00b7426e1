//! HTTP/2 in frames that no honest client sends: requests taken back as fast as they are sent, a head that never ends, a
//! head that swells when it is read. Whoever does so is cut off or answered; others are served, and memory stays bounded.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::running::{Server, Start, request};

const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const CONTINUATION: u8 = 9;
/// Of HEADERS: no body follows.
const END_STREAM: u8 = 1;
/// Of HEADERS and CONTINUATION: the head is whole.
const END_HEADERS: u8 = 4;

/// A frame (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The head of `GET /health/live` (RFC 7541: indexed fields, and literals without indexing).
fn head() -> Vec<u8> {
    let mut head = vec![0x82, 0x86];
    for (name, value) in [(4, "/health/live"), (1, "localhost")] {
        head.extend([name, u8::try_from(value.len()).unwrap()]);
        head.extend(value.as_bytes());
    }
    head
}

/// A connection whose preface was exchanged.
fn connection(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).unwrap();
    stream
}

/// The next frame: kind, stream, payload; `None` where the line is cut.
fn next(stream: &mut TcpStream) -> Option<(u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; length as usize];
    stream.read_exact(&mut payload).ok()?;
    let of = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
    Some((head[3], of, payload))
}

/// Reads until the other end says goodbye or cuts the line; whether it did so within the reads' patience.
fn is_ended(stream: &mut TcpStream) -> bool {
    let mut byte = [0; 4_096];
    loop {
        match stream.read(&mut byte) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                let waits = [std::io::ErrorKind::WouldBlock, std::io::ErrorKind::TimedOut];
                return !waits.contains(&error.kind());
            }
        }
    }
}

fn memory_mib(server: &Server) -> u64 {
    let status = format!("/proc/{}/status", server.child.id());
    let status = std::fs::read_to_string(status).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1_024
}

fn serves_others(server: &Server) {
    let answer = request(&server.address, "", "GET", "/health/live", &[], "").unwrap();
    assert_eq!(answer.status, 200);
}

#[test]
fn frames_of_attackers_are_bounded_and_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::on(&folder.path().join("data")).go();

    // An honest one first, so that what follows fails for what it is. It is told how many requests it may have at once.
    let mut honest = connection(&server);
    honest.write_all(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &head())).unwrap();
    let mut abreast = None;
    loop {
        let (kind, stream, payload) = next(&mut honest).expect("an answer");
        if kind == SETTINGS {
            let most = payload.chunks(6).find(|setting| setting[..2] == [0, 3]);
            abreast =
                abreast.or(most.map(|most| u32::from_be_bytes(most[2..].try_into().unwrap())));
        }
        if kind == HEADERS {
            // `:status 200` of the static table.
            assert_eq!((stream, payload[0]), (1, 0x88));
            break;
        }
    }
    assert!(abreast.is_some_and(|most| most <= 250), "{abreast:?}");
    let before = memory_mib(&server);

    // Requests that are taken back at once (CVE-2023-44487), on several connections.
    for _ in 0..4 {
        let mut rapid = connection(&server);
        let mut sent = 0;
        while sent < 20_000 {
            let stream = 2 * sent + 1;
            let mut pair = frame(HEADERS, END_STREAM | END_HEADERS, stream, &head());
            pair.extend(frame(RESET, 0, stream, &8_u32.to_be_bytes()));
            if rapid.write_all(&pair).is_err() {
                break;
            }
            sent += 1;
        }
        serves_others(&server);
    }

    // A head that never ends (CVE-2024-27316): cut off long before it is all here.
    let mut endless = connection(&server);
    endless.write_all(&frame(HEADERS, END_STREAM, 1, &head())).unwrap();
    // A literal that is never indexed, over and over.
    let field = [&[0x10, 1, b'a', 100][..], &[b'b'; 100]].concat();
    let piece = frame(CONTINUATION, 0, 1, &field.repeat(150));
    let most = 64 << 20;
    let mut sent = 0;
    while sent < most && endless.write_all(&piece).is_ok() {
        sent += piece.len();
    }
    assert!(sent < most, "a head of {most} bytes was read");
    assert!(is_ended(&mut endless));
    serves_others(&server);

    // A head that swells: one long field is kept in the table, and named by one byte ten thousand times.
    let mut swelling = connection(&server);
    let mut bomb = head();
    bomb.extend([0x40, 1, b'c', 0x7f, 0x81, 0x1e]);
    bomb.extend([b'd'; 3_968]);
    bomb.extend([0xbe; 10_000]);
    assert!(bomb.len() < 16_384);
    swelling.write_all(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &bomb)).unwrap();
    while let Some((kind, stream, payload)) = next(&mut swelling) {
        match kind {
            GO_AWAY | RESET => break,
            HEADERS => {
                // Answered without a reader of it: 431, as a literal of the status.
                let status = String::from_utf8_lossy(&payload);
                assert!(stream == 1 && payload[0] != 0x88, "the head was taken: {status}");
                break;
            }
            _ => {}
        }
    }
    serves_others(&server);
    let grown = memory_mib(&server).saturating_sub(before);
    assert!(grown < 64, "{grown} MiB more than before");
    server.stop();
}
