//! What is looked for cell by cell: NB306, NB401 and NB404 here, the rest in
//! files of their own.

use std::collections::HashSet;

use super::collect::Collector;
use super::options::CheckOptions;
use super::rules::Rule;
use super::stripped::opening;
use super::{attachments, conflicts, python, running, secrets};
use crate::json::Edit;
use crate::notebook::Notebook;

/// Finds all but what strip takes out and what is wrong with the structure.
pub(super) fn find(notebook: &Notebook<'_>, options: &CheckOptions, found: &mut Collector) {
    missing_kernelspec(notebook, found);
    let conflicted = conflicts::find(notebook, found);
    running::find(notebook, found);
    large_outputs(notebook, options, found);
    attachments::find(notebook, found);
    empty_cells(notebook, found);
    python::find(notebook, &conflicted, found);
    secrets::find(notebook, found);
}

fn missing_kernelspec(notebook: &Notebook<'_>, found: &mut Collector) {
    let has = |key: &str| {
        let metadata = notebook.metadata;
        metadata.is_some_and(|metadata| metadata.get(key).is_some())
    };
    // Before nbformat 4 there was none.
    if notebook.format.major >= 4 && !has("kernelspec") {
        let root = notebook.document.root();
        let place = notebook.metadata.unwrap_or(root);
        found.add(Rule::MissingKernelspec, opening(&place), None, || {
            "`metadata` has no `kernelspec`".to_owned()
        });
    }
}

fn large_outputs(notebook: &Notebook<'_>, options: &CheckOptions, found: &mut Collector) {
    if !found.wants([Rule::LargeOutput]) {
        return;
    }
    // Of those that are to go anyway nobody needs to know how large they are.
    let going: HashSet<usize> = found.cells_with(Rule::Outputs).collect();
    for (index, cell) in notebook.cells.iter().enumerate() {
        let Some(outputs) = cell.outputs.filter(|_| !going.contains(&index)) else {
            continue;
        };
        let size = outputs.raw().len();
        if size > options.max_output_size {
            let most = options.max_output_size;
            found.add(Rule::LargeOutput, opening(&outputs), Some(index), || {
                format!("the outputs have {size} bytes, more than {most}")
            });
        }
    }
}

fn empty_cells(notebook: &Notebook<'_>, found: &mut Collector) {
    if !found.wants([Rule::EmptyCell]) {
        return;
    }
    let mut cells = notebook.cells.iter().enumerate();
    for array in &notebook.cell_arrays {
        let mut items = Vec::new();
        for value in array.elements() {
            let Some((index, cell)) = cells.next() else {
                break;
            };
            let mut goes = false;
            if cell.is_blank() && cell.attachments.is_none() {
                let message = || "the cell is empty".to_owned();
                let span = opening(&value);
                if cell.outputs.is_none_or(|outputs| !outputs.is_truthy()) {
                    goes = found.add_mendable(Rule::EmptyCell, span, Some(index), message);
                } else {
                    found.add(Rule::EmptyCell, span, Some(index), message);
                }
            }
            items.push((value.span(), goes));
        }
        if items.iter().any(|(_, goes)| *goes) {
            found.edit(Edit::remove_items(array, items));
        }
    }
}
