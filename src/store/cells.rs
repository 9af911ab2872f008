//! What makes a cell the same cell in another version of its notebook.

use std::borrow::Cow;
use std::collections::HashMap;

use super::digest::Digest;
use crate::notebook::{Cell, CellKind, Notebook};
use crate::strip::{Ids, StripOptions};

/// Returns the code cells of a notebook with their keys: what is kept for a
/// key may be shown in a cell of this path that has it.
///
/// A key is the id and the source; without an id, the source of the code cell
/// before takes its place. Of equal ones, the first is the first.
pub(super) fn keyed_cells<'n, 'a>(
    notebook: &'n Notebook<'a>,
    options: &StripOptions,
) -> Vec<(Digest, &'n Cell<'a>)> {
    let mut n_met: HashMap<Digest, u64> = HashMap::new();
    let mut source_before = Cow::Borrowed("");
    let mut cells = Vec::new();
    for cell in &notebook.cells {
        if cell.kind != CellKind::Code {
            continue;
        }
        let source = cell.text();
        // An id that strip takes is not in the stripped file.
        let id = cell.id.filter(|_| options.ids == Ids::Keep);
        let parts = match id {
            Some(id) => [b"id", id.raw(), source.as_bytes()],
            None => [b"--", source_before.as_bytes(), source.as_bytes()],
        };
        let key = Digest::of_list(&parts);
        let n_before = n_met.entry(key).or_default();
        let key = match *n_before {
            0 => key,
            n_before => Digest::of_list(&[key.as_bytes(), &n_before.to_le_bytes()]),
        };
        *n_before += 1;
        cells.push((key, cell));
        source_before = source;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn keys(cells: &str) -> Vec<Digest> {
        let json = format!(r#"{{"nbformat":4,"cells":[{cells}]}}"#);
        let document = Document::read(json.as_bytes()).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        let cells = keyed_cells(&notebook, &StripOptions::default());
        cells.into_iter().map(|(key, _)| key).collect()
    }

    fn code(source: &str) -> String {
        format!(r#"{{"cell_type":"code","source":"{source}"}}"#)
    }

    #[test]
    fn an_id_and_a_source_make_a_cell() {
        let one = keys(r#"{"cell_type":"code","id":"a","source":["x\n","y"],"outputs":[1]}"#);
        let cells = r#"{"cell_type":"code","id":"b","source":"z"},
            {"source":"x\ny","id":"a","cell_type":"code"},
            {"source":"x","id":"a","cell_type":"code"},
            {"source":"x\ny","id":"c","cell_type":"code"}"#;
        let other = keys(cells);
        let equal: Vec<_> = other.iter().map(|key| *key == one[0]).collect();
        assert_eq!(equal, [false, true, false, false]);
    }

    #[test]
    fn without_an_id_the_code_before_counts() {
        let markdown = r#"{"cell_type":"markdown","source":"z"}"#;
        let one = keys(&[code("a"), code("b")].join(","));
        let other = keys(&[code("a"), markdown.to_owned(), code("b")].join(","));
        assert_eq!(one, other);
        assert_ne!(one[1], keys(&[code("c"), code("b")].join(","))[1]);
    }

    #[test]
    fn equal_cells_have_different_keys() {
        let mut keys = keys(&vec![code("a"); 4].join(","));
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 4);
    }
}
