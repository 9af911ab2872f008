//! Values against JSON schemas, for tests of more than one file.

use regex::Regex;
use serde_json::{Value, json};

/// Checks a value against a schema, by as much of JSON Schema as ours uses.
/// A keyword that is not known here fails.
pub(crate) fn check(
    value: &Value,
    schema: &Value,
    whole: &Value,
    place: &str,
) -> Result<(), String> {
    let fail = |what: &str| Err(format!("{place}: {what}: {value}"));
    let Some(keywords) = schema.as_object() else {
        return if schema == &json!(true) {
            Ok(())
        } else {
            fail("not allowed")
        };
    };
    for (keyword, rule) in keywords {
        match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                check(value, whole.pointer(pointer).unwrap(), whole, place)?;
            }
            "type" => {
                let is = |rule: &Value| match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    other => panic!("unknown type {other}"),
                };
                let is_type = match rule.as_array() {
                    Some(rules) => rules.iter().any(is),
                    None => is(rule),
                };
                if !is_type {
                    return fail("type");
                }
            }
            "const" if value != rule => return fail("const"),
            "enum" if !rule.as_array().unwrap().contains(value) => return fail("enum"),
            // A negative number is none of these.
            "minimum" if value.is_number() && value.as_u64() < rule.as_u64() => {
                return fail("minimum");
            }
            "minLength"
                if (value.as_str().map(str::len)
                    < rule.as_u64().map(|least| usize::try_from(least).unwrap())) =>
            {
                return fail("minLength");
            }
            "pattern" if value.is_string() => {
                let pattern = Regex::new(rule.as_str().unwrap()).unwrap();
                if !pattern.is_match(value.as_str().unwrap()) {
                    return fail("pattern");
                }
            }
            "minItems" if (value.as_array().unwrap().len() as u64) < rule.as_u64().unwrap() => {
                return fail("minItems");
            }
            "items" => {
                for (index, item) in value.as_array().unwrap().iter().enumerate() {
                    check(item, rule, whole, &format!("{place}/{index}"))?;
                }
            }
            "required" => {
                for key in rule.as_array().unwrap() {
                    if value.get(key.as_str().unwrap()).is_none() {
                        return fail(&format!("no {key}"));
                    }
                }
            }
            "additionalProperties" => {
                for (key, value) in value.as_object().unwrap() {
                    let property = schema["properties"].get(key).unwrap_or(rule);
                    check(value, property, whole, &format!("{place}/{key}"))?;
                }
            }
            "oneOf" => {
                let rules = rule.as_array().unwrap().iter();
                let fitting = rules.filter(|rule| check(value, rule, whole, place).is_ok());
                if fitting.count() != 1 {
                    return fail("oneOf");
                }
            }
            "$schema" | "$defs" | "definitions" | "title" | "description" | "default"
            | "properties" | "const" | "enum" | "minimum" | "minItems" | "minLength"
            | "pattern" => {}
            other => panic!("unknown keyword {other}"),
        }
    }
    Ok(())
}
