//! A merge as JSON, for programs. What is written is documented in
//! `docs/merge-json.md`; it changes only together with the number under
//! `nbweave`, but for keys that are added.

use std::io::{self, Write};

use serde::Serialize;

use super::merge::cell_name;
use crate::merge::{Conflict, Decided, Disputed, Merged, Versions};
use crate::notebook::Notebook;

/// The version of what is written.
const VERSION: u32 = 1;

/// How versions of a notebook were put together.
#[derive(Clone, Copy, Debug)]
pub enum MergedBy<'a> {
    /// By content: what came of it, and the merged notebook.
    Content(&'a Merged, &'a Notebook<'a>),
    /// By lines, as git does it: why, and whether conflicts are left.
    Lines(&'a str, bool),
    /// By taking one version: why, and whether it is in doubt.
    Version(&'a str, bool),
}

/// Writes what came of a merge as one line of JSON. `names` are the paths of
/// the versions.
pub fn merge_json(names: Versions<&str>, by: MergedBy<'_>, out: &mut impl Write) -> io::Result<()> {
    let Versions { base, ours, theirs } = names;
    let (name, why, is_clean) = match by {
        MergedBy::Content(merged, _) => ("content", None, merged.is_clean()),
        MergedBy::Lines(why, has_conflicts) => ("lines", Some(why), !has_conflicts),
        MergedBy::Version(why, has_conflicts) => ("version", Some(why), !has_conflicts),
    };
    let (conflicts, decisions) = match by {
        MergedBy::Content(merged, notebook) => (
            json_conflicts(merged, notebook),
            json_decisions(merged, notebook),
        ),
        MergedBy::Lines(..) | MergedBy::Version(..) => (Vec::new(), Vec::new()),
    };
    let whole = JsonMerge {
        nbweave: VERSION,
        base,
        ours,
        theirs,
        by: name,
        why,
        clean: is_clean,
        conflicts,
        decisions,
    };
    serde_json::to_writer(&mut *out, &whole)?;
    out.write_all(b"\n")
}

/// The whole merge.
#[derive(Serialize)]
struct JsonMerge<'a> {
    nbweave: u32,
    base: &'a str,
    ours: &'a str,
    theirs: &'a str,
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    clean: bool,
    conflicts: Vec<JsonConflict<'a>>,
    decisions: Vec<JsonDecision<'a>>,
}

/// A cell of the merged notebook.
#[derive(Serialize)]
struct JsonCell {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    name: String,
}

impl JsonCell {
    fn of(notebook: &Notebook<'_>, index: usize) -> Self {
        let id = notebook.cells.get(index).and_then(|cell| cell.id);
        Self {
            index,
            id: id.and_then(|id| Some(id.as_str()?.into_owned())),
            name: cell_name(notebook, index),
        }
    }
}

#[derive(Serialize)]
struct JsonConflict<'a> {
    cell: Option<JsonCell>,
    what: &'static str,
    path: Vec<&'a str>,
    base: Option<&'a str>,
    ours: Option<&'a str>,
    theirs: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonDecision<'a> {
    cell: Option<JsonCell>,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    text: String,
}

fn json_conflicts<'a>(merged: &'a Merged, notebook: &Notebook<'_>) -> Vec<JsonConflict<'a>> {
    let conflicts = merged.conflicts.iter();
    let json = |conflict: &'a Conflict| {
        let (what, path) = match &conflict.what {
            Disputed::Source => ("source", Vec::new()),
            Disputed::Kind => ("kind", Vec::new()),
            Disputed::Metadata(keys) => ("metadata", keys.iter().map(String::as_str).collect()),
            Disputed::Attachment(name) => ("attachment", vec![name.as_str()]),
            Disputed::Outputs => ("outputs", Vec::new()),
            Disputed::Other(key) => ("other", vec![key.as_str()]),
            Disputed::Inserts => ("inserts", Vec::new()),
        };
        JsonConflict {
            cell: conflict.cell.map(|index| JsonCell::of(notebook, index)),
            what,
            path,
            base: conflict.base.as_deref(),
            ours: conflict.ours.as_deref(),
            theirs: conflict.theirs.as_deref(),
        }
    };
    conflicts.map(json).collect()
}

fn json_decisions<'a>(merged: &'a Merged, notebook: &Notebook<'_>) -> Vec<JsonDecision<'a>> {
    let mut decisions = Vec::new();
    for decision in &merged.decisions {
        let (what, side, key) = match &decision.what {
            Decided::BothInserted => ("both_inserted", None, None),
            Decided::BothMoved(side) => ("both_moved", Some(side), None),
            Decided::OutputsDropped => ("outputs_dropped", None, None),
            Decided::OutputsOf(side) => ("outputs_of", Some(side), None),
            Decided::OutputsCleared => ("outputs_cleared", None, None),
            Decided::Deleted(_) => ("deleted", None, None),
            Decided::KeyOf(key, side) => ("key_of", Some(side), Some(key.as_str())),
            Decided::Favored => ("favored", None, None),
            Decided::IdGiven => ("id_given", None, None),
            Decided::NoBase => ("no_base", None, None),
        };
        decisions.push(JsonDecision {
            cell: decision.cell.map(|index| JsonCell::of(notebook, index)),
            what,
            side: side.map(|side| side.name()),
            key,
            text: decision.what.to_string(),
        });
    }
    decisions
}
