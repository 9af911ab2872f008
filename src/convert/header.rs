//! The header of a text: YAML between `---`, commented out in scripts.

use super::languages::Comment;
use super::settings::TextSettings;
use super::{Format, Metadata, TextCell, TextNotebook};
use crate::error::Result;

/// A header as it was written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Written {
    /// Its lines, from a `#!` line to the last `---`; none if there is
    /// nothing to say.
    pub lines: Vec<String>,
    /// How many cells at the start of the notebook it holds: one if the first
    /// is a raw cell of YAML.
    pub n_cells: usize,
    /// How many empty lines that cell asks for behind the header.
    pub lines_to_next_cell: Option<usize>,
}

/// A header as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// The notebook's metadata.
    pub metadata: Metadata,
    /// Whether there was a section about the notebook.
    pub has_notebook_section: bool,
    /// The raw cell that the rest of the header is.
    pub first_cell: Option<TextCell>,
    /// How many lines the header takes, the empty line behind it among them.
    pub n_lines: usize,
}

/// Writes the header of a script or Markdown file; MyST has its own form.
pub fn write(
    _notebook: &TextNotebook,
    _format: Format,
    _extension: &str,
    _settings: &TextSettings,
) -> Written {
    todo!()
}

/// Reads the header of a script, or, with [`Comment::NONE`], of Markdown.
///
/// # Errors
///
/// Fails if the YAML is none, or the text says it is not in UTF-8.
pub fn read(_lines: &[&str], _comment: Comment, _extension: &str) -> Result<Header> {
    todo!()
}
