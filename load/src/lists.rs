//! The work list over a million cases, in scopes from a county to the province. The rows are laid straight into the
//! database, since only reading them is measured.

use std::path::Path;
use std::sync::Arc;

use minshu_kernel::access::{Exclusion, Part, ScopeTerm, Test};
use minshu_kernel::list::{DIVISION_COLUMNS, Filter, ListQuery, ScopeColumns};
use minshu_kernel::personal::Place;
use minshu_kernel::records::Value;
use minshu_runtime::keys::{Keys, SystemEntropy};

use serde_json::json;

use crate::client::Client;
use crate::report::{Latencies, Report, moment};
use crate::restoring;
use crate::server::{Server, Trouble};

const COUNTIES: [(&str, &str); 9] = [
    ("350100", "350102"),
    ("350100", "350103"),
    ("350100", "350104"),
    ("350200", "350203"),
    ("350200", "350205"),
    ("350300", "350302"),
    ("350500", "350502"),
    ("350500", "350582"),
    ("350900", "350902"),
];

/// Measures.
pub async fn measure(
    program: &Path,
    packs: &Path,
    cases: u32,
    report: &mut Report,
) -> Result<(), Trouble> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let server = Server::start(program, packs, &data, None).await?;
    let mut tokens = Vec::new();
    for (number, division) in ["350102", "350100", "350000"].into_iter().enumerate() {
        let post = server.post("load-test.clerk", division).await?;
        tokens.push((division, server.person(20_000 + number as u32, Some(&post)).await?));
    }
    // One real case gives the item's version that the others point at.
    let resident = server.person(3, None).await?;
    let mut client = Client::connect(&server.address).await?;
    let form = json!({ "request": { "division": "350102", "reason": "一件真的。" } });
    let draft = json!({ "item": "load-test.request", "form": form });
    let draft = client.act(&resident, "casework.save_draft", &draft).await?;
    let draft: serde_json::Value = serde_json::from_slice(&draft.body)?;
    let sent =
        client.act(&resident, "casework.submit", &json!({ "draft": draft["draft"] })).await?;
    if sent.status != 200 {
        return Err(format!("the first case: {}", String::from_utf8_lossy(&sent.body)).into());
    }
    server.stop().await?;
    seed(&data, cases)?;
    let (without, added) = scopes(&data)?;

    let server = Server::start(program, packs, &data, None).await?;
    let mut page_ms = 0.0;
    for (division, token) in &tokens {
        let mut client = Client::connect(&server.address).await?;
        let mut all = Vec::new();
        for path in
            ["/api/casework/work_list?limit=50", "/api/casework/work_list?limit=50&view=place"]
        {
            for _ in 0..100 {
                let begun = moment();
                let answer = client.get(token, path).await?;
                if answer.status != 200 {
                    return Err(format!("{path}: {}", String::from_utf8_lossy(&answer.body)).into());
                }
                all.push(begun.elapsed());
            }
        }
        let latencies = Latencies::new(all);
        page_ms = latencies.ms(0.5);
        let value = format!("p50 {:.1} ms, p99 {:.1} ms", latencies.ms(0.5), latencies.ms(0.99));
        let what = format!("work list of {cases} cases, scope {division}");
        report.add(what, value, "< 20 ms", "");
    }
    server.stop().await?;
    // The last one is the whole province's: beside what a scope adds in the database stands what people wait for.
    for (name, micros) in added {
        let share = micros / (page_ms * 1_000.0) * 100.0;
        let value =
            format!("{micros:+.0} µs to {without:.0} µs in the database: {share:+.1} % to a page");
        report.add(format!("page of {cases} cases, scope of {name}"), value, "< 10 % more", "");
    }
    restoring::measure(program, packs, &data, cases, report).await
}

