//! A house with one pack that declares a clerk, people in it, and short ways to act as them.

use std::sync::Arc;

use minshu_identity::Identity;
use minshu_kernel::access::Principal;
use minshu_kernel::capability::Capability;
use minshu_kernel::error::Failure;
use minshu_runtime::packs::PackSources;
use minshu_runtime::testing::{Browser, TestHouse, head, pack};
use serde_json::{Value as Json, json};

/// The password that people of the tests have.
pub(crate) const PASSWORD: &str = "榕树下的长凳 1997";

/// A milliseconds' day.
pub(crate) const DAY: i64 = 86_400_000;

/// The capability under test, alone.
pub(crate) fn capabilities() -> Vec<Arc<dyn Capability>> {
    vec![Arc::new(Identity)]
}

/// A pack whose clerk stands at the counter.
pub(crate) fn packs() -> PackSources {
    let role = "[[role]]\nid = \"clerk\"\nname = { zh = \"受理员\", en = \"Clerk\" }\nmay = [\"identity.counter\"]\n";
    pack("gov-single-window", &[("pack.toml", &head("gov-single-window", role))])
}

/// A house and its operators.
pub(crate) struct World {
    pub(crate) house: TestHouse,
}

/// Every database that is there.
pub(crate) async fn worlds() -> Vec<World> {
    let houses = TestHouse::each(&capabilities, &packs()).await;
    houses.into_iter().map(|house| World { house }).collect()
}

/// On SQLite alone.
pub(crate) async fn world() -> World {
    World { house: TestHouse::sqlite(capabilities(), packs()).await }
}

/// A good citizen identity number of somebody born on 1988-06-12 in Gulou, by sequence.
pub(crate) fn number(sequence: u32) -> String {
    let seventeen = format!("35010219880612{sequence:03}");
    let sum: u32 = seventeen
        .bytes()
        .zip([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let check = b"10X98765432"[(sum % 11) as usize];
    format!("{seventeen}{}", char::from(check))
}

/// A good mobile number, by sequence.
pub(crate) fn phone(sequence: u32) -> String {
    format!("138591{sequence:05}")
}

/// What a failure says: its code and the places of its fields.
pub(crate) fn told(failure: &Failure) -> String {
    let places: Vec<String> = failure
        .fields
        .iter()
        .map(|field| format!("{} {}", field.pointer, field.message.key))
        .collect();
    format!("{} [{}]", failure.code, places.join(", "))
}

impl World {
    /// Does an action and expects it done.
    pub(crate) async fn done(&self, who: &Principal, operation: &str, input: Json) -> Json {
        match self.house.act(who, operation, input).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{operation}: {}", told(&failure)),
        }
    }

    /// Does an action and expects it refused.
    pub(crate) async fn refused(&self, who: &Principal, operation: &str, input: Json) -> String {
        match self.house.act(who, operation, input).await {
            Ok(reply) => panic!("{operation} was done: {reply}"),
            Err(failure) => told(&failure),
        }
    }

    /// Asks a query and expects an answer.
    pub(crate) async fn asked(&self, who: &Principal, operation: &str, input: Json) -> Json {
        match self.house.ask(who, operation, input).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{operation}: {}", told(&failure)),
        }
    }

    /// Makes an account at the console and answers its id.
    pub(crate) async fn account(&self, sequence: u32, proved: bool, posts: &[&str]) -> String {
        let input = json!({
            "name": "林晓燕", "number": number(sequence), "phone": phone(sequence),
            "password": PASSWORD, "proved": proved, "posts": posts,
        });
        let made = self.done(&Principal::console(), "identity.install_account", input).await;
        made["account"].as_str().unwrap().to_owned()
    }

    /// Signs in and answers the session's token.
    pub(crate) async fn token(&self, sequence: u32) -> String {
        let input = json!({ "phone": phone(sequence), "password": PASSWORD });
        let begun = self.done(&Principal::anonymous(), "identity.sign_in", input).await;
        begun["token"].as_str().unwrap().to_owned()
    }

    /// The principal of a token, as a request of this instant would have it.
    pub(crate) async fn principal(&self, token: &str) -> Option<Principal> {
        let authenticator = Identity.authenticator(&self.house.house.services).unwrap();
        authenticator.principal(token).await.unwrap().map(|principal| (*principal).clone())
    }

    /// Signs in and answers the principal.
    pub(crate) async fn signed_in(&self, sequence: u32) -> Principal {
        let token = self.token(sequence).await;
        self.principal(&token).await.unwrap()
    }

    /// A browser that is signed in.
    pub(crate) async fn browser(&self, sequence: u32) -> Browser {
        Browser::with_session(&self.token(sequence).await)
    }

    /// Enters a department at a place and answers its id.
    pub(crate) async fn department(&self, name: &str, division: &str) -> String {
        let input = json!({ "kind": "department", "name": name, "division": division });
        let made = self.done(&Principal::console(), "identity.add_organisation", input).await;
        made["organisation"].as_str().unwrap().to_owned()
    }

    /// Makes a post that grants a role and answers its id.
    pub(crate) async fn post(&self, organisation: &str, role: &str) -> String {
        let input = json!({
            "organisation": organisation, "name": { "zh": "岗", "en": "Post" }, "roles": [role],
        });
        let made = self.done(&Principal::console(), "identity.add_post", input).await;
        made["post"].as_str().unwrap().to_owned()
    }

    /// Somebody who holds a post of an own department with a role at a place.
    pub(crate) async fn officer(&self, sequence: u32, role: &str, division: &str) -> Principal {
        let organisation = self.department("试验机构", division).await;
        let post = self.post(&organisation, role).await;
        self.account(sequence, true, &[&post]).await;
        self.signed_in(sequence).await
    }

    /// Moves the clock on.
    pub(crate) fn later(&self, ms: i64) {
        self.house.clock.advance(ms);
    }
}
