//! Takes a text over into the notebook it was made of.

use super::ipynb::{Ids, json, without_form};
use super::model::{Extras, TextNotebook, text_notebook};
use super::{Format, text};
use crate::error::{ErrorKind, Result};
use crate::json::Document;
use crate::merge::{self, KeepOutputs, Updated};
use crate::notebook::{NbFormat, Notebook};

/// Takes what people changed in a text over into the notebook it was made of,
/// by edits: outputs, ids, attachments and metadata stay with the cells that
/// stay, wherever they moved.
///
/// The text was read in the form `format` from a file with this extension.
/// What this form would not bring back of the notebook anyway is no change.
///
/// # Errors
///
/// Fails with [`ErrorKind::Unsupported`] if the notebook is older than
/// nbformat 4.
pub fn update(
    notebook: &Notebook<'_>,
    content: &TextNotebook,
    (format, extension): (Format, &str),
    keep: KeepOutputs,
) -> Result<Updated> {
    let extras = Extras {
        ids: content.cells.iter().any(|cell| cell.id.is_some()),
        attachments: content.cells.iter().any(|cell| cell.attachments.is_some()),
    };
    let own = text_notebook(notebook, extras);
    // What the text says of its own form, such as filters, holds for both.
    let mut as_text = own.clone();
    if let Some(form) = content.metadata.get("jupytext") {
        let form = form.clone();
        as_text.metadata.insert("jupytext".to_owned(), form);
    }
    let base = text::write(&as_text, format, extension)
        .and_then(|written| text::read(&written, format, extension));
    // A form that is only read may lose nothing, for all that is known.
    let base = base.unwrap_or(as_text);
    update_from(notebook, &own, &base, content, keep)
}

