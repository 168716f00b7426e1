//! Subscriptions for operators: the list with the form that adds one, and one with its deliveries and buttons. A secret
//! is shown on the answer to the form that made it and never again.

use std::sync::Arc;

use askama::Template;
use minshu_kernel::capability::TaskEntry;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::division::Divisions;
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::show;
use minshu_kernel::text::Speaker;
use minshu_kernel::web::{FormState, Page, Reply, Visit};

use super::parts::icons;
use super::{Pages, must};
use crate::platform::actions::pause_subscription::PauseSubscription;
use crate::platform::actions::resume_subscription::ResumeSubscription;
use crate::platform::actions::rotate_subscription_secret::RotateSubscriptionSecret;
use crate::platform::actions::subscribe::Subscribe;
use crate::platform::actions::test_subscription::TestSubscription;
use crate::platform::actions::unsubscribe::Unsubscribe;
use crate::platform::queries::deliveries::{Deliveries, DeliveryLine};
use crate::platform::queries::subscriptions::{SubscriptionLine, Subscriptions};
use crate::subscriptions::model::{State, SubscriptionId, Why};

const LIST: &str = "/operations/subscriptions";

#[derive(Template)]
#[template(path = "pages/subscriptions.html")]
pub(super) struct SubscriptionsPage {
    pub t: Speaker,
    pub icons: String,
    /// How many the platform switched off, in words; empty where none.
    pub off: String,
    pub rows: Vec<RowView>,
    pub form: SubscribeForm,
    /// Types of events that can be subscribed to.
    pub known: Vec<KnownView>,
}

/// A subscription in the list.
pub(super) struct RowView {
    pub href: String,
    pub name: String,
    pub address: String,
    pub kinds: String,
    pub place: String,
    pub standing: Standing,
    pub delivered: String,
}

/// A type of event.
pub(super) struct KnownView {
    pub kind: &'static str,
    pub doc: &'static str,
}

/// How a subscription stands: a tag's class, icon and words.
pub(super) struct Standing {
    pub class: &'static str,
    pub icon: &'static str,
    pub words: String,
}

/// The form as it was typed.
pub(super) struct SubscribeForm {
    pub state: FormState,
    pub name: String,
    pub address: String,
    pub kinds: String,
    pub pack: String,
    pub division: String,
}

impl SubscribeForm {
    pub(super) fn problem(&self, pointer: &str) -> &str {
        // A pattern that is wrong is told at the one field that holds them all.
        let found =
            self.state.problems.iter().find(|(at, _)| {
                at == pointer || (pointer == "/kinds" && at.starts_with("/kinds/"))
            });
        found.map_or("", |(_, text)| text.as_str())
    }

