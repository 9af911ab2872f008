//! Merges one by one: each row of the table of what merge decides, and what
//! other tools are known to get wrong.

mod attachments;
mod cells;
mod formats;
mod forms;
mod metadata;
mod outputs;
mod sources;

use nbweave::merge::{Decided, MergeOptions, Merged, Versions, merge};
use serde_json::{Value, json};

use crate::result::Written;

/// A code cell that was not run.
fn code(id: &str, source: &str) -> Value {
    json!({"cell_type": "code", "execution_count": null, "id": id, "metadata": {},
           "outputs": [], "source": lines(source)})
}

fn markdown(id: &str, source: &str) -> Value {
    json!({"cell_type": "markdown", "id": id, "metadata": {}, "source": lines(source)})
}

fn lines(source: &str) -> Value {
    source.split_inclusive('\n').collect()
}

/// Returns the value with another one put at a pointer below it. Objects on
/// the way there are made.
fn with(mut value: Value, pointer: &str, new: Value) -> Value {
    let mut place = &mut value;
    for key in pointer.split('/').skip(1) {
        place = match key.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[key],
        };
    }
    *place = new;
    value
}

/// A code cell that was run and printed a line.
fn ran(cell: Value, count: u64, printed: &str) -> Value {
    let output = json!({"name": "stdout", "output_type": "stream", "text": [printed]});
    with(
        with(cell, "/execution_count", count.into()),
        "/outputs",
        json!([output]),
    )
}

/// A notebook of nbformat 4.5.
fn notebook<I: IntoIterator<Item = Value>>(cells: I) -> Value {
    let cells: Vec<Value> = cells.into_iter().collect();
    json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
}

/// A notebook of nbformat 4.4, without ids.
fn notebook_without_ids<I: IntoIterator<Item = Value>>(cells: I) -> Value {
    let without_id = |mut cell: Value| {
        cell.as_object_mut().unwrap().remove("id");
        cell
    };
    with(
        notebook(cells.into_iter().map(without_id)),
        "/nbformat_minor",
        4.into(),
    )
}

/// What came of a merge.
struct Outcome {
    merged: Merged,
    written: Written,
}

impl Outcome {
    fn sources(&self) -> Vec<String> {
        self.written.sources().collect()
    }

    fn at(&self, pointer: &str) -> &Value {
        self.written.value.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn ids(&self) -> Vec<&str> {
        let cells = self.written.cells().iter();
        cells.filter_map(|cell| cell["id"].as_str()).collect()
    }

    fn decided(&self) -> Vec<Decided> {
        let decisions = self.merged.decisions.iter();
        decisions.map(|decision| decision.what.clone()).collect()
    }

    /// Returns the only source with markers.
    #[track_caller]
    fn marked(&self) -> String {
        let sources = self.sources();
        let mut marked = sources.iter().filter(|source| source.contains("<<<<<<<"));
        let first = marked.next().unwrap().clone();
        assert_eq!(marked.next(), None);
        first
    }
}

/// Merges and checks that the result is a valid notebook.
#[track_caller]
fn merged_with(options: &MergeOptions, base: &Value, ours: &Value, theirs: &Value) -> Outcome {
    let [base, ours, theirs] = [base, ours, theirs].map(|value| match value {
        Value::Null => Vec::new(),
        // Not a notebook, to be taken as it is.
        Value::String(text) => text.clone().into_bytes(),
        Value::Object(_) => serde_json::to_vec_pretty(value).unwrap(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => panic!("no version of a notebook"),
    });
    let versions = Versions {
        base: base.as_slice(),
        ours: &ours,
        theirs: &theirs,
    };
    let merged = merge(versions, options).unwrap();
    let written = Written::read(&merged.bytes(&ours, &theirs)).unwrap();
    written.check().unwrap();
    assert_eq!(merged.is_clean(), !written.has_marker());
    Outcome { merged, written }
}

/// Merges what has to be merged without a conflict.
#[track_caller]
fn clean(base: &Value, ours: &Value, theirs: &Value) -> Outcome {
    let outcome = merged_with(&MergeOptions::default(), base, ours, theirs);
    assert_eq!(outcome.merged.conflicts, []);
    outcome
}

/// Merges what has to conflict once.
#[track_caller]
fn conflicting(base: &Value, ours: &Value, theirs: &Value) -> Outcome {
    let outcome = merged_with(&MergeOptions::default(), base, ours, theirs);
    assert_eq!(
        outcome.merged.conflicts.len(),
        1,
        "{:?}",
        outcome.merged.conflicts
    );
    outcome
}

const SETUP: &str = "import polars as pl\nfrom pathlib import Path\n";
const READ: &str = "ships = pl.read_parquet(Path('ships'))\nships.glimpse()";
const TEXT: &str = "### Fleet\n\nWhich ships lie in which harbor.";
const COUNT: &str = "per_port = ships.group_by('port').len()\nper_port.sort('len')";
const PLOT: &str = "chart = per_port.plot.bar(x='port')\nchart.save('ports.svg')";

/// Five cells that differ.
fn fleet() -> Vec<Value> {
    vec![
        code("setup", SETUP),
        code("read", READ),
        markdown("text", TEXT),
        code("count", COUNT),
        code("plot", PLOT),
    ]
}

/// The cells with new ones put in front of the cell at an index.
fn inserted(mut cells: Vec<Value>, at: usize, new: impl IntoIterator<Item = Value>) -> Vec<Value> {
    cells.splice(at..at, new);
    cells
}

/// The cells without the one at an index.
fn without(mut cells: Vec<Value>, at: usize) -> Vec<Value> {
    cells.remove(at);
    cells
}

/// The cells with another source in the one at an index.
fn edited(cells: Vec<Value>, at: usize, source: &str) -> Vec<Value> {
    let cells = with(cells.into(), &format!("/{at}/source"), lines(source));
    cells.as_array().unwrap().clone()
}

/// The cells with one of them put elsewhere.
fn moved(mut cells: Vec<Value>, from: usize, to: usize) -> Vec<Value> {
    let cell = cells.remove(from);
    cells.insert(to, cell);
    cells
}
