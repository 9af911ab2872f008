//! Keys and their values: metadata, attachments, what else changed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use super::escape::visible;
use super::hunks::{Pen, Side};
use super::values::{changed_words, compact, compact_pair, described, excerpts};
use crate::diff::{KeyChange, cell_keys};
use crate::json::{Kind, Value};
use crate::notebook::{Cell, NbFormat, Scope, noise};

/// How many characters two values may have together to stand on one line.
const ONE_LINE: usize = 100;

/// The place of attachments.
const ATTACHMENTS: &str = "attachments";

/// How many characters of a value are shown.
const MOST: usize = 300;

/// Writes a key whose value changed. `place` is what it is a key of.
pub(super) fn write_key_change(
    pen: &mut Pen<'_>,
    place: &str,
    change: &KeyChange<'_>,
) -> io::Result<()> {
    let name = key_name(place, &change.path);
    let mime = match change.path.as_slice() {
        [_, mime] if place == ATTACHMENTS => Some(mime),
        _ => None,
    };
    if let (Some(mime), Some(old), Some(new)) = (mime, &change.old, &change.new) {
        let words = changed_words(mime, old, new);
        return writeln!(pen.out, "{}: {words}", pen.theme.header.style(name));
    }
    let shown = |value: &Value<'_>| match mime {
        Some(mime) => described(mime, value),
        None => attachment(place, value).unwrap_or_else(|| compact(value)),
    };
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => {
            let pair = match (attachment(place, old), attachment(place, new)) {
                (Some(old), Some(new)) => (old, new),
                _ => compact_pair(old, new),
            };
            write_values(pen, &name, &pair.0, &pair.1)
        }
        (Some(old), None) => write_value(pen, &name, &shown(old), Side::Old),
        (None, Some(new)) => write_value(pen, &name, &shown(new), Side::New),
        (None, None) => Ok(()),
    }
}

/// Returns attachments and unknown keys of a cell, each by name and in words.
pub(super) fn key_words(cell: &Cell<'_>, format: NbFormat) -> Vec<(String, String)> {
    let keys = cell_keys(cell, format);
    let attachments = keys.attachments.iter().map(|(key, value)| {
        let words = attachment(ATTACHMENTS, value).unwrap_or_else(|| compact(value));
        (key_name(ATTACHMENTS, std::slice::from_ref(key)), words)
    });
    let other = keys.other.iter();
    let other = other.map(|(key, value)| (key_name("", std::slice::from_ref(key)), compact(value)));
    attachments.chain(other).collect()
}

/// Writes two values of one name: on one line, if they are short.
pub(super) fn write_values(pen: &mut Pen<'_>, name: &str, old: &str, new: &str) -> io::Result<()> {
    let length = |text: &str| text.chars().count();
    if length(old).saturating_add(length(new)) > ONE_LINE {
        let (old, new) = excerpts(old, new, MOST);
        write_value(pen, name, &old, Side::Old)?;
        return write_value(pen, name, &new, Side::New);
    }
    let theme = pen.theme;
    let name = theme.header.style(name);
    let (old, new) = (theme.removed.style(old), theme.added.style(new));
    writeln!(pen.out, "{name}: {old} → {new}")
}

/// Writes a value that is on one side.
pub(super) fn write_value(
    pen: &mut Pen<'_>,
    name: &str,
    value: &str,
    side: Side,
) -> io::Result<()> {
    let (sign, style) = match side {
        Side::Old => ("-", pen.theme.removed),
        Side::New => ("+", pen.theme.added),
    };
    let (value, _) = excerpts(value, "", MOST);
    pen.line(&format!("{sign}{name}: {value}"), style)
}

/// Returns the name of a key behind those it lies in.
pub(super) fn key_name(place: &str, path: &[Cow<'_, str>]) -> String {
    let mut name = place.to_owned();
    for key in path {
        if !name.is_empty() {
            name.push('.');
        }
        let is_plain = !key.is_empty() && !key.contains(['.', '"', ' ', '\t']);
        let key = visible(key);
        if is_plain {
            name.push_str(&key);
        } else {
            name.extend(["\"", &key, "\""]);
        }
    }
    name
}

/// Returns what an attachment is: its mime types and their contents.
pub(super) fn attachment(place: &str, value: &Value<'_>) -> Option<String> {
    if place != ATTACHMENTS || value.kind() != Kind::Object {
        return None;
    }
    let types: BTreeMap<_, _> = value
        .members()
        .filter_map(|member| Some((member.key.as_str()?, member.value)))
        .collect();
    let types = types
        .iter()
        .map(|(mime, value)| format!("{} {}", visible(mime), described(mime, value)));
    Some(types.collect::<Vec<_>>().join("; "))
}

/// How deep metadata is searched for noise.
const DEPTH: usize = 4;

/// Returns the metadata that people mean: each key whose value is not noise,
/// by name, in the order of names.
pub(super) fn meant_metadata<'a>(
    metadata: Option<&Value<'a>>,
    scope: Scope,
) -> Vec<(String, Value<'a>)> {
    let mut meant = Vec::new();
    if let Some(metadata) = metadata {
        add_meant(metadata, scope, &mut Vec::new(), &mut meant);
    }
    meant.sort_by(|(name, _), (other, _)| name.cmp(other));
    meant
}

fn add_meant<'a>(
    object: &Value<'a>,
    scope: Scope,
    path: &mut Vec<Cow<'a, str>>,
    meant: &mut Vec<(String, Value<'a>)>,
) {
    for member in object.members() {
        path.extend(member.key.as_str());
        let key = path.join(".");
        let rows = || noise().filter(|row| row.scope == scope);
        let is_noise = rows().any(|row| row.key == key);
        let is_below = |row: &str| {
            let rest = row.strip_prefix(&key);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let has_noise = || path.len() < DEPTH && rows().any(|row| is_below(row.key));
        if !is_noise {
            if member.value.kind() == Kind::Object && has_noise() {
                add_meant(&member.value, scope, path, meant);
            } else {
                meant.push((key_name("", path), member.value));
            }
        }
        path.pop();
    }
}
