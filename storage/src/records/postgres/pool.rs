//! The pools: how a connection is made, how long it is waited for.

use super::RETRY_AFTER_MS;
use super::errors::records_error;
use super::tls::{self, Address};
use crate::records::Durability;
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
    TimeoutType,
};
use minshu_kernel::records::RecordsError;
use std::time::Duration;
use tokio_postgres::Config;

/// How long a caller waits for a connection, and a connection for the server.
const WAIT: Duration = Duration::from_secs(5);
/// Statements kept prepared on a connection; lists of many lengths would else grow without bound.
const STATEMENTS: usize = 1_024;

/// Every session: no statement runs, waits or idles in a transaction for ever; warnings about our
/// own texts are not sent. A process that was paused in a transaction holds its locks for five
/// seconds at most, so that others can follow it.
const SESSION: &str = "SET statement_timeout = '60s'; SET lock_timeout = '10s'; \
    SET idle_in_transaction_session_timeout = '5s'; SET client_min_messages = 'warning'; \
    SET TIME ZONE 'UTC'";

/// Reads the address.
pub(in crate::records) fn address(url: &str) -> Result<Address, RecordsError> {
    // The error's text names what is wrong, never the password.
    let wrong = |what: String| {
        RecordsError::Unavailable(format!("the address of the database is wrong: {what}"))
    };
    let (rest, wanted) = tls::split(url).map_err(wrong)?;
    let mut config: Config =
        rest.parse().map_err(|e: tokio_postgres::Error| wrong(e.to_string()))?;
    config.ssl_mode(wanted.mode.to_config());
    config.connect_timeout(WAIT);
    config.tcp_user_timeout(Duration::from_secs(15));
    config.keepalives_idle(Duration::from_secs(30));
    if config.get_application_name().is_none() {
        config.application_name("minshu");
    }
    Ok(Address { config, tls: tls::connector(&wanted).map_err(wrong)? })
}

/// A connection of its own, outside the pools, and the future that drives it.
pub(in crate::records) async fn connect(
    url: &str,
) -> Result<(tokio_postgres::Client, impl Future<Output = ()> + Send + 'static), RecordsError> {
    let Address { config, tls } = address(url)?;
    let connected = config.connect(tls).await;
    let (client, connection) = connected.map_err(|e| records_error(&e))?;
    let driver = async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a connection to the database ended");
        }
    };
    Ok((client, driver))
}

/// The pool for write sets.
pub(super) fn writing(
    address: &Address,
    connections: usize,
    durability: Durability,
) -> Result<Pool, RecordsError> {
    let durable = match durability {
        Durability::Full => "SET synchronous_commit = on",
        Durability::Off => "SET synchronous_commit = off",
    };
    build(address, connections, format!("{SESSION}; {durable}"))
}

/// The pool for reading, which cannot write.
pub(super) fn reading(address: &Address, connections: usize) -> Result<Pool, RecordsError> {
    build(address, connections, format!("{SESSION}; SET default_transaction_read_only = on"))
}

fn build(address: &Address, connections: usize, session: String) -> Result<Pool, RecordsError> {
    let recycling_method = RecyclingMethod::Fast;
    let Address { config, tls } = address.clone();
    let manager = Manager::from_config(config, tls, ManagerConfig { recycling_method });
    let prepare = Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
        let session = session.clone();
        Box::pin(async move { client.batch_execute(&session).await.map_err(HookError::Backend) })
    });
    Pool::builder(manager)
        .max_size(connections)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .recycle_timeout(Some(WAIT))
        .runtime(Runtime::Tokio1)
        .post_create(prepare)
        .build()
        .map_err(|e| RecordsError::Unavailable(format!("no pool of connections: {e}")))
}

/// A connection, waited for with a bound.
pub(super) async fn get(pool: &Pool) -> Result<Object, RecordsError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Timeout(TimeoutType::Wait) => {
            RecordsError::Full { retry_after_ms: RETRY_AFTER_MS }
        }
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
            match records_error(&error) {
                already @ RecordsError::Unavailable(_) => already,
                // A wrong password, a missing database: no fault of the statement that asked.
                other => RecordsError::Unavailable(other.to_string()),
            }
        }
        other => RecordsError::Unavailable(other.to_string()),
    })
}

/// Keeps the statements of a connection within their bound.
pub(super) fn bound_cache(client: &Object) {
    if client.statement_cache.size() > STATEMENTS {
        client.statement_cache.clear();
    }
}
