//! The shell around a page: header, navigation, demonstration banner, notice, footer.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use minshu_kernel::access::Principal;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::text::{Lang, Speaker};
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
    front: bool,
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
pub fn page(house: &House, frame: &Frame, who: &Arc<Principal>, page: Page) -> Response {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::OK);
    if frame.fragment {
        let mut response = reply::html(page.body.0);
        *response.status_mut() = status;
        return response;
    }
    let speaker = Speaker::new(house.services.texts.clone(), frame.preferences.lang);
    let shell = shell(house, frame, who, &speaker, &page);
    match shell.render() {
        Ok(text) => {
            let mut response = reply::html(text);
            *response.status_mut() = status;
            response
        }
        Err(error) => {
            tracing::error!(%error, page = page.name, "the shell does not render");
            problem::plain(StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be shown")
        }
    }
}

fn shell<'a>(
    house: &'a House,
    frame: &'a Frame,
    who: &'a Arc<Principal>,
    speaker: &'a Speaker,
    page: &'a Page,
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
        front: path == "/",
        wide: matches!(page.name, "casework.work_list" | "casework.work" | "platform.audit"),
    }
}

/// Who one is here, in a line: the roles of one's posts, else whether the claim is proved.
fn standing(house: &House, who: &Principal, speaker: &Speaker) -> String {
    let packs = minshu_kernel::ctx::PacksInForce::current(&*house.packs);
    let mut names: Vec<String> = who
        .grants
        .iter()
        .filter_map(|grant| {
            if let Some(role) = packs.roles.get(&grant.role) {
                return Some(role.name.get(speaker.lang).to_owned());
            }
            let role = house.access.platform_roles().find(|r| r.id == grant.role)?;
            Some(if speaker.lang == Lang::Zh { role.name.0 } else { role.name.1 }.to_owned())
        })
        .collect();
    names.dedup();
    match (names.is_empty(), who.proved) {
        (false, _) => names.join(" · "),
        (true, true) => speaker.say("platform-standing-proved"),
        (true, false) => speaker.say("platform-standing-claimed"),
    }
}

#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorBody<'a> {
    t: &'a Speaker,
    title: String,
    detail: String,
    rule: Option<&'a str>,
    number: String,
    missing: bool,
    signed_in: bool,
    icons: &'a str,
}

/// The page of a failure: what is wrong, what to do, a number to quote, a way back.
pub fn error_page(
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
        detail: speaker.message(&failure.message),
        // Whoever holds a post may know the rule; a citizen reads the sentence.
        rule: failure.rule.as_deref().filter(|_| !who.grants.is_empty()),
        number: number.get(24..).unwrap_or(&number).to_owned(),
        missing: failure.kind == Kind::Missing,
        signed_in: who.signed_in(),
        icons: &ASSETS.icons,
    };
    match Page::new("platform.error", title, &body) {
        Ok(made) => page(house, frame, who, made.status(failure.kind.status())),
        Err(_) => problem::plain(StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be shown"),
    }
}
