//! Organisations: the list with search and paging, and one with its posts.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::division::Divisions;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::OrganisationId;
use minshu_kernel::text::{LocalText, Speaker};
use minshu_kernel::web::{FormState, Markup, Page, Reply, Visit, percent};

use super::parts::{Choices, Field, Head, Maker, Select, given, picked, picks};
use super::posts::{chosen_roles, role_choices};
use super::{must, role_list};
use crate::actions::{AddOrganisation, AddPost, ChangeOrganisation};
use crate::model::OrganisationKind;
use crate::queries::organisation::OrganisationDetail;
use crate::queries::organisations::{OrganisationLine, OrganisationPage};
use crate::queries::posts::PostLine;
use crate::queries::roles::RoleGroup;
use crate::queries::{OrganisationById, Organisations, Posts, Roles};

/// An organisation in a list.
struct LineView {
    id: String,
    name: String,
    kind: String,
    place: String,
    code: String,
}

impl LineView {
    fn of(t: &Speaker, line: &OrganisationLine) -> LineView {
        LineView {
            id: line.organisation.to_string(),
            name: line.name.clone(),
            kind: kind_name(t, line.kind),
            place: t.local(&line.division_name).to_owned(),
            code: line.uscc.clone().unwrap_or_default(),
        }
    }
}

fn kind_name(t: &Speaker, kind: OrganisationKind) -> String {
    t.say(&format!("identity-kind-{}", kind.as_str()))
}

/// The form of an organisation.
struct OrganisationForm {
    head: Head,
    parent: String,
    parent_name: String,
    name: Field,
    kind: Select,
    uscc: Field,
    division: Markup,
}

/// What was typed about an organisation.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub kind: String,
    pub name: String,
    pub uscc: String,
    pub division: String,
    /// The id of the organisation that it belongs to.
    pub parent: String,
}

impl Typed {
    fn sent(visit: &Visit) -> Typed {
        Typed {
            kind: visit.field("kind").to_owned(),
            name: visit.field("name").to_owned(),
            uscc: visit.field("uscc").to_owned(),
            division: picked(visit, "division"),
            parent: visit.field("parent").to_owned(),
        }
    }

    fn of(line: &OrganisationLine, parent: Option<&OrganisationLine>) -> Typed {
        Typed {
            kind: line.kind.as_str().to_owned(),
            name: line.name.clone(),
            uscc: line.uscc.clone().unwrap_or_default(),
            division: line.division.clone(),
            parent: parent.map(|parent| parent.organisation.to_string()).unwrap_or_default(),
        }
    }

    /// The action's values; a kind or parent that no form of ours sends is no mistake of a person.
    fn values(&self) -> Result<AddOrganisation, Failure> {
        let strange = || Failure::new(Kind::Malformed, "kernel.not_a_form");
        let parent = match self.parent.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| strange())?),
        };
        Ok(AddOrganisation {
            kind: self.kind.parse().map_err(|_| strange())?,
            name: self.name.clone(),
            uscc: Some(self.uscc.clone()),
            division: self.division.clone(),
            parent,
        })
    }
}

fn organisation_form(
    t: &Speaker,
    divisions: &Divisions,
    (state, prefix): (&FormState, &str),
    typed: &Typed,
    parent_name: String,
) -> OrganisationForm {
    let make = Maker::new(t, state, prefix);
    let kinds =
        OrganisationKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind_name(t, *kind)));
    OrganisationForm {
        parent: typed.parent.clone(),
        parent_name,
        name: make.text("/name", "identity-organisation-name", &typed.name),
        kind: make.select("/kind", "identity-organisation-kind", &typed.kind, kinds),
        uscc: make
            .code("/uscc", "identity-uscc", &typed.uscc)
            .hint(t.say("identity-uscc-hint"))
            .optional(t),
        division: make.division(divisions, "/division", "identity-division", None, &typed.division),
        head: make.head(),
    }
}

#[derive(Template)]
#[template(path = "organisations.html")]
struct ListPage {
    t: Speaker,
    q: String,
    lines: Vec<LineView>,
    first: String,
    next: String,
    form: OrganisationForm,
}

/// The list of organisations: what was searched for, whether this is not the first page, and the form below.
pub(super) struct List<'a> {
    pub q: &'a str,
    pub later: bool,
    pub found: OrganisationPage,
    pub form: (FormState, Typed),
    pub parent_name: String,
}

