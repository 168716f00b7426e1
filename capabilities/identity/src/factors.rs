//! The second factor: codes of an authenticator (TOTP, RFC 6238) and the ten spare codes that stand in for it.

use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, Kind};
use minshu_kernel::ids::AccountId;
use qrcode::{Color, EcLevel, QrCode};
use totp_rs::{Builder, Totp};

use crate::error::IdentityError;
use crate::model::Secret;

/// How long the proof of a session is fresh: what touches the ways of signing in asks for no older one.
pub(crate) const FRESH_MS: i64 = 10 * 60_000;
/// How long a sign-in waits for its second step.
pub(crate) const STEP_MS: i64 = 5 * 60_000;
/// How many spare codes there are.
pub(crate) const SPARE_CODES: usize = 10;
/// The bytes of an authenticator's secret: what RFC 4226, 4 recommends.
pub(crate) const SECRET_BYTES: usize = 20;
/// Who an authenticator says that its codes are for.
const ISSUER: &str = "Minshu";
/// The longest code that is looked at.
const CODE_MAX: usize = 40;
/// Letters of spare codes: without those that are taken for another. Thirty-two, so that a byte gives each as often.
const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";
/// Letters of a spare code: fifty random bits.
const SPARE_LENGTH: usize = 10;

/// What somebody typed as a second factor.
pub(crate) enum Given {
    /// Six digits of an authenticator.
    Digits(String),
    /// A spare code in its one form.
    Spare(String),
}

impl Given {
    /// Reads what was typed: blanks and hyphens count for nothing, and large letters are small ones.
    pub(crate) fn read(text: &str) -> Given {
        let clean: String = text
            .chars()
            .take(CODE_MAX)
            .filter(|c| !c.is_whitespace() && *c != '-')
            .flat_map(char::to_lowercase)
            .collect();
        match clean.len() == 6 && clean.bytes().all(|b| b.is_ascii_digit()) {
            true => Given::Digits(clean),
            false => Given::Spare(clean),
        }
    }
}

/// The authenticator of a secret; `name` is what it shows beside the issuer.
pub(crate) fn authenticator(secret: &[u8], name: &str) -> Result<Totp, Failure> {
    Builder::new()
        .with_secret(secret)
        .with_account_name(name.replace(':', " "))
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(|error| Failure::internal(format!("an authenticator: {error}")))
}

/// The step of a code that fits now, or half a minute before or after; one that was used is refused, and every one
/// before it (RFC 6238, 5.2).
pub(crate) fn step_of(totp: &Totp, digits: &str, last: i64, now: Timestamp) -> Option<i64> {
    let seconds = u64::try_from(now.0.div_euclid(1_000)).ok()?;
    let step = totp.check(digits, seconds).and_then(|step| i64::try_from(step).ok())?;
    (step > last).then_some(step)
}

/// Ten fresh spare codes.
pub(crate) fn fresh_spare(ctx: &Ctx) -> Vec<Secret> {
    (0..SPARE_CODES).map(|_| fresh_spare_code(ctx)).collect()
}

/// A fresh code of ten letters and digits.
pub(crate) fn fresh_spare_code(ctx: &Ctx) -> Secret {
    let mut bytes = [0_u8; SPARE_LENGTH];
    ctx.services.entropy.fill(&mut bytes);
    let text: String =
        bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Secret::new(text)
}

/// A spare code as people read it: two groups of five.
pub(crate) fn grouped(code: &str) -> String {
    match code.split_at_checked(SPARE_LENGTH / 2) {
        Some((left, right)) => format!("{left}-{right}"),
        None => code.to_owned(),
    }
}

/// What is kept of a spare code.
pub(crate) fn spare_hash(ctx: &Ctx, account: AccountId, code: &str) -> String {
    let whole = format!("{account}\n{code}");
    ctx.services.personal.keyed_hash("identity-spare-code", whole.as_bytes())
}

/// The account that is signed in.
pub(crate) fn signed_in(ctx: &Ctx) -> Result<AccountId, Failure> {
    ctx.who.account().ok_or_else(|| Failure::new(Kind::Unauthenticated, "kernel.sign_in"))
}

/// Refuses where the proof of the session is older than ten minutes, and whoever acts through an application.
pub(crate) fn must_be_fresh(ctx: &Ctx) -> Result<(), Failure> {
    match ctx.who.assurance.is_fresh(ctx.now, FRESH_MS) && ctx.who.application.is_none() {
        true => Ok(()),
        false => Err(IdentityError::ProveAgain.into()),
    }
}

/// A QR code as the path of an SVG of so many units a side, its quiet zone included.
pub(crate) fn qr(text: &str) -> Result<(usize, String), Failure> {
    use std::fmt::Write as _;
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| Failure::internal(format!("a QR code: {error}")))?;
    let width = code.width();
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % width + QUIET, place / width + QUIET);
            let _infallible = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    Ok((width + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard_and_good_once() {
        // RFC 6238, appendix B, the last six digits.
        let totp = authenticator(b"12345678901234567890", "x").unwrap();
        for (seconds, digits) in
            [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
        {
            let now = Timestamp(seconds * 1_000);
            let step = step_of(&totp, digits, 0, now);
            assert_eq!(step, Some(seconds / 30));
            assert_eq!(step_of(&totp, digits, seconds / 30, now), None, "used");
            assert!(step_of(&totp, digits, 0, now.plus_ms(30_000)).is_some(), "half a minute late");
            assert_eq!(step_of(&totp, digits, 0, now.plus_ms(90_000)), None);
        }
    }

    #[test]
    fn what_was_typed_is_read_in_its_one_form() {
        assert!(matches!(Given::read(" 287 082 "), Given::Digits(d) if d == "287082"));
        assert!(matches!(Given::read("ABCDE-fghjk"), Given::Spare(s) if s == "abcdefghjk"));
        assert_eq!(grouped("abcdefghjk"), "abcde-fghjk");
        assert_eq!(grouped("ab"), "ab");
    }

    #[test]
    fn a_qr_code_is_one_path() {
        let url = authenticator(b"12345678901234567890", "138****0001").unwrap().to_url().unwrap();
        assert!(url.starts_with("otpauth://totp/Minshu:138"), "{url}");
        let (side, path) = qr(&url).unwrap();
        assert!(side > 30 && path.starts_with("M4 4h1v1h-1z"), "{side}");
        assert!(qr(&"x".repeat(10_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn anything_typed_is_read(text in "\\PC{0,80}") {
            let _ = Given::read(&text);
            let _ = grouped(&text);
        }
    }
}
