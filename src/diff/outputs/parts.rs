//! What changed in a part of an output.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{OutputPart, OutputUnit, PartChange, PartContent, PartDiff, PartPlace};
use crate::diff::Change;
use crate::diff::meaning::Meaning;
use crate::diff::noise::{Look, NoiseClass, noise_class, without_escapes};
use crate::diff::pointers::pointer_changes;
use crate::diff::table::{Tables, compare_tables};
use crate::diff::text::TextDiff;
use crate::diff::value::{equal, equal_base64, fields, is_base64, key_changes};
use crate::json::{Escapes, Indent, KeyOrder, Kind, LineEnd, Style, Value, format as write};
use crate::notebook::NbFormat;

/// How many bytes a JSON output may have to be compared by lines.
const JSON_BYTES: usize = 256 * 1024;

/// How many bytes a JSON output may have to be compared by pointer.
const POINTER_BYTES: usize = 16 * 1024 * 1024;

/// Compares parts by name, in the order of the new output, then those that
/// are gone.
pub(super) fn diff_parts<'a>(old: &OutputUnit<'a>, new: &OutputUnit<'a>) -> Vec<PartDiff<'a>> {
    let by_name = |part: OutputPart<'a>| (part.name.clone(), part);
    let mut old_parts: BTreeMap<_, _> = old.parts().into_iter().map(by_name).collect();
    let formats = (old.format, new.format);
    let mut diffs = Vec::new();
    for new_part in new.parts() {
        let old_part = old_parts.remove(&new_part.name);
        diffs.extend(diff_part(old_part, Some(new_part), formats));
    }
    for old_part in old_parts.into_values() {
        diffs.extend(diff_part(Some(old_part), None, formats));
    }
    diffs
}

fn diff_part<'a>(
    old: Option<OutputPart<'a>>,
    new: Option<OutputPart<'a>>,
    formats: (NbFormat, NbFormat),
) -> Option<PartDiff<'a>> {
    let name = new.as_ref().or(old.as_ref())?.name.clone();
    let values = Change {
        old: old.as_ref().and_then(|part| part.value),
        new: new.as_ref().and_then(|part| part.value),
    };
    let content = |part: Option<OutputPart<'a>>| part.map(|part| part.content);
    let changed = match (content(old), content(new)) {
        (Some(PartContent::Text(old)), Some(PartContent::Text(new))) => diff_text(&name, old, new)?,
        (Some(PartContent::Value(old)), Some(PartContent::Value(new))) => {
            diff_value(&name, old, new, formats)?
        }
        _ => Changed::new(PartChange::Value(values)),
    };
    Some(PartDiff {
        place: PartPlace::Content,
        name,
        change: changed.change,
        noise: changed.noise.is_some(),
        noise_class: changed.noise,
        meaning: changed.meaning,
    })
}

/// What changed in a part, and what that means.
struct Changed<'a> {
    change: PartChange<'a>,
    noise: Option<NoiseClass>,
    meaning: Option<Meaning<'a>>,
}

impl<'a> Changed<'a> {
    /// A change of which no more is known, and that is no noise.
    const fn new(change: PartChange<'a>) -> Self {
        Self {
            change,
            noise: None,
            meaning: None,
        }
    }
}

fn diff_text<'a>(name: &str, old: Cow<'a, str>, new: Cow<'a, str>) -> Option<Changed<'a>> {
    if old == new {
        return None;
    }
    let how = match name {
        "text/html" => Look::Html,
        "traceback" => Look::Traceback,
        "image/svg+xml" => Look::Svg,
        _ => Look::Text,
    };
    let text = TextDiff::of_output(old, new, how);
    let mut noise = text_noise(&text, how);
    let mut meaning = None;
    if name == "text/html" && noise.is_none() {
        match compare_tables(&text.old, &text.new) {
            Tables::Differ(tables) => meaning = Some(Meaning::Table(tables)),
            Tables::SameCells => noise = Some(NoiseClass::Markup),
            Tables::Unknown => {}
        }
    }
    Some(Changed {
        change: PartChange::Text(text),
        noise,
        meaning,
    })
}

/// Returns what sort of noise a change of text is, if it is any.
fn text_noise(text: &TextDiff<'_>, how: Look) -> Option<NoiseClass> {
    if !text.is_noise() {
        // Colors can change where lines end in a traceback; the text is what
        // counts.
        let is_same = without_escapes(&text.old) == without_escapes(&text.new);
        return is_same.then_some(NoiseClass::Colors);
    }
    let (old, new) = (text.old_lines(), text.new_lines());
    let noisy = text.runs.iter().filter(|run| run.noise);
    let lines = noisy.flat_map(|run| run.old.clone().zip(run.new.clone()));
    lines
        .map(|(old_at, new_at)| noise_class(old[old_at], new[new_at], how))
        .max()
}

fn diff_value<'a>(
    mime: &str,
    old: Value<'a>,
    new: Value<'a>,
    formats: (NbFormat, NbFormat),
) -> Option<Changed<'a>> {
    if is_base64(mime) {
        if equal_base64(&old, &new, formats) {
            return None;
        }
    } else {
        if equal(&old, &new) {
            return None;
        }
        let size = old.raw().len().max(new.raw().len());
        let is_container = |value: Value<'_>| matches!(value.kind(), Kind::Array | Kind::Object);
        if is_container(old) && is_container(new) && size <= POINTER_BYTES {
            return Some(diff_json(mime, old, new, size));
        }
    }
    Some(Changed::new(PartChange::Value(Change {
        old: Some(old),
        new: Some(new),
    })))
}

/// Compares arrays and objects: by pointer, and by lines if they are not too
/// long.
fn diff_json<'a>(mime: &str, old: Value<'a>, new: Value<'a>, size: usize) -> Changed<'a> {
    let meaning = pointer_changes(&old, &new).map(Meaning::Json);
    if size > JSON_BYTES {
        return Changed {
            change: PartChange::Value(Change {
                old: Some(old),
                new: Some(new),
            }),
            noise: None,
            meaning,
        };
    }
    let (old_lines, new_lines) = (json_lines(&old), json_lines(&new));
    // Libraries draw ids anew for what they show; in data of people an id is
    // one.
    let (text, noise) = if mime.starts_with("application/vnd.") {
        let text = TextDiff::of_output(old_lines, new_lines, Look::Html);
        let noise = if mime == WIDGET && is_same_widget(&old, &new) {
            Some(NoiseClass::Ids)
        } else {
            text_noise(&text, Look::Html)
        };
        (text, noise)
    } else {
        (TextDiff::new(old_lines, new_lines), None)
    };
    Changed {
        change: PartChange::Text(text),
        noise,
        meaning: meaning.filter(|_| noise.is_none()),
    }
}

const WIDGET: &str = "application/vnd.jupyter.widget-view+json";

/// Returns whether two views of widgets differ in nothing but the model,
/// whose name is drawn anew in every run.
fn is_same_widget(old: &Value<'_>, new: &Value<'_>) -> bool {
    let changes = key_changes(&fields(old), &fields(new), None);
    changes.iter().all(|change| change.path == ["model_id"])
}

/// Returns JSON with a line for each value, keys sorted.
fn json_lines(value: &Value<'_>) -> String {
    const STYLE: Style = Style {
        indent: Indent::Spaces(2),
        space_after_colon: true,
        space_after_comma: false,
        escapes: Escapes::Needed,
        line_end: LineEnd::Lf,
        final_newline: true,
    };
    String::from_utf8_lossy(&write(value, &STYLE, KeyOrder::Sorted)).into_owned()
}
