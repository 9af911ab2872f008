//! A notebook in which no source changed, in one line: what did, and where.
//!
//! Running a notebook again changes outputs without end, and whoever reviews
//! a change seldom wants to read them.

use std::io;

use super::escape::cut;
use super::hunks::Pen;
use super::metadata::{key_name, write_key_change};
use super::outputs::{Units, write_outputs};
use super::summary::{has_minor_change, version};
use super::unified::list;
use super::{Detail, RenderOptions, Reruns, Theme};
use crate::diff::{CellDiff, Change, NotebookDiff, OutputDiff};

/// How many columns the line may take, without the hint at its end.
const COLUMNS: usize = 300;

/// How many names there may be in brackets.
const NAMES: usize = 12;

/// Whether a notebook is shown in brief: no source changed, no cell came or
/// went.
pub(super) fn is_brief(diff: &NotebookDiff<'_>, options: &RenderOptions) -> bool {
    let stayed = |cell: &CellDiff<'_>| {
        cell.old.len() == 1 && cell.new.len() == 1 && !cell.moved && !cell.is_modified()
    };
    options.reruns == Reruns::Brief
        && options.detail == Detail::Meant
        && diff.cells.iter().all(stayed)
}

/// Writes the line.
pub(super) fn write_brief(pen: &mut Pen<'_>, diff: &NotebookDiff<'_>) -> io::Result<()> {
    let mut parts = notebook_changes(diff)?;
    let with_outputs = cells_with(diff, |cell| {
        cell.outputs.iter().any(|output| !output.is_noise())
    });
    if let Some(output) = the_only_output(diff, &with_outputs)? {
        parts.push(output);
    } else {
        parts.extend(places("outputs", &with_outputs, &output_labels(diff)));
    }
    let with_metadata = cells_with(diff, |cell| cell.metadata.iter().any(|key| !key.noise));
    if let Some(key) = the_only_key(diff)? {
        parts.push(key);
    } else {
        parts.extend(places("metadata", &with_metadata, &metadata_names(diff)));
    }
    let line = parts.join("; ");
    let line = cut(&line, COLUMNS);
    pen.line(&format!("{line} (--outputs shows more)"), pen.theme.cell)
}

/// Returns what changed outside of the cells, a part for each key.
fn notebook_changes(diff: &NotebookDiff<'_>) -> io::Result<Vec<String>> {
    let mut parts = Vec::new();
    if let Some(format) = diff.format
        && !has_minor_change(diff)
    {
        let (old, new) = (version(format.old), version(format.new));
        parts.push(format!("nbformat: {old} → {new}"));
    }
    for (place, changes) in [("metadata", &diff.metadata), ("", &diff.other)] {
        for change in changes.iter().filter(|change| !change.noise) {
            parts.push(in_one_line(|pen| write_key_change(pen, place, change))?);
        }
    }
    Ok(parts)
}

/// Returns the numbers of cells, from zero, that something is true of.
fn cells_with(diff: &NotebookDiff<'_>, is: impl Fn(&CellDiff<'_>) -> bool) -> Vec<usize> {
    let cells = diff.cells.iter().filter(|cell| is(cell));
    cells.flat_map(|cell| cell.new.iter().copied()).collect()
}

/// Returns in which cells something changed, and in brackets what it was: the
/// line above has counted the cells already.
fn places(what: &str, cells: &[usize], names: &[String]) -> Option<String> {
    let noun = match cells {
        [] => return None,
        [_] => "cell",
        _ => "cells",
    };
    let names = names.join(", ");
    Some(format!("{what} of {noun} {} ({names})", list(cells)))
}

/// Returns what the outputs that changed are called, each once.
fn output_labels(diff: &NotebookDiff<'_>) -> Vec<String> {
    let mut labels = Vec::new();
    let changed = |output: &&OutputDiff<'_>| !output.is_noise();
    for cell in &diff.cells {
        if !cell.outputs.iter().any(|output| changed(&output)) {
            continue;
        }
        let units = units_of(diff, cell);
        for output in cell.outputs.iter().filter(changed) {
            add_name(&mut labels, units.label(output).unwrap_or_default());
        }
        if labels.len() > NAMES {
            break;
        }
    }
    labels
}

/// Returns the names of the keys of cells that changed, each once.
fn metadata_names(diff: &NotebookDiff<'_>) -> Vec<String> {
    let keys = diff.cells.iter().flat_map(|cell| &cell.metadata);
    let mut names = Vec::new();
    for key in keys.filter(|key| !key.noise) {
        add_name(&mut names, key_name("", &key.path));
    }
    names
}

/// Adds a name that is not there yet; `…`, if there are enough.
fn add_name(names: &mut Vec<String>, name: String) {
    if names.len() > NAMES || names.contains(&name) {
        return;
    }
    names.push(if names.len() < NAMES {
        name
    } else {
        "…".to_owned()
    });
}

/// Returns the key of a cell that changed with its values, if it is the only
/// one.
fn the_only_key(diff: &NotebookDiff<'_>) -> io::Result<Option<String>> {
    let mut keys = diff.cells.iter().flat_map(|cell| {
        let keys = cell.metadata.iter().filter(|key| !key.noise);
        keys.map(move |key| (cell, key))
    });
    let (Some((cell, key)), None) = (keys.next(), keys.next()) else {
        return Ok(None);
    };
    let line = in_one_line(|pen| write_key_change(pen, "metadata", key))?;
    Ok(Some(format!("cell {}: {line}", list(&cell.new))))
}

pub(super) fn units_of<'a>(diff: &NotebookDiff<'a>, cell: &CellDiff<'_>) -> Units<'a> {
    let notebooks = Change {
        old: diff.old,
        new: diff.new,
    };
    Units::of(notebooks, &cell.old, &cell.new)
}

/// Returns what became of an output in one line, if it is the only one that
/// changed and that says it.
fn the_only_output(diff: &NotebookDiff<'_>, cells: &[usize]) -> io::Result<Option<String>> {
    let [number] = cells else {
        return Ok(None);
    };
    let is_it = |cell: &&CellDiff<'_>| cell.new.contains(number);
    let Some(cell) = diff.cells.iter().find(is_it) else {
        return Ok(None);
    };
    let mut outputs = cell.outputs.iter().filter(|output| !output.is_noise());
    let (Some(output), None) = (outputs.next(), outputs.next()) else {
        return Ok(None);
    };
    let units = units_of(diff, cell);
    let shown: &[OutputDiff<'_>] = std::slice::from_ref(output);
    let line = in_one_line(|pen| write_outputs(pen, shown, &units))?;
    Ok((!line.contains(LINE_END)).then(|| format!("cell {}: {line}", number + 1)))
}

/// What stands where a line ended.
const LINE_END: char = '⏎';

/// Returns what is written as one line.
fn in_one_line(write: impl FnOnce(&mut Pen<'_>) -> io::Result<()>) -> io::Result<String> {
    let mut text = Vec::new();
    let (options, theme) = (RenderOptions::default(), Theme::default());
    write(&mut Pen {
        out: &mut text,
        options: &options,
        theme: &theme,
    })?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.trim_end().replace('\n', &format!(" {LINE_END} ")))
}
