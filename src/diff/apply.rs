//! The law of diffs: the old notebook, and of the new one only what the diff
//! says changed, make the new notebook.
//!
//! What is compared is [`Content`]: the notebook as nbformat 4 has it, however
//! the file spells it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::outputs::OutputUnit;
use super::value::{Fields, canonical, fields, is_base64, is_multiline};
use super::view::{CellView, Upgrade, notebook_metadata, notebook_other};
use super::{
    CellDiff, KeyChange, NotebookDiff, OutputDiff, PartChange, PartContent, PartPlace, TextDiff,
    is_id_of_upgrade,
};
use crate::json::{Document, Kind, Value};
use crate::notebook::{CellKind, NbFormat, OutputKind, multiline_text};

/// What a notebook says, for comparison.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Content {
    format: NbFormat,
    metadata: Tree,
    other: Tree,
    cells: Vec<CellContent>,
}

/// Objects as such down to some depth, everything else in one spelling.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Tree {
    Object(BTreeMap<String, Self>),
    Leaf(Vec<u8>),
}

/// A cell, or those that the diff calls the parts of one.
#[derive(Clone, Debug, Eq, PartialEq)]
struct CellContent {
    kind: CellKind,
    source: String,
    execution_count: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
    metadata: Tree,
    attachments: Tree,
    other: Tree,
    outputs: Vec<OutputContent>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct OutputContent {
    kind: OutputKind,
    stream: Option<String>,
    execution_count: Option<Vec<u8>>,
    parts: BTreeMap<String, Vec<u8>>,
    metadata: Tree,
    other: Tree,
}

/// Returns the content of the new notebook, made of the old one and what
/// `diff` says changed. It equals [`new_content`] for every diff.
pub fn apply(diff: &NotebookDiff<'_>) -> Content {
    let upgrade = Upgrade::between(diff.old.format, diff.new.format);
    let mut metadata = Tree::of(&notebook_metadata(diff.old, upgrade));
    metadata.apply(&diff.metadata);
    let mut other = Tree::of(&notebook_other(diff.old));
    other.apply(&diff.other);
    Content {
        format: diff.format.map_or(diff.old.format, |format| format.new),
        metadata,
        other,
        cells: diff
            .cells
            .iter()
            .filter(|cell| !cell.new.is_empty())
            .map(|cell| apply_to_cell(diff, cell, upgrade))
            .collect(),
    }
}

/// Returns the content of the new notebook, cells that `diff` calls the parts
/// of one joined.
pub fn new_content(diff: &NotebookDiff<'_>) -> Content {
    let upgrade = Upgrade::between(diff.old.format, diff.new.format);
    Content {
        format: diff.new.format,
        metadata: Tree::of(&notebook_metadata(diff.new, upgrade)),
        other: Tree::of(&notebook_other(diff.new)),
        cells: diff
            .cells
            .iter()
            .filter(|cell| !cell.new.is_empty())
            .map(|cell| CellContent::of(&CellView::of(diff.new, &cell.new, upgrade)))
            .collect(),
    }
}

fn apply_to_cell(diff: &NotebookDiff<'_>, cell: &CellDiff<'_>, upgrade: Upgrade) -> CellContent {
    if cell.old.is_empty() {
        return CellContent::of(&CellView::of(diff.new, &cell.new, upgrade));
    }
    let view = CellView::of(diff.old, &cell.old, upgrade);
    let mut content = CellContent::of(&view);
    if let Some(kind) = cell.kind {
        content.kind = kind.new;
    }
    if let Some(source) = &cell.source {
        content.source = apply_to_text(&content.source, source);
    }
    if let Some(count) = cell.execution_count {
        content.execution_count = count.new.map(|count| canonical(&count));
    }
    if let Some(id) = cell.id {
        content.id = id.new.map(|id| canonical(&id));
    } else if is_id_of_upgrade(&view, diff.old.format, diff.new.format) {
        // A format with ids gives the cell one; the diff does not say which.
        let new = CellView::of(diff.new, &cell.new, upgrade);
        content.id = new.id.map(|id| canonical(&id));
    }
    content.metadata.apply(&cell.metadata);
    content.attachments.apply(&cell.attachments);
    content.other.apply(&cell.other);
    if !cell.outputs.is_empty() {
        let new = CellView::of(diff.new, &cell.new, upgrade);
        content.outputs = apply_to_outputs(&view.outputs, &new.outputs, &cell.outputs);
    }
    content
}

/// `new` is where outputs that were added are taken from.
fn apply_to_outputs(
    old: &[OutputUnit<'_>],
    new: &[OutputUnit<'_>],
    diffs: &[OutputDiff<'_>],
) -> Vec<OutputContent> {
    let mut outputs = Vec::new();
    let mut rest = old.iter().peekable();
    for diff in diffs {
        while let Some(kept) = rest.next_if(|unit| unit.range.end <= diff.old.start) {
            outputs.push(OutputContent::of(kept));
        }
        if diff.old.is_empty() {
            let added = new.iter().filter(|unit| unit.range == diff.new);
            outputs.extend(added.map(OutputContent::of));
        } else if let Some(unit) = rest.next()
            && !diff.new.is_empty()
        {
            outputs.push(apply_to_output(unit, diff));
        }
    }
    outputs.extend(rest.map(OutputContent::of));
    outputs
}

fn apply_to_output(old: &OutputUnit<'_>, diff: &OutputDiff<'_>) -> OutputContent {
    let mut output = OutputContent::of(old);
    if let Some(kind) = diff.kind {
        output.kind = kind.new;
    }
    for part in &diff.parts {
        let name = part.name.clone().into_owned();
        let value = match &part.change {
            PartChange::Text(text) => {
                let old = output.parts.remove(&name).unwrap_or_default();
                let old = String::from_utf8_lossy(&old);
                output.parts.insert(name, apply_to_part(&old, text));
                continue;
            }
            PartChange::Value(change) => change.new,
        };
        match part.place {
            PartPlace::Content => {
                output.parts.remove(&name);
                output.parts.extend(value.map(|value| {
                    let bytes = bytes(&name, &value);
                    (name, bytes)
                }));
            }
            PartPlace::ExecutionCount => {
                output.execution_count = value.map(|count| canonical(&count));
            }
            PartPlace::Metadata => {
                let path = name.strip_prefix("metadata.").unwrap_or_default();
                output.metadata.set_dotted(path, value.as_ref());
            }
            PartPlace::Other => output.other.set(&[&name], value.as_ref()),
        }
    }
    output
}

/// Applies a diff to text as it stands in a [`Content`]: of JSON only the
/// canonical spelling, which is not what was compared.
fn apply_to_part(old: &str, diff: &TextDiff<'_>) -> Vec<u8> {
    if old == diff.old {
        return apply_to_text(old, diff).into_bytes();
    }
    let text = apply_to_text(&diff.old, diff);
    match Document::read(text.as_bytes()) {
        Ok(document) => canonical(&document.root()),
        Err(_) => text.into_bytes(),
    }
}

fn apply_to_text(old: &str, diff: &TextDiff<'_>) -> String {
    let (old, new) = (super::lines(old), diff.new_lines());
    let mut text = String::new();
    for run in &diff.runs {
        let lines = if run.equal {
            old.get(run.old.clone())
        } else {
            new.get(run.new.clone())
        };
        text.extend(lines.unwrap_or_default().iter().copied());
    }
    text
}

impl Tree {
    fn of(fields: &Fields<'_>) -> Self {
        let member = |(key, value): (&Cow<'_, str>, &Value<'_>)| {
            (key.clone().into_owned(), Self::of_value(value, 1))
        };
        Self::Object(fields.iter().map(member).collect())
    }

    fn of_value(value: &Value<'_>, depth: usize) -> Self {
        // As deep as changes are looked for, and the call stack allows.
        const DEPTH: usize = 16;
        if value.kind() != Kind::Object || depth >= DEPTH {
            return Self::Leaf(canonical(value));
        }
        let members = fields(value);
        let members = members
            .into_iter()
            .map(|(key, value)| (key.into_owned(), Self::of_value(&value, depth + 1)));
        Self::Object(members.collect())
    }

    fn apply(&mut self, changes: &[KeyChange<'_>]) {
        for change in changes {
            let path: Vec<_> = change.path.iter().map(|key| &**key).collect();
            self.set(&path, change.new.as_ref());
        }
    }

    /// Sets or removes what stands at `path`.
    fn set(&mut self, path: &[&str], value: Option<&Value<'_>>) {
        let mut tree = self;
        let mut path_left = path;
        while let [key, rest @ ..] = path_left
            && let Self::Object(members) = tree
        {
            if rest.is_empty() {
                match value {
                    Some(value) => {
                        let value = Self::of_value(value, path.len());
                        members.insert((*key).to_owned(), value);
                    }
                    None => {
                        members.remove(*key);
                    }
                }
                return;
            }
            path_left = rest;
            let Some(inner) = members.get_mut(*key) else {
                return;
            };
            tree = inner;
        }
    }

    /// Sets or removes what stands at a path written with dots.
    fn set_dotted(&mut self, dotted: &str, value: Option<&Value<'_>>) {
        let mut path: Vec<&str> = Vec::new();
        let mut tree = &*self;
        let mut rest = dotted;
        while let Self::Object(members) = tree {
            let inner = members.iter().find(|(key, inner)| {
                let after = rest.strip_prefix(key.as_str());
                matches!(inner, Self::Object(_))
                    && after.is_some_and(|after| after.starts_with('.'))
            });
            let Some((key, inner)) = inner else { break };
            let (first, after) = rest.split_at(key.len());
            path.push(first);
            rest = after.trim_start_matches('.');
            tree = inner;
        }
        path.push(rest);
        self.set(&path, value);
    }
}

impl CellContent {
    fn of(view: &CellView<'_>) -> Self {
        let written = |value: Option<Value<'_>>| value.map(|value| canonical(&value));
        Self {
            kind: view.kind,
            source: view.source.clone().into_owned(),
            execution_count: written(view.execution_count),
            id: written(view.id),
            metadata: Tree::of(&view.metadata),
            attachments: Tree::of(&view.attachments),
            other: Tree::of(&view.other),
            outputs: view.outputs.iter().map(OutputContent::of).collect(),
        }
    }
}

impl OutputContent {
    fn of(unit: &OutputUnit<'_>) -> Self {
        let parts = unit.parts().into_iter().map(|part| {
            let bytes = match part.content {
                PartContent::Text(text) => text.into_owned().into_bytes(),
                PartContent::Value(value) => bytes(&part.name, &value),
            };
            (part.name.into_owned(), bytes)
        });
        Self {
            kind: unit.kind,
            stream: unit.stream_name().map(Cow::into_owned),
            execution_count: unit.execution_count().map(|count| canonical(&count)),
            parts: parts.collect(),
            metadata: Tree::of(&unit.metadata()),
            other: Tree::of(&unit.other()),
        }
    }
}

/// Returns what a part that is no text holds, in one spelling.
fn bytes(mime: &str, value: &Value<'_>) -> Vec<u8> {
    let is_json = mime == "application/json" || mime.ends_with("+json");
    if is_json || !is_multiline(value) {
        return canonical(value);
    }
    let text = multiline_text(value, NbFormat { major: 4, minor: 0 });
    if is_base64(mime) {
        return text
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
    }
    text.into_owned().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{Alignment, DiffOptions, Match, diff_aligned, diff_notebooks};
    use crate::notebook::Notebook;
    use proptest::prelude::*;
    use serde_json::json;

    /// Every cell is in exactly one entry.
    #[track_caller]
    fn check_partition(diff: &NotebookDiff<'_>) {
        let sorted = |side: for<'c> fn(&'c CellDiff<'_>) -> &'c Vec<usize>| {
            let mut indices: Vec<_> = diff.cells.iter().flat_map(|cell| side(cell)).collect();
            indices.sort_unstable();
            indices.into_iter().copied().collect::<Vec<_>>()
        };
        let all = |notebook: &Notebook<'_>| (0..notebook.cells.len()).collect::<Vec<_>>();
        assert_eq!(sorted(|cell| &cell.old), all(diff.old));
        assert_eq!(sorted(|cell| &cell.new), all(diff.new));
    }

    #[track_caller]
    fn check(diff: &NotebookDiff<'_>) {
        check_partition(diff);
        let (applied, new) = (apply(diff), new_content(diff));
        for (applied, new) in applied.cells.iter().zip(&new.cells) {
            assert_eq!(applied, new);
        }
        assert_eq!(applied, new);
    }

    fn with<T>(old: &[u8], new: &[u8], look: impl FnOnce(&Notebook<'_>, &Notebook<'_>) -> T) -> T {
        let (old, new) = (Document::read(old).unwrap(), Document::read(new).unwrap());
        let (old, new) = (Notebook::read(&old).unwrap(), Notebook::read(&new).unwrap());
        look(&old, &new)
    }

    fn lines() -> impl Strategy<Value = serde_json::Value> {
        let line = prop::sample::select(vec![
            "a\n",
            "b\n",
            "\n",
            "  c\n",
            "x = 1\n",
            "x = 2\n",
            "c\r\n",
            "\u{2028}",
            "d",
            "50%\r100%\n",
            "\u{1b}[31mred\u{1b}[0m\n",
            "red\n",
            "<at 0x7f001122>\n",
            "<at 0x7f334455>\n",
            "ü\n",
            "\u{fffd}\n",
        ]);
        let lines = prop::collection::vec(line, 0..6);
        (lines, any::<bool>()).prop_map(|(lines, whole)| {
            if whole {
                json!(lines.concat())
            } else {
                json!(lines)
            }
        })
    }

    fn metadata() -> impl Strategy<Value = serde_json::Value> {
        let key = prop::sample::select(vec!["collapsed", "tags", "jupyter", "x", "a.b", ""]);
        let leaf = prop::sample::select(vec![
            json!(1),
            json!(1.0),
            json!(true),
            json!(null),
            json!(["p", "q"]),
            json!({}),
            json!("s"),
        ]);
        let inner_key = prop::sample::select(vec!["outputs_hidden", "y", "z"]);
        let value = prop_oneof![
            leaf.clone(),
            prop::collection::hash_map(inner_key, leaf, 0..3).prop_map(|map| json!(map)),
        ];
        prop::collection::hash_map(key, value, 0..4).prop_map(|map| json!(map))
    }

    fn output() -> impl Strategy<Value = serde_json::Value> {
        let stream = (prop::sample::select(vec!["stdout", "stderr"]), lines())
            .prop_map(|(name, text)| json!({"output_type": "stream", "name": name, "text": text}));
        let mime = prop::sample::select(vec![
            "text/plain",
            "text/html",
            "image/png",
            "application/json",
            "image/svg+xml",
            "odd",
        ]);
        let data = prop_oneof![
            lines(),
            Just(json!({"a": [1, 2], "b": null})),
            Just(json!({"a": [1, 3]})),
            Just(json!("aGk=\n")),
            Just(json!("aGk=")),
        ];
        let bundle = prop::collection::hash_map(mime, data, 0..3);
        let kind = prop::sample::select(vec!["display_data", "execute_result", "new_kind"]);
        let shown = (kind, bundle, metadata(), 0..3).prop_map(|(kind, data, metadata, count)| {
            json!({"output_type": kind, "data": data, "metadata": metadata,
                   "execution_count": count})
        });
        let error = lines().prop_map(|text| {
            json!({"output_type": "error", "ename": "E", "evalue": "v",
                   "traceback": [text, "z"]})
        });
        prop_oneof![3 => stream, 3 => shown, 1 => error, 1 => Just(json!(5))]
    }

    fn cell() -> impl Strategy<Value = serde_json::Value> {
        let kind = prop::sample::select(vec!["code", "code", "markdown", "raw", "new", "newer"]);
        let outputs = prop::collection::vec(output(), 0..5);
        let id = prop::option::of(prop::sample::select(vec!["i", "j", "k"]));
        (kind, lines(), outputs, metadata(), id, 0..3, any::<bool>()).prop_map(
            |(kind, source, outputs, metadata, id, count, odd)| {
                let mut cell = json!({"cell_type": kind, "source": source, "metadata": metadata});
                if kind == "code" {
                    cell["outputs"] = json!(outputs);
                    cell["execution_count"] = if count == 0 {
                        json!(null)
                    } else {
                        json!(count)
                    };
                } else {
                    cell["attachments"] = json!({"a.png": {"image/png": count}});
                }
                if let Some(id) = id {
                    cell["id"] = json!(id);
                }
                if odd {
                    cell["odd"] = json!(count);
                }
                cell
            },
        )
    }

    /// Two notebooks that share some of their cells.
    fn notebooks() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        let cells = || prop::collection::vec(cell(), 0..4);
        let minor = || prop::sample::select(vec![4, 5]);
        (
            cells(),
            cells(),
            cells(),
            minor(),
            minor(),
            metadata(),
            metadata(),
        )
            .prop_map(
                |(old, new, common, old_minor, new_minor, old_metadata, new_metadata)| {
                    let whole = |cells: &[Vec<serde_json::Value>], minor, metadata| {
                        let cells = cells.concat();
                        let notebook = json!({"cells": cells, "metadata": metadata, "nbformat": 4,
                                          "nbformat_minor": minor, "odd": minor});
                        notebook.to_string().into_bytes()
                    };
                    (
                        whole(&[common.clone(), old], old_minor, old_metadata),
                        whole(&[common, new], new_minor, new_metadata),
                    )
                },
            )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn the_diff_makes_the_new_notebook((old, new) in notebooks()) {
            with(&old, &new, |old, new| check(&diff_notebooks(old, new, &DiffOptions::default())));
        }

        /// Whatever became of what, by whoever says so.
        #[test]
        fn any_alignment_makes_the_new_notebook((old, new) in notebooks(), cuts: [usize; 3]) {
            with(&old, &new, |old, new| {
                let cut = |count: usize, at: usize| cuts[at] % (count + 1);
                let ends = |count: usize| {
                    let mut ends = vec![0, cut(count, 0), cut(count, 1), cut(count, 2), count];
                    ends.sort_unstable();
                    ends
                };
                let (old_ends, new_ends) = (ends(old.cells.len()), ends(new.cells.len()));
                let matches = (0..4).map(|at| Match {
                    old: (old_ends[at]..old_ends[at + 1]).collect(),
                    new: (new_ends[at]..new_ends[at + 1]).collect(),
                    ..Match::default()
                });
                let alignment = Alignment { matches: matches.collect() };
                check(&diff_aligned(old, new, alignment));
            });
        }

        #[test]
        fn a_notebook_has_not_changed_since_itself((notebook, _) in notebooks()) {
            let pretty: serde_json::Value = serde_json::from_slice(&notebook).unwrap();
            let pretty = serde_json::to_vec_pretty(&pretty).unwrap();
            with(&notebook, &pretty, |old, new| {
                let diff = diff_notebooks(old, new, &DiffOptions::default());
                prop_assert!(diff.is_unchanged(), "{:?}", diff);
                Ok(())
            })?;
        }
    }

    /// Real revisions, if they are there.
    #[test]
    fn real_revisions_follow_the_law() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let corpus = root.ancestors().map(|dir| dir.join("shared/corpus/diffs"));
        let Some(entries) = corpus
            .into_iter()
            .find_map(|dir| std::fs::read_dir(dir).ok())
        else {
            println!("skipped: there is no corpus");
            return;
        };
        let mut n_pairs = 0;
        for entry in entries {
            let dir = entry.unwrap().path();
            let sides = ["before.ipynb", "after.ipynb"].map(|name| std::fs::read(dir.join(name)));
            let [Ok(old), Ok(new)] = sides else { continue };
            with(&old, &new, |old, new| {
                for (old, new) in [(old, new), (new, old), (new, new)] {
                    check(&diff_notebooks(old, new, &DiffOptions::default()));
                }
            });
            n_pairs += 1;
        }
        println!("{n_pairs} pairs");
    }
}
