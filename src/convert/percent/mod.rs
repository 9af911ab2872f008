//! Scripts with a line `# %%` before each cell, as Spyder, VS Code and
//! jupytext have them.
//!
//! What is written is what jupytext writes, to the byte, wherever jupytext
//! reads that back as the same cells. Where it does not, and another spelling
//! says the same to it, that is taken; where there is none, the option
//! `escaped` of a cell tells what was done to its lines. Either way, what is
//! written here is read back here as it was.

mod escape;
mod marker;
mod read;
mod write;

pub(super) use marker::Marker;
pub use read::read;
pub(super) use read::{lines_of, note_settings, restore_magic, unquoted, without_gonb};
pub use write::write;

use serde_json::Value;

use super::languages::{self, Comment};
use super::settings::TextSettings;
use super::{Format, Metadata, TextCell};
use crate::notebook::CellKind;

/// The option that tells how far a cell ends above the next one; jupytext has
/// it in the metadata of notebooks only.
const LINES_TO_NEXT_CELL: &str = "lines_to_next_cell";

/// Returns what stands behind the `%%` of a line that starts a cell.
fn marker(line: &str, comment: Comment) -> Option<&str> {
    let text = line.trim_start().strip_prefix(comment.prefix)?.trim_start();
    if let Some(options) = text.strip_prefix("%%") {
        let behind = options.trim_start_matches('%');
        let is_bare = options.trim().is_empty();
        if !is_bare && !behind.starts_with(char::is_whitespace) {
            return None;
        }
        let options = options.trim_end();
        return Some(options.strip_suffix(comment.suffix).unwrap_or(options));
    }
    let text = text.trim_end();
    let is_numbered = |text: &str| {
        let inner = text.strip_suffix(':').unwrap_or(text);
        let count = inner
            .strip_prefix("In[")
            .and_then(|text| text.strip_suffix(']'));
        count.is_some_and(|count| {
            count
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b' ')
        })
    };
    (text == "<codecell>" || is_numbered(text)).then_some("")
}

/// Returns whether metadata lets a cell take part in files of an extension,
/// or `default` where it says nothing.
pub(super) fn is_active(extension: &str, metadata: &Metadata, default: bool) -> bool {
    let extension = extension.trim_start_matches('.');
    let is_frozen = metadata
        .get("run_control")
        .and_then(|control| control.get("frozen"));
    if is_frozen == Some(&Value::Bool(true)) {
        return extension == "ipynb";
    }
    if let Some(tag) = active_tag(metadata) {
        return tag.split('-').any(|name| name == extension);
    }
    match metadata.get("active").and_then(Value::as_str) {
        Some(active) => active.split(['.', ',']).any(|name| name == extension),
        None => default,
    }
}

/// Returns the tag that says in which files a cell takes part.
pub(super) fn active_tag(metadata: &Metadata) -> Option<&str> {
    let tags = metadata.get("tags")?.as_array()?;
    tags.iter()
        .filter_map(Value::as_str)
        .find(|tag| tag.starts_with("active-"))
}

/// Returns the word that a marker has for a kind of cell.
fn kind_word(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Code => "code",
        CellKind::Markdown => "markdown",
        CellKind::Raw | CellKind::Unknown => "raw",
    }
}

/// Returns the kind that a marker has a word for.
fn kind_of_word(word: &str) -> Option<CellKind> {
    match word {
        "code" => Some(CellKind::Code),
        "markdown" | "md" => Some(CellKind::Markdown),
        "raw" => Some(CellKind::Raw),
        _ => None,
    }
}

/// What a reader and a writer know about the whole text.
#[derive(Clone, Debug)]
pub(super) struct Context {
    /// With its dot.
    pub(super) extension: String,
    pub(super) comment: Comment,
    /// The notebook's.
    pub(super) language: String,
    /// Cell magics that are languages, beside the usual ones.
    custom_magics: Vec<String>,
    /// Whether magics are commented out.
    pub(super) comments_magics: bool,
    /// Whether empty lines beyond those between cells belong to the cell
    /// above. In other texts, two may be there for the look of it.
    is_exact: bool,
    /// Whether the text was not written by jupytext, which notes its version.
    is_ours: bool,
}

impl Context {
    /// Returns what a header with this metadata tells.
    pub(super) fn of(metadata: &Metadata, format: Format, extension: &str) -> Self {
        let settings = TextSettings::of(metadata);
        let section = metadata.get("jupytext");
        let representation = section.and_then(|section| section.get("text_representation"));
        Self {
            extension: extension.to_owned(),
            comment: comment_of(extension),
            language: languages::main_language(metadata, extension)
                .unwrap_or_else(|| "python".to_owned()),
            custom_magics: settings.custom_magics,
            comments_magics: settings
                .comment_magics
                .unwrap_or(format != Format::Hydrogen),
            is_exact: settings.trailing_newlines,
            is_ours: representation.is_some_and(|about| about.get("jupytext_version").is_none()),
        }
    }
}

/// Returns the comments of scripts with an extension.
pub(super) fn comment_of(extension: &str) -> Comment {
    const PYTHON: Comment = Comment {
        prefix: "#",
        suffix: "",
    };
    languages::by_extension(extension).map_or(PYTHON, |script| script.comment)
}

/// Returns a cell of text, with nothing but a source.
pub(super) fn cell(kind: CellKind, source: String, metadata: Metadata) -> TextCell {
    TextCell {
        kind,
        source,
        metadata,
        id: None,
        attachments: None,
    }
}

#[cfg(test)]
mod tests;
