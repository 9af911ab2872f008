//! What tests of several forms make notebooks with.

use proptest::prelude::*;
use proptest::{collection, sample};

use super::percent;
use super::{Metadata, TextNotebook};
use crate::notebook::CellKind::{self, Code, Markdown, Raw};

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

/// Lines, these more often than others.
pub(super) fn any_line(known: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        4 => sample::select(known).prop_map(str::to_owned),
        1 => "[ -~]{0,6}",
        1 => "\\PC{0,4}",
    ]
}

/// Cells of such lines.
pub(super) fn any_cells(
    known: &'static [&'static str],
) -> impl Strategy<Value = Vec<(CellKind, String)>> {
    let kind = sample::select(&[Code, Markdown, Markdown, Raw][..]);
    let lines = collection::vec(any_line(known), 0..7);
    let source = lines.prop_map(|lines| lines.join("\n"));
    collection::vec((kind, source), 0..6)
}
