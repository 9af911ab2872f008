//! Notebooks of nbformat 4.5, made of text or of older notebooks.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::model::{Metadata, TextCell, TextNotebook};
use crate::error::Result;
use crate::json::{Document, Style, string};
use crate::merge::{MadeIds, newest};
use crate::notebook::{CellKind, NbFormat, Notebook, jupyter_layout, upgrade};

/// The version of the format that notebooks are written in.
const WRITTEN: NbFormat = NbFormat { major: 4, minor: 5 };

/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Whose ids the cells of a notebook get.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ids {
    /// Every cell has one: that of the text, or one made of its source.
    All,
    /// Only those that the text has.
    OfText,
    /// None.
    None,
}

/// Returns text as a notebook of nbformat 4.5, in the layout in which Jupyter
/// writes it.
///
/// `language` is that of the code, if something but the text tells it: a
/// notebook that does not name a kernel says at least its language.
///
/// # Errors
///
/// Fails if the metadata is nested too deep for that layout.
pub fn write(notebook: &TextNotebook, language: Option<&str>) -> Result<Vec<u8>> {
    let mut metadata = without_form(&notebook.metadata);
    let names_language = ["kernelspec", "language_info", "kernel_info"];
    if let Some(language) = language
        && !names_language.iter().any(|key| metadata.contains_key(*key))
    {
        let info = serde_json::json!({ "name": language });
        metadata.insert("language_info".to_owned(), info);
    }
    jupyter_layout(json(&metadata, &notebook.cells, WRITTEN, Ids::All).as_bytes())
}

/// Returns the metadata of a notebook without what only says how the text was
/// written.
pub(super) fn without_form(metadata: &Metadata) -> Metadata {
    let mut metadata = metadata.clone();
    if let Some(Value::Object(jupytext)) = metadata.get_mut("jupytext") {
        jupytext.remove("text_representation");
        if jupytext.is_empty() {
            metadata.remove("jupytext");
        }
    }
    metadata
}

/// Returns a notebook as JSON, in no layout.
pub(super) fn json(
    metadata: &Metadata,
    cells: &[TextCell],
    format: NbFormat,
    whose: Ids,
) -> String {
    let ids = ids(cells, whose);
    let cells = cells.iter().zip(&ids);
    let cells: Vec<_> = cells
        .map(|(cell, id)| cell_json(cell, id.as_deref()))
        .collect();
    let NbFormat { major, minor } = format;
    format!(
        "{{\"cells\":[{}],\"metadata\":{},\"nbformat\":{major},\"nbformat_minor\":{minor}}}",
        cells.join(","),
        object_json(metadata)
    )
}

/// Returns the ids of the cells: an id that two have is the first one's.
fn ids(cells: &[TextCell], whose: Ids) -> Vec<Option<String>> {
    if whose == Ids::None {
        return vec![None; cells.len()];
    }
    let mut taken = HashSet::new();
    let own = cells.iter().map(|cell| {
        let id = cell.id.as_ref().filter(|id| is_legal(id));
        id.filter(|id| taken.insert((*id).clone())).cloned()
    });
    let mut ids: Vec<_> = own.collect();
    if whose == Ids::All {
        let mut made = MadeIds::beside(taken);
        for (id, cell) in ids.iter_mut().zip(cells) {
            if id.is_none() {
                *id = Some(made.id_of(&cell.source));
            }
        }
    }
    ids
}

/// Whether the format takes an id.
fn is_legal(id: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&id.len()) && id.bytes().all(legal)
}

fn cell_json(cell: &TextCell, id: Option<&str>) -> String {
    let (kind, rest) = match cell.kind {
        CellKind::Code => ("code", ",\"execution_count\":null,\"outputs\":[]"),
        CellKind::Markdown => ("markdown", ""),
        CellKind::Raw | CellKind::Unknown => ("raw", ""),
    };
    let text = |text: &str| string(text, &Style::JUPYTER);
    let mut json = String::from("{");
    // The format has no place for attachments of code.
    if let Some(attachments) = &cell.attachments
        && cell.kind != CellKind::Code
    {
        json.push_str(&format!("\"attachments\":{},", object_json(attachments)));
    }
    json.push_str(&format!("\"cell_type\":\"{kind}\"{rest}"));
    if let Some(id) = id {
        json.push_str(&format!(",\"id\":{}", text(id)));
    }
    json.push_str(&format!(
        ",\"metadata\":{},\"source\":{}}}",
        object_json(&cell.metadata),
        text(&cell.source)
    ));
    json
}

