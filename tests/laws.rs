//! Laws of strip, over generated notebooks, the examples, and notebooks kept
//! outside of the repository where there are any.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use nbweave::json::{Document, Edits};
use nbweave::strip::{MetadataOptions, StripOptions, strip};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Only outputs and execution counts go.
fn without_metadata_rules() -> StripOptions {
    StripOptions {
        metadata: MetadataOptions {
            keep_noise: true,
            ..MetadataOptions::default()
        },
        ..StripOptions::default()
    }
}

/// Does by value what strip does by edits.
fn stripped_by_value(mut notebook: Value) -> Value {
    let worksheets = notebook.get_mut("worksheets").and_then(Value::as_array_mut);
    let mut holders: Vec<&mut Value> = match worksheets {
        Some(worksheets) => worksheets.iter_mut().collect(),
        None => vec![&mut notebook],
    };
    for holder in &mut holders {
        for cell in holder["cells"].as_array_mut().into_iter().flatten() {
            for (key, value) in cell.as_object_mut().into_iter().flatten() {
                match key.as_str() {
                    "outputs" => *value = json!([]),
                    "execution_count" | "prompt_number" => *value = Value::Null,
                    _ => {}
                }
            }
        }
    }
    notebook
}

/// Returns whether a cell or the notebook says what to keep.
fn says_keep(bytes: &[u8]) -> bool {
    ["keep_output", "init_cell"]
        .iter()
        .any(|key| memchr::memmem::find(bytes, key.as_bytes()).is_some())
}

#[track_caller]
fn holds_the_laws(name: &str, bytes: &[u8]) {
    let Ok(document) = Document::read(bytes) else {
        return;
    };
    assert_eq!(Edits::default().apply(bytes), bytes, "{name}");
    assert_eq!(document.root().document().bytes(), bytes, "{name}");

    for options in [StripOptions::default(), without_metadata_rules()] {
        let Ok(stripped) = strip(bytes, &options) else {
            return;
        };
        let clean = stripped.edits.apply(bytes);
        let again = strip(&clean, &options).unwrap();
        assert!(again.edits.is_empty(), "{name}: a second strip changes it");
        assert!(
            again.changes.is_empty(),
            "{name}: a second strip finds {:?}",
            again.changes
        );
    }
    if says_keep(bytes) {
        return;
    }
    let stripped = strip(bytes, &without_metadata_rules()).unwrap();
    let clean = stripped.edits.apply(bytes);
    // Where the strict parser can follow.
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        let clean: Value = serde_json::from_slice(&clean).unwrap();
        assert_eq!(clean, stripped_by_value(value), "{name}");
    }
}

fn notebooks_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(notebooks_below(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "ipynb")
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn examples_hold_the_laws() {
    let examples = notebooks_below(Path::new("examples"));
    assert!(!examples.is_empty());
    for path in examples {
        holds_the_laws(&path.display().to_string(), &fs::read(&path).unwrap());
    }
}

#[test]
fn real_notebooks_hold_the_laws() {
    let corpus = Path::new("../shared/corpus");
    if !corpus.is_dir() {
        eprintln!("skipped: there are no notebooks outside of the repository");
        return;
    }
    for path in notebooks_below(corpus) {
        holds_the_laws(&path.display().to_string(), &fs::read(&path).unwrap());
    }
}

fn metadata() -> impl Strategy<Value = Value> {
    let keys = prop_oneof![
        Just("tags"),
        Just("collapsed"),
        Just("vscode"),
        Just("interpreter"),
        Just("ExecuteTime"),
        Just("ä \" \\ b"),
    ];
    let values = prop_oneof![
        Just(json!(true)),
        Just(json!({"interpreter": {"hash": "0"}})),
        Just(json!({"a": [1, {"b": null}]})),
        any::<String>().prop_map(Into::into),
    ];
    prop::collection::vec((keys, values), 0..4).prop_map(|members| {
        members
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect()
    })
}

fn cell() -> impl Strategy<Value = Value> {
    let outputs = prop_oneof![
        Just(json!([])),
        Just(json!([{"output_type": "stream", "name": "stdout", "text": ["a\n", "}]"]}])),
        Just(
            json!([{"output_type": "error"}, {"output_type": "execute_result",
                     "data": {"text/plain": "\"outputs\": []"}, "execution_count": 1}])
        ),
    ];
    let count = prop_oneof![Just(Value::Null), any::<u32>().prop_map(Into::into)];
    (any::<String>(), outputs, count, metadata(), any::<bool>()).prop_map(
        |(source, outputs, count, metadata, code)| {
            if code {
                json!({"cell_type": "code", "execution_count": count, "metadata": metadata,
                       "outputs": outputs, "source": source})
            } else {
                json!({"cell_type": "markdown", "metadata": metadata, "source": [source]})
            }
        },
    )
}

proptest! {
    #[test]
    fn generated_notebooks_hold_the_laws(
        cells in prop::collection::vec(cell(), 0..6),
        metadata in metadata(),
        pretty: bool,
    ) {
        let notebook = json!({"cells": cells, "metadata": metadata, "nbformat": 4});
        let bytes = if pretty {
            serde_json::to_vec_pretty(&notebook).unwrap()
        } else {
            serde_json::to_vec(&notebook).unwrap()
        };
        holds_the_laws("generated", &bytes);
    }
}
