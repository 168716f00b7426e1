//! Subscribes a receiver to events.

use minshu_kernel::access::Resource;
use minshu_kernel::action::{Action, Decision};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::outgoing::BadAddress;
use minshu_kernel::records::Statement;
use minshu_kernel::text::Message;
use minshu_kernel::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::subscriptions::interest::{Interest, MOST_PATTERNS, Pattern};
use crate::subscriptions::model::{Subscription, SubscriptionId, must_cover};
use crate::subscriptions::secret::Secret;
use crate::subscriptions::{MOST, store};

/// Subscribes a receiver to events from now on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscribe {
    /// What operators call it.
    #[schemars(length(max = 80), example = &"鼓楼办件对接")]
    pub name: String,
    /// Where deliveries go: an absolute `https` address.
    #[schemars(length(max = 500), example = &"https://hooks.example/minshu")]
    pub address: String,
    /// Types of events, such as `casework.case.decided`, `casework.case.*` or `*`; at most 40.
    #[schemars(example = ["casework.case.*"])]
    pub kinds: Vec<String>,
    /// Events of this pack alone. Whoever holds a role of a pack can subscribe to that pack alone.
    #[serde(default)]
    #[schemars(length(max = 80))]
    pub pack: Option<String>,
    /// Events of this division and what lies in it; where it is absent, all that the caller's post covers.
    #[serde(default)]
    pub division: Option<DivisionCode>,
}

/// The subscription and its secret, which is told this once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Subscribed {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The secret that signs: `whsec_` and base64.
    pub secret: String,
}

impl Action for Subscribe {
    const NAME: &'static str = "platform.subscribe";
    const DOC: &'static str =
        "Subscribes a receiver to events by a signed web hook; the secret is answered once.";
    const SECRET_REPLY: bool = true;
    type Reply = Subscribed;

    async fn decide(self, ctx: &Ctx) -> Result<Decision<Subscribed>, Failure> {
        let id = SubscriptionId::fresh(&*ctx.services.ids);
        ctx.authorize(&Resource::of("platform.subscription", id))?;
        let (name, address) = (self.name.trim().to_owned(), self.address.trim().to_owned());
        let kinds = tidy(&self.kinds);
        let interest = self.interest(ctx, &kinds)?;
        let mut problems = problems(ctx, &name, &address, &kinds);
        if ctx.services.divisions.get(interest.division).is_none() {
            problems.push(FieldProblem::new("/division", "platform-subscription-division"));
        }
        if let Some(pack) = &interest.pack
            && !ctx.services.packs.current().packs.iter().any(|p| p.id == *pack)
        {
            problems.push(FieldProblem::new("/pack", "platform-subscription-pack"));
        }
        if !problems.is_empty() {
            return Err(Failure::invalid(problems));
        }
        must_cover(ctx, &interest.resource(&id.to_string()))?;
        let rows = ctx.rows(store::SUBSCRIPTIONS, values![MOST]).await?;
        if i64::try_from(rows.len()).is_ok_and(|there| there >= MOST) {
            return Err(Failure::new(Kind::Conflict, "platform.subscriptions_full"));
        }
        for row in &rows {
            let other = Subscription::read(row)?;
            if other.address == address
                && other.kinds == kinds
                && other.interest.pack == interest.pack
                && other.interest.division == interest.division
            {
                return Err(Failure::new(Kind::Conflict, "platform.subscribed_already"));
            }
        }
        let last = ctx.row(crate::store::LAST_EVENT_POSITION, values![]).await?;
        let position: i64 = last.map_or(Ok(0), |row| row.get("position"))?;
        let secret = Secret::fresh(&*ctx.services.entropy);
        let sealed = secret.sealed(&*ctx.services.personal, &id.to_string());
        let values = values![
            id,
            ctx.who.reference(),
            name,
            address,
            kinds.join(" "),
            interest.pack,
            interest.division,
            sealed,
            position,
            ctx.now
        ];
        let reply = Subscribed { subscription: id, secret: secret.told() };
        Ok(Decision::reply(reply).write(Statement::one(store::INSERT_SUBSCRIPTION, values)))
    }
}

impl Subscribe {
    /// What is asked for; what was left open is taken from the widest post that lets the caller subscribe.
    fn interest(&self, ctx: &Ctx, kinds: &[String]) -> Result<Interest, Failure> {
        let root = ctx.services.divisions.roots().next().map(|division| division.code());
        let widest = ctx
            .scope()
            .terms
            .into_iter()
            .map(|term| (term.division.or(root), term.pack))
            .min_by_key(|(division, pack)| (division.map(DivisionCode::level), pack.is_some()));
        let (division, pack) = widest.unwrap_or((root, None));
        let asked = self.pack.as_deref().map(str::trim).filter(|pack| !pack.is_empty());
        let division = self.division.or(division).ok_or_else(|| {
            Failure::invalid(vec![FieldProblem::new("/division", "platform-subscription-division")])
        })?;
        Ok(Interest {
            patterns: kinds.iter().filter_map(|kind| Pattern::parse(kind)).collect(),
            pack: asked.map(str::to_owned).or(pack),
            division,
        })
    }
}

/// In order and without what stands there twice.
fn tidy(kinds: &[String]) -> Vec<String> {
    let mut tidy: Vec<String> =
        kinds.iter().map(|kind| kind.trim().to_owned()).filter(|kind| !kind.is_empty()).collect();
    tidy.sort();
    tidy.dedup();
    tidy
}

fn problems(ctx: &Ctx, name: &str, address: &str, kinds: &[String]) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if !(2..=80).contains(&name.chars().count()) {
        problems.push(FieldProblem::new("/name", "platform-subscription-name-length"));
    }
    if let Err(bad) = ctx.services.outgoing.check(address) {
        let key = match bad {
            BadAddress::Unreadable => "platform-subscription-address",
            BadAddress::NotHttps => "platform-subscription-address-https",
            BadAddress::Extra => "platform-subscription-address-extra",
            BadAddress::Forbidden => "platform-subscription-address-forbidden",
        };
        problems.push(FieldProblem::new("/address", key));
    }
    if kinds.is_empty() || kinds.len() > MOST_PATTERNS {
        problems.push(FieldProblem::new("/kinds", "platform-subscription-kinds"));
    }
    for (place, kind) in kinds.iter().enumerate() {
        let known = Pattern::parse(kind)
            .is_some_and(|pattern| ctx.services.events.iter().any(|e| pattern.fits(e.kind)));
        if !known {
            let shown: String = kind.chars().take(80).collect();
            let message = Message::new("platform-subscription-kind").with("kind", shown);
            problems.push(FieldProblem::new(format!("/kinds/{place}"), message));
            break;
        }
    }
    problems
}
