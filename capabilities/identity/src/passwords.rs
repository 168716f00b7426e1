//! Hashing of passwords: Argon2id (RFC 9106). It is slow and large on purpose, so it runs on the blocking threads and
//! only a few at a time.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use minshu_kernel::ctx::{PasswordCost, Services};
use minshu_kernel::error::Failure;
use tokio::sync::Semaphore;

use crate::error::{IdentityError, busy};
use crate::model::Secret;

/// Hashes at the same time: 4 × 19 MiB. A bound of the process, not of an installation.
static RUNNING: Semaphore = Semaphore::const_new(4);
/// Hashes running or waiting; whoever comes beyond is asked to try again in a moment.
static ADMITTED: Semaphore = Semaphore::const_new(64);

/// The salt of a password that nobody has: hashed where a phone has no account, so that the answer takes as long.
const OF_NOBODY: &[u8; 16] = b"minshu-nobody...";

fn argon2(cost: PasswordCost) -> Argon2<'static> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Runs a piece of hashing on a blocking thread, within the bounds.
async fn bounded<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let _admitted = ADMITTED.try_acquire().map_err(|_| busy())?;
    let _running = RUNNING.acquire().await.map_err(Failure::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Failure::internal)
}

/// The PHC string of a password with a fresh salt of sixteen bytes.
pub(crate) async fn hash(password: &Secret, services: &Services) -> Result<String, Failure> {
    let mut salt = [0_u8; 16];
    services.entropy.fill(&mut salt);
    with_salt(password, salt, services.password_cost).await
}

async fn with_salt(
    password: &Secret,
    salt: [u8; 16],
    cost: PasswordCost,
) -> Result<String, Failure> {
    let password = password.clone();
    let hashed = bounded(move || {
        argon2(cost)
            .hash_password_with_salt(password.expose().as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|error| IdentityError::PasswordHash(error.to_string()))
    })
    .await??;
    Ok(hashed)
}

/// Whether a password is the one of a hash, whose own costs count. Without a hash it works as long and answers no.
pub(crate) async fn verify(
    password: &Secret,
    hash: Option<&str>,
    cost: PasswordCost,
) -> Result<bool, Failure> {
    let Some(hash) = hash else {
        with_salt(password, *OF_NOBODY, cost).await?;
        return Ok(false);
    };
    let (password, hash) = (password.clone(), hash.to_owned());
    bounded(move || {
        argon2(cost).verify_password(password.expose().as_bytes(), hash.as_str()).is_ok()
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: PasswordCost = PasswordCost::RECOMMENDED;

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let password = Secret::new("闽江水暖 2026");
        let hash = with_salt(&password, [7; 16], COST).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        // What an account was made with counts, whatever the cost is today.
        for today in [COST, PasswordCost::LEAST] {
            assert!(verify(&password, Some(&hash), today).await.unwrap());
            assert!(!verify(&Secret::new("闽江水暖 2025"), Some(&hash), today).await.unwrap());
        }
    }

    #[tokio::test]
    async fn nobody_is_hashed_like_somebody_and_never_let_in() {
        let password = Secret::new("anything at all");
        let hash = with_salt(&password, *OF_NOBODY, COST).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!verify(&password, None, COST).await.unwrap());
    }
}
