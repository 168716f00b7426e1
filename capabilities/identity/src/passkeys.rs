//! Passkeys (W3C Web Authentication, level 3): what a browser is asked, and whether what it answers holds.
//!
//! Nothing is stored when a page asks: the challenge travels with the page in a sealed ticket, which names the browser, the
//! address and the purpose, holds for ten minutes and serves once. So any process of the house can judge the answer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Services;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::personal::{Personal, Place};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle16,
    Username,
};
use webauthn_rp::request::{
    AsciiDomain, ExtensionInfo, PublicKeyCredentialDescriptor, RpId, TimedCeremony,
};
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, Backup, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

use crate::model::Secret;

/// How many one account has at most.
pub(crate) const MOST: usize = 10;
/// The longest name of one, in characters.
pub(crate) const NAME_MAX: usize = 40;
/// How long a ticket holds: ten minutes.
pub(crate) const HOLDS_MS: i64 = 10 * 60_000;
/// The longest answer of a browser that is read, in bytes: several times what authenticators send.
pub(crate) const ANSWER_MAX: usize = 16_384;
/// The longest ticket, in bytes.
const TICKET_MAX: usize = 2_000;

const PLACE: Place<'static> =
    Place { table: "identity_passkey", column: "ticket", row: "travelling" };

/// A public key as it is kept: Ed25519, P-256, P-384 or RSA.
type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// What a browser answered with a passkey.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The ticket of the page that asked: it serves once.
    #[schemars(length(min = 1, max = 2000), example = &"c2VhbGVk")]
    pub ticket: Secret,
    /// What tells the browser from others: the token of its forms.
    #[schemars(length(min = 1, max = 200), example = &"4f2a9c")]
    pub browser: Secret,
    /// The credential as JSON, as `PublicKeyCredential.toJSON()` makes it (Web Authentication, level 3, 5.1).
    #[schemars(length(min = 1, max = 16384), example = &"{}")]
    pub credential: Secret,
}

/// What a ticket is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// A new passkey of an account.
    Add(AccountId),
    /// Signing in, or the second step of it.
    SignIn,
    /// Proving once more who sits there.
    Again(AccountId),
}

/// What is sealed in a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    purpose: Purpose,
    challenge: [u8; 16],
    browser: String,
    origin: String,
    until: Timestamp,
}

/// Why an answer is not believed: for the log and the tests; nothing of it is personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    /// It cannot be read.
    #[error("the answer cannot be read")]
    Unreadable,
    /// No account has the key, or another one.
    #[error("no account that is meant has the key")]
    Stranger,
    /// The check of the standard failed.
    #[error("{0}")]
    Failed(String),
    /// The key counts backwards: there may be a copy of it.
    #[error("the key's counter went backwards")]
    Copied,
}

/// The name by which passkeys know this site (the RP ID); none where its address is a number or is not safe: browsers
/// take names with TLS alone, and `localhost`.
pub(crate) fn site(origin: &str) -> Option<RpId> {
    let url = url::Url::parse(origin).ok()?;
    let Some(url::Host::Domain(name)) = url.host() else { return None };
    let safe = url.scheme() == "https" || (url.scheme() == "http" && name == "localhost");
    if !safe {
        return None;
    }
    AsciiDomain::try_from(name.to_owned()).ok().map(RpId::Domain)
}

impl Ticket {
    /// A fresh one of a browser at an address.
    pub(crate) fn new(
        services: &Services,
        purpose: Purpose,
        (browser, origin): (&str, &str),
    ) -> Ticket {
        let mut challenge = [0; 16];
        services.entropy.fill(&mut challenge);
        Ticket {
            purpose,
            challenge,
            browser: browser.to_owned(),
            origin: origin.trim_end_matches('/').to_owned(),
            until: services.clock.now().plus_ms(HOLDS_MS),
        }
    }