    pub(super) fn fields(&self) -> [(&'static str, &str); 5] {
        ["name", "address", "kinds", "pack", "division"]
            .map(|field| (field, self.problem(&format!("/{field}"))))
    }
}

#[derive(Template)]
#[template(path = "pages/subscription.html")]
pub(super) struct SubscriptionPage {
    pub t: Speaker,
    pub icons: String,
    pub csrf: String,
    pub id: String,
    pub name: String,
    pub standing: Standing,
    /// Why the platform switched it off and what to do; empty where it did not.
    pub off: String,
    /// What was refused; empty where nothing was.
    pub summary: String,
    /// The secret, this once.
    pub secret: String,
    /// Until when the secret before signs as well; empty where there is none.
    pub before: String,
    pub facts: Vec<(String, String)>,
    pub kinds: Vec<String>,
    pub address: String,
    pub active: bool,
    pub deliveries: Vec<DeliveryView>,
}

/// A delivery.
pub(super) struct DeliveryView {
    pub at: String,
    pub kind: String,
    pub event: String,
    pub subject: String,
    pub class: &'static str,
    pub state: String,
    pub attempts: String,
    pub outcome: String,
    pub next: String,
}

impl Standing {
    fn of(t: &Speaker, line: &SubscriptionLine) -> Standing {
        let (class, icon, key) = match (line.state, line.failures) {
            (State::Active, 0) => ("is-good", "circle-check", "platform-subscription-active"),
            (State::Active, _) => ("is-warn", "triangle-alert", "platform-subscription-retrying"),
            (State::Paused, _) => ("is-info", "circle-pause", "platform-subscription-paused"),
            (State::Off, _) => ("is-bad", "circle-alert", "platform-subscription-switched-off"),
        };
        Standing { class, icon, words: t.say(key) }
    }
}

fn why(t: &Speaker, line: &SubscriptionLine) -> String {
    match line.why.filter(|_| line.state == State::Off) {
        None => String::new(),
        Some(Why::Gone) => t.say("platform-subscription-why-gone"),
        Some(Why::Failing) => t.say("platform-subscription-why-failing"),
        Some(Why::Holder) => t.say("platform-subscription-why-holder"),
    }
}

fn place(t: &Speaker, line: &SubscriptionLine, divisions: &Divisions) -> String {
    let division = divisions.get(line.division);
    let name = division.map_or_else(|| line.division.to_string(), |d| d.name().to_owned());
    match &line.pack {
        None => name,
        Some(pack) => format!("{name}{}{pack}", t.say("platform-separator")),
    }
}

fn instant_or(t: &Speaker, at: Option<Timestamp>, key: &str) -> String {
    at.map_or_else(|| t.say(key), |at| show::instant(t, at))
}

impl SubscriptionsPage {
    pub(super) fn of(
        t: Speaker,
        lines: &[SubscriptionLine],
        divisions: &Divisions,
        known: Vec<KnownView>,
        form: SubscribeForm,
    ) -> SubscriptionsPage {
        let off = lines.iter().filter(|line| line.state == State::Off).count();
        let rows = lines.iter().map(|line| RowView {
            href: format!("{LIST}/{}", line.subscription),
            name: line.name.clone(),
            address: line.address.clone(),
            kinds: line.kinds.join(&t.say("platform-separator")),
            place: place(&t, line, divisions),
            standing: Standing::of(&t, line),
            delivered: instant_or(&t, line.delivered, "platform-subscription-never"),
        });
        SubscriptionsPage {
            icons: icons(),
            off: match i64::try_from(off).unwrap_or(i64::MAX) {
                0 => String::new(),
                off => t.say1("platform-subscriptions-off", "n", off),
            },
            rows: rows.collect(),
            known,
            form,
            t,
        }
    }
}

/// What the page of one subscription is told beside its records.
#[derive(Default)]
pub(super) struct Told {
    pub csrf: String,
    pub secret: String,
    pub summary: String,
}

impl SubscriptionPage {
    pub(super) fn of(
        t: Speaker,
        line: &SubscriptionLine,
        deliveries: &[DeliveryLine],
        divisions: &Divisions,
        told: Told,
    ) -> SubscriptionPage {
        let fact = |key: &str, value: String| (t.say(key), value);
        let mut facts = vec![
            fact("platform-subscription-place", place(&t, line, divisions)),
            fact(
                "platform-subscription-delivered",
                instant_or(&t, line.delivered, "platform-subscription-never"),
            ),
            fact("platform-subscription-since", show::instant(&t, line.at)),
        ];
        if let Some(since) = line.failing_since {
            facts.push(fact("platform-subscription-failing-since", show::instant(&t, since)));
            facts.push(fact("platform-subscription-failures", show::number(line.failures)));
        }
        if let Some(retry) = line.retry {
            facts.push(fact("platform-subscription-retry", show::instant(&t, retry)));
        }
        SubscriptionPage {
            icons: icons(),
            csrf: told.csrf,
            id: line.subscription.to_string(),
            name: line.name.clone(),
            standing: Standing::of(&t, line),
            off: why(&t, line),
            summary: told.summary,
            secret: told.secret,
            before: line.before_until.map_or_else(String::new, |until| {
                t.say1("platform-subscription-before", "until", show::instant(&t, until))
            }),
            facts,
            kinds: line.kinds.clone(),
            address: line.address.clone(),
            active: line.state == State::Active,
            deliveries: deliveries.iter().map(|d| delivery_view(&t, d)).collect(),
            t,
        }
    }
}

fn delivery_view(t: &Speaker, line: &DeliveryLine) -> DeliveryView {
    let (class, key) = match line.state.as_str() {
        "delivered" => ("is-good", "platform-delivery-delivered"),
        "waiting" if line.attempts == 0 => ("is-info", "platform-delivery-waiting"),
        "waiting" => ("is-warn", "platform-delivery-again"),
        "parked" => ("is-bad", "platform-delivery-parked"),
        "dropped" => ("is-info", "platform-delivery-dropped"),
        _ => ("is-bad", "platform-delivery-failed"),
    };
    let outcome = match line.outcome.as_str() {
        "timeout" => t.say("platform-delivery-timeout"),
        "connect" => t.say("platform-delivery-connect"),
        "forbidden" => t.say("platform-delivery-forbidden"),
        "broken" => t.say("platform-delivery-broken"),
        "" => "–".to_owned(),
        status => format!("HTTP {status}"),
    };
    DeliveryView {
        at: show::instant(t, line.at),
        kind: line.kind.clone(),
        event: line.event.clone(),
        subject: line.subject.clone(),
        class,
        state: t.say(key),
        attempts: show::number(line.attempts),
        outcome,
        next: line.next.filter(|_| line.attempts > 0).map_or_else(String::new, |next| {
            t.say1("platform-delivery-next", "at", show::instant(t, next))
        }),
    }
}

/// Shows the list.
pub(super) async fn show(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    let form = SubscribeForm {
        state: FormState::fresh(&visit),
        name: String::new(),
        address: String::new(),
        kinds: String::new(),
        pack: String::new(),
        division: String::new(),
    };
    list(&visit, form, 200).await
}

async fn list(visit: &Visit, form: SubscribeForm, status: u16) -> Result<Reply, Failure> {
    let lines = visit.ask(&Subscriptions::default()).await?.subscriptions;
    let known = visit.services.events.iter();
    let known = known.map(|event| KnownView { kind: event.kind, doc: event.doc }).collect();
    let divisions = &visit.services.divisions;
    let page = SubscriptionsPage::of(visit.speaker(), &lines, divisions, known, form);
    let title = page.t.say("platform-navigation-subscriptions");
    Ok(Page::new("platform.subscriptions", title, &page)?.status(status).into())
}

/// Adds a subscription and shows its secret.
pub(super) async fn add(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "platform.subscribe")?;
    let typed = |name: &str, most: usize| -> String {
        visit.field(name).trim().chars().take(most).collect()
    };
    let (name, address) = (typed("name", 200), typed("address", 600));
    let (kinds, pack) = (typed("kinds", 4_000), typed("pack", 100));
    let division = typed("division", 20);
    let parsed = match division.as_str() {
        "" => Ok(None),
        code => code.parse().map(Some).map_err(|_| {
            Failure::invalid(vec![FieldProblem::new("/division", "platform-subscription-division")])
        }),
    };
    let failure = match parsed {
        Err(failure) => failure,
        Ok(parsed) => {
            let action = Subscribe {
                name: name.clone(),
                address: address.clone(),
                kinds: kinds.split([' ', ',', '，', '\n', '\r', '\t']).map(str::to_owned).collect(),
                pack: Some(pack.clone()).filter(|pack| !pack.is_empty()),
                division: parsed,
            };
            match visit.act(&action).await {
                Ok(made) => {
                    let told = Told { secret: made.secret, ..Told::default() };
                    return one(&visit, made.subscription, told, 201).await;
                }
                Err(failure) => failure,
            }
        }
    };
    let status = failure.kind.status();
    let state = FormState::refused(&visit, failure)?;
    list(&visit, SubscribeForm { state, name, address, kinds, pack, division }, status).await
}

