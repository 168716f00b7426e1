//! The power goes while people send cases in: what was acknowledged is there after the restart, once, and the audit
//! chain holds. A kill alone would prove nothing, since the page cache survives it: what was not fsynced is discarded.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use minshu_storage::powercut::PowerCut;
use serde_json::json;

use crate::running::{Start, act, draft};

/// Sends cases in until the line is cut; answers the ids that were acknowledged.
fn send_cases(address: &str, token: &str, over: &AtomicBool, acknowledged: &Mutex<Vec<String>>) {
    let done = |operation: &str, input| {
        act(address, token, operation, &input, None).filter(|answer| answer.status == 200)
    };
    while !over.load(Ordering::Relaxed) {
        let Some(saved) = done("casework.save_draft", draft("停电试验的申请。")) else {
            return;
        };
        let input = json!({ "draft": saved.json()["draft"] });
        let Some(case) = done("casework.submit", input) else { return };
        acknowledged.lock().unwrap().push(case.json()["case"].as_str().unwrap().to_owned());
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_goes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let power = PowerCut::new(&data).unwrap();
    let environment =
        power.environment().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let start = Start { environment, ..Start::on(&data) };
    let mut server = start.go();
    let tokens: Vec<String> = (0..4).map(|number| server.person(number, &[])).collect();
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for cut_after_ms in [350, 900] {
        let over = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = tokens
            .iter()
            .map(|token| {
                let (address, token) = (server.address.clone(), token.clone());
                let (over, acknowledged) = (over.clone(), acknowledged.clone());
                std::thread::spawn(move || send_cases(&address, &token, &over, &acknowledged))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(cut_after_ms));
        power.cut(&mut server.child).unwrap();
        over.store(true, Ordering::Relaxed);
        for sender in senders {
            sender.join().unwrap();
        }
        server = start.go();
    }
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > 4, "only {} cases were sent in", acknowledged.len());
    let mut found: Vec<String> = tokens.iter().flat_map(|token| server.own_cases(token)).collect();
    found.sort();
    let doubled = found.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert_eq!(doubled, 0, "a case is there twice");
    for case in &acknowledged {
        assert!(found.binary_search(case).is_ok(), "the acknowledged case {case} is lost");
    }
    server.kill();
    start.prove_the_chain();
}
