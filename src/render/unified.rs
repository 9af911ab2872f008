//! A diff as `git diff` would show it, with cells in the place of files.

use std::io::{self, Write};

use super::brief::{is_brief, units_of, write_brief};
use super::escape::{cut, file_name, visible};
use super::hunks::{Origin, Pen, Side, write_hunks, write_whole};
use super::metadata::{key_words, meant_metadata, write_key_change, write_value, write_values};
use super::outputs::{about, label, units, write_added, write_outputs};
use super::pictures::{write_picture, write_pictures};
use super::summary::{has_changed_notebook, has_minor_change, is_shown, summary_line, version};
use super::syntax::language_of;
use super::values::{compact, counted};
use super::{Detail, FileNames, RenderOptions, Theme};
use crate::diff::{CellDiff, Change, NotebookDiff, OutputDiff, OutputUnit, cell_text};
use crate::json::{Kind, Value};
use crate::notebook::{Cell, CellKind, Notebook, Scope};

/// Writes what changed from one version of a notebook to another.
///
/// Nothing is written if nothing changed; two lines, if nothing but noise did;
/// three, if no source changed and [`RenderOptions::reruns`] says so.
pub fn unified(
    diff: &NotebookDiff<'_>,
    names: &FileNames<'_>,
    options: &RenderOptions,
    theme: &Theme,
    out: &mut dyn Write,
) -> io::Result<()> {
    let is_one_sided = names.old.is_none() || names.new.is_none();
    let is_renamed = names.old != names.new || !names.extended.is_empty();
    if diff.is_unchanged() && !is_renamed {
        return Ok(());
    }
    let mut pen = Pen {
        out,
        options,
        theme,
    };
    write_names(&mut pen, names)?;
    let shows_notebook = !is_one_sided && has_changed_notebook(diff, options.detail);
    let is_shown = |cell: &CellDiff<'_>| is_shown(cell, options.detail);
    let shows_something = shows_notebook || diff.cells.iter().any(is_shown);
    let is_brief = !is_one_sided && is_brief(diff, options);
    if shows_something && !is_brief {
        write_sides(&mut pen, names)?;
    }
    let summary = match (names.old, names.new) {
        (None, _) => format!("{} added", counted(diff.new.cells.len(), "cell")),
        (_, None) => format!("{} removed", counted(diff.old.cells.len(), "cell")),
        _ => summary_line(diff, options.detail),
    };
    if !summary.is_empty() {
        pen.line(&summary, theme.summary)?;
    }
    if !shows_something {
        return Ok(());
    }
    if is_brief {
        return write_brief(&mut pen, diff);
    }
    if shows_notebook {
        pen.line("notebook", theme.cell)?;
        write_notebook(&mut pen, diff)?;
    }
    let mut cells = diff.cells.as_slice();
    while let Some(first) = cells.first() {
        let unchanged = cells.iter().take_while(|cell| !is_shown(cell)).count();
        let alike = alike_in_metadata(&pen, cells)?;
        let written = match () {
            () if unchanged > 0 => {
                let cells = counted(unchanged, "unchanged cell");
                pen.aside(&format!("… {cells}"))?;
                unchanged
            }
            () if alike > 1 => {
                write_alike(&mut pen, &cells[..alike])?;
                alike
            }
            () => {
                write_cell(&mut pen, diff, first)?;
                1
            }
        };
        cells = &cells[written..];
    }
    Ok(())
}

/// Returns how many of the first cells changed in nothing but metadata, and
/// all in the same way, as after a change of the program that writes it.
pub(super) fn alike_in_metadata(pen: &Pen<'_>, cells: &[CellDiff<'_>]) -> io::Result<usize> {
    let mut first: Option<Vec<u8>> = None;
    for (index, cell) in cells.iter().enumerate() {
        if !is_only_metadata(cell) || pen.options.detail == Detail::All {
            return Ok(index);
        }
        let mut text = Vec::new();
        let mut pen = Pen {
            out: &mut text,
            ..*pen
        };
        write_keys(&mut pen, cell)?;
        match &first {
            None => first = Some(text),
            Some(first) if *first == text => {}
            Some(_) => return Ok(index),
        }
    }
    Ok(cells.len())
}

fn is_only_metadata(cell: &CellDiff<'_>) -> bool {
    is_shown(cell, Detail::Meant)
        && cell.old.len() == 1
        && cell.new.len() == 1
        && !cell.moved
        && !cell.is_modified()
        && cell.outputs.iter().all(OutputDiff::is_noise)
}