/// The page with the list.
pub(super) fn list_page(
    t: Speaker,
    divisions: &Divisions,
    list: &List<'_>,
) -> Result<Page, Failure> {
    let query = match list.q {
        "" => String::new(),
        q => format!("?q={}", percent(q)),
    };
    let next = list.found.next.as_ref().map(|mark| {
        let joint = if query.is_empty() { '?' } else { '&' };
        format!("/admin/organisations{query}{joint}after={mark}")
    });
    let (state, typed) = &list.form;
    let template = ListPage {
        q: list.q.to_owned(),
        lines: list.found.organisations.iter().map(|line| LineView::of(&t, line)).collect(),
        first: if list.later { format!("/admin/organisations{query}") } else { String::new() },
        next: next.unwrap_or_default(),
        form: organisation_form(&t, divisions, (state, ""), typed, list.parent_name.clone()),
        t: t.clone(),
    };
    Page::new("identity.organisations", t.say("identity-organisations-title"), &template)
}

async fn parent_name(visit: &Visit, parent: &str) -> Result<String, Failure> {
    let Ok(organisation) = parent.parse::<OrganisationId>() else { return Ok(String::new()) };
    Ok(visit.ask(&OrganisationById { organisation }).await?.line.name)
}

async fn listed(visit: &Visit, form: (FormState, Typed)) -> Result<Page, Failure> {
    let asked = Organisations {
        after: visit.asked("after").and_then(|text| text.parse().ok()),
        limit: None,
        q: visit.asked("q").map(str::to_owned),
    };
    let list = List {
        q: visit.asked("q").unwrap_or_default().trim(),
        later: asked.after.is_some(),
        found: visit.ask(&asked).await?,
        parent_name: parent_name(visit, &form.1.parent).await?,
        form,
    };
    list_page(visit.speaker(), &visit.services.divisions, &list)
}

pub(super) async fn list(visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "identity.organisations")?;
    let parent = visit.asked("parent").unwrap_or_default().to_owned();
    let typed = Typed { parent, ..Typed::default() };
    Ok(listed(&visit, (FormState::fresh(&visit), typed)).await?.into())
}

pub(super) async fn add(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let typed = Typed::sent(&visit);
    if picks(&visit) {
        return Ok(listed(&visit, (FormState::fresh(&visit), typed)).await?.into());
    }
    match visit.act(&typed.values()?).await {
        Ok(entered) => {
            let to = format!("/admin/organisations/{}", entered.organisation);
            Ok(Reply::done(to, "identity-organisation-added"))
        }
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(listed(&visit, (state, typed)).await?.status(status).into())
        }
    }
}

#[derive(Template)]
#[template(path = "organisation.html")]
struct OrganisationPageView {
    t: Speaker,
    id: String,
    name: String,
    kind: String,
    place: String,
    parent_name: String,
    version: i64,
    posts: Vec<PostView>,
    parts: Vec<LineView>,
    post: PostForm,
    form: OrganisationForm,
}

struct PostView {
    id: String,
    name: String,
    place: String,
    roles: String,
    holders: String,
}

/// The form of a post.
pub(super) struct PostForm {
    pub head: Head,
    pub zh: Field,
    pub en: Field,
    pub division: Markup,
    pub roles: Vec<Choices>,
}

/// What was typed about a post.
#[derive(Debug, Clone, Default)]
pub(super) struct TypedPost {
    pub name: [String; 2],
    pub division: String,
    pub roles: Vec<String>,
}

impl TypedPost {
    /// What a form sent.
    pub(super) fn sent(visit: &Visit) -> TypedPost {
        TypedPost {
            name: [visit.field("name_zh").to_owned(), visit.field("name_en").to_owned()],
            division: picked(visit, "division"),
            roles: chosen_roles(visit),
        }
    }
}

/// The form of a post, with the roles of every system as check boxes.
pub(super) fn post_form(
    t: &Speaker,
    divisions: &Divisions,
    (state, prefix): (&FormState, &str),
    typed: &TypedPost,
    groups: &[RoleGroup],
) -> PostForm {
    let make = Maker::new(t, state, prefix);
    PostForm {
        zh: make.text("/name/zh", "identity-post-name-zh", &typed.name[0]),
        en: make.text("/name/en", "identity-post-name-en", &typed.name[1]),
        division: make.division(
            divisions,
            "/division",
            "identity-post-division",
            Some("identity-post-division-hint"),
            &typed.division,
        ),
        roles: role_choices(t, &make, groups, &typed.roles),
        head: make.head(),
    }
}

/// Everything that the page of an organisation shows.
pub(super) struct Detail {
    pub organisation: OrganisationDetail,
    pub posts: Vec<PostLine>,
    pub groups: Vec<RoleGroup>,
    pub form: (FormState, Typed),
    pub post: (FormState, TypedPost),
    /// The version that the change is made from.
    pub version: i64,
}

