//! The engine: libFuzzer on one target, named by `MINSHU_FUZZ_TARGET`. Built by `scripts/fuzz`, which has the house's
//! crates report their coverage.
#![no_main]

use std::sync::OnceLock;

use minshu_fuzz::Target;

fn target() -> &'static Target {
    static TARGET: OnceLock<&Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var("MINSHU_FUZZ_TARGET").unwrap_or_default();
        minshu_fuzz::target(&name)
            .unwrap_or_else(|| panic!("MINSHU_FUZZ_TARGET names no target: {name:?}"))
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (target().run)(bytes));
