//! Applications: one's own consents, and the page of those who build or approve them.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::{LocalText, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::oauth::scope_text;
use super::parts::{Choices, Field, Head, Maker, Option_, Select};
use crate::actions::{DecideApplication, EndConsent, RegisterApplication, RotateApplicationSecret};
use crate::model::ApplicationState;
use crate::openid::rules;
use crate::queries::{Applications, MyApplications, MyMandates, Organisations};

#[derive(Template)]
#[template(path = "my_applications.html")]
struct MyPage {
    t: Speaker,
    csrf: String,
    lines: Vec<MyLine>,
}

struct MyLine {
    id: String,
    name: String,
    organisation: String,
    may: String,
    dates: String,
}

pub(super) async fn mine(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let list = visit.ask(&MyApplications {}).await?;
    let t = visit.speaker();
    let lines = list.consents.iter().map(|line| MyLine {
        id: line.consent.to_string(),
        name: t.local(&line.name).to_owned(),
        organisation: line.organisation.clone(),
        may: scope_list(&t, &visit, &line.scopes),
        dates: t.say2(
            "identity-consent-dates",
            ("given", show::instant(&t, line.given_ms)),
            ("used", show::instant(&t, line.used_ms)),
        ),
    });
    let template = MyPage { lines: lines.collect(), csrf: visit.csrf.clone(), t: t.clone() };
    let title = t.say("identity-my-applications-title");
    Ok(Page::new("identity.my_applications", title, &template)?.into())
}

pub(super) async fn end(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let consent = visit.field("consent").parse().map_err(|_| Failure::missing())?;
    visit.act(&EndConsent { consent }).await?;
    Ok(Reply::done("/me/applications", "identity-consent-ended"))
}

fn scope_list(t: &Speaker, visit: &Visit, scopes: &[String]) -> String {
    let texts: Vec<String> = scopes.iter().map(|scope| scope_text(t, visit, scope)).collect();
    texts.join(&t.say("form-separator"))
}

#[derive(Template)]
#[template(path = "applications.html")]
struct ListPage {
    t: Speaker,
    csrf: String,
    secret: Option<(String, String)>,
    lines: Vec<Line>,
    form: Option<AddForm>,
}

struct Line {
    id: String,
    name: String,
    organisation: String,
    state: String,
    tone: &'static str,
    may: String,
    redirects: String,
    used: String,
    minute: i64,
    day: i64,
    active: bool,
    confidential: bool,
    decides: bool,
}

struct AddForm {
    head: Head,
    organisation: Select,
    zh: Field,
    en: Field,
    redirects: Field,
    scopes: Choices,
    confidential: bool,
}

/// The page; `keys` are those of an application that was just entered, shown once.
async fn list_page(
    visit: &Visit,
    state: FormState,
    keys: Option<(String, String)>,
) -> Result<Page, Failure> {
    let t = visit.speaker();
    let list = visit.ask(&Applications {}).await?;
    let lines = list.applications.iter().map(|line| Line {
        id: line.application.to_string(),
        name: t.local(&line.name).to_owned(),
        organisation: line.organisation.clone(),
        state: t.say(match line.state {
            ApplicationState::Asked => "identity-application-asked",
            ApplicationState::Active => "identity-application-active",
            ApplicationState::Suspended => "identity-application-suspended",
        }),
        tone: match line.state {
            ApplicationState::Asked => "is-warning",
            ApplicationState::Active => "is-good",
            ApplicationState::Suspended => "is-bad",
        },
        may: scope_list(&t, visit, &line.scopes),
        redirects: line.redirects.join("  "),
        used: t.say2("identity-application-used", ("used", line.used_today), ("day", line.day)),
        minute: line.minute,
        day: line.day,
        active: line.state == ApplicationState::Active,
        confidential: line.confidential,
        decides: line.decides,
    });
    let lines: Vec<Line> = lines.collect();
    let mut owners: Vec<(String, String)> = Vec::new();
    for held in visit.ask(&MyMandates {}).await?.mandates {
        owners.push((held.organisation.to_string(), held.organisation_name));
    }
    if visit.could("identity.organisations") {
        for line in visit.ask(&Organisations::default()).await?.organisations {
            owners.push((line.organisation.to_string(), line.name));
        }
    }
    owners.dedup();
    let form = (!owners.is_empty()).then(|| {
        let make = Maker::new(&t, &state, "");
        let sent = |scope: &str| visit.form.iter().any(|(n, v)| n == "scopes" && v == scope);
        let sets = rules::scope_sets(&*visit.services.access);
        let ids = rules::OWN_SCOPES.into_iter().chain(sets.iter().map(|set| set.id));
        let options = ids.map(|id| Option_ {
            value: id.to_owned(),
            label: scope_text(&t, visit, id),
            note: id.to_owned(),
            on: sent(id),
        });
        AddForm {
            organisation: make.select(
                "/organisation",
                "identity-application-owner",
                visit.field("organisation"),
                owners,
            ),
            zh: make.text("/name/zh", "identity-application-name-zh", visit.field("name_zh")),
            en: make.text("/name/en", "identity-application-name-en", visit.field("name_en")),
            redirects: make
                .text("/redirects", "identity-application-redirects", visit.field("redirects"))
                .hint(t.say("identity-application-redirects-hint")),
            scopes: make.choices(
                "/scopes",
                t.say("identity-application-scopes"),
                options.collect(),
            ),
            confidential: visit.field("confidential") == "true",
            head: make.head(),
        }
    });
    let template = ListPage { lines, form, secret: keys, csrf: visit.csrf.clone(), t: t.clone() };
    Page::new("identity.applications", t.say("identity-applications-title"), &template)
}

pub(super) async fn list(visit: Arc<Visit>) -> Result<Reply, Failure> {
    Ok(list_page(&visit, FormState::fresh(&visit), None).await?.into())
}

pub(super) async fn register(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let scopes = visit.form.iter().filter(|(name, _)| name == "scopes");
    let action = RegisterApplication {
        organisation: visit.field("organisation").parse().map_err(|_| Failure::missing())?,
        name: LocalText::new(visit.field("name_zh"), visit.field("name_en")),
        confidential: visit.field("confidential") == "true",
        redirects: visit.field("redirects").split_whitespace().map(str::to_owned).collect(),
        scopes: scopes.map(|(_, scope)| scope.clone()).collect(),
    };
    match visit.act(&action).await {
        Ok(keys) => {
            let secret = keys.secret.map(|s| s.expose().to_owned()).unwrap_or_default();
            let keys = Some((keys.application.to_string(), secret));
            Ok(list_page(&visit, FormState::fresh(&visit), keys).await?.into())
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(list_page(&visit, state, None).await?.status(status).into())
        }
    }
}

pub(super) async fn rotate(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let application = visit.field("application").parse().map_err(|_| Failure::missing())?;
    let keys = visit.act(&RotateApplicationSecret { application }).await?;
    let secret = keys.secret.map(|s| s.expose().to_owned()).unwrap_or_default();
    let keys = Some((keys.application.to_string(), secret));
    Ok(list_page(&visit, FormState::fresh(&visit), keys).await?.into())
}

pub(super) async fn decide(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let number = |name: &str| visit.field(name).trim().parse().unwrap_or(0);
    let state = match visit.field("state") {
        "active" => ApplicationState::Active,
        _ => ApplicationState::Suspended,
    };
    let application = visit.field("application").parse().map_err(|_| Failure::missing())?;
    let action =
        DecideApplication { application, state, minute: number("minute"), day: number("day") };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done("/applications", "identity-application-decided")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(list_page(&visit, state, None).await?.status(status).into())
        }
    }
}
