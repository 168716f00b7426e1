//! The courier of the house: a text that an operation sends is a sealed row in the operation's own write set.

use std::borrow::Cow;

use minshu_kernel::courier::{Channel, Courier, CourierWrites, Dispatch};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::text::{Lang, Message};

use crate::delivery::{self, Fresh, Letter};
use crate::error::MessagingError;
use crate::rules::{VALUE_MAX, one_line};

/// Messaging as the courier.
#[derive(Debug, Default, Clone, Copy)]
pub struct Post;

impl Courier for Post {
    fn offers(&self, ctx: &Ctx, channel: Channel) -> bool {
        ctx.services.carriers.offers(channel)
    }

    fn dispatch(&self, ctx: &Ctx, dispatch: Dispatch) -> Result<CourierWrites, Failure> {
        if !self.offers(ctx, dispatch.channel) {
            return Err(MessagingError::NotOffered.into());
        }
        let t = ctx.speaker();
        let say = |key: Cow<'static, str>| {
            let values = dispatch.values.iter();
            let message = values.fold(Message::new(key), |message, (name, value)| {
                message.with(name, one_line(value, VALUE_MAX))
            });
            t.message(&message)
        };
        let subject = match dispatch.channel {
            Channel::Email => say(format!("{}-subject", dispatch.text).into()),
            Channel::Sms => String::new(),
        };
        let fresh = Fresh {
            message: None,
            account: None,
            channel: dispatch.channel,
            letter: Letter {
                to: dispatch.to.clone(),
                subject,
                text: say(dispatch.text.into()),
                link: None,
                stop: None,
                english: ctx.lang == Lang::En,
            },
            from: ctx.now,
            expires: dispatch.expires,
        };
        Ok(CourierWrites { writes: vec![delivery::insert(ctx, &fresh)?], jobs: Vec::new() })
    }
}
