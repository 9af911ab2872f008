//! Keys whose values changed: metadata, attachments, unknown ones.

use super::super::metadata::{attachment, key_name};
use super::super::values::{changed_words, compact, compact_pair, described, excerpts};
use super::markup::Markup;
use crate::diff::{Change, KeyChange};
use crate::json::Value;

/// How many characters of a value are shown.
const VALUE: usize = 300;

/// The place of attachments.
const ATTACHMENTS: &str = "attachments";

/// Writes the keys whose values changed as items of a list. `place` is what
/// they are keys of.
pub(super) fn write_key(out: &mut Markup, place: &str, change: &KeyChange<'_>) {
    let name = key_name(place, &change.path);
    let mime = match change.path.as_slice() {
        [_, mime] if place == ATTACHMENTS => Some(mime),
        _ => None,
    };
    let shown = |value: &Value<'_>| match mime {
        Some(mime) => described(mime, value),
        None => attachment(place, value).unwrap_or_else(|| compact(value)),
    };
    match (mime, &change.old, &change.new) {
        (Some(mime), Some(old), Some(new)) => {
            out.raw("<li>");
            out.element("code", &[], &name);
            out.text(&format!(" {}", changed_words(mime, old, new)));
            out.raw("</li>");
        }
        (None, Some(old), Some(new)) if place != ATTACHMENTS => {
            let (old, new) = compact_pair(old, new);
            write_values(out, &name, Some(&old), Some(&new));
        }
        _ => {
            let (old, new) = (
                change.old.as_ref().map(shown),
                change.new.as_ref().map(shown),
            );
            write_values(out, &name, old.as_deref(), new.as_deref());
        }
    }
}

/// Writes a value that may be there or not, on both sides.
pub(super) fn write_value_change(out: &mut Markup, name: &str, change: &Change<Option<Value<'_>>>) {
    let (old, new) = (change.old.as_ref(), change.new.as_ref());
    if let (Some(old), Some(new)) = (old, new) {
        let (old, new) = compact_pair(old, new);
        return write_values(out, name, Some(&old), Some(&new));
    }
    let (old, new) = (old.map(compact), new.map(compact));
    write_values(out, name, old.as_deref(), new.as_deref());
}

/// Writes two values of one name as an item of a list.
pub(super) fn write_values(out: &mut Markup, name: &str, old: Option<&str>, new: Option<&str>) {
    let (old_part, new_part) = excerpts(old.unwrap_or_default(), new.unwrap_or_default(), VALUE);
    out.raw("<li>");
    out.element("code", &[], name);
    out.raw(" ");
    if old.is_some() {
        out.element("del", &[], &old_part);
    }
    out.raw(match (old, new) {
        (Some(_), Some(_)) => " → ",
        (Some(_), None) => " removed",
        (None, Some(_)) => "added ",
        (None, None) => "",
    });
    if new.is_some() {
        out.element("ins", &[], &new_part);
    }
    out.raw("</li>");
}
