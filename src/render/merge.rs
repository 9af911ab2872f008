//! What a merge left to decide and what it decided, as lines for people and as
//! JSON for programs. The JSON is documented in `docs/merge-json.md`; it
//! changes only together with the number under `nbweave`, but for keys that
//! are added.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::{cut, visible};
use super::hunks::counted;
use super::values::compact;
use crate::diff::cell_text;
use crate::json::Kind;
use crate::merge::{Conflict, Decided, Disputed, Merged, Side, Versions};
use crate::notebook::{Cell, CellKind, Notebook};

/// The version of what is written.
const VERSION: u32 = 1;

/// How many columns of a source tell one cell from another.
const EXCERPT: usize = 50;

/// How many columns of a value say what it is.
const VALUE: usize = 40;

/// How many cells are named of those that something was decided about.
const NAMED_CELLS: usize = 3;

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

/// Returns the name of a cell as people know it: `In [7] 'x = 1'` or `Markdown
/// cell 3 '# Title'`.
pub fn cell_name(notebook: &Notebook<'_>, index: usize) -> String {
    let Some(cell) = notebook.cells.get(index) else {
        return format!("cell {}", index + 1);
    };
    let text = cell_text(cell, notebook.format);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match lines.find(|line| !is_marker(line)) {
        Some(line) => format!("{} '{}'", number(cell, index), cut(&visible(line), EXCERPT)),
        None => number(cell, index),
    }
}

/// Returns a cell's execution count, or its place if it has none.
fn number(cell: &Cell<'_>, index: usize) -> String {
    let count = cell.execution_count;
    match cell.kind {
        CellKind::Code => match count.filter(|count| count.kind() == Kind::Number) {
            Some(count) => format!("In [{}]", cut(&compact(&count), 12)),
            None => format!("cell {}", index + 1),
        },
        CellKind::Markdown => format!("Markdown cell {}", index + 1),
        CellKind::Raw => format!("raw cell {}", index + 1),
        CellKind::Unknown => format!("cell {}", index + 1),
    }
}

/// Returns whether a line is a conflict marker.
fn is_marker(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
        .iter()
        .any(|run| line.starts_with(run))
}

/// Returns a line for each conflict, in order, then one for each decision;
/// cells about which the same was decided share one.
pub fn merge_lines(merged: &Merged, notebook: &Notebook<'_>) -> Vec<String> {
    let name = |cell: Option<usize>| match cell {
        Some(index) => cell_name(notebook, index),
        None => "notebook".to_owned(),
    };
    let conflicts = merged.conflicts.iter();
    let mut lines: Vec<String> = conflicts
        .map(|conflict| format!("{}: {}", name(conflict.cell), dispute(conflict)))
        .collect();
    let mut groups: Vec<(String, Vec<Option<usize>>)> = Vec::new();
    for decision in &merged.decisions {
        let what = visible(&decision.what.to_string()).into_owned();
        match groups.iter_mut().find(|(known, _)| *known == what) {
            Some((_, cells)) => cells.push(decision.cell),
            None => groups.push((what, vec![decision.cell])),
        }
    }
    for (what, mut cells) in groups {
        cells.dedup();
        let mut names: Vec<_> = cells.iter().take(NAMED_CELLS).copied().map(name).collect();
        let more = cells.len().saturating_sub(NAMED_CELLS);
        if more > 0 {
            names.push(counted(more, "more cell"));
        }
        lines.push(format!("{}: {what}", names.join(", ")));
    }
    lines
}

/// Returns what a conflict is about, in words.
fn dispute(conflict: &Conflict) -> String {
    let short = |value: &Option<String>| match value {
        Some(value) => cut(&visible(value.trim()), VALUE).into_owned(),
        None => "nothing".to_owned(),
    };
    let sides = || {
        let (ours, theirs) = (short(&conflict.ours), short(&conflict.theirs));
        format!("ours {ours}, theirs {theirs}")
    };
    match &conflict.what {
        Disputed::Source => match (&conflict.ours, &conflict.theirs) {
            (None, _) => "conflict: ours deleted the cell, theirs changed it".to_owned(),
            (_, None) => "conflict: ours changed the cell, theirs deleted it".to_owned(),
            _ => "conflict in the source".to_owned(),
        },
        Disputed::Kind => format!("conflict about the kind: {}", sides()),
        Disputed::Metadata(keys) => {
            let key = visible(&keys.join(".")).into_owned();
            format!("conflict about the metadata `{key}`: {}", sides())
        }
        Disputed::Attachment(name) => {
            let name = visible(name);
            format!("conflict about the attachment '{name}': {}", sides())
        }
        Disputed::Outputs => "conflict: both sides ran it, both have their outputs".to_owned(),
        Disputed::Other(key) => format!("conflict about `{}`: {}", visible(key), sides()),
        Disputed::Inserts => "conflict: both sides added cells here".to_owned(),
    }
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
    let name = |side: &Side| match side {
        Side::Ours => "ours",
        Side::Theirs => "theirs",
    };
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
            side: side.map(name),
            key,
            text: decision.what.to_string(),
        });
    }
    decisions
}
