//! The relying party against a small issuer on this machine that can be told to lie.

use std::sync::Mutex;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use minshu_kernel::outside::Departure;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;

use super::*;
use crate::outgoing::{Networks, Patience};

/// 2026-03-05 09:00 in Shanghai.
const NOW: Timestamp = Timestamp(1_772_672_400_000);
const NOW_S: i64 = NOW.0 / 1_000;

struct Hand(Mutex<i64>);
impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(*self.0.lock().unwrap())
    }
}

/// What the issuer signs with, and what it says next.
struct Issuer {
    address: String,
    key: SigningKey,
    kid: String,
    token: String,
    asked: Vec<String>,
    discovered: usize,
    down: bool,
}

type Shared = Arc<Mutex<Issuer>>;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

fn encode(value: &Json) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Issuer {
    fn claims(&self) -> Json {
        json!({
            "iss": self.address, "sub": "248289761001", "aud": "minshu", "nonce": "n",
            "iat": NOW_S, "exp": NOW_S + 600, "name": "林晓燕", "phone_number": "13800000001",
        })
    }

    fn signed(&self, header: &Json, claims: &Json) -> String {
        let text = format!("{}.{}", encode(header), encode(claims));
        let signature: Signature = self.key.sign(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    fn good(&self, claims: &Json) -> String {
        self.signed(&json!({ "alg": "ES256", "kid": self.kid }), claims)
    }

    fn jwk(&self) -> Json {
        let point = self.key.verifying_key().to_sec1_point(false);
        let part = |from: usize| URL_SAFE_NO_PAD.encode(&point.as_bytes()[from..from + 32]);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid, "x": part(1), "y": part(33) })
    }
}

async fn issuer() -> Shared {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let shared: Shared = Arc::new(Mutex::new(Issuer {
        address,
        key: key(1),
        kid: "one".to_owned(),
        token: String::new(),
        asked: Vec::new(),
        discovered: 0,
        down: false,
    }));
    let discovery = async |State(shared): State<Shared>| {
        let mut issuer = shared.lock().unwrap();
        issuer.discovered += 1;
        let at = |path: &str| format!("{}{path}", issuer.address);
        let document = json!({
            "issuer": issuer.address, "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"), "jwks_uri": at("/jwks"),
            "end_session_endpoint": at("/end"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            // It would take anything; what is believed is ours to say.
            "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256", "none"],
        });
        let status = if issuer.down { 503 } else { 200 };
        let kind = [("content-type", "application/json")];
        (axum::http::StatusCode::from_u16(status).unwrap(), kind, document.to_string())
    };
    let jwks = async |State(shared): State<Shared>| {
        let keys = json!({ "keys": [shared.lock().unwrap().jwk()] });
        ([("content-type", "application/json")], keys.to_string())
    };
    let token = async |State(shared): State<Shared>, body: String| {
        let mut issuer = shared.lock().unwrap();
        issuer.asked.push(body);
        let answer =
            json!({ "access_token": "a", "token_type": "Bearer", "id_token": issuer.token });
        ([("content-type", "application/json")], answer.to_string())
    };
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(jwks))
        .route("/token", post(token))
        .with_state(shared.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    shared
}

fn providers(issuer: &str, clock: Arc<Hand>) -> Providers {
    let settings = ProviderSettings {
        id: "outside".to_owned(),
        issuer: issuer.to_owned(),
        client_id: "minshu".to_owned(),
        secret: Some("a secret of tests".to_owned()),
        name: LocalText::new("别处", "Elsewhere"),
        scopes: vec!["profile".to_owned()],
        name_claim: Some("name".to_owned()),
        phone_claim: None,
    };
    let networks = Networks { loopback: true, ..Networks::default() };
    let client = Arc::new(HttpClient::new(networks, Patience::default()));
    Providers::new(vec![settings], client, clock).unwrap()
}

fn departure() -> Departure {
    Departure {
        provider: "outside".to_owned(),
        back: "https://minshu.example/sign-in/outside".to_owned(),
        state: "s".to_owned(),
        nonce: "n".to_owned(),
        verifier: "v".repeat(43),
    }
}

fn returned() -> Returned {
    Returned { code: "c".to_owned(), issuer: None, departure: departure() }
}

