//! A house with identity and licences, a pack with two types, and offices.

use std::sync::{Arc, LazyLock};

use minshu_identity::Identity;
use minshu_kernel::access::Principal;
use minshu_kernel::capability::Capability;
use minshu_kernel::error::Failure;
use minshu_licences::Licences;
use minshu_licences::layout::Fonts;
use minshu_runtime::packs::PackSources;
use minshu_runtime::testing::{TestHouse, head, pack};
use serde_json::{Value as Json, json};

pub(crate) const PASSWORD: &str = "榕树下的长凳 1997";
pub(crate) const COMPANY: &str = "91350102MA31EXAM3C";

/// Two types, an issuer each, and offices.
pub(crate) const TYPES: &str = r#"
[[role]]
id = "issuer"
name = { zh = "签发", en = "Issuer" }
may = ["licences.issue", "identity.counter"]

[[role]]
id = "overseer"
name = { zh = "监管", en = "Overseer" }
may = ["licences.oversee"]

[[role]]
id = "keeper"
name = { zh = "印章", en = "Seals" }
may = ["licences.seal"]

[[role]]
id = "verifier"
name = { zh = "查验", en = "Verifier" }
may = ["licences.lookup"]

[[licences.issuer]]
id = "market"
name = { zh = "福州市鼓楼区市场监督管理局", en = "Market office" }
uscc = "11350102MB1A2C3D0G"
division = "350102"

[[licences.type]]
id = "food"
name = { zh = "食品经营许可证", en = "Food business licence" }
owner = { uscc = "11100000MB0143028R", name = { zh = "总局", en = "Administration" } }
code = "027"
holder = "organisation"
issuers = ["market"]
four_eyes = ["revoke"]
layout = "plain"
validity = { years = 5 }
retention = { years = 10, basis = { zh = "档案", en = "Archives" } }

[[licences.type.field]]
id = "place"
name = { zh = "经营场所", en = "Premises" }
shown = true

[[licences.type.field]]
id = "manager"
name = { zh = "食品安全管理员", en = "Manager" }
personal = true

[[licences.type.from]]
item = "window.food"
holder_name = "/company/name"
holder_number = "/company/uscc"
division = "/division"
values = { place = "/address", manager = "/people" }
words = { manager = { shen = "沈志强" } }

[[licences.type]]
id = "birth"
name = { zh = "出生医学证明", en = "Certificate of birth" }
owner = { uscc = "11100000000014023J", name = { zh = "卫健委", en = "Health commission" } }
code = "010"
holder = "person"
issuers = ["market"]
moves = ["withdraw"]
layout = "plain"
validity = { until = "last" }
retention = { basis = { zh = "永久", en = "For ever" } }

[[licences.type.field]]
id = "place"
name = { zh = "出生地点", en = "Place" }
shown = true

[[licences.type.field]]
id = "last"
name = { zh = "有效期", en = "Last day" }
kind = "date"
"#;

pub(crate) const LAYOUT: &str = r#"
[[licences.layout]]
id = "plain"
[licences.layout.template]
title = "{type_name}"
[licences.layout.template.page]
width = 210
height = 148
[[licences.layout.template.box]]
at = [20, 20]
size = [170, 20]
text = "{type_name} {identifier} {check}"
[[licences.layout.template.box]]
at = [20, 50]
size = [170, 40]
text = "{holder_name} {holder_number} {place} {valid_until}"
[[licences.layout.template.box]]
at = [140, 95]
size = [40, 40]
seal = true
"#;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let read = |file: &str| {
        let path = format!("{}/../../web/dist/fonts/{file}", env!("CARGO_MANIFEST_DIR"));
        (file.to_owned(), std::fs::read(path).unwrap())
    };
    Fonts::new(vec![read("source-han-sans-cn.otf"), read("source-sans-3.ttf")]).unwrap()
});

pub(crate) fn capabilities() -> Vec<Arc<dyn Capability>> {
    vec![Arc::new(Identity), Arc::new(Licences::new(Some(FONTS.clone())))]
}

pub(crate) fn packs() -> PackSources {
    pack("library", &[("pack.toml", &head("library", TYPES)), ("layouts/plain.toml", LAYOUT)])
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

pub(crate) fn told(failure: &Failure) -> String {
    let fields: Vec<String> =
        failure.fields.iter().map(|f| format!("{} {}", f.pointer, f.message.key)).collect();
    format!("{} [{}]", failure.code, fields.join(", "))
}

impl World {
    pub(crate) async fn done(&self, who: &Principal, operation: &str, input: Json) -> Json {
        match self.house.act(who, operation, input).await {
            Ok(reply) => reply,
            Err(failure) => panic!("{operation}: {} {failure}", told(&failure)),
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
            Err(failure) => panic!("{operation}: {} {failure:?}", told(&failure)),
        }
    }

    /// An account with posts at the console, and its token.
    pub(crate) async fn token(&self, sequence: u32, roles: &[&str]) -> String {
        let console = Principal::console();
        let mut posts = Vec::new();
        for role in roles {
            let office = json!({ "kind": "department", "name": format!("机构{sequence}{role}"), "division": "350102" });
            let office = self.done(&console, "identity.add_organisation", office).await;
            let post = json!({ "organisation": office["organisation"], "name": { "zh": "岗", "en": "Post" }, "roles": [role] });
            posts.push(self.done(&console, "identity.add_post", post).await["post"].clone());
        }
        let phone = format!("138591{sequence:05}");
        let account = json!({
            "name": "林晓燕", "number": number(sequence), "phone": phone, "password": PASSWORD, "proved": true, "posts": posts,
        });
        self.done(&console, "identity.install_account", account).await;
        let input = json!({ "phone": phone, "password": PASSWORD });
        let begun = self.done(&Principal::anonymous(), "identity.sign_in", input).await;
        begun["token"].as_str().unwrap().to_owned()
    }

    /// Another session of somebody.
    pub(crate) async fn token_again(&self, sequence: u32) -> String {
        let input = json!({ "phone": format!("138591{sequence:05}"), "password": PASSWORD });
        let begun = self.done(&Principal::anonymous(), "identity.sign_in", input).await;
        begun["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn person(&self, sequence: u32, roles: &[&str]) -> Principal {
        let token = self.token(sequence, roles).await;
        self.principal(&token).await
    }

    pub(crate) async fn principal(&self, token: &str) -> Principal {
        let authenticator = Identity.authenticator(&self.house.house.services).unwrap();
        (*authenticator.principal(token).await.unwrap().unwrap()).clone()
    }

    /// The market office's seal, wanted by one and confirmed by another.
    pub(crate) async fn seal(&self) {
        let first = self.person(901, &["library.keeper"]).await;
        let second = self.person(902, &["library.keeper"]).await;
        let input =
            json!({ "issuer": "library.market", "types": ["library.food", "library.birth"] });
        let wanted = self.done(&first, "licences.propose_seal", input).await;
        self.done(&second, "licences.approve_seal", json!({ "seal": wanted["seal"] })).await;
    }
}

/// The input that issues a food licence.
pub(crate) fn food() -> Json {
    json!({
        "type": "library.food",
        "holder": { "name": "福州榕味餐饮有限公司", "number": COMPANY },
        "values": { "place": "中山路 18 号", "manager": "沈志强" },
        "division": "350102",
    })
}
