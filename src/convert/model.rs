//! A notebook as far as text holds it.

use crate::json::Value;
use crate::notebook::{CellKind, Notebook};

/// Metadata in its order.
pub type Metadata = serde_json::Map<String, serde_json::Value>;

/// What text holds of a notebook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextNotebook {
    /// Metadata of the notebook: of one read from text, what its header says;
    /// of one read from a file, all of it.
    pub metadata: Metadata,
    /// The cells.
    pub cells: Vec<TextCell>,
}

/// What text holds of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct TextCell {
    /// What it is.
    pub kind: CellKind,
    /// Its source, lines ended as they are in the notebook.
    pub source: String,
    /// Its metadata.
    pub metadata: Metadata,
    /// Its id, if it has one that is to be in the text, or one was there.
    pub id: Option<String>,
    /// Its attachments, likewise: mime bundles by name.
    pub attachments: Option<Metadata>,
}

/// What of a cell is to be in the text beside kind, source and metadata.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Extras {
    /// Whether ids are.
    pub ids: bool,
    /// Whether attachments are.
    pub attachments: bool,
}

/// Returns what text holds of a notebook of nbformat 4.
///
/// Older ones are to be upgraded first ([`crate::notebook::upgrade`]).
pub fn text_notebook(notebook: &Notebook<'_>, extras: Extras) -> TextNotebook {
    let cells = notebook.cells.iter().map(|cell| TextCell {
        kind: cell.kind,
        source: cell.text().into_owned(),
        metadata: object(cell.metadata),
        id: cell
            .id
            .filter(|_| extras.ids)
            .and_then(|id| id.as_str())
            .map(std::borrow::Cow::into_owned),
        attachments: cell
            .attachments
            .filter(|_| extras.attachments)
            .map(|attachments| object(Some(attachments))),
    });
    TextNotebook {
        metadata: object(notebook.metadata),
        cells: cells.collect(),
    }
}

/// Returns the members of an object.
fn object(_value: Option<Value<'_>>) -> Metadata {
    todo!()
}