async fn world() -> (Shared, Arc<Hand>, Providers) {
    let shared = issuer().await;
    let clock = Arc::new(Hand(Mutex::new(NOW.0)));
    let address = shared.lock().unwrap().address.clone();
    let providers = providers(&address, clock.clone());
    (shared, clock, providers)
}

fn says(shared: &Shared, token: impl Fn(&Issuer) -> String) {
    let mut issuer = shared.lock().unwrap();
    let token = token(&issuer);
    issuer.token = token;
}

#[tokio::test]
async fn somebody_sets_out_and_comes_back_with_what_the_settings_read() {
    let (shared, _, providers) = world().await;
    let address = providers.depart(&departure()).await.unwrap();
    let url = url::Url::parse(&address).unwrap();
    let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "minshu"),
        ("state", "s"),
        ("nonce", "n"),
        ("code_challenge_method", "S256"),
        ("scope", "openid profile"),
        ("redirect_uri", "https://minshu.example/sign-in/outside"),
    ] {
        assert_eq!(asked.get(name).map(String::as_str), Some(value), "{name} {address}");
    }
    assert!(!address.contains(&"v".repeat(43)));
    says(&shared, |issuer| issuer.good(&issuer.claims()));
    let asserted = providers.arrive(returned()).await.unwrap();
    let wanted = Asserted {
        subject: "248289761001".to_owned(),
        name: Some("林晓燕".to_owned()),
        // The settings do not read it.
        phone: None,
    };
    assert_eq!(asserted, wanted);
    let body = shared.lock().unwrap().asked[0].clone();
    assert!(body.contains(&format!("code_verifier={}", "v".repeat(43))), "{body}");
    // What the provider publishes is fetched once.
    assert_eq!(shared.lock().unwrap().discovered, 1);
    let end = providers.leave("outside", "https://minshu.example/").await.unwrap();
    assert!(end.contains("/end?") && end.contains("post_logout_redirect_uri="), "{end}");
}

#[tokio::test]
async fn a_token_that_lies_is_not_believed() {
    let (shared, _, providers) = world().await;
    type Lie = Box<dyn Fn(&Issuer) -> String>;
    let changed = |name: &'static str, value: Json| -> Lie {
        Box::new(move |issuer| {
            let mut claims = issuer.claims();
            claims[name] = value.clone();
            issuer.good(&claims)
        })
    };
    let lies: Vec<(&str, Lie)> = vec![
        ("another audience", changed("aud", json!("somebody-else"))),
        ("a further audience", changed("aud", json!(["minshu", "somebody-else"]))),
        ("another issuer", changed("iss", json!("https://evil.example"))),
        ("another nonce", changed("nonce", json!("m"))),
        ("no nonce", changed("nonce", Json::Null)),
        ("expired", changed("exp", json!(NOW_S - 61))),
        ("of the future", changed("iat", json!(NOW_S + 61))),
        ("no subject", changed("sub", json!(""))),
        ("a subject without end", changed("sub", json!("a".repeat(201)))),
        (
            "no algorithm",
            Box::new(|issuer| {
                format!("{}.{}.", encode(&json!({ "alg": "none" })), encode(&issuer.claims()))
            }),
        ),
        (
            "no algorithm and a signature",
            Box::new(|issuer| issuer.signed(&json!({ "alg": "none" }), &issuer.claims())),
        ),
        (
            "a shared secret",
            Box::new(|issuer| {
                use hmac::{KeyInit as _, Mac as _};
                let text =
                    format!("{}.{}", encode(&json!({ "alg": "HS256" })), encode(&issuer.claims()));
                let mut mac =
                    hmac::Hmac::<sha2::Sha256>::new_from_slice(b"a secret of tests").unwrap();
                mac.update(text.as_bytes());
                format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
            }),
        ),
        (
            "somebody else's key under a known name",
            Box::new(|issuer| {
                let other = Issuer {
                    key: key(9),
                    kid: issuer.kid.clone(),
                    address: issuer.address.clone(),
                    token: String::new(),
                    asked: Vec::new(),
                    discovered: 0,
                    down: false,
                };
                other.good(&issuer.claims())
            }),
        ),
        (
            "a changed claim under an old signature",
            Box::new(|issuer| {
                let good = issuer.good(&issuer.claims());
                let mut parts: Vec<String> = good.split('.').map(str::to_owned).collect();
                let mut claims = issuer.claims();
                claims["sub"] = json!("somebody else");
                parts[1] = encode(&claims);
                parts.join(".")
            }),
        ),
        ("no token at all", Box::new(|_| String::new())),
        ("nonsense", Box::new(|_| "a.b.c".to_owned())),
    ];
    for (name, lie) in lies {
        says(&shared, |issuer| lie(issuer));
        let error = providers.arrive(returned()).await.expect_err(name);
        assert!(matches!(error, OutsideError::Refused(_)), "{name}: {error:?}");
        assert!(!error.to_string().contains("林晓燕"), "{name}: {error}");
    }
    // And what the answer says of its issuer (RFC 9207).
    says(&shared, |issuer| issuer.good(&issuer.claims()));
    let other = Returned { issuer: Some("https://evil.example".to_owned()), ..returned() };
    assert!(matches!(providers.arrive(other).await, Err(OutsideError::Refused(_))));
    assert!(providers.arrive(returned()).await.is_ok());
}

