//! A house with the pack of the single window, people in it, and short ways to act as them. Identity is played by a
//! double: it tells mandates and knows sessions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use minshu_casework::Casework;
use minshu_kernel::BoxFuture;
use minshu_kernel::access::{
    Authenticator, Basis, PermissionSet, PlatformRole, Principal, Resource,
};
use minshu_kernel::action::Query;
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::{Ctx, Services};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::{AccountId, OrganisationId};
use minshu_runtime::packs::PackSources;
use minshu_runtime::testing::{Browser, TestHouse, pack};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

pub(crate) const CLERK: &str = "gov-single-window.clerk";
pub(crate) const OFFICER: &str = "gov-single-window.officer";
pub(crate) const FOOD: &str = "gov-single-window.food-business-licence";
pub(crate) const BOARDS: &str = "gov-single-window.outdoor-advertising";
/// A code that GB 32100 allows.
pub(crate) const USCC: &str = "91350102MA2YC1K31H";
pub(crate) const COMPANY: &str = "福州市鼓楼区沈记小馆餐饮有限公司";

macro_rules! pack_file {
    ($path:literal) => {
        (
            $path,
            include_str!(concat!("../../../../packs/06-public-services/gov-single-window/", $path)),
        )
    };
}

/// The items and forms as they are in the repository, under a head without what other capabilities are told.
pub(crate) const PACK: &[(&str, &str)] = &[
    ("pack.toml", include_str!("pack.toml")),
    pack_file!("items/food-business-licence.toml"),
    pack_file!("items/outdoor-advertising.toml"),
    pack_file!("forms/food-business-licence.json"),
    pack_file!("forms/outdoor-advertising.json"),
];

/// Plays identity: mandates by account, principals by session.
#[derive(Default)]
pub(crate) struct IdentityDouble {
    sessions: Mutex<HashMap<String, Arc<Principal>>>,
    codes: Mutex<HashMap<OrganisationId, (String, String)>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct MyMandates {}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct MandateList {
    mandates: Vec<Json>,
}

static CODES: Mutex<Vec<(OrganisationId, String, String)>> = Mutex::new(Vec::new());

impl Query for MyMandates {
    const NAME: &'static str = "identity.my_mandates";
    const DOC: &'static str = "The mandates of the asker.";
    type Reply = MandateList;

    async fn answer(self, ctx: &Ctx) -> Result<MandateList, Failure> {
        ctx.authorize(&Resource::platform())?;
        let codes = CODES.lock().unwrap();
        let mandates = codes
            .iter()
            .filter(|(organisation, _, _)| ctx.who.mandates.contains(organisation))
            .map(|(organisation, name, uscc)| {
                json!({ "organisation": organisation, "organisation_name": name, "uscc": uscc })
            })
            .collect();
        Ok(MandateList { mandates })
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Applicant {
    #[serde(default)]
    organisation: Option<OrganisationId>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct ApplicantData {
    name: String,
    phone: String,
    proved: bool,
    organisation: Option<Represented>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Represented {
    id: OrganisationId,
    name: String,
    uscc: Option<String>,
}

/// The telephone number of everybody.
pub(crate) const PHONE: &str = "13859100001";

impl Query for Applicant {
    const NAME: &'static str = "identity.applicant";
    const DOC: &'static str = "The asker as an applicant.";
    type Reply = ApplicantData;

    async fn answer(self, ctx: &Ctx) -> Result<ApplicantData, Failure> {
        ctx.authorize(&Resource::platform())?;
        let held = |id: &OrganisationId| ctx.who.mandates.contains(id);
        let codes = CODES.lock().unwrap();
        let found = codes.iter().find(|(id, _, _)| Some(*id) == self.organisation && held(id));
        Ok(ApplicantData {
            name: ctx.who.name.clone(),
            phone: PHONE.to_owned(),
            proved: ctx.who.proved,
            organisation: found.map(|(id, name, uscc)| Represented {
                id: *id,
                name: name.clone(),
                uscc: Some(uscc.clone()),
            }),
        })
    }
}

/// A register that is down, as far as anybody can tell.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Register {}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Standing {
    good: bool,
}

impl Query for Register {
    const NAME: &'static str = "identity.register";
    const DOC: &'static str = "How somebody stands, if the register were there.";
    type Reply = Standing;

    async fn answer(self, ctx: &Ctx) -> Result<Standing, Failure> {
        ctx.authorize(&Resource::platform())?;
        Err(Failure::new(Kind::Unavailable, "kernel.unavailable"))
    }
}

struct Sessions(Arc<IdentityDouble>);

impl Authenticator for Sessions {
    fn principal<'a>(
        &'a self,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<Principal>>, Failure>> {
        let found = self.0.sessions.lock().unwrap().get(token).cloned();
        Box::pin(async move { Ok(found) })
    }

    fn holder<'a>(
        &'a self,
        _: AccountId,
    ) -> BoxFuture<'a, Result<Option<Arc<Principal>>, Failure>> {
        Box::pin(async { Ok(None) })
    }
}

/// The double as the house takes it.
struct Door(Arc<IdentityDouble>);

impl Capability for Door {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn describe(&self, contract: &mut Contract) {
        contract.query::<MyMandates>().query::<Applicant>().query::<Register>();
        contract.permission_sets.push(PermissionSet {
            id: "identity.self",
            name: ("自己", "Oneself"),
            basis: Basis::SignedIn,
            may: &["identity.my_mandates", "identity.applicant", "identity.register"],
        });
        // The roles of those who keep records, as identity names them.
        contract.platform_roles.extend([
            PlatformRole {
                id: "platform.records_keeper",
                name: ("档案管理员", "Records keeper"),
                may: &["platform.keep_records"],
            },
            PlatformRole {
                id: "platform.disposal_approver",
                name: ("审批人", "Approver"),
                may: &["platform.approve_disposals"],
            },
        ]);
        contract.permission_sets.push(PermissionSet {
            id: "identity.counter",
            name: ("窗口", "Counter"),
            basis: Basis::Post,
            may: &[],
        });
    }

