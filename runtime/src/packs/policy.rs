//! The policies of packs: `policy.cedar`, parsed, held against the published schema, forbidding alone.

use std::str::FromStr as _;

use cedar_policy::{Effect, PolicySet, Schema, ValidationMode, Validator};
use miette::Diagnostic;
use minshu_kernel::capability::Contract;
use minshu_kernel::pack::{At, Compile};

use crate::access::forbid::{Forbid, Forbids};
use crate::access::schema;

/// The file, from the pack's folder.
const FILE: &str = "policy.cedar";
/// The most policies of a pack: each is asked at every decision on the pack's things.
const MOST: usize = 16;
/// The longest file: policies are few and short, and the parser's work is bounded with them.
const MOST_BYTES: usize = 16 * 1024;
/// The deepest nesting of brackets and signs before an operand.
const DEEPEST: usize = 32;

/// Reads the policies of all packs; mistakes are reported at their places.
pub fn compile(compile: &Compile<'_>, contract: &Contract) -> Forbids {
    let mut forbids = Forbids::default();
    let mut validator = None;
    for (pack, raw) in compile.packs.iter().enumerate() {
        let at = At { pack, file: 0, pointer: String::new() };
        for file in raw.files.iter().filter(|file| file.path.ends_with(".cedar")) {
            let report = |offset: usize, message: String| {
                let place = place(&file.text, offset);
                compile.problem_in(&at, &file.path, place, message);
            };
            if file.path != FILE {
                report(0, format!("the policies of a pack stand in {FILE}"));
                continue;
            }
            if let Some((offset, why)) = too_much(&file.text) {
                report(offset, why);
                continue;
            }
            let validator = validator.get_or_insert_with(|| {
                let schema = Schema::from_cedarschema_str(&schema::text(contract));
                schema.map(|(schema, _)| Validator::new(schema)).map_err(|e| e.to_string())
            });
            match validator {
                Ok(validator) => {
                    forbids.all.extend(read(&raw.info.id, &file.text, validator, &report));
                }
                Err(error) => report(0, format!("the schema of policies is wrong: {error}")),
            }
        }
    }
    forbids
}

fn read(
    pack: &str,
    text: &str,
    validator: &Validator,
    report: &dyn Fn(usize, String),
) -> Vec<Forbid> {
    let policies = match PolicySet::from_str(text) {
        Ok(policies) => policies,
        Err(errors) => {
            for error in errors.iter() {
                report(offset_of(error).unwrap_or(0), error.to_string());
            }
            return Vec::new();
        }
    };
    let mut good = true;
    let mut tell = |offset: usize, message: String| {
        good = false;
        report(offset, message);
    };
    let heads = heads(text);
    let offset = |id: &str| {
        let number = id.strip_prefix("policy").and_then(|n| n.parse::<usize>().ok());
        number.and_then(|n| heads.get(n)).copied().unwrap_or(0)
    };
    for template in policies.templates() {
        tell(
            offset(template.id().as_ref()),
            "write no slots: a pack's policies stand alone".to_owned(),
        );
    }
    let mut ordered: Vec<_> = policies.policies().collect();
    ordered.sort_by_key(|policy| offset(policy.id().as_ref()));
    if ordered.len() > MOST {
        tell(0, format!("a pack has at most {MOST} policies"));
    }
    let mut seen = Vec::new();
    for policy in &ordered {
        let at = offset(policy.id().as_ref());
        if policy.effect() == Effect::Permit {
            let message = "a pack's policy may only forbid; what posts may do is said by [[role]] in pack.toml";
            tell(at, message.to_owned());
        }
        match policy.annotation("id") {
            Some(id) if !plain(id) => {
                tell(at, format!("@id(\"{id}\") is not of lower-case words joined by hyphens"));
            }
            Some(id) if seen.contains(&id) => {
                tell(at, format!("the policy \"{id}\" is there twice"))
            }
            Some(id) => seen.push(id),
            None => tell(at, "give the policy a name: @id(\"no-own-case\")".to_owned()),
        }
    }
    let result = validator.validate(&policies, ValidationMode::Strict);
    for error in result.validation_errors() {
        let place = offset_of(error).unwrap_or_else(|| offset(error.policy_id().as_ref()));
        // The sentence begins with a name that only the parser knows.
        let whole = error.to_string();
        let message = whole.split_once("`, ").map_or(whole.as_str(), |(_, rest)| rest);
        tell(place, message.to_owned());
    }
    if !good {
        return Vec::new();
    }
    let mut forbids = Vec::new();
    for policy in ordered {
        match Forbid::read(pack, policy.annotation("id").unwrap_or_default(), policy) {
            Ok(forbid) => forbids.push(forbid),
            Err(why) => report(offset(policy.id().as_ref()), why),
        }
    }
    forbids
}

fn plain(id: &str) -> bool {
    id.len() <= 60
        && id.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// Where the first label of a mistake begins, in bytes.
fn offset_of(error: &dyn Diagnostic) -> Option<usize> {
    error.labels()?.next().map(|label| label.offset())
}

/// Line and column of a byte, from 1, in characters.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// A file that is too long or too deep is not parsed at all.
fn too_much(text: &str) -> Option<(usize, String)> {
    if text.len() > MOST_BYTES {
        return Some((
            MOST_BYTES,
            format!("the policies of a pack have at most {MOST_BYTES} bytes"),
        ));
    }
    let mut depth = 0_usize;
    let mut row = 0_usize;
    for (offset, sign) in signs(text) {
        match sign {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        row = if matches!(sign, '!' | '-') { row + 1 } else { 0 };
        if depth.max(row) > DEEPEST {
            return Some((offset, format!("brackets and signs are nested deeper than {DEEPEST}")));
        }
    }
    None
}

/// Where each policy's `permit` or `forbid` begins: the words outside of brackets, comments and texts.
fn heads(text: &str) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    let mut word = (0, String::new());
    for (offset, sign) in signs(text).chain([(text.len(), ' ')]) {
        if sign.is_ascii_alphanumeric() || sign == '_' {
            if word.1.is_empty() {
                word.0 = offset;
            }
            word.1.push(sign);
            continue;
        }
        if depth == 0 && matches!(word.1.as_str(), "permit" | "forbid") {
            found.push(word.0);
        }
        word.1.clear();
        match sign {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

/// The characters outside of comments and texts; each of those is one blank.
fn signs(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (offset, sign) = rest.next()?;
        let comment = sign == '/' && rest.peek().is_some_and(|(_, next)| *next == '/');
        if comment {
            for (_, sign) in rest.by_ref() {
                if sign == '\n' {
                    break;
                }
            }
            return Some((offset, ' '));
        }
        if sign == '"' {
            while let Some((_, sign)) = rest.next() {
                match sign {
                    '\\' => drop(rest.next()),
                    '"' => break,
                    _ => {}
                }
            }
            return Some((offset, ' '));
        }
        Some((offset, sign))
    })
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
