//! NB201 to NB205: how the cells ran.
//!
//! A notebook does not say when a source was edited. What can be known is that
//! the outputs are not those of the run whose count the cell has.

use super::collect::Collector;
use super::rules::Rule;
use super::stripped::opening;
use crate::json::{Kind, Value};
use crate::notebook::{Cell, CellKind, Notebook, OutputKind};

/// The tag by which a cell says that it is to fail, as nbclient knows it.
pub(super) const MAY_FAIL: &str = "raises-exception";

/// Finds what is wrong with how the cells ran. Without any count, nothing was
/// run or all was stripped.
pub(super) fn find(notebook: &Notebook<'_>, found: &mut Collector) {
    let rules = [
        Rule::OutOfOrder,
        Rule::CountGap,
        Rule::NotRun,
        Rule::ErrorOutput,
        Rule::OtherRun,
    ];
    if !found.wants(rules) {
        return;
    }
    let cells = || {
        let cells = notebook.cells.iter().enumerate();
        cells.filter(|(_, cell)| cell.kind == CellKind::Code)
    };
    let has_run = cells().any(|(_, cell)| number_of(cell).is_some());
    let mut last: Option<(usize, u64)> = None;
    let mut next = 1;
    for (index, cell) in cells() {
        errors(cell, index, found);
        other_runs(cell, index, found);
        let Some((count, number)) = number_of(cell) else {
            if has_run && !cell.is_blank() {
                found.add(Rule::NotRun, opening(&cell.value), Some(index), || {
                    "the cell was not run, and others were".to_owned()
                });
            }
            continue;
        };
        match last {
            Some((before, highest)) if number <= highest => {
                found.add(Rule::OutOfOrder, count.span(), Some(index), || {
                    format!(
                        "the cell ran as [{number}], cell {} before it as [{highest}]",
                        before + 1
                    )
                });
            }
            _ => last = Some((index, number)),
        }
        if number > next {
            found.add(Rule::CountGap, count.span(), Some(index), || {
                format!("the cell ran as [{number}], where [{next}] comes next")
            });
        }
        next = next.max(number.saturating_add(1));
    }
}

/// Returns the execution count of a cell and the number it is.
fn number_of<'a>(cell: &Cell<'a>) -> Option<(Value<'a>, u64)> {
    let count = cell.execution_count?;
    Some((count, count.as_u64()?))
}

fn errors(cell: &Cell<'_>, index: usize, found: &mut Collector) {
    if cell.has_tag(MAY_FAIL) {
        return;
    }
    let mut errors = cell
        .outputs()
        .filter(|output| output.kind == OutputKind::Error);
    if let Some(output) = errors.next() {
        let (name, _, _) = output.error();
        found.add(
            Rule::ErrorOutput,
            opening(&output.value),
            Some(index),
            || {
                format!(
                    "the cell ended with {}",
                    if name.is_empty() { "an error" } else { &name }
                )
            },
        );
    }
}

/// Reports outputs that carry another count than their cell.
fn other_runs(cell: &Cell<'_>, index: usize, found: &mut Collector) {
    let of_cell = cell
        .execution_count
        .filter(|count| count.kind() != Kind::Null);
    let shown = |count: Option<Value<'_>>| {
        count.map_or("none".to_owned(), |count| {
            format!("[{}]", String::from_utf8_lossy(count.raw()))
        })
    };
    for output in cell.outputs() {
        let Some(count) = output.execution_count() else {
            continue;
        };
        let is_other = count.kind() == Kind::Number
            && of_cell.is_none_or(|of_cell| of_cell.raw() != count.raw());
        if is_other {
            found.add(Rule::OtherRun, count.span(), Some(index), || {
                format!(
                    "the output is of run {}, the count of the cell is {}",
                    shown(Some(count)),
                    shown(of_cell)
                )
            });
            return;
        }
    }
}
