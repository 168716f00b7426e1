//! `[[messaging.template]]` compiled: every mistake of a declaration told at its place, and every flow that sends a
//! message held against the template that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minshu_kernel::action::Action as _;
use minshu_kernel::expr::nearest;
use minshu_kernel::pack::{At, Compile, Declared};
use minshu_kernel::text::LocalText;
use serde_json::Value as Json;

use crate::actions::Send;
use crate::model::{Onward, Step};
use crate::pack::{OnwardToml, TemplateToml};
use crate::rules::{LocalPattern, Pattern, SMS_VALUE_MAX, Short, Template, is_name};

/// The longest title, in characters.
const TITLE_MAX: usize = 120;
/// The longest text, in characters.
const TEXT_MAX: usize = 2_000;

/// The longest text of a short message, in characters.
const SMS_MAX: usize = 200;
/// The longest short message with its values and without its signature: gateways take 500 with it.
const SMS_WHOLE_MAX: usize = 480;
const HOUR_MS: i64 = 3_600_000;

/// The compiled section of the packs in force.
#[derive(Debug, Default)]
pub struct Section {
    templates: BTreeMap<String, Arc<Template>>,
}

impl Section {
    /// The template in force of that id (`pack.template`).
    pub fn template(&self, id: &str) -> Option<&Arc<Template>> {
        self.templates.get(id)
    }
}

/// Compiles every declared template. Those with a mistake are left out and the mistake is reported.
pub fn compile(compile: &Compile<'_>) -> Section {
    let mut section = Section::default();
    let mut ids = BTreeSet::new();
    for declared in compile.each::<TemplateToml>("messaging", "template") {
        let id = format!("{}.{}", declared.pack.id, declared.value.id);
        if !ids.insert(id.clone()) {
            let place = declared.at.below("/id");
            compile.problem(&place, format!("there is a template \"{id}\" already"));
            continue;
        }
        if let Some(template) = template(compile, &declared, id.clone()) {
            section.templates.insert(id, Arc::new(template));
        }
    }
    check_flows(compile, &section, &ids);
    section
}

fn template(
    compile: &Compile<'_>,
    declared: &Declared<'_, TemplateToml>,
    id: String,
) -> Option<Template> {
    let (at, value) = (&declared.at, &declared.value);
    let before = compile.problems.borrow().len();
    let values: BTreeSet<String> = value.values.iter().cloned().collect();
    for (index, name) in value.values.iter().enumerate() {
        let place = at.below(&format!("/values/{index}"));
        if !is_name(name) {
            compile.problem(
                &place,
                format!("\"{name}\" cannot name a value: small letters, digits and _"),
            );
        } else if value.values.iter().take(index).any(|other| other == name) {
            compile.problem(&place, format!("the value \"{name}\" is named twice"));
        }
    }
    let title = local(compile, &at.below("/title"), &value.title, TITLE_MAX, &values);
    let text = local(compile, &at.below("/text"), &value.text, TEXT_MAX, &values);
    if [&value.title.zh, &value.title.en].iter().any(|t| t.contains('\n')) {
        compile.problem(&at.below("/title"), "a title is one line");
    }
    let sms = value.sms.as_ref().map(|sms| short(compile, &at.below("/sms"), sms, &values));
    if value.sms.is_none() && value.sms_after_hours.is_some() {
        compile.problem(&at.below("/sms_after_hours"), "there is no text \"sms\" to be sent then");
    }
    let link = value.link.as_ref().map(|link| path(compile, &at.below("/link"), link, &values));
    let (title, text, link) = (title?, text?, link.map_or(Some(None), |found| found.map(Some))?);
    let used: BTreeSet<&str> =
        [&title.zh, &text.zh].into_iter().chain(&link).flat_map(Pattern::places).collect();
    for (index, name) in value.values.iter().enumerate() {
        if is_name(name) && !used.contains(name.as_str()) {
            let place = at.below(&format!("/values/{index}"));
            compile.problem(
                &place,
                format!("the value \"{name}\" stands nowhere in title, text and link"),
            );
        }
    }
    let sms = match sms {
        None => None,
        Some(found) => Some(Short {
            text: found?,
            after_ms: value.sms_after_hours.unwrap_or(0).saturating_mul(HOUR_MS),
        }),
    };
    if !value.email && value.email_after_hours.is_some() {
        compile.problem(&at.below("/email_after_hours"), "it does not go by mail at all");
    }
    let hours = value.email_after_hours.unwrap_or(0);
    let steps = steps(compile, &declared.at, value);
    let template = Template {
        id,
        pack: declared.pack.id.clone(),
        title,
        text,
        kind: value.kind,
        email_after_ms: value.email.then_some(hours.saturating_mul(HOUR_MS)),
        tone: value.tone,
        link,
        acknowledge: value.acknowledge,
        steps,
        values,
        sms,
    };
    (compile.problems.borrow().len() == before).then_some(template)
}

