//! Values as JSON or as Python writes them: `'a'`, `True`, `(1, 2)`.

use serde_json::{Map, Value};

/// How deep values may nest.
const MAX_DEPTH: usize = 64;

/// Returns the value that all of `text` is, but for blanks around it.
pub(super) fn parse(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mut cursor = Cursor { rest: text };
    let value = cursor.value(0)?;
    cursor.rest.trim_start().is_empty().then_some(value)
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn next_is(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The depth this recurses to is bounded.
    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.next_is('[') {
            return Some(Value::Array(self.elements(']', depth)?.0));
        }
        if self.next_is('(') {
            let (mut elements, has_comma) = self.elements(')', depth)?;
            return match elements.pop() {
                // Brackets around a value, not a tuple.
                Some(value) if elements.is_empty() && !has_comma => Some(value),
                Some(last) => {
                    elements.push(last);
                    Some(Value::Array(elements))
                }
                None => Some(Value::Array(elements)),
            };
        }
        if self.next_is('{') {
            return self.members(depth);
        }
        if self.rest.starts_with(['"', '\'']) {
            return self.string().map(Value::String);
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_');
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        match word {
            "True" | "true" => Some(true.into()),
            "False" | "false" => Some(false.into()),
            "None" | "null" => Some(Value::Null),
            _ => number(word),
        }
    }

    /// Reads up to the closing bracket, and whether a comma stands before it.
    fn elements(&mut self, close: char, depth: usize) -> Option<(Vec<Value>, bool)> {
        let mut elements = Vec::new();
        let mut has_comma = true;
        loop {
            if self.next_is(close) {
                return Some((elements, has_comma));
            }
            if !has_comma {
                return None;
            }
            elements.push(self.value(depth + 1)?);
            has_comma = self.next_is(',');
        }
    }

    fn members(&mut self, depth: usize) -> Option<Value> {
        let mut members = Map::new();
        let mut has_comma = true;
        loop {
            if self.next_is('}') {
                return Some(Value::Object(members));
            }
            self.rest = self.rest.trim_start();
            if !has_comma || !self.rest.starts_with(['"', '\'']) {
                return None;
            }
            let key = self.string()?;
            if !self.next_is(':') {
                return None;
            }
            members.insert(key, self.value(depth + 1)?);
            has_comma = self.next_is(',');
        }
    }

    fn string(&mut self) -> Option<String> {
        let mut characters = self.rest.chars();
        let quote = characters.next()?;
        let mut text = String::new();
        loop {
            match characters.next()? {
                '\\' => text.extend(escape(&mut characters)?),
                end if end == quote => break,
                character => text.push(character),
            }
        }
        self.rest = characters.as_str();
        Some(text)
    }
}

/// Reads the escape behind a backslash, as Python does: one that is none is
/// kept with its backslash.
fn escape(characters: &mut std::str::Chars<'_>) -> Option<Vec<char>> {
    let kind = characters.next()?;
    let character = match kind {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '\\' | '\'' | '"' => kind,
        'x' | 'u' | 'U' => {
            let n_digits = match kind {
                'x' => 2,
                'u' => 4,
                _ => 8,
            };
            let digits: String = characters.by_ref().take(n_digits).collect();
            char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
        }
        _ => return Some(vec!['\\', kind]),
    };
    Some(vec![character])
}

fn number(word: &str) -> Option<Value> {
    if let Ok(integer) = word.parse::<i64>() {
        return Some(integer.into());
    }
    if !word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-')) {
        return None;
    }
    // JSON has no infinity.
    let number = word.parse::<f64>().ok()?;
    serde_json::Number::from_f64(number).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_spellings_are_read() {
        let check = |text: &str, expected: Value| assert_eq!(parse(text), Some(expected), "{text}");
        check(r#" {"a": [1, "\u00e4"]} "#, json!({"a": [1, "ä"]}));
        check(r"{'a': ('b\'', 1.5, -2,), }", json!({"a": ["b'", 1.5, -2]}));
        check("(1)", json!(1));
        check("(1,)", json!([1]));
        check("()", json!([]));
        check(r"'\x41\q'", json!("A\\q"));
        check("None", json!(null));
    }

    #[test]
    fn everything_else_is_no_value() {
        for text in [
            "", "a", "[1", "[1 2]", "[,]", "'a", "1 # b", "{1: 2}", "'a' 'b",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }
}
