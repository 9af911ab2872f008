//! NB309: what nbweave reads although JSON does not allow it.

use std::ops::Range;

use super::collect::Collector;
use super::rules::Rule;
use crate::notebook::Notebook;

/// Finds the first place of each kind, since a file that has one can have
/// thousands. `bytes` were read as a document.
pub(super) fn find(bytes: &[u8], notebook: &Notebook<'_>, found: &mut Collector) {
    if !found.wants([Rule::LooseJson]) {
        return;
    }
    let mut add = |span: Range<usize>, message: &str| {
        let mut cells = notebook.cells.iter().map(|cell| cell.value.span());
        let cell = cells.position(|cell| cell.start <= span.start && span.end <= cell.end);
        found.add(Rule::LooseJson, span, cell, || message.to_owned());
    };
    if bytes.starts_with("\u{feff}".as_bytes()) {
        add(0..3, "the file starts with a byte order mark");
    }
    let Loose { control, escape } = loose(bytes);
    if let Some(at) = control {
        add(at..at + 1, "a control character in a string is not escaped");
    }
    if let Some(at) = escape {
        add(
            at..at + 2,
            "a backslash in a string starts no escape of JSON",
        );
    }
}

/// Where the first of each stands.
#[derive(Debug, Default, Eq, PartialEq)]
struct Loose {
    control: Option<usize>,
    escape: Option<usize>,
}

fn loose(bytes: &[u8]) -> Loose {
    let mut first = Loose::default();
    let mut at = 0;
    let rest = |at: usize| bytes.get(at..).unwrap_or_default();
    while let Some(quote) = memchr::memchr(b'"', rest(at)) {
        at += quote + 1;
        // Goes on to the quote that ends the string.
        while let Some(length) = memchr::memchr2(b'"', b'\\', rest(at)) {
            if first.control.is_none() {
                let mut run = rest(at).iter().take(length);
                first.control = run.position(|byte| *byte < 0x20).map(|index| at + index);
            }
            at += length;
            if rest(at).starts_with(b"\"") {
                at += 1;
                break;
            }
            if first.escape.is_none() && !is_escape(rest(at)) {
                first.escape = Some(at);
            }
            at += 2;
        }
    }
    first
}

/// Returns whether bytes that start with a backslash start with an escape.
fn is_escape(bytes: &[u8]) -> bool {
    match bytes.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => true,
        Some(b'u') => bytes
            .get(2..6)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, control: Option<usize>, escape: Option<usize>) {
        assert_eq!(loose(text.as_bytes()), Loose { control, escape }, "{text}");
    }

    #[test]
    fn the_first_of_each_kind_is_found() {
        check("[\n\t\"a\"]", None, None);
        check(r#"["\\", "\"\/\b\f\n\r\t\u00e4"]"#, None, None);
        check("[\"a\tb\tc\"]", Some(3), None);
        check(r#"["a\$", "\q"]"#, None, Some(3));
        check(r#"["\u12g4"]"#, None, Some(2));
        check("[\"\\n\u{1}\\%\"]", Some(4), Some(5));
    }
}
