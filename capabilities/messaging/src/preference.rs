//! What people want to be told, by what, and when not: pure rules, and the row that keeps a person's choices.

use std::collections::BTreeSet;

use minshu_kernel::clock::{DAY_MS, Timestamp};
use minshu_kernel::courier::Channel;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;
use minshu_kernel::text::Lang;
use minshu_kernel::{statements, values};
use serde::{Deserialize, Serialize};

use crate::error::MessagingError;
use crate::model::MessageKind;

statements! {
    /// What an account chose.
    SELECT_PREFERENCE = "
SELECT id, choices, version
FROM messaging_preference
WHERE id = $1";

    /// The first choice of an account. Another may have come first: then it touches nothing.
    INSERT_PREFERENCE = "
INSERT INTO messaging_preference (id, choices, version)
VALUES ($1, $2, 1)
ON CONFLICT DO NOTHING";

    /// Another choice.
    UPDATE_PREFERENCE = "
UPDATE messaging_preference
SET choices = $3,
  version = version + 1
WHERE id = $1
  AND version = $2";
}

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;
/// When the quiet hours begin where nobody chose others: ten in the evening.
const QUIET_FROM: u16 = 22 * 60;
/// When they end: seven in the morning.
const QUIET_UNTIL: u16 = 7 * 60;
const MINUTE_MS: i64 = 60_000;

/// The hours in which no text is sent that does not hurry: minutes of the day in Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// From this minute.
    pub from: u16,
    /// Up to this one, of the next day where it is earlier. The same as `from`: never quiet.
    pub until: u16,
}

/// What somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Kinds that are told by short message.
    pub sms: BTreeSet<MessageKind>,
    /// Kinds that go by mail.
    pub email: BTreeSet<MessageKind>,
    /// The quiet hours.
    pub quiet: Quiet,
    /// Texts in English.
    pub english: bool,
}

impl Default for Choices {
    /// What holds for whoever chose nothing: everything but news, and quiet nights.
    fn default() -> Choices {
        let kinds: BTreeSet<MessageKind> =
            MessageKind::ALL.into_iter().filter(|kind| *kind != MessageKind::News).collect();
        let quiet = Quiet { from: QUIET_FROM, until: QUIET_UNTIL };
        Choices { sms: kinds.clone(), email: kinds, quiet, english: false }
    }
}

impl MessageKind {
    /// Whether nobody can switch it off.
    pub const fn is_bound(self) -> bool {
        matches!(self, MessageKind::Legal)
    }
}

impl Choices {
    /// Whether a kind is told by a channel.
    pub fn wants(&self, kind: MessageKind, channel: Channel) -> bool {
        let chosen = match channel {
            Channel::Sms => &self.sms,
            Channel::Email => &self.email,
        };
        kind.is_bound() || chosen.contains(&kind)
    }

    /// The language of texts.
    pub const fn lang(&self) -> Lang {
        if self.english { Lang::En } else { Lang::Zh }
    }
}

impl Quiet {
    /// From when on a text may go out: at once, or at the end of the quiet hours.
    pub fn over(self, now: Timestamp) -> Timestamp {
        let (hour, minute) = now.hour_minute();
        let here = u16::from(hour) * 60 + u16::from(minute);
        let end = |day: Timestamp| {
            Timestamp::start_of(day.date()).plus_ms(i64::from(self.until) * MINUTE_MS)
        };
        let night = self.from > self.until;
        if night && here >= self.from {
            end(now.plus_ms(DAY_MS))
        } else if here < self.until && (night || here >= self.from) {
            end(now)
        } else {
            now
        }
    }
}

/// What an account chose, and the version of its row; none where it chose nothing yet.
pub(crate) async fn of(ctx: &Ctx, account: AccountId) -> Result<(Choices, Option<i64>), Failure> {
    let Some(row) = ctx.row(SELECT_PREFERENCE, values![account]).await? else {
        return Ok((Choices::default(), None));
    };
    let text: String = row.get("choices")?;
    let choices = serde_json::from_str(&text)
        .map_err(|_| MessagingError::DamagedText { what: "choices of an account" })?;
    Ok((choices, Some(row.get("version")?)))
}

/// The statement that keeps what an account chose.
pub(crate) fn keep(
    account: AccountId,
    choices: &Choices,
    version: Option<i64>,
) -> Result<Statement, Failure> {
    let text = serde_json::to_string(choices).map_err(Failure::internal)?;
    Ok(match version {
        None => Statement::one(INSERT_PREFERENCE, values![account, text]),
        Some(version) => Statement::one(UPDATE_PREFERENCE, values![account, version, text]),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn at(hour: i64, minute: i64) -> Timestamp {
        Timestamp::start_of(date(2026, 3, 5)).plus_ms((hour * 60 + minute) * MINUTE_MS)
    }

    #[test]
    fn nights_are_quiet_and_days_are_not() {
        let quiet = Choices::default().quiet;
        assert_eq!(quiet.over(at(21, 59)), at(21, 59));
        assert_eq!(quiet.over(at(22, 0)), at(31, 0));
        assert_eq!(quiet.over(at(6, 59)), at(7, 0));
        assert_eq!(quiet.over(at(7, 0)), at(7, 0));
        let noon = Quiet { from: 12 * 60, until: 14 * 60 };
        assert_eq!(noon.over(at(13, 30)), at(14, 0));
        assert_eq!(noon.over(at(14, 0)), at(14, 0));
        assert_eq!(noon.over(at(23, 0)), at(23, 0));
        let never = Quiet { from: 600, until: 600 };
        assert_eq!(never.over(at(10, 0)), at(10, 0));
    }

    #[test]
    fn what_the_law_demands_is_told_whatever_somebody_chose() {
        let nothing =
            Choices { sms: BTreeSet::new(), email: BTreeSet::new(), ..Choices::default() };
        for channel in Channel::ALL {
            let told: Vec<_> =
                MessageKind::ALL.into_iter().filter(|kind| nothing.wants(*kind, channel)).collect();
            assert_eq!(told, [MessageKind::Legal]);
            assert!(!Choices::default().wants(MessageKind::News, channel));
        }
    }

    proptest! {
        #[test]
        fn a_text_waits_less_than_a_day_and_goes_out_when_it_is_not_quiet(
            from in 0..DAY_MINUTES, until in 0..DAY_MINUTES, minute in 0_i64..1440,
        ) {
            let quiet = Quiet { from, until };
            let now = at(0, minute);
            let then = quiet.over(now);
            prop_assert!(then >= now && then.0 - now.0 < DAY_MS);
            prop_assert_eq!(quiet.over(then), then);
        }
    }
}
