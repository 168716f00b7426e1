//! What an item asks other capabilities: answers that fill the form in when it opens, and conditions over form and
//! answers before a step is taken.

use std::collections::BTreeSet;

use minshu_kernel::action::QueryEntry;
use minshu_kernel::ctx::Ctx;
use minshu_kernel::error::{Failure, FieldProblem, Kind};
use minshu_kernel::expr::{Bindings, Environment, Expression, Field, Type};
use minshu_kernel::form::FormSchema;
use minshu_kernel::lookup::{Lookups, Needed, NoAnswer};
use minshu_kernel::mapping::{self, Report, Source};
use minshu_kernel::text::{LocalText, Message};
use serde_json::{Map, Value as Json, json};

use crate::error::CaseworkError;
use crate::model::{Draft, Owner, Verb};
use crate::pack::{Applicant, Before, Item, Prefill, Require, StageAct};

/// The lookups of an item, compiled.
#[derive(Debug, Default)]
pub(crate) struct ItemLookups {
    lookups: Lookups,
    prefills: Vec<(Prefill, Source)>,
    requires: Vec<(Require, Expression)>,
    /// What the opening of the form needs, and of that what fixed fields need.
    opening: Needed,
    fixed: Needed,
}

/// A form in which fixed fields were brought up to what their sources say now.
pub(crate) struct Refreshed {
    /// The form.
    pub(crate) form: Json,
    /// What changed, field by field.
    pub(crate) changed: Vec<FieldProblem>,
}

/// Tries a declaration without telling its mistakes.
struct Unheard;

impl Report for Unheard {
    fn report(&self, _: &str, _: String) {}

    fn say(&self, _: &Message) -> String {
        String::new()
    }

    fn full_id(&self, id: &str) -> String {
        id.to_owned()
    }
}

/// Compiles the lookups of an item with what uses them; every mistake is reported.
pub(crate) fn compile(
    to: &dyn Report,
    queries: &[QueryEntry],
    item: &Item,
    form: &Type,
) -> ItemLookups {
    let opening = Environment::new().with("applicant", applicant_type(item.applicant));
    let sent = opening.clone().with("form", form.clone());
    let lookups = Lookups::compile(to, "/lookup", queries, &item.lookup, &sent);
    let of_form = |read: &&str| *read == "form" || read.starts_with("form.");
    let opening = lookups.environment(opening, |reads| !reads.iter().any(of_form));
    let sent = lookups.environment(sent, |_| true);
    let mut compiled = ItemLookups::default();
    let mut used = Needed::default();
    for (place, prefill) in item.prefill.iter().enumerate() {
        let at = format!("/prefill/{place}");
        if item.prefill[..place].iter().any(|other| other.field == prefill.field) {
            to.report(&format!("{at}/field"), format!("\"{}\" stands twice", prefill.field));
        }
        let Some(of) = fillable(to, &format!("{at}/field"), form, &prefill.field) else { continue };
        let field = Field { of, optional: true };
        let at = format!("{at}/value");
        let name = prefill.field.rsplit('/').next().unwrap_or_default();
        let typed = |to: &dyn Report, scope: &Environment| {
            mapping::source(to, &at, name, &prefill.value, &field, scope)
        };
        let source = match typed(&Unheard, &opening).and_then(|_| typed(to, &opening)) {
            Some(source) => source,
            None => {
                // What would be right of a form that is filled in comes too early here.
                if typed(&Unheard, &sent).is_some() {
                    let message = "the form is empty when it opens: neither it nor a lookup that reads it can be read here";
                    to.report(&at, message.to_owned());
                } else {
                    typed(to, &opening);
                }
                continue;
            }
        };
        let needed = lookups.needed(source.reads());
        if prefill.fixed {
            compiled.fixed = compiled.fixed.and(&needed);
        }
        compiled.opening = compiled.opening.and(&needed);
        compiled.prefills.push((prefill.clone(), source));
    }
    used = used.and(&compiled.opening);
    for (place, require) in item.require.iter().enumerate() {
        let at = format!("/require/{place}");
        steps(to, &format!("{at}/before"), item, &require.before);
        if let Some(field) = &require.field {
            field_type(to, &format!("{at}/field"), form, field);
        }
        let at = format!("{at}/that");
        let that = mapping::expression(to, &at, &require.that, &sent, &Type::Bool);
        let Some(that) = that else { continue };
        used = used.and(&lookups.needed(that.reads().iter().map(String::as_str)));
        compiled.requires.push((require.clone(), that));
    }
    let whole = compiled.prefills.len() == item.prefill.len()
        && compiled.requires.len() == item.require.len();
    for name in lookups.idle(&used).filter(|_| whole) {
        let place = item.lookup.iter().position(|l| l.name == name).unwrap_or_default();
        let message =
            format!("nothing uses the lookup \"{name}\": no prefill and no require reads it");
        to.report(&format!("/lookup/{place}/name"), message);
    }
    compiled.lookups = lookups;
    compiled
}

