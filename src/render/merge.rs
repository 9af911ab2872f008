//! What a merge left to decide and what it decided, in lines for people.

use super::escape::{cut, visible};
use super::values::{compact, counted};
use crate::diff::cell_text;
use crate::json::Kind;
use crate::merge::{Conflict, Decided, Disputed, Merged};
use crate::notebook::{Cell, CellKind, Notebook};

/// How many columns of a source tell one cell from another.
const EXCERPT: usize = 50;

/// How many columns of a value say what it is.
const VALUE: usize = 40;

/// How many cells are named of those that something was decided about.
const NAMED_CELLS: usize = 3;

/// Returns the name of a cell as people know it: `In [7] 'x = 1'` or `Markdown
/// cell 3 '# Title'`.
pub fn cell_name(notebook: &Notebook<'_>, index: usize) -> String {
    let Some(cell) = notebook.cells.get(index) else {
        return format!("cell {}", index + 1);
    };
    let text = cell_text(cell, notebook.format);
    let lines = text.lines().map(str::trim);
    let mut lines = lines.filter(|line| !line.is_empty() && !is_marker(line));
    // Many cells start with `%%time`; what they do is below.
    let first = lines.next();
    let telling = match first {
        Some(line) if line.starts_with("%%") => lines.next().or(first),
        _ => first,
    };
    match telling {
        Some(line) => format!("{} {}", number(cell, index), quoted(line)),
        None => number(cell, index),
    }
}

