//! Cells with their place in a text, and what became of cells on the way
//! through one.

use super::TextCell;
use super::ends::{self, End};

/// A cell as it stands in a text.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The cell.
    pub(super) cell: TextCell,
    /// The line its marker stands in, from zero; for Markdown without one,
    /// the first line that is not blank, if there is one.
    pub(super) line: Option<usize>,
}

/// How the cells that a text is read as differ from those it was written for.
#[derive(Debug)]
pub(super) enum Drift<'a> {
    /// In blank ends at most: these.
    Ends(Vec<End<'a>>),
    /// In more: these cells of the notebook, in order.
    Cells(Vec<usize>),
}

/// Compares the cells of a notebook, each with its line in the text, with
/// what the text is read as.
///
/// `is_left_out` says of a blank Markdown cell whether the format leaves it
/// out.
pub(super) fn drift<'a>(
    cells: &'a [TextCell],
    lines: &[Option<usize>],
    read: &[Placed],
    leaves_out_blank: LeavesOutBlank,
) -> Drift<'a> {
    let is_blank = |cell: &TextCell, line: Option<usize>| {
        line.is_none() && ends::trimmed(&cell.source).is_empty()
    };
    let mut wrong = Vec::new();
    let mut found = Vec::new();
    let mut next = 0;
    for (index, cell) in cells.iter().enumerate() {
        let line = lines.get(index).copied().flatten();
        if is_blank(cell, line) {
            if leaves_out_blank == LeavesOutBlank::No {
                let placed = read
                    .get(next)
                    .filter(|read| is_blank(&read.cell, read.line));
                next += usize::from(placed.is_some());
                found.push(placed);
            } else {
                found.push(None);
            }
            continue;
        }
        // Cells of the text that stand before this one belong to a cell that
        // was torn apart.
        let mut is_torn = false;
        while let Some(placed) = read.get(next)
            && placed
                .line
                .is_none_or(|at| line.is_some_and(|line| at < line))
        {
            next += 1;
            is_torn = true;
        }
        if is_torn && index > 0 && wrong.last() != Some(&(index - 1)) {
            wrong.push(index - 1);
        }
        let placed = read.get(next).filter(|placed| placed.line == line);
        let same = placed.filter(|placed| {
            placed.cell.kind == cell.kind
                && ends::trimmed(&placed.cell.source) == ends::trimmed(&cell.source)
        });
        next += usize::from(placed.is_some());
        if same.is_none() {
            wrong.push(index);
        }
        found.push(same);
    }
    if next < read.len() && wrong.last().is_none_or(|last| last + 1 < cells.len()) {
        wrong.extend(cells.len().checked_sub(1));
    }
    if !wrong.is_empty() {
        return Drift::Cells(wrong);
    }
    if leaves_out_blank == LeavesOutBlank::No {
        let lost: Vec<_> = (0..cells.len())
            .filter(|index| found[*index].is_none())
            .collect();
        if !lost.is_empty() {
            return Drift::Cells(lost);
        }
    }
    let ends = cells.iter().zip(&found).enumerate();
    Drift::Ends(
        ends.filter(|(_, (cell, read))| read.is_none_or(|read| read.cell.source != cell.source))
            .map(|(index, (cell, read))| End {
                cell: index,
                is_missing: read.is_none(),
                source: &cell.source,
            })
            .collect(),
    )
}

/// Whether a format has no cell for blank Markdown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum LeavesOutBlank {
    /// It leaves the cell out.
    Yes,
    /// It has one.
    No,
}

/// Returns the first of each run of neighbours: where text is read wrongly,
/// the cells behind are often only swept along.
pub(super) fn first_of_runs(cells: &[usize]) -> Vec<usize> {
    let is_first = |at: &usize| *at == 0 || cells[at - 1] + 1 != cells[*at];
    (0..cells.len())
        .filter(is_first)
        .map(|at| cells[at])
        .collect()
}

/// Returns the lines of a text without their ends. A text whose lines all end
/// in `\r\n` is one that git or an editor converted; a `\r` anywhere else is
/// part of a source.
pub(super) fn lines_of(text: &str) -> Vec<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let n_ends = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    let is_converted = n_ends > 0 && text.matches("\r\n").count() == n_ends;
    let body = text.strip_suffix('\n').unwrap_or(text);
    if body.is_empty() && n_ends < 2 {
        return Vec::new();
    }
    let lines = body.split('\n');
    if is_converted {
        lines
            .map(|line| line.strip_suffix('\r').unwrap_or(line))
            .collect()
    } else {
        lines.collect()
    }
}