/// The page of an organisation.
pub(super) fn organisation_page(
    t: Speaker,
    divisions: &Divisions,
    detail: &Detail,
) -> Result<Page, Failure> {
    let line = &detail.organisation.line;
    let parent = detail.organisation.parent.as_ref();
    let (state, typed) = &detail.form;
    let (post_state, post_typed) = &detail.post;
    let template = OrganisationPageView {
        id: line.organisation.to_string(),
        name: line.name.clone(),
        kind: kind_name(&t, line.kind),
        place: t.local(&line.division_name).to_owned(),
        parent_name: parent.map(|parent| parent.name.clone()).unwrap_or_default(),
        version: detail.version,
        posts: detail
            .posts
            .iter()
            .map(|post| PostView {
                id: post.post.to_string(),
                name: t.local(&post.name).to_owned(),
                place: t.local(&post.division_name).to_owned(),
                roles: role_list(&t, &post.roles),
                holders: t.say1("identity-holders", "count", post.holders),
            })
            .collect(),
        parts: detail.organisation.parts.iter().map(|part| LineView::of(&t, part)).collect(),
        post: post_form(&t, divisions, (post_state, "post-"), post_typed, &detail.groups),
        form: organisation_form(&t, divisions, (state, "change-"), typed, String::new()),
        t: t.clone(),
    };
    Page::new("identity.organisation", line.name.clone(), &template)
}

async fn detail(visit: &Visit, organisation: OrganisationId) -> Result<Detail, Failure> {
    let found = visit.ask(&OrganisationById { organisation }).await?;
    let typed = Typed::of(&found.line, found.parent.as_ref());
    Ok(Detail {
        version: found.version,
        organisation: found,
        posts: visit.ask(&Posts { organisation }).await?.posts,
        groups: visit.ask(&Roles {}).await?.groups,
        form: (FormState::fresh(visit), typed),
        post: (FormState::fresh(visit), TypedPost::default()),
    })
}

fn page(visit: &Visit, detail: &Detail) -> Result<Page, Failure> {
    organisation_page(visit.speaker(), &visit.services.divisions, detail)
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "identity.organisation")?;
    let detail = detail(&visit, visit.param("organisation")?).await?;
    Ok(page(&visit, &detail)?.into())
}

pub(super) async fn change(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let organisation: OrganisationId = visit.param("organisation")?;
    let typed = Typed::sent(&visit);
    // A version that is no number was not sent by a form of ours; nought fits no record.
    let version = visit.field("version").parse().unwrap_or(0);
    let refused = if picks(&visit) {
        None
    } else {
        let values = typed.values()?;
        let action = ChangeOrganisation {
            organisation,
            version,
            kind: values.kind,
            name: values.name,
            uscc: values.uscc,
            division: values.division,
            parent: values.parent,
        };
        match visit.act(&action).await {
            Ok(_) => {
                let to = format!("/admin/organisations/{organisation}");
                return Ok(Reply::done(to, "identity-saved"));
            }
            Err(failure) => Some(failure),
        }
    };
    let status = refused.as_ref().map_or(200, |failure| failure.kind.status());
    let mut detail = detail(&visit, organisation).await?;
    let state = match refused {
        Some(failure) => FormState::refused(&visit, failure)?,
        None => FormState::fresh(&visit),
    };
    detail.form = (state, typed);
    // What was typed still stands on the version that it was typed on; after a conflict the person has seen
    // the new one.
    detail.version = if status == 409 { detail.version } else { version };
    Ok(page(&visit, &detail)?.status(status).into())
}

pub(super) async fn add_post(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let organisation: OrganisationId = visit.param("organisation")?;
    let typed = TypedPost::sent(&visit);
    let refused = if picks(&visit) {
        None
    } else {
        let action = AddPost {
            organisation,
            name: LocalText::new(typed.name[0].as_str(), typed.name[1].as_str()),
            division: given(&visit, "division").map(|_| typed.division.clone()),
            roles: typed.roles.clone(),
        };
        match visit.act(&action).await {
            Ok(made) => {
                let to = format!("/admin/posts/{}", made.post);
                return Ok(Reply::done(to, "identity-post-added"));
            }
            Err(failure) => Some(failure),
        }
    };
    let status = refused.as_ref().map_or(200, |failure| failure.kind.status());
    let mut detail = detail(&visit, organisation).await?;
    let state = match refused {
        Some(failure) => FormState::refused(&visit, failure)?,
        None => FormState::fresh(&visit),
    };
    detail.post = (state, typed);
    Ok(page(&visit, &detail)?.status(status).into())
}
