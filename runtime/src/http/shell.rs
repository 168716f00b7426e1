//! The shell around a page: header, navigation, demonstration banner, notice, footer.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use minshu_kernel::access::{Basis, Grant, Principal};
use minshu_kernel::capability::Waiting;
use minshu_kernel::ctx::{Call, Ctx};
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::text::{Lang, Message, Speaker};
use minshu_kernel::web::{Markup, Page};

use super::pages::Frame;
use super::reply;
use super::{assets, problem};
use crate::house::House;

/// A line of the navigation.
struct NavigationLine {
    label: String,
    href: &'static str,
    current: bool,
    badge: Option<Badge>,
}

/// A number beside a line of the navigation.
struct Badge {
    count: String,
    /// What it means, for whoever hears the page.
    said: String,
}

/// An account of the banner.
struct BannerAccount {
    id: &'static str,
    label: &'static str,
}

#[derive(Template)]
#[template(path = "layouts/shell.html")]
struct Shell<'a> {
    t: &'a Speaker,
    title: &'a str,
    body: &'a Markup,
    csrf: &'a str,
    theme: &'a str,
    print: &'a str,
    other_language: Lang,
    back: String,
    css: &'a str,
    js: &'a str,
    icons: &'a str,
    mark: &'a str,
    favicon: &'a str,
    navigation: Vec<NavigationLine>,
    account: Option<Account<'a>>,
    banner: Vec<BannerAccount>,
    notice: Option<String>,
    /// What is open by emergency access, said on every page for as long as it is.
    openings: Vec<String>,
    /// Whether the header asks: the front page and the search page do it themselves.
    asks: bool,
    wide: bool,
}

struct Account<'a> {
    name: &'a str,
    standing: String,
}

/// Addresses of assets, found once.
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The islands.
    pub js: String,
    /// The icons' sprite.
    pub icons: String,
    /// The mark.
    pub mark: String,
    /// The tab's icon.
    pub favicon: String,
}

/// The addresses of assets.
pub static ASSETS: std::sync::LazyLock<Assets> = std::sync::LazyLock::new(|| Assets {
    css: assets::address("main.css"),
    js: assets::address("main.js"),
    icons: assets::address("icons.svg"),
    mark: assets::address("mark.svg"),
    favicon: assets::address("favicon.svg"),
});

/// A page in its shell, or its body alone for htmx.
pub async fn page(house: &House, frame: &Frame, who: &Arc<Principal>, page: Page) -> Response {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::OK);
    if frame.fragment {
        let mut response = reply::html(page.body.0);
        *response.status_mut() = status;
        return response;
    }
    let speaker = Speaker::new(house.services.texts.clone(), frame.preferences.lang);
    let badges = badges(house, frame, who, &speaker).await;
    let shell = shell(house, frame, who, &speaker, &page, badges);
    match shell.render() {
        Ok(text) => {
            let mut response = reply::html(text);
            *response.status_mut() = status;
            if let Some(origin) = &page.form_ends_at {
                // Browsers hold a form's redirects against the policy as well.
                let own = super::CONTENT_SECURITY_POLICY;
                let wider =
                    own.replace("form-action 'self'", &format!("form-action 'self' {origin}"));
                if let Ok(value) = http::HeaderValue::from_str(&wider) {
                    response.headers_mut().insert(http::header::CONTENT_SECURITY_POLICY, value);
                }
            }
            response
        }
        Err(error) => {
            tracing::error!(%error, page = page.name, "the shell does not render");
            problem::plain(StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be shown")
        }
    }
}

