//! What the line that starts a cell says.

use serde_json::Value;

use super::escape::{self, Escapes};
use super::{LINES_TO_NEXT_CELL, kind_of_word};
use crate::convert::{Metadata, header, options};
use crate::notebook::CellKind;

/// What a cell's marker says.
#[derive(Debug, Default)]
pub(in crate::convert) struct Marker {
    pub(in crate::convert) kind: Option<CellKind>,
    pub(in crate::convert) metadata: Metadata,
    pub(in crate::convert) language: Option<String>,
    pub(super) escapes: Escapes,
    pub(in crate::convert) has_json: bool,
    pub(super) lines_to_next_cell: Option<usize>,
}

impl Marker {
    /// Reads what stands behind the sign that starts a cell.
    pub(in crate::convert) fn parse(options: &str) -> Self {
        let (mut title, mut metadata) = options::read_titled(options);
        let mut kind = None;
        for word in ["markdown", "raw", "md", "code"] {
            let token = format!("[{word}]");
            if title.contains(&token) {
                title = title.replace(&token, "");
                title = String::from(title.trim());
                kind = kind_of_word(word);
                if word == "md" {
                    metadata.insert("region_name".to_owned(), word.into());
                }
                break;
            }
        }
        let depth = title.len() - title.trim_start_matches('%').len();
        let title = title.trim_start_matches('%').trim();
        let mut about = Metadata::new();
        if !title.is_empty() {
            about.insert("title".to_owned(), title.into());
        }
        if depth > 0 {
            about.insert("cell_depth".to_owned(), depth.into());
        }
        about.append(&mut metadata);
        let mut metadata = about;
        let named = metadata.get("cell_type").and_then(Value::as_str);
        if let Some(named) = named.and_then(kind_of_word) {
            kind = Some(named);
            metadata.shift_remove("cell_type");
        }
        let words = metadata.get(escape::OPTION).and_then(Value::as_str);
        let escapes = words.and_then(Escapes::of_words).unwrap_or_default();
        if escapes != Escapes::default() {
            metadata.shift_remove(escape::OPTION);
        }
        let lines_to_next_cell = header::lines_to_next_cell(&metadata);
        metadata.shift_remove(LINES_TO_NEXT_CELL);
        let language = match metadata.get("language") {
            Some(Value::String(language)) if !escapes.language => Some(language.clone()),
            _ => None,
        };
        Self {
            kind,
            metadata,
            language,
            escapes,
            has_json: options::is_json(options),
            lines_to_next_cell,
        }
    }
}
