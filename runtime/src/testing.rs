//! The real runtime for tests: own database, own folder, a clock that is set by hand, requests without a socket.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use http::{Request, StatusCode, header};
use minshu_kernel::access::{Actor, Grant, Principal};
use minshu_kernel::capability::Capability;
use minshu_kernel::carrier::{
    BadReport, CarrierError, Carriers, Parcel, Report, Signed, TakenOver,
};
use minshu_kernel::clock::{Clock, Timestamp};
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::{Call, Door as _, PasswordCost};
use minshu_kernel::division::{Divisions, SAMPLE};
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId, PostId, RequestId};
use minshu_kernel::outside::{Asserted, Departure, Outside, OutsideError, Provider, Returned};
use minshu_kernel::text::{Lang, LocalText};
use minshu_storage::objects::{ObjectStorage, ObjectsPlace};
use minshu_storage::records::testing::TestDb;
use serde_json::Value as Json;
use tower::ServiceExt as _;

use crate::house::{Foundation, House};
use crate::keys::{Keys, SystemEntropy};
use crate::outgoing::{HttpClient, Networks, Patience};
use crate::packs::PackSources;
use crate::packs::read::PackFolder;
use crate::register::Register;
use crate::system::ClockIds;

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Moves to an instant.
    pub fn set(&self, instant: Timestamp) {
        self.0.store(instant.0, Ordering::Relaxed);
    }

    /// Moves on by so many milliseconds.
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// Channels of tests: what was taken over is kept; what is broken takes nothing.
#[derive(Default)]
pub struct TestCarriers {
    taken: std::sync::Mutex<Vec<Parcel>>,
    answers: std::sync::Mutex<BTreeMap<&'static str, CarrierError>>,
    absent: std::sync::atomic::AtomicBool,
}

impl TestCarriers {
    /// What was taken over since this was last asked, in order.
    ///
    /// # Panics
    /// Where another test's thread broke the list.
    pub fn take(&self) -> Vec<Parcel> {
        std::mem::take(&mut *self.taken.lock().expect("a list"))
    }

    /// From now on a channel answers so; `None` takes everything.
    ///
    /// # Panics
    /// Where another test's thread broke the list.
    pub fn answer(&self, channel: Channel, error: Option<CarrierError>) {
        let mut answers = self.answers.lock().expect("a list");
        match error {
            Some(error) => answers.insert(channel.word(), error),
            None => answers.remove(channel.word()),
        };
    }

    /// As an installation without channels.
    pub fn remove_all(&self) {
        self.absent.store(true, Ordering::Relaxed);
    }
}

impl Carriers for TestCarriers {
    fn offers(&self, _: Channel) -> bool {
        !self.absent.load(Ordering::Relaxed)
    }

    fn send<'a>(
        &'a self,
        parcel: Parcel,
    ) -> minshu_kernel::BoxFuture<'a, Result<TakenOver, CarrierError>> {
        let answer = self.answers.lock().expect("a list").get(parcel.channel.word()).cloned();
        if let Some(error) = answer {
            return Box::pin(async move { Err(error) });
        }
        let reference = format!("test-{}", parcel.id);
        self.taken.lock().expect("a list").push(parcel);
        Box::pin(async move { Ok(TakenOver { reference }) })
    }

    fn report(&self, _: Signed<'_>, _: &[u8], _: Timestamp) -> Result<Report, BadReport> {
        Err(BadReport::NotOffered)
    }
}

/// A provider outside the house for tests: it says what it is told to say.
pub struct TestOutside(std::sync::Mutex<Result<Asserted, OutsideError>>);

impl Default for TestOutside {
    fn default() -> Self {
        TestOutside(std::sync::Mutex::new(Err(OutsideError::Down("not told yet".to_owned()))))
    }
}

impl TestOutside {
    /// The id of the provider.
    pub const ID: &'static str = "province-id";

    /// From now on it says so.
    ///
    /// # Panics
    /// Where another test's thread broke it.
    pub fn says(&self, answer: Result<Asserted, OutsideError>) {
        *self.0.lock().expect("an answer") = answer;
    }
}

