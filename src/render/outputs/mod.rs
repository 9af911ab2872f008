//! What became of the outputs of a cell.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use super::Detail;
use super::escape::{cut, printed, visible, width};
use super::hunks::{Origin, Pen, Side, write_hunks, write_whole};
use super::metadata::{write_value, write_values};
use super::values::{
    changed_text_words, changed_words, compact, compact_pair, counted, described, size,
};
use crate::diff::{
    Change, OutputDiff, OutputUnit, PartChange, PartContent, PartDiff, TextDiff, is_base64,
    output_units,
};
use crate::json::Value;
use crate::notebook::{Notebook, OutputKind};

/// How many columns what an output says may take on the line of its header.
const IN_HEADER: usize = 80;

/// How many characters of JSON are shown by value. Longer ones are shown by
/// size.
const JSON: usize = 200;

/// The outputs of both sides.
pub(super) struct Units<'a> {
    old: Vec<OutputUnit<'a>>,
    new: Vec<OutputUnit<'a>>,
}

impl<'a> Units<'a> {
    /// Returns the outputs of some cells of each side.
    pub(super) fn of(notebooks: Change<&'a Notebook<'a>>, old: &[usize], new: &[usize]) -> Self {
        Self {
            old: units(notebooks.old, old),
            new: units(notebooks.new, new),
        }
    }

    /// Returns what an output that changed is called now, or was called before
    /// it was removed.
    pub(super) fn label(&self, output: &OutputDiff<'_>) -> Option<String> {
        let new = unit_at(&self.new, &output.new);
        let unit = new.or_else(|| unit_at(&self.old, &output.old));
        unit.map(label)
    }
}

/// Returns what some cells put out. Indices are counted on from cell to cell.
pub(super) fn units<'a>(notebook: &'a Notebook<'a>, cells: &[usize]) -> Vec<OutputUnit<'a>> {
    let mut units = Vec::new();
    let mut first = 0;
    for cell in cells.iter().filter_map(|&index| notebook.cells.get(index)) {
        units.extend(output_units(cell, notebook.format, first));
        first += cell.outputs().count();
    }
    units
}

/// Writes the changed outputs of a cell that is on both sides.
pub(super) fn write_outputs(
    pen: &mut Pen<'_>,
    outputs: &[OutputDiff<'_>],
    units: &Units<'_>,
) -> io::Result<()> {
    for output in outputs {
        let old = unit_at(&units.old, &output.old);
        let new = unit_at(&units.new, &output.new);
        match (old, new) {
            (Some(_), Some(new)) => {
                if pen.options.detail == Detail::All || !output.is_noise() {
                    write_changed(pen, output, new)?;
                }
            }
            (Some(old), None) => write_removed(pen, old)?,
            (None, Some(new)) => write_added(pen, new)?,
            (None, None) => {}
        }
    }
    Ok(())
}

/// Returns the unit of these outputs; nothing if there are none of them.
fn unit_at<'u, 'a>(
    units: &'u [OutputUnit<'a>],
    range: &Range<usize>,
) -> Option<&'u OutputUnit<'a>> {
    let at = units.binary_search_by_key(&range.start, |unit| unit.range.start);
    units.get(at.ok()?).filter(|_| !range.is_empty())
}

/// Writes an output that is new: its text, or what it is.
pub(super) fn write_added(pen: &mut Pen<'_>, unit: &OutputUnit<'_>) -> io::Result<()> {
    let number = number("output", &unit.range);
    let label = label(unit);
    match preview(unit) {
        Some(text) if !fits_in_header(&text) => {
            let header = format!("{number} ({label}) added");
            pen.line(&header, pen.theme.header)?;
            write_whole(pen, &text, Side::New, &Origin::Output)
        }
        _ => {
            let header = format!("{number} ({label}) added: ");
            let header = pen.theme.header.style(header);
            let about = pen.theme.added.style(about(unit));
            writeln!(pen.out, "{header}{about}")
        }
    }
}

/// Whether a text is short enough to stand on the line of a header.
fn fits_in_header(text: &str) -> bool {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    lines.next().is_none() && width(&printed(first)) <= IN_HEADER
}

