//! One post: who holds it, appointing and dismissing, its roles.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::Divisions;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::PostId;
use minshu_kernel::text::{LocalText, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::organisations::{PostForm, TypedPost, post_form};
use super::parts::{Choices, Field, Head, Maker, Option_, given, picks};
use super::{must, whole_term};
use crate::actions::{Appoint, ChangePost, Dismiss};
use crate::model::AppointmentKind;
use crate::queries::post::{Holder, PostDetail};
use crate::queries::roles::RoleGroup;
use crate::queries::{PostById, Roles};

/// Roles as check boxes, a group a system. A role's name in the other language stands beside it: whoever
/// appoints and whoever is appointed may read different ones.
pub(super) fn role_choices(
    t: &Speaker,
    make: &Maker<'_>,
    groups: &[RoleGroup],
    chosen: &[String],
) -> Vec<Choices> {
    let other = |name: &LocalText| match t.lang {
        minshu_kernel::text::Lang::Zh => name.en.clone(),
        minshu_kernel::text::Lang::En => name.zh.clone(),
    };
    groups
        .iter()
        .enumerate()
        .map(|(at, group)| {
            let label = match &group.name {
                Some(name) => t.say1("identity-roles-of", "name", name),
                None => t.say("identity-roles-platform"),
            };
            let options = group.roles.iter().map(|role| Option_ {
                value: role.id.clone(),
                label: t.local(&role.name).to_owned(),
                note: other(&role.name),
                on: chosen.contains(&role.id),
            });
            // The first group has the field's own id, which mistakes link to.
            let pointer = if at == 0 { "/roles".to_owned() } else { format!("/roles-{}", at + 1) };
            make.choices(&pointer, label, options.collect()).named("roles")
        })
        .collect()
}

/// The roles that a form's check boxes hold.
pub(super) fn chosen_roles(visit: &Visit) -> Vec<String> {
    let values = visit.form.iter().filter(|(name, _)| name == "roles");
    values.take(crate::rules::ROLES_MAX + 1).map(|(_, role)| role.clone()).collect()
}

#[derive(Template)]
#[template(path = "post.html")]
struct PostPage {
    t: Speaker,
    csrf: String,
    id: String,
    name: String,
    organisation: String,
    organisation_id: String,
    place: String,
    version: i64,
    holders: Vec<HolderView>,
    past: Vec<HolderView>,
    appoint: AppointForm,
    form: PostForm,
}

struct HolderView {
    appointment: String,
    name: String,
    term: String,
    substitute: bool,
    later: bool,
    /// How long it still lasts, where that is not long.
    ends: String,
}

impl HolderView {
    fn of(t: &Speaker, holder: &Holder, now: Timestamp) -> HolderView {
        HolderView {
            appointment: holder.appointment.to_string(),
            name: holder.name.clone(),
            term: whole_term(t, holder.term),
            substitute: holder.kind == AppointmentKind::Substitute,
            later: !holder.current && !holder.over,
            ends: match holder.current {
                true => super::own_posts::left(t, holder.term.until_ms, now),
                false => String::new(),
            },
        }
    }
}

struct AppointForm {
    head: Head,
    phone: Field,
    from: Field,
    until: Field,
    substitute: bool,
}

/// Everything that the page of a post shows.
pub(super) struct Detail<'a> {
    pub post: PostDetail,
    /// Now, for terms that end soon.
    pub now: Timestamp,
    pub groups: Vec<RoleGroup>,
    pub form: (FormState, TypedPost),
    pub version: i64,
    /// The appointment: phone, first and last day, and whether for the holder.
    pub appoint: (FormState, [&'a str; 3], bool),
}

/// The page of a post.
pub(super) fn post_page(
    t: Speaker,
    divisions: &Divisions,
    detail: &Detail<'_>,
) -> Result<Page, Failure> {
    let post = &detail.post;
    let (state, [phone, from, until], substitute) = &detail.appoint;
    let make = Maker::new(&t, state, "appoint-");
    let appoint = AppointForm {
        phone: make
            .phone("/phone", "identity-field-phone", phone)
            .hint(t.say("identity-appoint-phone-hint")),
        from: make
            .date("/from", "identity-from", from)
            .hint(t.say("identity-from-hint"))
            .optional(&t),
        until: make
            .date("/until", "identity-until", until)
            .hint(t.say("identity-until-hint"))
            .optional(&t),
        substitute: *substitute,
        head: make.head(),
    };
    let view = |over: bool| {
        let holders = post.appointments.iter().filter(|holder| holder.over == over);
        holders.map(|holder| HolderView::of(&t, holder, detail.now)).collect()
    };
    let (form_state, typed) = &detail.form;
    let name = t.local(&post.line.name).to_owned();
    let template = PostPage {
        csrf: state.csrf.clone(),
        id: post.line.post.to_string(),
        name: name.clone(),
        organisation: post.organisation.name.clone(),
        organisation_id: post.organisation.organisation.to_string(),
        place: t.local(&post.line.division_name).to_owned(),
        version: detail.version,
        holders: view(false),
        past: view(true),
        appoint,
        form: post_form(&t, divisions, (form_state, "change-"), typed, &detail.groups),
        t,
    };
    Page::new("identity.post", name, &template)
}

async fn detail<'a>(visit: &Visit, id: PostId) -> Result<Detail<'a>, Failure> {
    let post = visit.ask(&PostById { post: id }).await?;
    let typed = TypedPost {
        name: [post.line.name.zh.clone(), post.line.name.en.clone()],
        division: post.line.division.clone(),
        roles: post.line.roles.iter().map(|role| role.id.clone()).collect(),
    };
    Ok(Detail {
        version: post.version,
        now: visit.services.clock.now(),
        post,
        groups: visit.ask(&Roles {}).await?.groups,
        form: (FormState::fresh(visit), typed),
        appoint: (FormState::fresh(visit), [""; 3], false),
    })
}

fn page(visit: &Visit, detail: &Detail<'_>) -> Result<Page, Failure> {
    post_page(visit.speaker(), &visit.services.divisions, detail)
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "identity.post")?;
    let detail = detail(&visit, visit.param("post")?).await?;
    Ok(page(&visit, &detail)?.into())
}

pub(super) async fn change(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let post: PostId = visit.param("post")?;
    let typed = TypedPost::sent(&visit);
    let version = visit.field("version").parse().unwrap_or(0);
    let refused = if picks(&visit) {
        None
    } else {
        let action = ChangePost {
            post,
            version,
            name: LocalText::new(typed.name[0].as_str(), typed.name[1].as_str()),
            division: Some(typed.division.clone()),
            roles: typed.roles.clone(),
        };
        match visit.act(&action).await {
            Ok(_) => return Ok(Reply::done(format!("/admin/posts/{post}"), "identity-saved")),
            Err(failure) => Some(failure),
        }
    };
    let status = refused.as_ref().map_or(200, |failure| failure.kind.status());
    let mut detail = detail(&visit, post).await?;
    let state = match refused {
        Some(failure) => FormState::refused(&visit, failure)?,
        None => FormState::fresh(&visit),
    };
    detail.form = (state, typed);
    detail.version = if status == 409 { detail.version } else { version };
    Ok(page(&visit, &detail)?.status(status).into())
}

pub(super) async fn appoint(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let post: PostId = visit.param("post")?;
    let typed = [visit.field("phone"), visit.field("from"), visit.field("until")];
    let substitute = visit.field("substitute") == "true";
    let action = Appoint {
        post,
        account: None,
        phone: Some(typed[0].to_owned()),
        from: given(&visit, "from"),
        until: given(&visit, "until"),
        substitute,
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done(format!("/admin/posts/{post}"), "identity-appointed")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            let mut detail = detail(&visit, post).await?;
            detail.appoint = (state, typed, substitute);
            Ok(page(&visit, &detail)?.status(status).into())
        }
    }
}

pub(super) async fn dismiss(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let post: PostId = visit.param("post")?;
    let appointment = visit.field("appointment").parse().map_err(|_| Failure::missing())?;
    visit.act(&Dismiss { appointment }).await?;
    Ok(Reply::done(format!("/admin/posts/{post}"), "identity-dismissed"))
}
