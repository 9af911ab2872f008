//! The lexical ground of JSON: where blanks, strings and numbers end.
//!
//! Two sorts of function: those that check what nobody has checked yet and
//! say what is wrong, and the `skip_` ones for bytes that were checked before,
//! which never fail: at worst they stop at the end.

use std::borrow::Cow;

use memchr::memchr2;

/// What is wrong inside a string, and at which offset.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BadString {
    /// The file ends before the closing quote.
    Unterminated,
    /// A line ends inside the string: most likely a quote is missing.
    LineBreak(usize),
    /// These bytes are not UTF-8.
    Encoding(usize),
}

/// Bytes that end a run of plain string content: quote, backslash, control
/// characters, everything outside ASCII.
const fn is_special(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20 || byte >= 0x80
}

/// Returns how many bytes at the start of `bytes` are plain string content.
///
/// This loop is most of what reading costs. Lines of source are short: words
/// of eight bytes find their end. Images are strings of megabytes: whole
/// chunks without an early exit are what the compiler turns into vector
/// instructions.
fn plain_run(bytes: &[u8]) -> usize {
    const WORD: usize = 8;
    const CHUNK: usize = 64;
    let mut at = 0;
    for word in bytes.chunks_exact(WORD).take(CHUNK / WORD) {
        if let Some(special) = first_special(word) {
            return at + special;
        }
        at += WORD;
    }
    for chunk in bytes[at..].chunks_exact(CHUNK) {
        if chunk
            .iter()
            .fold(false, |any, &byte| any | is_special(byte))
        {
            break;
        }
        at += CHUNK;
    }
    for word in bytes[at..].chunks_exact(WORD) {
        if let Some(special) = first_special(word) {
            return at + special;
        }
        at += WORD;
    }
    let rest = &bytes[at..];
    let special = rest.iter().position(|&byte| is_special(byte));
    at + special.unwrap_or(rest.len())
}

/// Returns the index of the first special byte in a word of eight.
///
/// Each test sets the high bit of the bytes it is about; a borrow can only
/// disturb bytes behind the first it is right about. (The tests are those for
/// zero and less-than of the "Bit Twiddling Hacks" by S. E. Anderson.)
fn first_special(word: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH_BITS: u64 = 0x80 * ONES;
    let word = u64::from_le_bytes(word.try_into().ok()?);
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(0x20 * ONES) & !word;
    let quote = has_zero(word ^ (0x22 * ONES));
    let backslash = has_zero(word ^ (0x5c * ONES));
    let special = (control | quote | backslash | word) & HIGH_BITS;
    (special != 0).then(|| special.trailing_zeros() as usize / 8)
}

/// Checks the string whose content starts at `start`, behind its opening
/// quote, and returns the offset of the closing quote.
///
/// Escapes are not checked: an unknown one is kept as it stands, since files
/// with them exist and only their owner knows what was meant.
pub(super) fn check_string(bytes: &[u8], start: usize) -> Result<usize, BadString> {
    let mut at = start;
    let mut ascii = true;
    loop {
        at += plain_run(&bytes[at..]);
        match bytes.get(at) {
            None => return Err(BadString::Unterminated),
            Some(b'"') => break,
            Some(b'\\') => {
                // Only a quote or a backslash matters to where a string ends;
                // what else follows is looked at like any other byte.
                at += 1;
                if matches!(bytes.get(at), Some(b'"' | b'\\')) {
                    at += 1;
                }
            }
            Some(b'\n' | b'\r') => return Err(BadString::LineBreak(at)),
            Some(&byte) if byte < 0x20 => at += 1,
            Some(_) => {
                ascii = false;
                while bytes.get(at).is_some_and(|&byte| byte >= 0x80) {
                    at += 1;
                }
            }
        }
    }
    if !ascii && let Err(error) = std::str::from_utf8(&bytes[start..at]) {
        return Err(BadString::Encoding(start + error.valid_up_to()));
    }
    Ok(at)
}

/// Returns the offset of the closing quote of the string whose content starts
/// at `start`, in bytes that were checked.
pub(super) fn skip_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// Returns the offset of the first byte at or after `at` that is not a blank.
pub(super) fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// Returns the end of the literal or number that starts at `at`, in bytes
/// that were checked.
pub(super) fn skip_scalar(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t') {
            break;
        }
        at += 1;
    }
    at
}

/// Returns the end of the array or object that starts at `at`, in bytes that
/// were checked.
pub(super) fn skip_container(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            b'"' => at = skip_string(bytes, at + 1),
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Returns the end of the number at `at`, if there is one by JSON's grammar.
///
/// No length is too much: the digits are never turned into a machine number.
pub(super) fn check_number(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = |mut at: usize| {
        let first = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (at > first).then_some(at)
    };
    let mut end = if bytes.get(at) == Some(&b'-') {
        at + 1
    } else {
        at
    };
    end = match bytes.get(end) {
        Some(b'0') => end + 1,
        _ => digits(end)?,
    };
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        end += 1;
        if let Some(b'+' | b'-') = bytes.get(end) {
            end += 1;
        }
        end = digits(end)?;
    }
    Some(end)
}

