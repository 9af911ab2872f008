//! Reads YAML: the first document of a text, as JSON.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};
use serde_json::{Map, Value};

use super::scalar::resolve;
use crate::error::{ErrorKind, LineColumn, Result};

/// How many values a document may have, aliases counted as what they stand
/// for.
const MAX_VALUES: usize = 1_000_000;

/// How deep they may nest: values are dropped by recursion.
const MAX_DEPTH: usize = 100;

/// Reads a YAML document with the types of YAML 1.1, as PyYAML has them.
/// Dates stay text. An empty document is null.
///
/// `first_line` is the line of the file, from one, that the text starts at,
/// for errors.
///
/// # Errors
///
/// Fails if the text is no YAML, with the place in the file.
pub fn read(text: &str, first_line: usize) -> Result<Value> {
    let mut reader = Reader {
        first_line,
        open: Vec::new(),
        anchors: HashMap::new(),
        n_values: 0,
        root: None,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| reader.syntax(&error))?;
        let at = LineColumn {
            line: first_line + span.start.line().saturating_sub(1),
            column: span.start.col() + 1,
        };
        reader.take(event, at)?;
        if let Some(root) = reader.root {
            return Ok(root);
        }
    }
    Ok(Value::Null)
}

struct Reader {
    first_line: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, (Value, usize)>,
    n_values: usize,
    root: Option<Value>,
}

/// A list or object that has begun.
struct Open {
    anchor: usize,
    kind: OpenKind,
    /// The number of values before it.
    n_before: usize,
}

enum OpenKind {
    List(Vec<Value>),
    Object {
        members: Map<String, Value>,
        key: Option<Key>,
    },
}

enum Key {
    /// The name of a member.
    Name(String),
    /// `<<`: the members of another object.
    Merge,
}

impl Reader {
    fn syntax(&self, error: &ScanError) -> crate::error::Error {
        let at = LineColumn {
            line: self.first_line + error.marker().line().saturating_sub(1),
            column: error.marker().col() + 1,
        };
        fail(at, error.info())
    }

    fn take(&mut self, event: Event<'_>, at: LineColumn) -> Result<()> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_string = tag.is_some_and(|tag| tag.suffix == "str");
                let is_plain = style == ScalarStyle::Plain && !is_string;
                if is_plain
                    && text == "<<"
                    && let Some(Open {
                        kind: OpenKind::Object { key, .. },
                        ..
                    }) = self.open.last_mut()
                    && key.is_none()
                {
                    *key = Some(Key::Merge);
                    return Ok(());
                }
                let value = if is_plain {
                    resolve(&text)
                } else {
                    Value::String(text.into_owned())
                };
                self.note(anchor, &value, 1);
                // Python has keys of all types, JSON only text.
                let is_key = matches!(
                    self.open.last(),
                    Some(Open {
                        kind: OpenKind::Object { key: None, .. },
                        ..
                    })
                );
                let value = if is_key && !value.is_string() {
                    Value::String(text_of_key(&value))
                } else {
                    value
                };
                self.put(value, 1, at)
            }
            Event::Alias(anchor) => {
                let (value, n_values) = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.put(value, n_values, at)
            }
            Event::SequenceStart(anchor, _) => self.open(anchor, OpenKind::List(Vec::new()), at),
            Event::MappingStart(anchor, _) => {
                let members = Map::new();
                self.open(anchor, OpenKind::Object { members, key: None }, at)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Ok(());
                };
                let value = match open.kind {
                    OpenKind::List(elements) => Value::Array(elements),
                    OpenKind::Object { members, .. } => Value::Object(members),
                };
                let n_values = self.n_values - open.n_before;
                self.note(open.anchor, &value, n_values);
                self.put(value, 0, at)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self, anchor: usize, kind: OpenKind, at: LineColumn) -> Result<()> {
        if self.open.len() == MAX_DEPTH {
            return Err(fail(at, "it is nested too deeply"));
        }
        self.n_values += 1;
        self.open.push(Open {
            anchor,
            kind,
            n_before: self.n_values - 1,
        });
        Ok(())
    }

    /// Remembers a value that has a name.
    fn note(&mut self, anchor: usize, value: &Value, n_values: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), n_values));
        }
    }

    /// Puts a value where it belongs. It counts as `n_values` more.
    fn put(&mut self, value: Value, n_values: usize, at: LineColumn) -> Result<()> {
        self.n_values += n_values;
        if self.n_values > MAX_VALUES {
            return Err(fail(at, "it has too many values"));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(value),
            Some(OpenKind::List(elements)) => elements.push(value),
            Some(OpenKind::Object { members, key }) => match key.take() {
                Some(Key::Merge) => merge(members, value),
                Some(Key::Name(name)) => {
                    members.insert(name, value);
                }
                None => {
                    let Value::String(name) = value else {
                        return Err(fail(at, "a key is no text"));
                    };
                    *key = Some(Key::Name(name));
                }
            },
        }
        Ok(())
    }
}

/// Returns a key that is no text as Python's `json` writes it.
fn text_of_key(value: &Value) -> String {
    value.to_string()
}

/// Puts the members of other objects in where there are none of that name.
fn merge(members: &mut Map<String, Value>, value: Value) {
    let others = if let Value::Array(others) = value {
        others
    } else {
        vec![value]
    };
    for other in others {
        if let Value::Object(other) = other {
            for (key, value) in other {
                members.entry(key).or_insert(value);
            }
        }
    }
}

fn fail(at: LineColumn, what: &str) -> crate::error::Error {
    ErrorKind::Header {
        at,
        what: what.to_owned(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Value) {
        assert_eq!(&read(text, 1).unwrap(), expected);
    }

    #[test]
    fn documents_become_json() {
        check("", &json!(null));
        check(
            "a: 1\nb:\n- x\n- 'yes'\n- yes\n",
            &json!({"a": 1, "b": ["x", "yes", true]}),
        );
        check(
            "{a: [b, {c: d}], e: }",
            &json!({"a": ["b", {"c": "d"}], "e": null}),
        );
        check("'a\n\n  b'", &json!("a\nb"));
        check("1: a\ntrue: b\n", &json!({"1": "a", "true": "b"}));
        check("a: !!str 1\n", &json!({"a": "1"}));
    }

    #[test]
    fn aliases_and_merges_are_resolved() {
        let text = "x: &x {a: 1, b: 2}\ny: *x\nz:\n  <<: *x\n  a: 3\n";
        let x = json!({"a": 1, "b": 2});
        check(text, &json!({"x": x, "y": x, "z": {"a": 3, "b": 2}}));
    }

    #[test]
    fn errors_have_the_place_in_the_file() {
        let error = read("a: 1\nb: [", 10).unwrap_err();
        assert!(
            error.to_string().starts_with("invalid YAML at line 1"),
            "{error}"
        );
    }

    #[test]
    fn nothing_grows_without_bound() {
        let mut bomb = vec!["a0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned()];
        for level in 1..20 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            bomb.push(format!("a{level}: &a{level} [{before}]"));
        }
        assert!(read(&bomb.join("\n"), 1).is_err());
        assert!(read(&"[".repeat(10_000), 1).is_err());
        assert!(read(&"- ".repeat(10_000), 1).is_err());
    }
}
