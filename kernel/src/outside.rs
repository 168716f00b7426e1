//! Sign-in by providers outside the house (OpenID Connect), as the context gives it: providers are settings of the
//! installation, so the runtime holds them. What a provider asserts is proved when it comes from here, and nothing more
//! is believed of it than the settings say.

use crate::BoxFuture;
use crate::text::LocalText;

/// A provider by which people may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its id in the settings: stays when the address of the provider changes.
    pub id: String,
    /// Its name for people.
    pub name: LocalText,
}

/// On the way to a provider. State, nonce and verifier are random and serve once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// The provider's id.
    pub provider: String,
    /// The address of this site to come back to.
    pub back: String,
    /// Comes back with the browser.
    pub state: String,
    /// Comes back inside the signed token.
    pub nonce: String,
    /// Proves to the provider that who exchanges the code is who asked for it (RFC 7636): 43 to 128 characters.
    pub verifier: String,
}

/// What came back, to be proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The code.
    pub code: String,
    /// What the provider calls itself in the answer (RFC 9207), where it does.
    pub issuer: Option<String>,
    /// With what the browser left.
    pub departure: Departure,
}

/// What a provider asserts of somebody, after every signature and every claim of the protocol was checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asserted {
    /// Who it is at the provider: stable and never reassigned; personal.
    pub subject: String,
    /// The name, where the settings say which claim holds it; personal.
    pub name: Option<String>,
    /// The telephone, where the settings say so; personal.
    pub phone: Option<String>,
}

/// Why nobody can be signed in by a provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutsideError {
    /// There is no such provider in the settings.
    #[error("there is no such provider")]
    Unknown,
    /// The provider cannot be reached or is not well.
    #[error("the provider is down: {0}")]
    Down(String),
    /// The provider or somebody on the way sent what cannot be believed: the reason, without anything personal.
    #[error("not believed: {0}")]
    Refused(String),
}

/// The providers of the installation. The runtime fills it.
pub trait Outside: Send + Sync {
    /// Every provider, as the settings order them.
    fn providers(&self) -> Vec<Provider>;

    /// Where the browser goes.
    fn depart<'a>(
        &'a self,
        departure: &'a Departure,
    ) -> BoxFuture<'a, Result<String, OutsideError>>;

    /// Exchanges the code and proves what came for it.
    fn arrive<'a>(&'a self, returned: Returned) -> BoxFuture<'a, Result<Asserted, OutsideError>>;

    /// Where the browser goes to end the session at the provider too (RP-Initiated Logout); none where the provider has
    /// no such address or is not known yet.
    fn leave<'a>(&'a self, provider: &'a str, back: &'a str) -> BoxFuture<'a, Option<String>>;
}

/// The providers of an installation that has none.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoOutside;

impl Outside for NoOutside {
    fn providers(&self) -> Vec<Provider> {
        Vec::new()
    }

    fn depart<'a>(&'a self, _: &'a Departure) -> BoxFuture<'a, Result<String, OutsideError>> {
        Box::pin(async { Err(OutsideError::Unknown) })
    }

    fn arrive<'a>(&'a self, _: Returned) -> BoxFuture<'a, Result<Asserted, OutsideError>> {
        Box::pin(async { Err(OutsideError::Unknown) })
    }

    fn leave<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { None })
    }
}
