//! A house that tells events, and a receiver that answers as a test says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use minshu_kernel::access::{Authenticator, PlatformRole, Principal};
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::ctx::Services;
use minshu_kernel::event::Event;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::{Records as _, Row, Statement, WriteSet};
use minshu_kernel::{BoxFuture, error::Failure, values};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};
use sha2::Sha256;
use tokio::sync::mpsc;

use crate::packs::PackSources;
use crate::testing::{TestHouse, head, pack};

#[derive(Serialize, JsonSchema)]
struct Decided {
    case: String,
    pack: String,
    division: String,
}

impl Event for Decided {
    const TYPE: &'static str = "casework.case.decided";
    const DOC: &'static str = "A case was decided.";
}

/// Accounts as they stand now.
#[derive(Default, Clone)]
pub(super) struct People(Arc<Mutex<HashMap<AccountId, Arc<Principal>>>>);

impl People {
    pub(super) fn put(&self, who: &Principal) {
        self.0.lock().unwrap().insert(who.account().unwrap(), Arc::new(who.clone()));
    }
}

impl Authenticator for People {
    fn principal<'a>(
        &'a self,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<Principal>>, Failure>> {
        let account = token.parse().ok();
        let found = account.and_then(|id: AccountId| self.0.lock().unwrap().get(&id).cloned());
        Box::pin(async move { Ok(found) })
    }

    fn holder<'a>(
        &'a self,
        account: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Principal>>, Failure>> {
        let found = self.0.lock().unwrap().get(&account).cloned();
        Box::pin(async move { Ok(found) })
    }
}

struct Sample(People);

impl Capability for Sample {
    fn name(&self) -> &'static str {
        "casework"
    }

    fn describe(&self, contract: &mut Contract) {
        contract.event::<Decided>();
        contract.platform_roles.push(PlatformRole {
            id: "platform.operator",
            name: ("运维", "Operator"),
            may: &["platform.operate", "platform.integrate"],
        });
    }

    fn authenticator(&self, _: &Services) -> Option<Arc<dyn Authenticator>> {
        Some(Arc::new(self.0.clone()))
    }
}

fn packs() -> PackSources {
    let role = "\n[[role]]\nid = \"clerk\"\nname = { zh = \"办\", en = \"Clerk\" }\nmay = [\"platform.integrate\"]\n";
    let text = head("test", role);
    pack("06-public-services/test", &[("pack.toml", &text), ("scenario.feature", "功能: 试")])
}

/// A house with an operator of the province.
pub(super) struct Stage {
    pub house: TestHouse,
    pub people: People,
    pub operator: Principal,
    cases: Mutex<HashMap<String, i64>>,
}

impl Stage {
    async fn of(house: TestHouse, people: People) -> Stage {
        let operator = house.officer("platform.operator", "350000");
        people.put(&operator);
        Stage { house, people, operator, cases: Mutex::default() }
    }

    pub(super) async fn sqlite() -> Stage {
        let people = People::default();
        let house = TestHouse::sqlite(vec![Arc::new(Sample(people.clone()))], packs()).await;
        Stage::of(house, people).await
    }

    pub(super) async fn each() -> Vec<Stage> {
        let people = People::default();
        let capabilities = || vec![Arc::new(Sample(people.clone())) as Arc<dyn Capability>];
        let mut stages = Vec::new();
        for house in TestHouse::each(&capabilities, &packs()).await {
            stages.push(Stage::of(house, people.clone()).await);
        }
        stages
    }

    /// Tells that a case was decided, and seals it; answers the event's id.
    pub(super) async fn decide(&self, case: &str, division: &str) -> String {
        let version = {
            let mut cases = self.cases.lock().unwrap();
            let version = cases.entry(case.to_owned()).or_insert(0);
            *version += 1;
            *version
        };
        let id = self.house.house.services.ids.next().to_string();
        let now = self.house.house.services.clock.now();
        let data = json!({ "case": case, "pack": "test", "division": division }).to_string();
        let row =
            values![&id, now, Decided::TYPE, 1_i64, "casework.case", case, version, data, "a", ""];
        self.write(Statement::one(crate::store::INSERT_EVENT, row)).await;
        crate::audit::sealer::seal_all(&self.house.house).await.unwrap();
        id
    }

    pub(super) async fn write(&self, statement: Statement) {
        let statements = vec![statement];
        self.house.house.db.apply(WriteSet { statements }).await.unwrap();
    }

