//! The pure rules of identity: what a name, a password, a role list and a term may be, how long one
//! is told to wait, and where a page may send on to.

use jiff::civil::Date;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::pack::Role;
use minshu_kernel::text::Message;
use std::collections::BTreeMap;

use crate::model::Term;

/// The fewest characters of a password (NIST SP 800-63B asks for eight; ten cost nobody anything).
pub(crate) const PASSWORD_MIN: usize = 10;
/// The most characters of a password.
pub(crate) const PASSWORD_MAX: usize = 128;
/// The most characters of a person's name: the longest on an identity card has fewer.
pub(crate) const NAME_MAX: usize = 50;
/// The most characters of an organisation's name.
pub(crate) const ORGANISATION_NAME_MAX: usize = 120;
/// The most characters of a post's name.
pub(crate) const POST_NAME_MAX: usize = 60;
/// The most characters of an evidence text.
pub(crate) const EVIDENCE_MAX: usize = 500;
/// The most roles that one post grants.
pub(crate) const ROLES_MAX: usize = 50;
/// How long a session lasts from signing in: a working day, without prolongation.
pub(crate) const SESSION_MS: i64 = 12 * 3_600_000;
/// How long a session lasts that is not used: long enough for lunch, short enough for a forgotten library desk.
pub(crate) const SESSION_IDLE_MS: i64 = 2 * 3_600_000;
/// How old the note of a session's last use may be before it is written anew: not with every page.
pub(crate) const SEEN_EVERY_MS: i64 = 5 * 60_000;
/// The most characters of what a session is called.
pub(crate) const DEVICE_MAX: usize = 60;

/// The fewest characters that say why something is opened in an emergency, or what was found of it.
pub(crate) const WORDS_MIN: usize = 10;
/// The most of them.
pub(crate) const WORDS_MAX: usize = 500;
/// Minutes for which something is opened where nothing is said.
pub(crate) const OPENING_MINUTES: u32 = 60;
/// The fewest and the most minutes.
pub(crate) const OPENING_MINUTES_RANGE: (u32, u32) = (5, 240);
/// Things that one may have open at once.
pub(crate) const OPENINGS_MAX: usize = 3;
/// Working days within which somebody else is to judge an opening.
pub(crate) const REVIEW_WORKING_DAYS: u32 = 3;
/// People who are told of an opening by short message, at most.
pub(crate) const TOLD_MAX: usize = 20;

/// How far ahead a holder's substitute may be named, in milliseconds.
pub(crate) const SUBSTITUTE_MS: i64 = 180 * minshu_kernel::clock::DAY_MS;
/// Days before the end of a term at which its holder is warned, the first warning first.
pub(crate) const WARN_DAYS: [u32; 2] = [30, 7];

/// What somebody writes to account for something: trimmed, long enough to say anything, not longer than people read.
pub(crate) fn words(text: &str) -> Result<String, Message> {
    let text = text.trim();
    match text.chars().count() {
        ..WORDS_MIN => Err(Message::new("identity-words-short").with("least", WORDS_MIN)),
        WORDS_MIN..=WORDS_MAX if !text.contains('\0') => Ok(text.to_owned()),
        WORDS_MIN..=WORDS_MAX => Err(Message::new("identity-words-signs")),
        _ => Err(Message::new("identity-words-long").with("most", WORDS_MAX)),
    }
}

/// For how many minutes something is opened.
pub(crate) fn minutes(asked: Option<u32>) -> Result<u32, Message> {
    let (least, most) = OPENING_MINUTES_RANGE;
    let minutes = asked.unwrap_or(OPENING_MINUTES);
    match (least..=most).contains(&minutes) {
        true => Ok(minutes),
        false => Err(Message::new("identity-minutes-range")
            .with("least", i64::from(least))
            .with("most", i64::from(most))),
    }
}

/// Passwords that are tried first by those who guess and that `zxcvbn`, whose lists are English, takes for good; lower
/// case, one a line, ten characters or more.
const COMMON: &str = include_str!("common_passwords.txt");

/// Without the blanks around it and with single blanks inside. Control characters are refused, and the
/// marks that turn the direction of writing: a name must not read otherwise than it is stored.
fn tidy(text: &str) -> Option<String> {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(|c| (c.is_control() && !c.is_whitespace()) || turns(c)) {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" "))
}

/// A person's name: letters of any script, with blanks, middle dots, hyphens and apostrophes within.
pub(crate) fn person_name(text: &str) -> Result<String, Message> {
    let name = tidy(text).ok_or("identity-name-characters")?;
    // People type many dots; the one of identity cards is U+00B7.
    let name = name.replace(['•', '‧', '∙', '・', '．'], "·");
    let length = name.chars().count();
    if length == 0 {
        return Err("identity-name-missing".into());
    }
    if length > NAME_MAX {
        return Err(Message::new("identity-name-too-long").with("max", NAME_MAX));
    }
    let inside = |c: char| matches!(c, ' ' | '·' | '-' | '\'' | '’' | '.');
    let good = name.chars().all(|c| c.is_alphabetic() || inside(c))
        && name.chars().next().is_some_and(char::is_alphabetic);
    if good { Ok(name) } else { Err("identity-name-characters".into()) }
}

/// A text of one line: an organisation's or a post's name, the evidence of a mandate.
pub(crate) fn line(text: &str, max: usize) -> Result<String, Message> {
    let line = tidy(text).ok_or("identity-text-characters")?;
    match line.chars().count() {
        0 => Err("identity-text-missing".into()),
        length if length > max => Err(Message::new("identity-text-too-long").with("max", max)),
        _ => Ok(line),
    }
}