#[tokio::test]
async fn keys_roll_over_and_strange_ones_do_not_make_us_a_nuisance() {
    let (shared, clock, providers) = world().await;
    says(&shared, |issuer| issuer.good(&issuer.claims()));
    providers.arrive(returned()).await.unwrap();
    {
        let mut issuer = shared.lock().unwrap();
        issuer.key = key(2);
        issuer.kid = "two".to_owned();
    }
    says(&shared, |issuer| issuer.good(&issuer.claims()));
    // Within a minute of the last look the new key is not known; after it it is.
    assert!(providers.arrive(returned()).await.is_err());
    *clock.0.lock().unwrap() += 61_000;
    providers.arrive(returned()).await.unwrap();
    let looked = shared.lock().unwrap().discovered;
    assert_eq!(looked, 2);
    for _ in 0..20 {
        says(&shared, |issuer| {
            issuer.signed(&json!({ "alg": "ES256", "kid": "x" }), &issuer.claims())
        });
        assert!(providers.arrive(returned()).await.is_err());
    }
    assert_eq!(shared.lock().unwrap().discovered, looked);
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_so_and_believed_as_it_was_known() {
    let (shared, clock, providers) = world().await;
    shared.lock().unwrap().down = true;
    assert!(matches!(providers.depart(&departure()).await, Err(OutsideError::Down(_))));
    shared.lock().unwrap().down = false;
    providers.depart(&departure()).await.unwrap();
    shared.lock().unwrap().down = true;
    *clock.0.lock().unwrap() += FRESH_MS;
    providers.depart(&departure()).await.unwrap();
    let gone = Departure { provider: "nobody".to_owned(), ..departure() };
    assert_eq!(providers.depart(&gone).await, Err(OutsideError::Unknown));
    assert_eq!(providers.leave("nobody", "https://minshu.example/").await, None);
}

#[test]
fn wrong_settings_are_refused_with_their_key() {
    let networks = Networks { loopback: false, ..Networks::default() };
    let client = Arc::new(HttpClient::new(networks, Patience::default()));
    let good = ProviderSettings {
        id: "outside".to_owned(),
        issuer: "https://id.example.gov.cn".to_owned(),
        client_id: "minshu".to_owned(),
        secret: None,
        name: LocalText::new("别处", "Elsewhere"),
        scopes: Vec::new(),
        name_claim: None,
        phone_claim: None,
    };
    let open = |all: Vec<ProviderSettings>| {
        let clock = Arc::new(Hand(Mutex::new(NOW.0)));
        Providers::new(all, client.clone(), clock).err().map(|bad| bad.key)
    };
    assert_eq!(open(vec![good.clone()]), None);
    assert_eq!(open(vec![good.clone(), good.clone()]), Some("id"));
    let with = |change: fn(&mut ProviderSettings)| {
        let mut changed = good.clone();
        change(&mut changed);
        vec![changed]
    };
    assert_eq!(open(with(|one| one.id = "Out side".to_owned())), Some("id"));
    assert_eq!(open(with(|one| one.issuer = "http://id.example".to_owned())), Some("issuer"));
    assert_eq!(open(with(|one| one.issuer = "https://127.0.0.1".to_owned())), Some("issuer"));
    assert_eq!(open(with(|one| one.client_id.clear())), Some("client_id"));
}