/// Writes cells that changed in metadata, all in the same way.
fn write_alike(pen: &mut Pen<'_>, cells: &[CellDiff<'_>]) -> io::Result<()> {
    pen.line(&alike_header(cells), pen.theme.cell)?;
    cells.first().map_or(Ok(()), |cell| write_keys(pen, cell))
}

/// Returns the line before cells that changed in the same way.
pub(super) fn alike_header(cells: &[CellDiff<'_>]) -> String {
    let old: Vec<usize> = cells.iter().flat_map(|cell| cell.old.clone()).collect();
    let new: Vec<usize> = cells.iter().flat_map(|cell| cell.new.clone()).collect();
    let numbers = if old == new {
        list(&new)
    } else {
        format!("{} → {}", list(&old), list(&new))
    };
    format!("cells {numbers} · metadata modified")
}

/// Writes the first line, by which programs that read diffs know that a file
/// begins, and git's remarks.
pub(super) fn write_names(pen: &mut Pen<'_>, names: &FileNames<'_>) -> io::Result<()> {
    let old = names.old.or(names.new).unwrap_or_default();
    let new = names.new.or(names.old).unwrap_or_default();
    let old = file_name(&format!("{}{old}", names.old_prefix)).into_owned();
    let mut new = file_name(&format!("{}{new}", names.new_prefix)).into_owned();
    if let Some(link) = names.link {
        new = format!("\x1b]8;;{}\x1b\\{new}\x1b]8;;\x1b\\", visible(link));
    }
    pen.line(&format!("diff --nbweave {old} {new}"), pen.theme.file)?;
    for line in names.extended.lines() {
        pen.line(&visible(line), pen.theme.file)?;
    }
    Ok(())
}

pub(super) fn write_sides(pen: &mut Pen<'_>, names: &FileNames<'_>) -> io::Result<()> {
    let sides = [
        ("---", names.old_prefix, names.old),
        ("+++", names.new_prefix, names.new),
    ];
    for (sign, prefix, name) in sides {
        let name = match name {
            Some(name) => file_name(&format!("{prefix}{name}")).into_owned(),
            None => "/dev/null".to_owned(),
        };
        pen.line(&format!("{sign} {name}"), pen.theme.file)?;
    }
    Ok(())
}

/// Writes what changed outside of the cells.
pub(super) fn write_notebook(pen: &mut Pen<'_>, diff: &NotebookDiff<'_>) -> io::Result<()> {
    let all = pen.options.detail == Detail::All;
    if let Some(format) = diff.format
        && (all || !has_minor_change(diff))
    {
        write_values(pen, "nbformat", &version(format.old), &version(format.new))?;
    }
    for (place, changes) in [("metadata", &diff.metadata), ("", &diff.other)] {
        for change in changes.iter().filter(|change| all || !change.noise) {
            write_key_change(pen, place, change)?;
        }
    }
    Ok(())
}

fn write_cell(pen: &mut Pen<'_>, diff: &NotebookDiff<'_>, cell: &CellDiff<'_>) -> io::Result<()> {
    pen.line(&header(diff, cell), pen.theme.cell)?;
    if cell.is_added() {
        return write_one_sided(pen, diff, cell, Side::New);
    }
    if cell.is_removed() {
        return write_one_sided(pen, diff, cell, Side::Old);
    }
    if cell.source.is_none() {
        for line in first_lines(diff, cell, pen.options.width.saturating_sub(3)) {
            pen.aside(&format!(" {line}"))?;
        }
    }
    write_fields(pen, diff, cell)?;
    if cell.outputs.is_empty() {
        return Ok(());
    }
    let units = units_of(diff, cell);
    for output in &cell.outputs {
        write_outputs(pen, std::slice::from_ref(output), &units)?;
        write_pictures(pen, diff, cell, output)?;
    }
    Ok(())
}

/// Writes what changed in a cell that is on both sides, outputs apart.
pub(super) fn write_fields(
    pen: &mut Pen<'_>,
    diff: &NotebookDiff<'_>,
    cell: &CellDiff<'_>,
) -> io::Result<()> {
    if let Some(text) = &cell.source {
        write_hunks(pen, text, &origin(diff, cell))?;
    }
    write_keys(pen, cell)?;
    if pen.options.detail == Detail::All {
        let changes = [("id", &cell.id), ("execution_count", &cell.execution_count)];
        for (name, change) in changes {
            if let Some(Change { old, new }) = change {
                let shown = |value: &Option<Value<'_>>| {
                    value.as_ref().map_or_else(|| "none".to_owned(), compact)
                };
                write_values(pen, name, &shown(old), &shown(new))?;
            }
        }
    }
    Ok(())
}

