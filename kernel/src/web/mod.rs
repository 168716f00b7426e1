//! Pages: routes on `http` types, a page's body, a visit with its form. The runtime wraps the shell
//! (header, navigation, footer) around a body; a capability extends no layout.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use crate::BoxFuture;
use crate::access::Principal;
use crate::action::{Action, Query};
use crate::capability::PanelEntry;
use crate::ctx::{self, Call, Ctx, Door, Services};
use crate::error::{Failure, FieldProblem};
use crate::ids::RequestId;
use crate::objects::{Body, Limits, ObjectsError, Stored};
use crate::text::{Lang, Message, Speaker};

/// Rendered HTML: only templates make it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Markup(pub String);

impl Markup {
    /// Renders a template.
    pub fn of(template: &impl askama::Template) -> Result<Markup, Failure> {
        template.render().map(Markup).map_err(Failure::internal)
    }
}

impl std::fmt::Display for Markup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

#[derive(askama::Template)]
#[template(
    source = r#"{% if chinese %}<span lang="zh-CN">{{ text }}</span>{% else %}{{ text }}{% endif %}"#,
    ext = "html"
)]
struct Named<'a> {
    chinese: bool,
    text: &'a str,
}

impl Speaker {
    /// A text that is the same in every language: a name, what somebody typed. On a page in another language a
    /// Chinese one says so, for whoever hears the page (WCAG 3.1.2).
    pub fn named(&self, text: &str) -> Markup {
        let han = |c| ('\u{3400}'..='\u{9fff}').contains(&c);
        let chinese = self.lang != Lang::Zh && text.chars().any(han);
        // A template over a text only fails where formatting fails, which writing to a `String` does not.
        Markup(askama::Template::render(&Named { chinese, text }).unwrap_or_default())
    }
}

/// A page without its shell.
#[derive(Debug, Clone)]
pub struct Page {
    /// The document's title.
    pub title: String,
    /// The body.
    pub body: Markup,
    /// The HTTP status.
    pub status: u16,
    /// The template's name, for the inventory of pages.
    pub name: &'static str,
    /// The origin of another site on which the page's form ends, where it does.
    pub form_ends_at: Option<String>,
}

impl Page {
    /// A page from its template.
    pub fn new(
        name: &'static str,
        title: impl Into<String>,
        template: &impl askama::Template,
    ) -> Result<Page, Failure> {
        Ok(Page {
            title: title.into(),
            body: Markup::of(template)?,
            status: 200,
            name,
            form_ends_at: None,
        })
    }

    /// With another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Page {
        self.status = status;
        self
    }
}

/// What becomes of the browser's session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SessionChange {
    /// Nothing.
    #[default]
    Keep,
    /// This token from now on.
    Begin(String),
    /// This token from now on, and one by which the account knows this browser again after the session's end.
    BeginKnown {
        /// The session's token.
        session: String,
        /// The browser's token.
        device: String,
    },
    /// None yet: a sign-in waits for its second step in this browser, by this token.
    Wait(String),
    /// None from now on.
    End,
}

/// A notice that the next page shows once.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Its text.
    pub message: Message,
    /// Whether it tells of a success.
    pub good: bool,
}

/// What a page's handler answers.
pub enum Reply {
    /// A page, or its body alone where htmx asks for a fragment.
    Page(Page),
    /// A fragment.
    Fragment(Markup),
    /// Another page, by GET.
    Redirect {
        /// Its address on this site.
        to: String,
        /// What becomes of the session.
        session: SessionChange,
        /// A notice that the next page shows.
        notice: Option<Message>,
    },
    /// A JSON document.
    Json(serde_json::Value),
    /// A document for a program, with its status and headers: the answers of a public standard.
    Document {
        /// The HTTP status.
        status: u16,
        /// Headers beside those of every answer; names in lower case.
        headers: Vec<(&'static str, String)>,
        /// The content.
        body: serde_json::Value,
    },
    /// An address of another site that was registered here: an application's own.
    Away {
        /// The whole address.
        to: String,
    },
    /// A file, streamed.
    File {
        /// The name to save it by.
        name: String,
        /// Its media type.
        kind: String,
        /// Shown in the browser rather than saved.
        inline: bool,
        /// The content.
        body: Box<dyn Body>,
    },
}

impl Reply {
    /// Another page, by GET.
    pub fn redirect(to: impl Into<String>) -> Reply {
        Reply::Redirect { to: to.into(), session: SessionChange::Keep, notice: None }
    }

