//! Sealed documents in memory: made, and verified with what is known of their seal and without.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use minshu_kernel::clock::Timestamp;
use minshu_licences::layout::{Fonts, Template, lay_out};
use minshu_licences::ofd::{Facts, write};
use minshu_licences::sample::{Sample, TEMPLATE, values};
use minshu_licences::seal::{Knowledge, Verifier};
use minshu_runtime::http::assets;

use crate::report::{Report, moment};
use crate::server::Trouble;

/// How long each is done.
const LENGTH: Duration = Duration::from_secs(5);
/// 2026-11-27T09:30:00Z.
const AT: Timestamp = Timestamp(1_795_771_800_000);

/// Measures.
pub fn measure(report: &mut Report) -> Result<(), Trouble> {
    let fonts = Fonts::new(assets::document_fonts())?;
    let mut seed = 0_u8;
    let sample = Sample::make(&fonts, AT, |bytes| {
        seed = seed.wrapping_add(1);
        bytes.fill(seed);
    })?;
    let template = Template::parse(TEMPLATE)?;
    // Every document is somebody else's: other names, other glyphs, another hash.
    let made = per_second(|n| {
        let name = format!("示例县第{n}小吃店{}", glyph(n));
        let values = values().with("name", name);
        let document = lay_out(&template, &fonts, &values)?;
        let facts = Facts { id: [0; 16], created: AT, author: String::new(), custom: Vec::new() };
        write(&document, &fonts, facts)?.seal(&sample.seal, &sample.signer, AT)?;
        Ok(())
    })?;
    report.add("a sealed document in memory, each of its own", made, "≥ 1,000/s", "");

    let sealed = sample.sealed(&fonts)?;
    let known = || Knowledge::only_the_time(AT);
    let verifier = Verifier::new(sample.trust());
    let warm = per_second(|_| match verifier.verify(&sealed, &known())?.holds() {
        true => Ok(()),
        false => Err("the document does not hold".into()),
    })?;
    report.add(
        "a document verified, seal and chain known",
        warm,
        "≥ 2,000/s",
        "OpenSSL: 3,417 signatures/s a core",
    );
    let cold = per_second(|_| {
        let verifier = Verifier::new(sample.trust());
        match verifier.verify(&sealed, &known())?.holds() {
            true => Ok(()),
            false => Err("the document does not hold".into()),
        }
    })?;
    report.add("a document verified, nothing known", cold, "≥ 500/s", "");
    let size = sealed.len() / 1024;
    report.add("size of a sealed document", format!("{size} KiB"), "", "");
    Ok(())
}

/// A character that names have and templates do not.
fn glyph(n: u32) -> char {
    char::from_u32(0x4e00 + n.wrapping_mul(7) % 20_000).unwrap_or('店')
}

/// How often something is done in a second by all cores.
fn per_second(act: impl Fn(u32) -> Result<(), Trouble> + Sync) -> Result<String, Trouble> {
    act(0)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let count = AtomicU32::new(0);
    let begun = moment();
    let failed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    while begun.elapsed() < LENGTH {
                        let n = count.fetch_add(1, Ordering::Relaxed);
                        act(n).map_err(|e| e.to_string())?;
                    }
                    Ok(())
                })
            })
            .collect();
        let ended =
            workers.into_iter().map(|w| w.join().unwrap_or_else(|_| Err("fell".to_owned())));
        ended.filter_map(Result::err).collect()
    });
    if let Some(failed) = failed.into_iter().next() {
        return Err(failed.into());
    }
    let each = f64::from(count.load(Ordering::Relaxed)) / begun.elapsed().as_secs_f64();
    Ok(format!("{each:.0}/s"))
}