/// The numbers beside the lines of the navigation, by address. One that cannot be had is left out: a page does not
/// fail for it.
async fn badges(
    house: &House,
    frame: &Frame,
    who: &Arc<Principal>,
    speaker: &Speaker,
) -> BTreeMap<&'static str, Badge> {
    let mut found = BTreeMap::new();
    if !who.signed_in() {
        return found;
    }
    let now = house.services.clock.now();
    for badge in &house.contract.badges {
        if house.services.access.possible(who, badge.operation, now).is_err() {
            continue;
        }
        let call = Call {
            who: who.clone(),
            operation: String::new(),
            input: serde_json::Value::Null,
            key: None,
            cause: None,
            request: frame.request,
            lang: frame.preferences.lang,
            peer: frame.peer,
        };
        let ctx = Arc::new(Ctx::new(house.services.clone(), &call, badge.operation));
        match (badge.read)(ctx, ()).await {
            Ok(Waiting { count: 0, .. }) => {}
            Ok(Waiting { count, more }) => {
                let count = format!("{count}{}", if more { "+" } else { "" });
                let said = speaker.say1(badge.key, "n", count.as_str());
                found.insert(badge.href, Badge { count, said });
            }
            Err(failure) => tracing::warn!(%failure, "a number of the navigation is missing"),
        }
    }
    found
}

fn shell<'a>(
    house: &'a House,
    frame: &'a Frame,
    who: &'a Arc<Principal>,
    speaker: &'a Speaker,
    page: &'a Page,
    mut badges: BTreeMap<&'static str, Badge>,
) -> Shell<'a> {
    let lang = frame.preferences.lang;
    let path = frame.here.split('?').next().unwrap_or("/");
    let mut entries: Vec<_> = house.contract.navigation.iter().collect();
    entries.sort_by_key(|entry| entry.order);
    let now = house.services.clock.now();
    let may = |operation: &str| house.services.access.possible(who, operation, now).is_ok();
    let navigation = entries
        .into_iter()
        .filter(|entry| may(entry.operation))
        .map(|entry| NavigationLine {
            label: speaker.say(entry.key),
            href: entry.href,
            badge: badges.remove(entry.href),
            current: path == entry.href || path.starts_with(&format!("{}/", entry.href)),
        })
        .collect();
    let account = who
        .signed_in()
        .then(|| Account { name: &who.name, standing: standing(house, who, speaker) });
    let banner = house.demonstration.iter().flat_map(|d| &d.accounts);
    let banner = banner
        .map(|a| BannerAccount {
            id: a.id,
            label: if lang == Lang::Zh { a.label.0 } else { a.label.1 },
        })
        .collect();
    let notice = frame.notice.as_deref().and_then(reply::read_notice);
    let notice = notice.filter(|n| speaker.texts().has(&n.key)).map(|n| speaker.message(&n));
    Shell {
        t: speaker,
        title: &page.title,
        body: &page.body,
        csrf: &frame.csrf,
        theme: frame.preferences.theme,
        print: frame.preferences.print,
        other_language: if lang == Lang::Zh { Lang::En } else { Lang::Zh },
        back: minshu_kernel::web::percent(&frame.here).into_owned(),
        css: &ASSETS.css,
        js: &ASSETS.js,
        icons: &ASSETS.icons,
        mark: &ASSETS.mark,
        favicon: &ASSETS.favicon,
        navigation,
        account,
        banner,
        notice,
        openings: who
            .open(now)
            .map(|opening| {
                let until = minshu_kernel::show::instant(speaker, opening.until);
                let what = ("what", opening.number.as_str());
                speaker.say2("platform-opening-bar", what, ("until", until.as_str()))
            })
            .collect(),
        asks: !matches!(page.name, "platform.front" | "platform.search"),
        wide: matches!(page.name, "casework.work" | "identity.organisations" | "platform.audit"),
    }
}

/// Who one is here, in a line: the roles of one's posts, else whether the claim is proved.
fn standing(house: &House, who: &Principal, speaker: &Speaker) -> String {
    let held = who.grants.iter();
    let mut names: Vec<String> =
        held.filter_map(|grant| role_name(house, &grant.role, speaker)).collect();
    names.dedup();
    match (names.is_empty(), who.proved) {
        (false, _) => names.join(" · "),
        (true, true) => speaker.say("platform-standing-proved"),
        (true, false) => speaker.say("platform-standing-claimed"),
    }
}

/// The name of a role: of a pack in force, or of the platform's own.
fn role_name(house: &House, id: &str, speaker: &Speaker) -> Option<String> {
    let packs = minshu_kernel::ctx::PacksInForce::current(&*house.packs);
    if let Some(role) = packs.roles.get(id) {
        return Some(role.name.get(speaker.lang).to_owned());
    }
    let role = house.access.platform_roles().find(|r| r.id == id)?;
    Some(if speaker.lang == Lang::Zh { role.name.0 } else { role.name.1 }.to_owned())
}

