//! NB302: what a merge left to decide.

use std::collections::HashSet;

use super::collect::{Collector, TextPlace};
use super::place::PlacedText;
use super::rules::Rule;
use super::stripped::opening;
use crate::merge::{Form, StrayKind, leftovers_in, may_have_conflicts};
use crate::notebook::Notebook;

/// What a cell is in conflict about, and where.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Left {
    /// Markers from this line of the source on, from zero.
    Markers(usize),
    /// Notes from this line of the source on.
    Note(usize),
    MarkerCell,
    MarkerOutput,
    Metadata,
}

/// Finds what a merge left, and returns the cells that are in conflict.
pub(super) fn find(notebook: &Notebook<'_>, found: &mut Collector) -> HashSet<usize> {
    let mut conflicted = HashSet::new();
    let wanted = found.wants([Rule::Conflict, Rule::SyntaxError]);
    if !wanted || !may_have_conflicts(notebook.document.bytes()) {
        return conflicted;
    }
    let leftovers = leftovers_in(notebook);
    let conflicts = leftovers
        .conflicts
        .iter()
        .map(|written| match &written.form {
            Form::Source(lines) => (written.conflict.cell, Left::Markers(lines.start)),
            Form::Note { note, lines } => (Some(*note), Left::Note(lines.start)),
        });
    let strays = leftovers.strays.iter().map(|stray| {
        let what = match stray.what {
            StrayKind::Marker(line) => Left::Markers(line.saturating_sub(1)),
            StrayKind::Note => Left::Note(0),
            StrayKind::MarkerCell => Left::MarkerCell,
            StrayKind::MarkerOutput => Left::MarkerOutput,
            StrayKind::NbdimeMetadata => Left::Metadata,
        };
        (stray.cell, what)
    });
    let mut all: Vec<_> = conflicts.chain(strays).collect();
    all.sort_unstable();
    all.dedup();
    for of_cell in all.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((cell, _)) = of_cell.first() else {
            continue;
        };
        conflicted.extend(*cell);
        report(
            notebook,
            *cell,
            of_cell.iter().map(|(_, what)| *what),
            found,
        );
    }
    conflicted
}

/// Reports what is left in one cell, or in the notebook.
fn report(
    notebook: &Notebook<'_>,
    index: Option<usize>,
    left: impl Iterator<Item = Left>,
    found: &mut Collector,
) {
    let root = notebook.document.root();
    let cell = index.and_then(|index| notebook.cells.get(index));
    let whole = opening(&cell.map_or(root, |cell| cell.value));
    let source = cell.and_then(|cell| cell.source);
    let mut text = source.map(|source| PlacedText::read(&source, notebook.format));
    let starts = text
        .as_ref()
        .map(PlacedText::line_starts)
        .unwrap_or_default();
    for what in left {
        let (line, message) = match what {
            Left::Markers(line) => (Some(line), "conflict markers"),
            Left::Note(line) => (Some(line), "a note on a conflict"),
            Left::MarkerCell => (Some(0), "the cell is a conflict marker"),
            Left::MarkerOutput => (None, "an output is a conflict marker"),
            Left::Metadata => (None, "metadata `nbdime-conflicts`"),
        };
        let message = || message.to_owned();
        if let (Some(line), Some(text), Some(index)) = (line, &mut text, index) {
            let start = starts.get(line).copied().unwrap_or_default();
            let rest = text.text.get(start..).unwrap_or_default();
            let length = rest.lines().next().unwrap_or_default().len();
            let range = start..start + length;
            let place = TextPlace::Source(index);
            found.add_in_text(Rule::Conflict, text, range, place, message);
            continue;
        }
        let metadata = cell.map_or(notebook.metadata, |cell| cell.metadata);
        let span = match what {
            Left::MarkerOutput => cell.and_then(|cell| cell.outputs),
            Left::Metadata => metadata.and_then(|metadata| metadata.get("nbdime-conflicts")),
            Left::Markers(_) | Left::Note(_) | Left::MarkerCell => None,
        };
        let span = span.map_or(whole.clone(), |value| opening(&value));
        found.add(Rule::Conflict, span, index, message);
    }
}