    /// The text that the page carries.
    pub(crate) fn seal(&self, personal: &(dyn Personal + 'static)) -> Result<String, Failure> {
        let text = serde_json::to_string(self).map_err(Failure::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(personal.seal_text(PLACE, &text)))
    }

    /// Reads a ticket that came back; none where it is not ours, not this browser's, for something else, or too late.
    pub(crate) fn open(
        personal: &(dyn Personal + 'static),
        answer: &Answer,
        (purpose, now): (Purpose, Timestamp),
    ) -> Option<Ticket> {
        let text = answer.ticket.expose();
        if text.len() > TICKET_MAX {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let ticket: Ticket =
            serde_json::from_str(&personal.open_text(PLACE, &sealed).ok()?).ok()?;
        let fits = ticket.purpose == purpose
            && ticket.browser == answer.browser.expose()
            && now < ticket.until;
        fits.then_some(ticket)
    }

    /// What the browser is asked for a new passkey, as `PublicKeyCredentialCreationOptionsJSON`; `known` are those that
    /// the account has. None where the address of the site does not do.
    pub(crate) fn creation(
        &self,
        account: AccountId,
        (name, known): (&str, &[(Vec<u8>, u8)]),
    ) -> Option<Result<Json, Failure>> {
        let site = site(&self.origin)?;
        Some(self.begin_adding(&site, account, name, known).map(|(_, json)| json))
    }

    /// What the browser is asked for a passkey that is there, as `PublicKeyCredentialRequestOptionsJSON`.
    pub(crate) fn request(&self) -> Option<Result<Json, Failure>> {
        let site = site(&self.origin)?;
        Some(self.begin_asking(&site).map(|(_, json)| json))
    }

    fn begin_adding(
        &self,
        site: &RpId,
        account: AccountId,
        name: &str,
        known: &[(Vec<u8>, u8)],
    ) -> Result<(RegistrationServerState<16>, Json), Failure> {
        let defect = |what: &str| Failure::internal(format!("a passkey's options: {what}"));
        let handle = handle(account);
        let name = Username::try_from(name).map_err(|_| defect("name"))?;
        let user = PublicKeyCredentialUserEntity { name, id: &handle, display_name: None };
        let mut others = Vec::new();
        for (id, transports) in known {
            let id = CredentialId::<Vec<u8>>::decode(id.clone()).map_err(|_| defect("id"))?;
            let transports = AuthTransports::decode(*transports).map_err(|_| defect("way"))?;
            others.push(PublicKeyCredentialDescriptor { id, transports });
        }
        let mut options = PublicKeyCredentialCreationOptions::passkey(site, user, others);
        // Asked of those that know it; most devices that verify their owner anyway do not, and would refuse.
        options.extensions.cred_protect =
            CredProtect::UserVerificationRequired(ExtensionInfo::AllowDontEnforceValue);
        let (state, client) = options.start_ceremony().map_err(|_| defect("start"))?;
        let sent = state.sent_challenge().0;
        let encoded = state.encode().map_err(|_| defect("state"))?;
        let encoded = self.with_own_challenge(encoded, sent).ok_or_else(|| defect("place"))?;
        let state = RegistrationServerState::decode(&encoded).map_err(|_| defect("state"))?;
        let json = serde_json::to_value(&client).map_err(Failure::internal)?;
        Ok((state, self.asking(json)))
    }

    fn begin_asking(
        &self,
        site: &RpId,
    ) -> Result<(DiscoverableAuthenticationServerState, Json), Failure> {
        let defect = |what: &str| Failure::internal(format!("a passkey's request: {what}"));
        let options = DiscoverableCredentialRequestOptions::passkey(site);
        let (state, client) = options.start_ceremony().map_err(|_| defect("start"))?;
        let sent = state.sent_challenge().0;
        let encoded = state.encode().map_err(|_| defect("state"))?;
        let encoded = self.with_own_challenge(encoded, sent).ok_or_else(|| defect("place"))?;
        let state =
            DiscoverableAuthenticationServerState::decode(&encoded).map_err(|_| defect("state"))?;
        let json = serde_json::to_value(&client).map_err(Failure::internal)?;
        Ok((state, self.asking(json)))
    }

    /// The library draws challenges of its own. Ours comes from the house's entropy and stands in the sealed ticket, so it
    /// takes the other's place.
    fn with_own_challenge(&self, mut encoded: Vec<u8>, sent: u128) -> Option<Vec<u8>> {
        let sent = sent.to_le_bytes();
        let at = encoded.windows(sent.len()).position(|window| window == sent)?;
        encoded.get_mut(at..at + sent.len())?.copy_from_slice(&self.challenge);
        Some(encoded)
    }

    fn asking(&self, mut json: Json) -> Json {
        if let Some(fields) = json.as_object_mut() {
            let challenge = URL_SAFE_NO_PAD.encode(self.challenge);
            fields.insert("challenge".to_owned(), Json::String(challenge));
            fields.insert("timeout".to_owned(), HOLDS_MS.into());
        }
        json
    }

    /// Proves a new passkey (Web Authentication, level 3, 7.1).
    pub(crate) fn added(
        &self,
        account: AccountId,
        answer: &Answer,
    ) -> Result<Result<Fresh, Disbelief>, Failure> {
        let Some(site) = site(&self.origin) else { return Ok(Err(Disbelief::Unreadable)) };
        let text = answer.credential.expose();
        if text.len() > ANSWER_MAX {
            return Ok(Err(Disbelief::Unreadable));
        }
        let Ok(given) = Registration::from_json_relaxed(text.as_bytes()) else {
            return Ok(Err(Disbelief::Unreadable));
        };
        let (state, _) = self.begin_adding(&site, account, "-", &[])?;
        let origins = [self.origin.as_str()];
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            // What a browser adds of its own accord does no harm and is not used (7.1, step 27).
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = match state.verify(&site, &given, &options) {
            Ok(made) => made,
            Err(error) => return Ok(Err(Disbelief::Failed(error.to_string()))),
        };
        let changing = made.dynamic_state();
        let unreadable = |_| Failure::internal("a passkey cannot be kept");
        Ok(Ok(Fresh {
            credential: made.id().as_ref().to_vec(),
            transports: made.transports().encode().map_err(unreadable)?,
            fixed: made.static_state().encode().map_err(unreadable)?,
            changing: changing.encode().map_err(unreadable)?,
        }))
    }

    /// Proves a passkey that is there (Web Authentication, level 3, 7.2). Answers how it changed.
    pub(crate) fn proved(
        &self,
        given: &Given,
        held: &Held<'_>,
    ) -> Result<Result<Proved, Disbelief>, Failure> {
        let Some(site) = site(&self.origin) else { return Ok(Err(Disbelief::Unreadable)) };
        let defect = || Failure::internal("a passkey that is kept cannot be read");
        let handle = handle(held.account);
        let fixed: StaticState<PublicKey> =
            StaticState::decode(held.fixed).map_err(|_| defect())?;
        let changing = changing(held.changing).ok_or_else(defect)?;
        let credential = CredentialId::<&[u8]>::decode(given.credential()).map_err(|_| defect())?;
        let mut key = AuthenticatedCredential::new(credential, &handle, fixed, changing)
            .map_err(|_| defect())?;
        let (state, _) = self.begin_asking(&site)?;
        let origins = [self.origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        match state.verify(&site, &given.0, &mut key, &options) {
            Ok(_) => {
                let changing = key.dynamic_state();
                Ok(Ok(Proved {
                    changing: changing.encode().map_err(|_| defect())?,
                    synced: synced(changing),
                }))
            }
            Err(AuthCeremonyErr::SignatureCounter) => Ok(Err(Disbelief::Copied)),
            Err(error) => Ok(Err(Disbelief::Failed(error.to_string()))),
        }
    }
}

/// A passkey that was made just now.
pub(crate) struct Fresh {
    /// Its id.
    pub(crate) credential: Vec<u8>,
    /// How browsers reach it.
    pub(crate) transports: u8,
    /// What never changes: the public key.
    pub(crate) fixed: Vec<u8>,
    /// What changes by use: the counter, whether it is backed up.
    pub(crate) changing: [u8; 7],
}

/// A passkey as it is kept.
pub(crate) struct Held<'a> {
    /// Whose it is.
    pub(crate) account: AccountId,
    /// What never changes.
    pub(crate) fixed: &'a [u8],
    /// What changes.
    pub(crate) changing: &'a [u8],
}

/// A passkey that was proved.
pub(crate) struct Proved {
    /// What changed.
    pub(crate) changing: [u8; 7],
    /// Whether it may lie on several machines.
    pub(crate) synced: bool,
}

/// An answer with a passkey that is there, read.
pub(crate) struct Given(DiscoverableAuthentication16);

impl Given {
    /// Reads what a browser answered; none where it is no answer.
    pub(crate) fn read(answer: &Answer) -> Option<Given> {
        let text = answer.credential.expose();
        if text.len() > ANSWER_MAX {
            return None;
        }
        DiscoverableAuthentication16::from_json_relaxed(text.as_bytes()).ok().map(Given)
    }

    /// The id of the key.
    pub(crate) fn credential(&self) -> &[u8] {
        self.0.raw_id().into_inner()
    }
}

/// Holds any text against a fixed question, as a new key and as one that is there: for whoever tries out that reading is
/// total. Answers whether it would be believed as a new one.
pub fn try_out(text: &str) -> bool {
    let account = AccountId::new(uuid::Uuid::nil());
    let ticket = Ticket {
        purpose: Purpose::Add(account),
        challenge: [0; 16],
        browser: String::new(),
        origin: "http://localhost".to_owned(),
        until: Timestamp(0),
    };
    let none = Secret::new("");
    let answer = Answer { ticket: none.clone(), browser: none, credential: Secret::new(text) };
    if let Some(given) = Given::read(&answer) {
        let _length = given.credential().len();
    }
    matches!(ticket.added(account, &answer), Ok(Ok(_)))
}

/// How a session was proved by one (RFC 8176): a key that stays in its device, or one that is copied among several; the
/// person was verified there, so it is two factors.
pub(crate) fn methods(synced: bool) -> &'static str {
    if synced { "swk user mfa" } else { "hwk user mfa" }
}

/// Whether a kept one may lie on several machines.
pub(crate) fn is_synced(kept: &[u8]) -> bool {
    changing(kept).is_some_and(synced)
}

fn synced(state: DynamicState) -> bool {
    !matches!(state.backup, Backup::NotEligible)
}

fn changing(bytes: &[u8]) -> Option<DynamicState> {
    DynamicState::decode(bytes.try_into().ok()?).ok()
}

fn handle(account: AccountId) -> UserHandle16 {
    let Ok(handle) = UserHandle16::decode(account.uuid().into_bytes());
    handle
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a browser answers to the fixed question.
    const GOOD: &str = include_str!("../../../fuzz/corpus/passkey/created");
    /// How what it attests begins: a map of three whose first name is `fmt`.
    const ATTESTED: &str = "o2NmbXRk";

    #[test]
    fn a_good_answer_is_believed() {
        assert!(try_out(GOOD));
        // Another challenge: `QUFB` is `AAA` in what the browser tells, `QkFB` is `BAA`.
        assert!(!try_out(&GOOD.replacen("QUFB", "QkFB", 1)));
    }

    #[test]
    fn a_site_has_a_name_and_a_safe_line() {
        for good in ["https://minshu.example", "https://a.gov.cn:8443", "http://localhost:8800"] {
            assert!(site(good).is_some(), "{good}");
        }
        for bad in
            ["http://minshu.example", "https://127.0.0.1", "http://[::1]:1", "", "ftp://x", "x"]
        {
            assert!(site(bad).is_none(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_answered_is_read(text in "\\PC{0,200}") {
            let secret = Secret::new(text);
            let answer = Answer { ticket: secret.clone(), browser: secret.clone(), credential: secret };
            proptest::prop_assert!(Given::read(&answer).is_none());
        }

        // One letter of what is attested is another.
        #[test]
        fn a_changed_answer_is_refused(place in 0..ATTESTED.len(), letter in "[A-Za-z0-9_-]") {
            let mut text = GOOD.to_owned();
            let from = GOOD.find(ATTESTED).unwrap_or(0) + place;
            let same = text.get(from..=from) == Some(letter.as_str());
            text.replace_range(from..=from, &letter);
            proptest::prop_assert_eq!(try_out(&text), same);
        }

        #[test]
        fn a_cut_answer_is_refused(length in 0..GOOD.len() - 1) {
            let cut: String = GOOD.chars().take(length).collect();
            proptest::prop_assert!(!try_out(&cut));
        }
    }
}