/// Writes that an output is gone, and what it was.
pub(super) fn write_removed(pen: &mut Pen<'_>, unit: &OutputUnit<'_>) -> io::Result<()> {
    let number = number("output", &unit.range);
    let header = format!("{number} ({}) removed: ", label(unit));
    let header = pen.theme.header.style(header);
    let about = pen.theme.removed.style(about(unit));
    writeln!(pen.out, "{header}{about}")?;
    match preview(unit) {
        Some(text) if pen.options.detail == Detail::All => {
            write_whole(pen, &text, Side::Old, &Origin::Output)
        }
        _ => Ok(()),
    }
}

fn write_changed(
    pen: &mut Pen<'_>,
    output: &OutputDiff<'_>,
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
    let header = format!("{number}{kind} ({types})");
    pen.line(&header, pen.theme.header)?;
    let has_readable = shown.iter().any(|part| is_readable(part));
    let is_one_of_several = shown.len() > 1;
    for (part, words) in shown.iter().zip(on_lines) {
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
            PartChange::Text(text) if is_summed_up(pen, part, has_readable) => {
                let words = changed_text_words(text);
                writeln!(pen.out, "{}: {words}", pen.theme.header.style(name))?;
            }
            PartChange::Text(text) if matches!(&*part.name, "ename" | "evalue") => {
                write_short_text(pen, &name, text)?;
            }
            PartChange::Text(text) => {
                if is_one_of_several {
                    pen.line(&format!("{name}:"), pen.theme.header)?;
                }
                write_hunks(pen, text, &Origin::Output)?;
            }
        }
    }
    Ok(())
}

/// Returns the parts of an output that are shown. A traceback says what name
/// and message of the error say, at length.
fn shown_parts<'d, 'a>(pen: &Pen<'_>, output: &'d OutputDiff<'a>) -> Vec<&'d PartDiff<'a>> {
    let all = pen.options.detail == Detail::All;
    let parts = output.parts.iter().filter(|part| all || !part.noise);
    let mut parts: Vec<_> = parts.collect();
    let is_message = |part: &&PartDiff<'_>| matches!(&*part.name, "ename" | "evalue");
    if !all && parts.iter().any(is_message) {
        parts.retain(|part| part.name != "traceback");
    }
    // Long texts last: below them nobody looks for a line on an image.
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
fn is_summed_up(pen: &Pen<'_>, part: &PartDiff<'_>, has_readable: bool) -> bool {
    has_readable
        && !is_readable(part)
        && part.name.contains('/')
        && pen.options.detail == Detail::Meant
}

fn write_short_text(pen: &mut Pen<'_>, name: &str, text: &TextDiff<'_>) -> io::Result<()> {
    let shown = |text: &str| visible(&printed(&text.replace('\n', " "))).into_owned();
    write_values(pen, name, &shown(&text.old), &shown(&text.new))
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

/// Returns what an output is called: the stream, the error, or its richest
/// type.
pub(super) fn label(unit: &OutputUnit<'_>) -> String {
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
pub(super) fn preview<'a>(unit: &OutputUnit<'a>) -> Option<Cow<'a, str>> {
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
pub(super) fn about(unit: &OutputUnit<'_>) -> String {
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
pub(super) fn number(noun: &str, range: &Range<usize>) -> String {
    match range.len() {
        0 | 1 => format!("{noun} {}", range.start + 1),
        _ => format!("{noun}s {}–{}", range.start + 1, range.end),
    }
}

/// Returns outputs by their numbers on both sides, if those differ.
fn numbers(noun: &str, old: &Range<usize>, new: &Range<usize>) -> String {
    if old == new {
        return number(noun, new);
    }
    let new = match new.len() {
        0 | 1 => (new.start + 1).to_string(),
        _ => format!("{}–{}", new.start + 1, new.end),
    };
    format!("{} → {new}", number(noun, old))
}

const fn kind_name(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Stream => "stream",
        OutputKind::DisplayData => "display_data",
        OutputKind::ExecuteResult => "execute_result",
        OutputKind::Error => "error",
        OutputKind::Unknown => "unknown kind",
    }
}
