//! Ids that libraries draw anew, or count up, in every run.

use std::ops::Range;

use super::masks::{at_least, run};

/// Names whose number counts what a session has shown.
const COUNTED: &[&str] = &["sk-container-id-", "sk-estimator-id-", "sk-id-"];

/// Returns the id at the start of a word: a UUID, 32 hexadecimal digits, the
/// name of a table that pandas styles, a name with a count.
///
/// The first three only where `before` ends in what stands before a name in
/// markup: behind a blank or a tag they are text, which may be anybody's id.
pub(super) fn html_id(before: &[u8], bytes: &[u8]) -> Option<Range<usize>> {
    let is_name = matches!(
        before.last(),
        None | Some(b'"' | b'\'' | b'`' | b'#' | b'.' | b'=' | b'-' | b'_' | b'\\')
    );
    if let Some(rest) = bytes.strip_prefix(b"T_").filter(|_| is_name) {
        let length = at_least(5, run(rest, u8::is_ascii_hexdigit));
        return (length > 0).then_some(0..length + 2);
    }
    for name in COUNTED {
        if let Some(rest) = bytes.strip_prefix(name.as_bytes()) {
            let length = run(rest, u8::is_ascii_digit);
            return (length > 0).then_some(name.len()..name.len() + length);
        }
    }
    if !is_name {
        return None;
    }
    // No longer than needed to tell: there may be an id at each of the bytes.
    let bytes = &bytes[..bytes.len().min(37)];
    let digits = run(bytes, |byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let is_uuid = digits == 36
        && [8, 13, 18, 23]
            .iter()
            .all(|&dash| bytes.get(dash) == Some(&b'-'));
    let is_hash = digits == 32 && !bytes[..32].contains(&b'-');
    (is_uuid || is_hash).then_some(0..digits)
}

/// What comes before a name in an SVG file.
const NAMED: &[&[u8]] = &[b"id=\"", b"href=\"#", b"url(#"];

/// Names whose number is drawn by lot or counted up. Those of glyphs are not
/// among them: they say which letter it is.
const DRAWN: &[&[u8]] = &[b"clip", b"surface"];

/// Returns the id behind what introduces it at the start; the time at which a
/// drawing was made.
///
/// matplotlib makes up ten hexadecimal digits behind a few letters, GR and
/// Cairo count.
pub(super) fn svg_id(bytes: &[u8]) -> Option<Range<usize>> {
    if let Some(rest) = bytes.strip_prefix(b"<dc:date>") {
        let length = run(rest, |byte| *byte != b'<');
        return (length > 0).then_some(9..9 + length);
    }
    if !matches!(bytes[0], b'i' | b'h' | b'u') {
        return None;
    }
    let before = NAMED.iter().find(|before| bytes.starts_with(before))?;
    let name = &bytes[before.len()..];
    let length = run(name, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
    });
    if !matches!(name.get(length), Some(b'"' | b')' | b'\'')) {
        return None;
    }
    let name = &name[..length];
    for drawn in DRAWN {
        if let Some(rest) = name.strip_prefix(*drawn) {
            let is_counted = !rest.is_empty() && rest.iter().all(u8::is_ascii_digit);
            return is_counted.then_some(before.len() + drawn.len()..before.len() + length);
        }
    }
    let (letters, digits) = name.split_at(length.checked_sub(10)?);
    let is_drawn = digits.iter().all(u8::is_ascii_hexdigit)
        && letters.first().is_some_and(u8::is_ascii_alphabetic);
    is_drawn.then_some(before.len() + letters.len()..before.len() + length)
}
