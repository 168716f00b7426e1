//! What a scenario knows while it runs: its server, its people, the application in hand, the last answer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use crate::client::{Answer, Api, Browser};
use crate::database::{Engine, Postgres, Tampered};
use crate::packs::{Item, Pack};
use crate::people::{People, Person};
use crate::places::Places;
use crate::server::Server;
use crate::trouble::{Outcome, Trouble};

/// Whoever looks at pages without an account.
pub const VISITOR: &str = "访客";

/// What all scenarios of a run on one database share.
#[derive(Debug)]
pub struct Setup {
    /// The server's binary.
    pub binary: PathBuf,
    /// The packs' root.
    pub packs: PathBuf,
    /// A running server and its data folder, where none is to be started.
    pub running: Option<(String, PathBuf)>,
    /// The database.
    pub engine: Engine,
    /// The PostgreSQL server, for runs on it.
    pub postgres: Option<Postgres>,
    /// Divisions by name.
    pub places: Places,
    /// The build and the packs' hash that the servers tell.
    pub build: OnceLock<(String, String)>,
}

/// An application that is being filled in.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// The item.
    pub item: Item,
    /// The form as filled in so far.
    pub form: Value,
    /// The company on whose behalf.
    pub company: Option<String>,
}

/// How an item's application is filled in rightly, as a feature's background tells it.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Fields and what is written there.
    pub fields: Vec<(String, String)>,
    /// Materials and what file is handed in.
    pub materials: Vec<(String, String)>,
}

/// A case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// The last version that was seen.
    pub version: i64,
}

/// The state of a scenario.
#[derive(Default)]
pub struct World {
    setup: Option<Arc<Setup>>,
    pack: Option<Pack>,
    server: Option<Server>,
    api: Option<Api>,
    people: Option<People>,
    tokens: BTreeMap<String, String>,
    /// The browsers that people have open.
    pub browsers: BTreeMap<String, Browser>,
    /// The divisions that officers serve, by the officer's name.
    pub divisions: BTreeMap<String, String>,
    /// Ids of companies, by name.
    pub organisations: BTreeMap<String, String>,
    /// How applications are filled in, by the item's name.
    pub samples: BTreeMap<String, Sample>,
    /// The application in hand.
    pub draft: Option<Draft>,
    /// The item of the last application.
    pub item: Option<Item>,
    /// The case that is talked of.
    pub case: Option<Case>,
    /// What is known of the licence that is talked of: ids, codes.
    pub licence: BTreeMap<&'static str, String>,
    /// What was answered last.
    pub last: Option<Answer>,
    /// Answers of things done at the same time, each with who did it.
    pub together: Vec<(String, Answer)>,
    /// The entry that was tampered with.
    pub tampered: Option<Tampered>,
    /// Whether the last packs were put in force, and what the program said.
    pub said: Option<(bool, String)>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("draft", &self.draft)
            .field("case", &self.case)
            .finish_non_exhaustive()
    }
}

impl cucumber::World for World {
    type Error = std::convert::Infallible;

    async fn new() -> Result<Self, Self::Error> {
        Ok(World::default())
    }
}

impl World {
    /// Begins a scenario of a pack: a server of its own, or the running one.
    pub async fn begin(&mut self, setup: Arc<Setup>, pack: Pack) -> Outcome {
        let server = match &setup.running {
            Some((address, data)) => Server::running(&setup.binary, &setup.packs, address, data),
            None => {
                let url = match &setup.postgres {
                    Some(postgres) => Some(postgres.fresh().await?),
                    None => None,
                };
                Server::start(&setup.binary, &setup.packs, url).await?
            }
        };
        let varied = setup.running.is_some();
        self.people = Some(if varied { People::varied() } else { People::fixed() });
        self.api = Some(Api::at(server.address())?);
        self.server = Some(server);
        self.pack = Some(pack);
        if setup.build.get().is_none() {
            let told = self.api()?.get(None, "/api/platform/build").await?.expect("版本")?;
            let text = |key: &str| told.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
            let _ = setup.build.set((text("build"), text("packs")));
        }
        self.setup = Some(setup);
        Ok(())
    }

    /// Ends the scenario: its database goes with its server.
    pub async fn end(&mut self) -> Outcome {
        let Some(server) = self.server.take() else { return Ok(()) };
        let url = server.database_url().map(str::to_owned);
        drop(server);
        if let (Some(url), Some(postgres)) =
            (url, self.setup.as_ref().and_then(|s| s.postgres.as_ref()))
        {
            postgres.discard(&url).await?;
        }
        Ok(())
    }

    /// The pack whose scenario runs.
    pub fn pack(&self) -> Result<&Pack, Trouble> {
        self.pack.as_ref().ok_or_else(not_begun)
    }

    /// The folder of the packs.
    pub fn packs(&self) -> Result<&std::path::Path, Trouble> {
        self.setup.as_ref().map(|setup| setup.packs.as_path()).ok_or_else(not_begun)
    }

    /// The server.
    pub fn server(&mut self) -> Result<&mut Server, Trouble> {
        self.server.as_mut().ok_or_else(not_begun)
    }

    /// The API.
    pub fn api(&self) -> Result<&Api, Trouble> {
        self.api.as_ref().ok_or_else(not_begun)
    }

