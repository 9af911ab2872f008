//! What strip can be told.

use std::fmt;
use std::str::FromStr;

use crate::notebook::{Output, OutputKind};

/// What is removed from a notebook. The default is what nearly everybody
/// wants: outputs, execution counts and metadata that tools write on their
/// own.
#[derive(Clone, Debug, Default)]
pub struct StripOptions {
    /// Which outputs stay.
    pub outputs: OutputOptions,
    /// What becomes of execution counts.
    pub counts: Counts,
    /// What becomes of cell ids.
    pub ids: Ids,
    /// Which metadata goes.
    pub metadata: MetadataOptions,
    /// Whether cells go in whose source there is nothing but blanks.
    pub drop_empty_cells: bool,
    /// Tags that make a whole cell go.
    pub drop_tagged_cells: Vec<String>,
    /// How the file is laid out.
    pub layout: Layout,
}

/// Which outputs stay.
///
/// A cell decides for itself with `keep_output` or `init_cell` in its metadata
/// or the tag `keep_output`, a notebook for its other cells with `keep_output`
/// in its metadata.
#[derive(Clone, Debug, Default)]
pub struct OutputOptions {
    /// Whether outputs stay where neither cell nor notebook decides.
    pub keep: bool,
    /// The types of output that stay; with any here, others go even if `keep`
    /// is set.
    pub keep_types: Vec<OutputType>,
    /// The types of output that go, whoever wants to keep them.
    pub drop_types: Vec<OutputType>,
    /// Mime types, such as `image/png` or `image/*`, that go out of outputs
    /// that stay.
    pub drop_mime_types: Vec<MimePattern>,
    /// Outputs of this size or less stay, in characters of all their values;
    /// 0 keeps none.
    pub max_size: usize,
    /// Whether cells with `init_cell` lose their outputs like others.
    pub strip_init_cells: bool,
}

impl OutputOptions {
    /// Returns whether an output can stay in a cell that keeps none by itself.
    pub(super) fn keeps_some(&self) -> bool {
        self.max_size > 0 || !self.keep_types.is_empty()
    }
}

/// A mime type, such as `image/png`, or all of a sort: `image/*`, `*`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MimePattern {
    /// The type, or what the types of a sort start with; in small letters.
    start: String,
    is_sort: bool,
}

impl MimePattern {
    /// Returns whether a mime type is meant, whatever the case of its letters.
    pub(super) fn matches(&self, mime: &str) -> bool {
        let mime = mime.to_ascii_lowercase();
        if self.is_sort {
            mime.starts_with(&self.start)
        } else {
            mime == self.start
        }
    }
}

impl FromStr for MimePattern {
    type Err = BadOption;

    fn from_str(text: &str) -> Result<Self, BadOption> {
        let start = text.strip_suffix('*').unwrap_or(text).to_ascii_lowercase();
        let is_sort = start.len() < text.len();
        let is_whole = if is_sort {
            start.is_empty() || start.ends_with('/')
        } else {
            start.contains('/')
        };
        if start.contains('*') || !is_whole {
            return Err(BadOption(format!(
                "`{text}` is no mime type; one is `image/png`, all of a sort are `image/*`"
            )));
        }
        Ok(Self { start, is_sort })
    }
}

/// A type of output, such as `error` or `stream:stderr`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutputType {
    output_type: String,
    name: Option<String>,
}

impl OutputType {
    pub(super) fn matches(&self, output: &Output<'_>) -> bool {
        let has_name = |name: &str| match output.kind {
            OutputKind::Stream => output.stream_name() == name,
            OutputKind::DisplayData
            | OutputKind::ExecuteResult
            | OutputKind::Error
            | OutputKind::Unknown => {
                let value = output.value.get("name");
                value.is_some_and(|value| value.is_str(name))
            }
        };
        output.type_name() == today(&self.output_type) && self.name.as_deref().is_none_or(has_name)
    }
}

/// Returns the name that a type of output has since nbformat 4.
fn today(output_type: &str) -> &str {
    match output_type {
        "pyout" => "execute_result",
        "pyerr" => "error",
        output_type => output_type,
    }
}

impl FromStr for OutputType {
    type Err = BadOption;

    fn from_str(text: &str) -> Result<Self, BadOption> {
        let (output_type, name) = match text.split_once(':') {
            Some((output_type, name)) => (output_type, Some(name.to_owned())),
            None => (text, None),
        };
        if output_type.is_empty() || name.as_deref() == Some("") {
            return Err(BadOption(format!(
                "`{text}` is no type of output; one is `stream`, `stream:stderr`, `error`, \
                 `display_data` or `execute_result`"
            )));
        }
        Ok(Self {
            output_type: output_type.to_owned(),
            name,
        })
    }
}

