//! The list of capabilities. The binary and the tests of the whole house share it.

use std::sync::Arc;

use minshu_kernel::capability::Capability;

/// The capabilities of this program: a new one is one line here.
pub fn capabilities() -> Vec<Arc<dyn Capability>> {
    vec![
        Arc::new(minshu_identity::Identity),
        Arc::new(minshu_casework::Casework),
        Arc::new(minshu_messaging::Messaging),
        Arc::new(minshu_cards::Cards),
    ]
}
