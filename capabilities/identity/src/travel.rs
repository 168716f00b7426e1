//! What goes to a provider and comes back: a sealed text that holds everything that must be the same again. Nothing is
//! stored before somebody comes back, so that setting out costs no row.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Services;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::outside::{Asserted, Departure};
use minshu_kernel::personal::{Personal, Place};
use serde::{Deserialize, Serialize};

/// How long somebody may be away at the provider: fifteen minutes.
pub(crate) const AWAY_MS: i64 = 15 * 60_000;
/// The longest text that comes back, in bytes.
pub(crate) const STATE_MAX: usize = 2_000;

const PLACE: Place<'static> =
    Place { table: "identity_outside_state", column: "state", row: "travelling" };

/// What is sealed in the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Travel {
    /// The provider.
    pub(crate) provider: String,
    /// What its token must hold.
    pub(crate) nonce: String,
    /// What proves to it who asks.
    pub(crate) verifier: String,
    /// The browser that left: the token of its forms.
    pub(crate) browser: String,
    /// The account that is to be linked; none where somebody signs in.
    pub(crate) link: Option<AccountId>,
    /// Where it goes on to.
    pub(crate) to: String,
    /// Until when it may come back.
    pub(crate) until: Timestamp,
}

impl Travel {
    /// A fresh one of a browser.
    pub(crate) fn new(
        services: &Services,
        provider: &str,
        (browser, to): (&str, &str),
        link: Option<AccountId>,
    ) -> Travel {
        let random = || {
            let mut bytes = [0_u8; 32];
            services.entropy.fill(&mut bytes);
            URL_SAFE_NO_PAD.encode(bytes)
        };
        Travel {
            provider: provider.to_owned(),
            nonce: random(),
            verifier: random(),
            browser: browser.to_owned(),
            link,
            to: to.chars().take(300).collect(),
            until: services.clock.now().plus_ms(AWAY_MS),
        }
    }

    /// The state that the provider carries.
    pub(crate) fn seal(&self, personal: &(dyn Personal + 'static)) -> Result<String, Failure> {
        let text = serde_json::to_string(self).map_err(Failure::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(personal.seal_text(PLACE, &text)))
    }

    /// Reads a state that came back; none where we did not write it.
    pub(crate) fn open(personal: &(dyn Personal + 'static), state: &str) -> Option<Travel> {
        if state.len() > STATE_MAX {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(state).ok()?;
        serde_json::from_str(&personal.open_text(PLACE, &sealed).ok()?).ok()
    }

    /// What the provider is asked with, and the code is exchanged with.
    pub(crate) fn departure(&self, origin: &str, state: &str) -> Departure {
        Departure {
            provider: self.provider.clone(),
            back: format!("{origin}/sign-in/outside"),
            state: state.to_owned(),
            nonce: self.nonce.clone(),
            verifier: self.verifier.clone(),
        }
    }
}

/// Proves to an action that a page had the provider's token checked: nobody else can make it.
pub(crate) fn proof(personal: &dyn Personal, state: &str, asserted: &Asserted) -> String {
    personal.keyed_hash("identity.arrive", format!("{state}\n{}", asserted.subject).as_bytes())
}
