//! One's own posts: how long they last, and who stands in.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::capability::TaskEntry;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::PostId;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::parts::{Field, Head, Maker, given};
use super::{role_list, term_text};
use crate::actions::warn_of_term::days_left;
use crate::actions::{EndSubstitute, NameSubstitute};
use crate::queries::{HeldPost, Me};

#[derive(Template)]
#[template(path = "own_posts.html")]
struct OwnPostsPage {
    t: Speaker,
    csrf: String,
    posts: Vec<OwnPost>,
}

struct OwnPost {
    id: String,
    name: String,
    organisation: String,
    place: String,
    term: String,
    roles: String,
    /// How long it still lasts, where that is not long.
    ends: String,
    substitute: bool,
    instead_of: String,
    substitutes: Vec<StandsIn>,
    form: Option<NameForm>,
}

struct StandsIn {
    appointment: String,
    name: String,
    term: String,
}

struct NameForm {
    head: Head,
    phone: Field,
    from: Field,
    until: Field,
}

/// How long a term still lasts, in words; empty where that is long.
pub(super) fn left(t: &Speaker, until: Option<Timestamp>, now: Timestamp) -> String {
    days_left(until, now).map(|days| t.say1("identity-term-left", "days", days)).unwrap_or_default()
}

/// The page: `typed` is what was typed for which post.
pub(super) fn own_posts_page(
    t: Speaker,
    posts: &[HeldPost],
    now: Timestamp,
    fresh: &FormState,
    typed: Option<(&FormState, PostId, [&str; 3])>,
) -> Result<Page, Failure> {
    let form = |n: usize, post: PostId| {
        let prefix = format!("post{n}-");
        let (state, [phone, from, until]) = match typed {
            Some((state, of, typed)) if of == post => (state, typed),
            _ => (fresh, [""; 3]),
        };
        let make = Maker::new(&t, state, &prefix);
        NameForm {
            phone: make
                .phone("/phone", "identity-field-phone", phone)
                .hint(t.say("identity-appoint-phone-hint")),
            from: make
                .date("/from", "identity-from", from)
                .hint(t.say("identity-from-hint"))
                .optional(&t),
            until: make
                .date("/until", "identity-until", until)
                .hint(t.say("identity-own-until-hint")),
            head: make.head(),
        }
    };
    let view = |(n, held): (usize, &HeldPost)| OwnPost {
        id: held.post.to_string(),
        name: t.local(&held.name).to_owned(),
        organisation: held.organisation_name.clone(),
        place: t.local(&held.division).to_owned(),
        term: term_text(&t, held.from_ms, held.until_ms),
        roles: role_list(&t, &held.roles),
        ends: left(&t, held.until_ms, now),
        substitute: held.substitute,
        instead_of: held
            .instead_of
            .as_deref()
            .map(|name| t.say1("identity-own-substitute-for", "name", name))
            .unwrap_or_default(),
        substitutes: held
            .substitutes
            .iter()
            .map(|line| StandsIn {
                appointment: line.appointment.to_string(),
                name: line.name.clone(),
                term: term_text(&t, line.from_ms, line.until_ms),
            })
            .collect(),
        form: (!held.substitute).then(|| form(n, held.post)),
    };
    let template = OwnPostsPage {
        csrf: fresh.csrf.clone(),
        posts: posts.iter().enumerate().map(view).collect(),
        t: t.clone(),
    };
    Page::new("identity.own_posts", t.say("identity-own-posts-title"), &template)
}

async fn page(
    visit: &Visit,
    typed: Option<(&FormState, PostId, [&str; 3])>,
) -> Result<Page, Failure> {
    let me = visit.ask(&Me {}).await?;
    let now = visit.services.clock.now();
    own_posts_page(visit.speaker(), &me.posts, now, &FormState::fresh(visit), typed)
}

pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    Ok(page(&visit, None).await?.into())
}

pub(super) async fn name(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let post: PostId = visit.param("post")?;
    let typed = [visit.field("phone"), visit.field("from"), visit.field("until")];
    let action = NameSubstitute {
        post,
        phone: typed[0].to_owned(),
        from: given(&visit, "from"),
        until: typed[2].to_owned(),
    };
    match visit.act(&action).await {
        Ok(_) => Ok(Reply::done("/me/posts", "identity-own-named")),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(&visit, failure)?;
            Ok(page(&visit, Some((&state, post, typed))).await?.status(status).into())
        }
    }
}

pub(super) async fn end(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let appointment = visit.field("appointment").parse().map_err(|_| Failure::missing())?;
    visit.act(&EndSubstitute { appointment }).await?;
    Ok(Reply::done("/me/posts", "identity-own-ended"))
}

/// Terms of one's own that end soon.
pub(super) async fn tasks(visit: Arc<Visit>) -> Result<Vec<TaskEntry>, Failure> {
    let now = visit.services.clock.now();
    let soon = |until| days_left(until, now).is_some();
    if !visit.who.grants.iter().any(|grant| grant.instead_of.is_none() && soon(grant.until)) {
        return Ok(Vec::new());
    }
    let t = visit.speaker();
    let me = visit.ask(&Me {}).await?;
    let ending = me.posts.iter().filter(|held| !held.substitute && soon(held.until_ms));
    Ok(ending
        .map(|held| TaskEntry {
            title: t.say1("identity-term-task", "post", t.local(&held.name)),
            about: t.say("identity-term-task-about"),
            href: "/me/posts".to_owned(),
            due: held.until_ms,
            flag: if days_left(held.until_ms, now) <= Some(7) { "yellow" } else { "none" },
        })
        .collect())
}
