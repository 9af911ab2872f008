//! The places of a line that change with every run.

use std::ops::Range;

use super::ids::{html_id, svg_id};
use super::timing::{line_timing, timing_at};
use super::{Look, NoiseClass};

/// A place of a line that changes with every run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Mask {
    /// Bytes of the line.
    pub(super) range: Range<usize>,
    /// Why it changes.
    pub(super) class: NoiseClass,
}

/// Returns how many bytes at the start change with every run.
type Length = fn(&[u8]) -> usize;

/// What comes before something that changes with every run, and what that is.
const MASKED: &[(&str, Length, NoiseClass)] = &[
    // `id=140241839172432` is an address as well.
    ("id=", decimal_address, NoiseClass::Addresses),
    // Kernels write the cell's code to a file of their own.
    (
        "ipykernel_",
        |rest| {
            run(rest, |byte| {
                byte.is_ascii_digit() || matches!(byte, b'/' | b'\\')
            })
        },
        NoiseClass::TemporaryPaths,
    ),
    (
        "<ipython-input-",
        |rest| run(rest, |byte| byte.is_ascii_hexdigit() || *byte == b'-'),
        NoiseClass::TemporaryPaths,
    ),
    // Files and directories that Python, R and Julia make up in those for
    // temporary ones: of macOS and Windows there is one for each user.
    (
        "/tmp/tmp",
        |rest| exactly(8, drawn_name(rest)),
        NoiseClass::TemporaryPaths,
    ),
    (
        "/T/tmp",
        |rest| exactly(8, drawn_name(rest)),
        NoiseClass::TemporaryPaths,
    ),
    (
        "\\Temp\\tmp",
        |rest| exactly(8, drawn_name(rest)),
        NoiseClass::TemporaryPaths,
    ),
    (
        "/Rtmp",
        |rest| exactly(6, name(rest)),
        NoiseClass::TemporaryPaths,
    ),
    (
        "/tmp/jl_",
        |rest| at_least(6, name(rest)),
        NoiseClass::TemporaryPaths,
    ),
    (
        "/var/folders/",
        |rest| {
            let length = two_names(rest);
            let is_temporary = rest[length..].starts_with(b"/T/");
            if is_temporary { length } else { 0 }
        },
        NoiseClass::TemporaryPaths,
    ),
    (
        "\\Users\\",
        |rest| {
            let user = run(rest, |byte| !matches!(byte, b'\\' | b'\n' | b'"'));
            let is_temporary = rest[user..].starts_with(b"\\AppData\\Local\\Temp\\");
            if is_temporary { user } else { 0 }
        },
        NoiseClass::TemporaryPaths,
    ),
    // The execution count in a traceback.
    (
        "In [",
        |rest| run(rest, u8::is_ascii_digit),
        NoiseClass::Places,
    ),
    (
        "Cell In[",
        |rest| run(rest, u8::is_ascii_digit),
        NoiseClass::Places,
    ),
];

/// What comes before the number of a line in a traceback, and what behind it.
const LINE_NUMBERS: &[(&str, &[u8])] = &[
    (", line ", b""),
    ("(line ", b")"),
    (".py:", b", in"),
    (".py:", b" in"),
    (">:", b", in"),
];

/// Returns the places of a line that change with every run, from left to
/// right.
pub(super) fn masks(line: &str, how: Look) -> Vec<Mask> {
    let mut masks = Vec::new();
    if let Some(range) = line_timing(line) {
        masks.push(Mask {
            range,
            class: NoiseClass::Timings,
        });
        return masks;
    }
    let bytes = line.as_bytes();
    let has_rate = memchr::memmem::find(bytes, b" eta ").is_some();
    let mut at = 0;
    if how == Look::Traceback
        && let Some(ranges) = gutter(bytes)
    {
        at = ranges[1].end;
        let masked = ranges.into_iter().filter(|range| !range.is_empty());
        masks.extend(masked.map(|range| Mask {
            range,
            class: NoiseClass::Places,
        }));
    }
    while at < bytes.len() {
        let found = found_at(bytes, at, how)
            .or_else(|| {
                let found = timing_at(bytes, at, has_rate)?;
                Some((found, NoiseClass::Timings))
            })
            .filter(|(range, _)| line.is_char_boundary(range.end));
        match found {
            Some((range, class)) => {
                at = range.end;
                masks.push(Mask { range, class });
            }
            None => at += 1,
        }
    }
    masks
}

