//! Files are looked at by ClamAV before anybody can use them (`clamd`, manual page clamd(8): `INSTREAM` and `PING` on a
//! socket). A file is stored and stands in no row until it was found clean: nobody reads or attaches it. One that holds
//! malicious software is removed and refused with the signature's name. A scanner that does not answer lets nothing in.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use minshu_kernel::objects::{Body, Objects as _, ObjectsError, Stored};
use minshu_storage::objects::{FileKey, ObjectStorage};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::Semaphore;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a file may take: it is sent, and the last byte is judged.
const WHOLE: Duration = Duration::from_secs(120);
/// Files that are looked at abreast; more wait.
const ABREAST: usize = 8;
/// The longest answer that is read.
const ANSWER: usize = 4_096;
/// The longest piece that is sent at once.
const PIECE: usize = 256 * 1_024;

/// Where the scanner listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A host and a port: of this machine or of a network of one's own, since files go there in clear.
    Tcp(String),
}

impl FromStr for Address {
    type Err = String;

    /// `unix:/run/clamav/clamd.ctl`, `tcp:127.0.0.1:3310`.
    fn from_str(text: &str) -> Result<Address, String> {
        let wrong =
            || format!("\"{text}\" is neither unix:/run/clamav/clamd.ctl nor tcp:127.0.0.1:3310");
        match text.split_once(':') {
            Some(("unix", path)) if path.starts_with('/') => Ok(Address::Unix(path.into())),
            Some(("tcp", place)) => {
                let (host, port) = place.rsplit_once(':').ok_or_else(wrong)?;
                let port: u16 = port.parse().map_err(|_| wrong())?;
                if host.is_empty() || port == 0 {
                    Err(wrong())
                } else {
                    Ok(Address::Tcp(place.into()))
                }
            }
            _ => Err(wrong()),
        }
    }
}

/// What the scanner says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It knows nothing against it.
    Clean,
    /// It holds what this signature names.
    Infected(String),
}

/// Why there is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// It does not answer, or not in time.
    #[error("the malware scanner does not answer: {0}")]
    Away(String),
    /// It answers that it could not look.
    #[error("the malware scanner could not look at the file: {0}")]
    Failed(String),
}

/// Reads an answer to `INSTREAM`: `stream: OK`, `stream: <signature> FOUND`, or what went wrong. Any bytes have a
/// meaning; what is not understood is a failure and never clean.
///
/// # Errors
/// [`ScanError::Failed`] with what was said, bounded and without control characters.
pub fn verdict(answer: &[u8]) -> Result<Verdict, ScanError> {
    let text = String::from_utf8_lossy(answer);
    let text = text.trim_end_matches(['\0', '\n', '\r']);
    let said = |text: &str| text.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    let Some(rest) = text.strip_prefix("stream: ") else {
        return Err(ScanError::Failed(said(text)));
    };
    if rest == "OK" {
        return Ok(Verdict::Clean);
    }
    match rest.strip_suffix(" FOUND").map(said) {
        Some(signature) if !signature.trim().is_empty() => Ok(Verdict::Infected(signature)),
        _ => Err(ScanError::Failed(said(rest))),
    }
}

/// A client of `clamd`.
pub struct Clamd {
    address: Address,
    abreast: Semaphore,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

fn away(what: impl std::fmt::Display) -> ScanError {
    ScanError::Away(what.to_string())
}

impl Clamd {
    /// Over the scanner at this address.
    pub fn new(address: Address) -> Clamd {
        Clamd { address, abreast: Semaphore::new(ABREAST) }
    }

    async fn connect(&self) -> Result<Box<dyn Stream>, ScanError> {
        let connecting = async {
            Ok::<Box<dyn Stream>, std::io::Error>(match &self.address {
                Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
                Address::Tcp(place) => Box::new(TcpStream::connect(place.as_str()).await?),
            })
        };
        let connected = tokio::time::timeout(CONNECT, connecting).await;
        connected.map_err(|_| away("no connection within three seconds"))?.map_err(away)
    }

