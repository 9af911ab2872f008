//! What changed in an output that is on both sides.

use std::io;

use super::drawing::{changed_labels, drawing_words};
use super::labels::{kind_name, label, numbers, preview};
use super::picture::picture_words;
use super::pointers::write_pointers;
use super::table::{table_words, write_table};
use crate::diff::{
    Change, Meaning, OutputDiff, OutputUnit, PartChange, PartDiff, TextDiff, is_base64,
};
use crate::json::Value;
use crate::render::Detail;
use crate::render::escape::{cut, printed, visible};
use crate::render::hunks::{Origin, Pen, Side, write_hunks};
use crate::render::metadata::{write_value, write_values};
use crate::render::values::{changed_text_words, changed_words, compact, compact_pair, described};

/// How many characters of JSON are shown by value. Longer ones are shown by
/// size.
const JSON: usize = 200;

/// How many columns the message of an error may take on the line of a header.
const MESSAGE: usize = 80;

pub(super) fn write_changed(
    pen: &mut Pen<'_>,
    output: &OutputDiff<'_>,
    old: &OutputUnit<'_>,
    new: &OutputUnit<'_>,
) -> io::Result<()> {
    let shown = shown_parts(pen, output);
    let number = numbers("output", &output.old, &output.new);
    let kind = match &output.kind {
        Some(kind) => format!(", {} → {}", kind_name(kind.old), kind_name(kind.new)),
        None => String::new(),
    };
    let on_lines: Vec<_> = shown.iter().map(|part| words_for(part)).collect();
    let types: Vec<_> = shown.iter().map(|part| &*part.name).collect();
    let is_type = |name: &&str| name.contains('/');
    let types = if !types.is_empty() && types.iter().all(is_type) {
        visible(&types.join(", ")).into_owned()
    } else {
        label(new)
    };
    if let ([part], [Some(words)]) = (shown.as_slice(), on_lines.as_slice()) {
        let (name, label) = (visible(&part.name), label(new));
        let text = if is_one_sided(part) {
            format!("{number}{kind} ({label}): {name} {words}")
        } else {
            format!("{number}{kind} ({types}): {words}")
        };
        return pen.line(&text, pen.theme.header);
    }
    let said = match shown.as_slice() {
        [part] => says(part, new).map(|words| format!(": {words}")),
        _ => None,
    };
    let header = format!("{number}{kind} ({types}){}", said.unwrap_or_default());
    pen.line(&header, pen.theme.header)?;
    if shown.iter().any(|part| is_message(part)) {
        write_error(pen, old, new)?;
    }
    let is_told_otherwise = shown
        .iter()
        .any(|part| is_readable(part) || matches!(part.meaning, Some(Meaning::Json(_))));
    let is_one_of_several = shown.len() > 1;
    for (part, words) in shown.iter().zip(on_lines) {
        if is_message(part) && pen.options.detail == Detail::Meant {
            continue;
        }
        let name = visible(&part.name).into_owned();
        if let Some(words) = words {
            writeln!(pen.out, "{}: {words}", pen.theme.header.style(name))?;
            continue;
        }
        match &part.change {
            PartChange::Value(Change {
                old: Some(old),
                new: Some(new),
            }) => {
                let (old, new) = compact_pair(old, new);
                write_values(pen, &name, &old, &new)?;
            }
            PartChange::Value(Change {
                old: Some(old),
                new: None,
            }) => write_value(pen, &name, &compact(old), Side::Old)?,
            PartChange::Value(Change { new, .. }) => {
                if let Some(new) = new {
                    write_value(pen, &name, &compact(new), Side::New)?;
                }
            }
            PartChange::Text(text) if is_summed_up(pen, part, is_told_otherwise) => {
                let words = changed_text_words(text);
                writeln!(pen.out, "{}: {words}", pen.theme.header.style(name))?;
            }
            PartChange::Text(text) => {
                if is_one_of_several {
                    let words = says(part, new).map(|words| format!(" {words}"));
                    let words = words.unwrap_or_default();
                    pen.line(&format!("{name}:{words}"), pen.theme.header)?;
                }
                write_text(pen, part, text)?;
            }
        }
    }
    Ok(())
}

