//! The carriers against receivers of this machine: what leaves the house, and what an answer means.

use std::sync::Arc;

use minshu_kernel::BoxFuture;
use minshu_kernel::carrier::{BadReport, CarrierError, Parcel, Signed};
use minshu_kernel::clock::{Clock, Timestamp};
use minshu_kernel::courier::Channel;
use minshu_kernel::outgoing::{Answer, BadAddress, Outgoing, OutgoingError, Post};
use minshu_kernel::text::Lang;
use proptest::prelude::*;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::*;

/// 2026-03-05 09:00 in Shanghai.
const NOW: Timestamp = Timestamp(1_772_672_400_000);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Still;
impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

fn parcel(channel: Channel, to: &str, subject: &str, text: &str) -> Parcel {
    Parcel {
        id: "01928f5e-7b1a-7c3d-8e4f-000000000001".to_owned(),
        channel,
        to: to.to_owned(),
        subject: subject.to_owned(),
        text: text.to_owned(),
        link: Some("/inbox/1".to_owned()),
        stop: Some("/mail/stop/a.news.f".to_owned()),
        lang: Lang::Zh,
    }
}

fn settings(port: u16) -> MailSettings {
    MailSettings {
        server: "127.0.0.1".to_owned(),
        port: Some(port),
        encryption: "none".to_owned(),
        account: None,
        password: None,
        from: "闽枢 <notice@minshu.example>".to_owned(),
        reply_to: Some("help@minshu.example".to_owned()),
        site: Some("https://minshu.example".to_owned()),
    }
}

fn mail(port: u16) -> EmailCarrier {
    EmailCarrier::new(&settings(port), true, Arc::new(Still)).unwrap()
}

fn paper() -> email::Paper {
    email::Paper::new(&settings(1), true, Arc::new(Still)).unwrap()
}

/// A mail server that takes one mail and answers `after` once it has it.
async fn server(after: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let got = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 here\r\n").await.unwrap();
        let (mut all, mut in_data) = (String::new(), false);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return all;
            }
            all.push_str(&line);
            let answer = match (in_data, line.trim_end()) {
                (true, ".") => after,
                (true, _) => continue,
                (false, "DATA") => "354 go on",
                (false, "QUIT") => return all,
                (false, line) if line.starts_with("EHLO") => "250 8BITMIME",
                (false, _) => "250 ok",
            };
            in_data = answer.starts_with("354");
            stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
        }
    });
    (port, got)
}

#[tokio::test]
async fn a_mail_is_taken_over_once_the_server_says_so() {
    let (port, got) = server("250 queued as 17").await;
    let carrier = mail(port);
    let parcel = parcel(Channel::Email, "lin@example.com", "材料要补", "平面图要补。\n.\n请看。");
    let taken = carrier.send(parcel).await.unwrap();
    assert_eq!(taken.reference, "queued as 17");
    drop(carrier);
    got.abort();
}

#[tokio::test]
async fn what_an_answer_means_for_the_mail() {
    for (answer, refused) in [
        ("550 no such mailbox", true),
        ("550 5.1.1 nobody here", true),
        ("550 5.7.1 this mail is not wanted", true),
        ("550 5.2.2 the mailbox is full", true),
        ("552 too large", true),
        ("451 later", false),
        ("421 closing", false),
        ("535 who are you", false),
        ("554 not from you", false),
    ] {
        let (port, _got) = server(answer).await;
        let error = mail(port).send(parcel(Channel::Email, "a@example.com", "s", "t")).await;
        match error.unwrap_err() {
            CarrierError::NoAddress(_) => {
                assert!(
                    refused && (answer.contains("no such") || answer.contains("5.1.1")),
                    "{answer}"
                );
            }
            CarrierError::Refused(_) => {
                assert!(
                    refused && !answer.contains("no such") && !answer.contains("5.1.1"),
                    "{answer}"
                );
            }
            CarrierError::Down { why, .. } => {
                assert!(!refused && why.contains(answer.get(..3).unwrap()), "{answer}: {why}");
            }
            CarrierError::NotOffered => panic!("{answer}"),
        }
    }
    let gone = mail(1).send(parcel(Channel::Email, "a@example.com", "s", "t")).await;
    assert!(matches!(gone.unwrap_err(), CarrierError::Down { .. }));
}

