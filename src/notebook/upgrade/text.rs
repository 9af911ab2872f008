//! Text of old notebooks as the content of JSON strings, escapes included, so
//! that what no Rust string can hold passes through.

use crate::json::{self, Kind, Style, Value};

/// What goes between the items of a list of lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Join {
    /// A line feed, where the writer left the line ends out.
    Lines,
    /// Nothing.
    Plain,
}

/// Returns whether the value is a string or a list of strings.
pub(super) fn is_text(value: &Value<'_>) -> bool {
    match value.kind() {
        Kind::String => true,
        Kind::Array => value.elements().all(|line| line.kind() == Kind::String),
        Kind::Null | Kind::Bool | Kind::Number | Kind::Object => false,
    }
}

/// Returns the text of a value: what stands between the quotes of the string,
/// or of all strings of the list.
///
/// Other values that stand where text should are text as they are written;
/// `null` is none.
pub(super) fn content(value: &Value<'_>, join: Join) -> Vec<u8> {
    if value.kind() != Kind::Array {
        return content_of_one(value);
    }
    let mut separator: &[u8] = b"";
    let mut content = Vec::with_capacity(value.raw().len());
    for (index, line) in value.elements().enumerate() {
        if index == 0 {
            let first = line.as_str().unwrap_or_default();
            if join == Join::Lines && !first.ends_with(['\n', '\r']) {
                separator = br"\n";
            }
        } else {
            content.extend_from_slice(separator);
        }
        content.extend(content_of_one(&line));
    }
    content
}

fn content_of_one(value: &Value<'_>) -> Vec<u8> {
    let quoted = match value.kind() {
        Kind::String => value.raw().to_vec(),
        Kind::Null => return Vec::new(),
        Kind::Bool | Kind::Number | Kind::Array | Kind::Object => {
            json::string(&String::from_utf8_lossy(value.raw()), &Style::JUPYTER).into_bytes()
        }
    };
    let inside = quoted.get(1..quoted.len().saturating_sub(1));
    inside.unwrap_or_default().to_vec()
}

/// Returns the content as one JSON string.
pub(super) fn string(content: &[u8]) -> Vec<u8> {
    [b"\"", content, b"\""].concat()
}

/// Returns the content as a JSON array of lines, as Jupyter writes text.
pub(super) fn list(content: &[u8]) -> Vec<u8> {
    let lines: Vec<_> = lines(content).into_iter().map(string).collect();
    [b"[", lines.join(&b',').as_slice(), b"]"].concat()
}