    /// Another page, with a notice there.
    pub fn done(to: impl Into<String>, notice: impl Into<Message>) -> Reply {
        Reply::Redirect { to: to.into(), session: SessionChange::Keep, notice: Some(notice.into()) }
    }
}

impl From<Page> for Reply {
    fn from(page: Page) -> Reply {
        Reply::Page(page)
    }
}

/// A file that came with a form and went to the objects seam while it streamed.
pub struct Upload {
    /// The form field.
    pub field: String,
    /// The name that the sender gave it, without folders, at most 200 characters.
    pub name: String,
    /// What was stored, or why not.
    pub stored: Result<Stored, ObjectsError>,
}

/// One request for a page.
pub struct Visit {
    /// The services of the house.
    pub services: Services,
    /// The one door.
    pub door: Arc<dyn Door>,
    /// Who visits.
    pub who: Arc<Principal>,
    /// In which language.
    pub lang: Lang,
    /// The request's id.
    pub request: RequestId,
    /// The path, as sent.
    pub path: String,
    /// Path parameters by name.
    pub params: BTreeMap<String, String>,
    /// The query's pairs in order.
    pub query: Vec<(String, String)>,
    /// The form's pairs in order, without those that the shell itself uses.
    pub form: Vec<(String, String)>,
    /// Files of the form.
    pub uploads: Vec<Upload>,
    /// Whether htmx asks for a fragment.
    pub fragment: bool,
    /// The token that every form must carry in its field `_csrf`.
    pub csrf: String,
    /// The idempotency key that the form carried in its field `_key`.
    pub key: Option<String>,
    /// The session's token, for signing out.
    pub session: Option<String>,
    /// The token by which accounts know this browser again, as the browser sent it.
    pub device: Option<String>,
    /// The token of a sign-in that waits for its second step in this browser.
    pub step: Option<String>,
    /// The sender's address, where the request came over the network.
    pub peer: Option<IpAddr>,
    /// The kind of browser, such as `Firefox · Windows`; empty where it does not say.
    pub browser: String,
    /// The header `Authorization`, where the route is an endpoint.
    pub authorization: Option<String>,
    /// The address at which the house is reached, without a path: as configured, else as the request names it.
    pub origin: String,
    /// What capabilities show about things of others: [`Visit::asides_about`].
    pub asides: Vec<PanelEntry>,
}

impl Visit {
    /// What other capabilities show about a thing (`kind:id`) to whoever handles it. A piece that fails is left out: it
    /// must not take the page away.
    pub async fn asides_about(self: &Arc<Self>, about: &str) -> Vec<Markup> {
        let mut shown = Vec::new();
        for aside in &self.asides {
            if let Ok(Some(markup)) = (aside.render)(self.clone(), about.to_owned()).await {
                shown.push(markup);
            }
        }
        shown
    }

    /// Texts in the visitor's language.
    pub fn speaker(&self) -> Speaker {
        Speaker::new(self.services.texts.clone(), self.lang)
    }

    /// A path parameter as an id or another parsed type; what does not parse does not exist.
    pub fn param<T: std::str::FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.params.get(name).and_then(|v| v.parse().ok()).ok_or_else(Failure::missing)
    }

    /// The first value of a form field; empty where it is absent.
    pub fn field(&self, name: &str) -> &str {
        self.form.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// The first value of a query parameter.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    fn call(&self, key: Option<String>) -> Call {
        Call {
            who: self.who.clone(),
            operation: String::new(),
            input: serde_json::Value::Null,
            key,
            cause: None,
            request: self.request,
            lang: self.lang,
            peer: self.peer,
        }
    }

    /// Does an action through the door, with the form's idempotency key.
    pub async fn act<A: Action>(&self, action: &A) -> Result<A::Reply, Failure> {
        ctx::act(&*self.door, self.call(self.key.clone()), action).await
    }

    /// Asks a query through the door.
    pub async fn ask<Q: Query>(&self, query: &Q) -> Result<Q::Reply, Failure> {
        ctx::ask(&*self.door, self.call(None), query).await
    }

