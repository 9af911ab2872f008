//! What a text would not bring back of the notebook it was made of.

use std::fmt;

use serde_json::Value;

use super::filter;
use super::model::{Metadata, TextCell, TextNotebook};
use super::settings::TextSettings;
use crate::notebook::CellKind;

/// Something that comes back otherwise. Cells are counted from zero.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Difference {
    /// There would be another number of cells.
    Cells {
        /// How many there are.
        before: usize,
        /// How many there would be.
        after: usize,
    },
    /// A cell would be of another kind.
    Kind {
        /// The cell.
        cell: usize,
    },
    /// A cell would have another source.
    Source {
        /// The cell.
        cell: usize,
        /// The first line that differs, from one.
        line: usize,
    },
    /// A source would have other blank lines at its start or end.
    BlankLines {
        /// The cell.
        cell: usize,
    },
    /// Metadata would have another value, or be missing.
    Metadata {
        /// The cell; `None` for the notebook.
        cell: Option<usize>,
        /// The key.
        key: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cells { before, after } => {
                write!(f, "its {before} cells would come back as {after}")
            }
            Self::Kind { cell } => {
                write!(f, "cell {} would come back as another kind", cell + 1)
            }
            Self::Source { cell, line } => write!(
                f,
                "cell {} would come back with another source, from line {line}",
                cell + 1
            ),
            Self::BlankLines { cell } => write!(
                f,
                "cell {} would come back with other blank lines around it",
                cell + 1
            ),
            Self::Metadata {
                cell: Some(cell),
                key,
            } => write!(
                f,
                "cell {} would come back without its metadata '{}'",
                cell + 1,
                key.escape_debug()
            ),
            Self::Metadata { cell: None, key } => {
                write!(
                    f,
                    "it would come back without its metadata '{}'",
                    key.escape_debug()
                )
            }
        }
    }
}

/// Returns what of `before` is not in `after`, which was read from its text.
///
/// What text leaves out on purpose, by the filters of the notebook or without
/// any, is no difference. If there are more or fewer cells, the first that
/// differs is named and no other.
pub fn differences(before: &TextNotebook, after: &TextNotebook) -> Vec<Difference> {
    let settings = TextSettings::of(&before.metadata);
    let mut found = Vec::new();
    let notebook_filter = settings.notebook_metadata_filter.as_deref();
    let kept = filter::notebook_metadata(&before.metadata, notebook_filter);
    for key in missing(&kept, &after.metadata) {
        // It says how the text is written, and changes with it.
        if key != "jupytext" {
            let key = key.to_owned();
            found.push(Difference::Metadata { cell: None, key });
        }
    }
    let (n_before, n_after) = (before.cells.len(), after.cells.len());
    if n_before != n_after {
        found.push(Difference::Cells {
            before: n_before,
            after: n_after,
        });
    }
    let cell_filter = settings.cell_metadata_filter.as_deref();
    for (cell, (old, new)) in before.cells.iter().zip(&after.cells).enumerate() {
        let n_found = found.len();
        compare_cells(cell, (old, new), cell_filter, &mut found);
        if n_before != n_after && found.len() > n_found {
            break;
        }
    }
    found
}

fn compare_cells(
    cell: usize,
    (old, new): (&TextCell, &TextCell),
    cell_filter: Option<&str>,
    found: &mut Vec<Difference>,
) {
    let is_text = |kind| matches!(kind, CellKind::Raw | CellKind::Unknown);
    if old.kind != new.kind && !(is_text(old.kind) && is_text(new.kind)) {
        found.push(Difference::Kind { cell });
    }
    if old.source != new.source {
        let blank = |c: char| c.is_whitespace();
        found.push(
            if old.source.trim_matches(blank) == new.source.trim_matches(blank) {
                Difference::BlankLines { cell }
            } else {
                let lines = old.source.split('\n').zip(new.source.split('\n'));
                let same = lines.take_while(|(old, new)| old == new).count();
                Difference::Source {
                    cell,
                    line: same + 1,
                }
            },
        );
    }
    let kept = filter::cell_metadata(&old.metadata, cell_filter);
    for key in missing(&kept, &new.metadata) {
        let key = key.to_owned();
        found.push(Difference::Metadata {
            cell: Some(cell),
            key,
        });
    }
    // A key that text cannot hold never was among those kept.
    let unheld = old.metadata.keys().filter(|key| !filter::is_valid_key(key));
    found.extend(unheld.map(|key| Difference::Metadata {
        cell: Some(cell),
        key: key.clone(),
    }));
    let held = |object: &Option<Metadata>| object.is_some();
    if held(&old.attachments) && old.attachments != new.attachments {
        let key = "attachments".to_owned();
        found.push(Difference::Metadata {
            cell: Some(cell),
            key,
        });
    }
}

/// Returns the keys of `before` that `after` does not have as they are.
fn missing<'a>(before: &'a Metadata, after: &Metadata) -> Vec<&'a str> {
    let is_nothing = |value: &Value| match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    let lost = before
        .iter()
        .filter(|(key, value)| after.get(*key) != Some(value) && !is_nothing(value));
    lost.map(|(key, _)| key.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn notebook(cells: &[(CellKind, &str)]) -> TextNotebook {
        let cells = cells.iter().map(|&(kind, source)| TextCell {
            kind,
            source: source.to_owned(),
            metadata: Metadata::new(),
            id: None,
            attachments: None,
        });
        TextNotebook {
            metadata: Metadata::new(),
            cells: cells.collect(),
        }
    }

    #[track_caller]
    fn check(before: &TextNotebook, after: &TextNotebook, expected: &[&str]) {
        let found = differences(before, after);
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sources_and_kinds_are_compared_to_the_character() {
        let before = notebook(&[(CellKind::Code, "a\nb\nc"), (CellKind::Raw, "d\n")]);
        check(&before, &before, &[]);
        let after = notebook(&[(CellKind::Markdown, "a\nx\nc"), (CellKind::Raw, "d")]);
        let expected = [
            "cell 1 would come back as another kind",
            "cell 1 would come back with another source, from line 2",
            "cell 2 would come back with other blank lines around it",
        ];
        check(&before, &after, &expected);
    }

    #[test]
    fn of_cells_that_are_split_the_first_is_named() {
        let before = notebook(&[(CellKind::Code, "a\n# %%\nb"), (CellKind::Code, "c")]);
        let code = |source| (CellKind::Code, source);
        let after = notebook(&[code("a"), code("b"), code("c")]);
        let expected = [
            "its 2 cells would come back as 3",
            "cell 1 would come back with another source, from line 2",
        ];
        check(&before, &after, &expected);
    }

    #[test]
    fn metadata_that_text_leaves_out_on_purpose_is_no_difference() {
        let mut before = notebook(&[(CellKind::Code, "a")]);
        let after = before.clone();
        before.metadata.insert("widgets".to_owned(), json!(1));
        let metadata = &mut before.cells[0].metadata;
        metadata.insert("collapsed".to_owned(), json!(true));
        metadata.insert("tags".to_owned(), json!([]));
        check(&before, &after, &[]);
        let metadata = &mut before.cells[0].metadata;
        metadata.insert("tags".to_owned(), json!(["t"]));
        metadata.insert("no key".to_owned(), json!(1));
        before
            .metadata
            .insert("kernelspec".to_owned(), json!({"name": "k"}));
        let expected = [
            "it would come back without its metadata 'kernelspec'",
            "cell 1 would come back without its metadata 'tags'",
            "cell 1 would come back without its metadata 'no key'",
        ];
        check(&before, &after, &expected);
    }
}
