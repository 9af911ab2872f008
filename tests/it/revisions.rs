//! Notebooks for tests.

use serde_json::{Value, json};

/// A notebook of code cells that have not run.
pub(crate) fn notebook(sources: &[&str]) -> String {
    let cells: Vec<_> = sources.iter().map(|source| cell(source, None)).collect();
    file(&cells)
}

/// A notebook of code cells that have run and printed something each.
pub(crate) fn with_outputs(cells: &[(&str, &str)]) -> String {
    let cells = cells.iter().enumerate();
    let cells: Vec<_> = cells
        .map(|(index, (source, output))| cell(source, Some((index + 1, output))))
        .collect();
    file(&cells)
}

fn cell(source: &str, ran: Option<(usize, &str)>) -> Value {
    let count = ran.map(|(count, _)| count);
    let output = |(_, text): (usize, &str)| json!({ "name": "stdout", "output_type": "stream", "text": [text] });
    let outputs: Vec<_> = ran.into_iter().map(output).collect();
    json!({
        "cell_type": "code",
        "execution_count": count,
        "metadata": {},
        "outputs": outputs,
        "source": source.split_inclusive('\n').collect::<Vec<_>>(),
    })
}

fn file(cells: &[Value]) -> String {
    let value = json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4 });
    format!("{value:#}\n")
}
