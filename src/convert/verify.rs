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
