//! What several actions check in the same way: values of their inputs against the rules and the records,
//! every mistake told beside its field.

use minshu_kernel::access::Resource;
use minshu_kernel::codes::{citizen, phone, uscc};
use minshu_kernel::ctx::Ctx;
use minshu_kernel::division::DivisionCode;
use minshu_kernel::error::{Failure, FieldProblem};
use minshu_kernel::text::Message;

use crate::error::IdentityError;
use crate::model::{Account, Post, Secret};
use crate::{PLATFORM_ROLES, rules, store};

/// Mistakes of an input, gathered before anything is refused.
#[derive(Default)]
pub(crate) struct Problems(Vec<FieldProblem>);

impl Problems {
    /// The value, or its mistake noted at a place.
    pub(crate) fn take<T>(&mut self, pointer: &str, checked: Result<T, Message>) -> Option<T> {
        checked.map_err(|message| self.note(pointer, message)).ok()
    }

    /// Notes a mistake at a place.
    pub(crate) fn note(&mut self, pointer: &str, message: impl Into<Message>) {
        self.0.push(FieldProblem::new(pointer, message));
    }

    /// Refuses if there was any mistake.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        if self.0.is_empty() { Ok(()) } else { Err(Failure::invalid(self.0)) }
    }

    /// Refuses, certainly: for the branch in which a value was not good.
    pub(crate) fn refused(self) -> Failure {
        Failure::invalid(self.0)
    }
}

/// One mistake alone.
pub(crate) fn wrong(pointer: &str, message: impl Into<Message>) -> Failure {
    Failure::invalid(vec![FieldProblem::new(pointer, message)])
}

/// A citizen identity number in its one form.
pub(crate) fn number(ctx: &Ctx, text: &str) -> Result<citizen::CitizenNumber, Message> {
    citizen::check(text, ctx.now.date()).map_err(|problem| problem.message())
}

/// A mobile number in its one form.
pub(crate) fn mobile(text: &str) -> Result<phone::Phone, Message> {
    phone::check_mobile(text).map_err(|problem| problem.message())
}

/// A unified social credit code in its one form, or none where the field was left empty.
pub(crate) fn code(text: Option<&str>) -> Result<Option<uscc::Uscc>, Message> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => uscc::check(text).map(Some).map_err(|problem| problem.message()),
    }
}

/// What a session is called; none where nothing was said.
pub(crate) fn device(text: Option<&str>) -> Result<Option<String>, Failure> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => rules::line(text, rules::DEVICE_MAX)
            .map(Some)
            .map_err(|message| wrong("/device", message)),
    }
}

/// What a passkey is called.
pub(crate) fn passkey_name(text: &str) -> Result<String, Failure> {
    rules::line(text, crate::passkeys::NAME_MAX).map_err(|message| wrong("/name", message))
}

/// A division of the tree.
pub(crate) fn division(ctx: &Ctx, text: &str) -> Result<DivisionCode, Message> {
    let text = text.trim();
    if text.is_empty() {
        return Err("identity-division-missing".into());
    }
    let code: Option<DivisionCode> = text.parse().ok();
    code.filter(|code| ctx.services.divisions.get(*code).is_some())
        .ok_or_else(|| "identity-division-unknown".into())
}

/// What somebody says of himself when an account is opened.
pub(crate) struct Claim {
    /// The name.
    pub name: String,
    /// The citizen identity number.
    pub number: citizen::CitizenNumber,
    /// The mobile number.
    pub phone: phone::Phone,
}

/// Checks everything that an account is opened with; all mistakes are told at once.
pub(crate) async fn claim(
    ctx: &Ctx,
    (name, number_text, phone_text): (&str, &str, &str),
    password: &Secret,
) -> Result<Claim, Failure> {
    let mut problems = Problems::default();
    let name = problems.take("/name", rules::person_name(name));
    let number = problems.take("/number", number(ctx, number_text));
    let phone = problems.take("/phone", mobile(phone_text));
    let own_phone = phone.as_ref().map_or("", |phone| phone.expose());
    let own_number = number.as_ref().map_or("", |number| number.expose());
    problems.take("/password", rules::password(password.expose(), own_phone, own_number));
    if let Some(phone) = &phone
        && store::accounts::account_by_phone(ctx, phone.expose()).await?.is_some()
    {
        problems.note("/phone", "identity-phone-taken");
    }
    match (name, number, phone) {
        (Some(name), Some(number), Some(phone)) => {
            problems.finish()?;
            Ok(Claim { name, number, phone })
        }
        _ => Err(problems.refused()),
    }
}

/// The account that a clerk or an administrator names by its phone. It must be proved: an unproved one
/// may belong to anybody who typed that phone.
pub(crate) async fn proved_account(
    ctx: &Ctx,
    pointer: &str,
    phone: &str,
) -> Result<Account, Failure> {
    let phone = mobile(phone).map_err(|message| wrong(pointer, message))?;
    match store::accounts::account_by_phone(ctx, phone.expose()).await? {
        None => Err(wrong(pointer, "identity-phone-unknown")),
        Some(account) if account.person.is_none() => {
            Err(wrong(pointer, "identity-account-unproved"))
        }
        Some(account) => Ok(account),
    }
}

/// Refuses roles of the platform unless the caller runs the platform at that place: whoever could grant
/// them could make himself an operator.
pub(crate) fn may_grant(ctx: &Ctx, post: &Post) -> Result<(), Failure> {
    use minshu_kernel::access::Actor;
    let needs_operator = post.roles.iter().any(|role| rules::is_platform_role(role));
    let operator =
        ctx.who.grants.iter().any(|grant| {
            grant.role == "platform.operator" && grant.division.contains(post.division)
        });
    let console = matches!(ctx.who.actor, Actor::Console);
    if needs_operator && !operator && !console {
        // With the rule, so that the refusal stands in the audit chain like every other.
        let error = IdentityError::PlatformRole;
        let rule = format!("{}: {error}", ctx.operation);
        return Err(Failure { rule: Some(rule), ..error.into() });
    }
    Ok(())
}

/// The roles of a post, all known.
pub(crate) fn roles(ctx: &Ctx, wanted: &[String]) -> Result<Vec<String>, Failure> {
    let packs = ctx.services.packs.current();
    let platform: Vec<&'static str> = PLATFORM_ROLES.iter().map(|role| role.id).collect();
    rules::roles(wanted, &packs.roles, &platform)
        .map_err(|(place, message)| wrong(&format!("/roles/{place}"), message))
}

/// An account as access sees it: it has no place, and its owner is itself.
pub(crate) fn account_resource(account: &Account) -> Resource {
    Resource { owner_account: Some(account.id), ..Resource::of("identity.account", account.id) }
}