/// Writes text by what it means, if that is known, or else by lines. Who wants
/// all of it gets both.
fn write_text(pen: &mut Pen<'_>, part: &PartDiff<'_>, text: &TextDiff<'_>) -> io::Result<()> {
    match &part.meaning {
        Some(Meaning::Table(diff)) => write_table(pen, diff)?,
        Some(Meaning::Json(changes)) if pen.options.detail == Detail::Meant => {
            return write_pointers(pen, changes);
        }
        None if is_drawing(part) && pen.options.detail == Detail::Meant => {
            return match changed_labels(text) {
                Some(labels) => write_hunks(pen, &labels, &Origin::Output),
                None => Ok(()),
            };
        }
        Some(Meaning::Json(_) | Meaning::Picture(_)) | None => {
            return write_hunks(pen, text, &Origin::Output);
        }
    }
    match pen.options.detail {
        Detail::Meant => Ok(()),
        Detail::All => write_hunks(pen, text, &Origin::Output),
    }
}

fn is_drawing(part: &PartDiff<'_>) -> bool {
    part.name == "image/svg+xml"
}

/// Returns what is said of a changed text on the line of its header.
fn says(part: &PartDiff<'_>, new: &OutputUnit<'_>) -> Option<String> {
    match (&part.meaning, &part.change) {
        (Some(Meaning::Table(diff)), _) => Some(table_words(diff)),
        (None, PartChange::Text(text)) if is_drawing(part) => Some(drawing_words(text)),
        _ if part.name == "traceback" => {
            let message = preview(new)?;
            let first = message.lines().next().unwrap_or_default();
            Some(cut(&visible(&printed(first)), MESSAGE).into_owned())
        }
        _ => None,
    }
}

/// Writes the name and the message of an error as one.
fn write_error(pen: &mut Pen<'_>, old: &OutputUnit<'_>, new: &OutputUnit<'_>) -> io::Result<()> {
    let message = |unit: &OutputUnit<'_>| {
        let text = preview(unit).unwrap_or_default();
        visible(&printed(&text.replace('\n', " "))).into_owned()
    };
    write_values(pen, "error", &message(old), &message(new))
}

fn is_message(part: &PartDiff<'_>) -> bool {
    matches!(&*part.name, "ename" | "evalue") && matches!(part.change, PartChange::Text(_))
}

/// Returns the parts of an output that are shown, long texts last: below them
/// nobody looks for a line on an image.
fn shown_parts<'d, 'a>(pen: &Pen<'_>, output: &'d OutputDiff<'a>) -> Vec<&'d PartDiff<'a>> {
    let mut parts = match pen.options.detail {
        Detail::All => output.parts.iter().collect(),
        Detail::Meant => output.told_parts(),
    };
    let is_text = |part: &PartDiff<'_>| matches!(part.change, PartChange::Text(_));
    parts.sort_by_key(|part| (is_text(part), is_readable(part)));
    parts
}

/// Whether a part of an output is text that is made to be read.
fn is_readable(part: &PartDiff<'_>) -> bool {
    matches!(part.change, PartChange::Text(_))
        && matches!(
            &*part.name,
            "text" | "traceback" | "text/plain" | "text/markdown" | "text/latex"
        )
}

/// Whether text is shown by its size, since what is shown beside it says the
/// same.
fn is_summed_up(pen: &Pen<'_>, part: &PartDiff<'_>, is_told_otherwise: bool) -> bool {
    is_told_otherwise
        && !is_readable(part)
        && part.meaning.is_none()
        && part.name.contains('/')
        && pen.options.detail == Detail::Meant
}

/// Whether a part of an output is on one side only.
fn is_one_sided(part: &PartDiff<'_>) -> bool {
    match &part.change {
        PartChange::Value(change) => change.old.is_none() || change.new.is_none(),
        PartChange::Text(_) => false,
    }
}

/// Returns what became of a part that is not shown by value, in a few words.
fn words_for(part: &PartDiff<'_>) -> Option<String> {
    let PartChange::Value(change) = &part.change else {
        return None;
    };
    if !part.name.contains('/') {
        return None;
    }
    match (change.old, change.new) {
        (Some(old), Some(new)) => {
            if let Some(Meaning::Picture(picture)) = &part.meaning
                && let Some(words) = picture_words(picture)
            {
                return Some(words);
            }
            let is_short = |value: Value<'_>| value.raw().len() <= JSON;
            if !is_base64(&part.name) && is_short(old) && is_short(new) {
                return None;
            }
            Some(changed_words(&part.name, &old, &new))
        }
        (Some(old), None) => Some(format!("removed, {}", described(&part.name, &old))),
        (None, Some(new)) => Some(format!("added, {}", described(&part.name, &new))),
        (None, None) => None,
    }
}