/// What becomes of execution counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Counts {
    /// They become `null`.
    #[default]
    Strip,
    /// They stay.
    Keep,
    /// Cells that have run are numbered 1, 2, 3, … in their order.
    Renumber,
}

/// What becomes of cell ids.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Ids {
    /// They stay.
    #[default]
    Keep,
    /// They go, and the format becomes 4.4, where they are optional.
    Drop,
    /// They are replaced by 0, 1, 2, …
    Renumber,
}

/// How the file is laid out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Layout {
    /// As it is.
    #[default]
    Keep,
    /// As Jupyter does it.
    Jupyter,
}

/// Which metadata goes.
#[derive(Clone, Debug, Default)]
pub struct MetadataOptions {
    /// Whether the metadata stays that tools write on their own.
    pub keep_noise: bool,
    /// Keys that go too.
    pub extra: Vec<MetadataKey>,
    /// Keys that stay, with all that is in them.
    pub keep: Vec<MetadataKey>,
}

/// A key of the metadata of a notebook (`metadata.a.b`) or its cells
/// (`cell.metadata.a.b`), or another field of the cells
/// (`cell.attachments`).
///
/// A dot can separate a key from one inside it or be part of a key: what is
/// there decides.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MetadataKey {
    pub(super) place: KeyPlace,
    /// The key, from that place on; empty for all that is there.
    pub(super) path: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum KeyPlace {
    Notebook,
    CellMetadata,
    Cell,
}

impl FromStr for MetadataKey {
    type Err = BadOption;

    fn from_str(text: &str) -> Result<Self, BadOption> {
        // Without these a cell is none.
        const NEEDED: [&str; 4] = ["cell_type", "source", "outputs", "execution_count"];
        let below = |prefix: &str| match text.strip_prefix(prefix)? {
            "" => Some(""),
            rest => rest.strip_prefix('.').filter(|rest| !rest.is_empty()),
        };
        let (place, path) = if let Some(path) = below("metadata") {
            (KeyPlace::Notebook, path)
        } else if let Some(path) = below("cell.metadata") {
            (KeyPlace::CellMetadata, path)
        } else if let Some(path) = below("cell").filter(|path| !path.is_empty()) {
            (KeyPlace::Cell, path)
        } else {
            return Err(BadOption(format!(
                "`{text}` is no key; one is `metadata.KEY` or `cell.metadata.KEY`"
            )));
        };
        if place == KeyPlace::Cell && path == "id" {
            return Err(BadOption(
                "`cell.id` is not for keys: `--ids drop` also lowers the format".to_owned(),
            ));
        }
        if path.ends_with('.') {
            return Err(BadOption(format!("`{text}` is no key: it ends in a dot")));
        }
        if place == KeyPlace::Cell && NEEDED.contains(&path) {
            return Err(BadOption(format!(
                "`{text}` cannot go: every cell needs it"
            )));
        }
        let path = path.to_owned();
        Ok(Self { place, path })
    }
}

/// A value of an option that means nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadOption(String);

impl fmt::Display for BadOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadOption {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_a_place_and_a_path() {
        let key = |text: &str| text.parse::<MetadataKey>().unwrap();
        let expected = |place, path: &str| MetadataKey {
            place,
            path: path.to_owned(),
        };
        assert_eq!(key("metadata.a.b"), expected(KeyPlace::Notebook, "a.b"));
        assert_eq!(key("metadata"), expected(KeyPlace::Notebook, ""));
        assert_eq!(
            key("cell.metadata.a"),
            expected(KeyPlace::CellMetadata, "a")
        );
        assert_eq!(key("cell.metadata"), expected(KeyPlace::CellMetadata, ""));
        assert_eq!(
            key("cell.attachments"),
            expected(KeyPlace::Cell, "attachments")
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in [
            "",
            "a",
            "cell",
            "cell.",
            "metadata.",
            "metadatax",
            "cell.source",
            "cell.id",
            "metadata.a.",
        ] {
            assert!(text.parse::<MetadataKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn mime_types_match_by_name_or_sort() {
        let matches = |pattern: &str, mime| pattern.parse::<MimePattern>().unwrap().matches(mime);
        assert!(matches("image/png", "image/PNG"));
        assert!(matches("image/*", "image/svg+xml"));
        assert!(matches("*", "text/plain"));
        assert!(!matches("image/png", "image/pngx"));
        assert!(!matches("image/*", "text/plain"));
    }

    #[test]
    fn what_is_no_mime_type_is_refused() {
        for text in ["", "image", "*/html", "application/*json", "application/x*"] {
            assert!(text.parse::<MimePattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_type_of_output_is_refused() {
        assert!("stream:stderr".parse::<OutputType>().is_ok());
        for text in ["", ":", ":stderr", "stream:"] {
            assert!(text.parse::<OutputType>().is_err(), "{text}");
        }
    }
}
