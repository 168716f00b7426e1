//! The security check-list stands on its feet: every requirement once and in order, and evidence that exists.

use std::path::Path;

const LIST: &str = include_str!("../../../docs/security/asvs.md");

/// Requirements of levels 1 and 2 by chapter, as the text in the standard's repository has them.
const CHAPTERS: [(usize, usize); 17] = [
    (8, 19),
    (4, 7),
    (8, 11),
    (2, 8),
    (4, 5),
    (11, 21),
    (6, 12),
    (4, 3),
    (4, 3),
    (5, 24),
    (3, 10),
    (3, 6),
    (1, 12),
    (2, 7),
    (3, 10),
    (0, 16),
    (0, 7),
];

fn rows() -> Vec<Vec<&'static str>> {
    let rows = LIST.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #"));
    rows.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

#[test]
fn every_requirement_stands_once_and_in_order() {
    let mut before = vec![0, 0, 0];
    let mut counts = [(0, 0); 17];
    for row in rows() {
        assert_eq!(row.len(), 5, "{row:?}");
        let number: Vec<usize> = row[0].split('.').map(|part| part.parse().unwrap()).collect();
        assert!(number > before, "{row:?} is out of order");
        let count = &mut counts[number[0] - 1];
        match row[1] {
            "1" => count.0 += 1,
            "2" => count.1 += 1,
            other => panic!("{row:?}: level {other}"),
        }
        assert!(["yes", "part", "gap", "—"].contains(&row[3]), "{row:?}");
        assert!(!row[2].is_empty() && !row[4].is_empty(), "{row:?}");
        before = number;
    }
    assert_eq!(counts, CHAPTERS);
}

#[test]
fn every_piece_of_evidence_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut named = 0;
    for row in rows() {
        for cited in row[4].split('`').skip(1).step_by(2) {
            let (path, test) = cited.split_once("::").unwrap_or((cited, ""));
            if !path.contains('/') && !path.contains('.') {
                continue;
            }
            let path = root.join(path);
            assert!(path.exists(), "{}: {cited} is not there", row[0]);
            if !test.is_empty() {
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(text.contains(&format!("fn {test}(")), "{}: no test {cited}", row[0]);
                named += 1;
            }
        }
    }
    assert!(named > 30, "tests are named, not files alone");
}
