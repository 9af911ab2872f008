//! Text as a terminal leaves it: what is written over other text, and escape
//! sequences.

use std::borrow::Cow;

/// Returns a line as a terminal leaves it: what carriage returns and
/// backspaces let later text overwrite is gone. Colors stay.
///
/// A progress bar is one line of the file, and shows as its last state.
pub fn terminal_text(line: &str) -> Cow<'_, str> {
    let (text, end) = match line.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (line, ""),
    };
    // What stands before the line end overwrites nothing.
    let text = text.trim_end_matches('\r');
    if !text.contains(['\r', '\u{8}']) {
        return if text.len() + end.len() == line.len() {
            Cow::Borrowed(line)
        } else {
            Cow::Owned(format!("{text}{end}"))
        };
    }
    // Each place of the line with the escape sequences before it.
    let mut cells: Vec<(&str, char)> = Vec::new();
    let mut column: usize = 0;
    let mut rest = text;
    let mut sequences = "";
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '\u{1b}' => escape_length(rest),
            _ => character.len_utf8(),
        };
        let (first, after) = rest.split_at(length);
        match character {
            '\r' => column = 0,
            '\u{8}' => column = column.saturating_sub(1),
            '\u{1b}' if first.ends_with('K') => match first {
                "\u{1b}[2K" => cells.clear(),
                _ => cells.truncate(column),
            },
            '\u{1b}' => sequences = joined(text, sequences, first),
            _ => {
                // A cursor beyond the end leaves blanks behind.
                cells.resize(cells.len().max(column + 1), ("", ' '));
                cells[column] = (sequences, character);
                sequences = "";
                column += 1;
            }
        }
        rest = after;
    }
    let mut seen = String::with_capacity(text.len());
    for (sequences, character) in cells {
        seen.push_str(sequences);
        seen.push(character);
    }
    seen.push_str(sequences);
    seen.push_str(end);
    Cow::Owned(seen)
}

/// Returns two neighbouring parts of `text` as one; the later one alone if
/// they are none.
fn joined<'t>(text: &'t str, first: &'t str, second: &'t str) -> &'t str {
    let offset = |part: &str| part.as_ptr().addr() - text.as_ptr().addr();
    if !first.is_empty() && offset(first) + first.len() == offset(second) {
        let range = offset(first)..offset(second) + second.len();
        return text.get(range).unwrap_or(second);
    }
    second
}

/// Returns text without the escape sequences that color it or move a cursor.
pub(in crate::diff) fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        let (before, sequence) = rest.split_at(at);
        plain.push_str(before);
        rest = sequence.split_at(escape_length(sequence)).1;
    }
    plain.push_str(rest);
    plain
}

/// Returns the length of the escape sequence at the start of `text`, as
/// ECMA-48 has it: `ESC [ … letter`, `ESC ] … BEL`, or two characters.
fn escape_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'[') => {
            let end = bytes
                .iter()
                .skip(2)
                .position(|byte| !(0x20..0x40).contains(byte));
            match end {
                Some(end) if bytes[end + 2].is_ascii() => end + 3,
                Some(end) => end + 2,
                None => bytes.len(),
            }
        }
        Some(b']') => match memchr::memchr(b'\x07', bytes) {
            Some(end) => end + 1,
            None => 2,
        },
        Some(byte) if byte.is_ascii() => 2,
        _ => 1,
    }
}
