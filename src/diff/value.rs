//! JSON by value: what is equal though it is written differently, and which
//! keys changed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::json::{
    Document, Escapes, Indent, KeyOrder, Kind, LineEnd, Style, Value, format as write,
};
use crate::notebook::{NbFormat, Scope, multiline_text, noise};

/// How deep changed objects are looked into. What lies deeper changed as a
/// whole.
const DEPTH: usize = 16;

/// A key whose value changed.
#[derive(Clone, Debug)]
pub struct KeyChange<'a> {
    /// The key, behind those of the objects it lies in.
    pub path: Vec<Cow<'a, str>>,
    /// The value as it was; `None` if the key is new.
    pub old: Option<Value<'a>>,
    /// The value as it is; `None` if the key is gone.
    pub new: Option<Value<'a>>,
    /// Whether tools write the key on their own
    /// ([`crate::notebook::noise`]).
    pub noise: bool,
}

impl KeyChange<'_> {
    /// Returns the path as people write it, `kernelspec.name`.
    pub fn dotted(&self) -> String {
        self.path.join(".")
    }
}

/// The members of an object by key; of repeated keys the last.
pub(crate) type Fields<'a> = BTreeMap<Cow<'a, str>, Value<'a>>;

/// Returns the members of an object; none if the value is no object.
pub(crate) fn fields<'a>(object: &Value<'a>) -> Fields<'a> {
    let members = object.members();
    members
        .map(|member| (exact_text(&member.key), member.value))
        .collect()
}

/// Returns the text of a string, with lone surrogates as the escapes they are
/// written as: two of them are not the same text.
pub(crate) fn exact_text<'a>(string: &Value<'a>) -> Cow<'a, str> {
    let text = string.as_str().unwrap_or_default();
    if !text.contains(char::REPLACEMENT_CHARACTER) {
        return text;
    }
    // Written anew, escapes of surrogates are the only ones that begin with
    // `\ud`, and every other backslash is one of a pair or starts an escape.
    let written = write(string, &CANONICAL, KeyOrder::Kept);
    let mut marked = Vec::with_capacity(written.len() + 16);
    let mut rest = written.as_slice();
    while let Some(&byte) = rest.first() {
        let is_surrogate =
            byte == b'\\' && rest.get(1) == Some(&b'u') && matches!(rest.get(2), Some(b'd' | b'D'));
        let length = match (byte, is_surrogate) {
            (b'\\', true) => {
                marked.push(b'\\');
                1
            }
            (b'\\', false) => 2.min(rest.len()),
            _ => 1,
        };
        marked.extend_from_slice(&rest[..length]);
        rest = &rest[length..];
    }
    let document = Document::read_whole(&marked);
    let marked = document.ok().and_then(|document| {
        let text = document.root().as_str()?;
        Some(text.into_owned())
    });
    marked.map_or(text, Cow::Owned)
}

/// Returns text like [`multiline_text`], with lone surrogates as escapes.
pub(super) fn exact_multiline<'a>(value: &Value<'a>, format: NbFormat) -> Cow<'a, str> {
    let text = multiline_text(value, format);
    if !text.contains(char::REPLACEMENT_CHARACTER) || format.major < 4 {
        return text;
    }
    if value.kind() == Kind::String {
        return exact_text(value);
    }
    let strings = value.elements().filter(|line| line.kind() == Kind::String);
    Cow::Owned(strings.map(|line| exact_text(&line)).collect())
}

/// The layout of [`canonical`].
const CANONICAL: Style = Style {
    indent: Indent::None,
    space_after_colon: false,
    space_after_comma: false,
    escapes: Escapes::Needed,
    line_end: LineEnd::Lf,
    final_newline: false,
};

/// Returns a value on one line, keys sorted, numbers and strings in one
/// spelling.
pub(crate) fn canonical(value: &Value<'_>) -> Vec<u8> {
    write(value, &CANONICAL, KeyOrder::Sorted)
}

/// Returns whether two values are the same, however they are written.
///
/// The order of keys does not count, of repeated keys the last does. `1`,
/// `1.0` and `true` are three things; `NaN` is itself.
pub fn equal(old: &Value<'_>, new: &Value<'_>) -> bool {
    if old.raw() == new.raw() {
        return true;
    }
    match (old.kind(), new.kind()) {
        (Kind::Array, Kind::Array) | (Kind::Object, Kind::Object) => {}
        _ => return equal_leaves(old, new),
    }
    let whole = (
        Document::read_whole(old.raw()),
        Document::read_whole(new.raw()),
    );
    let (Ok(old), Ok(new)) = whole else {
        // Cannot be: a value of a document was checked with the document.
        return false;
    };
    let mut pairs = vec![(old.root(), new.root())];
    while let Some((old, new)) = pairs.pop() {
        let same = match (old.kind(), new.kind()) {
            (Kind::Array, Kind::Array) => push_elements(&old, &new, &mut pairs),
            (Kind::Object, Kind::Object) => push_members(&old, &new, &mut pairs),
            _ => equal_leaves(&old, &new),
        };
        if !same {
            return false;
        }
    }
    true
}

