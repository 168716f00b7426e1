//! People of a house with one pack, for tests of what identity and casework do together.

use minshu_kernel::access::Principal;
use minshu_kernel::error::Failure;
use minshu_runtime::http::session::SessionToken;
use minshu_runtime::packs::PackSources;
use minshu_runtime::testing::{Browser, TestHouse, pack};
use minshu_server::capabilities;
use serde_json::{Value as Json, json};

pub const PASSWORD: &str = "榕树下的长凳 1997";

/// The pack of the benchmarks, with a supervisor who may open cases of other places.
fn packs() -> PackSources {
    const FOLDER: &str = "load-test";
    let head = include_str!("../../../load/packs/06-public-services/load-test/pack.toml");
    let role = "\n[[role]]\nid = \"supervisor\"\nname = { zh = \"督导员\", en = \"Supervisor\" }\n\
                may = [\"casework.read\", \"casework.break_glass\", \"identity.break_glass\", \"identity.review_openings\"]\n";
    let item = include_str!("../../../load/packs/06-public-services/load-test/items/request.toml");
    let item = item.replace("id    = \"decision\"", "id    = \"decision\"\nfour_eyes = true");
    let form = include_str!("../../../load/packs/06-public-services/load-test/forms/request.json");
    let whole = format!("{head}{role}");
    pack(
        FOLDER,
        &[("pack.toml", &whole), ("items/request.toml", &item), ("forms/request.json", form)],
    )
}

/// A house on each database that is there.
pub async fn houses() -> Vec<Place> {
    let houses = TestHouse::each(&capabilities, &packs()).await;
    houses.into_iter().map(|house| Place { house }).collect()
}

pub struct Place {
    pub house: TestHouse,
}

/// What a failure says, in short.
pub fn told(failure: &Failure) -> String {
    let fields = failure.fields.iter().map(|f| format!("{} {}", f.pointer, f.message.key));
    let fields = fields.collect::<Vec<_>>().join(", ");
    format!("{} [{fields}]", failure.code)
}

impl Place {
    pub async fn done(&self, who: &Principal, operation: &str, input: Json) -> Json {
        match self.house.act(who, operation, input).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{operation}: {} {:?}", told(&failure), failure.rule),
        }
    }

    pub async fn refused(&self, who: &Principal, operation: &str, input: Json) -> String {
        match self.house.act(who, operation, input).await {
            Ok(reply) => panic!("{operation} was done: {reply}"),
            Err(failure) => told(&failure),
        }
    }

    pub async fn asked(&self, who: &Principal, operation: &str, input: Json) -> Json {
        match self.house.ask(who, operation, input).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{operation}: {} {:?}", told(&failure), failure.rule),
        }
    }

    /// Makes somebody, with a role at a place where one is given, and answers the post.
    pub async fn person(&self, n: u32, role: Option<(&str, &str)>) -> Option<String> {
        let console = Principal::console();
        let mut post = None;
        if let Some((role, division)) = role {
            let name = format!("试验机构{n}");
            let organisation = json!({ "kind": "department", "name": name, "division": division });
            let made = self.done(&console, "identity.add_organisation", organisation).await;
            let made = self
                .done(
                    &console,
                    "identity.add_post",
                    json!({
                        "organisation": made["organisation"], "roles": [role],
                        "name": { "zh": "岗", "en": "Post" },
                    }),
                )
                .await;
            post = made["post"].as_str().map(str::to_owned);
        }
        let posts: Vec<&String> = post.iter().collect();
        let input = json!({
            "name": "试验人", "number": number(n), "phone": phone(n), "password": PASSWORD,
            "proved": true, "posts": posts,
        });
        self.done(&console, "identity.install_account", input).await;
        post
    }

    pub async fn token(&self, n: u32) -> String {
        let input = json!({ "phone": phone(n), "password": PASSWORD });
        let begun = self.done(&Principal::anonymous(), "identity.sign_in", input).await;
        begun["token"].as_str().unwrap().to_owned()
    }

    /// The principal of a fresh session.
    pub async fn who(&self, n: u32) -> Principal {
        let session = SessionToken { token: Some(self.token(n).await), bearer: true };
        (*self.house.house.principal(&session).await.unwrap()).clone()
    }

    pub async fn browser(&self, n: u32) -> Browser {
        Browser::with_session(&self.token(n).await)
    }

    /// Sends a case in; answers its id and number.
    pub async fn case(&self, who: &Principal, division: &str) -> (String, String) {
        let form = json!({ "request": { "division": division, "reason": "只给经办人看的话。" } });
        let draft = json!({ "item": "load-test.request", "form": form });
        let draft = self.done(who, "casework.save_draft", draft).await;
        let sent = self.done(who, "casework.submit", json!({ "draft": draft["draft"] })).await;
        let text = |name: &str| sent[name].as_str().unwrap().to_owned();
        (text("case"), text("number"))
    }

    /// Entries of the sealed audit chain: principal, operation, resource, outcome and rule, oldest first.
    pub async fn audit(&self) -> Vec<String> {
        self.house.settle().await;
        let sql = "SELECT principal, operation, resource_id, outcome, rule FROM platform_audit ORDER BY position";
        let rows = self.house.house.services.records.point(sql.into(), Vec::new()).await.unwrap();
        let text = |row: &minshu_kernel::records::Row, name: &str| row.get::<String>(name).unwrap();
        let names = ["principal", "operation", "resource_id", "outcome", "rule"];
        rows.iter().map(|row| names.map(|name| text(row, name)).join(" | ")).collect()
    }
}

pub fn phone(n: u32) -> String {
    format!("138591{n:05}")
}

fn number(n: u32) -> String {
    let seventeen = format!("35010219880612{n:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = seventeen.bytes().zip(weights);
    let sum: u32 = digits.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{seventeen}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}