/// Returns a line in quotes, harmless and not too long.
fn quoted(line: &str) -> String {
    format!("'{}'", cut(&visible(line), EXCERPT))
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
/// those that say the same share one.
pub fn merge_lines(merged: &Merged, notebook: &Notebook<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let same = |one: &Conflict, other: &Conflict| {
        one.what == Disputed::Source && one.cell == other.cell && dispute(one) == dispute(other)
    };
    for conflicts in merged.conflicts.chunk_by(same) {
        if let [conflict, more @ ..] = conflicts {
            let name = place(notebook, conflict.cell);
            let what = match more.len() {
                0 => dispute(conflict),
                more => format!("{} conflicts in the source", more + 1),
            };
            lines.push(format!("{name}: {what}"));
        }
    }
    let mut groups: Vec<(String, Vec<Option<usize>>)> = Vec::new();
    let mut deleted = Vec::new();
    for decision in &merged.decisions {
        if let Decided::Deleted(line) = &decision.what {
            deleted.push(quoted(line.trim()));
            continue;
        }
        let what = visible(&decision.what.to_string()).into_owned();
        match groups.iter_mut().find(|(known, _)| *known == what) {
            Some((_, cells)) => cells.push(decision.cell),
            None => groups.push((what, vec![decision.cell])),
        }
    }
    for (what, mut cells) in groups {
        cells.dedup();
        let names = some(&cells, |&cell| place(notebook, cell));
        lines.push(format!("{names}: {what}"));
    }
    if !deleted.is_empty() {
        let cells = counted(deleted.len(), "cell");
        let names = some(&deleted, String::clone);
        lines.push(format!(
            "{cells} deleted, as one side has it; the other changed no source there: {names}"
        ));
    }
    lines
}

/// Returns the names of the first few of what there is, and how many more
/// there are.
fn some<T>(all: &[T], name: impl Fn(&T) -> String) -> String {
    let mut names: Vec<_> = all.iter().take(NAMED_CELLS).map(name).collect();
    let more = all.len().saturating_sub(NAMED_CELLS);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

/// Returns what something is about: a cell, or the notebook.
pub(super) fn place(notebook: &Notebook<'_>, cell: Option<usize>) -> String {
    match cell {
        Some(index) => cell_name(notebook, index),
        None => "notebook".to_owned(),
    }
}

/// Returns what a conflict is about, in words.
pub(super) fn dispute(conflict: &Conflict) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Edits};
    use crate::merge::{Decision, Side};

    #[track_caller]
    fn name_of(cell: &str) -> String {
        let json = format!(r#"{{"cells": [{cell}], "nbformat": 4, "nbformat_minor": 5}}"#);
        let document = Document::read(json.as_bytes()).unwrap();
        cell_name(&Notebook::read(&document).unwrap(), 0)
    }

    #[test]
    fn cells_are_named_by_count_or_place_and_by_what_they_say() {
        let code = r#"{"cell_type": "code", "execution_count": 7, "source": "\n  x = 1\ny"}"#;
        assert_eq!(name_of(code), "In [7] 'x = 1'");
        let fresh = r#"{"cell_type": "code", "execution_count": null, "source": "x"}"#;
        assert_eq!(name_of(fresh), "cell 1 'x'");
        let markdown = r##"{"cell_type": "markdown", "source": ["# Title\n", "text"]}"##;
        assert_eq!(name_of(markdown), "Markdown cell 1 '# Title'");
        assert_eq!(name_of(r#"{"cell_type": "raw"}"#), "raw cell 1");
    }

    #[test]
    fn markers_and_magics_say_nothing() {
        let marked = r#"{"source": "<<<<<<< ours\nx = 1\n=======\n"}"#;
        assert_eq!(name_of(marked), "cell 1 'x = 1'");
        assert_eq!(name_of(r#"{"source": "%%time\nfit()"}"#), "cell 1 'fit()'");
        assert_eq!(name_of(r#"{"source": "%%time"}"#), "cell 1 '%%time'");
    }

    #[track_caller]
    fn lines(conflicts: Vec<Conflict>, decisions: Vec<Decision>) -> Vec<String> {
        let cells: Vec<_> = ["a", "b", "c", "d", "e"]
            .iter()
            .map(|source| format!(r#"{{"cell_type": "code", "source": "{source}"}}"#))
            .collect();
        let json = format!(r#"{{"cells": [{}], "nbformat": 4}}"#, cells.join(","));
        let document = Document::read(json.as_bytes()).unwrap();
        let merged = Merged {
            host: Side::Ours,
            edits: Edits::default(),
            conflicts,
            decisions,
        };
        merge_lines(&merged, &Notebook::read(&document).unwrap())
    }

    fn conflict(what: Disputed, ours: Option<&str>, theirs: Option<&str>) -> Conflict {
        Conflict {
            cell: Some(1),
            what,
            base: None,
            ours: ours.map(str::to_owned),
            theirs: theirs.map(str::to_owned),
        }
    }

    #[test]
    fn every_conflict_is_told() {
        let source = || conflict(Disputed::Source, Some("x"), Some("y"));
        let key = Disputed::Metadata(vec!["slideshow".to_owned(), "slide_type".to_owned()]);
        let told = lines(
            vec![
                source(),
                source(),
                conflict(Disputed::Source, None, Some("y")),
                conflict(key, Some("\"slide\""), None),
                Conflict {
                    cell: None,
                    ..conflict(Disputed::Other("x".to_owned()), Some("1"), Some("2"))
                },
            ],
            Vec::new(),
        );
        assert_eq!(
            told,
            [
                "cell 2 'b': 2 conflicts in the source",
                "cell 2 'b': conflict: ours deleted the cell, theirs changed it",
                "cell 2 'b': conflict about the metadata `slideshow.slide_type`: \
                 ours \"slide\", theirs nothing",
                "notebook: conflict about `x`: ours 1, theirs 2",
            ]
        );
    }

    #[test]
    fn decisions_that_say_the_same_share_a_line() {
        let decision = |cell, what| Decision { cell, what };
        let of_ours = |cell| decision(Some(cell), Decided::OutputsOf(Side::Ours));
        let gone = |line: &str| decision(None, Decided::Deleted(line.to_owned()));
        let mut decisions: Vec<_> = (0..5).map(of_ours).collect();
        decisions.extend([gone("x"), gone("y")]);
        decisions.push(decision(Some(0), Decided::OutputsDropped));
        assert_eq!(
            lines(Vec::new(), decisions),
            [
                "cell 1 'a', cell 2 'b', cell 3 'c', 2 more: both sides ran it: outputs of ours kept",
                "cell 1 'a': both sides changed the source: outputs dropped, run it again",
                "2 cells deleted, as one side has it; the other changed no source there: 'x', 'y'",
            ]
        );
    }
}
