//! One write set as one transaction: BEGIN and all statements go out together, the counts come
//! back and are compared, then COMMIT.

use super::errors::{IndexNames, closed};
use super::{pool, values};
use deadpool_postgres::Object;
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use minshu_kernel::records::{Expect, RecordsError, Row, WriteSet};
use std::task::Poll;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error, Statement};

/// Why a write set was not applied.
pub(super) enum Failed {
    /// The connection died before COMMIT was sent: nothing was written, another may do.
    LostBeforeCommit,
    Because(RecordsError),
}

/// A connection that goes back to its pool only when no transaction is open on it.
struct Lease {
    client: Option<Object>,
    clean: bool,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.clean
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

type Touched = (Vec<Row>, u64);

/// Applies the set. Answers the rows that the last statement returned.
pub(super) async fn run(
    client: Object,
    set: &WriteSet,
    names: &IndexNames,
) -> Result<Vec<Row>, Failed> {
    let mut lease = Lease { client: Some(client), clean: true };
    let Some(client) = &lease.client else { return Err(Failed::LostBeforeCommit) };
    let prepared = match prepare(client, set, names).await {
        Ok(prepared) => prepared,
        Err(failed) => {
            lease.clean = !matches!(failed, Failed::LostBeforeCommit);
            return Err(failed);
        }
    };
    lease.clean = false;
    let answers = send_all(client, &prepared, set).await?;
    let outcome = judge(answers, set);
    let returned = match outcome {
        Ok(returned) => returned,
        Err(judged) => {
            match client.batch_execute("ROLLBACK").await {
                Ok(()) => lease.clean = true,
                Err(error) => tracing::warn!(%error, "a transaction could not be rolled back"),
            }
            return Err(match judged {
                Judged::Lost(lost) => Failed::Because(lost),
                Judged::Error(error) if closed(&error) => Failed::LostBeforeCommit,
                Judged::Error(error) => Failed::Because(translated(client, &error, names).await),
            });
        }
    };
    match client.batch_execute("COMMIT").await {
        Ok(()) => {
            lease.clean = true;
            Ok(returned)
        }
        Err(error) if closed(&error) => Err(Failed::Because(RecordsError::Unavailable(
            "the connection was lost at the commit; whether it was written is not known".into(),
        ))),
        Err(error) => {
            // A commit that was refused has ended the transaction.
            lease.clean = error.as_db_error().is_some();
            Err(Failed::Because(translated(client, &error, names).await))
        }
    }
}

async fn prepare(
    client: &Object,
    set: &WriteSet,
    names: &IndexNames,
) -> Result<Vec<Statement>, Failed> {
    pool::bound_cache(client);
    let mut prepared = Vec::with_capacity(set.statements.len());
    for wanted in &set.statements {
        match client.prepare_cached(&wanted.sql).await {
            Ok(statement) => {
                values::bind(&statement, &wanted.values).map_err(Failed::Because)?;
                prepared.push(statement);
            }
            Err(error) if closed(&error) => return Err(Failed::LostBeforeCommit),
            Err(error) => return Err(Failed::Because(names.records_error(client, &error).await)),
        }
    }
    Ok(prepared)
}

/// Sends BEGIN and every statement before the first answer is awaited: one round trip for all. A
/// request goes out when its future is first polled, so that the order of polling is the order on
/// the wire.
async fn send_all(
    client: &Object,
    prepared: &[Statement],
    set: &WriteSet,
) -> Result<Vec<Result<Touched, Error>>, Failed> {
    let mut requests: Vec<Request<'_>> = Vec::with_capacity(prepared.len() + 1);
    requests.push(Request::new(Box::pin(async {
        client.batch_execute("BEGIN").await.map(|()| (Vec::new(), 0))
    })));
    for (statement, wanted) in prepared.iter().zip(&set.statements) {
        let bound = values::bind(statement, &wanted.values).map_err(Failed::Because)?;
        requests.push(Request::new(Box::pin(execute(client, statement, bound))));
    }
    std::future::poll_fn(|context| {
        let mut all = true;
        for request in &mut requests {
            all &= request.poll(context);
        }
        if all { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let mut answers = requests.into_iter().filter_map(|request| request.answer);
    match answers.next() {
        Some(Ok(_)) => Ok(answers.collect()),
        Some(Err(error)) if !closed(&error) => Err(Failed::Because(super::records_error(&error))),
        _ => Err(Failed::LostBeforeCommit),
    }
}

/// A request whose answer is kept until all have theirs.
struct Request<'a> {
    running: Option<BoxFuture<'a, Result<Touched, Error>>>,
    answer: Option<Result<Touched, Error>>,
}

impl<'a> Request<'a> {
    fn new(running: BoxFuture<'a, Result<Touched, Error>>) -> Self {
        Request { running: Some(running), answer: None }
    }

    /// Whether the answer is there.
    fn poll(&mut self, context: &mut std::task::Context<'_>) -> bool {
        if let Some(running) = &mut self.running
            && let Poll::Ready(answer) = running.as_mut().poll(context)
        {
            self.answer = Some(answer);
            self.running = None;
        }
        self.running.is_none()
    }
}

async fn execute(
    client: &Object,
    statement: &Statement,
    bound: Vec<values::Bound<'_>>,
) -> Result<Touched, Error> {
    let stream = client.query_raw(statement, bound).await?;
    let mut stream = std::pin::pin!(stream);
    let columns = values::columns(statement);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        // A type that is not portable is refused by the two-database test; here it has no value.
        if let Ok(row) = values::row(&row, &columns) {
            rows.push(row);
        }
    }
    let touched = stream.rows_affected().unwrap_or(0);
    Ok((rows, touched))
}

enum Judged {
    Lost(RecordsError),
    Error(Error),
}

/// The first statement that failed or touched another number of rows than it must.
fn judge(answers: Vec<Result<Touched, Error>>, set: &WriteSet) -> Result<Vec<Row>, Judged> {
    let mut last = Vec::new();
    for (statement, (answer, wanted)) in answers.into_iter().zip(&set.statements).enumerate() {
        let (rows, touched) = answer.map_err(Judged::Error)?;
        if let Expect::Rows(expected) = wanted.expect
            && expected != touched
        {
            return Err(Judged::Lost(RecordsError::Lost { statement, expected, touched }));
        }
        last = rows;
    }
    Ok(last)
}

async fn translated(client: &Object, error: &Error, names: &IndexNames) -> RecordsError {
    // A server that became a standby: no fault of the statement.
    if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) {
        return RecordsError::Unavailable("the database is read-only for the moment".into());
    }
    names.records_error(client, error).await
}
