//! Holding a passkey's answer against what is kept: once a ticket, counted as other mistakes are.

use minshu_kernel::action::Decision;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::ids::AccountId;
use minshu_kernel::records::Statement;

use crate::actions::sign_in::changed;
use crate::error::IdentityError;
use crate::model::{Account, FactorChange};
use crate::passkeys::{self, Answer, Disbelief, Given, Held, Purpose, Ticket};
use crate::store::passkeys::{self as store, Kept};
use crate::store::{accounts, outside};
use crate::throttle::Gate;

/// What came of an answer.
pub(crate) struct Judged {
    gate: Gate,
    spent: Statement,
    found: Result<Passed, (Disbelief, Option<AccountId>)>,
}

/// An answer that is right.
pub(crate) struct Passed {
    /// Whose passkey it is.
    pub(crate) account: AccountId,
    /// How it was proved (RFC 8176, blanks between).
    pub(crate) methods: &'static str,
    used: Statement,
}

impl Judged {
    /// Holds an answer against the passkeys that are kept; `meant` is whose it must be, where that is settled.
    ///
    /// # Errors
    /// Where the ticket is over or somebody else's, and where too many were wrong before.
    pub(crate) async fn of(
        ctx: &Ctx,
        answer: &Answer,
        (purpose, meant): (Purpose, Option<AccountId>),
    ) -> Result<Judged, Failure> {
        let gate = match purpose {
            Purpose::Again(account) => Gate::signed_in(ctx, &account.to_string()).await?,
            _ => Gate::passkey(ctx, answer.browser.expose()).await?,
        };
        gate.admit(ctx.now)?;
        let ticket = open(ctx, answer, purpose).await?;
        let spent = outside::spend(answer.ticket.expose(), ctx.now);
        let found = hold(ctx, &ticket, answer, meant).await?;
        Ok(Judged { gate, spent, found })
    }

    /// Who was proved and what that writes; else the refusal, counted, with the ticket spent.
    ///
    /// # Errors
    /// Where the records fail.
    pub(crate) async fn settle<R>(
        self,
        ctx: &Ctx,
        refused: Decision<R>,
    ) -> Result<Result<(Passed, Vec<Statement>), Decision<R>>, Failure> {
        match self.found {
            Ok(passed) => {
                let mut writes = vec![self.spent, passed.used.clone()];
                writes.extend(self.gate.forgive(ctx.now));
                Ok(Ok((passed, writes)))
            }
            Err((why, owner)) => {
                let mut refused = self.gate.count(refused, ctx.now).write(self.spent);
                if why == Disbelief::Copied
                    && let Some(owner) = owner
                    && let Some(owner) = accounts::account(ctx, owner).await?
                {
                    let told = (FactorChange::PasskeyCopied, "identity-told-passkey-copied");
                    refused = changed(ctx, &owner, refused, told)?;
                    return Ok(Err(refused.then_refuse(IdentityError::PasskeyCopied)));
                }
                Ok(Err(refused.then_refuse(IdentityError::PasskeyWrong(why))))
            }
        }
    }
}

/// The ticket of an answer, where it holds and serves for the first time.
pub(crate) async fn open(ctx: &Ctx, answer: &Answer, purpose: Purpose) -> Result<Ticket, Failure> {
    let over = || Failure::from(IdentityError::PasskeyOver);
    let ticket =
        Ticket::open(&*ctx.services.personal, answer, (purpose, ctx.now)).ok_or_else(over)?;
    if outside::is_spent(ctx, answer.ticket.expose()).await? {
        return Err(over());
    }
    Ok(ticket)
}

async fn hold(
    ctx: &Ctx,
    ticket: &Ticket,
    answer: &Answer,
    meant: Option<AccountId>,
) -> Result<Result<Passed, (Disbelief, Option<AccountId>)>, Failure> {
    let Some(given) = Given::read(answer) else { return Ok(Err((Disbelief::Unreadable, None))) };
    let kept = store::by_credential(ctx, given.credential()).await?;
    let Some(kept) = kept.filter(|kept| meant.is_none_or(|meant| meant == kept.account)) else {
        return Ok(Err((Disbelief::Stranger, None)));
    };
    let Kept { account, fixed, changing, .. } = &kept;
    let held = Held { account: *account, fixed, changing };
    Ok(match ticket.proved(&given, &held)? {
        Ok(proved) => Ok(Passed {
            account: *account,
            methods: passkeys::methods(proved.synced),
            used: store::used(&kept, &proved, ctx.now),
        }),
        Err(why) => Err((why, Some(*account))),
    })
}

/// The account of somebody who was proved.
pub(crate) async fn owner(ctx: &Ctx, passed: &Passed) -> Result<Account, Failure> {
    accounts::account(ctx, passed.account).await?.ok_or_else(Failure::missing)
}
