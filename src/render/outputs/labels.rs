//! What an output is called, and what it says or holds, in a few words.

use std::borrow::Cow;
use std::ops::Range;

use crate::diff::{OutputUnit, PartContent};
use crate::notebook::OutputKind;
use crate::render::escape::{cut, printed, visible};
use crate::render::values::{counted, described, size};

/// How many columns what an output says may take on the line of its header.
pub(super) const IN_HEADER: usize = 80;

/// Returns what an output is called: the stream, the error, or its richest
/// type.
pub(in crate::render) fn label(unit: &OutputUnit<'_>) -> String {
    match unit.kind {
        OutputKind::Stream => {
            let name = unit.stream_name().unwrap_or_default();
            format!("stream {}", cut(&visible(&name), IN_HEADER))
        }
        OutputKind::Error => "error".to_owned(),
        OutputKind::Unknown => "unknown kind".to_owned(),
        OutputKind::DisplayData | OutputKind::ExecuteResult => {
            let parts = unit.parts();
            let richest = parts.iter().max_by_key(|part| richness(&part.name));
            let name = richest.map_or(kind_name(unit.kind), |part| &part.name);
            cut(&visible(name), IN_HEADER).into_owned()
        }
    }
}

/// Returns how much a mime type says about an output, to a reader of text.
fn richness(mime: &str) -> u8 {
    match mime {
        "text/plain" => 0,
        "text/html" => 1,
        "text/markdown" | "text/latex" => 2,
        _ if mime.starts_with("text/") => 2,
        _ if mime.starts_with("image/") => 4,
        _ => 3,
    }
}

/// Returns the text by which an output is shown, if it is shown by its text.
pub(in crate::render) fn preview<'a>(unit: &OutputUnit<'a>) -> Option<Cow<'a, str>> {
    let parts = unit.parts();
    let text = |name: &str| {
        parts.iter().find_map(|part| match &part.content {
            PartContent::Text(text) if part.name == name => Some(text.clone()),
            PartContent::Text(_) | PartContent::Value(_) => None,
        })
    };
    match unit.kind {
        OutputKind::Stream => text("text"),
        OutputKind::Error => {
            let (name, message) = (text("ename")?, text("evalue").unwrap_or_default());
            Some(Cow::Owned(format!("{name}: {message}")))
        }
        OutputKind::Unknown => None,
        OutputKind::DisplayData | OutputKind::ExecuteResult => {
            // Beside a picture, text only says that there is one.
            if parts.iter().any(|part| richness(&part.name) > 2) {
                return None;
            }
            let readable = ["text/markdown", "text/latex", "text/plain"];
            let readable = readable.into_iter().find_map(text);
            readable.or_else(|| {
                parts.iter().find_map(|part| match &part.content {
                    PartContent::Text(text) => Some(text.clone()),
                    PartContent::Value(_) => None,
                })
            })
        }
    }
}

/// Returns what an output says or holds, in a few words.
pub(in crate::render) fn about(unit: &OutputUnit<'_>) -> String {
    if let Some(text) = preview(unit) {
        let text = text.trim_end();
        let is_error = unit.kind == OutputKind::Error;
        return match text.lines().count() {
            0 => "empty".to_owned(),
            1 => cut(&visible(&printed(text)), IN_HEADER).into_owned(),
            _ if is_error => {
                let first = text.lines().next().unwrap_or_default();
                cut(&visible(&printed(first)), IN_HEADER).into_owned()
            }
            count => counted(count, "line"),
        };
    }
    let parts = unit.parts();
    let richest = parts.iter().max_by_key(|part| richness(&part.name));
    match richest.map(|part| (&part.name, &part.content)) {
        Some((mime, PartContent::Value(value))) => described(mime, value),
        Some((_, PartContent::Text(text))) => size(text.len()),
        None => "empty".to_owned(),
    }
}

/// Returns outputs by number, counted from one.
pub(in crate::render) fn number(noun: &str, range: &Range<usize>) -> String {
    match range.len() {
        0 | 1 => format!("{noun} {}", range.start + 1),
        _ => format!("{noun}s {}–{}", range.start + 1, range.end),
    }
}

/// Returns outputs by their numbers on both sides, if those differ.
pub(super) fn numbers(noun: &str, old: &Range<usize>, new: &Range<usize>) -> String {
    if old == new {
        return number(noun, new);
    }
    let new = match new.len() {
        0 | 1 => (new.start + 1).to_string(),
        _ => format!("{}–{}", new.start + 1, new.end),
    };
    format!("{} → {new}", number(noun, old))
}

pub(super) const fn kind_name(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Stream => "stream",
        OutputKind::DisplayData => "display_data",
        OutputKind::ExecuteResult => "execute_result",
        OutputKind::Error => "error",
        OutputKind::Unknown => "unknown kind",
    }
}
