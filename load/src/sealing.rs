//! What encryption costs a case step: the values that it opens and seals, under a key whose schedule is computed and
//! under one that is prepared each time, and how fast a file's chunks go.

use std::sync::Arc;

use minshu_kernel::personal::Place;
use minshu_runtime::keys::{Keys, SystemEntropy, subject_key};

use crate::report::{Report, moment};
use crate::server::Trouble;

/// Steps that are counted.
const STEPS: u32 = 20_000;
/// Sealed by a step: form, name, detail of the step, kept reply. Bytes.
const SEALED: [usize; 4] = [600, 12, 250, 150];
/// Opened by a step: form, name, details of three steps before, the actor's name. Bytes.
const OPENED: [usize; 6] = [600, 12, 250, 250, 250, 12];
/// The size of one value for the rate.
const LARGE: usize = 64 * 1024;

/// Measures; `step_ms` is how long a step takes, where that was measured.
pub fn measure(step_ms: Option<f64>, report: &mut Report) -> Result<(), Trouble> {
    let keys = Keys::ephemeral(Arc::new(SystemEntropy))?;
    let place = Place { table: "casework_case", column: "form_personal", row: "an id of a row" };
    let secret = *keys.fresh_key();
    let ready = subject_key([7; 16], &secret);
    let clear = vec![7_u8; LARGE];
    let rest: Vec<_> =
        OPENED.iter().map(|bytes| keys.seal_under(&ready, place, &clear[..*bytes])).collect();
    for prepared in [true, false] {
        let begun = moment();
        for _ in 0..STEPS {
            let fresh = || match prepared {
                true => ready.clone(),
                false => subject_key([7; 16], &secret),
            };
            for bytes in SEALED {
                keys.seal_under(&fresh(), place, &clear[..bytes]);
            }
            for sealed in &rest {
                keys.open_under(&fresh(), place, sealed)?;
            }
        }
        let micros = begun.elapsed().as_secs_f64() * 1e6 / f64::from(STEPS);
        let what =
            if prepared { "with the key's schedule kept" } else { "preparing the key each time" };
        let bar = if prepared { "< 10 % of a step" } else { "" };
        let share = step_ms.map(|ms| format!(": {:.1} % of its median", micros / ms / 10.0));
        let value = format!("{micros:.0} µs{}", share.unwrap_or_default());
        report.add(format!("encryption in a case step, {what}"), value, bar, "");
    }
    let begun = moment();
    for _ in 0..200 {
        keys.seal_under(&ready, place, &clear);
    }
    let rate = 200.0 * LARGE as f64 / 1e6 / begun.elapsed().as_secs_f64();
    report.add("encryption of a file's chunks, one core", format!("{rate:.0} MB/s"), "", "");
    Ok(())
}
