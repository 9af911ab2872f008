//! What differs in outputs though nothing changed: colors, text that a
//! terminal overwrites, memory addresses, names of temporary things.

use std::borrow::Cow;

/// How outputs are looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Look {
    /// As text of a program or the `repr` of an object.
    Text,
    /// As HTML, where libraries put ids that they draw anew in every run.
    Html,
}

/// Returns what a line of an output looks like, noise apart: equal looks,
/// equal for a reader.
pub(super) fn look(line: &str, how: Look) -> Cow<'_, str> {
    let plain = line.bytes().all(|byte| byte >= b' ' || byte == b'\n');
    let seen = if plain {
        Cow::Borrowed(line)
    } else {
        Cow::Owned(without_escapes(&terminal_text(line)))
    };
    if !seen.bytes().any(|byte| byte.is_ascii_digit()) && how == Look::Text {
        return seen;
    }
    match masked(&seen, how) {
        Some(masked) => Cow::Owned(masked),
        None => seen,
    }
}

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
pub(super) fn without_escapes(text: &str) -> String {
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

/// Returns how many bytes at the start change with every run.
type Length = fn(&[u8]) -> usize;

/// What comes before something that changes with every run, and what that is.
const MASKED: &[(&str, Length)] = &[
    // `<object at 0x7f8c5c3b2d30>`, and not `0xff`, which is a number.
    ("0x", |rest| at_least(6, run(rest, u8::is_ascii_hexdigit))),
    // `id=140241839172432` is an address as well.
    ("id=", |rest| at_least(12, run(rest, u8::is_ascii_digit))),
    // Kernels write the cell's code to a file of their own.
    ("ipykernel_", |rest| {
        run(rest, |byte| byte.is_ascii_digit() || *byte == b'/')
    }),
    ("<ipython-input-", |rest| {
        run(rest, |byte| byte.is_ascii_hexdigit() || *byte == b'-')
    }),
    // The execution count in a traceback.
    ("In [", |rest| run(rest, u8::is_ascii_digit)),
    ("Cell In[", |rest| run(rest, u8::is_ascii_digit)),
];

/// Returns text with a mark in the place of what changes with every run;
/// nothing if there is none of that.
fn masked(text: &str, how: Look) -> Option<String> {
    let mut masked = String::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let rest = &bytes[at..];
        let candidates = match rest[0] {
            b'0' | b'i' | b'<' | b'I' | b'C' => MASKED,
            _ => &[],
        };
        let found = candidates
            .iter()
            .filter(|(before, _)| rest.starts_with(before.as_bytes()))
            .map(|(before, length)| (before.len(), length(&rest[before.len()..])))
            .find(|(_, length)| *length > 0);
        let found = found.or_else(|| {
            let at_start = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
            (how == Look::Html && at_start)
                .then(|| (0, html_id(rest)))
                .filter(|(_, length)| *length > 0)
        });
        let Some((before, length)) = found else {
            at += 1;
            continue;
        };
        masked.push_str(text.get(copied..at + before)?);
        masked.push('\u{2026}');
        at += before + length;
        copied = at;
    }
    if copied == 0 {
        return None;
    }
    masked.push_str(text.get(copied..)?);
    Some(masked)
}

fn run(bytes: &[u8], belongs: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| belongs(byte)).count()
}

const fn at_least(least: usize, length: usize) -> usize {
    if length >= least { length } else { 0 }
}

/// Returns the length of the id at the start: a UUID, 32 hexadecimal digits,
/// or the name of a table that pandas styles. Zero if there is none.
fn html_id(bytes: &[u8]) -> usize {
    if let Some(rest) = bytes.strip_prefix(b"T_") {
        return match at_least(5, run(rest, u8::is_ascii_hexdigit)) {
            0 => 0,
            length => length + 2,
        };
    }
    // No longer than needed to tell: there may be an id at each of the bytes.
    let bytes = &bytes[..bytes.len().min(37)];
    let digits = run(bytes, |byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let is_uuid = digits == 36
        && [8, 13, 18, 23]
            .iter()
            .all(|&dash| bytes.get(dash) == Some(&b'-'));
    let is_hash = digits == 32 && !bytes[..32].contains(&b'-');
    if is_uuid || is_hash { digits } else { 0 }
}