/// Writes the keys of a cell whose values changed.
pub(super) fn write_keys(pen: &mut Pen<'_>, cell: &CellDiff<'_>) -> io::Result<()> {
    let all = pen.options.detail == Detail::All;
    for (place, changes) in [
        ("metadata", &cell.metadata),
        ("attachments", &cell.attachments),
        ("", &cell.other),
    ] {
        for change in changes.iter().filter(|change| all || !change.noise) {
            write_key_change(pen, place, change)?;
        }
    }
    Ok(())
}

/// Writes a cell that is new, or gone.
fn write_one_sided(
    pen: &mut Pen<'_>,
    diff: &NotebookDiff<'_>,
    cell: &CellDiff<'_>,
    side: Side,
) -> io::Result<()> {
    write_one_sided_fields(pen, diff, cell, side)?;
    let (notebook, indices) = one_side(diff, cell, side);
    let units = units(notebook, indices);
    match side {
        Side::New => units.iter().try_for_each(|unit| {
            write_added(pen, unit)?;
            write_picture(pen, unit)
        }),
        Side::Old if units.is_empty() => Ok(()),
        Side::Old => {
            let outputs: Vec<_> = units.iter().map(in_a_word).collect();
            write_value(pen, "outputs", &outputs.join("; "), side)
        }
    }
}

/// Writes a cell that is new, or gone, without its outputs.
pub(super) fn write_one_sided_fields(
    pen: &mut Pen<'_>,
    diff: &NotebookDiff<'_>,
    cell: &CellDiff<'_>,
    side: Side,
) -> io::Result<()> {
    let (notebook, indices) = one_side(diff, cell, side);
    for cell in indices
        .iter()
        .filter_map(|&index| notebook.cells.get(index))
    {
        let text = cell_text(cell, notebook.format);
        let language = language_of(notebook, Some(cell));
        write_whole(pen, &text, side, &Origin::source(language))?;
        for (name, value) in meant_metadata(cell.metadata.as_ref(), Scope::Cell) {
            write_value(pen, &format!("metadata.{name}"), &compact(&value), side)?;
        }
        for (name, words) in key_words(cell, notebook.format) {
            write_value(pen, &name, &words, side)?;
        }
    }
    Ok(())
}

/// Returns the notebook of a side, and the indices of a cell in it.
pub(super) fn one_side<'d, 'a>(
    diff: &'d NotebookDiff<'a>,
    cell: &'d CellDiff<'a>,
    side: Side,
) -> (&'a Notebook<'a>, &'d [usize]) {
    match side {
        Side::Old => (diff.old, &cell.old),
        Side::New => (diff.new, &cell.new),
    }
}

pub(super) fn in_a_word(unit: &OutputUnit<'_>) -> String {
    format!("{}, {}", label(unit), about(unit))
}

/// Returns the first line of each source that did not change, by which people
/// know which cell it is.
pub(super) fn first_lines(
    diff: &NotebookDiff<'_>,
    cell: &CellDiff<'_>,
    columns: usize,
) -> Vec<String> {
    let mut firsts = Vec::new();
    let indices = cell.new.iter();
    for new in indices.filter_map(|&index| diff.new.cells.get(index)) {
        let text = new.text();
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let Some(first) = lines.next() else {
            continue;
        };
        let first = visible(first).into_owned();
        let first = cut(&first, columns).into_owned();
        let more = match lines.next() {
            Some(_) if !first.ends_with('…') => " …",
            _ => "",
        };
        firsts.push(format!("{first}{more}"));
    }
    firsts
}

/// Returns where in joined sources the cells after the first begin.
pub(super) fn origin(diff: &NotebookDiff<'_>, cell: &CellDiff<'_>) -> Origin {
    let borders = |cells: &[Cell<'_>], indices: &[usize], what: &str| {
        let mut at = 0;
        let mut borders = Vec::new();
        for &index in indices {
            if at > 0 {
                borders.push((at, format!("{what} {}", index + 1)));
            }
            // A text without a line has one that is empty, once it is joined.
            let text = cells.get(index).map(Cell::text).unwrap_or_default();
            at += text.matches('\n').count() + 1;
        }
        borders
    };
    let first = cell
        .new
        .first()
        .and_then(|&index| diff.new.cells.get(index));
    Origin::Source {
        language: language_of(diff.new, first),
        old_borders: borders(&diff.old.cells, &cell.old, "here began old cell"),
        new_borders: borders(&diff.new.cells, &cell.new, "here begins cell"),
    }
}