    pub(super) async fn rows(&self, sql: &'static str) -> Vec<Row> {
        self.house.house.db.point(sql.into(), values![]).await.unwrap()
    }

    /// Subscribes to all decided cases of the province; answers the id and the secret.
    pub(super) async fn subscribe(&self, address: &str) -> (String, String) {
        let input = json!({ "name": "对接", "address": address, "kinds": ["casework.case.*"] });
        let made = self.act("platform.subscribe", input).await;
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        (text("subscription"), text("secret"))
    }

    pub(super) async fn act(&self, operation: &str, input: Json) -> Json {
        self.house.act(&self.operator, operation, input).await.unwrap()
    }

    pub(super) async fn on(&self, operation: &str, subscription: &str) -> Json {
        self.act(operation, json!({ "subscription": subscription })).await
    }

    /// The one subscription as the query tells it.
    pub(super) async fn standing(&self) -> Json {
        let all = self.house.ask(&self.operator, "platform.subscriptions", json!({})).await;
        all.unwrap()["subscriptions"][0].clone()
    }

    /// States of deliveries, oldest first, with their outcome.
    pub(super) async fn deliveries(&self, subscription: &str) -> Vec<String> {
        let input = json!({ "subscription": subscription });
        let all = self.house.ask(&self.operator, "platform.deliveries", input).await.unwrap();
        let line = |line: &Json| {
            format!("{} {}", line["state"].as_str().unwrap(), line["outcome"].as_str().unwrap())
        };
        all["deliveries"].as_array().unwrap().iter().rev().map(line).collect()
    }

    pub(super) async fn drain(&self) {
        super::drain(&self.house.house).await.unwrap();
    }
}

/// What a receiver got.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Got {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(super) fn id(&self) -> String {
        self.header("webhook-id").to_owned()
    }

    pub(super) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn subject(&self) -> String {
        self.json()["subject"].as_str().unwrap().to_owned()
    }

    /// How many of the signatures were made with this secret: computed here, apart from the code under test.
    pub(super) fn signed_by(&self, secret: &str) -> usize {
        let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(self.id().as_bytes());
        mac.update(b".");
        mac.update(self.header("webhook-timestamp").as_bytes());
        mac.update(b".");
        mac.update(&self.body);
        let wanted = format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').filter(|one| *one == wanted).count()
    }
}

/// How a receiver answers: a status and headers, or never.
#[derive(Debug, Clone)]
pub(super) enum Say {
    Status(u16, Vec<(&'static str, String)>),
    Nothing,
}

type Plan = Arc<dyn Fn(&Got) -> Say + Send + Sync>;

#[derive(Clone)]
struct Desk {
    plan: Arc<Mutex<Plan>>,
    got: mpsc::UnboundedSender<Got>,
}

/// A receiver on this machine.
pub(super) struct Receiver {
    pub address: String,
    desk: Desk,
    got: mpsc::UnboundedReceiver<Got>,
}

impl Receiver {
    pub(super) async fn new() -> Receiver {
        let (got, taken) = mpsc::unbounded_channel();
        let plan: Plan = Arc::new(|_| Say::Status(204, Vec::new()));
        let desk = Desk { plan: Arc::new(Mutex::new(plan)), got };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hooks", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Receiver { address, desk, got: taken }
    }

    pub(super) fn answer(&self, plan: impl Fn(&Got) -> Say + Send + Sync + 'static) {
        *self.desk.plan.lock().unwrap() = Arc::new(plan);
    }

    pub(super) fn status(&self, status: u16) {
        self.answer(move |_| Say::Status(status, Vec::new()));
    }

    /// Everything that came since the last look.
    pub(super) fn taken(&mut self) -> Vec<Got> {
        std::iter::from_fn(|| self.got.try_recv().ok()).collect()
    }

    pub(super) async fn next(&mut self) -> Got {
        self.got.recv().await.unwrap()
    }
}

async fn take(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let got = Got { headers, body: body.to_vec() };
    let plan = desk.plan.lock().unwrap().clone();
    let say = plan(&got);
    desk.got.send(got).unwrap();
    match say {
        Say::Nothing => std::future::pending().await,
        Say::Status(status, extra) => {
            let mut response = StatusCode::from_u16(status).unwrap().into_response();
            for (name, value) in extra {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
    }
}
