//! Notebooks that were changed on two sides.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A notebook of code cells that have not run, each with an id and a source.
pub(crate) fn notebook(cells: &[(&str, &str)]) -> String {
    let cell = |(id, source): &(&str, &str)| {
        json!({
            "cell_type": "code",
            "execution_count": null,
            "id": id,
            "metadata": {},
            "outputs": [],
            "source": source.split_inclusive('\n').collect::<Vec<_>>(),
        })
    };
    let cells: Vec<_> = cells.iter().map(cell).collect();
    let value = json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
    format!("{value:#}\n")
}

/// What both sides start from.
pub(crate) fn base() -> String {
    notebook(&[
        (
            "load",
            "import pandas as pd\n\nframe = pd.read_csv('a.csv')",
        ),
        ("fit", "model = fit(frame)"),
        ("plot", "plot(model)\nshow()"),
    ])
}

/// Ours: the first cell edited.
pub(crate) fn ours() -> String {
    base().replace("'a.csv'", "'ours.csv'")
}

/// Theirs, in another cell: the last one edited.
pub(crate) fn theirs() -> String {
    base().replace("show()", "save('plot.png')")
}

/// Theirs, in the same line as ours.
pub(crate) fn theirs_in_conflict() -> String {
    base().replace("'a.csv'", "'theirs.csv'")
}

/// Returns the sources of the cells in a notebook that has to be sound: valid
/// JSON with an id for each cell, and no id twice.
#[track_caller]
pub(crate) fn sources(notebook: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(notebook)
        .unwrap_or_else(|error| panic!("no valid JSON: {error}: {notebook}"));
    let mut ids = HashSet::new();
    let source = |cell: &Value| {
        if value["nbformat_minor"].as_u64() >= Some(5) {
            let id = cell["id"].as_str().unwrap().to_owned();
            assert!(ids.insert(id), "an id is there twice: {notebook}");
        }
        let source = &cell["source"];
        if let Some(text) = source.as_str() {
            return text.to_owned();
        }
        let lines = source.as_array().unwrap().iter();
        lines.map(|line| line.as_str().unwrap()).collect()
    };
    let cells = value["cells"].as_array().unwrap();
    cells.iter().map(source).collect()
}

/// Returns the sources of the cells in a file of a sandbox.
#[track_caller]
pub(crate) fn sources_in(sandbox: &Sandbox, name: &str) -> Vec<String> {
    sources(&sandbox.read(name))
}

/// The lines of the first cell where ours and theirs conflict.
pub(crate) fn conflict(ours: &str, theirs: &str) -> String {
    format!(
        "import pandas as pd\n\n<<<<<<< {ours}\nframe = pd.read_csv('ours.csv')\n=======\n\
         frame = pd.read_csv('theirs.csv')\n>>>>>>> {theirs}"
    )
}