    /// A context for reading as an operation, for `mine`, `tasks` and panels.
    pub fn ctx(&self, operation: &'static str) -> Ctx {
        Ctx::new(self.services.clone(), &self.call(None), operation)
    }

    /// Whether the visitor could do an operation on anything at all: for links and buttons.
    pub fn could(&self, operation: &str) -> bool {
        let now = self.services.clock.now();
        self.services.access.possible(&self.who, operation, now).is_ok()
    }

    /// A fresh idempotency key for a form's hidden field `_key`.
    pub fn fresh_key(&self) -> String {
        self.services.ids.next().to_string()
    }
}

/// The method of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Changes something: the form's token is checked first.
    Post,
}

type Handler = dyn Fn(Arc<Visit>) -> BoxFuture<'static, Result<Reply, Failure>> + Send + Sync;

/// A page's address and handler.
#[derive(Clone)]
pub struct Route {
    /// GET or POST.
    pub method: Method,
    /// Such as `/cases/{case}`.
    pub path: &'static str,
    /// Limits of files that its form may carry; `None` where it carries none.
    pub uploads: Option<Limits>,
    /// Whether programs call it by a public standard: its form needs no token, and no cookie says who calls.
    pub endpoint: bool,
    /// Answers.
    pub handler: Arc<Handler>,
}

impl Route {
    /// A page that reads.
    pub fn get<F, R>(path: &'static str, handler: F) -> Route
    where
        F: Fn(Arc<Visit>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Reply, Failure>> + Send + 'static,
    {
        Route {
            method: Method::Get,
            path,
            uploads: None,
            endpoint: false,
            handler: Arc::new(move |visit| Box::pin(handler(visit))),
        }
    }

    /// A form's target.
    pub fn post<F, R>(path: &'static str, handler: F) -> Route
    where
        F: Fn(Arc<Visit>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Reply, Failure>> + Send + 'static,
    {
        Route { method: Method::Post, ..Route::get(path, handler) }
    }

    /// That programs call by a public standard.
    #[must_use]
    pub fn endpoint(mut self) -> Route {
        self.endpoint = true;
        self
    }

    /// Whose form may carry files within these limits.
    #[must_use]
    pub fn with_uploads(mut self, limits: Limits) -> Route {
        self.uploads = Some(limits);
        self
    }
}

/// What stands in a form of a page: hidden fields and problems, for templates.
#[derive(Debug, Clone)]
pub struct FormState {
    /// Field `_csrf`.
    pub csrf: String,
    /// Field `_key`.
    pub key: String,
    /// What is wrong, as [`FieldProblem`]s in the visitor's language: pointer and text.
    pub problems: Vec<(String, String)>,
    /// What the failure as a whole says.
    pub summary: Option<String>,
}

impl FormState {
    /// A form that was not sent yet.
    pub fn fresh(visit: &Visit) -> FormState {
        FormState {
            csrf: visit.csrf.clone(),
            key: visit.fresh_key(),
            problems: Vec::new(),
            summary: None,
        }
    }

    /// A form that was refused: shown again with what is wrong. Failures that are not the visitor's to
    /// mend are passed on.
    pub fn refused(visit: &Visit, failure: Failure) -> Result<FormState, Failure> {
        use crate::error::Kind as K;
        if !matches!(
            failure.kind,
            K::Invalid | K::Conflict | K::TooLarge | K::Unsupported | K::TooMany
        ) {
            return Err(failure);
        }
        let speaker = visit.speaker();
        let mut state = FormState::fresh(visit);
        state.summary = Some(speaker.message(&failure.message));
        state.problems = say_problems(&speaker, &failure.fields);
        Ok(state)
    }

    /// What is wrong with the field at a pointer, if anything.
    pub fn problem(&self, pointer: &str) -> Option<&str> {
        self.problems.iter().find(|(p, _)| p == pointer).map(|(_, text)| text.as_str())
    }
}

/// Problems in a reader's language: pointer and text.
pub fn say_problems(speaker: &Speaker, problems: &[FieldProblem]) -> Vec<(String, String)> {
    problems.iter().map(|p| (p.pointer.clone(), speaker.message(&p.message))).collect()
}

/// Escapes a value for a query string or a path segment.
pub fn percent(text: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if plain(byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(out)
}