/// The steps of a message that nobody reads: later ones come later, and each can be done.
fn steps(compile: &Compile<'_>, at: &At, value: &TemplateToml) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (index, step) in value.escalate.iter().enumerate() {
        let at = at.below(&format!("/escalate/{index}"));
        if steps.last().is_some_and(|before| before.after_hours >= step.after_hours) {
            compile.problem(&at.below("/after_hours"), "a later step comes after more hours");
        }
        if step.to != OnwardToml::Role && step.role.is_some() {
            compile.problem(&at.below("/role"), "a role is said with to = \"role\" alone");
        }
        let to = match (step.to, &step.role) {
            (OnwardToml::Sms, _) => {
                if value.sms.is_none() {
                    compile.problem(&at.below("/to"), "there is no text \"sms\" to be sent then");
                }
                Onward::Sms
            }
            (OnwardToml::Email, _) => Onward::Email,
            (OnwardToml::Holders, _) => Onward::Holders,
            (OnwardToml::Role, None) => {
                compile.problem(&at, "say which role: role = \"…\"");
                continue;
            }
            (OnwardToml::Role, Some(role)) => {
                let Some(id) = compile.role(&at.below("/role"), role) else { continue };
                Onward::Role(id)
            }
        };
        steps.push(Step { after_hours: step.after_hours, to });
    }
    steps
}

/// The text of a short message: one line that fits with every value as long as it may be there.
fn short(
    compile: &Compile<'_>,
    at: &At,
    text: &LocalText,
    values: &BTreeSet<String>,
) -> Option<LocalPattern> {
    let found = local(compile, at, text, SMS_MAX, values)?;
    for (language, text, pattern) in [("/zh", &text.zh, &found.zh), ("/en", &text.en, &found.en)] {
        let place = at.below(language);
        if text.contains('\n') {
            compile.problem(&place, "a short message is one line");
        }
        let words: usize = pattern.words().map(|words| words.chars().count()).sum();
        let most = words + pattern.count() * SMS_VALUE_MAX;
        if most > SMS_WHOLE_MAX {
            compile.problem(
                &place,
                format!("with its values it may have {most} characters, where {SMS_WHOLE_MAX} fit"),
            );
        }
    }
    Some(found)
}

/// A text in both languages: readable, not empty, within its length, with the same places in both.
fn local(
    compile: &Compile<'_>,
    at: &At,
    text: &LocalText,
    most: usize,
    values: &BTreeSet<String>,
) -> Option<LocalPattern> {
    let one = |language: &str, text: &str| {
        let place = at.below(language);
        let length = text.chars().count();
        if text.trim().is_empty() {
            compile.problem(&place, "the text is empty");
        }
        if length > most {
            compile.problem(&place, format!("{length} characters, where {most} fit"));
        }
        pattern(compile, &place, text, values)
    };
    let (zh, en) = (one("/zh", &text.zh), one("/en", &text.en));
    let (zh, en) = (zh?, en?);
    for (language, here, there) in [("/zh", &zh, &en), ("/en", &en, &zh)] {
        for name in there.places().difference(&here.places()) {
            compile.problem(
                &at.below(language),
                format!("the place {{{name}}} of the other language is missing here"),
            );
        }
    }
    Some(LocalPattern { zh, en })
}