    async fn answer(stream: &mut dyn Stream) -> Result<Vec<u8>, ScanError> {
        let mut answer = Vec::new();
        let mut bounded = stream.take(ANSWER as u64);
        loop {
            let mut piece = [0; 512];
            let read = bounded.read(&mut piece).await.map_err(away)?;
            answer.extend_from_slice(&piece[..read]);
            if read == 0 || answer.last() == Some(&0) {
                return Ok(answer);
            }
        }
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// [`ScanError::Away`] where it does not.
    pub async fn ping(&self) -> Result<(), ScanError> {
        let asking = async {
            let mut stream = self.connect().await?;
            stream.write_all(b"zPING\0").await.map_err(away)?;
            match Self::answer(&mut *stream).await?.as_slice() {
                b"PONG\0" => Ok(()),
                _ => Err(away("it answers something else than PONG")),
            }
        };
        tokio::time::timeout(CONNECT, asking).await.map_err(|_| away("no answer to PING"))?
    }

    /// Has a body looked at.
    ///
    /// # Errors
    /// [`ScanError`] where there is no verdict: then it is not clean.
    pub async fn look(&self, body: &mut dyn Body) -> Result<Verdict, ScanError> {
        let _place = self.abreast.acquire().await.map_err(away)?;
        let looking = async {
            let mut stream = self.connect().await?;
            // Where it has heard enough it answers and closes: the answer is read all the same.
            let sent = send(&mut *stream, body).await;
            match (Self::answer(&mut *stream).await, sent) {
                (Ok(answer), _) if !answer.is_empty() => verdict(&answer),
                (_, Err(error)) => Err(error),
                (answer, Ok(())) => verdict(&answer?),
            }
        };
        tokio::time::timeout(WHOLE, looking).await.map_err(|_| away("no verdict in two minutes"))?
    }
}

async fn send(stream: &mut dyn Stream, body: &mut dyn Body) -> Result<(), ScanError> {
    stream.write_all(b"zINSTREAM\0").await.map_err(away)?;
    while let Some(bytes) = body.next().await.map_err(ScanError::Failed)? {
        for piece in bytes.chunks(PIECE) {
            let length = u32::try_from(piece.len()).map_err(away)?;
            stream.write_all(&length.to_be_bytes()).await.map_err(away)?;
            stream.write_all(piece).await.map_err(away)?;
        }
    }
    stream.write_all(&0_u32.to_be_bytes()).await.map_err(away)
}

impl Clamd {
    /// Lets a file in that was just stored, or removes it: nobody can use what was not found clean.
    ///
    /// # Errors
    /// [`ObjectsError::Infected`], or [`ObjectsError::Unchecked`] where there is no verdict.
    pub async fn admit(
        &self,
        engine: &ObjectStorage,
        stored: &Stored,
        key: &FileKey,
    ) -> Result<(), ObjectsError> {
        // As it will be read: what rests is what was looked at.
        let looked = match engine.open_with(&stored.address, Some(key.clone())).await {
            Ok(mut content) => self.look(&mut *content).await,
            Err(error) => Err(ScanError::Failed(error.to_string())),
        };
        let refused = match looked {
            Ok(Verdict::Clean) => return Ok(()),
            Ok(Verdict::Infected(signature)) => {
                tracing::warn!(
                    signature,
                    "a file that was sent holds malicious software and is refused"
                );
                ObjectsError::Infected { signature }
            }
            Err(error) => {
                tracing::error!(%error, "files are refused until they can be looked at");
                ObjectsError::Unchecked(error.to_string())
            }
        };
        // No row names it: where it cannot be removed now, `minshu integrity --sweep` finds it.
        if let Err(error) = engine.remove(&stored.address).await {
            tracing::warn!(%error, "a refused file could not be removed");
        }
        Err(refused)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_is_read_as_the_manual_says() {
        assert_eq!(verdict(b"stream: OK\0"), Ok(Verdict::Clean));
        let found = Ok(Verdict::Infected("Minshu.Test.UNOFFICIAL".into()));
        assert_eq!(verdict(b"stream: Minshu.Test.UNOFFICIAL FOUND\0"), found);
        let failed = ScanError::Failed("INSTREAM size limit exceeded. ERROR".into());
        assert_eq!(verdict(b"INSTREAM size limit exceeded. ERROR\0"), Err(failed));
        for odd in
            [&b""[..], b"\0", b"OK\0", b"stream: ok\0", b"stream:  FOUND\0", b"stream: OK OK"]
        {
            assert!(verdict(odd).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn an_address_is_a_socket_or_a_host_with_its_port() {
        assert_eq!("unix:/run/clamd.ctl".parse(), Ok(Address::Unix("/run/clamd.ctl".into())));
        assert_eq!("tcp:127.0.0.1:3310".parse(), Ok(Address::Tcp("127.0.0.1:3310".into())));
        for bad in ["", "clamd", "unix:clamd.ctl", "tcp:3310", "tcp:host:", "tcp::1", "tcp:h:0"] {
            let error = bad.parse::<Address>().unwrap_err();
            assert!(error.contains("unix:/run/clamav/clamd.ctl"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_and_only_one_answer_is_clean(bytes in any::<Vec<u8>>()) {
            match verdict(&bytes) {
                Ok(Verdict::Clean) => prop_assert!(bytes.starts_with(b"stream: OK")),
                Ok(Verdict::Infected(name)) => prop_assert!(!name.trim().is_empty() && name.chars().count() <= 200),
                Err(ScanError::Failed(said) | ScanError::Away(said)) => prop_assert!(said.chars().count() <= 200),
            }
        }
    }
}
