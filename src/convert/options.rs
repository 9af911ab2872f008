//! Cell metadata on one line: `Title key="value" flag=true`.

use super::{Metadata, TextCell};

/// How metadata is spelled.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Spelling {
    /// `key=JSON key=JSON`.
    #[default]
    KeyValue,
    /// One JSON object.
    Json,
}

/// Returns metadata as text, for fences and regions of Markdown (jupytext's
/// `metadata_to_text`): `lead` is a language, or nothing, and then the
/// metadata's title comes first, if it can.
pub fn write(_lead: Option<&str>, _metadata: &Metadata, _spelling: Spelling) -> String {
    todo!()
}

/// Reads what stands behind a region's or a cell's marker: a title, and
/// metadata.
pub fn read_titled(_text: &str) -> (String, Metadata) {
    todo!()
}

/// Reads what stands behind a fence: a language, if it is one of
/// [`super::languages::is_fence_language`] in any case, and metadata.
pub fn read_fence(_text: &str) -> (String, Metadata) {
    todo!()
}

/// Returns whether options are spelled as JSON.
pub fn is_json(_text: &str) -> bool {
    todo!()
}

/// Returns a value as Python's `json.dumps` spells it: on one line, ASCII
/// only.
pub fn json_text(_value: &serde_json::Value) -> String {
    todo!()
}

/// Returns the metadata that text gets for a cell: `filtered` with its id
/// (`cell_id`) and attachments (`attachments`), if it has any that are to be
/// there.
pub fn with_extras(_cell: &TextCell, _filtered: Metadata) -> Metadata {
    todo!()
}

/// Takes id and attachments out of a cell's metadata into their own fields.
pub fn take_extras(_cell: &mut TextCell) {
    todo!()
}
