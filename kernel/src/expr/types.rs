//! The types of pack expressions and the environment they are checked against.

use std::collections::BTreeMap;
use std::fmt;

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
    /// Whether it may be absent (or `null`): reading it then needs a guard by `has()`.
    pub optional: bool,
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

    /// Whether it is a text, of a closed set or not.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Type::String | Type::Choice(_))
    }

    /// Whether a value of type `from` may stand where this type is wanted.
    pub fn accepts(&self, from: &Type) -> bool {
        match (self, from) {
            (Type::Any, _) => true,
            (Type::Nullable(_), Type::Null) => true,
            (Type::Nullable(to), Type::Nullable(from)) => to.accepts(from),
            (Type::Nullable(to), from) => to.accepts(from),
            (Type::String, Type::Choice(_)) => true,
            (Type::Choice(to), Type::Choice(from)) => from.iter().all(|value| to.contains(value)),
            (Type::List(to), Type::List(from)) => to.accepts(from),
            (Type::Map(to), Type::Map(from)) => to.accepts(from),
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
            (a, b) if a.accepts(b) => Some(a.clone()),
            (a, b) if b.accepts(a) => Some(b.clone()),
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
    fn accepts(&self, from: &Fields) -> bool {
        let wanted_are_there = self.named.iter().all(|(name, to)| match from.named.get(name) {
            Some(have) => to.of.accepts(&have.of) && (to.optional || !have.optional),
            None => to.optional,
        });
        wanted_are_there
            && from.named.iter().all(|(name, have)| {
                self.named.contains_key(name)
                    || self.others.as_ref().is_some_and(|to| to.accepts(&have.of))
            })
            && match (&self.others, &from.others) {
                (_, None) => true,
                (Some(to), Some(from)) => to.accepts(from),
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
    fn whole_numbers_and_fractions_are_unlike() {
        assert!(!Type::Double.accepts(&Type::Int));
        assert_eq!(Type::Int.join(&Type::Double), None);
        assert_eq!(Type::Int.join(&Type::Null), Some(Type::nullable(Type::Int)));
    }
}
