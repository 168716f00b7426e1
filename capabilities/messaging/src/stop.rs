//! What a mail carries so that its kind can be stopped: the account, the kind, and a keyed hash of both that nobody
//! else can make.

use minshu_kernel::ids::AccountId;
use minshu_kernel::personal::Personal;

use crate::model::MessageKind;

/// The longest text that is looked at.
const MOST: usize = 160;
const PURPOSE: &str = "messaging.stop";

/// Which mails are stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) account: AccountId,
    pub(crate) kind: MessageKind,
}

impl Stop {
    /// The text that a mail carries; none for a kind that nobody can stop.
    pub(crate) fn text(self, personal: &dyn Personal) -> Option<String> {
        let told = format!("{}.{}", self.account, self.kind.word());
        let proof = personal.keyed_hash(PURPOSE, told.as_bytes());
        (!self.kind.is_bound()).then(|| format!("{told}.{proof}"))
    }

    /// The path of this site that a mail carries.
    pub(crate) fn path(self, personal: &dyn Personal) -> Option<String> {
        Some(format!("/mail/stop/{}", self.text(personal)?))
    }

    /// Reads what a mail carried; none where we did not write it.
    pub(crate) fn read(personal: &dyn Personal, text: &str) -> Option<Stop> {
        if text.len() > MOST {
            return None;
        }
        let mut parts = text.splitn(3, '.');
        let account = parts.next()?.parse().ok()?;
        let kind = MessageKind::parse(parts.next()?)?;
        let stop = Stop { account, kind };
        // Hashed once more, so that the time of the comparison tells nothing of the proof.
        let once_more = |text: &str| personal.index(PURPOSE, text);
        (once_more(&stop.text(personal)?) == once_more(text)).then_some(stop)
    }
}
