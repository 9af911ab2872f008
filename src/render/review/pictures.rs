//! The pictures among the outputs of a notebook, as files.

use super::super::outputs::units;
use crate::diff::{OutputPart, OutputUnit, PartContent};
use crate::media::binary;
use crate::notebook::{NbFormat, Notebook, multiline_text};

/// Types of pictures, the ones to prefer first, and the extensions of files.
const TYPES: &[(&str, &str)] = &[
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/svg+xml", "svg"),
];

/// A picture as a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PictureFile {
    /// Its name, made of its content.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A picture of an output.
pub(super) struct Picture {
    bytes: Vec<u8>,
    extension: &'static str,
}

impl Picture {
    /// Returns the picture of an output, if it has one that can be read.
    pub(super) fn of(unit: &OutputUnit<'_>) -> Option<Self> {
        let parts = unit.parts();
        TYPES.iter().find_map(|&(mime, extension)| {
            let part = parts.iter().find(|part| part.name == mime)?;
            let bytes = bytes_of(part, mime)?;
            Some(Self { bytes, extension })
        })
    }

    /// Returns the name of its file. Nothing of it is from the notebook but
    /// the content.
    pub(super) fn name(&self) -> String {
        let hash = blake3::hash(&self.bytes).to_hex();
        let start: String = hash.chars().take(12).collect();
        format!("{start}.{}", self.extension)
    }
}

fn bytes_of(part: &OutputPart<'_>, mime: &str) -> Option<Vec<u8>> {
    let text = match &part.content {
        PartContent::Text(text) => text.clone(),
        PartContent::Value(value) => multiline_text(value, NbFormat { major: 4, minor: 0 }),
    };
    if mime == "image/svg+xml" {
        return (!text.is_empty()).then(|| text.into_owned().into_bytes());
    }
    let bytes = binary::decode(&text)?;
    (!bytes.is_empty()).then_some(bytes)
}

/// Returns the pictures that the review of a notebook links to, each once.
pub fn pictures(notebook: &Notebook<'_>) -> Vec<PictureFile> {
    let mut files: Vec<PictureFile> = Vec::new();
    for index in 0..notebook.cells.len() {
        for unit in units(notebook, &[index]) {
            // What is shown as text has no link.
            if super::preview(&unit).is_some() {
                continue;
            }
            if let Some(picture) = Picture::of(&unit) {
                let name = picture.name();
                files.push(PictureFile {
                    name,
                    bytes: picture.bytes,
                });
            }
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    files.dedup_by(|one, other| one.name == other.name);
    files
}
