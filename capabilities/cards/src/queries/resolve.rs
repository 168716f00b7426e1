//! Whose card it is, for a terminal and its purpose: the same holder behind each of their cards, and nothing that two
//! purposes could put together.

use minshu_kernel::access::Resource;
use minshu_kernel::action::Query;
use minshu_kernel::ctx::{Ctx, Looked};
use minshu_kernel::error::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::compile::Section;
use crate::error::CardsError;
use crate::model::State;
use crate::{rules, store};

/// Asks whose card it is.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolve {
    /// What it is asked for: `pack.purpose`.
    #[schemars(length(min = 1, max = 130), example = &"startup-multicard.library-loan")]
    pub purpose: String,
    /// The number that was read.
    #[schemars(length(min = 1, max = 80), example = &"A12345678")]
    pub number: String,
}

/// What a terminal learns of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It stands for its holder.
    Good,
    /// It was reported lost: take it for nothing.
    Stopped,
    /// No such card is taken for this purpose.
    Unknown,
}

/// Whose card it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resolved {
    /// How it stands.
    pub standing: Standing,
    /// Its kind, where it is known: `pack.kind`.
    pub kind: Option<String>,
    /// The holder, where the card is good: the same text for each card of one person and this purpose, and another one
    /// for every other purpose.
    pub holder: Option<String>,
}

impl Query for Resolve {
    const NAME: &'static str = "cards.resolve";
    const DOC: &'static str = "Whose card it is, for a terminal with its purpose: a pseudonym of the holder that is the same for all their cards and differs between purposes. The holder sees that it was asked.";
    const PERSONAL: bool = true;
    type Reply = Resolved;

    async fn answer(self, ctx: &Ctx) -> Result<Resolved, Failure> {
        let section = ctx.section::<Section>(crate::NAME);
        let purpose = section.purposes.get(&self.purpose);
        let pack = purpose.map(|purpose| purpose.pack.clone());
        ctx.authorize(&Resource { pack, ..Resource::of("cards.purpose", &self.purpose) })?;
        let purpose = purpose.ok_or(CardsError::UnknownPurpose(self.purpose))?;
        let kinds = purpose.kinds.iter().filter_map(|kind| section.kinds.get(kind));
        for kind in kinds {
            let Ok(number) = rules::number(kind, &self.number) else { continue };
            let Some(card) = store::proved(ctx, &kind.id, &number).await? else { continue };
            ctx.note(Looked {
                query: Self::NAME,
                input: json!({ "purpose": purpose.id, "card": card.id }),
                purpose: purpose.name.zh.clone(),
                resource: Some(("cards.card", card.id.to_string())),
                failed: None,
            });
            let good = card.state == State::Good;
            let what = format!("cards.holder:{}", purpose.id);
            let person = card.person.to_string();
            let holder = || ctx.services.personal.keyed_hash(&what, person.as_bytes());
            return Ok(Resolved {
                standing: if good { Standing::Good } else { Standing::Stopped },
                kind: Some(card.kind),
                holder: good.then(holder),
            });
        }
        Ok(Resolved { standing: Standing::Unknown, kind: None, holder: None })
    }
}
