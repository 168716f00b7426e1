//! Hashing of passwords: Argon2id (RFC 9106) with 19 MiB, two passes, one lane. It is slow and large on
//! purpose, so it runs on the blocking threads and only a few at a time.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use minshu_kernel::ctx::Entropy;
use minshu_kernel::error::Failure;
use tokio::sync::Semaphore;

use crate::error::{IdentityError, busy};
use crate::model::Secret;

/// Hashes at the same time: 4 × 19 MiB. A bound of the process, not of an installation.
static RUNNING: Semaphore = Semaphore::const_new(4);
/// Hashes running or waiting; whoever comes beyond is asked to try again in a moment.
static ADMITTED: Semaphore = Semaphore::const_new(64);

/// A hash of no password: verified where a phone has no account, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bWluc2h1LW5vYm9keS4uLg$\
                      jMDpU0oCSWgwJRTUjHnkWA6+F4+0ynB1y3sSTKQcoWo";

fn argon2() -> Argon2<'static> {
    // The defaults of the library are these; they are written out so that an update cannot change them.
    let params = Params::new(19_456, 2, 1, Some(32)).unwrap_or_default();
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
pub(crate) async fn hash(password: &Secret, entropy: &dyn Entropy) -> Result<String, Failure> {
    let mut salt = [0_u8; 16];
    entropy.fill(&mut salt);
    let password = password.clone();
    let hashed = bounded(move || {
        argon2()
            .hash_password_with_salt(password.expose().as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|error| IdentityError::PasswordHash(error.to_string()))
    })
    .await??;
    Ok(hashed)
}

/// Whether a password is the one of a hash. Without a hash it works as long and answers no.
pub(crate) async fn verify(password: &Secret, hash: Option<&str>) -> Result<bool, Failure> {
    let known = hash.is_some();
    let hash = hash.unwrap_or(NOBODY).to_owned();
    let password = password.clone();
    let same = bounded(move || {
        argon2().verify_password(password.expose().as_bytes(), hash.as_str()).is_ok()
    })
    .await?;
    Ok(known && same)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, buffer: &mut [u8]) {
            for (at, byte) in buffer.iter_mut().enumerate() {
                *byte = at as u8;
            }
        }
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let password = Secret::new("闽江水暖 2026");
        let hash = hash(&password, &Counting).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(&password, Some(&hash)).await.unwrap());
        assert!(!verify(&Secret::new("闽江水暖 2025"), Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_is_hashed_like_somebody_and_never_let_in() {
        use argon2::PasswordHash;
        assert!(PasswordHash::new(NOBODY).is_ok(), "the hash of nobody must be worked on");
        assert!(!verify(&Secret::new("anything at all"), None).await.unwrap());
    }
}