    /// After a restart the server listens elsewhere; sessions live on, open pages are gone.
    pub fn follow_address(&mut self) -> Outcome {
        let address = self.server()?.address().to_owned();
        self.api = Some(Api::at(&address)?);
        self.browsers.clear();
        Ok(())
    }

    /// A person by name.
    pub fn person(&mut self, name: &str) -> Result<Person, Trouble> {
        Ok(self.people.as_mut().ok_or_else(not_begun)?.person(name))
    }

    /// A company's unified social credit code.
    pub fn company(&mut self, name: &str) -> Result<String, Trouble> {
        Ok(self.people.as_mut().ok_or_else(not_begun)?.company(name))
    }

    /// A division's code by its name.
    pub async fn place(&self, name: &str) -> Result<String, Trouble> {
        let setup = self.setup.as_ref().ok_or_else(not_begun)?;
        setup.places.code(self.api()?.base(), name).await
    }

    /// The item of this pack with this name.
    pub fn item_named(&self, name: &str) -> Result<Item, Trouble> {
        let item = self.pack()?.items.get(name).cloned();
        item.ok_or_else(|| Trouble::story(format!("业务包里没有事项“{name}”")))
    }

    /// The session of a person, signed in when first needed.
    pub async fn token(&mut self, name: &str) -> Result<String, Trouble> {
        if let Some(token) = self.tokens.get(name) {
            return Ok(token.clone());
        }
        let person = self.person(name)?;
        let input = json!({ "phone": person.phone, "password": person.password });
        let reply = self.api()?.act(None, "identity.sign_in", &input, None).await?;
        let reply = reply.expect(&format!("{name}登录"))?;
        let token = string(&reply, "token")?;
        self.tokens.insert(name.to_owned(), token.clone());
        Ok(token)
    }

    /// Sessions end with time and by choice: the next thing that anybody does begins a new one.
    pub fn forget_sessions(&mut self) {
        self.tokens.clear();
        self.browsers.clear();
    }

    /// A session that was begun otherwise than by the person's first password is gone on with.
    pub fn keep_session(&mut self, name: &str, token: String) {
        self.browsers.remove(name);
        self.tokens.insert(name.to_owned(), token);
    }

    /// One person's session is forgotten.
    pub fn forget_session(&mut self, name: &str) -> Option<String> {
        self.browsers.remove(name);
        self.tokens.remove(name)
    }

    /// Does an action as somebody, and keeps the answer.
    pub async fn act(
        &mut self,
        who: &str,
        operation: &str,
        input: Value,
    ) -> Result<Answer, Trouble> {
        let token = self.token(who).await?;
        let answer = self.api()?.act(Some(&token), operation, &input, None).await?;
        self.last = Some(answer.clone());
        Ok(answer)
    }

    /// Asks a query as somebody.
    pub async fn ask(
        &mut self,
        who: &str,
        operation: &str,
        pairs: &[(&str, &str)],
    ) -> Result<Answer, Trouble> {
        let token = self.token(who).await?;
        self.api()?.ask(Some(&token), operation, pairs).await
    }

    /// The browser of somebody who is signed in through the page; [`VISITOR`] is not.
    pub async fn browser(&mut self, who: &str) -> Result<&mut Browser, Trouble> {
        if who == VISITOR && !self.browsers.contains_key(who) {
            let browser = Browser::at(self.api()?.base())?;
            self.browsers.insert(who.to_owned(), browser);
        }
        if !self.browsers.contains_key(who) {
            let person = self.person(who)?;
            let mut browser = Browser::at(self.api()?.base())?;
            browser.open("/sign-in").await?;
            let mut form = browser.form("/sign-in")?;
            form.set("phone", &person.phone);
            form.set("password", &person.password);
            let page = browser.send(&form).await?;
            if page.status != 200 || page.path == "/sign-in" {
                return Err(Trouble::story(format!("{who}没有登录成功：{}", page.text())));
            }
            self.browsers.insert(who.to_owned(), browser);
        }
        self.browsers.get_mut(who).ok_or_else(not_begun)
    }

    /// The application in hand.
    pub fn draft(&mut self) -> Result<&mut Draft, Trouble> {
        self.draft.as_mut().ok_or_else(|| Trouble::story("还没有开始申请"))
    }

    /// The case that is talked of.
    pub fn case(&self) -> Result<Case, Trouble> {
        self.case.clone().ok_or_else(|| Trouble::story("还没有办件"))
    }

    /// What was answered last.
    pub fn last(&self) -> Result<&Answer, Trouble> {
        self.last.as_ref().ok_or_else(|| Trouble::story("还什么都没有做"))
    }
}

fn not_begun() -> Trouble {
    Trouble::story("场景还没有开始")
}

/// A text member of a reply.
pub fn string(reply: &Value, key: &str) -> Result<String, Trouble> {
    let found = reply.get(key).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| Trouble::Server(format!("答复里没有 {key}：{reply}")))
}

/// A number of a reply.
pub fn number(reply: &Value, key: &str) -> Result<i64, Trouble> {
    let found = reply.get(key).and_then(Value::as_i64);
    found.ok_or_else(|| Trouble::Server(format!("答复里没有 {key}：{reply}")))
}