proptest! {
    #[test]
    fn nothing_that_is_typed_becomes_a_header_or_markup(subject in ".{0,300}", text in ".{0,300}", to in ".{0,60}") {
        let carrier = paper();
        let mut given = parcel(Channel::Email, "lin@example.com", &subject, &text);
        let names = |message: &lettre::Message| {
            let formatted = message.formatted();
            let text = String::from_utf8_lossy(&formatted).into_owned();
            let head = text.split("\r\n\r\n").next().unwrap().to_owned();
            head.lines()
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let usual = names(&carrier.message(&parcel(Channel::Email, "lin@example.com", "s", "t")).unwrap());
        prop_assert_eq!(&names(&carrier.message(&given).unwrap()), &usual);
        given.to = to;
        if let Ok(message) = carrier.message(&given) {
            prop_assert_eq!(&names(&message), &usual);
            prop_assert_eq!(message.envelope().to().len(), 1);
        }
    }

    #[test]
    fn any_report_is_read_or_refused(id in ".{0,40}", at in ".{0,20}", signature in ".{0,80}", body in any::<Vec<u8>>()) {
        let signed = Signed { id: &id, timestamp: &at, signature: &signature };
        prop_assert!(sms(200, "").report(signed, &body, NOW).is_err());
    }

    #[test]
    fn whatever_a_server_says_is_about_the_address_or_not(said in any::<String>()) {
        let _ = email::nobody(&said);
    }

    #[test]
    fn words_of_a_receiver_are_one_bounded_line(text in any::<String>(), most in 0_usize..300) {
        let said = words(&text, most);
        prop_assert!(said.chars().count() <= most && !said.chars().any(char::is_control));
    }
}

#[test]
fn a_line_that_begins_a_header_stays_in_the_subject() {
    let carrier = paper();
    let subject = "材料\r\nBcc: all@example.com\r\n\r\n<script>";
    let given = parcel(Channel::Email, "lin@example.com", subject, "<b>粗</b>\u{202e}");
    let message = carrier.message(&given).unwrap();
    assert_eq!(message.envelope().to().len(), 1);
    let formatted = String::from_utf8(message.formatted()).unwrap();
    let head = formatted.split("\r\n\r\n").next().unwrap();
    assert!(!head.contains("\nBcc"), "{head}");
    assert!(
        head.contains("Message-ID: <01928f5e-7b1a-7c3d-8e4f-000000000001@minshu.example>"),
        "{head}"
    );
    assert!(head.contains("Date: Thu, 05 Mar 2026 01:00:00 +0000"), "{head}");
}

#[test]
fn mails_of_a_kind_that_can_be_stopped_say_where() {
    let whole = |stop: Option<&str>, site: Option<&str>| {
        let settings = MailSettings { site: site.map(str::to_owned), ..settings(1) };
        let paper = email::Paper::new(&settings, true, Arc::new(Still)).unwrap();
        let mut given = parcel(Channel::Email, "lin@example.com", "s", "t");
        given.stop = stop.map(str::to_owned);
        String::from_utf8(paper.message(&given).unwrap().formatted()).unwrap()
    };
    let path = Some("/mail/stop/a.news.f");
    let mail = whole(path, Some("https://minshu.example"));
    for part in [
        "\r\nList-Unsubscribe: <https://minshu.example/mail/stop/a.news.f>\r\n",
        "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        "multipart/alternative",
        "text/plain",
        "text/html",
    ] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }
    // What the law demands cannot be stopped, and without an address of this site nothing can be clicked.
    assert!(!whole(None, Some("https://minshu.example")).contains("List-Unsubscribe"));
    assert!(!whole(path, None).contains("List-Unsubscribe"));
    // A mail program clicks over HTTPS alone.
    let plain = whole(path, Some("http://127.0.0.1:8800"));
    assert!(plain.contains("List-Unsubscribe:") && !plain.contains("List-Unsubscribe-Post"));
}

/// A gateway that answers so, and keeps what it was sent.
struct Gateway {
    status: u16,
    body: &'static str,
    got: std::sync::Mutex<Vec<Post>>,
}

impl Outgoing for Gateway {
    fn check(&self, _: &str) -> Result<(), BadAddress> {
        Ok(())
    }

    fn post<'a>(&'a self, post: Post) -> BoxFuture<'a, Result<Answer, OutgoingError>> {
        self.got.lock().unwrap().push(post);
        let answer = Answer {
            status: self.status,
            retry_after: (self.status == 429).then(|| "7".to_owned()),
            body: self.body.as_bytes().to_vec(),
        };
        Box::pin(async move { Ok(answer) })
    }
}

