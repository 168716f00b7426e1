//! The cards of whoever stands at a counter.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::{AccountId, PersonId};
use minshu_kernel::text::LocalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{CardView, KindView, kinds};
use crate::error::CardsError;
use crate::store;

/// Asks for the cards of a person, by exactly one of the two.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AtCounter {
    /// The citizen identity number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40), example = &"350102199003070020")]
    pub number: Option<String>,
    /// A proved account of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// A person's cards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HolderCards {
    /// A proved account of the person.
    pub account: AccountId,
    /// The person's name, masked.
    pub name: String,
    /// The cards, in the order in which they were bound.
    pub cards: Vec<CardView>,
    /// The kinds that may be bound.
    pub kinds: Vec<KindView>,
}

impl Query for AtCounter {
    const NAME: &'static str = "cards.at_counter";
    const DOC: &'static str = "The cards of a proved person, for the clerk at a counter: the last four characters of their numbers.";
    const PERSONAL: bool = true;
    type Reply = HolderCards;

    async fn answer(self, ctx: &Ctx) -> Result<HolderCards, Failure> {
        ctx.authorize(&Resource::of("cards.card", "counter"))?;
        let asked = match (self.number, self.account) {
            (Some(number), None) => json!({ "number": number }),
            (None, Some(account)) => json!({ "account": account }),
            _ => return Err(CardsError::NobodyProved.into()),
        };
        let (account, person, name) = holder(ctx, asked).await?;
        let held = store::of_person(ctx, person).await?;
        Ok(HolderCards {
            account,
            name,
            cards: held.iter().map(|card| CardView::of(ctx, card)).collect(),
            kinds: kinds(ctx),
        })
    }
}

/// The person of a proved account.
pub(crate) async fn holder_of_account(ctx: &Ctx, account: AccountId) -> Result<PersonId, Failure> {
    let (_, person, _) = holder(ctx, json!({ "account": account })).await?;
    Ok(person)
}

/// An account of a person, the person, and the masked name.
async fn holder(ctx: &Ctx, asked: Json) -> Result<(AccountId, PersonId, String), Failure> {
    let purpose = LocalText::new("办理名下的卡", "To look after a person's cards");
    let found = ctx.lookup("identity.claims", asked, &purpose).await?;
    let claims = found["claims"].as_array().map(Vec::as_slice).unwrap_or_default();
    let proved = claims.iter().find_map(|claim| {
        let text = |name: &str| claim[name].as_str().unwrap_or_default();
        let (account, person) = (text("account").parse().ok()?, text("person").parse().ok()?);
        Some((account, person, text("name").to_owned()))
    });
    proved.ok_or_else(|| CardsError::NobodyProved.into())
}