/// Returns whether two arrays are equal if their elements are.
fn push_elements<'a, 'b>(
    old: &Value<'a>,
    new: &Value<'b>,
    pairs: &mut Vec<(Value<'a>, Value<'b>)>,
) -> bool {
    let (mut old, mut new) = (old.elements(), new.elements());
    loop {
        match (old.next(), new.next()) {
            (Some(old), Some(new)) if old.raw() == new.raw() => {}
            (Some(old), Some(new)) => match (old.kind(), new.kind()) {
                (Kind::Array | Kind::Object, Kind::Array | Kind::Object) => pairs.push((old, new)),
                _ if equal_leaves(&old, &new) => {}
                _ => return false,
            },
            (None, None) => return true,
            (Some(_), None) | (None, Some(_)) => return false,
        }
    }
}

/// Returns whether two objects are equal if the values of their keys are.
fn push_members<'a, 'b>(
    old: &Value<'a>,
    new: &Value<'b>,
    pairs: &mut Vec<(Value<'a>, Value<'b>)>,
) -> bool {
    let (old, new) = (fields(old), fields(new));
    if !old.keys().eq(new.keys()) {
        return false;
    }
    pairs.extend(old.into_values().zip(new.into_values()));
    true
}

fn equal_leaves(old: &Value<'_>, new: &Value<'_>) -> bool {
    if old.kind() != new.kind() {
        return false;
    }
    if old.raw() == new.raw() {
        return true;
    }
    match old.kind() {
        Kind::String => {
            let escaped = [old, new].map(|value| value.raw().contains(&b'\\'));
            escaped.contains(&true) && exact_text(old) == exact_text(new)
        }
        Kind::Number => canonical(old) == canonical(new),
        Kind::Null | Kind::Bool | Kind::Array | Kind::Object => false,
    }
}

/// Returns whether both are there and equal, or neither is.
pub(crate) fn equal_options(old: Option<&Value<'_>>, new: Option<&Value<'_>>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => equal(old, new),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Returns the keys whose values differ, in alphabetical order. Objects are
/// looked into; arrays are one value. `scope` says whose noise counts.
pub(super) fn key_changes<'a>(
    old: &Fields<'a>,
    new: &Fields<'a>,
    scope: Option<Scope>,
) -> Vec<KeyChange<'a>> {
    let mut changes = Vec::new();
    descend(&[], old, new, scope, &mut changes);
    changes
}

fn descend<'a>(
    path: &[Cow<'a, str>],
    old: &Fields<'a>,
    new: &Fields<'a>,
    scope: Option<Scope>,
    changes: &mut Vec<KeyChange<'a>>,
) {
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (old, new) = (old.get(key), new.get(key));
        if let (Some(old), Some(new)) = (old, new)
            && old.raw() == new.raw()
        {
            continue;
        }
        let path = [path, std::slice::from_ref(key)].concat();
        if let (Some(old), Some(new)) = (old, new)
            && old.kind() == Kind::Object
            && new.kind() == Kind::Object
            && path.len() < DEPTH
        {
            descend(&path, &fields(old), &fields(new), scope, changes);
        } else if !equal_options(old, new) {
            let noise = scope.is_some_and(|scope| {
                let is_noise = |value: Option<&Value<'_>>| {
                    value.is_none_or(|value| is_noise(&path.join("."), value, scope))
                };
                is_noise(old) && is_noise(new)
            });
            changes.push(KeyChange {
                path,
                old: old.copied(),
                new: new.copied(),
                noise,
            });
        }
    }
}

/// Returns whether tools write the key at `path` on their own, or everything
/// in the object that stands there.
pub(crate) fn is_noise(path: &str, value: &Value<'_>, scope: Scope) -> bool {
    let mut within = false;
    for row in noise().filter(|row| row.scope == scope) {
        if is_at_or_below(path, row.key) {
            return true;
        }
        within |= is_at_or_below(row.key, path);
    }
    within
        && value.kind() == Kind::Object
        && !value.is_empty_container()
        && fields(value)
            .iter()
            .all(|(key, value)| is_noise(&format!("{path}.{key}"), value, scope))
}

