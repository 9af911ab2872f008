//! The layout of a JSON file, so that what is put in looks like what is there.

use super::scan;

/// The layout of a JSON file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Style {
    /// What a level of nesting adds at the start of a line.
    pub indent: Indent,
    /// Whether a blank stands behind the colon of a key.
    pub space_after_colon: bool,
    /// Whether a blank stands behind a comma that does not end a line.
    pub space_after_comma: bool,
    /// Which characters are written as escapes.
    pub escapes: Escapes,
    /// What ends a line.
    pub line_end: LineEnd,
    /// Whether the file ends in a line end. Jupyter's do, Colab's do not.
    pub final_newline: bool,
}

/// What a level of nesting adds at the start of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Indent {
    /// Everything is on one line.
    None,
    /// So many blanks. Jupyter writes 1, Colab and VS Code write 2.
    Spaces(usize),
    /// So many tabs.
    Tabs(usize),
}

/// Which characters are written as escapes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Escapes {
    /// Those that cannot stand in a string as they are.
    Needed,
    /// All outside ASCII, too, as Python does if not told otherwise.
    NonAscii,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LineEnd {
    /// A line feed.
    Lf,
    /// A carriage return and a line feed.
    CrLf,
}

impl Style {
    /// What nbformat 4 writes, and so Jupyter.
    pub const JUPYTER: Self = Self {
        indent: Indent::Spaces(1),
        space_after_colon: true,
        space_after_comma: false,
        escapes: Escapes::Needed,
        line_end: LineEnd::Lf,
        final_newline: true,
    };

    /// Finds the layout of a file out, mostly from its first two members.
    ///
    /// What the file does not show, such as the blank behind a colon where
    /// there is none, is taken from [`Self::JUPYTER`].
    pub fn detect(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let open = scan::skip_blanks(text, 0) + 1;
        let first = scan::skip_blanks(text, open);
        let indent = indent_of(text.get(open..first).unwrap_or_default());
        let mut style = Self {
            indent,
            space_after_comma: indent == Indent::None,
            escapes: if text.is_ascii() && has_escape_beyond_ascii(text) {
                Escapes::NonAscii
            } else {
                Escapes::Needed
            },
            line_end: first_line_end(text),
            final_newline: matches!(text.last(), Some(b'\n' | b'\r')),
            ..Self::JUPYTER
        };
        if text.get(first) == Some(&b'"') {
            let colon = scan::skip_blanks(text, scan::skip_string(text, first + 1) + 1);
            if text.get(colon) == Some(&b':') {
                style.space_after_colon = text.get(colon + 1) == Some(&b' ');
                let value = scan::skip_blanks(text, colon + 1);
                let end = match text.get(value) {
                    Some(b'{' | b'[') => scan::skip_container(text, value),
                    Some(b'"') => scan::skip_string(text, value + 1) + 1,
                    _ => scan::skip_scalar(text, value),
                };
                if text.get(end) == Some(&b',') {
                    style.space_after_comma = text.get(end + 1) == Some(&b' ');
                }
            }
        }
        style
    }
}

/// Returns the indent that the blanks before the first member show.
fn indent_of(blanks: &[u8]) -> Indent {
    let line_start = match blanks.iter().rposition(|&b| b == b'\n' || b == b'\r') {
        Some(line_end) => line_end + 1,
        None => return Indent::None,
    };
    let indent = &blanks[line_start..];
    if indent.first() == Some(&b'\t') {
        Indent::Tabs(indent.len())
    } else {
        Indent::Spaces(indent.len())
    }
}

fn first_line_end(text: &[u8]) -> LineEnd {
    match memchr::memchr(b'\n', text) {
        Some(at) if at > 0 && text[at - 1] == b'\r' => LineEnd::CrLf,
        _ => LineEnd::Lf,
    }
}

fn has_escape_beyond_ascii(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, b"\\u").any(|at| {
        // `\\u` is an escaped backslash before a `u`.
        let backslashes = text[..at].iter().rev().take_while(|&&b| b == b'\\').count();
        let low = matches!(text.get(at + 2..at + 5), Some([b'0', b'0', b'0'..=b'7']));
        backslashes % 2 == 0 && !low
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: Style) {
        assert_eq!(Style::detect(source.as_bytes()), expected);
    }

    #[test]
    fn jupyter() {
        check("{\n \"cells\": [],\n \"metadata\": {}\n}\n", Style::JUPYTER);
    }

    #[test]
    fn colab_has_two_blanks_and_no_final_newline() {
        let expected = Style {
            indent: Indent::Spaces(2),
            final_newline: false,
            ..Style::JUPYTER
        };
        check("{\n  \"cells\": [],\n  \"metadata\": {}\n}", expected);
    }

    #[test]
    fn tabs_and_crlf() {
        let expected = Style {
            indent: Indent::Tabs(1),
            line_end: LineEnd::CrLf,
            ..Style::JUPYTER
        };
        check("{\r\n\t\"cells\": []\r\n}\r\n", expected);
    }

    #[test]
    fn one_line_with_and_without_blanks() {
        let python = Style {
            indent: Indent::None,
            space_after_comma: true,
            final_newline: false,
            ..Style::JUPYTER
        };
        check("{\"cells\": [], \"metadata\": {}}", python);
        let minified = Style {
            space_after_colon: false,
            space_after_comma: false,
            ..python
        };
        check("{\"cells\":[],\"metadata\":{}}", minified);
    }

    #[test]
    fn escapes_show_an_ascii_writer() {
        let ascii = |source: &str| Style::detect(source.as_bytes()).escapes == Escapes::NonAscii;
        assert!(ascii(r#"{"a": "\u00e4"}"#));
        assert!(ascii(r#"{"a": "\u2028"}"#));
        assert!(!ascii(r#"{"a": "\u001b"}"#));
        assert!(!ascii(r#"{"a": "ä \u2028"}"#));
        assert!(!ascii(r#"{"a": "\\u2028"}"#));
    }

    #[test]
    fn anything_has_a_style() {
        for source in ["", "[", "{", "{\"", "{\"a\"", "{\"a\":", "nul", "\u{feff}"] {
            Style::detect(source.as_bytes());
        }
    }
}