fn pattern(
    compile: &Compile<'_>,
    at: &At,
    text: &str,
    values: &BTreeSet<String>,
) -> Option<Pattern> {
    let pattern = match Pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(problem) => {
            compile.problem(at, problem.to_string());
            return None;
        }
    };
    for name in pattern.places() {
        if !values.contains(name) {
            let hint = nearest(name, values.iter().map(String::as_str));
            let hint = hint.map(|n| format!("; did you mean {{{n}}}?")).unwrap_or_default();
            compile.problem(at, format!("the place {{{name}}} is not among the values{hint}"));
        }
    }
    Some(pattern)
}

/// A path of this site: no other host, no script, nothing that a browser reads as one.
fn path(compile: &Compile<'_>, at: &At, text: &str, values: &BTreeSet<String>) -> Option<Pattern> {
    let pattern = pattern(compile, at, text, values)?;
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '?' | '=' | '&');
    let local = text.starts_with('/') && !text.contains("//");
    if !local || !pattern.words().all(|words| words.chars().all(plain)) {
        compile.problem(
            at,
            format!("\"{text}\" is no path of this site: write it like /cases/{{case}}"),
        );
        return None;
    }
    Some(pattern)
}

/// The mappings of an input that hold values.
const VALUE_MAPS: [&str; 3] = ["values", "names", "dues"];

/// Flows that send a message name a template that is there, and exactly its values. A template that is chosen by an
/// expression is known when the flow runs, and not before.
fn check_flows(compile: &Compile<'_>, section: &Section, ids: &BTreeSet<String>) {
    for (pack, raw) in compile.packs.iter().enumerate() {
        // The head of a pack is the loader's; a head that cannot be read is reported there.
        let head = raw.files.first().filter(|file| file.path == "pack.toml");
        let head: Option<Json> = head.and_then(|file| toml::from_str(&file.text).ok());
        let flows = head.as_ref().and_then(|head| head["flow"].as_array());
        for (index, flow) in flows.into_iter().flatten().enumerate() {
            let at = At { pack, file: 0, pointer: format!("/flow/{index}") };
            check_call(compile, section, ids, &at, flow);
            let compensation = &flow["on_refused"];
            check_call(compile, section, ids, &at.below("/on_refused"), compensation);
        }
    }
}

fn check_call(
    compile: &Compile<'_>,
    section: &Section,
    ids: &BTreeSet<String>,
    at: &At,
    call: &Json,
) {
    let with = &call["with"];
    let (Some(Send::NAME), Some(named)) = (call["do"].as_str(), with["template"].as_str()) else {
        return;
    };
    let id = compile.full_id(at, named);
    let Some(template) = section.template(&id) else {
        // One that is there with a mistake is reported where it stands.
        if ids.contains(&id) {
            return;
        }
        let hint = nearest(&id, ids.iter().map(String::as_str))
            .map(|n| format!("; did you mean \"{n}\"?"));
        compile.problem(
            &at.below("/with/template"),
            format!("there is no template \"{id}\"{}", hint.unwrap_or_default()),
        );
        return;
    };
    let mut given = BTreeSet::new();
    for map in VALUE_MAPS {
        for name in with[map].as_object().into_iter().flat_map(|values| values.keys()) {
            if !template.values.contains(name) {
                let hint = nearest(name, template.values.iter().map(String::as_str));
                let hint = hint.map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default();
                compile.problem(
                    &at.below(&format!("/with/{map}/{name}")),
                    format!("the template \"{id}\" has no value \"{name}\"{hint}"),
                );
            }
            given.insert(name.as_str());
        }
    }
    for name in template.values.iter().filter(|name| !given.contains(name.as_str())) {
        compile.problem(
            &at.below("/with"),
            format!("the value \"{name}\" of the template \"{id}\" is not given"),
        );
    }
}