impl Outside for TestOutside {
    fn providers(&self) -> Vec<Provider> {
        vec![Provider {
            id: Self::ID.to_owned(),
            name: LocalText::new("省统一身份", "Province ID"),
        }]
    }

    fn depart<'a>(
        &'a self,
        departure: &'a Departure,
    ) -> minshu_kernel::BoxFuture<'a, Result<String, OutsideError>> {
        Box::pin(async move {
            if departure.provider != Self::ID {
                return Err(OutsideError::Unknown);
            }
            match &*self.0.lock().expect("an answer") {
                Err(OutsideError::Down(why)) => Err(OutsideError::Down(why.clone())),
                _ => Ok(format!("https://id.example/authorize?state={}", departure.state)),
            }
        })
    }

    fn arrive<'a>(
        &'a self,
        _: Returned,
    ) -> minshu_kernel::BoxFuture<'a, Result<Asserted, OutsideError>> {
        Box::pin(async move { self.0.lock().expect("an answer").clone() })
    }

    fn leave<'a>(
        &'a self,
        _: &'a str,
        back: &'a str,
    ) -> minshu_kernel::BoxFuture<'a, Option<String>> {
        Box::pin(async move { Some(format!("https://id.example/end?back={back}")) })
    }
}

/// A house of its own for a test.
pub struct TestHouse {
    /// What leaves it by its channels.
    pub carriers: Arc<TestCarriers>,
    /// The provider outside it.
    pub outside: Arc<TestOutside>,
    /// The house.
    pub house: Arc<House>,
    /// Its clock; begins at 2026-03-05 09:00 in Shanghai, a Thursday.
    pub clock: Arc<TestClock>,
    router: axum::Router,
    // Dropped last: the folder and the database go away with them.
    _folder: tempfile::TempDir,
    _db: TestDb,
}

/// A browser: keeps cookies and finds forms' tokens.
#[derive(Default, Clone)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
    token: String,
}

/// An answer to a browser.
#[derive(Debug)]
pub struct Seen {
    /// The status.
    pub status: StatusCode,
    /// Where it redirects to.
    pub location: Option<String>,
    /// The body as text.
    pub text: String,
}

/// A set of one pack from texts, for tests: `(path, text)`, `pack.toml` first.
pub fn pack(folder: &str, files: &[(&str, &str)]) -> PackSources {
    let files = files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
    PackSources { packs: vec![PackFolder { folder: folder.into(), files }] }
}

/// A head for a pack of tests.
pub fn head(id: &str, rest: &str) -> String {
    format!(
        "id = \"{id}\"\nplan = \"6.1\"\nname = {{ zh = \"试\", en = \"Test\" }}\nlead = {{ zh = \"省办\", en = \"Office\" }}\n\
         description = {{ zh = \"试用。\", en = \"A test.\" }}\nuses = [\"casework\"]\nclauses = [{{ id = \"c1\", en = \"it works\", zh = \"可用\" }}]\n{rest}"
    )
}

/// The packs of the repository.
pub fn all_packs() -> PackSources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packs");
    match PackSources::read(&root) {
        Ok(packs) => packs,
        Err(problems) => panic!("{problems:?}"),
    }
}

impl TestHouse {
    /// On SQLite.
    ///
    /// # Panics
    /// Where the house does not stand.
    pub async fn sqlite(capabilities: Vec<Arc<dyn Capability>>, packs: PackSources) -> TestHouse {
        let sets = crate::house::migrations(&capabilities);
        let db = TestDb::sqlite(&sets).await;
        TestHouse::on(db, capabilities, packs).await
    }

    /// On each database that is there: SQLite always.
    ///
    /// # Panics
    /// Where the house does not stand.
    pub async fn each(
        capabilities: &dyn Fn() -> Vec<Arc<dyn Capability>>,
        packs: &PackSources,
    ) -> Vec<TestHouse> {
        let sets = crate::house::migrations(&capabilities());
        let mut houses = Vec::new();
        for db in TestDb::each(&sets).await {
            houses.push(TestHouse::on(db, capabilities(), packs.clone()).await);
        }
        houses
    }