/// Returns what changes with every run at or shortly behind a place of a line,
/// and why.
fn found_at(bytes: &[u8], at: usize, how: Look) -> Option<(Range<usize>, NoiseClass)> {
    let rest = &bytes[at..];
    if rest.starts_with(b"0x") {
        let start = at + 2;
        let length = address(&bytes[..at], &rest[2..]);
        return (length > 0).then(|| (start..start + length, NoiseClass::Addresses));
    }
    if matches!(rest[0], b'i' | b'<' | b'I' | b'C' | b'/' | b'\\') {
        for (before, length, class) in MASKED {
            if let Some(behind) = rest.strip_prefix(before.as_bytes()) {
                let start = at + before.len();
                match length(behind) {
                    0 => {}
                    length => return Some((start..start + length, *class)),
                }
            }
        }
    }
    let is_word_start = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
    match how {
        Look::Text => None,
        Look::Traceback => {
            line_number(rest).map(|range| (at + range.start..at + range.end, NoiseClass::Places))
        }
        Look::Html => is_word_start
            .then(|| html_id(&bytes[..at], rest))
            .flatten()
            .map(|range| (at + range.start..at + range.end, NoiseClass::Ids)),
        Look::Svg => svg_id(rest).map(|range| (at + range.start..at + range.end, NoiseClass::Ids)),
    }
}

/// Returns the number of a line that stands at the start behind what
/// introduces it.
fn line_number(bytes: &[u8]) -> Option<Range<usize>> {
    if !matches!(bytes[0], b',' | b'(' | b'.' | b'>') {
        return None;
    }
    LINE_NUMBERS.iter().find_map(|(before, behind)| {
        let rest = bytes.strip_prefix(before.as_bytes())?;
        let length = run(rest, u8::is_ascii_digit);
        let is_number = length > 0 && rest[length..].starts_with(behind);
        is_number.then_some(before.len()..before.len() + length)
    })
}

/// Returns the number of a line of code before it, with the blanks or the
/// shaft of the arrow that make room for it: `     12 x`, `---> 12 x`. The
/// head of the arrow is not among them.
fn gutter(bytes: &[u8]) -> Option<[Range<usize>; 2]> {
    let shaft = run(bytes, |byte| *byte == b'-');
    let head = usize::from(shaft > 0 && bytes[shaft..].starts_with(b">"));
    let blanks = run(&bytes[shaft + head..], |byte| *byte == b' ');
    let start = shaft + head + blanks;
    let end = start + run(&bytes[start..], u8::is_ascii_digit);
    let ends_well = matches!(bytes.get(end), None | Some(b' ' | b'\n'));
    let has_arrow = head > 0 || shaft == 0;
    let is_gutter = blanks > 0 && end > start && ends_well && has_arrow;
    is_gutter.then_some([0..shaft, shaft + head..end])
}

/// Returns how many hexadecimal digits behind `0x` are an address of memory:
/// behind words that say so, or where programs have their memory, above the
/// first four gigabytes and below 48 bits. Others are colors, checksums, names
/// of accounts.
fn address(before: &[u8], digits: &[u8]) -> usize {
    let before = &before[..before
        .len()
        .saturating_sub(usize::from(before.ends_with(b" ")))];
    let is_said = match before.strip_suffix(b"at") {
        Some(before) => !before.last().is_some_and(u8::is_ascii_alphanumeric),
        None => before.ends_with(b"@"),
    };
    let length = run(digits, u8::is_ascii_hexdigit);
    let significant = length - run(&digits[..length], |byte| *byte == b'0');
    let is_address = match length {
        6..=16 if is_said => true,
        9..=16 => (9..=12).contains(&significant),
        _ => false,
    };
    if is_address { length } else { 0 }
}

/// Returns how many digits at the start are an address as a number, from the
/// part of memory where programs have theirs on most systems.
fn decimal_address(bytes: &[u8]) -> usize {
    const FROM: &[u8] = b"123145302310912";
    const TO: &[u8] = b"140737488355328";
    let length = run(bytes, u8::is_ascii_digit);
    let is_address = length == FROM.len() && (FROM..TO).contains(&&bytes[..length]);
    if is_address { length } else { 0 }
}

/// Returns the length of two names with a slash between them.
fn two_names(bytes: &[u8]) -> usize {
    let first = name(bytes);
    let rest = bytes.get(first + 1..).unwrap_or_default();
    match name(rest) {
        second if first > 0 && second > 0 && bytes[first] == b'/' => first + 1 + second,
        _ => 0,
    }
}

/// Returns how many bytes at the start are those of a name.
fn name(bytes: &[u8]) -> usize {
    run(bytes, |byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Returns how many bytes at the start are those of a name that Python's
/// `tempfile` draws: almost all of those have a digit, few that people choose
/// do.
fn drawn_name(bytes: &[u8]) -> usize {
    let length = name(bytes);
    let name = &bytes[..length];
    let is_drawn = name.iter().any(u8::is_ascii_digit) && !name.iter().any(u8::is_ascii_uppercase);
    if is_drawn { length } else { 0 }
}

const fn exactly(wanted: usize, length: usize) -> usize {
    if length == wanted { length } else { 0 }
}

/// Returns how many bytes at the start belong to something.
pub(super) fn run(bytes: &[u8], belongs: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| belongs(byte)).count()
}

/// Returns a length, or zero if it is less than asked for.
pub(super) const fn at_least(least: usize, length: usize) -> usize {
    if length >= least { length } else { 0 }
}