fn object_json(object: &Metadata) -> String {
    // An object of strings and values is always written.
    serde_json::to_string(object).unwrap_or_else(|_| "{}".to_owned())
}

/// Returns a notebook of any version as nbformat 4.5.
///
/// One of nbformat 1 to 3 is written anew; in one of nbformat 4 only ids and
/// what every cell must have are put in, by edits. The ids are made of the
/// content: the same notebook gets the same.
///
/// # Errors
///
/// Fails if the notebook is nested too deep for Jupyter's layout.
pub fn upgraded<'a>(notebook: &Notebook<'a>) -> Result<Cow<'a, [u8]>> {
    let bytes = upgrade(notebook)?;
    let document = Document::read(&bytes)?;
    let edits = newest(&Notebook::read(&document)?)?;
    let has_mark = bytes.starts_with(MARK);
    if edits.is_empty() && !has_mark {
        return Ok(bytes);
    }
    let mut new = edits.apply(&bytes);
    if has_mark {
        // Python, and so Jupyter, refuses a file with one.
        new.drain(..MARK.len());
    }
    Ok(Cow::Owned(new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cell(kind: CellKind, source: &str) -> TextCell {
        TextCell {
            kind,
            source: source.to_owned(),
            metadata: Metadata::new(),
            id: None,
            attachments: None,
        }
    }

    fn notebook(cells: Vec<TextCell>) -> TextNotebook {
        TextNotebook {
            metadata: Metadata::new(),
            cells,
        }
    }

    fn ids_of(bytes: &[u8]) -> Vec<String> {
        let document = Document::read(bytes).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        let ids = notebook.cells.iter().map(|cell| cell.id.unwrap());
        ids.map(|id| id.as_str().unwrap().into_owned()).collect()
    }

    /// The layout is that of nbformat 5.11, which reads and writes these bytes
    /// unchanged.
    #[test]
    fn text_becomes_a_notebook_as_jupyter_writes_it() {
        let mut code = cell(CellKind::Code, "a = 1\nb\u{2028}c");
        code.id = Some("first".to_owned());
        code.metadata.insert("tags".to_owned(), json!(["é"]));
        let mut text = notebook(vec![code]);
        text.metadata.insert("z".to_owned(), json!(1));
        text.metadata.insert("a".to_owned(), json!({}));
        let expected = "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \
            \"execution_count\": null,\n   \"id\": \"first\",\n   \"metadata\": {\n    \
            \"tags\": [\n     \"é\"\n    ]\n   },\n   \"outputs\": [],\n   \"source\": [\n    \
            \"a = 1\\n\",\n    \"b\u{2028}\",\n    \"c\"\n   ]\n  }\n ],\n \"metadata\": {\n  \
            \"a\": {},\n  \"z\": 1\n },\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n";
        let written = write(&text, None).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    #[test]
    fn ids_are_made_of_sources_and_never_shared() {
        let plain = |source| cell(CellKind::Code, source);
        let mut named = plain("x");
        named.id = Some("name".to_owned());
        let mut again = plain("y");
        again.id = Some("name".to_owned());
        let mut illegal = plain("z");
        illegal.id = Some("no id".to_owned());
        let cells = vec![plain("a"), named, plain("a"), again, illegal];
        let ids = ids_of(&write(&notebook(cells), None).unwrap());
        assert_eq!(ids[1], "name");
        let unique: HashSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len());
        assert!(ids.iter().all(|id| is_legal(id)), "{ids:?}");
        // A cell that is put in elsewhere leaves the ids of others alone.
        let longer = vec![plain("new"), plain("a"), plain("a")];
        let other = ids_of(&write(&notebook(longer), None).unwrap());
        assert_eq!(other[1..], [ids[0].clone(), ids[2].clone()]);
    }

    #[test]
    fn attachments_stand_where_the_format_has_a_place() {
        let mut cells = vec![cell(CellKind::Markdown, "m"), cell(CellKind::Code, "c")];
        for cell in &mut cells {
            let bundle = json!({"a.png": {"image/png": "aGk="}});
            cell.attachments = bundle.as_object().cloned();
        }
        let written: Value =
            serde_json::from_slice(&write(&notebook(cells), None).unwrap()).unwrap();
        assert_eq!(
            written["cells"][0]["attachments"]["a.png"]["image/png"],
            "aGk="
        );
        assert_eq!(written["cells"][1].get("attachments"), None);
    }

    #[test]
    fn what_says_how_the_text_was_written_is_left_out() {
        let metadata = |metadata: Value, language| {
            let mut text = notebook(Vec::new());
            text.metadata = metadata.as_object().cloned().unwrap();
            let written = write(&text, language).unwrap();
            serde_json::from_slice::<Value>(&written).unwrap()["metadata"].clone()
        };
        let form = json!({"format_name": "percent"});
        assert_eq!(
            metadata(json!({"jupytext": {"text_representation": form}}), None),
            json!({})
        );
        let formats = json!({"jupytext": {"text_representation": form, "formats": "ipynb,py"}});
        assert_eq!(
            metadata(formats, None),
            json!({"jupytext": {"formats": "ipynb,py"}})
        );
        assert_eq!(
            metadata(json!({}), Some("julia")),
            json!({"language_info": {"name": "julia"}})
        );
        let kernel = json!({"kernelspec": {"name": "ir", "display_name": "R"}});
        assert_eq!(metadata(kernel.clone(), Some("r")), kernel);
    }

    #[track_caller]
    fn upgraded_json(json: &str) -> String {
        let document = Document::read(json.as_bytes()).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        String::from_utf8(upgraded(&notebook).unwrap().into_owned()).unwrap()
    }

    #[test]
    fn an_older_minor_version_gets_ids_and_keeps_its_bytes() {
        let old = "{\"cells\": [\n  {\"cell_type\":\"raw\", \"metadata\":{}, \"source\":\"a\"}],\n\
            \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 2}";
        let new = upgraded_json(old);
        let id = &ids_of(new.as_bytes())[0];
        let id = format!(", \"id\": \"{id}\"");
        assert!(new.contains(&id), "{new}");
        let without = new.replace(&id, "");
        assert_eq!(without, old.replace("minor\": 2", "minor\": 5"));
        assert_eq!(upgraded_json(&new), new);
    }

    #[test]
    fn a_byte_order_mark_goes() {
        let plain = r#"{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}"#;
        assert_eq!(upgraded_json(&format!("\u{feff}{plain}")), plain);
    }

    #[test]
    fn what_every_cell_must_have_is_put_in() {
        let new = upgraded_json(
            r#"{"cells":[{"cell_type":"code","source":"a"},{"cell_type":"markdown"}],
            "nbformat":4}"#,
        );
        let new: Value = serde_json::from_str(&new).unwrap();
        let keys = |cell: usize| {
            let mut keys: Vec<_> = new["cells"][cell].as_object().unwrap().keys().collect();
            keys.sort();
            keys.into_iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(
            keys(0),
            [
                "cell_type",
                "execution_count",
                "id",
                "metadata",
                "outputs",
                "source"
            ]
        );
        assert_eq!(keys(1), ["cell_type", "id", "metadata", "source"]);
        assert_eq!(new["nbformat_minor"], 5);
        assert_eq!(new["metadata"], json!({}));
    }

    #[test]
    fn ids_that_are_repeated_or_illegal_are_mended() {
        let ids = ids_of(
            upgraded_json(
                r#"{"cells":[{"cell_type":"raw","id":"a","metadata":{},"source":""},
                {"cell_type":"raw","id":"a","metadata":{},"source":""},
                {"cell_type":"raw","id":"ä b","metadata":{},"source":""}],
                "metadata":{},"nbformat":4,"nbformat_minor":5}"#,
            )
            .as_bytes(),
        );
        assert_eq!(ids[0], "a");
        assert_ne!(ids[1], "a");
        assert_eq!(ids[2], "--b");
    }

    #[test]
    fn old_notebooks_get_ids_too() {
        let new = upgraded_json(
            r#"{"nbformat":3,"metadata":{"name":""},"worksheets":[{"cells":[
            {"cell_type":"heading","level":2,"source":"A"},
            {"cell_type":"code","input":"1","outputs":[]}]}]}"#,
        );
        assert_eq!(ids_of(new.as_bytes()).len(), 2);
        assert!(new.contains("\"nbformat_minor\": 5"), "{new}");
    }
}
