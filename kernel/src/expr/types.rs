//! The types of pack expressions and the environment they are checked against.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// A type of the Common Expression Language, narrowed to what JSON carries.
///
/// There are no bytes, durations or timestamps: instants are integers (milliseconds), dates are texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number of 64 bits.
    Int,
    /// A floating point number.
    Double,
    /// A text.
    String,
    /// A text of a closed set. Comparing it with a text outside the set is a mistake.
    Choice(Vec<String>),
    /// The value `null` alone.
    Null,
    /// A value that may be `null`: the target of a mapping, or a choice between a value and `null`.
    Nullable(Box<Type>),
    /// A list of values of one type.
    List(Box<Type>),
    /// An object.
    Map(Fields),
    /// Nothing is known. It can be tested with `has()` and handed on whole, and nothing else.
    Any,
}

/// The fields of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    /// The declared fields by name.
    pub named: BTreeMap<String, Field>,
    /// The type of values under other names, where the schema lets them be.
    pub others: Option<Box<Type>>,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The type of its value.
    pub of: Type,
    /// Whether it may be absent (or `null`): reading it then needs a guard by `has()`, and nothing (`null`) may be
    /// given for it.
    pub optional: bool,
}

impl Field {
    /// The type of what may be given for the field: where it may be left out, also nothing (`null`).
    pub fn given(&self) -> Type {
        if self.optional { Type::nullable(self.of.clone()) } else { self.of.clone() }
    }

    /// Whether `null` given for it means that it is left out.
    pub fn leaves_out_null(&self) -> bool {
        self.optional && !self.of.accepts(&Type::Null)
    }
}

impl Type {
    /// A list of this.
    pub fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    /// An object with these fields: name, type, whether it may be absent.
    pub fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Type, bool)>) -> Type {
        let named = fields
            .into_iter()
            .map(|(name, of, optional)| (name.to_owned(), Field { of, optional }))
            .collect();
        Type::Map(Fields { named, others: None })
    }

    /// This or `null`.
    pub fn nullable(of: Type) -> Type {
        match of {
            Type::Nullable(_) | Type::Null => of,
            other => Type::Nullable(Box::new(other)),
        }
    }

    /// A value as it is handed on: members that are nothing, where they may be left out, are left out.
    pub(super) fn leave_out(&self, value: Value) -> Value {
        match (self, value) {
            (Type::Nullable(of), value) => of.leave_out(value),
            (Type::List(of), Value::Array(values)) => {
                Value::Array(values.into_iter().map(|value| of.leave_out(value)).collect())
            }
            (Type::Map(_), Value::Object(members)) => {
                let kept = members.into_iter().filter_map(|(name, value)| {
                    let Some(field) = self.field(&name) else { return Some((name, value)) };
                    let left_out = value.is_null() && field.leaves_out_null();
                    (!left_out).then(|| (name, field.of.leave_out(value)))
                });
                Value::Object(kept.collect())
            }
            (_, value) => value,
        }
    }

    /// Whether it is a text, of a closed set or not.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Type::String | Type::Choice(_))
    }

    /// Whether a value of type `from` may be handed on where this type is wanted. Nothing (`null`) may be given for
    /// what may be left out; the value that is handed on leaves it out.
    pub fn accepts(&self, from: &Type) -> bool {
        self.takes(from, true)
    }

    /// With `nothing`, members that may be absent also take `null`. What an expression goes on reading is held to
    /// the strict rule: there, what was tested for presence has a value.
    fn takes(&self, from: &Type, nothing: bool) -> bool {
        match (self, from) {
            (Type::Any, _) => true,
            (Type::Nullable(_), Type::Null) => true,
            (Type::Nullable(to), Type::Nullable(from)) => to.takes(from, nothing),
            (Type::Nullable(to), from) => to.takes(from, nothing),
            (Type::String, Type::Choice(_)) => true,
            (Type::Choice(to), Type::Choice(from)) => from.iter().all(|value| to.contains(value)),
            (Type::List(to), Type::List(from)) => to.takes(from, nothing),
            (Type::Map(to), Type::Map(from)) => to.takes(from, nothing),
            (to, from) => to == from,
        }
    }

    /// The type of a value that is of one of the two, where there is one.
    pub(super) fn join(&self, other: &Type) -> Option<Type> {
        match (self, other) {
            (Type::Choice(a), Type::Choice(b)) => {
                let mut all = a.clone();
                all.extend(b.iter().filter(|value| !a.contains(value)).cloned());
                Some(Type::Choice(all))
            }
            (Type::Null, other) | (other, Type::Null) => Some(Type::nullable(other.clone())),
            (a, b) if a.takes(b, false) => Some(a.clone()),
            (a, b) if b.takes(a, false) => Some(b.clone()),
            (Type::Nullable(a), b) | (b, Type::Nullable(a)) => a.join(b).map(Type::nullable),
            _ => None,
        }
    }

    /// Whether `==` between the two can be true.
    pub(super) fn comparable(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Any, _) | (_, Type::Any) => false,
            (Type::Choice(a), Type::Choice(b)) => a.iter().any(|value| b.contains(value)),
            (a, b) if a.is_text() && b.is_text() => true,
            (Type::List(a), Type::List(b)) => a.comparable(b),
            (Type::Nullable(a), b) | (b, Type::Nullable(a)) => *b == Type::Null || a.comparable(b),
            (a, b) => a == b,
        }
    }

    /// The field of that name, where this is an object that has or may have it.
    pub(super) fn field(&self, name: &str) -> Option<Field> {
        let Type::Map(fields) = self else { return None };
        match (fields.named.get(name), &fields.others) {
            (Some(field), _) => Some(field.clone()),
            (None, Some(of)) => Some(Field { of: (**of).clone(), optional: true }),
            (None, None) => None,
        }
    }
}