/// Shows one subscription.
pub(super) async fn show_one(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    one(&visit, visit.param("subscription")?, Told::default(), 200).await
}

async fn one(visit: &Visit, id: SubscriptionId, told: Told, status: u16) -> Result<Reply, Failure> {
    let lines = visit.ask(&Subscriptions { subscription: Some(id) }).await?.subscriptions;
    let line = lines.first().ok_or_else(Failure::missing)?;
    let deliveries = visit.ask(&Deliveries { subscription: id, limit: None }).await?.deliveries;
    let told = Told { csrf: visit.csrf.clone(), ..told };
    let divisions = &visit.services.divisions;
    let page = SubscriptionPage::of(visit.speaker(), line, &deliveries, divisions, told);
    let title = page.name.clone();
    Ok(Page::new("platform.subscription", title, &page)?.status(status).into())
}

/// Does what a button of one subscription says.
pub(super) async fn change(_: Arc<Pages>, visit: Arc<Visit>) -> Result<Reply, Failure> {
    must(&visit, "platform.subscribe")?;
    let subscription: SubscriptionId = visit.param("subscription")?;
    let here = format!("{LIST}/{subscription}");
    let done = match visit.field("do") {
        "rotate" => match visit.act(&RotateSubscriptionSecret { subscription }).await {
            Ok(made) => {
                let told = Told { secret: made.secret, ..Told::default() };
                return one(&visit, subscription, told, 200).await;
            }
            Err(failure) => Err(failure),
        },
        "pause" => visit
            .act(&PauseSubscription { subscription })
            .await
            .map(|_| (here, "platform-subscription-paused-now")),
        "resume" => visit
            .act(&ResumeSubscription { subscription })
            .await
            .map(|_| (here, "platform-subscription-resumed-now")),
        "test" => visit
            .act(&TestSubscription { subscription })
            .await
            .map(|_| (here, "platform-subscription-tested-now")),
        "end" => visit
            .act(&Unsubscribe { subscription })
            .await
            .map(|_| (LIST.to_owned(), "platform-subscription-ended-now")),
        _ => return Err(Failure::new(Kind::Malformed, "kernel.not_a_form")),
    };
    match done {
        Ok((to, key)) => Ok(Reply::done(to, key)),
        Err(failure) if failure.kind == Kind::Conflict => {
            let summary = visit.speaker().message(&failure.message);
            let told = Told { summary, ..Told::default() };
            one(&visit, subscription, told, failure.kind.status()).await
        }
        Err(failure) => Err(failure),
    }
}

/// Subscriptions that the platform switched off, as work of those who look after them.
pub(super) async fn tasks(visit: Arc<Visit>) -> Result<Vec<TaskEntry>, Failure> {
    if !visit.could("platform.subscriptions") {
        return Ok(Vec::new());
    }
    let lines = visit.ask(&Subscriptions::default()).await?.subscriptions;
    let t = visit.speaker();
    let off = lines.iter().filter(|line| line.state == State::Off);
    Ok(off
        .map(|line| TaskEntry {
            title: t.say("platform-subscription-task"),
            about: line.name.clone(),
            href: format!("{LIST}/{}", line.subscription),
            due: None,
            flag: "red",
        })
        .collect())
}