/// Takes what changed from `base` to `content` over.
///
/// `base` is the notebook as its text brings it back. If it has not a cell for
/// each cell of the notebook, `own` takes its place, all that text could hold.
fn update_from(
    notebook: &Notebook<'_>,
    own: &TextNotebook,
    base: &TextNotebook,
    content: &TextNotebook,
    keep: KeepOutputs,
) -> Result<Updated> {
    let format = notebook.format;
    if format.major < 4 {
        let what = format!("it is of nbformat {}, not 4", format.major);
        return Err(ErrorKind::Unsupported { what }.into());
    }
    let is_whole = base.cells.len() == notebook.cells.len();
    let mut base = if is_whole { base } else { own }.clone();
    // A text without ids has none to compare, and one with them has these.
    for (cell, own) in base.cells.iter_mut().zip(&notebook.cells) {
        cell.id = own.id.and_then(|id| Some(id.as_str()?.into_owned()));
    }
    let has_ids = notebook.cells.iter().any(|cell| cell.id.is_some());
    let has_ids = has_ids || format >= NbFormat { major: 4, minor: 5 };
    let ids = if has_ids { Ids::OfText } else { Ids::None };
    let written =
        |text: &TextNotebook| json(&without_form(&text.metadata), &text.cells, format, ids);
    let bytes = (written(&base), written(content));
    let documents = (
        Document::read(bytes.0.as_bytes())?,
        Document::read(bytes.1.as_bytes())?,
    );
    let base = Notebook::read(&documents.0)?;
    let copy = Notebook::read(&documents.1)?;
    Ok(merge::update(notebook, &base, &copy, keep))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::{Metadata, TextCell};
    use crate::notebook::CellKind;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Returns a notebook as a form of text has it that holds only tags.
    fn text_of(notebook: &Value) -> TextNotebook {
        let cells = notebook["cells"].as_array().unwrap().iter();
        let cells = cells.map(|cell| TextCell {
            kind: match cell["cell_type"].as_str().unwrap() {
                "code" => CellKind::Code,
                "markdown" => CellKind::Markdown,
                _ => CellKind::Raw,
            },
            source: cell["source"].as_str().unwrap().to_owned(),
            metadata: match cell["metadata"].get("tags") {
                Some(tags) => Metadata::from_iter([("tags".to_owned(), tags.clone())]),
                None => Metadata::new(),
            },
            id: None,
            attachments: None,
        });
        let kernel = notebook["metadata"].get("kernelspec");
        let kernel = kernel.map(|kernel| ("kernelspec".to_owned(), kernel.clone()));
        TextNotebook {
            metadata: kernel.into_iter().collect(),
            cells: cells.collect(),
        }
    }

    fn code(id: &str, source: &str, output: &str) -> Value {
        json!({
            "cell_type": "code", "execution_count": 3, "id": id,
            "metadata": {"collapsed": true, "tags": [id]}, "source": source,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": output}],
        })
    }

    fn notebook(cells: &[Value]) -> Value {
        json!({
            "cells": cells,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "P"}, "own": 1},
            "nbformat": 4, "nbformat_minor": 5,
        })
    }

    #[track_caller]
    fn run(
        notebook: &Value,
        keep: KeepOutputs,
        change: impl FnOnce(&mut TextNotebook),
    ) -> (Updated, Value) {
        let bytes = serde_json::to_string_pretty(notebook).unwrap();
        let document = Document::read(bytes.as_bytes()).unwrap();
        let read = Notebook::read(&document).unwrap();
        let base = text_of(notebook);
        let mut text = base.clone();
        change(&mut text);
        let updated = update_from(&read, &base, &base, &text, keep).unwrap();
        let new = updated.edits.apply(bytes.as_bytes());
        (updated, serde_json::from_slice(&new).unwrap())
    }

    fn three() -> Value {
        let mut text = json!({
            "cell_type": "markdown", "id": "b", "metadata": {}, "source": "# Some heading",
        });
        text["attachments"] = json!({"a.png": {"image/png": "aGk="}});
        notebook(&[
            code("a", "import numpy", "one"),
            text,
            code("c", "numpy.zeros(100)", "three"),
        ])
    }

    #[test]
    fn text_that_did_not_change_changes_nothing() {
        let (updated, _) = run(&three(), KeepOutputs::Formatted, |_| {});
        assert_eq!(updated, Updated::default());
    }

    #[test]
    fn ids_that_are_missing_are_no_reason_to_change_anything() {
        let mut before = three();
        before["cells"][0].as_object_mut().unwrap().remove("id");
        let (updated, _) = run(&before, KeepOutputs::Formatted, |_| {});
        assert!(updated.edits.is_empty());
        let (_, after) = run(&before, KeepOutputs::Formatted, |text| {
            text.cells[1].source.push('.');
        });
        assert!(after["cells"][0]["id"].is_string());
    }

    #[test]
    fn changed_code_loses_its_outputs_and_nothing_else() {
        let before = three();
        let (updated, after) = run(&before, KeepOutputs::Formatted, |text| {
            text.cells[2].source = "numpy.zeros(200)".to_owned();
        });
        assert_eq!((updated.changed, updated.cleared), (1, 1));
        let mut expected = before;
        expected["cells"][2]["source"] = json!("numpy.zeros(200)");
        expected["cells"][2]["outputs"] = json!([]);
        expected["cells"][2]["execution_count"] = Value::Null;
        assert_eq!(after, expected);
    }

    #[test]
    fn outputs_stay_if_only_blanks_changed_or_all_are_kept() {
        let (_, after) = run(&three(), KeepOutputs::Formatted, |text| {
            text.cells[2].source = "numpy.zeros( 100 )\n".to_owned();
        });
        assert_eq!(after["cells"][2]["outputs"][0]["text"], "three");
        let (updated, after) = run(&three(), KeepOutputs::All, |text| {
            text.cells[2].source = "numpy.zeros(200)".to_owned();
        });
        assert_eq!(updated.cleared, 0);
        assert_eq!(after["cells"][2]["outputs"][0]["text"], "three");
    }

    #[test]
    fn cells_that_move_take_everything_along() {
        let before = three();
        let (updated, after) = run(&before, KeepOutputs::Formatted, |text| {
            text.cells.rotate_left(1);
        });
        assert_eq!((updated.added, updated.removed, updated.changed), (0, 0, 0));
        let cells = before["cells"].as_array().unwrap();
        let expected = [cells[1].clone(), cells[2].clone(), cells[0].clone()];
        assert_eq!(after["cells"].as_array().unwrap()[..], expected);
    }

    #[test]
    fn cells_with_next_to_nothing_in_them_are_found_again() {
        let before = notebook(&[
            code("a", "x", "one"),
            code("b", "import numpy", "two"),
            code("c", "numpy.zeros(100)", "three"),
        ]);
        let (updated, after) = run(&before, KeepOutputs::Formatted, |text| {
            text.cells.rotate_left(1);
        });
        assert_eq!((updated.added, updated.removed), (0, 0));
        assert_eq!(after["cells"][2], before["cells"][0]);
    }

    #[test]
    fn new_cells_have_ids_where_others_have() {
        let new = TextCell {
            kind: CellKind::Code,
            source: "new".to_owned(),
            metadata: Metadata::new(),
            id: None,
            attachments: None,
        };
        let mut before = three();
        let add = |text: &mut TextNotebook| text.cells.insert(1, new.clone());
        let (updated, after) = run(&before, KeepOutputs::Formatted, add);
        assert_eq!(updated.added, 1);
        assert_eq!(after["cells"][1]["id"].as_str().unwrap().len(), 8);
        assert_eq!(after["cells"][2], before["cells"][1]);
        before["nbformat_minor"] = json!(4);
        for cell in before["cells"].as_array_mut().unwrap() {
            cell.as_object_mut().unwrap().remove("id");
        }
        let (_, after) = run(&before, KeepOutputs::Formatted, add);
        assert_eq!(after["cells"][1].get("id"), None);
        assert_eq!(after["cells"][1]["source"], "new");
    }

    #[test]
    fn cells_that_are_gone_go() {
        let before = three();
        let (updated, after) = run(&before, KeepOutputs::Formatted, |text| {
            text.cells.remove(0);
        });
        assert_eq!(updated.removed, 1);
        assert_eq!(
            after["cells"].as_array().unwrap()[..],
            before["cells"].as_array().unwrap()[1..]
        );
    }

    #[test]
    fn metadata_of_the_text_is_taken_and_other_metadata_stays() {
        let (_, after) = run(&three(), KeepOutputs::Formatted, |text| {
            text.cells[0]
                .metadata
                .insert("tags".to_owned(), json!(["new"]));
            text.cells[2].metadata.remove("tags");
            text.metadata["kernelspec"] = json!({"name": "other", "display_name": "O"});
        });
        assert_eq!(
            after["cells"][0]["metadata"],
            json!({"collapsed": true, "tags": ["new"]})
        );
        assert_eq!(after["cells"][2]["metadata"], json!({"collapsed": true}));
        assert_eq!(after["metadata"]["kernelspec"]["name"], "other");
        assert_eq!(after["metadata"]["own"], 1);
    }

    #[test]
    fn a_text_without_a_header_says_nothing_about_the_notebook() {
        let (updated, _) = run(&three(), KeepOutputs::Formatted, |text| {
            text.metadata.clear();
        });
        assert!(updated.edits.is_empty());
    }

    #[test]
    fn code_that_becomes_prose_has_no_outputs() {
        let (_, after) = run(&three(), KeepOutputs::Formatted, |text| {
            text.cells[0].kind = CellKind::Markdown;
        });
        let cell = after["cells"][0].as_object().unwrap();
        assert_eq!(cell["cell_type"], "markdown");
        assert!(!cell.contains_key("outputs") && !cell.contains_key("execution_count"));
        assert_eq!(cell["id"], "a");
    }

    #[test]
    fn an_id_in_the_text_finds_its_cell() {
        let before = three();
        let (_, after) = run(&before, KeepOutputs::All, |text| {
            for (cell, id) in text.cells.iter_mut().zip(["a", "b", "c"]) {
                cell.id = Some(id.to_owned());
            }
            text.cells[0].source = "wholly = 'other'\n".repeat(9);
        });
        assert_eq!(after["cells"][0]["id"], "a");
        assert_eq!(after["cells"][0]["outputs"][0]["text"], "one");
    }

    #[test]
    fn old_notebooks_are_refused() {
        let bytes = br#"{"nbformat":3,"worksheets":[]}"#;
        let document = Document::read(bytes).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        let text = TextNotebook::default();
        let keep = KeepOutputs::Formatted;
        let error = update_from(&notebook, &text, &text, &text, keep).unwrap_err();
        assert!(error.to_string().contains("nbformat 3"), "{error}");
    }

    fn any_cells() -> impl Strategy<Value = Vec<(String, u8)>> {
        prop::collection::vec(("[a-c#\n ]{0,8}", 0..3u8), 0..8)
    }

    fn cells_of(cells: Vec<(String, u8)>) -> Vec<Value> {
        let cells = cells.into_iter().enumerate();
        let made = cells.map(|(at, (source, kind))| match kind {
            0 => code(&format!("id{at}"), &source, &format!("{at}")),
            1 => json!({"cell_type": "markdown", "id": format!("id{at}"), "metadata": {"m": at},
                "source": source}),
            _ => json!({"cell_type": "raw", "id": format!("id{at}"), "metadata": {},
                "source": source}),
        });
        made.collect()
    }

    /// The forms that are written, with their extensions.
    const FORMS: [(Format, &str); 4] = [
        (Format::Percent, ".py"),
        (Format::Hydrogen, ".jl"),
        (Format::Markdown, ".md"),
        (Format::Myst, ".md"),
    ];

    proptest! {
        #[test]
        fn text_as_it_was_written_is_no_edit(cells in any_cells()) {
            let json = notebook(&cells_of(cells)).to_string();
            let document = Document::read(json.as_bytes()).unwrap();
            let read = Notebook::read(&document).unwrap();
            for form in FORMS {
                for extras in [false, true] {
                    let extras = Extras { ids: extras, attachments: extras };
                    let written = text::write(&text_notebook(&read, extras), form.0, form.1);
                    let content = text::read(&written.unwrap(), form.0, form.1).unwrap();
                    let updated = update(&read, &content, form, KeepOutputs::Formatted);
                    prop_assert_eq!(updated.unwrap(), Updated::default());
                }
            }
        }

        #[test]
        fn unchanged_text_is_no_edit(cells in any_cells()) {
            let (updated, _) = run(&notebook(&cells_of(cells)), KeepOutputs::Formatted, |_| {});
            prop_assert_eq!(updated, Updated::default());
        }

        #[test]
        fn the_notebook_has_the_cells_of_the_text(old in any_cells(), new in any_cells()) {
            let new = text_of(&notebook(&cells_of(new)));
            let wanted = new.clone();
            let (_, after) = run(&notebook(&cells_of(old)), KeepOutputs::Formatted, |text| {
                *text = new;
            });
            let after_text = text_of(&after);
            prop_assert_eq!(after_text.cells, wanted.cells);
            let ids: Vec<_> = after["cells"].as_array().unwrap().iter()
                .map(|cell| cell["id"].as_str().unwrap().to_owned()).collect();
            let unique: std::collections::HashSet<_> = ids.iter().collect();
            prop_assert_eq!(unique.len(), ids.len());
        }
    }
}