impl Fields {
    fn takes(&self, from: &Fields, nothing: bool) -> bool {
        let member = |to: &Field, have: &Field| {
            let to_of = if nothing { to.given() } else { to.of.clone() };
            to_of.takes(&have.of, nothing) && (to.optional || !have.optional)
        };
        let wanted_are_there = self.named.iter().all(|(name, to)| match from.named.get(name) {
            Some(have) => member(to, have),
            None => to.optional,
        });
        wanted_are_there
            && from.named.iter().all(|(name, have)| {
                self.named.contains_key(name)
                    || self.others.as_ref().is_some_and(|to| to.takes(&have.of, nothing))
            })
            && match (&self.others, &from.others) {
                (_, None) => true,
                (Some(to), Some(from)) => to.takes(from, nothing),
                (None, Some(_)) => false,
            }
    }
}

/// How the type is named to authors of packs, in CEL's own words.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Double => f.write_str("double"),
            Type::String => f.write_str("string"),
            Type::Choice(values) => {
                f.write_str("string(")?;
                for (index, value) in values.iter().take(4).enumerate() {
                    write!(f, "{}'{value}'", if index > 0 { " | " } else { "" })?;
                }
                f.write_str(if values.len() > 4 { " | …)" } else { ")" })
            }
            Type::Null => f.write_str("null"),
            Type::Nullable(of) => write!(f, "{of} | null"),
            Type::List(of) => write!(f, "list({of})"),
            Type::Map(_) => f.write_str("map"),
            Type::Any => f.write_str("any"),
        }
    }
}

/// The variables that an expression may read, with their types.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    pub(super) variables: BTreeMap<String, Type>,
}

impl Environment {
    /// No variables.
    pub fn new() -> Self {
        Environment::default()
    }

    /// With one more variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, of: Type) -> Self {
        self.variables.insert(name.into(), of);
        self
    }

    /// The type of a variable.
    pub fn get(&self, name: &str) -> Option<&Type> {
        self.variables.get(name)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_text_and_a_text_is_no_choice() {
        let choice = Type::Choice(vec!["a".into(), "b".into()]);
        assert!(Type::String.accepts(&choice));
        assert!(!choice.accepts(&Type::String));
        assert!(choice.accepts(&Type::Choice(vec!["b".into()])));
        assert!(!choice.accepts(&Type::Choice(vec!["c".into()])));
    }

    #[test]
    fn an_object_must_bring_what_is_required_and_nothing_unknown() {
        let wanted = Type::map([("a", Type::Int, false), ("b", Type::Int, true)]);
        assert!(wanted.accepts(&Type::map([("a", Type::Int, false)])));
        assert!(!wanted.accepts(&Type::map([("b", Type::Int, false)])));
        assert!(!wanted.accepts(&Type::map([("a", Type::Int, true)])));
        assert!(!wanted.accepts(&Type::map([("a", Type::Int, false), ("c", Type::Int, false)])));
    }

    #[test]
    fn nothing_may_be_given_for_what_may_be_left_out() {
        let wanted = Type::map([("a", Type::Int, false), ("b", Type::Int, true)]);
        let nothing = Type::nullable(Type::Int);
        let given = |a: &Type, b: &Type| {
            wanted.accepts(&Type::map([("a", a.clone(), false), ("b", b.clone(), false)]))
        };
        assert!(given(&Type::Int, &nothing) && given(&Type::Int, &Type::Null));
        assert!(!given(&nothing, &Type::Int), "what is required is not nothing");
        assert!(!given(&Type::Int, &Type::nullable(Type::String)));
        let value = serde_json::json!({"a": null, "b": null, "c": null});
        assert_eq!(wanted.leave_out(value), serde_json::json!({"a": null, "c": null}));
    }

    #[test]
    fn whole_numbers_and_fractions_are_unlike() {
        assert!(!Type::Double.accepts(&Type::Int));
        assert_eq!(Type::Int.join(&Type::Double), None);
        assert_eq!(Type::Int.join(&Type::Null), Some(Type::nullable(Type::Int)));
    }
}
