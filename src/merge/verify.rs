//! Holds a merge against what must be true of every merge, before anybody
//! gets it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::cells::{Inputs, MergedCell, merge_class};
use super::plan::{Entry, Outcome, Plan};
use super::read::is_marker;
use super::{Merged, Side};
use crate::diff::cell_text;
use crate::json::Document;
use crate::notebook::{Cell, CellKind, NbFormat, Notebook};

/// Checks a merge; returns what is wrong with it.
pub(super) fn verify(inputs: &Inputs<'_>, plan: &Plan<'_>, merged: &Merged) -> Result<(), String> {
    let host = inputs.notebooks.side(inputs.host);
    let bytes = merged.edits.apply(host.document.bytes());
    let document = Document::read(&bytes).map_err(|error| error.to_string())?;
    let result = Notebook::read(&document).map_err(|error| error.to_string())?;
    check_structure(inputs, &result)?;
    check_sources(inputs, plan, &result)?;
    if inputs.options.favor.is_none() {
        check_lines(inputs, &result)?;
        check_mirror(inputs, plan)?;
    }
    if merged.is_clean() {
        check_no_trace(inputs, &result)?;
    }
    Ok(())
}

/// What can be wrong with a cell of nbformat 4.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Fault {
    NoMetadata,
    NoSource,
    NoOutputs,
    NoCount,
    OutputsOfProse,
    AttachmentsOfCode,
    UnknownKind,
    NoId,
    IdRepeated,
    IdBeforeIds,
}

/// Returns the faults of a notebook.
fn faults(notebook: &Notebook<'_>) -> HashSet<Fault> {
    let mut faults = HashSet::new();
    if notebook.format.major < 4 {
        return faults;
    }
    let has_ids = notebook.format >= NbFormat { major: 4, minor: 5 };
    let mut ids = HashSet::new();
    for cell in &notebook.cells {
        let is_code = cell.kind == CellKind::Code;
        let id = cell.id.and_then(|id| id.as_str());
        let found = [
            (cell.metadata.is_none(), Fault::NoMetadata),
            (cell.source.is_none(), Fault::NoSource),
            (is_code && cell.outputs.is_none(), Fault::NoOutputs),
            (is_code && cell.execution_count.is_none(), Fault::NoCount),
            (
                !is_code && (cell.outputs.is_some() || cell.execution_count.is_some()),
                Fault::OutputsOfProse,
            ),
            (
                is_code && cell.attachments.is_some(),
                Fault::AttachmentsOfCode,
            ),
            (cell.kind == CellKind::Unknown, Fault::UnknownKind),
            (has_ids && id.is_none(), Fault::NoId),
            (!has_ids && cell.id.is_some(), Fault::IdBeforeIds),
        ];
        faults.extend(
            found
                .into_iter()
                .filter(|(is, _)| *is)
                .map(|(_, fault)| fault),
        );
        if let Some(id) = id
            && has_ids
            && !ids.insert(id)
        {
            faults.insert(Fault::IdRepeated);
        }
    }
    faults
}

/// The result has no fault that neither side has.
fn check_structure(inputs: &Inputs<'_>, result: &Notebook<'_>) -> Result<(), String> {
    let found = faults(result);
    if found.is_empty() {
        return Ok(());
    }
    let mut known = faults(inputs.notebooks.ours);
    known.extend(faults(inputs.notebooks.theirs));
    // Ids are mended, whatever the sides have.
    known.remove(&Fault::NoId);
    known.remove(&Fault::IdRepeated);
    let mut new: Vec<_> = found.difference(&known).collect();
    new.sort_unstable();
    match new.first() {
        Some(fault) => Err(format!(
            "a cell has a fault that neither side has: {fault:?}"
        )),
        None => Ok(()),
    }
}

/// The cells are those of the plan.
fn check_sources(
    inputs: &Inputs<'_>,
    plan: &Plan<'_>,
    result: &Notebook<'_>,
) -> Result<(), String> {
    if result.cells.len() != plan.entries.len() {
        return Err(format!(
            "{} cells where {} should be",
            result.cells.len(),
            plan.entries.len()
        ));
    }
    for (at, (cell, entry)) in result.cells.iter().zip(&plan.entries).enumerate() {
        let Entry::Cell(planned) = entry else {
            continue;
        };
        let own = inputs.cell(planned.carrier, planned.index);
        if let (None, Some(own)) = (&planned.source, own.and_then(|own| own.source))
            && cell.source.is_some_and(|source| source.raw() == own.raw())
        {
            continue;
        }
        let expected = planned_text(inputs, planned);
        if cell.text() != expected && cell_text(cell, result.format) != expected {
            return Err(format!("the source of cell {at} is not what it should be"));
        }
    }
    Ok(())
}

