//! A notebook as far as text holds it.

use crate::json::{Kind, Value};
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

/// How deep metadata is taken; what nests deeper is nobody's and becomes null.
const MAX_DEPTH: usize = 100;

/// Returns the members of an object, none if it is no object.
fn object(value: Option<Value<'_>>) -> Metadata {
    let Some(value) = value else {
        return Metadata::new();
    };
    // Nearly always enough, and fast; what it refuses, Python writes.
    if let Ok(members) = serde_json::from_slice(value.raw()) {
        return members;
    }
    let read = json_value(&value, 0);
    read.as_object().cloned().unwrap_or_default()
}

/// Returns a value as far as JSON has it: `NaN` and the infinities become
/// null, lone surrogates U+FFFD. The depth it recurses to is bounded.
fn json_value(value: &Value<'_>, depth: usize) -> serde_json::Value {
    match value.kind() {
        Kind::Array | Kind::Object if depth == MAX_DEPTH => serde_json::Value::Null,
        Kind::Array => value
            .elements()
            .map(|element| json_value(&element, depth + 1))
            .collect(),
        Kind::Object => value
            .members()
            .map(|member| {
                let key = member.key.as_str().unwrap_or_default().into_owned();
                (key, json_value(&member.value, depth + 1))
            })
            .collect(),
        Kind::String => value.as_str().unwrap_or_default().into(),
        Kind::Null | Kind::Bool | Kind::Number => {
            serde_json::from_slice(value.raw()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    #[track_caller]
    fn check(json: &str, extras: Extras, expected: &serde_json::Value) {
        let document = Document::read(json.as_bytes()).unwrap();
        let notebook = text_notebook(&Notebook::read(&document).unwrap(), extras);
        let cell = &notebook.cells[0];
        assert_eq!(cell.source, "a\nb");
        let found =
            serde_json::json!([notebook.metadata, cell.metadata, cell.id, cell.attachments]);
        assert_eq!(&found, expected);
    }

    const NOTEBOOK: &str = r#"{"nbformat": 4, "metadata": {"z": 1, "a": [true]}, "cells": [
        {"cell_type": "markdown", "id": "x", "metadata": {"t": "u"}, "source": ["a\n", "b"],
         "attachments": {"p.png": {"image/png": "AA"}}}]}"#;

    #[test]
    fn ids_and_attachments_are_there_on_request() {
        let plain = serde_json::json!([{"z": 1, "a": [true]}, {"t": "u"}, null, null]);
        check(NOTEBOOK, Extras::default(), &plain);
        let all = Extras {
            ids: true,
            attachments: true,
        };
        let attachments = serde_json::json!({"p.png": {"image/png": "AA"}});
        let full = serde_json::json!([{"z": 1, "a": [true]}, {"t": "u"}, "x", attachments]);
        check(NOTEBOOK, all, &full);
    }

    #[test]
    fn what_strict_parsers_refuse_is_taken_as_far_as_it_goes() {
        let nested = "[".repeat(5000) + &"]".repeat(5000);
        let json = NOTEBOOK.replace(
            r#"{"t": "u"}"#,
            &format!(r#"{{"n": NaN, "s": "\ud83d", "d": {nested}, "o": 1}}"#),
        );
        let document = Document::read(json.as_bytes()).unwrap();
        let notebook = text_notebook(&Notebook::read(&document).unwrap(), Extras::default());
        let metadata = &notebook.cells[0].metadata;
        assert_eq!(metadata["n"], serde_json::Value::Null);
        assert_eq!(metadata["o"], 1);
        assert!(metadata["d"].is_array());
    }
}
