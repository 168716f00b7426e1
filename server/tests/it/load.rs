//! People who work while something breaks: each repeats a request under the same key until it is answered, as a client
//! does whose line was cut.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::json;

use crate::running::{Answer, Json, Server, act, draft};

/// How long a client waits before it repeats a request.
const AGAIN: Duration = Duration::from_millis(50);

/// What everybody sees of the server, and what was seen of everybody.
pub struct Town {
    address: Mutex<String>,
    /// Steps that were acknowledged, and answers that said to come later.
    pub acknowledged: AtomicUsize,
    pub later: AtomicUsize,
    told: (Mutex<()>, Condvar),
    over: AtomicBool,
}

/// A step that was acknowledged.
pub struct Done {
    token: String,
    operation: &'static str,
    key: String,
    input: Json,
    reply: String,
}

impl Town {
    pub fn new(server: &Server) -> Arc<Town> {
        Arc::new(Town {
            address: Mutex::new(server.address.clone()),
            acknowledged: AtomicUsize::new(0),
            later: AtomicUsize::new(0),
            told: (Mutex::new(()), Condvar::new()),
            over: AtomicBool::new(false),
        })
    }

    /// The server has another address.
    pub fn moved(&self, server: &Server) {
        *self.address.lock().unwrap() = server.address.clone();
    }

    /// Waits until so many more were counted.
    pub fn until_more(&self, counter: &AtomicUsize, more: usize) {
        let wanted = counter.load(Ordering::SeqCst) + more;
        let (lock, told) = &self.told;
        let guard = lock.lock().unwrap();
        let waited = told.wait_timeout_while(guard, Duration::from_secs(120), |()| {
            counter.load(Ordering::SeqCst) < wanted
        });
        assert!(!waited.unwrap().1.timed_out(), "nobody gets on");
    }

    fn count(&self, counter: &AtomicUsize) {
        let _guard = self.told.0.lock().unwrap();
        counter.fetch_add(1, Ordering::SeqCst);
        self.told.1.notify_all();
    }

    fn until_done(&self, token: &str, operation: &'static str, key: String, input: Json) -> Done {
        loop {
            let address = self.address.lock().unwrap().clone();
            match act(&address, token, operation, &input, Some(&key)) {
                Some(Answer { status: 200, body: reply, .. }) => {
                    self.count(&self.acknowledged);
                    return Done { token: token.to_owned(), operation, key, input, reply };
                }
                Some(answer) => {
                    assert!(answer.says_later(), "{operation}: {answer:?}");
                    self.count(&self.later);
                }
                None => {}
            }
            std::thread::sleep(AGAIN);
        }
    }

    /// A resident sends cases in, a clerk accepts each; both until it is over.
    pub fn work(
        self: &Arc<Town>,
        name: usize,
        resident: &str,
        clerk: &str,
    ) -> JoinHandle<Vec<Done>> {
        let (town, resident, clerk) = (self.clone(), resident.to_owned(), clerk.to_owned());
        std::thread::spawn(move || {
            let mut done = Vec::new();
            for round in 0.. {
                if town.over.load(Ordering::SeqCst) {
                    break;
                }
                let key = |step: &str| format!("{name}-{round}-{step}");
                let input = draft(&format!("第{round}件。"));
                let saved = town.until_done(&resident, "casework.save_draft", key("save"), input);
                let input = json!({ "draft": saved.json()["draft"] });
                let sent = town.until_done(&resident, "casework.submit", key("submit"), input);
                let input = json!({ "case": sent.json()["case"], "version": 1 });
                let accepted = town.until_done(&clerk, "casework.accept", key("accept"), input);
                done.extend([saved, sent, accepted]);
            }
            done
        })
    }

    /// Lets everybody finish what is begun.
    pub fn end(&self, workers: Vec<JoinHandle<Vec<Done>>>) -> Vec<Vec<Done>> {
        self.over.store(true, Ordering::SeqCst);
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    }
}

impl Done {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.reply).unwrap()
    }
}

/// Everything that was acknowledged is there, once, and is answered again as it was.
pub fn all_is_there(server: &Server, residents: &[String], done: &[Vec<Done>]) {
    for (resident, done) in residents.iter().zip(done) {
        let sent = done.iter().filter(|step| step.operation == "casework.submit");
        let mut wanted: Vec<String> =
            sent.map(|step| step.json()["case"].as_str().unwrap().to_owned()).collect();
        let mut found = server.own_cases(resident);
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted, "each case that was acknowledged is there once, and no other");
        for case in &found {
            assert_eq!(server.verbs(resident, case), ["submit", "accept"]);
        }
        for step in done {
            let again =
                act(&server.address, &step.token, step.operation, &step.input, Some(&step.key));
            assert_eq!(again.unwrap().body, step.reply, "{} under {}", step.operation, step.key);
        }
    }
}
