//! What the `jupytext` section of a notebook's metadata asks for.

use super::Metadata;

/// Options of text, by jupytext's names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextSettings {
    /// Which metadata of the notebook is written.
    pub notebook_metadata_filter: Option<String>,
    /// Which metadata at the root of a MyST header is moved.
    pub root_level_metadata_filter: Option<String>,
    /// Which metadata of cells is written.
    pub cell_metadata_filter: Option<String>,
    /// Whether magics are commented out; `None` for what the format does.
    pub comment_magics: Option<bool>,
    /// Whether Markdown files hide their header in an HTML comment.
    pub hide_notebook_metadata: bool,
    /// Whether a header's other keys are the first, raw cell. They are if
    /// nobody says otherwise.
    pub root_level_metadata_as_raw_cell: bool,
    /// Whether Markdown cells start at headings.
    pub split_at_heading: bool,
    /// Whether cell metadata is written as JSON.
    pub cell_metadata_json: bool,
    /// What cells are put between, such as `"""` or `region,endregion`.
    pub cell_markers: Option<String>,
    /// More cell magics that are languages.
    pub custom_magics: Vec<String>,
}

impl TextSettings {
    /// Reads the options of a notebook.
    pub fn of(_metadata: &Metadata) -> Self {
        todo!()
    }
}
