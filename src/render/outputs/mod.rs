//! What became of the outputs of a cell.

mod changed;
mod drawing;
mod labels;
mod picture;
mod pointers;
mod table;

use std::io;
use std::ops::Range;

use super::Detail;
use super::escape::{printed, width};
use super::hunks::{Origin, Pen, Side, write_whole};
use crate::diff::{Change, OutputDiff, OutputUnit, output_units};
use crate::notebook::Notebook;
use changed::write_changed;
use labels::IN_HEADER;

pub(super) use labels::{about, label, number, preview};

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
            (Some(old), Some(new)) => {
                if pen.options.detail == Detail::All || !output.is_noise() {
                    write_changed(pen, output, old, new)?;
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
