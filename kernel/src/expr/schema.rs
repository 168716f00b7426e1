//! Types from JSON Schema: the shape that `schemars` and our forms write (2020-12).

use serde_json::{Map, Value};

use super::types::{Field, Fields, Type};

/// References and objects deeper than this say nothing about their type. It also ends schemas that refer to themselves.
const DEPTH_MAX: usize = 12;

impl Type {
    /// The type that a JSON Schema describes. `$ref` is followed within the document (`#/$defs/…`,
    /// `#/properties/…`); what is not required, or may be `null`, is optional; `enum` and `const` of texts
    /// make a [`Type::Choice`]; `anyOf`/`oneOf` of unlike types, and what has no type, is [`Type::Any`].
    pub fn from_json_schema(schema: &Value) -> Type {
        Reader { root: schema }.read(schema, 0)
    }
}

struct Reader<'a> {
    root: &'a Value,
}

impl Reader<'_> {
    fn read(&self, schema: &Value, depth: usize) -> Type {
        let Some(object) = schema.as_object() else { return Type::Any };
        if depth > DEPTH_MAX {
            return Type::Any;
        }
        if let Some(Value::String(reference)) = object.get("$ref") {
            let target = reference.strip_prefix('#').and_then(|p| self.root.pointer(p));
            return target.map_or(Type::Any, |target| self.read(target, depth + 1));
        }
        if let Some(of) = closed_set(object) {
            return of;
        }
        if let Some(Value::Array(parts)) = object.get("anyOf").or_else(|| object.get("oneOf")) {
            return self.one_of(parts, depth);
        }
        if let Some(Value::Array(parts)) = object.get("allOf")
            && let [only] = parts.as_slice()
        {
            return self.read(only, depth + 1);
        }
        match object.get("type") {
            Some(Value::String(name)) => self.named(name, object, depth),
            Some(Value::Array(names)) => {
                let mut joined: Option<Type> = None;
                for name in names.iter().filter_map(Value::as_str) {
                    let of = self.named(name, object, depth);
                    joined = match joined {
                        None => Some(of),
                        Some(before) => Some(before.join(&of).unwrap_or(Type::Any)),
                    };
                }
                joined.unwrap_or(Type::Any)
            }
            _ if object.contains_key("properties") => self.named("object", object, depth),
            _ => Type::Any,
        }
    }

    fn one_of(&self, parts: &[Value], depth: usize) -> Type {
        let mut joined: Option<Type> = None;
        for part in parts.iter().take(64) {
            let of = self.read(part, depth + 1);
            joined = match joined {
                None => Some(of),
                Some(before) => Some(before.join(&of).unwrap_or(Type::Any)),
            };
        }
        joined.unwrap_or(Type::Any)
    }

    fn named(&self, name: &str, object: &Map<String, Value>, depth: usize) -> Type {
        match name {
            "boolean" => Type::Bool,
            "integer" => Type::Int,
            "number" => Type::Double,
            "string" => Type::String,
            "null" => Type::Null,
            "array" => Type::list(
                object.get("items").map_or(Type::Any, |items| self.read(items, depth + 1)),
            ),
            "object" => Type::Map(self.fields(object, depth)),
            _ => Type::Any,
        }
    }

    fn fields(&self, object: &Map<String, Value>, depth: usize) -> Fields {
        let required: Vec<&str> = object
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let mut fields = Fields::default();
        for (name, schema) in
            object.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            let (of, may_be_null) = match self.read(schema, depth + 1) {
                Type::Nullable(of) => (*of, true),
                Type::Null => (Type::Null, true),
                of => (of, false),
            };
            let optional = may_be_null || !required.contains(&name.as_str());
            fields.named.insert(name.clone(), Field { of, optional });
        }
        fields.others = match object.get("additionalProperties") {
            Some(schema @ Value::Object(_)) => Some(Box::new(self.read(schema, depth + 1))),
            _ => None,
        };
        fields
    }
}

/// `enum` or `const` of texts.
fn closed_set(object: &Map<String, Value>) -> Option<Type> {
    let values = match (object.get("const"), object.get("enum")) {
        (Some(value), _) => std::slice::from_ref(value),
        (None, Some(Value::Array(values))) => values.as_slice(),
        _ => return None,
    };
    let texts: Vec<String> = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let nulls = values.iter().filter(|value| value.is_null()).count();
    if texts.is_empty() || texts.len() + nulls != values.len() {
        return None;
    }
    let choice = Type::Choice(texts);
    Some(if nulls > 0 { Type::nullable(choice) } else { choice })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_nulls_and_required_are_read() {
        let schema = json!({
            "type": "object",
            "required": ["id", "kind", "maybe"],
            "properties": {
                "id": {"type": "string"},
                "kind": {"$ref": "#/$defs/Kind"},
                "maybe": {"type": ["integer", "null"]},
                "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "rows": {"type": "array", "items": {"$ref": "#/$defs/Row"}},
                "limits": {"type": "object", "additionalProperties": {"type": "number"}},
                "free": {}
            },
            "$defs": {
                "Kind": {"oneOf": [{"const": "a"}, {"type": "string", "enum": ["b", "c"]}]},
                "Row": {"type": "object", "properties": {"self": {"$ref": "#/$defs/Row"}}}
            }
        });
        let of = Type::from_json_schema(&schema);
        let choice = Type::Choice(vec!["a".into(), "b".into(), "c".into()]);
        assert_eq!(of.field("kind"), Some(Field { of: choice, optional: false }));
        assert_eq!(of.field("maybe"), Some(Field { of: Type::Int, optional: true }));
        assert_eq!(of.field("note"), Some(Field { of: Type::String, optional: true }));
        assert_eq!(of.field("free"), Some(Field { of: Type::Any, optional: true }));
        let limits = of.field("limits").unwrap().of;
        assert_eq!(limits.field("w01018"), Some(Field { of: Type::Double, optional: true }));
        assert!(matches!(of.field("rows").unwrap().of, Type::List(_)));
    }

    #[test]
    fn a_schema_that_is_no_object_says_nothing() {
        assert_eq!(Type::from_json_schema(&json!(true)), Type::Any);
        assert_eq!(Type::from_json_schema(&json!({"$ref": "#"})), Type::Any);
        assert_eq!(Type::from_json_schema(&json!({"$ref": "other.json"})), Type::Any);
    }
}
