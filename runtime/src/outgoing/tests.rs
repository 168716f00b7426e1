//! The client against receivers on this machine.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

fn post(address: String) -> Post {
    Post { address, headers: vec![("webhook-id", "1".into())], body: b"{}".to_vec() }
}

fn client(loopback: bool, whole: Duration) -> HttpClient {
    let patience = Patience { whole, ..Patience::default() };
    HttpClient::new(Networks { loopback, ..Networks::default() }, patience)
}

/// Answers every connection with these bytes; tells how many there were.
async fn receiver(answer: Vec<u8>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let _request = stream.read(&mut buffer).await;
                let _cut_off = stream.write_all(&answer).await;
                if answer.is_empty() {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    (port, count)
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (aim, reached) = receiver(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let text = format!(
        "HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:{aim}/\r\ncontent-length: 0\r\n\r\n"
    );
    let (port, _) = receiver(text.into_bytes()).await;
    let answer = client(true, LONG).post(post(format!("http://127.0.0.1:{port}/"))).await.unwrap();
    assert_eq!(answer.status, 307);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_huge_body_is_cut_off() {
    // More is promised than is sent: who reads it all waits until the patience ends.
    let mut text =
        b"HTTP/1.1 503 Later\r\nretry-after: 7\r\ncontent-length: 900000000\r\n\r\n".to_vec();
    text.resize(text.len() + MOST_BODY * 2, b'x');
    let (port, _) = receiver(text).await;
    let answer = client(true, LONG).post(post(format!("http://127.0.0.1:{port}/"))).await.unwrap();
    assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("7")));
}

#[tokio::test]
async fn silence_ends_after_the_patience() {
    let (port, _) = receiver(Vec::new()).await;
    let client = client(true, Duration::from_millis(200));
    let sent = client.post(post(format!("http://127.0.0.1:{port}/"))).await;
    assert_eq!(sent, Err(OutgoingError::Timeout));
}

#[tokio::test]
async fn this_machine_is_not_reached_under_any_name() {
    let (port, reached) = receiver(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()).await;
    let client = client(false, LONG);
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let sent = client.post(post(format!("https://{host}:{port}/"))).await;
        assert_eq!(sent, Err(OutgoingError::Address(BadAddress::Forbidden)), "{host}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

/// A name that is public when it is declared and inner when it is connected to.
#[tokio::test]
async fn a_name_is_judged_at_every_connection() {
    let (port, reached) = receiver(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let lookup: Arc<Lookup> = Arc::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(vec![SocketAddr::from(([127, 0, 0, 1], 0))]) })
    });
    let client = HttpClient::with_lookup(Networks::default(), Patience::default(), lookup);
    let address = format!("https://hooks.example.cn:{port}/");
    assert_eq!(client.check(&address), Ok(()));
    let sent = client.post(post(address)).await;
    assert_eq!(sent, Err(OutgoingError::Forbidden("hooks.example.cn".into())));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_closed_port_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let sent = client(true, LONG).post(post(format!("http://127.0.0.1:{port}/"))).await;
    assert!(matches!(sent, Err(OutgoingError::Connect(_))), "{sent:?}");
}
