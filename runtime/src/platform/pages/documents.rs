//! The public documents of all capabilities, kept for a moment: what the front page offers and search finds. It holds
//! them in memory and is bounded; full text of everything is the search seam's.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use minshu_kernel::access::Principal;
use minshu_kernel::capability::DocumentEntry;
use minshu_kernel::clock::Timestamp;
use minshu_kernel::ctx::{Call, Ctx, PacksInForce as _};
use minshu_kernel::ids::RequestId;
use minshu_kernel::text::Lang;
use serde_json::Value as Json;
use tokio::sync::Mutex;

use crate::house::House;

/// Documents are asked for again after this time, in milliseconds.
const KEEP_MS: i64 = 2_000;
/// The most documents that are held.
const MOST: usize = 20_000;

/// Documents as they were asked for last.
#[derive(Default)]
pub(super) struct Documents {
    kept: ArcSwapOption<Kept>,
    asking: Mutex<()>,
}

struct Kept {
    at: Timestamp,
    packs: String,
    entries: Arc<Vec<DocumentEntry>>,
}

impl Documents {
    /// All of them, at most two seconds old. A capability that fails is logged, and those of the others are shown.
    pub(super) async fn all(&self, house: &House) -> Arc<Vec<DocumentEntry>> {
        if let Some(entries) = self.fresh(house) {
            return entries;
        }
        let _asking = self.asking.lock().await;
        if let Some(entries) = self.fresh(house) {
            return entries;
        }
        let now = house.services.clock.now();
        let call = Call {
            who: Arc::new(Principal::anonymous()),
            operation: String::new(),
            input: Json::Null,
            key: None,
            cause: None,
            request: RequestId::fresh(&*house.services.ids),
            lang: Lang::Zh,
            peer: None,
        };
        let ctx = Arc::new(Ctx::new(house.services.clone(), &call, "platform.systems"));
        let mut entries = Vec::new();
        for read in &house.contract.documents {
            match read(ctx.clone(), Timestamp(0)).await {
                Ok(own) => entries.extend(own),
                Err(failure) => tracing::warn!(%failure, "documents of a capability are missing"),
            }
        }
        entries.truncate(MOST);
        let entries = Arc::new(entries);
        let packs = house.packs.current().hash.clone();
        self.kept.store(Some(Arc::new(Kept { at: now, packs, entries: entries.clone() })));
        entries
    }

    fn fresh(&self, house: &House) -> Option<Arc<Vec<DocumentEntry>>> {
        let kept = self.kept.load_full()?;
        let now = house.services.clock.now();
        let fresh = (now.0 - kept.at.0).abs() < KEEP_MS && kept.packs == house.packs.current().hash;
        fresh.then(|| kept.entries.clone())
    }
}

/// Whether a document is an item that people can apply for.
pub(super) fn is_item(document: &DocumentEntry) -> bool {
    let kind = document.id.split(':').next().unwrap_or("");
    kind == "item" || kind.ends_with(".item")
}

/// The first sentence of a text, at most so many characters.
pub(super) fn first_sentence(text: &str, most: usize) -> String {
    let line = text.trim().lines().next().unwrap_or("");
    let end = line.find(['。', '；']).or_else(|| line.find(". ")).unwrap_or(line.len());
    let sentence = &line[..end];
    if sentence.chars().count() <= most {
        return sentence.trim_end_matches('.').to_owned();
    }
    let cut: String = sentence.chars().take(most.saturating_sub(1)).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_the_first_sentence() {
        assert_eq!(first_sentence("12 个工作日。不收费。", 40), "12 个工作日");
        assert_eq!(first_sentence("Twelve days. Free.", 40), "Twelve days");
        assert_eq!(first_sentence("Twelve days.", 40), "Twelve days");
        assert_eq!(first_sentence("一二三四五六", 4), "一二三…");
        assert_eq!(first_sentence("", 4), "");
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_a_short_note(text in ".{0,200}", most in 1_usize..60) {
            proptest::prop_assert!(first_sentence(&text, most).chars().count() <= most);
        }
    }
}
