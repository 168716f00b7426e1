//! Short texts: codes, numbers, dates, amounts, places in lists, languages, headers, addresses.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use jiff::civil::date;
use minshu_cards::compile::Kind;
use minshu_cards::pack::{Check, Signs};
use minshu_casework::actions::{Accept, Decide, SaveDraft, Submit};
use minshu_identity::actions::{Register, SignIn};
use minshu_kernel::action::read_input;
use minshu_kernel::calendar::Limit;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::codes::{citizen, mask, phone, uscc};
use minshu_kernel::division::DivisionCode;
use minshu_kernel::list::After;
use minshu_kernel::money::Fen;
use minshu_kernel::objects::ObjectAddress;
use minshu_kernel::text::{Lang, LocalText};
use minshu_runtime::http::cookies::{Cookies, VISITOR};
use minshu_runtime::http::session::{Preferences, SessionToken, encode_path, local_path};
use minshu_runtime::outgoing::Networks;
use minshu_runtime::subscriptions::interest::Pattern;
use minshu_runtime::subscriptions::schedule::retry_after;
use serde_json::Value as Json;
use url::Url;

use crate::text;

/// One text through every reader of short texts: what is read says itself again.
pub fn words(bytes: &[u8]) {
    let text = &*text(bytes);
    if let Ok(after) = text.parse::<After>() {
        assert_eq!(after.to_string().parse(), Ok(after));
    }
    if let Ok(code) = text.parse::<DivisionCode>() {
        assert_eq!(code.to_string().parse::<DivisionCode>().ok(), Some(code));
    }
    if let Ok(number) = citizen::check(text, date(2026, 3, 5)) {
        let again = citizen::check(number.expose(), date(2026, 3, 5));
        assert_eq!(again.map(|n| n.expose().to_owned()).ok().as_deref(), Some(number.expose()));
        assert!(!number.masked().contains(&number.expose()[6..14]));
    }
    if let Ok(number) = phone::check(text) {
        let again = phone::check(number.expose()).map(|n| n.expose().to_owned()).ok();
        assert_eq!(again.as_deref(), Some(number.expose()));
        assert_ne!(number.masked(), number.expose());
    }
    let _mobile = phone::check_mobile(text);
    if let Ok(code) = uscc::check(text) {
        assert_eq!(uscc::check(code.as_str()).ok().as_ref(), Some(&code));
    }
    if let Ok(amount) = Fen::parse(text) {
        assert_eq!(Fen::parse(&amount.plain()), Ok(amount));
    }
    if let Ok(limit) = text.parse::<Limit>() {
        assert_eq!(limit.to_string().parse::<Limit>().ok(), Some(limit));
    }
    if let Some(address) = ObjectAddress::parse(text) {
        assert_eq!(address.as_str(), text);
    }
    if let Some(pattern) = Pattern::parse(text) {
        let _hears = pattern.fits("casework.case.decided");
    }
    if let Some(wait) = retry_after(text, Timestamp(1_772_672_400_000)) {
        assert!((0..=86_400_000).contains(&wait));
    }
    for (signs, check) in [
        (Signs::Digits, Check::Luhn),
        (Signs::Digits, Check::Citizen),
        (Signs::DigitsAndLetters, Check::None),
    ] {
        let kind = card(signs, check);
        if let Ok(number) = minshu_cards::rules::number(&kind, text) {
            assert_eq!(minshu_cards::rules::number(&kind, &number).ok().as_ref(), Some(&number));
            assert!(number.len() <= 32 && !minshu_cards::rules::masked(&number).contains(&number));
        }
    }
    let _masked = (mask::citizen(text), mask::phone(text), mask::name(text));
    let _language = Lang::from_header(text);
    let _id = minshu_kernel::ids::parse_uuid(text);
}

/// A kind of card whose numbers are made and checked so.
fn card(signs: Signs, check: Check) -> Kind {
    let name = LocalText::new("卡", "Card");
    Kind {
        id: "pack.card".to_owned(),
        pack: "pack".to_owned(),
        name: name.clone(),
        issuer: name,
        lengths: vec![9, 16, 18, 19],
        signs,
        check,
        help: None,
        most: 1,
    }
}

/// Lines `name: value` as the headers of a request; every line also as an address to go back to.
pub fn headers(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(64) {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (name, value) = (parts.next().unwrap_or(b""), parts.next().unwrap_or(b""));
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
        {
            headers.append(name, value);
        }
        stays_here(&text(line));
    }
    for secure in [false, true] {
        let token = SessionToken::read(&headers, Cookies { secure });
        assert!(token.token.is_none_or(|token| token.len() <= 200));
        let _visitor = Cookies { secure }.read(&headers, VISITOR);
    }
    let _shown = Preferences::read(&headers);
}

/// What browsers make of an address that we send somebody back to is on this site.
fn stays_here(line: &str) {
    let Ok(here) = Url::parse("https://minshu.example/a/b") else { return };
    let to = encode_path(local_path(line));
    let there = here.join(&to);
    let host = there.as_ref().ok().and_then(Url::host_str);
    assert_eq!(host, Some("minshu.example"), "{line:?} becomes {to:?}");
}

/// A JSON document as the input of operations of several shapes.
pub fn input(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Json>(bytes) else { return };
    let _register = read_input::<Register>(value.clone());
    let _sign_in = read_input::<SignIn>(value.clone());
    let _save = read_input::<SaveDraft>(value.clone());
    let _submit = read_input::<Submit>(value.clone());
    let _accept = read_input::<Accept>(value.clone());
    let _decide = read_input::<Decide>(value);
}

/// Addresses that subscriptions name, and networks of the settings.
pub fn networks(bytes: &[u8]) {
    let text = text(bytes);
    let (address, network) = text.split_once('\n').unwrap_or((&text, ""));
    let closed = Networks::default();
    if let Ok(url) = closed.read(address) {
        assert_eq!(url.scheme(), "https");
        assert!(url.username().is_empty() && url.password().is_none());
        let ip = url.host_str().map(|host| host.trim_matches(['[', ']']).parse());
        if let Some(Ok(ip)) = ip {
            assert!(closed.permits(ip), "{address:?} leads to {ip}");
        }
        assert_ne!(url.host_str(), Some("localhost"));
    }
    if let Ok(network) = network.trim().parse::<ipnet::IpNet>() {
        let open = Networks { allowed: vec![network], loopback: false };
        let _read_or_refused = open.read(address);
        assert!(open.permits(network.addr()));
    }
}

/// What a browser answers with a passkey: whatever it is, it is read or refused.
pub fn passkey(bytes: &[u8]) {
    let text = text(bytes);
    if minshu_identity::passkeys::try_out(&text) {
        assert!(text.contains("attestationObject"), "believed without anything attested");
    }
}

/// An answer of the malware scanner: whatever it is, only the one word lets a file in.
pub fn scanner(bytes: &[u8]) {
    use minshu_runtime::scan::{Verdict, verdict};
    if verdict(bytes) == Ok(Verdict::Clean) {
        assert!(bytes.starts_with(b"stream: OK"), "let in by another answer");
    }
}

/// The trace of a caller: none, or one that is valid.
pub fn traceparent(bytes: &[u8]) {
    if let Some(read) = minshu_runtime::trace::parent(&crate::text(bytes)) {
        assert!(read.is_valid());
    }
}