    async fn on(
        db: TestDb,
        capabilities: Vec<Arc<dyn Capability>>,
        packs: PackSources,
    ) -> TestHouse {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let start = Timestamp::start_of(jiff_date()).plus_ms(9 * 3_600_000);
        let clock = Arc::new(TestClock(AtomicI64::new(start.0)));
        let entropy = Arc::new(SystemEntropy);
        let keys = Arc::new(Keys::ephemeral(entropy.clone()).expect("fresh keys"));
        let objects = ObjectStorage::open(
            ObjectsPlace::Directory(folder.path().join("objects")),
            keys.clone(),
        )
        .await
        .expect("an object store");
        // Receivers of tests stand on this machine.
        let networks = Networks { loopback: true, ..Networks::default() };
        let outgoing = HttpClient::new(networks, Patience::default());
        let carriers = Arc::new(TestCarriers::default());
        let outside = Arc::new(TestOutside::default());
        let house = House::build(Foundation {
            capabilities,
            db: db.db().clone(),
            objects: Arc::new(objects),
            scanner: None,
            outgoing: Arc::new(outgoing),
            carriers: carriers.clone(),
            outside: outside.clone(),
            keys,
            ids: Arc::new(ClockIds::new(clock.clone(), entropy.clone())),
            clock: clock.clone(),
            entropy,
            password_cost: PasswordCost::LEAST,
            divisions: Arc::new(Divisions::from_csv(SAMPLE).expect("the sample divisions")),
            packs,
            adopt_packs: true,
            register: Arc::new(Register::default()),
            scenario_results: None,
            single_process: true,
            demonstration: None,
            build: "test".to_owned(),
            edge: crate::http::edge::Edge::default(),
        })
        .await;
        let house = match house {
            Ok(house) => house,
            Err(error) => panic!("the house does not stand: {error}"),
        };
        let router = crate::http::router(house.clone());
        TestHouse { carriers, outside, house, clock, router, _folder: folder, _db: db }
    }

    /// Another process on the same database, which begins with these packs on its disk.
    ///
    /// # Panics
    /// Where it does not stand.
    pub async fn another(
        &self,
        capabilities: Vec<Arc<dyn Capability>>,
        packs: PackSources,
    ) -> Arc<House> {
        let own = &self.house;
        let house = House::build(Foundation {
            capabilities,
            db: own.db.clone(),
            objects: own.objects.clone(),
            keys: own.keys.clone(),
            ids: own.services.ids.clone(),
            clock: self.clock.clone(),
            entropy: own.services.entropy.clone(),
            password_cost: own.services.password_cost,
            scanner: None,
            outgoing: own.services.outgoing.clone(),
            carriers: own.services.carriers.clone(),
            outside: own.services.outside.clone(),
            divisions: own.services.divisions.clone(),
            packs,
            adopt_packs: false,
            register: own.register.clone(),
            scenario_results: None,
            single_process: false,
            demonstration: None,
            build: "test".to_owned(),
            edge: crate::http::edge::Edge::default(),
        })
        .await;
        match house {
            Ok(house) => house,
            Err(error) => panic!("the other house does not stand: {error}"),
        }
    }

    /// Does an action as a principal.
    pub async fn act(
        &self,
        who: &Principal,
        operation: &str,
        input: Json,
    ) -> Result<Json, Failure> {
        self.act_once(who, operation, input, None).await
    }

    /// Does an action with an idempotency key.
    pub async fn act_once(
        &self,
        who: &Principal,
        operation: &str,
        input: Json,
        key: Option<&str>,
    ) -> Result<Json, Failure> {
        self.house.act(self.call(who, operation, input, key)).await
    }

    /// Asks a query as a principal.
    pub async fn ask(
        &self,
        who: &Principal,
        operation: &str,
        input: Json,
    ) -> Result<Json, Failure> {
        self.house.ask(self.call(who, operation, input, None)).await
    }