fn is_at_or_below(path: &str, key: &str) -> bool {
    let rest = path.strip_prefix(key);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// How much a value holds, and a name for what it holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Digest {
    /// How many bytes it holds: of a string its text, of base64 what it
    /// stands for, of anything else its JSON.
    pub bytes: usize,
    /// Eight hexadecimal digits, equal for equal contents. Good to tell two
    /// versions apart, not to tell forgeries.
    pub hash: String,
}

/// Returns the digest of a value that has the mime type `mime`.
pub fn digest(mime: &str, value: &Value<'_>) -> Digest {
    let format = NbFormat { major: 4, minor: 0 };
    if !is_multiline(value) {
        return bytes_digest(&canonical(value));
    }
    let text = multiline_text(value, format);
    if !is_base64(mime) {
        return text_digest(&text);
    }
    let digits = digits(text.as_bytes());
    let padding = digits.iter().rev().take_while(|byte| **byte == b'=');
    Digest {
        bytes: (digits.len() - padding.count()) * 3 / 4,
        hash: hash(&digits),
    }
}

/// Returns the digest of a text.
pub fn text_digest(text: &str) -> Digest {
    bytes_digest(text.as_bytes())
}

fn bytes_digest(bytes: &[u8]) -> Digest {
    Digest {
        bytes: bytes.len(),
        hash: hash(bytes),
    }
}

/// Hashes eight bytes at a time, since images are large: the same on every
/// machine.
fn hash(bytes: &[u8]) -> String {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = u64::try_from(bytes.len()).unwrap_or_default();
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
        hash ^= hash >> 32;
    }
    format!("{:08x}", hash.wrapping_mul(FACTOR) >> 32)
}

/// Returns whether a value is a string or a list of strings.
pub(super) fn is_multiline(value: &Value<'_>) -> bool {
    let is_string = |value: &Value<'_>| value.kind() == Kind::String;
    is_string(value)
        || (value.kind() == Kind::Array && value.elements().all(|line| is_string(&line)))
}

/// Returns whether notebooks hold this mime type as base64.
pub fn is_base64(mime: &str) -> bool {
    let prefixes = ["image/", "audio/", "video/", "font/"];
    let is_binary = prefixes.iter().any(|prefix| mime.starts_with(prefix))
        || matches!(mime, "application/pdf" | "application/octet-stream");
    is_binary && !is_xml(mime)
}

/// Returns whether the mime type is XML, which is text.
pub(super) fn is_xml(mime: &str) -> bool {
    mime.ends_with("+xml") || mime.ends_with("/xml")
}

const fn is_base64_digit(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
}

/// Returns base64 without line breaks.
fn digits(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr3(b'\n', b'\r', b' ', text).is_none() {
        return Cow::Borrowed(text);
    }
    text.iter()
        .copied()
        .filter(|&byte| is_base64_digit(byte))
        .collect()
}

/// Returns whether two base64 texts stand for the same bytes: line breaks in
/// them do not count.
pub(super) fn equal_base64(
    old: &Value<'_>,
    new: &Value<'_>,
    formats: (NbFormat, NbFormat),
) -> bool {
    if old.raw() == new.raw() {
        return true;
    }
    let is_string = |value: &Value<'_>| value.kind() == Kind::String;
    let is_text = |value: &Value<'_>| {
        is_string(value)
            || (value.kind() == Kind::Array && value.elements().all(|line| is_string(&line)))
    };
    // What is no text stands for itself, whatever it is called.
    if !is_text(old) || !is_text(new) {
        return equal(old, new);
    }
    // Long texts of images that differ do so early, behind their header:
    // nothing is copied to find that out.
    let plain = |value: &Value<'_>| {
        value.kind() == Kind::String && memchr::memchr(b'\\', value.raw()).is_none()
    };
    if plain(old) && plain(new) {
        return equal_digits(old.raw(), new.raw());
    }
    let (old, new) = (
        multiline_text(old, formats.0),
        multiline_text(new, formats.1),
    );
    equal_digits(old.as_bytes(), new.as_bytes())
}