#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorBody<'a> {
    t: &'a Speaker,
    title: String,
    detail: String,
    ruled: Option<Ruled>,
    number: String,
    missing: bool,
    signed_in: bool,
    icons: &'a str,
}

/// Why a post was refused.
struct Ruled {
    why: String,
    /// What is told of the rule: all of it, or the operation's name.
    label: String,
    rule: String,
}

/// The rule behind a refusal in words. Whoever holds a post may know it; a citizen reads the sentence alone.
fn ruled(house: &House, who: &Principal, speaker: &Speaker, failure: &Failure) -> Option<Ruled> {
    let rule = failure.rule.as_deref()?;
    // What is hidden from somebody is not there for him; whoever reads the audit chain finds the rule there anyway.
    if failure.kind == Kind::Missing && house.may_know_rules(who) {
        return Some(Ruled {
            why: speaker.say("platform-error-rule-hidden"),
            label: speaker.say("platform-error-rule-whole"),
            rule: rule.to_owned(),
        });
    }
    if failure.kind != Kind::Refused || who.grants.is_empty() {
        return None;
    }
    let operation = rule.split([' ', ':']).next().unwrap_or_default();
    let names: Vec<&str> = house
        .access
        .sets()
        .filter(|set| set.basis == Basis::Post && set.may.contains(&operation))
        .map(|set| if speaker.lang == Lang::Zh { set.name.0 } else { set.name.1 })
        .collect();
    let now = house.services.clock.now();
    let forbidden = rule.contains(": forbidden by ");
    let key = match (names.is_empty(), house.services.access.possible(who, operation, now)) {
        _ if forbidden => "platform-error-rule-forbidden",
        (true, _) => "platform-error-rule-own",
        (false, Ok(())) => "platform-error-rule-scope",
        (false, Err(_)) => "platform-error-rule-post",
    };
    let message = Message::new(key)
        .with("sets", names.join(&speaker.say("platform-or")))
        .with("posts", posts(house, who, speaker));
    let whole = house.may_know_rules(who);
    let label = if whole { "platform-error-rule-whole" } else { "platform-error-rule" };
    Some(Ruled {
        why: speaker.message(&message),
        label: speaker.say(label),
        rule: if whole { rule } else { operation }.to_owned(),
    })
}

/// The posts that somebody holds, each with its place.
fn posts(house: &House, who: &Principal, speaker: &Speaker) -> String {
    let name = |grant: &Grant| {
        let place = house.services.divisions.full_name(grant.division, speaker.lang);
        let role = role_name(house, &grant.role, speaker).unwrap_or_default();
        speaker.say2("platform-post", ("place", place), ("role", role))
    };
    let mut names: Vec<String> = who.grants.iter().map(name).collect();
    names.dedup();
    names.join(&speaker.say("platform-list-separator"))
}

/// The page of a failure: what is wrong, what to do, a number to quote, a way back.
pub async fn error_page(
    house: &House,
    frame: &Frame,
    who: &Arc<Principal>,
    failure: &Failure,
) -> Response {
    let speaker = Speaker::new(house.services.texts.clone(), frame.preferences.lang);
    let title = speaker.say(problem::title_key(failure.kind));
    let number = frame.request.to_string();
    let body = ErrorBody {
        t: &speaker,
        title: title.clone(),
        detail: match failure.code {
            // Who holds no post has no administrator to ask.
            "kernel.refused" if who.grants.is_empty() => speaker.say("platform-error-refused"),
            _ => speaker.message(&failure.message),
        },
        ruled: ruled(house, who, &speaker, failure),
        number: number.get(24..).unwrap_or(&number).to_owned(),
        missing: failure.kind == Kind::Missing,
        signed_in: who.signed_in(),
        icons: &ASSETS.icons,
    };
    match Page::new("platform.error", title, &body) {
        Ok(made) => page(house, frame, who, made.status(failure.kind.status())).await,
        Err(_) => problem::plain(StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be shown"),
    }
}
