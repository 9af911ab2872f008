//! Repositories whose notebooks go through the filter, and notebooks for them.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A code cell: its id, its source, and what it printed; nothing for one that
/// has not run.
pub(crate) type Cell<'a> = (&'a str, &'a str, &'a str);

/// A repository with the filter and one commit.
pub(crate) fn repository() -> Sandbox {
    repository_with("")
}

/// A repository with the filter, run with these options, and one commit.
pub(crate) fn repository_with(options: &str) -> Sandbox {
    let sandbox = Sandbox::with_repository();
    configure(&sandbox, ".", options);
    sandbox.write(".gitattributes", "*.ipynb filter=nbweave\n");
    commit(&sandbox, "first");
    sandbox
}

/// Sets the filter up in a repository.
pub(crate) fn configure(sandbox: &Sandbox, dir: &str, options: &str) {
    let process = format!("nbweave filter-process {options}");
    let clean = format!("nbweave git-clean {options} -- %f");
    let smudge = format!("nbweave git-smudge {options} -- %f");
    for (key, value) in [
        ("process", process.as_str()),
        ("clean", &clean),
        ("smudge", &smudge),
        ("required", "true"),
    ] {
        let key = format!("filter.nbweave.{key}");
        sandbox.git(&["-C", dir, "config", &key, value]);
    }
    sandbox.git(&["-C", dir, "config", "advice.detachedHead", "false"]);
}

/// Has git start a filter for each file.
pub(crate) fn without_process(sandbox: &Sandbox) {
    sandbox.git(&["config", "--unset", "filter.nbweave.process"]);
}

pub(crate) fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", message]);
}

/// Takes a file away and has git bring it back.
pub(crate) fn check_out_again(sandbox: &Sandbox, name: &str) {
    std::fs::remove_file(sandbox.path(name)).unwrap();
    sandbox.git(&["checkout", "--quiet", "--", name]);
}

/// What the index or a revision has of a file: `:a.ipynb`, `HEAD:a.ipynb`.
pub(crate) fn blob(sandbox: &Sandbox, name: &str) -> String {
    sandbox.git(&["cat-file", "blob", name])
}

pub(crate) fn status(sandbox: &Sandbox) -> String {
    sandbox.git(&["status", "--porcelain"])
}

/// A notebook as Jupyter writes it.
pub(crate) fn notebook(cells: &[Cell<'_>]) -> String {
    file(cells, |id| Some(id.to_owned()))
}

/// A notebook of a format without ids.
pub(crate) fn notebook_without_ids(cells: &[Cell<'_>]) -> String {
    file(cells, |_| None)
}

/// A notebook with what its cells print taken away.
pub(crate) fn stripped(cells: &[Cell<'_>]) -> String {
    let cells: Vec<_> = cells
        .iter()
        .map(|(id, source, _)| (*id, *source, ""))
        .collect();
    notebook(&cells)
}

fn file(cells: &[Cell<'_>], id_of: impl Fn(&str) -> Option<String>) -> String {
    let mut minor = 4;
    let cells = cells
        .iter()
        .enumerate()
        .map(|(index, (id, source, printed))| {
            let outputs = match *printed {
                "" => json!([]),
                printed => {
                    json!([{ "name": "stdout", "output_type": "stream", "text": [printed] }])
                }
            };
            let count = (!printed.is_empty()).then_some(index + 1);
            let mut cell = json!({
                "cell_type": "code",
                "execution_count": count,
                "metadata": {},
                "outputs": outputs,
                "source": source.split_inclusive('\n').collect::<Vec<_>>(),
            });
            if let Some(id) = id_of(id) {
                minor = 5;
                cell["id"] = id.into();
            }
            cell
        });
    let cells: Vec<_> = cells.collect();
    let value = json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor });
    format!("{value:#}\n")
}

/// What the cells of a notebook in the worktree have printed, in their order.
pub(crate) fn printed(sandbox: &Sandbox, name: &str) -> Vec<String> {
    let cells = cells_of(&sandbox.read(name));
    cells.into_iter().map(|(_, _, printed)| printed).collect()
}

/// The ids, sources and prints of the cells of a notebook.
pub(crate) fn cells_of(text: &str) -> Vec<(String, String, String)> {
    let notebook: Value = serde_json::from_str(text).unwrap();
    let joined = |value: &Value| match value.as_array() {
        Some(lines) => lines.iter().map(|line| line.as_str().unwrap()).collect(),
        None => value.as_str().unwrap_or_default().to_owned(),
    };
    let cells = notebook["cells"].as_array().unwrap().iter();
    cells
        .map(|cell| {
            let outputs = cell["outputs"].as_array().unwrap().iter();
            let printed = outputs.map(|output| joined(&output["text"])).collect();
            assert_eq!(
                cell["outputs"] == json!([]),
                cell["execution_count"].is_null()
            );
            let id = joined(&cell["id"]);
            (id, joined(&cell["source"]), printed)
        })
        .collect()
}
