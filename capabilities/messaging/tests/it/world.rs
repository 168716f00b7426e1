//! A house with an office that closes files and a pack whose flow tells their owners. The office is a capability of
//! the tests: messaging knows no other one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use minshu_kernel::BoxFuture;
use minshu_kernel::access::{
    Authenticator, Basis, PermissionSet, PlatformRole, Principal, Resource,
};
use minshu_kernel::action::{Action, Decision, Query};
use minshu_kernel::capability::{Capability, Contract};
use minshu_kernel::ctx::{Ctx, Services};
use minshu_kernel::error::Failure;
use minshu_kernel::event::{Aggregate, Event};
use minshu_kernel::ids::{AccountId, OrganisationId, PersonId};
use minshu_kernel::text::LocalText;
use minshu_messaging::Messaging;
use minshu_runtime::packs::apply::{Operator, apply};
use minshu_runtime::packs::{Checked, PackSources, check, texts_of};
use minshu_runtime::testing::{Browser, TestHouse, head, pack};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Who holds the file; personal, so that it stands in no event.
pub(crate) const HOLDER: &str = "标记人甲13859107766";

/// The templates, each named alike in both languages.
pub(crate) const TEMPLATES: &str = r#"
[[messaging.template]]
id     = "closed"
tone   = "good"
title  = { zh = "{item}办好了，编号 {number}", en = "{item} is done, number {number}" }
text   = { zh = "{holder}的{item}已经办好。\n请在 {until} 以前来取。", en = "{item} of {holder} is done.\nPlease collect it by {until}." }
values = ["number", "file", "item", "holder", "until"]
link   = "/files/{file}?from=inbox"

[[messaging.template]]
id     = "lost"
tone   = "act"
title  = { zh = "{item}的材料请再交一次", en = "Please hand in the papers of {item} again" }
text   = { zh = "编号 {number}，{holder}，{until}。", en = "Number {number}, {holder}, {until}." }
values = ["number", "file", "item", "holder", "until"]
link   = "/files/{file}"
"#;

/// The head; the template is fixed, or chosen by an expression.
pub(crate) fn flow(template: &str) -> String {
    let owner = |name: &str| format!("{{ cel = \"has(event.{name}) ? event.{name} : ''\" }}");
    let flow = format!(
        r#"
[[flow]]
id = "tell"
on = "office.file.closed"
do = "messaging.send"

[[flow.lookup]]
name    = "file"
ask     = "office.file"
with    = {{ file = {{ cel = "event.file" }} }}
purpose = {{ zh = "在消息里写明事项", en = "To name the item in the message" }}

[flow.with]
template = {template}
about    = {{ cel = "'office.file:' + event.file" }}

[flow.with.to]
account      = {}
person       = {}
organisation = {}

[flow.with.values]
number = {{ cel = "event.number" }}
file   = {{ cel = "event.file" }}
holder = {{ cel = "lookup.file.holder" }}

[flow.with.names]
item = {{ cel = "lookup.file.name" }}

[flow.with.dues]
until = {{ cel = "event.until_ms" }}
"#,
        owner("owner_account"),
        owner("owner"),
        owner("owner_organisation"),
    );
    head("desk", &flow)
}

/// The pack that tells owners.
pub(crate) fn packs_of(template: &str, templates: &str) -> PackSources {
    let head = flow(template);
    pack("06-public-services/desk", &[("pack.toml", &head), ("messages/files.toml", templates)])
}

/// A file was closed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FileClosed {
    pub(crate) file: String,
    pub(crate) number: String,
    pub(crate) lost: bool,
    pub(crate) until_ms: i64,
    pub(crate) owner_account: Option<AccountId>,
    pub(crate) owner: Option<PersonId>,
    pub(crate) owner_organisation: Option<OrganisationId>,
}