fn equal_digits(old: &[u8], new: &[u8]) -> bool {
    let common = old.len().min(new.len());
    // Almost all texts that differ do so before the first line break.
    let first = old[..common].iter().zip(&new[..common]);
    match first.into_iter().position(|(old, new)| old != new) {
        Some(at) if is_base64_digit(old[at]) && is_base64_digit(new[at]) => false,
        _ => digits(old) == digits(new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_an_image_and_is_no_text_is_compared_by_value() {
        let format = NbFormat { major: 4, minor: 5 };
        let are_equal = |old: &str, new: &str| {
            let (old, new) = (
                Document::read(old.as_bytes()).unwrap(),
                Document::read(new.as_bytes()).unwrap(),
            );
            equal_base64(&old.root(), &new.root(), (format, format))
        };
        assert!(are_equal(r#""aGk=\n""#, r#"["aG", "k="]"#));
        assert!(!are_equal(r#"{"a": 1}"#, r#"{"a": 2}"#));
        assert!(!are_equal("[1]", "[2]"));
        assert!(!are_equal("null", r#""""#));
    }

    #[track_caller]
    fn check(old: &str, new: &str, expected: bool) {
        let (old_document, new_document) = (
            Document::read(old.as_bytes()).unwrap(),
            Document::read(new.as_bytes()).unwrap(),
        );
        let (old_root, new_root) = (old_document.root(), new_document.root());
        assert_eq!(equal(&old_root, &new_root), expected, "{old} {new}");
        assert_eq!(equal(&new_root, &old_root), expected, "{new} {old}");
    }

    #[test]
    fn spelling_does_not_count() {
        check(r#"{"a":1,"b":[2]}"#, r#"{ "b" : [ 2 ], "a" : 1 }"#, true);
        check(r#"["\u00e4\/"]"#, r#"["ä/"]"#, true);
        check("[1e2, 1.50]", "[100.0, 1.5]", true);
        check("[NaN]", "[ NaN ]", true);
        check(r#"{"a":0,"a":1}"#, r#"{"a":1}"#, true);
    }

    #[test]
    fn what_python_takes_for_equal_is_not() {
        for values in [
            ["1", "1.0"],
            ["1", "true"],
            ["0", "false"],
            ["null", "false"],
        ] {
            check(values[0], values[1], false);
            let listed = values.map(|value| format!("[{value}]"));
            check(&listed[0], &listed[1], false);
        }
        check("[]", "{}", false);
        check("[1]", "[1,2]", false);
        check(r#"{"a":1}"#, r#"{"b":1}"#, false);
    }

    #[test]
    fn lone_surrogates_are_told_apart() {
        check(r#""\ud83d""#, r#""\ud83e""#, false);
        check(r#""\ud83d""#, r#""\ud83dx""#, false);
        check(r#"["\ud83dä"]"#, r#"["\ud83d\u00e4"]"#, true);
    }

    #[test]
    fn depth_does_not_use_the_stack() {
        let deep = |core: &str| "[".repeat(100_000) + core + &"]".repeat(100_000);
        check(&deep("1"), &deep(" 1"), true);
        check(&deep("1"), &deep("2"), false);
    }

    #[track_caller]
    fn check_keys(old: &str, new: &str, expected: &[(&str, bool)]) {
        let (old, new) = (
            Document::read(old.as_bytes()).unwrap(),
            Document::read(new.as_bytes()).unwrap(),
        );
        let (old, new) = (fields(&old.root()), fields(&new.root()));
        let changes = key_changes(&old, &new, Some(Scope::Cell));
        let changes: Vec<_> = changes
            .iter()
            .map(|change| (change.dotted(), change.noise))
            .collect();
        let changes: Vec<_> = changes
            .iter()
            .map(|(key, noise)| (&**key, *noise))
            .collect();
        assert_eq!(changes, expected);
    }

    #[test]
    fn keys_are_looked_for_in_objects() {
        check_keys(
            r#"{"a":{"b":1,"c":2},"tags":["x"],"d":null}"#,
            r#"{"a":{"b":1,"c":3},"tags":["x","y"]}"#,
            &[("a.c", false), ("d", false), ("tags", false)],
        );
    }

    #[test]
    fn noise_is_a_key_of_the_table_what_lies_in_one_and_objects_of_nothing_else() {
        check_keys(
            r#"{"collapsed":true,"execution":{"a":1}}"#,
            r#"{"execution":{"a":2},"jupyter":{"source_hidden":true}}"#,
            &[
                ("collapsed", true),
                ("execution.a", true),
                ("jupyter", true),
            ],
        );
        check_keys(
            "{}",
            r#"{"jupyter":{"source_hidden":true,"mine":1}}"#,
            &[("jupyter", false)],
        );
    }

    #[test]
    fn digests_are_of_contents() {
        let digest_of = |mime: &str, json: &str| {
            let document = Document::read(json.as_bytes()).unwrap();
            digest(mime, &document.root())
        };
        let image = digest_of("image/png", r#""aGVsbG8=""#);
        assert_eq!(image.bytes, 5);
        assert_eq!(image, digest_of("image/png", r#"["aGVs\n","bG8=\n"]"#));
        assert_ne!(image.hash, digest_of("image/png", r#""aGVsbG9=""#).hash);
        assert_eq!(digest_of("text/plain", r#""\u00e4""#).bytes, 2);
        assert_eq!(
            digest_of("application/json", r#"{"b":1,"a":2}"#),
            digest_of("application/json", r#"{ "a": 2, "b": 1 }"#)
        );
    }
}