    fn call(&self, who: &Principal, operation: &str, input: Json, key: Option<&str>) -> Call {
        Call {
            who: Arc::new(who.clone()),
            operation: operation.to_owned(),
            input,
            key: key.map(str::to_owned),
            cause: None,
            request: RequestId::fresh(&*self.house.services.ids),
            lang: Lang::Zh,
            peer: None,
        }
    }

    /// Seals everything, lets due jobs and flows run until nothing is left.
    ///
    /// # Panics
    /// Where the database fails.
    pub async fn settle(&self) {
        for _ in 0..10 {
            crate::audit::sealer::seal_all(&self.house).await.expect("sealing");
            crate::flows::drain(&self.house).await.expect("flows");
            let mut busy = crate::jobs::round(&self.house).await.expect("jobs") > 0;
            for worker in self.house.contract.workers.clone() {
                busy |= crate::workers::round(&self.house, &worker).await.expect("a worker");
            }
            if !busy {
                break;
            }
        }
        crate::audit::sealer::seal_all(&self.house).await.expect("sealing");
    }

    /// A proved person with an account, unknown to identity: for capabilities that are tested alone.
    pub fn resident(&self) -> Principal {
        let ids = &*self.house.services.ids;
        Principal {
            actor: Actor::Account(AccountId::fresh(ids)),
            person: Some(PersonId::fresh(ids)),
            proved: true,
            name: "林晓燕".to_owned(),
            grants: Vec::new(),
            mandates: Vec::new(),
            assurance: Default::default(),
            application: None,
            openings: Vec::new(),
        }
    }

    /// An account whose post grants a role in a division.
    ///
    /// # Panics
    /// Where the division is no code.
    pub fn officer(&self, role: &str, division: &str) -> Principal {
        let ids = &*self.house.services.ids;
        let grant = Grant {
            role: role.to_owned(),
            post: PostId::fresh(ids),
            organisation: OrganisationId::fresh(ids),
            division: division.parse().expect("a division code"),
            until: None,
            instead_of: None,
        };
        Principal { grants: vec![grant], name: "王秀兰".to_owned(), ..self.resident() }
    }

    /// Opens a page.
    pub async fn get(&self, browser: &mut Browser, path: &str) -> Seen {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        self.send(browser, request).await
    }

    /// Sends a form of the page that was opened last.
    pub async fn post(&self, browser: &mut Browser, path: &str, form: &[(&str, &str)]) -> Seen {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("_csrf", &browser.token);
        body.extend_pairs(form);
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.finish()))
            .expect("a request");
        self.send(browser, request).await
    }

    /// Sends any request with the browser's cookies.
    ///
    /// # Panics
    /// Where the answer is no text.
    pub async fn send(&self, browser: &mut Browser, mut request: Request<Body>) -> Seen {
        let cookies: Vec<String> =
            browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ").parse().expect("cookies");
        request.headers_mut().insert(header::COOKIE, cookies);
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        for line in response.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("a cookie");
            let pair = line.split(';').next().unwrap_or("");
            if let Some((name, value)) = pair.split_once('=') {
                match value.is_empty() {
                    true => browser.cookies.remove(name),
                    false => browser.cookies.insert(name.to_owned(), value.to_owned()),
                };
            }
        }
        let status = response.status();
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|v| v.to_str().ok()).map(str::to_owned);
        let body = axum::body::to_bytes(response.into_body(), 64 << 20).await.expect("a body");
        let text = String::from_utf8_lossy(&body).into_owned();
        if let Some(token) = text.split("name=\"csrf-token\" content=\"").nth(1) {
            browser.token = token.split('"').next().unwrap_or("").to_owned();
        }
        Seen { status, location, text }
    }
}

impl Browser {
    /// With a session from signing in by the API.
    pub fn with_session(token: &str) -> Browser {
        let cookies = [(crate::http::cookies::SESSION.to_owned(), token.to_owned())];
        Browser { cookies: cookies.into(), token: String::new() }
    }

    /// A cookie that it keeps.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Keeps one more cookie.
    pub fn keep(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }
}

fn jiff_date() -> jiff::civil::Date {
    jiff::civil::date(2026, 3, 5)
}