impl Event for FileClosed {
    const TYPE: &'static str = "office.file.closed";
    const DOC: &'static str = "A file was closed.";
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Close {
    version: i64,
    closed: FileClosed,
}

impl Action for Close {
    const NAME: &'static str = "office.close";
    const DOC: &'static str = "Closes a file.";
    type Reply = Json;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Json>, Failure> {
        ctx.authorize(&Resource::platform())?;
        let about =
            Aggregate { kind: "office.file", id: self.closed.file.clone(), version: self.version };
        Decision::reply(json!({})).tell(&self.closed, about)
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct FileById {
    file: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct FileView {
    name: LocalText,
    holder: String,
}

impl Query for FileById {
    const NAME: &'static str = "office.file";
    const DOC: &'static str = "A file.";
    type Reply = FileView;

    async fn answer(self, ctx: &Ctx) -> Result<FileView, Failure> {
        ctx.authorize(&Resource::platform())?;
        let name = LocalText::new("食品<许可>", "Food <licence>");
        Ok(FileView { name, holder: HOLDER.to_owned() })
    }
}

/// Where people are reached: identity has this query in the house; each account has a telephone of its own here.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Contact {
    account: Option<AccountId>,
    person: Option<PersonId>,
    organisation: Option<OrganisationId>,
}

impl Query for Contact {
    const NAME: &'static str = "identity.contact";
    const DOC: &'static str = "Where people are reached.";
    type Reply = Json;

    async fn answer(self, ctx: &Ctx) -> Result<Json, Failure> {
        ctx.authorize(&Resource::platform())?;
        let point = |account| json!({ "account": account, "phone": HOLDER });
        let contacts: Vec<Json> = self.account.into_iter().map(point).collect();
        Ok(json!({ "contacts": contacts }))
    }
}

/// Who stands in for whom, by account: others of the post, and those above.
pub(crate) static STAND_INS: Mutex<Vec<(AccountId, bool, AccountId)>> = Mutex::new(Vec::new());

/// Who could stand in: identity has this query in the house.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct StandIns {
    account: AccountId,
    role: Option<String>,
}

impl Query for StandIns {
    const NAME: &'static str = "identity.stand_ins";
    const DOC: &'static str = "Who could stand in.";
    type Reply = Json;

    async fn answer(self, ctx: &Ctx) -> Result<Json, Failure> {
        ctx.authorize(&Resource::platform())?;
        let known = STAND_INS.lock().unwrap();
        let fits = |(of, above, _): &&(AccountId, bool, AccountId)| {
            *of == self.account && *above == self.role.is_some()
        };
        let accounts: Vec<AccountId> = known.iter().filter(fits).map(|known| known.2).collect();
        Ok(json!({ "accounts": accounts }))
    }
}

/// The office of the tests; it knows sessions too.
#[derive(Default)]
pub(crate) struct Office {
    sessions: Mutex<HashMap<String, Arc<Principal>>>,
}

struct Door(Arc<Office>);

impl Capability for Door {
    fn name(&self) -> &'static str {
        "office"
    }

    fn describe(&self, contract: &mut Contract) {
        contract
            .action::<Close>()
            .query::<FileById>()
            .query::<Contact>()
            .query::<StandIns>()
            .event::<FileClosed>();
        contract.platform_roles.push(PlatformRole {
            id: "platform.operator",
            name: ("运维员", "Operator"),
            may: &["messaging.operate"],
        });
        contract.permission_sets.push(PermissionSet {
            id: "office.system",
            name: ("结案", "Close files"),
            basis: Basis::System,
            may: &["office.close", "office.file", "identity.contact", "identity.stand_ins"],
        });
    }