/// Returns the words Python writes for what JSON has no number for, and JSON's
/// own.
pub(super) const LITERALS: [&[u8]; 6] = [
    b"null",
    b"true",
    b"false",
    b"NaN",
    b"Infinity",
    b"-Infinity",
];

/// Returns the text of a string from its `content`, the bytes between the
/// quotes.
///
/// Lone surrogates, which no Rust string can hold, become U+FFFD; an unknown
/// escape stays as it is written.
pub(super) fn decode(content: &[u8]) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', content) else {
        return utf8(content);
    };
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    let mut next = Some(first);
    while let Some(at) = next {
        text.push_str(&utf8(&rest[..at]));
        rest = &rest[at..];
        let length = match escape(rest) {
            (Some(character), length) => {
                text.push(character);
                length
            }
            (None, length) if length > 1 => {
                text.push(char::REPLACEMENT_CHARACTER);
                length
            }
            (None, length) => {
                text.push('\\');
                length
            }
        };
        rest = &rest[length..];
        next = memchr::memchr(b'\\', rest);
    }
    text.push_str(&utf8(rest));
    Cow::Owned(text)
}

/// Returns bytes of a string as text. They were checked, so nothing is lossy;
/// the strict conversion is the faster one.
fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Returns what the escape at the start of `bytes` stands for, and its length
/// in bytes.
///
/// Nothing stands for a lone surrogate, whose length is 6, and for a backslash
/// that starts no known escape, whose length is 1.
pub(super) fn escape(bytes: &[u8]) -> (Option<char>, usize) {
    let short = match bytes.get(1) {
        Some(b'n') => '\n',
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode_escape(bytes),
        _ => return (None, 1),
    };
    (Some(short), 2)
}

fn unicode_escape(bytes: &[u8]) -> (Option<char>, usize) {
    match (code_unit(bytes), bytes.get(6..).and_then(code_unit)) {
        (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
            let scalar = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            (char::from_u32(scalar), 12)
        }
        (Some(unit), _) => (char::from_u32(unit), 6),
        (None, _) => (None, 1),
    }
}

/// Returns the UTF-16 code unit that the four hexadecimal digits behind a `\u`
/// at the start of `bytes` stand for.
fn code_unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, &digit| {
        Some(unit * 16 + char::from(digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_the_first_quote_that_is_not_escaped() {
        assert_eq!(check_string(br#"a\"b\\" "#, 0), Ok(6));
        assert_eq!(skip_string(br#"a\"b\\" "#, 0), 6);
    }

    #[test]
    fn special_bytes_are_found_at_every_place_of_a_long_string() {
        for length in 0..200 {
            for (special, expected) in [
                ("\"", Ok(length)),
                ("\n\"", Err(BadString::LineBreak(length))),
                ("\t\"", Ok(length + 1)),
                ("ü\"", Ok(length + 2)),
                ("\\\"\"", Ok(length + 2)),
            ] {
                let text = "x".repeat(length) + special;
                assert_eq!(check_string(text.as_bytes(), 0), expected, "{text}");
            }
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_placed() {
        let bytes = b"ab\xc3\xa4\xff\"";
        assert_eq!(check_string(bytes, 0), Err(BadString::Encoding(4)));
    }

    #[test]
    fn numbers_follow_the_grammar_and_have_no_greatest_length() {
        let long = "1".repeat(5000);
        for number in ["0", "-0", "12", "1.50", "1E5", "1e+400", "-2.5e-3", &long] {
            assert_eq!(
                check_number(number.as_bytes(), 0),
                Some(number.len()),
                "{number}"
            );
        }
        for wrong in ["", "-", "+1", ".5", "1.", "1e", "e5", "a"] {
            assert_eq!(check_number(wrong.as_bytes(), 0), None, "{wrong}");
        }
        // A leading zero ends the number; the reader then meets a digit.
        assert_eq!(check_number(b"01", 0), Some(1));
    }

    #[test]
    fn escapes_are_decoded() {
        assert_eq!(
            decode(br#"a\n\t\"\\\/\u00e4\ud83d\ude00z"#),
            "a\n\t\"\\/ä😀z"
        );
    }

    #[test]
    fn lone_surrogates_and_unknown_escapes_do_not_stop_decoding() {
        assert_eq!(decode(br"\ud83dx\udc00"), "\u{fffd}x\u{fffd}");
        assert_eq!(decode(br"\$ \u12 \"), "\\$ \\u12 \\");
        assert_eq!(decode(br"\ud83d\u0041"), "\u{fffd}A");
    }
}
