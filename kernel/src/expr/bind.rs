//! JSON values to and from the evaluator. Conversion follows the declared types: a whole JSON number in a field
//! declared `number` is a floating point number, an optional `null` is absent.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cel::objects::Key;
use serde_json::{Map as JsonMap, Number, Value as Json};

use super::place::Want;
use super::problem::ExprFailure;
use super::types::Type;

/// The most values that one evaluation converts.
const VALUES_MAX: usize = 20_000;
/// The longest list that an expression looks through. The dearest 160 characters, looking every element of such a list
/// up in the list several times over, then take some 80 ms.
const LIST_MAX: usize = 1_000;
/// The deepest value.
const DEPTH_MAX: usize = 24;

/// The values of the variables.
#[derive(Debug, Clone, Default)]
pub struct Bindings<'a> {
    values: BTreeMap<String, &'a Json>,
}

impl<'a> Bindings<'a> {
    /// No values.
    pub fn new() -> Self {
        Bindings::default()
    }

    /// With one more value.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: &'a Json) -> Self {
        self.values.insert(name.into(), value);
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Json> {
        self.values.get(name).copied()
    }
}

/// Converts what an expression looks at; counts, so that its work is bounded.
pub(super) struct Converter {
    left: usize,
}

impl Converter {
    pub(super) fn new() -> Self {
        Converter { left: VALUES_MAX }
    }

    pub(super) fn convert(
        &mut self,
        json: &Json,
        of: &Type,
        want: &Want,
        depth: usize,
    ) -> Result<cel::Value, ExprFailure> {
        self.left = self.left.checked_sub(1).ok_or(ExprFailure::TooLarge)?;
        if depth > DEPTH_MAX {
            return Err(ExprFailure::TooLarge);
        }
        let unfit = || ExprFailure::Unfit { path: String::new(), wanted: of.to_string() };
        Ok(match (of, json) {
            (Type::Bool, Json::Bool(value)) => cel::Value::Bool(*value),
            (Type::Int, Json::Number(number)) => cel::Value::Int(whole(number).ok_or_else(unfit)?),
            (Type::Double, Json::Number(number)) => {
                cel::Value::Float(number.as_f64().ok_or_else(unfit)?)
            }
            (Type::String | Type::Choice(_), Json::String(text)) => text_value(text),
            (Type::Null | Type::Nullable(_), Json::Null) => cel::Value::Null,
            (Type::Nullable(of), json) => return self.convert(json, of, want, depth),
            (Type::List(of), Json::Array(values)) => self.list(values, of, want, depth)?,
            (Type::Map(_), Json::Object(values)) => self.map(values, of, want, depth)?,
            (Type::Any, json) => self.free(json, depth)?,
            _ => return Err(unfit()),
        })
    }

    fn list(
        &mut self,
        values: &[Json],
        of: &Type,
        want: &Want,
        depth: usize,
    ) -> Result<cel::Value, ExprFailure> {
        if values.len() > LIST_MAX {
            return Err(ExprFailure::TooLarge);
        }
        let all = Want { whole: true, ..Want::default() };
        let want = match &want.each {
            _ if want.whole => &all,
            Some(each) => each,
            None => return Ok(cel::Value::List(Arc::new(Vec::new()))),
        };
        let mut list = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let value = self.convert(value, of, want, depth + 1);
            list.push(value.map_err(|failure| failure.within(&format!("[{index}]")))?);
        }
        Ok(cel::Value::List(Arc::new(list)))
    }

    fn map(
        &mut self,
        values: &JsonMap<String, Json>,
        of: &Type,
        want: &Want,
        depth: usize,
    ) -> Result<cel::Value, ExprFailure> {
        let all = Want { whole: true, ..Want::default() };
        let mut map = HashMap::new();
        for (name, value) in values {
            let want = match (want.fields.get(name), &want.each) {
                _ if want.whole => &all,
                (Some(want), _) => want,
                (None, Some(each)) => each,
                (None, None) => continue,
            };
            let Some(field) = of.field(name) else { continue };
            if field.optional && value.is_null() && field.of != Type::Any {
                continue;
            }
            let value = self.convert(value, &field.of, want, depth + 1);
            let value = value.map_err(|failure| failure.within(&format!(".{name}")))?;
            map.insert(Key::from(name.as_str()), value);
        }
        Ok(map.into())
    }

    /// A value of which nothing is known: it is only tested for presence and handed on.
    fn free(&mut self, json: &Json, depth: usize) -> Result<cel::Value, ExprFailure> {
        self.left = self.left.checked_sub(1).ok_or(ExprFailure::TooLarge)?;
        if depth > DEPTH_MAX {
            return Err(ExprFailure::TooLarge);
        }
        Ok(match json {
            Json::Null => cel::Value::Null,
            Json::Bool(value) => cel::Value::Bool(*value),
            Json::Number(number) => match whole(number) {
                Some(value) => cel::Value::Int(value),
                None => cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => text_value(text),
            Json::Array(values) => {
                let list: Result<Vec<_>, _> =
                    values.iter().map(|value| self.free(value, depth + 1)).collect();
                cel::Value::List(Arc::new(list?))
            }
            Json::Object(values) => {
                let mut map = HashMap::new();
                for (name, value) in values {
                    map.insert(Key::from(name.as_str()), self.free(value, depth + 1)?);
                }
                map.into()
            }
        })
    }
}

fn text_value(text: &str) -> cel::Value {
    cel::Value::String(Arc::new(text.to_owned()))
}

/// A whole number, also where JSON writes it with an empty fraction (`3.0`).
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let value = number.as_f64()?;
        // Above 2^53 a floating point number no longer says which whole number was meant.
        let exact = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
        (exact && number.as_u64().is_none()).then_some(value as i64)
    })
}

/// A result as JSON. Objects come out in the order of their names.
pub(super) fn to_json(value: &cel::Value) -> Result<Json, ExprFailure> {
    Ok(match value {
        cel::Value::Null => Json::Null,
        cel::Value::Bool(value) => Json::Bool(*value),
        cel::Value::Int(value) => Json::from(*value),
        cel::Value::Float(value) => Number::from_f64(*value)
            .map(Json::Number)
            .ok_or_else(|| ExprFailure::Overflow(value.to_string()))?,
        cel::Value::String(text) => Json::String(text.as_str().to_owned()),
        cel::Value::List(values) => {
            Json::Array(values.iter().map(to_json).collect::<Result<_, _>>()?)
        }
        cel::Value::Map(map) => {
            let mut sorted = BTreeMap::new();
            for (key, value) in map.map.iter() {
                sorted.insert(key.to_string(), to_json(value)?);
            }
            Json::Object(sorted.into_iter().collect())
        }
        other => return Err(ExprFailure::Other(format!("a result of kind {}", other.type_of()))),
    })
}