/// How many guesses a password must stand, as a power of ten: what somebody could try within years at a door that
/// makes them wait.
const LEAST_GUESSES_LOG10: f64 = 6.0;
/// Words that a guesser of this platform's passwords would think of.
const OF_THE_HOUSE: [&str; 6] = ["minshu", "闽枢", "fujian", "福建", "zhengwu", "政务"];

/// Whether a password may be chosen. Length and the guesses it stands decide; nothing is said about kinds of characters. `phone`
/// and `number` are the person's own, in their one form; either may be empty.
pub(crate) fn password(text: &str, phone: &str, number: &str) -> Result<(), Message> {
    let length = text.chars().count();
    if length < PASSWORD_MIN {
        return Err(Message::new("identity-password-short")
            .with("min", PASSWORD_MIN)
            .with("found", length));
    }
    if length > PASSWORD_MAX {
        return Err(Message::new("identity-password-long").with("max", PASSWORD_MAX));
    }
    let folded = text.to_lowercase();
    if !phone.is_empty() && folded.contains(phone) {
        return Err("identity-password-phone".into());
    }
    // The birth date and what follows are what others know of a number.
    let tail = number.get(6..).unwrap_or_default().to_lowercase();
    if !tail.is_empty() && folded.contains(&tail) {
        return Err("identity-password-number".into());
    }
    let mut different: Vec<char> = folded.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 3 || COMMON.lines().any(|common| common == folded) {
        return Err("identity-password-common".into());
    }
    let known: Vec<&str> =
        OF_THE_HOUSE.into_iter().chain([phone, number]).filter(|word| !word.is_empty()).collect();
    if zxcvbn::zxcvbn(text, &known).guesses_log10() < LEAST_GUESSES_LOG10 {
        return Err("identity-password-common".into());
    }
    Ok(())
}

/// A message that says how long one must wait, in seconds up to a minute and a half, else in minutes.
pub(crate) fn wait_message(key: &'static str, now: Timestamp, until: Timestamp) -> Message {
    let seconds = until.0.saturating_sub(now.0).max(0).saturating_add(999) / 1_000;
    let (unit, count) = match seconds {
        ..=90 => ("seconds", seconds),
        more => ("minutes", more.saturating_add(59) / 60),
    };
    Message::new(key).with("unit", unit).with("count", count)
}

/// Where a page sends on to after signing in: a path of this site and nothing else. What another site
/// could be (`//host`, `/\host`, a scheme) becomes the front page.
pub(crate) fn local_path(to: &str) -> &str {
    let local = to.starts_with('/')
        && !to.starts_with("//")
        && to.len() <= 2_000
        && to.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if local { to } else { "/" }
}

/// A civil date as forms and programs send it, `2026-03-05`; `None` where the field was left empty.
pub(crate) fn date(text: Option<&str>) -> Result<Option<Date>, Message> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) if text.len() != 10 => Err("identity-date-unreadable".into()),
        Some(text) => {
            let date: Date = text.parse().map_err(|_| Message::new("identity-date-unreadable"))?;
            let known = (1990..=2200).contains(&date.year());
            if known { Ok(Some(date)) } else { Err("identity-date-unreadable".into()) }
        }
    }
}

/// The term from the beginning of one day (now, where none is given) to the end of another.
pub(crate) fn term(
    from: Option<Date>,
    until: Option<Date>,
    now: Timestamp,
) -> Result<Term, Message> {
    let from_ms = from.filter(|from| *from != now.date()).map_or(now, Timestamp::start_of);
    let until_ms = until.map(Timestamp::end_of);
    match until_ms {
        Some(end) if end <= now => Err("identity-term-past".into()),
        Some(end) if end <= from_ms => Err("identity-term-reversed".into()),
        _ => Ok(Term { from_ms, until_ms, ended_ms: None }),
    }
}

/// The roles of a post, in order and each once; an unknown one is named.
pub(crate) fn roles(
    wanted: &[String],
    packs: &BTreeMap<String, Role>,
    platform: &[&'static str],
) -> Result<Vec<String>, (usize, Message)> {
    if wanted.len() > ROLES_MAX {
        return Err((ROLES_MAX, Message::new("identity-roles-many").with("max", ROLES_MAX)));
    }
    for (place, role) in wanted.iter().enumerate() {
        if !packs.contains_key(role) && !platform.contains(&role.as_str()) {
            let shown: String = role.chars().take(80).collect();
            return Err((place, Message::new("identity-role-unknown").with("role", shown)));
        }
    }
    let mut roles = wanted.to_vec();
    roles.sort_unstable();
    roles.dedup();
    Ok(roles)
}

/// Whether a role belongs to the platform rather than to a pack.
pub(crate) fn is_platform_role(role: &str) -> bool {
    role.starts_with("platform.")
}

/// What an organisation is found by: its name and code in small letters, without the marks of LIKE.
pub(crate) fn search_key(name: &str, uscc: Option<&str>) -> String {
    format!("{} {}", name, uscc.unwrap_or_default()).to_lowercase().replace(['%', '_', '\\'], " ")
}

/// The LIKE pattern of what somebody typed; `None` where nothing is left to look for.
pub(crate) fn search_pattern(typed: &str) -> Option<String> {
    let typed: String = typed.chars().take(ORGANISATION_NAME_MAX).collect();
    let key = search_key(typed.trim(), None);
    let key = key.trim();
    (!key.is_empty()).then(|| format!("%{key}%"))
}

#[cfg(test)]
mod tests;