fn applicant_type(applicant: Applicant) -> Type {
    let kinds = ["person", "organisation"].map(str::to_owned).to_vec();
    Type::map([
        ("kind", Type::Choice(kinds), false),
        ("name", Type::String, false),
        ("organisation", Type::String, applicant.takes_persons()),
    ])
}

/// The applicant as expressions see it.
pub(crate) fn applicant(owner: &Owner, name: &str) -> Json {
    match owner.organisation {
        Some(organisation) => {
            json!({ "kind": "organisation", "name": name, "organisation": organisation })
        }
        None => json!({ "kind": "person", "name": name }),
    }
}

/// The type of the form's field at a pointer.
fn field_type(to: &dyn Report, at: &str, form: &Type, pointer: &str) -> Option<Type> {
    let mut of = form.clone();
    let mut known: Vec<String> = Vec::new();
    for name in pointer.strip_prefix('/').unwrap_or(pointer).split('/') {
        let Type::Map(fields) = &of else {
            to.report(at, format!("the form has no field \"{pointer}\": it goes into a list"));
            return None;
        };
        known.clear();
        known.extend(fields.named.keys().cloned());
        match fields.named.get(name).filter(|_| pointer.starts_with('/')) {
            Some(field) => of = field.of.clone(),
            None => {
                let known = known.iter().map(String::as_str);
                mapping::unknown(to, at, &format!("field {pointer} in the form:"), name, known);
                return None;
            }
        }
    }
    Some(of)
}

/// The type of a field that an answer can fill in: one that holds a single value.
fn fillable(to: &dyn Report, at: &str, form: &Type, pointer: &str) -> Option<Type> {
    let of = field_type(to, at, form, pointer)?;
    if matches!(of, Type::Map(_) | Type::List(_)) {
        let message = format!("\"{pointer}\" is a section or a list; name a field in it");
        to.report(at, message);
        return None;
    }
    Some(of)
}

fn steps(to: &dyn Report, at: &str, item: &Item, before: &[Before]) {
    if before.is_empty() {
        to.report(at, "name at least one step".to_owned());
    }
    for (index, step) in before.iter().enumerate() {
        if before[..index].contains(step) {
            to.report(&format!("{at}/{index}"), format!("\"{}\" stands twice", step.word()));
        }
        let done = step.act().is_none_or(|act| item.stage.iter().any(|s| s.does.contains(&act)));
        if !done {
            let message = format!("no stage does \"{}\"", step.word());
            to.report(&format!("{at}/{index}"), message);
        }
    }
}

impl Before {
    /// The word that packs use.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Before::Submit => "submit",
            Before::Accept => "accept",
            Before::Return => "return",
            Before::Refuse => "refuse",
            Before::Advance => "advance",
            Before::Grant => "grant",
            Before::Deny => "deny",
            Before::Withdraw => "withdraw",
        }
    }

    /// The act of a stage; none for what applicants do.
    fn act(self) -> Option<StageAct> {
        match self {
            Before::Submit | Before::Withdraw => None,
            Before::Accept => Some(StageAct::Accept),
            Before::Return => Some(StageAct::Return),
            Before::Refuse => Some(StageAct::Refuse),
            Before::Advance => Some(StageAct::Advance),
            Before::Grant => Some(StageAct::Grant),
            Before::Deny => Some(StageAct::Deny),
        }
    }

    /// The step before which conditions are held. Sending in looks at more than conditions and asks on its own; the
    /// clock asks nobody.
    pub(crate) fn of(verb: Verb) -> Option<Before> {
        match verb {
            Verb::Submit | Verb::Resubmit => None,
            Verb::Accept => Some(Before::Accept),
            Verb::Return => Some(Before::Return),
            Verb::Refuse => Some(Before::Refuse),
            Verb::Advance => Some(Before::Advance),
            Verb::Grant => Some(Before::Grant),
            Verb::Deny => Some(Before::Deny),
            Verb::Withdraw => Some(Before::Withdraw),
            Verb::Recall => None,
            Verb::Flag | Verb::Recompute | Verb::Escalate | Verb::Urge | Verb::Opine => None,
            Verb::Suspend | Verb::Resume => None,
            Verb::AskExtension | Verb::Extend | Verb::KeepLimit => None,
        }
    }
}

