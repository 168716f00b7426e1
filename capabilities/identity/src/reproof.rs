//! Proving once more who sits there, before something that must not happen by somebody else's hand: with the password,
//! and the second factor where the account asks for one.

use minshu_kernel::action::Decision;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::Failure;
use minshu_kernel::records::Statement;

use crate::model::{Account, Secret};
use crate::passwords;
use crate::store::factors;
use crate::throttle::Gate;

/// What came of it. Wrong ones are counted as at signing in.
pub(crate) struct Reproof {
    gate: Gate,
    right: bool,
    used: Option<Statement>,
    /// How it was proved (RFC 8176, blanks between).
    pub methods: &'static str,
}

impl Reproof {
    /// Holds what was typed against the account of who is signed in.
    ///
    /// # Errors
    /// Where too many were wrong before.
    pub(crate) async fn of(
        ctx: &Ctx,
        account: &Account,
        (password, code): (&Secret, Option<&Secret>),
    ) -> Result<Reproof, Failure> {
        let gate = Gate::signed_in(ctx, &account.id.to_string()).await?;
        gate.admit(ctx.now)?;
        let right =
            passwords::verify(password, Some(&account.password), ctx.services.password_cost)
                .await?;
        let totp = factors::confirmed_totp(ctx, account.id).await?;
        let (fits, methods) = match (&totp, code) {
            (None, _) => (None, "pwd"),
            (Some(totp), Some(code)) => {
                (factors::find(ctx, account.id, totp, code).await?, "pwd otp mfa")
            }
            (Some(_), None) => (None, ""),
        };
        let right = right && (totp.is_none() || fits.is_some());
        Ok(Reproof { gate, right, used: fits.map(|fits| fits.used), methods })
    }

    /// Whether it was right.
    pub(crate) fn is_right(&self) -> bool {
        self.right
    }

    /// The refusal of a wrong one, counted.
    pub(crate) fn refuse<R>(&self, ctx: &Ctx, reply: R) -> Decision<R> {
        self.gate.refuse(Decision::reply(reply), ctx.now)
    }

    /// What a right one writes: its code is used, and earlier mistakes are forgiven.
    pub(crate) fn writes(self, ctx: &Ctx) -> Vec<Statement> {
        self.used.into_iter().chain(self.gate.forgive(ctx.now)).collect()
    }
}
