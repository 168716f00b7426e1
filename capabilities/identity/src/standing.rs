//! Whose principals a write changes. Principals are kept for a moment, and a sign-in must not make the house forget
//! everybody else's: the statements of the write say whom it touches. What is not known here touches everybody.

use minshu_kernel::access::Touched;
use minshu_kernel::records::{Statement, Value, WriteSet};

use crate::store::{accounts, leaving, outside, sessions};

/// Tables that no principal is made of.
const APART: &[&str] = &[
    "identity_attempt",
    "identity_challenge",
    "identity_code",
    "identity_device",
    "identity_outside",
    "identity_outside_state",
    "identity_passkey",
    "identity_proof",
    "identity_recovery",
    "identity_spare_code",
    "identity_step",
    "identity_totp",
    "identity_usage",
];

/// Statements that touch whom a parameter names: an account or a session. Its place, from 0; none where what is written
/// is new, or stands in no principal.
const NAMED: &[(&str, Option<usize>)] = &[
    (sessions::INSERT_SESSION, None),
    (accounts::INSERT_ACCOUNT, None),
    (accounts::UPDATE_ACCOUNT_VERSION, None),
    (accounts::UPDATE_ACCOUNT_PASSWORD, None),
    (accounts::UPDATE_PHONE_VERIFIED, None),
    (sessions::UPDATE_SESSION_PROVED, Some(1)),
    (sessions::UPDATE_OWN_SESSION_ENDED, Some(1)),
    (sessions::UPDATE_SESSIONS_ENDED, Some(0)),
    // They are over already.
    (sessions::DELETE_OLD_SESSIONS, None),
    (sessions::UPDATE_SESSION_ENDED, Some(0)),
    (leaving::END_SESSIONS, Some(0)),
    (outside::UPDATE_SESSION_OUTSIDE, Some(0)),
];

/// Whose principals a write set changes.
pub(crate) fn touched(set: &WriteSet) -> Touched {
    let mut whose = Vec::new();
    for statement in &set.statements {
        match by(statement) {
            Touched::Some(more) => whose.extend(more),
            Touched::Everybody => return Touched::Everybody,
        }
    }
    Touched::Some(whose)
}

fn by(statement: &Statement) -> Touched {
    let nobody = Touched::Some(Vec::new());
    if let Some((_, place)) = NAMED.iter().find(|(sql, _)| *sql == statement.sql) {
        return match place.map(|place| statement.values.get(place)) {
            None => nobody,
            Some(Some(Value::Text(id))) => Touched::Some(vec![id.clone()]),
            Some(_) => Touched::Everybody,
        };
    }
    match table(&statement.sql) {
        Some(table) if !table.starts_with("identity_") || APART.contains(&table) => nobody,
        Some(_) | None => Touched::Everybody,
    }
}

/// The table that a statement writes.
fn table(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    match (words.next()?, words.next()?) {
        ("INSERT", "INTO") | ("DELETE", "FROM") => words.next(),
        ("UPDATE", table) => Some(table),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use minshu_kernel::values;

    use super::*;
    use crate::store::{applications, openings, posts};

    #[test]
    fn what_stands_apart_is_read_by_no_principal() {
        let read = [
            sessions::SELECT_PRINCIPAL,
            sessions::SELECT_HOLDS,
            sessions::SELECT_HOLDER,
            sessions::SELECT_GRANTS,
            sessions::SELECT_MANDATED,
            openings::SELECT_OPEN,
            applications::SELECT_ACTING,
        ];
        for sql in read {
            let words: Vec<&str> = sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            assert!(words.iter().any(|word| word.starts_with("identity_")), "{sql}");
            assert!(!APART.iter().any(|table| words.contains(table)), "{sql}");
        }
    }

    #[test]
    fn the_places_are_those_of_accounts_and_sessions() {
        for (sql, place) in NAMED {
            let of_accounts = table(sql) == Some("identity_account");
            assert!(of_accounts || table(sql) == Some("identity_session"), "{sql}");
            let Some(place) = place else { continue };
            let by = [format!("account = ${}", place + 1), format!("id = ${}", place + 1)];
            assert!(by.iter().any(|by| sql.contains(by.as_str())), "{sql}");
            assert!(!of_accounts, "a name may stand in the grants of a substitute: {sql}");
        }
    }

    #[test]
    fn a_sign_in_touches_nobody_and_an_appointment_everybody() {
        let set = |statements: Vec<Statement>| WriteSet { statements };
        let begun = Statement::one(sessions::INSERT_SESSION, values![]);
        let event = Statement::any("\nINSERT INTO platform_event (id) VALUES ($1)", values!["e"]);
        assert_eq!(touched(&set(vec![begun, event.clone()])), Touched::Some(vec![]));
        let ended = Statement::any(sessions::UPDATE_SESSION_ENDED, values!["s", 1]);
        assert_eq!(touched(&set(vec![event, ended.clone()])), Touched::Some(vec!["s".into()]));
        let dismissed = Statement::one(posts::UPDATE_APPOINTMENT_ENDED, values!["a", 1, 2, "b"]);
        assert_eq!(touched(&set(vec![ended, dismissed])), Touched::Everybody);
        for unknown in [
            "WITH x AS (SELECT 1) DELETE FROM identity_device",
            "UPDATE identity_new SET a = 1",
            "",
        ] {
            let unknown = Statement::any(unknown, values![]);
            assert_eq!(touched(&set(vec![unknown])), Touched::Everybody);
        }
    }
}