fn planned_text<'p>(inputs: &Inputs<'p>, planned: &'p MergedCell<'_>) -> Cow<'p, str> {
    match &planned.source {
        Some(source) => Cow::Borrowed(source),
        None => inputs.text(planned.carrier, planned.index),
    }
}

/// The sources of the cells that a notebook has and the base has not. What is
/// left as it was needs no look.
fn changed_texts<'a>(notebook: &Notebook<'a>, base: &HashSet<&[u8]>) -> Vec<Cow<'a, str>> {
    let cells = notebook.cells.iter();
    let is_changed = |cell: &&Cell<'_>| {
        !cell
            .source
            .is_some_and(|source| base.contains(source.raw()))
    };
    cells.filter(is_changed).map(Cell::text).collect()
}

/// Returns the sources of all cells as they are written.
fn sources<'a>(notebook: &Notebook<'a>) -> HashSet<&'a [u8]> {
    let sources = notebook.cells.iter().filter_map(|cell| cell.source);
    sources.map(|source| source.raw()).collect()
}

fn lines<'t>(texts: &'t [Cow<'_, str>]) -> HashSet<&'t str> {
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
}

/// No line that a side wrote is lost.
fn check_lines(inputs: &Inputs<'_>, result: &Notebook<'_>) -> Result<(), String> {
    let unchanged = sources(inputs.notebooks.base);
    let merged = changed_texts(result, &unchanged);
    let merged = lines(&merged);
    let mut missing: Vec<String> = Vec::new();
    for side in [Side::Ours, Side::Theirs] {
        let texts = changed_texts(inputs.notebooks.side(side), &unchanged);
        let lines = lines(&texts).into_iter();
        missing.extend(
            lines
                .filter(|line| !merged.contains(line))
                .map(str::to_owned),
        );
    }
    if missing.is_empty() {
        return Ok(());
    }
    // They may stand in cells that nobody changed, or have been deleted.
    let all: Vec<_> = [inputs.notebooks.base, result]
        .into_iter()
        .flat_map(|notebook| notebook.cells.iter().map(Cell::text))
        .collect();
    let all = lines(&all);
    missing.retain(|line| !all.contains(&**line));
    missing.sort_unstable();
    match missing.first() {
        Some(line) => Err(format!("a line is lost: '{line}'")),
        None => Ok(()),
    }
}

/// A merge without conflicts leaves no trace.
fn check_no_trace(inputs: &Inputs<'_>, result: &Notebook<'_>) -> Result<(), String> {
    let mut known = sources(inputs.notebooks.ours);
    known.extend(sources(inputs.notebooks.theirs));
    let merged = changed_texts(result, &known);
    let mut markers: Vec<_> = lines(&merged).into_iter().collect();
    markers.retain(|line| is_marker(line));
    if markers.is_empty() {
        return Ok(());
    }
    let sides = [inputs.notebooks.ours, inputs.notebooks.theirs].into_iter();
    let sides: Vec<_> = sides
        .flat_map(|notebook| notebook.cells.iter().map(Cell::text))
        .collect();
    let sides = lines(&sides);
    markers.retain(|line| !sides.contains(line));
    if markers.is_empty() {
        Ok(())
    } else {
        Err("a conflict marker is left, but no conflict".to_owned())
    }
}

/// Ours and theirs with their names swapped give the same cells.
fn check_mirror(inputs: &Inputs<'_>, plan: &Plan<'_>) -> Result<(), String> {
    let mut notebooks = inputs.notebooks;
    std::mem::swap(&mut notebooks.ours, &mut notebooks.theirs);
    let mirrored = Inputs {
        notebooks,
        host: inputs.host.other(),
        first: inputs.first.other(),
        ..*inputs
    };
    for (class, outcome) in &plan.merged {
        let other = merge_class(&mirrored, &class.swapped());
        let other = Outcome::of(&mirrored, &other);
        if other != *outcome {
            return Err(format!(
                "{outcome:?}, but {other:?} with ours and theirs swapped"
            ));
        }
    }
    Ok(())
}
