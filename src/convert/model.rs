//! A notebook as far as text holds it.

use crate::notebook::CellKind;

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
