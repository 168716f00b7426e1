//! How somebody is told: kinds by channel, quiet hours, the language of texts, the mail address.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::error::Failure;
use minshu_kernel::show;
use minshu_kernel::text::{Message, Speaker};
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use crate::actions::{ClaimMail, ProveMail, RemoveMail, SetPreferences};
use crate::model::MessageKind;
use crate::queries::Preferences;
use crate::queries::preferences::PreferencesView;

/// The address of the page.
pub(super) const PATH: &str = "/me/messages";

#[derive(Template)]
#[template(path = "preferences.html")]
struct PreferencesPage {
    t: Speaker,
    state: FormState,
    /// Which form the mistakes are of.
    form: Form,
    rows: Vec<Row>,
    sms_offered: bool,
    email_offered: bool,
    quiet: bool,
    from: String,
    until: String,
    english: bool,
    mail: Option<Mail>,
    claim: Option<Claim>,
    typed: String,
}

/// The forms of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// What is told, and when not.
    Choices,
    /// A mail address.
    Mail,
    /// The code that went there.
    Code,
}

struct Row {
    word: &'static str,
    name: String,
    note: String,
    bound: bool,
    sms: bool,
    email: bool,
}

struct Mail {
    mail: String,
    proved: String,
    bad: String,
}

struct Claim {
    mail: String,
    hint: String,
    bad: bool,
}

/// `GET /me/messages`
pub(super) async fn show(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let found = visit.ask(&Preferences {}).await?;
    Ok(page(visit.speaker(), FormState::fresh(&visit), Form::Choices, &found, "")?.into())
}

/// `POST /me/messages`
pub(super) async fn choose(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let chosen = |channel: &str| -> Vec<MessageKind> {
        let given = visit.form.iter().filter(|(name, _)| name == channel);
        given.filter_map(|(_, word)| MessageKind::parse(word)).collect()
    };
    // What is no time of day is a number of minutes that no day has: the action says so at its field.
    let time = |name: &str| minutes(visit.field(name)).unwrap_or(u16::MAX);
    let quiet = visit.field("quiet") == "yes";
    let action = SetPreferences {
        sms: chosen("sms"),
        email: chosen("email"),
        quiet_from: if quiet { time("quiet_from") } else { 0 },
        quiet_until: if quiet { time("quiet_until") } else { 0 },
        english: visit.field("language") == "en",
    };
    let done = visit.act(&action).await;
    answer(&visit, done.map(|_| Message::new("messaging-choices-kept")), Form::Choices).await
}

/// `POST /me/messages/mail`
pub(super) async fn claim(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let done = visit.act(&ClaimMail { mail: visit.field("mail").to_owned() }).await;
    answer(&visit, done.map(|_| Message::new("messaging-mail-sent")), Form::Mail).await
}

/// `POST /me/messages/mail/prove`
pub(super) async fn prove(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let done = visit.act(&ProveMail { code: visit.field("code").to_owned() }).await;
    let told = |proved: crate::actions::prove_mail::MailProved| {
        Message::new("messaging-mail-proved").with("mail", proved.mail)
    };
    answer(&visit, done.map(told), Form::Code).await
}

/// `POST /me/messages/mail/remove`
pub(super) async fn remove(visit: Arc<Visit>) -> Result<Reply, Failure> {
    let done = visit.act(&RemoveMail {}).await;
    answer(&visit, done.map(|_| Message::new("messaging-mail-gone")), Form::Mail).await
}

/// The page again: with a notice where it was done, with what is wrong where it was refused.
async fn answer(
    visit: &Visit,
    done: Result<Message, Failure>,
    form: Form,
) -> Result<Reply, Failure> {
    match done {
        Ok(notice) => Ok(Reply::done(PATH, notice)),
        Err(failure) => {
            let status = failure.kind.status();
            let state = FormState::refused(visit, failure)?;
            let found = visit.ask(&Preferences {}).await?;
            let typed = visit.field("mail").to_owned();
            let page = page(visit.speaker(), state, form, &found, &typed)?;
            Ok(page.status(status).into())
        }
    }
}

/// Renders the page.
pub(super) fn page(
    t: Speaker,
    state: FormState,
    form: Form,
    found: &PreferencesView,
    typed: &str,
) -> Result<Page, Failure> {
    let rows = found.kinds.iter().map(|choice| {
        let word = choice.kind.word();
        Row {
            word,
            name: t.say(&format!("messaging-kind-{word}")),
            note: t.say(&format!("messaging-kind-{word}-note")),
            bound: choice.bound,
            sms: choice.sms,
            email: choice.email,
        }
    });
    let quiet = found.quiet_from != found.quiet_until;
    let usual = crate::preference::Choices::default().quiet;
    let (from, until) = match quiet {
        true => (found.quiet_from, found.quiet_until),
        false => (usual.from, usual.until),
    };
    let page = PreferencesPage {
        rows: rows.collect(),
        form,
        sms_offered: found.sms_offered,
        email_offered: found.email_offered,
        quiet,
        from: clock(from),
        until: clock(until),
        english: found.english,
        mail: found.mail.as_ref().map(|mail| Mail {
            mail: mail.mail.clone(),
            proved: t.say1("messaging-mail-since", "at", show::instant(&t, mail.proved_ms)),
            bad: match mail.bad_ms {
                None => String::new(),
                Some(at) => t.say2(
                    "messaging-mail-bad",
                    ("mail", mail.mail.as_str()),
                    ("at", show::instant(&t, at)),
                ),
            },
        }),
        claim: found.claim.as_ref().map(|claim| Claim {
            mail: claim.mail.clone(),
            hint: t.say2(
                "messaging-code-hint",
                ("mail", claim.mail.as_str()),
                ("until", show::time(claim.expires_ms)),
            ),
            bad: claim.bad,
        }),
        typed: typed.to_owned(),
        state,
        t,
    };
    Page::new("messaging.preferences", page.t.say("messaging-preferences-title"), &page)
}

impl PreferencesPage {
    /// What is wrong with a form as a whole; none where the mistake is another form's.
    fn summary(&self, form: Form) -> Option<String> {
        let summary = self.state.summary.as_ref().filter(|_| self.form == form)?;
        // Where fields are named, each says what is wrong with it.
        Some(match self.state.problems.len() {
            0 => summary.clone(),
            count => self.t.say1("form-summary", "count", count),
        })
    }
}

/// A time of day as browsers write it, in minutes: `22:00`.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().get(..5)?.split_once(':')?;
    let number = |part: &str, most: u16| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u16>().ok().filter(|n| digits && *n < most)
    };
    Some(number(hour, 24)? * 60 + number(minute, 60)?)
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn times_of_day_are_read_as_they_are_written(minute in 0_u16..1440, text in ".{0,8}") {
            prop_assert_eq!(minutes(&clock(minute)), Some(minute));
            prop_assert!(minutes(&text).is_none_or(|minutes| minutes < 1440));
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "24:00", "7:00", "07:60", "0７:00", "-1:00", "07-00"] {
            assert_eq!(minutes(text), None, "{text}");
        }
        assert_eq!(minutes("07:30:00"), Some(450));
    }
}
