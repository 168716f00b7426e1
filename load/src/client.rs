//! A lean HTTP/1.1 client on a kept connection: the load generator shares two cores with the server, so that every
//! cycle it takes is missing in the figure.

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An answer.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// A kept connection.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub async fn connect(address: &str) -> std::io::Result<Client> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Posts JSON to an action.
    pub async fn act(
        &mut self,
        token: &str,
        operation: &str,
        input: &Json,
    ) -> std::io::Result<Answer> {
        let path = operation.replacen('.', "/", 1);
        let body = input.to_string();
        let bearer = match token {
            "" => String::new(),
            token => format!("authorization: Bearer {token}\r\n"),
        };
        let request = format!(
            "POST /api/{path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{bearer}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.send(request.as_bytes()).await
    }

    /// Gets a page with a session in a cookie.
    pub async fn get(&mut self, token: &str, path: &str) -> std::io::Result<Answer> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: minshu_session={token}; minshu_visitor=0123456789abcdef0123456789abcdef\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        self.send(request.as_bytes()).await
    }

    async fn send(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some(answer) = parse(&self.buffer)? {
                return Ok(answer);
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::Error::other("the server closed the connection"));
            }
        }
    }
}

/// A whole answer with a content length or in chunks; `None` while bytes are missing.
fn parse(bytes: &[u8]) -> std::io::Result<Option<Answer>> {
    let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
    let bad = || std::io::Error::other("not an HTTP answer");
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| bad())?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok());
    let status = status.ok_or_else(bad)?;
    let mut length = None;
    let mut chunked = false;
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse::<usize>().ok(),
            "transfer-encoding" => chunked = value.contains("chunked"),
            _ => {}
        }
    }
    let rest = &bytes[end + 4..];
    if chunked {
        return Ok(unchunk(rest).map(|body| Answer { status, body }));
    }
    let length = length.unwrap_or(0);
    Ok(rest.get(..length).map(|body| Answer { status, body: body.to_vec() }))
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|w| w == b"\r\n")?;
        let size =
            usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?.trim(), 16).ok()?;
        let chunk = rest.get(line + 2..line + 2 + size)?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(chunk);
        rest = rest.get(line + 2 + size + 2..)?;
    }
}