fn gateway(status: u16, body: &'static str) -> (SmsCarrier, Arc<Gateway>) {
    let gateway = Arc::new(Gateway { status, body, got: std::sync::Mutex::default() });
    let settings = GatewaySettings {
        address: "https://sms.example/send".to_owned(),
        secret: SECRET.to_owned(),
        signature: "闽枢".to_owned(),
    };
    (SmsCarrier::new(&settings, gateway.clone(), Arc::new(Still)).unwrap(), gateway)
}

fn sms(status: u16, body: &'static str) -> SmsCarrier {
    gateway(status, body).0
}

/// The worked example of the integrators' handbook, whose signature was computed by Python's `hmac`.
#[tokio::test]
async fn a_short_message_is_signed_as_the_handbook_says() {
    let (carrier, gateway) = gateway(200, r#"{"reference":"A-17"}"#);
    let taken = carrier
        .send(parcel(Channel::Sms, "13800000000", "", "材料要补正，请上网查看。"))
        .await
        .unwrap();
    assert_eq!(taken.reference, "A-17");
    let got = gateway.got.lock().unwrap();
    let post = got.first().unwrap();
    let body = String::from_utf8(post.body.clone()).unwrap();
    let wanted = r#"{"id":"01928f5e-7b1a-7c3d-8e4f-000000000001","to":"13800000000","text":"【闽枢】材料要补正，请上网查看。","lang":"zh"}"#;
    assert_eq!(body, wanted);
    let header = |name| post.headers.iter().find(|(n, _)| *n == name).unwrap().1.as_str();
    assert_eq!(header("webhook-id"), "01928f5e-7b1a-7c3d-8e4f-000000000001");
    assert_eq!(header("webhook-timestamp"), "1772672400");
    assert_eq!(header("webhook-signature"), "v1,CsbrYIhdrwrdZmwlW59uGAh3xsw11wiQyUjXr8BjR/8=");
}

#[tokio::test]
async fn what_an_answer_means_for_a_short_message() {
    let sent = |status, body| async move {
        sms(status, body).send(parcel(Channel::Sms, "13800000000", "", "t")).await
    };
    assert_eq!(sent(204, "").await.unwrap().reference, "");
    let refused = sent(422, r#"{"reason":"blacklisted\nnumber"}"#).await.unwrap_err();
    assert_eq!(
        refused,
        CarrierError::Refused("the gateway answered 422 blacklisted number".into())
    );
    for status in [301, 401, 403, 404, 408, 500, 503] {
        let down = sent(status, "").await.unwrap_err();
        assert!(matches!(down, CarrierError::Down { after_ms: None, .. }), "{status}");
    }
    let busy = sent(429, "").await.unwrap_err();
    assert!(matches!(busy, CarrierError::Down { after_ms: Some(7_000), .. }));
}

#[test]
fn a_report_is_believed_by_its_signature_and_its_time() {
    let carrier = sms(200, "");
    let body = br#"{"id":"d1","outcome":"failed","reason":"off"}"#;
    let at_s = NOW.0 / 1_000;
    let secret = crate::subscriptions::secret::Secret::read(SECRET).unwrap();
    let signature = secret.sign("r1", at_s, body);
    let at = at_s.to_string();
    let signed = Signed { id: "r1", timestamp: &at, signature: &signature };
    let report = carrier.report(signed, body, NOW).unwrap();
    assert_eq!(
        (report.id.as_str(), report.delivered, report.reason.as_str()),
        ("d1", false, "off")
    );
    let both = format!("v1,AAAA {signature}");
    assert!(carrier.report(Signed { signature: &both, ..signed }, body, NOW).is_ok());
    let later = NOW.plus_ms(5 * 60_000 + 1);
    for (signed, body, now) in [
        (signed, &body[..], later),
        (signed, &b"{}"[..], NOW),
        (Signed { id: "r2", ..signed }, &body[..], NOW),
        (Signed { timestamp: "x", ..signed }, &body[..], NOW),
        (Signed { signature: "", ..signed }, &body[..], NOW),
    ] {
        assert_eq!(carrier.report(signed, body, now), Err(BadReport::Signature));
    }
    let wrong = br#"{"id":"d1","outcome":"perhaps"}"#;
    let signature = secret.sign("r1", at_s, wrong);
    let signed = Signed { id: "r1", timestamp: &at, signature: &signature };
    assert_eq!(carrier.report(signed, wrong, NOW), Err(BadReport::Unreadable));
}
