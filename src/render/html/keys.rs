//! Keys whose values changed: metadata, attachments, unknown ones.

use std::borrow::Cow;

use super::super::metadata::{attachment, key_name};
use super::super::values::{changed_words, compact, compact_pair, described, excerpts};
use super::markup::Markup;
use super::picture::{Pair, shown_type, write_pair, write_picture};
use crate::diff::{Change, KeyChange};
use crate::json::{Member, Value};

/// How many characters of a value are shown.
const VALUE: usize = 300;

/// The place of attachments.
pub(super) const ATTACHMENTS: &str = "attachments";

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

/// Writes the pictures of an attachment that changed. `name` is one that
/// nothing else on the page has.
pub(super) fn write_attached(out: &mut Markup, change: &KeyChange<'_>, name: &str) {
    let pictures = |value| pictures(&change.path, value);
    match (&*pictures(change.old), &*pictures(change.new)) {
        ([(_, old)], [(mime, new)]) => {
            let pair = Pair {
                mime,
                old,
                new,
                name,
            };
            write_pair(out, &pair, None);
        }
        (old, new) => {
            for (pictures, what) in [(old, "removed"), (new, "added")] {
                for (mime, value) in pictures {
                    out.raw("<figure>");
                    write_picture(out, mime, value, what);
                    out.element("figcaption", &[], what);
                    out.raw("</figure>");
                }
            }
        }
    }
}

/// Returns the pictures of an attachment at a path, with the types by which
/// they are shown.
fn pictures<'a>(path: &[Cow<'_, str>], value: Option<Value<'a>>) -> Vec<(&'static str, Value<'a>)> {
    let Some(value) = value else {
        return Vec::new();
    };
    if let [_, mime] = path {
        let mime = shown_type(mime);
        return mime.map(|mime| (mime, value)).into_iter().collect();
    }
    let members = value.members();
    let picture = |member: Member<'a>| Some((shown_type(&member.key.as_str()?)?, member.value));
    members.filter_map(picture).collect()
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
