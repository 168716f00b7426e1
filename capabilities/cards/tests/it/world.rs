//! A house with identity and cards, a pack with kinds and a bus terminal, a library with its own terminal.

use std::sync::Arc;

use minshu_cards::Cards;
use minshu_identity::Identity;
use minshu_kernel::access::Principal;
use minshu_kernel::capability::Capability;
use minshu_kernel::error::Failure;
use minshu_runtime::packs::PackSources;
use minshu_runtime::testing::{Browser, TestHouse, head, pack};
use serde_json::{Value as Json, json};

pub(crate) const PASSWORD: &str = "榕树下的长凳 1997";

/// Kinds, a counter and a bus.
pub(crate) const KINDS: &str = r#"
[[role]]
id = "clerk"
name = { zh = "窗口", en = "Counter" }
may = ["cards.counter", "identity.counter"]

[[role]]
id = "bus"
name = { zh = "车载终端", en = "Bus" }
may = ["cards.terminal"]

[[cards.kind]]
id = "social-security"
name = { zh = "社会保障卡", en = "Social security card" }
issuer = { zh = "人社部门", en = "Social security office" }
lengths = [9]
signs = "digits-and-letters"

[[cards.kind]]
id = "transit"
name = { zh = "公交卡", en = "Transit card" }
issuer = { zh = "公交公司", en = "Bus company" }
lengths = [16]
check = "luhn"
most = 2

[[cards.purpose]]
id = "ride"
name = { zh = "乘车", en = "Riding the bus" }
kinds = ["social-security", "transit"]
"#;

const LIBRARY: &str = r#"
[[role]]
id = "desk"
name = { zh = "借阅台", en = "Desk" }
may = ["cards.terminal"]

[[cards.purpose]]
id = "loan"
name = { zh = "借书", en = "Borrowing books" }
kinds = ["multicard.social-security"]
"#;

pub(crate) const SOCIAL: &str = "A12345678";
pub(crate) const TRANSIT: &str = "4111111111111111";

pub(crate) fn capabilities() -> Vec<Arc<dyn Capability>> {
    vec![Arc::new(Identity), Arc::new(Cards)]
}

pub(crate) fn packs() -> PackSources {
    let mut packs = pack("multicard", &[("pack.toml", &head("multicard", KINDS))]);
    packs.packs.extend(pack("library", &[("pack.toml", &head("library", LIBRARY))]).packs);
    packs
}

pub(crate) struct World {
    pub(crate) house: TestHouse,
}

pub(crate) async fn worlds() -> Vec<World> {
    let houses = TestHouse::each(&capabilities, &packs()).await;
    houses.into_iter().map(|house| World { house }).collect()
}

pub(crate) async fn world() -> World {
    World { house: TestHouse::sqlite(capabilities(), packs()).await }
}

/// A good citizen identity number of somebody born on 1988-06-12 in Gulou, by sequence.
pub(crate) fn number(sequence: u32) -> String {
    let seventeen = format!("35010219880612{sequence:03}");
    format!("{seventeen}{}", minshu_kernel::codes::citizen::check_character(&seventeen))
}

fn told(failure: &Failure) -> String {
    let fields: Vec<String> =
        failure.fields.iter().map(|f| format!("{} {}", f.pointer, f.message.key)).collect();
    format!("{} [{}]", failure.code, fields.join(", "))
}

impl World {
    pub(crate) async fn done(&self, who: &Principal, operation: &str, input: Json) -> Json {
        match self.house.act(who, operation, input).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{operation}: {}", told(&failure)),
        }
    }

    pub(crate) async fn refused(&self, who: &Principal, operation: &str, input: Json) -> String {
        match self.house.act(who, operation, input).await {
            Ok(reply) => panic!("{operation} was done: {reply}"),
            Err(failure) => told(&failure),
        }
    }

    pub(crate) async fn asked(&self, who: &Principal, operation: &str, input: Json) -> Json {
        match self.house.ask(who, operation, input).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{operation}: {}", told(&failure)),
        }
    }

    /// An account with posts at the console, and its token.
    pub(crate) async fn token(&self, sequence: u32, proved: bool, roles: &[&str]) -> String {
        let console = Principal::console();
        let mut posts = Vec::new();
        for role in roles {
            let office = json!({ "kind": "department", "name": format!("机构{sequence}"), "division": "350102" });
            let office = self.done(&console, "identity.add_organisation", office).await;
            let post = json!({ "organisation": office["organisation"], "name": { "zh": "岗", "en": "Post" }, "roles": [role] });
            posts.push(self.done(&console, "identity.add_post", post).await["post"].clone());
        }
        let phone = format!("138591{sequence:05}");
        let account = json!({
            "name": "林晓燕", "number": number(sequence), "phone": phone, "password": PASSWORD, "proved": proved, "posts": posts,
        });
        self.done(&console, "identity.install_account", account).await;
        let input = json!({ "phone": phone, "password": PASSWORD });
        let begun = self.done(&Principal::anonymous(), "identity.sign_in", input).await;
        begun["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn person(&self, sequence: u32, proved: bool, roles: &[&str]) -> Principal {
        let token = self.token(sequence, proved, roles).await;
        let authenticator = Identity.authenticator(&self.house.house.services).unwrap();
        (*authenticator.principal(&token).await.unwrap().unwrap()).clone()
    }

    pub(crate) async fn browser(&self, sequence: u32, proved: bool, roles: &[&str]) -> Browser {
        Browser::with_session(&self.token(sequence, proved, roles).await)
    }

    /// What a terminal learns: how the card stands, and the holder.
    pub(crate) async fn resolved(&self, who: &Principal, purpose: &str, number: &str) -> Json {
        let input = json!({ "purpose": purpose, "number": number });
        self.asked(who, "cards.resolve", input).await
    }
}