    fn authenticator(&self, _services: &Services) -> Option<Arc<dyn Authenticator>> {
        Some(Arc::new(Sessions(self.0.clone())))
    }
}

/// The capability under test and the double.
pub(crate) fn capabilities_with(double: &Arc<IdentityDouble>) -> Vec<Arc<dyn Capability>> {
    vec![Arc::new(Casework), Arc::new(Door(double.clone()))]
}

pub(crate) fn packs() -> PackSources {
    changed_packs(&[])
}

/// The packs with texts of files replaced: `(file, from, to)`.
pub(crate) fn changed_packs(changes: &[(&str, &str, &str)]) -> PackSources {
    let mut sources = pack("06-public-services/gov-single-window", PACK);
    let files = &mut sources.packs[0].files;
    for (path, from, to) in changes {
        let (_, text) = files.iter_mut().find(|(file, _)| file == path).unwrap();
        assert!(text.contains(from), "{from} is not in {path}");
        *text = text.replacen(from, to, 1);
    }
    sources
}

/// A house with people.
pub(crate) struct World {
    pub(crate) house: TestHouse,
    double: Arc<IdentityDouble>,
}

/// On every database that is there.
pub(crate) async fn worlds() -> Vec<World> {
    worlds_with(&packs()).await
}

/// On every database that is there, with other packs.
pub(crate) async fn worlds_with(packs: &PackSources) -> Vec<World> {
    let double = Arc::new(IdentityDouble::default());
    let houses = TestHouse::each(&|| capabilities_with(&double), packs).await;
    houses.into_iter().map(|house| World { house, double: double.clone() }).collect()
}

/// On SQLite alone.
pub(crate) async fn world() -> World {
    world_with(packs()).await
}

/// On SQLite alone, with other packs.
pub(crate) async fn world_with(packs: PackSources) -> World {
    let double = Arc::new(IdentityDouble::default());
    let house = TestHouse::sqlite(capabilities_with(&double), packs).await;
    World { house, double }
}

/// The pack with one more declaration in the item of the food business licence.
pub(crate) fn packs_with(more: &str) -> PackSources {
    let files: Vec<(&str, String)> = PACK
        .iter()
        .map(|(path, text)| match path.contains("items/food") {
            true => (*path, format!("{text}\n{more}")),
            false => (*path, (*text).to_owned()),
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    pack("06-public-services/gov-single-window", &files)
}

/// Nobody may act for an organisation any more.
pub(crate) fn end_mandate(organisation: OrganisationId) {
    CODES.lock().unwrap().retain(|(id, _, _)| *id != organisation);
}

/// An organisation has another name from now on.
pub(crate) fn rename(organisation: OrganisationId, name: &str) {
    let mut codes = CODES.lock().unwrap();
    codes
        .iter_mut()
        .filter(|(id, _, _)| *id == organisation)
        .for_each(|c| name.clone_into(&mut c.1));
}

/// What a failure says: its code and the places of its fields.
pub(crate) fn told(failure: &Failure) -> String {
    let places: Vec<String> =
        failure.fields.iter().map(|f| format!("{} {}", f.pointer, f.message.key)).collect();
    format!("{} [{}]", failure.code, places.join(", "))
}

/// An instant of Shanghai: `2026-03-05T10:30`.
pub(crate) fn at(text: &str) -> Timestamp {
    let time: jiff::civil::DateTime = text.parse().unwrap();
    let of_day = i64::from(time.hour()) * 3_600_000 + i64::from(time.minute()) * 60_000;
    Timestamp::start_of(time.date()).plus_ms(of_day)
}

/// The day before an end, as people read a due day.
pub(crate) fn last_day(ms: &Json) -> String {
    Timestamp(ms.as_i64().unwrap()).plus_ms(-1).date().to_string()
}

/// A food business form that is right, in Gulou.
pub(crate) fn food_form() -> Json {
    json!({
        "company": {
            "name": COMPANY, "uscc": USCC, "contact": "沈志明", "phone": "13859100001",
        },
        "premises": { "division": "350102001001", "address": "东街 83 号 1 层", "area": 126.5 },
        "business": {
            "kind": "catering", "seats": 40, "items": ["hot", "drinks"], "online": false,
            "opening": "2026-04-20",
        },
        "people": [{
            "name": "沈志明", "number": "11010519491231002X", "role": "manager", "direct": true,
            "health": "2026-11-30",
        }],
    })
}

/// An outdoor advertising form that is right, for a person in Gulou.
pub(crate) fn boards_form() -> Json {
    json!({
        "applicant": { "contact": "林晓燕", "phone": "13859100002" },
        "site": {
            "division": "350102001", "address": "五四路 1 号", "carrier": "wall", "own": false,
            "owner": "福州东百",
        },
        "boards": [{
            "kind": "screen", "width": 2.0, "height": 3.0, "power": 800, "from": "2026-05-01",
            "until": "2027-04-30", "cost": 3_800_000, "contents": [],
        }],
        "money": { "insured": false },
    })
}

/// A small PDF; the marker makes each file another one.
pub(crate) fn pdf(marker: &str) -> Vec<u8> {
    format!("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% {marker}\ntrailer<</Root 1 0 R>>\n%%EOF\n")
        .into_bytes()
}

impl World {
    /// Of a house and its double.
    pub(crate) fn of(house: TestHouse, double: &Arc<IdentityDouble>) -> World {
        World { house, double: double.clone() }
    }

    /// Does an action and expects it done.
    pub(crate) async fn done(&self, who: &Principal, operation: &str, input: Json) -> Json {
        match self.house.act(who, operation, input).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{operation}: {} {failure}", told(&failure)),
        }
    }

    /// Does an action and expects it refused.
    pub(crate) async fn refused(&self, who: &Principal, operation: &str, input: Json) -> Failure {
        match self.house.act(who, operation, input).await {
            Ok(reply) => panic!("{operation} was done: {reply}"),
            Err(failure) => failure,
        }
    }

    /// Asks a query and expects an answer.
    pub(crate) async fn asked(&self, who: &Principal, operation: &str, input: Json) -> Json {
        match self.house.ask(who, operation, input).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{operation}: {} {failure}", told(&failure)),
        }
    }

    /// Somebody who may act for a company of this name and code.
    pub(crate) fn agent(&self, name: &str, uscc: &str) -> Principal {
        let organisation = OrganisationId::fresh(&*self.house.house.services.ids);
        CODES.lock().unwrap().push((organisation, name.to_owned(), uscc.to_owned()));
        let named = (name.to_owned(), uscc.to_owned());
        self.double.codes.lock().unwrap().insert(organisation, named);
        Principal {
            mandates: vec![organisation],
            assurance: Default::default(),
            name: "沈志明".to_owned(),
            ..self.house.resident()
        }
    }

    /// A browser that is signed in.
    pub(crate) fn browser(&self, who: &Principal) -> Browser {
        let token = self.house.house.services.ids.next().to_string();
        self.double.sessions.lock().unwrap().insert(token.clone(), Arc::new(who.clone()));
        Browser::with_session(&token)
    }

    /// A visit of somebody, for what other pages show.
    pub(crate) fn visit(&self, who: &Principal) -> minshu_kernel::web::Visit {
        let services = self.house.house.services.clone();
        minshu_kernel::web::Visit {
            request: minshu_kernel::ids::RequestId::fresh(&*services.ids),
            services,
            door: self.house.house.clone(),
            who: Arc::new(who.clone()),
            lang: minshu_kernel::text::Lang::Zh,
            path: "/".to_owned(),
            params: std::collections::BTreeMap::new(),
            query: Vec::new(),
            form: Vec::new(),
            uploads: Vec::new(),
            fragment: false,
            csrf: String::new(),
            key: None,
            session: None,
            device: None,
            step: None,
            peer: None,
            browser: String::new(),
            authorization: None,
            origin: "http://localhost".to_owned(),
            asides: Vec::new(),
        }
    }

    /// The organisation that the page tells programs one may apply for.
    pub(crate) async fn on_behalf(&self, who: &Principal) -> Json {
        let mut browser = self.browser(who);
        let seen = self.house.get(&mut browser, &format!("/items/{FOOD}/applicants")).await;
        let told: Json = serde_json::from_str(&seen.text).unwrap();
        told["on_behalf"][0]["organisation"].clone()
    }

    /// Stores a file as an upload of somebody and answers its address.
    pub(crate) async fn uploaded(&self, who: &Principal, content: Vec<u8>) -> String {
        use minshu_kernel::objects::{Body, Limits};
        struct Once(Option<Vec<u8>>);
        impl Body for Once {
            fn next<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<bytes::Bytes>, String>> {
                let piece = self.0.take().map(bytes::Bytes::from);
                Box::pin(async move { Ok(piece) })
            }
        }
        let limits = Limits { max_bytes: 200 << 20, kinds: Vec::new() };
        let house = &self.house.house;
        let received = house.uploads.receive(who, &mut Once(Some(content)), &limits).await;
        let stored = received.unwrap().unwrap();
        stored.address.as_str().to_owned()
    }

    /// Attaches a fresh PDF to a draft.
    pub(crate) async fn attach(&self, who: &Principal, draft: &Json, material: &str) -> Json {
        let object = self.uploaded(who, pdf(material)).await;
        let input = json!({
            "draft": draft, "material": material, "name": format!("{material}.pdf"), "object": object,
        });
        self.done(who, "casework.attach", input).await
    }

    /// A draft of the food business licence with everything that it needs.
    pub(crate) async fn food_draft(&self, agent: &Principal) -> Json {
        let on_behalf = self.on_behalf(agent).await;
        let input = json!({ "item": FOOD, "on_behalf": on_behalf, "form": food_form() });
        let draft = self.done(agent, "casework.save_draft", input).await["draft"].clone();
        for material in ["plan", "rules", "health"] {
            self.attach(agent, &draft, material).await;
        }
        draft
    }

    /// Sends a company's draft in.
    pub(crate) async fn sent(&self, agent: &Principal, draft: &Json) -> Json {
        self.done(agent, "casework.submit", json!({ "draft": draft })).await
    }

    /// A case of the food business licence.
    pub(crate) async fn food_case(&self, agent: &Principal) -> Json {
        let draft = self.food_draft(agent).await;
        self.sent(agent, &draft).await
    }

    /// A case of a person: outdoor advertising.
    pub(crate) async fn boards_case(&self, person: &Principal) -> Json {
        let input = json!({ "item": BOARDS, "form": boards_form() });
        let draft = self.done(person, "casework.save_draft", input).await["draft"].clone();
        for material in ["picture", "consent"] {
            self.attach(person, &draft, material).await;
        }
        self.done(person, "casework.submit", json!({ "draft": draft })).await
    }
}
