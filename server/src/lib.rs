//! The list of capabilities. The binary and the tests of the whole house share it.

use std::sync::{Arc, LazyLock};

use minshu_kernel::capability::Capability;
use minshu_licences::layout::Fonts;

/// The fonts of documents, read once. A program that was built without them issues no licence, and says so.
static FONTS: LazyLock<Option<Fonts>> =
    LazyLock::new(|| Fonts::new(minshu_runtime::http::assets::document_fonts()).ok());

/// The capabilities of this program: a new one is one line here.
pub fn capabilities() -> Vec<Arc<dyn Capability>> {
    vec![
        Arc::new(minshu_identity::Identity),
        Arc::new(minshu_casework::Casework),
        Arc::new(minshu_messaging::Messaging),
        Arc::new(minshu_cards::Cards),
        Arc::new(minshu_licences::Licences::new(FONTS.clone())),
    ]
}