/// Returns the content on one line: lines without their ends, a blank between
/// them.
pub(super) fn on_one_line(content: &[u8]) -> Vec<u8> {
    let lines = lines(content).into_iter().map(|line| {
        let mut end = 0;
        while end < line.len() && line_end(line.get(end..).unwrap_or_default()).is_none() {
            end += item_length(line.get(end..).unwrap_or_default());
        }
        line.get(..end).unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join(&b' ')
}

/// Splits content after each end of a line, where Python's `str.splitlines`
/// does.
fn lines(content: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(rest) = content.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = line_end(rest) {
            at += length;
            lines.extend(content.get(start..at));
            start = at;
        } else {
            at += item_length(rest);
        }
    }
    lines.extend(content.get(start..).filter(|rest| !rest.is_empty()));
    lines
}

/// Returns the length of what stands first: an escape that could be taken for
/// the start of another one, or a byte.
fn item_length(rest: &[u8]) -> usize {
    match rest {
        [b'\\', b'\\' | b'"', ..] => 2,
        _ => 1,
    }
}

/// Returns the length of the end of a line that `rest` starts with.
fn line_end(rest: &[u8]) -> Option<usize> {
    let (character, length) = first_character(rest)?;
    match character {
        '\r' => {
            let behind = rest.get(length..).and_then(first_character);
            match behind {
                Some(('\n', line_feed)) => Some(length + line_feed),
                _ => Some(length),
            }
        }
        '\n'..='\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(length),
        _ => None,
    }
}

/// Returns the character that `rest` starts with if it may end a line, and the
/// length of its spelling.
fn first_character(rest: &[u8]) -> Option<(char, usize)> {
    match rest {
        [b'\\', b'n', ..] => Some(('\n', 2)),
        [b'\\', b'r', ..] => Some(('\r', 2)),
        [b'\\', b'f', ..] => Some(('\u{c}', 2)),
        [b'\\', b'u', ..] => {
            let hex = std::str::from_utf8(rest.get(2..6)?).ok()?;
            let code = u32::from_str_radix(hex, 16).ok()?;
            Some((char::from_u32(code)?, 6))
        }
        [0xc2, 0x85, ..] => Some(('\u{85}', 2)),
        [0xe2, 0x80, 0xa8, ..] => Some(('\u{2028}', 3)),
        [0xe2, 0x80, 0xa9, ..] => Some(('\u{2029}', 3)),
        [byte, ..] if *byte < b' ' => Some((char::from(*byte), 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use crate::notebook::source::python_lines;
    use proptest::prelude::*;

    fn content_of(json: &str, join: Join) -> String {
        let document = Document::read(json.as_bytes()).unwrap();
        String::from_utf8(content(&document.root(), join)).unwrap()
    }

    #[test]
    fn lists_are_joined_by_line_feeds_where_the_lines_have_none() {
        assert_eq!(content_of(r#"["a","b"]"#, Join::Lines), r"a\nb");
        assert_eq!(content_of(r#"["a\n","b"]"#, Join::Lines), r"a\nb");
        assert_eq!(content_of(r#"["a\u000d","b"]"#, Join::Lines), r"a\u000db");
        assert_eq!(content_of(r#"["a","b"]"#, Join::Plain), "ab");
        assert_eq!(content_of("[]", Join::Lines), "");
    }

    #[test]
    fn what_is_no_text_becomes_text_as_it_is_written() {
        assert_eq!(content_of("null", Join::Lines), "");
        assert_eq!(content_of("1.50", Join::Lines), "1.50");
        assert_eq!(
            content_of(r#"{"a": "b"}"#, Join::Lines),
            r#"{\"a\": \"b\"}"#
        );
        assert_eq!(
            content_of(r#"["a", 1, null, "b"]"#, Join::Lines),
            r"a\n1\n\nb"
        );
    }

    #[test]
    fn escapes_and_lone_surrogates_are_kept() {
        assert_eq!(
            content_of(r#"["\ud800\u00e4","\udc00 \$ \/"]"#, Join::Lines),
            r"\ud800\u00e4\n\udc00 \$ \/"
        );
    }

    #[test]
    fn an_escaped_backslash_is_no_line_end() {
        let list = |content: &str| String::from_utf8(list(content.as_bytes())).unwrap();
        assert_eq!(list(r"a\\nb\nc"), r#"["a\\nb\n","c"]"#);
        assert_eq!(list(r#"\"\r\u000A\n"#), r#"["\"\r\u000A","\n"]"#);
        assert_eq!(list(""), "[]");
    }

    #[test]
    fn one_line_has_no_line_ends() {
        let line = |content: &str| String::from_utf8(on_one_line(content.as_bytes())).unwrap();
        assert_eq!(line(r"a\\n\nb\r\n\r\nc\u2028"), r"a\\n b  c");
        assert_eq!(line(""), "");
    }

    proptest! {
        #[test]
        fn lines_end_where_python_ends_them(
            text in "[a\\\\\"\n\r\u{b}\u{c}\u{1c}\u{1e}\u{1f}\u{85}\u{2027}\u{2028}\u{2029}ä]{0,12}",
            escape_all: bool,
        ) {
            let json = if escape_all {
                let units = text.encode_utf16().map(|unit| format!("\\u{unit:04X}"));
                format!("\"{}\"", units.collect::<String>())
            } else {
                json::string(&text, &Style::JUPYTER)
            };
            let list = list(content_of(&json, Join::Plain).as_bytes());
            let document = Document::read(&list).unwrap();
            let lines: Vec<_> = document.root().elements().map(|line| line.as_str().unwrap()).collect();
            prop_assert_eq!(lines, python_lines(&text));
        }
    }
}
