//! What tests of several forms make notebooks with.

use super::percent;
use super::{Metadata, TextNotebook};
use crate::notebook::CellKind;

pub(super) fn object(value: serde_json::Value) -> Metadata {
    serde_json::from_value(value).unwrap()
}

pub(super) fn notebook(metadata: Metadata, cells: &[(CellKind, &str)]) -> TextNotebook {
    let cells = cells
        .iter()
        .map(|(kind, source)| percent::cell(*kind, (*source).to_owned(), Metadata::new()));
    TextNotebook {
        metadata,
        cells: cells.collect(),
    }
}

pub(super) fn cells(notebook: &TextNotebook) -> Vec<(CellKind, &str)> {
    notebook
        .cells
        .iter()
        .map(|cell| (cell.kind, &*cell.source))
        .collect()
}

/// The text behind the header.
pub(super) fn body(text: &str) -> &str {
    text.split_once("\n---\n\n").expect("a header").1
}
