//! The personal values of a case in full, for an office that says what it needs them for. That it read them is noted in
//! the audit chain with its purpose, and the applicant sees it.

use minshu_kernel::action::Query;
use minshu_kernel::ctx::{Ctx, Looked};
use minshu_kernel::error::Failure;
use minshu_kernel::text::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::model::CaseId;
use crate::stepping::{authorize, load};

/// What an office needs personal values for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To hold them against documents.
    Verify,
    /// To reach the applicant.
    Contact,
    /// To write the decision.
    Decide,
    /// To answer a complaint or a review.
    Review,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 4] =
        [Purpose::Verify, Purpose::Contact, Purpose::Decide, Purpose::Review];

    /// Its word in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Purpose::Verify => "verify",
            Purpose::Contact => "contact",
            Purpose::Decide => "decide",
            Purpose::Review => "review",
        }
    }

    /// The purpose of a word.
    pub fn parse(word: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.word() == word)
    }

    /// The key of its text.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Purpose::Verify => "casework-purpose-verify",
            Purpose::Contact => "casework-purpose-contact",
            Purpose::Decide => "casework-purpose-decide",
            Purpose::Review => "casework-purpose-review",
        }
    }
}

/// Asks for the personal values of a case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unmasked {
    /// The case.
    pub case: CaseId,
    /// What they are needed for.
    pub purpose: Purpose,
}

/// The form in full.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UnmaskedForm {
    /// The form.
    pub form: Json,
}

impl Query for Unmasked {
    const NAME: &'static str = "casework.unmasked";
    const DOC: &'static str = "The form of a case with its personal values in full, for an office that says what for; that it was read is noted in the audit chain and told to the applicant.";
    type Reply = UnmaskedForm;

    async fn answer(self, ctx: &Ctx) -> Result<UnmaskedForm, Failure> {
        let (case, _) = load(ctx, self.case).await?;
        authorize(ctx, &case, &case.resource())?;
        // The chain speaks one language.
        ctx.note(Looked {
            query: Self::NAME,
            input: json!({ "case": self.case, "purpose": self.purpose }),
            purpose: ctx.services.texts.say(Lang::Zh, &self.purpose.key().into()),
            resource: Some(("casework.case", case.id.to_string())),
            failed: None,
        });
        Ok(UnmaskedForm { form: case.form })
    }
}
