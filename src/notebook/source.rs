//! Text that a notebook holds as one string or as a list of lines.

use std::borrow::Cow;

use super::NbFormat;
use crate::json::{Kind, Value};

/// Returns the text of a value that is a string or a list of strings; what is
/// neither has no text.
///
/// Lists of nbformat 4 are joined as they are, those of 2 and 3 with line
/// feeds where the writer left the line ends out, as nbformat's
/// `v3/rwbase.py` reads them.
pub fn multiline_text<'a>(value: &Value<'a>, format: NbFormat) -> Cow<'a, str> {
    if value.kind() != Kind::Array {
        return value.as_str().unwrap_or_default();
    }
    let mut lines = value.elements().filter_map(|line| line.as_str());
    let Some(first) = lines.next() else {
        return Cow::Borrowed("");
    };
    let separator = if format.major >= 4 || first.ends_with(['\n', '\r']) {
        ""
    } else {
        "\n"
    };
    let mut text = first.into_owned();
    for line in lines {
        text.push_str(separator);
        text.push_str(&line);
    }
    Cow::Owned(text)
}

/// Splits text after each of its line ends, as Python's `str.splitlines` does
/// with its ends kept: at more characters than `\n`.
pub(super) fn python_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_line_end) {
        let crlf = rest.get(at..).is_some_and(|rest| rest.starts_with("\r\n"));
        let length = match rest.get(at..).and_then(|rest| rest.chars().next()) {
            _ if crlf => 2,
            Some(end) => end.len_utf8(),
            None => break,
        };
        let (line, after) = rest.split_at(at + length);
        lines.push(line);
        rest = after;
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

const fn is_line_end(character: char) -> bool {
    matches!(
        character,
        '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    #[track_caller]
    fn check(json: &str, major: u64, expected: &str) {
        let document = Document::read(json.as_bytes()).unwrap();
        let format = NbFormat { major, minor: 0 };
        assert_eq!(multiline_text(&document.root(), format), expected);
    }

    #[test]
    fn a_string_and_its_lines_are_the_same_text() {
        check(r#""a\nb""#, 4, "a\nb");
        check(r#"["a\n", "b"]"#, 4, "a\nb");
        check(r#"["a", "\nb"]"#, 4, "a\nb");
        check("[]", 4, "");
    }

    #[test]
    fn old_lists_without_line_ends_get_them() {
        check(r#"["a", "b"]"#, 3, "a\nb");
        check(r#"["a\n", "b"]"#, 3, "a\nb");
    }

    #[test]
    fn what_is_no_text_has_none() {
        check("null", 4, "");
        check(r#"["a", 1, "b"]"#, 4, "ab");
    }

    #[test]
    fn lines_end_where_python_ends_them() {
        let lines = python_lines("a\nb\r\nc\rd\u{b}e\u{c}f\u{85}g\u{2028}h\u{1c}\u{1f}i");
        let expected = [
            "a\n",
            "b\r\n",
            "c\r",
            "d\u{b}",
            "e\u{c}",
            "f\u{85}",
            "g\u{2028}",
            "h\u{1c}",
            "\u{1f}i",
        ];
        assert_eq!(lines, expected);
        assert!(python_lines("").is_empty());
        assert_eq!(python_lines("\n"), ["\n"]);
    }
}