/// Returns the line before a cell: which it is, and what happened to it.
pub(super) fn header(diff: &NotebookDiff<'_>, cell: &CellDiff<'_>) -> String {
    let side = if cell.new.is_empty() {
        Side::Old
    } else {
        Side::New
    };
    let (notebook, indices) = one_side(diff, cell, side);
    let index = indices.first();
    let shown = index.and_then(|&index| notebook.cells.get(index));
    let mut parts = vec![number(cell)];
    parts.push(kind_name(shown.map_or(CellKind::Unknown, |cell| cell.kind)).to_owned());
    let count = shown.and_then(|cell| cell.execution_count);
    if let Some(count) = count.filter(|count| count.kind() == Kind::Number) {
        parts.push(format!("In [{}]", cut(&compact(&count), 12)));
    }
    let is_one_sided = cell.is_added() || cell.is_removed();
    let is_empty = is_one_sided && shown.is_some_and(|cell| cell.text().is_empty());
    let empty = if is_empty { ", empty" } else { "" };
    parts.push(format!("{}{empty}", what_happened(cell)));
    parts.join(" · ")
}

/// Returns the numbers of cells, counted from one.
pub(super) fn number(cell: &CellDiff<'_>) -> String {
    match (cell.old.as_slice(), cell.new.as_slice()) {
        (only, []) | ([], only) => format!("cell {}", list(only)),
        (old, new) if old == new || (cell.moved && new.len() == 1) => {
            format!("cell {}", list(new))
        }
        (old, new) => {
            let noun = if old.len() > 1 { "cells" } else { "cell" };
            format!("{noun} {} → {}", list(old), list(new))
        }
    }
}

pub(super) fn list(indices: &[usize]) -> String {
    let is_range = indices
        .windows(2)
        .all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    match indices {
        [first, .., last] if is_range && indices.len() > 2 => {
            format!("{}–{}", first + 1, last + 1)
        }
        _ => {
            let numbers = indices.iter().map(|index| (index + 1).to_string());
            numbers.collect::<Vec<_>>().join(", ")
        }
    }
}

fn what_happened(cell: &CellDiff<'_>) -> String {
    happenings(cell).join(", ")
}

/// Returns what happened to a cell, one thing for each.
pub(super) fn happenings(cell: &CellDiff<'_>) -> Vec<String> {
    if cell.is_added() {
        return vec!["added".to_owned()];
    }
    if cell.is_removed() {
        return vec!["removed".to_owned()];
    }
    let mut parts = Vec::new();
    if cell.moved {
        let noun = if cell.old.len() > 1 { "cells" } else { "cell" };
        parts.push(format!("moved from {noun} {}", list(&cell.old)));
    }
    if cell.is_split() {
        parts.push(format!("split into {}", cell.new.len()));
    }
    if cell.is_joined() {
        parts.push(format!("joined from {}", cell.old.len()));
    }
    if let Some(kind) = &cell.kind {
        parts.push(format!(
            "now {}, was {}",
            kind_name(kind.new),
            kind_name(kind.old)
        ));
    }
    if cell.is_modified() && !is_only_kind(cell) {
        parts.push("modified".to_owned());
    } else {
        if cell.metadata.iter().any(|key| !key.noise) {
            parts.push("metadata modified".to_owned());
        }
        let outputs = || cell.outputs.iter().filter(|output| !output.is_noise());
        if outputs().count() > 0 {
            let what = match () {
                () if outputs().all(|output| output.old.is_empty()) => "added",
                () if outputs().all(|output| output.new.is_empty()) => "removed",
                () => "modified",
            };
            parts.push(format!("outputs {what}"));
        }
    }
    if parts.is_empty() {
        parts.push("noise".to_owned());
    }
    parts
}

/// Whether nothing that a person wrote changed but what the cell is.
fn is_only_kind(cell: &CellDiff<'_>) -> bool {
    cell.kind.is_some()
        && cell.source.is_none()
        && cell.attachments.is_empty()
        && cell.other.is_empty()
}

pub(super) const fn kind_name(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Code => "code",
        CellKind::Markdown => "markdown",
        CellKind::Raw => "raw",
        CellKind::Unknown => "unknown kind",
    }
}
