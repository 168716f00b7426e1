//! The channels that carry texts out of the house: mail by SMTP, short messages by a gateway's HTTP form, and the
//! demonstration's own telephone and mailbox.

mod demonstration;
mod email;
mod sms;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use minshu_kernel::BoxFuture;
use minshu_kernel::carrier::{
    BadReport, CarrierError, Carriers, Parcel, Report, Signed, TakenOver,
};
use minshu_kernel::clock::{Clock, Timestamp};
use minshu_kernel::courier::Channel;

pub use demonstration::{Pocket, Shown};
pub use email::{BadMailSetting, EmailCarrier, MailSettings};
pub use sms::{BadGatewaySetting, GatewaySettings, SmsCarrier};

/// The channels of an installation: those that its settings name.
#[derive(Default)]
pub struct Channels {
    /// Mail by SMTP.
    pub email: Option<EmailCarrier>,
    /// Short messages by a gateway.
    pub sms: Option<SmsCarrier>,
    /// What a demonstration shows in place of channels that are not set up.
    pub pocket: Option<Arc<Pocket>>,
}

impl Carriers for Channels {
    fn offers(&self, channel: Channel) -> bool {
        let own = match channel {
            Channel::Sms => self.sms.is_some(),
            Channel::Email => self.email.is_some(),
        };
        own || self.pocket.is_some()
    }

    fn send<'a>(&'a self, parcel: Parcel) -> BoxFuture<'a, Result<TakenOver, CarrierError>> {
        Box::pin(async move {
            match (parcel.channel, &self.email, &self.sms, &self.pocket) {
                (Channel::Email, Some(email), _, _) => email.send(parcel).await,
                (Channel::Sms, _, Some(sms), _) => sms.send(parcel).await,
                (_, _, _, Some(pocket)) => Ok(pocket.keep(parcel)),
                _ => Err(CarrierError::NotOffered),
            }
        })
    }

    fn report(&self, signed: Signed<'_>, body: &[u8], now: Timestamp) -> Result<Report, BadReport> {
        let sms = self.sms.as_ref().ok_or(BadReport::NotOffered)?;
        sms.report(signed, body, now)
    }
}

/// One's own clock as the standard library's time, for headers that want it.
fn system_time(clock: &dyn Clock) -> std::time::SystemTime {
    let ms = u64::try_from(clock.now().0).unwrap_or(0);
    std::time::UNIX_EPOCH + std::time::Duration::from_millis(ms)
}

/// A receiver's own words, fit for a column and a page: one line, bounded, nothing that turns a text round.
fn words(text: &str, most: usize) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let turns = |c: &char| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(plain).filter(turns).take(most).collect::<String>().trim().to_owned()
}