fn unanswered(without: NoAnswer) -> Failure {
    let NoAnswer { purpose, failure, .. } = without;
    match failure.kind {
        Kind::Internal => failure,
        Kind::Unavailable | Kind::TooMany => {
            let retry_after_ms = failure.retry_after_ms;
            Failure { retry_after_ms, ..CaseworkError::LookupLater(purpose).into() }
        }
        _ => Failure { rule: failure.rule, ..CaseworkError::LookupRefused(purpose).into() },
    }
}

/// Whether nothing was filled in.
pub(crate) fn is_empty(value: Option<&Json>) -> bool {
    match value {
        None | Some(Json::Null) => true,
        Some(Json::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    }
}

/// Puts a value at a pointer, making the objects on the way; answers whether it could. What is no object and stands
/// in the way stays.
pub(crate) fn put(form: &mut Json, pointer: &str, value: Json) -> bool {
    let mut names: Vec<&str> = pointer.trim_start_matches('/').split('/').collect();
    let Some(last) = names.pop() else { return false };
    let mut at = form;
    for name in names {
        let Json::Object(members) = at else { return false };
        at = members.entry(name).or_insert_with(|| Json::Object(Map::new()));
    }
    let Json::Object(members) = at else { return false };
    match value {
        Json::Null => drop(members.remove(last)),
        value => drop(members.insert(last.to_owned(), value)),
    }
    true
}

impl ItemLookups {
    /// What the sources say of the fields for which `wanted` holds; nothing is left out.
    fn values<'p>(
        &'p self,
        item: &str,
        scope: &Bindings<'_>,
        fixed_only: bool,
    ) -> Result<Vec<(&'p Prefill, Json)>, CaseworkError> {
        let mut values = Vec::new();
        for (prefill, source) in self.prefills.iter().filter(|(p, _)| p.fixed || !fixed_only) {
            let value = source.evaluate(scope).map_err(|source| CaseworkError::Condition {
                item: item.to_owned(),
                place: prefill.field.clone(),
                source,
            })?;
            if !is_empty(Some(&value)) {
                values.push((prefill, value));
            }
        }
        Ok(values)
    }

    /// The form opens: empty fields are filled in with what their sources say, fixed ones always. Answers the
    /// pointers of what was filled in.
    pub(crate) async fn open(
        &self,
        ctx: &Ctx,
        item: &str,
        applicant: &Json,
        form: &mut Json,
    ) -> Result<BTreeSet<String>, Failure> {
        let mut filled = BTreeSet::new();
        if self.prefills.is_empty() {
            return Ok(filled);
        }
        let scope = Bindings::new().with("applicant", applicant);
        let answers = self.lookups.answer(ctx, &self.opening, &scope).await.map_err(unanswered)?;
        let scope = scope.with("lookup", &answers);
        for (prefill, value) in self.values(item, &scope, false)? {
            let open = prefill.fixed || is_empty(form.pointer(&prefill.field));
            if open && put(form, &prefill.field, value) {
                filled.insert(prefill.field.clone());
            }
        }
        Ok(filled)
    }

    /// A draft is saved: what is fixed stays as it was filled in, which is told where something else was sent; what
    /// was changed is the person's own from then on. Answers what still comes from its source.
    pub(crate) fn keep(
        &self,
        schema: &FormSchema,
        draft: &Draft,
        form: &mut Json,
    ) -> (BTreeSet<String>, Vec<FieldProblem>) {
        let mut problems = Vec::new();
        let mut kept = BTreeSet::new();
        let (before, sent) = (schema.normalise(&draft.form), schema.normalise(form));
        for (prefill, _) in self.prefills.iter().filter(|(p, _)| draft.prefilled.contains(&p.field))
        {
            let pointer = prefill.field.as_str();
            let same = before.pointer(pointer) == sent.pointer(pointer);
            if prefill.fixed {
                let filled = draft.form.pointer(pointer).cloned().unwrap_or_default();
                if !same && !is_empty(sent.pointer(pointer)) {
                    let message =
                        Message::new("casework-problem-fixed").with("source", &prefill.source);
                    problems.push(FieldProblem::new(format!("/form{pointer}"), message));
                }
                put(form, pointer, filled);
            }
            if same || prefill.fixed {
                kept.insert(pointer.to_owned());
            }
        }
        (kept, problems)
    }

    /// Where the fields of a draft come from, in the order of the declaration.
    pub(crate) fn origins<'p>(&'p self, draft: &'p Draft) -> impl Iterator<Item = &'p Prefill> {
        let declared = self.prefills.iter().map(|(prefill, _)| prefill);
        declared.filter(|prefill| draft.prefilled.contains(&prefill.field))
    }

    /// Before a form that is right is sent in: whether fixed fields still are what their sources say, then the
    /// conditions. Where a source says something else by now, the form is brought up to it and nothing is sent.
    pub(crate) async fn before_submit(
        &self,
        ctx: &Ctx,
        item: &str,
        schema: &FormSchema,
        draft: &Draft,
        form: &Json,
    ) -> Result<Option<Refreshed>, Failure> {
        let needed = self.fixed.clone().and(&self.needed_before(Before::Submit));
        let applicant = applicant(&draft.owner, &draft.applicant_name);
        let scope = Bindings::new().with("applicant", &applicant).with("form", form);
        let answers = self.lookups.answer(ctx, &needed, &scope).await.map_err(unanswered)?;
        let scope = scope.with("lookup", &answers);
        let mut fresh = draft.form.clone();
        for (prefill, value) in self.values(item, &scope, true)? {
            put(&mut fresh, &prefill.field, value);
        }
        let normal = schema.normalise(&fresh);
        let changed: Vec<FieldProblem> = self
            .prefills
            .iter()
            .map(|(prefill, _)| prefill)
            .filter(|prefill| normal.pointer(&prefill.field) != form.pointer(&prefill.field))
            .map(|prefill| {
                let message =
                    Message::new("casework-problem-source-changed").with("source", &prefill.source);
                FieldProblem::new(format!("/form{}", prefill.field), message)
            })
            .collect();
        if !changed.is_empty() {
            return Ok(Some(Refreshed { form: fresh, changed }));
        }
        self.hold(item, Before::Submit, &scope)?;
        Ok(None)
    }

    /// Before a step on a case: the conditions for it, over the case's form and the answers to whoever takes it.
    pub(crate) async fn before_step(
        &self,
        ctx: &Ctx,
        item: &str,
        before: Before,
        applicant: &Json,
        form: &Json,
    ) -> Result<(), Failure> {
        if !self.requires.iter().any(|(require, _)| require.before.contains(&before)) {
            return Ok(());
        }
        let scope = Bindings::new().with("applicant", applicant).with("form", form);
        let needed = self.needed_before(before);
        let answers = self.lookups.answer(ctx, &needed, &scope).await.map_err(unanswered)?;
        Ok(self.hold(item, before, &scope.with("lookup", &answers))?)
    }

    fn needed_before(&self, before: Before) -> Needed {
        let those = self.requires.iter().filter(|(require, _)| require.before.contains(&before));
        those.fold(Needed::default(), |needed, (_, that)| {
            needed.and(&self.lookups.needed(that.reads().iter().map(String::as_str)))
        })
    }

    fn hold(&self, item: &str, before: Before, scope: &Bindings<'_>) -> Result<(), CaseworkError> {
        for (require, that) in self.requires.iter().filter(|(r, _)| r.before.contains(&before)) {
            let holds = that.holds(scope).map_err(|source| CaseworkError::Condition {
                item: item.to_owned(),
                place: format!("require before {}", before.word()),
                source,
            })?;
            if !holds {
                let refusal: LocalText = require.refusal.clone();
                let field = require.field.as_ref().map(|field| format!("/form{field}"));
                return Err(CaseworkError::Required { refusal, field });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_put_where_it_belongs_and_nowhere_else() {
        let mut form = json!({});
        assert!(put(&mut form, "/company/uscc", json!("91350102MA2YC1K31H")));
        assert_eq!(form, json!({"company": {"uscc": "91350102MA2YC1K31H"}}));
        assert!(put(&mut form, "/company/uscc", Json::Null));
        assert_eq!(form, json!({"company": {}}));
        for stays in [json!({"company": "text"}), json!([])] {
            let mut form = stays.clone();
            assert!(!put(&mut form, "/company/uscc", json!("x")));
            assert_eq!(form, stays);
        }
    }
}