/// Scopes by name, and the microseconds that each adds.
type Added = Vec<(&'static str, f64)>;

/// What the conditions of a scope add to a page, in the database alone: fifty open cases of a county by due time, as
/// an index gives them, without and with what access puts behind WHERE. Answers the microseconds without, and what each
/// scope adds.
fn scopes(data: &Path) -> Result<(f64, Added), Trouble> {
    let connection = rusqlite::Connection::open(data.join("records.sqlite"))?;
    let page = |term: &ScopeTerm| {
        let query = ListQuery {
            select: "SELECT id, number, due_ms FROM casework_case",
            columns: COLUMNS,
            sort: "due_ms",
            descending: false,
            filter: Filter::new()
                .equal("county", "350203")
                .equal("pack", "load-test")
                .equal("state", "submitted"),
            after: None,
            limit: 50,
        };
        query.statement(term)
    };
    let own = Test::OneOf(Part::Owner, vec!["01900000-0000-7000-8000-000000000001".to_owned()]);
    let place = ScopeTerm { division: Some("350203".parse()?), ..ScopeTerm::default() };
    let pack = ScopeTerm { pack: Some("load-test".to_owned()), ..place.clone() };
    let except = vec![Exclusion { pack: "load-test".to_owned(), when: own }];
    let terms = [
        ("none", ScopeTerm::default()),
        ("a county", place),
        ("a county and a pack", pack.clone()),
        ("a county and a pack, own cases left out", ScopeTerm { except, ..pack }),
    ];
    // In turn, so that whatever else the machine does meets all of them alike.
    let mut all = [const { Vec::new() }; 4];
    for _ in 0..1_000 {
        for ((_, term), times) in terms.iter().zip(&mut all) {
            let (sql, values) = page(term);
            let values = values.into_iter().map(|value| match value {
                Value::Text(text) => rusqlite::types::Value::Text(text),
                Value::Integer(number) => rusqlite::types::Value::Integer(number),
                _ => rusqlite::types::Value::Null,
            });
            let begun = moment();
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(values))?;
            let mut seen = 0;
            while rows.next()?.is_some() {
                seen += 1;
            }
            times.push(begun.elapsed());
            if seen != 50 {
                return Err(format!("a page of {seen} cases").into());
            }
        }
    }
    let medians = all.map(|times| Latencies::new(times).ms(0.5) * 1_000.0);
    let added = terms.iter().zip(medians).skip(1);
    Ok((medians[0], added.map(|((name, _), median)| (*name, median - medians[0])).collect()))
}

const COLUMNS: ScopeColumns = ScopeColumns {
    kind: "casework.case",
    divisions: Some(DIVISION_COLUMNS),
    pack: "pack",
    role: Some("role"),
    owner_account: Some("owner_account"),
    owner: Some("owner"),
    owner_organisation: Some("owner_organisation"),
};

/// Copies the one real case, with other ids, places and due times; what is personal is sealed for its own row.
fn seed(data: &Path, cases: u32) -> Result<(), Trouble> {
    let mut connection = rusqlite::Connection::open(data.join("records.sqlite"))?;
    connection.pragma_update(None, "synchronous", false)?;
    let transaction = connection.transaction()?;
    let keys = Keys::open(&data.join("keys.toml"), false, Arc::new(SystemEntropy))?;
    let columns = "item_version, pack, item, owner, submitted_by, form_clear, form_personal, division, province, state, open, stage, role, promised_due_ms, submitted_ms, acted_version, version";
    let sql = format!(
        "INSERT INTO casework_case (id, number, prefecture, county, due_ms, applicant_name, flag, {columns}) SELECT ?1, ?2, ?3, ?4, due_ms + ?5, ?6, ?7, {columns} FROM casework_case WHERE number NOT LIKE 'LT%' LIMIT 1"
    );
    {
        let mut statement = transaction.prepare(&sql)?;
        for number in 0..cases {
            let (prefecture, county) = COUNTIES[number as usize % COUNTIES.len()];
            let id = format!("01900000-0000-7000-8000-{number:012x}");
            let due = i64::from(number % 9_973) * 60_000;
            let place = Place { table: "casework_case", column: "applicant_name", row: &id };
            let name = keys.seal(place, "测试员".as_bytes());
            // One case in a thousand is overdue, one nearly due.
            let flag = ["red", "yellow"].get(number as usize % 1_000).unwrap_or(&"none");
            let number = format!("LT{number:09}");
            statement.execute((&id, number, prefecture, county, due, name, flag))?;
        }
    }
    transaction.commit()?;
    Ok(())
}