    fn authenticator(&self, _services: &Services) -> Option<Arc<dyn Authenticator>> {
        Some(Arc::new(Sessions(self.0.clone())))
    }
}

struct Sessions(Arc<Office>);

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

pub(crate) fn capabilities_with(office: &Arc<Office>) -> Vec<Arc<dyn Capability>> {
    vec![Arc::new(Messaging), Arc::new(Door(office.clone()))]
}

/// Checks packs against the capabilities of the tests.
pub(crate) fn checked(packs: &PackSources) -> Result<Checked, String> {
    let capabilities = capabilities_with(&Arc::default());
    let contract = minshu_runtime::house::describe(&capabilities);
    let texts = texts_of(&contract).map_err(|error| error.to_string())?;
    check(packs, &capabilities, &contract, &texts).map_err(|problems| {
        let folder = "06-public-services/desk/";
        let lines: Vec<String> =
            problems.iter().map(|p| p.to_string().replace(folder, "")).collect();
        lines.join("\n")
    })
}

/// A house with people.
pub(crate) struct World {
    pub(crate) house: TestHouse,
    office: Arc<Office>,
}

/// On every database that is there.
pub(crate) async fn worlds() -> Vec<World> {
    let office = Arc::new(Office::default());
    let packs = packs_of("\"closed\"", TEMPLATES);
    let houses = TestHouse::each(&|| capabilities_with(&office), &packs).await;
    // No flow has run yet: they began with their set.
    houses.into_iter().map(|house| World { house, office: office.clone() }).collect()
}

/// On SQLite alone, with a pack.
pub(crate) async fn world_with(packs: PackSources) -> World {
    let office = Arc::new(Office::default());
    let house = TestHouse::sqlite(capabilities_with(&office), packs).await;
    World { house, office }
}

/// On SQLite alone.
pub(crate) async fn world() -> World {
    world_with(packs_of("\"closed\"", TEMPLATES)).await
}

impl World {
    /// Puts packs in force.
    pub(crate) async fn apply(&self, packs: PackSources) {
        apply(&self.house.house, packs, Operator::default()).await.unwrap();
    }

    /// A file of somebody, closed as the pack's flow will see it.
    pub(crate) async fn close(&self, file: FileClosed, version: i64) {
        let input = json!({ "version": version, "closed": file });
        self.house.act(&Principal::console(), "office.close", input).await.unwrap();
    }

    /// A file that belongs to nobody yet.
    pub(crate) fn file(&self, number: &str) -> FileClosed {
        FileClosed {
            file: self.house.house.services.ids.next().to_string(),
            number: number.to_owned(),
            lost: false,
            until_ms: 1_773_504_000_000,
            owner_account: None,
            owner: None,
            owner_organisation: None,
        }
    }

    /// A file of an account and its person.
    pub(crate) fn file_of(&self, who: &Principal, number: &str) -> FileClosed {
        FileClosed { owner_account: who.account(), owner: who.person, ..self.file(number) }
    }

    /// Tells somebody of one file and settles.
    pub(crate) async fn tell(&self, who: &Principal, number: &str) {
        self.close(self.file_of(who, number), 1).await;
        self.house.settle().await;
    }

    pub(crate) async fn asked(&self, who: &Principal, operation: &str, input: Json) -> Json {
        self.house.ask(who, operation, input).await.unwrap()
    }

    /// One's messages.
    pub(crate) async fn inbox(&self, who: &Principal) -> Vec<Json> {
        let found = self.asked(who, "messaging.inbox", json!({ "limit": 100 })).await;
        found["messages"].as_array().unwrap().clone()
    }

    /// How many are unread.
    pub(crate) async fn unread(&self, who: &Principal) -> i64 {
        let found = self.asked(who, "messaging.unread_count", json!({})).await;
        found["count"].as_i64().unwrap()
    }

    /// A browser that is signed in.
    pub(crate) fn browser(&self, who: &Principal) -> Browser {
        let token = self.house.house.services.ids.next().to_string();
        self.office.sessions.lock().unwrap().insert(token.clone(), Arc::new(who.clone()));
        Browser::with_session(&token)
    }

    /// Every row of a query, for what no query tells.
    pub(crate) async fn scan(&self, sql: &str) -> Vec<minshu_kernel::records::Row> {
        let records = &self.house.house.services.records;
        records.scan(sql.to_owned().into(), Vec::new()).await.unwrap()
    }
}

/// Titles in Chinese.
pub(crate) fn titles(messages: &[Json]) -> Vec<&str> {
    messages.iter().map(|message| message["title"]["zh"].as_str().unwrap()).collect()
}
