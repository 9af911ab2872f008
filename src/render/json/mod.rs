//! A diff as JSON, for programs. What is written is documented in
//! `docs/diff-json.md` and described by `docs/diff.schema.json`; it changes
//! only together with the number under `nbweave`, but for keys that are added.

mod meaning;
mod values;

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;

use super::hunks::Side;
use crate::diff::{
    CellDiff, Change, KeyChange, NotebookDiff, OutputDiff, OutputUnit, PartChange, PartContent,
    PartDiff, PartPlace, Summary, TextDiff, cell_keys, cell_text, output_units, text_digest,
};
use crate::json::Value;
use crate::notebook::{CellKind, Notebook, OutputKind};
use meaning::{JsonMeaning, class_name, json_meaning};
use values::{JsonValue, JsonValues, VALUE_BYTES, json_value, json_values};

/// The version of what is written.
const VERSION: u32 = 1;

/// How many equal lines stand before and behind changed ones.
const CONTEXT: usize = 3;

/// Writes a diff as one line of JSON. `names` are the paths of the notebooks.
pub fn json(diff: &NotebookDiff<'_>, names: Change<&str>, out: &mut impl Write) -> io::Result<()> {
    let side = |path, notebook: &Notebook<'_>| JsonSide {
        path,
        nbformat: notebook.format.major,
        nbformat_minor: notebook.format.minor,
    };
    let whole = JsonDiff {
        nbweave: VERSION,
        old: side(names.old, diff.old),
        new: side(names.new, diff.new),
        noise: diff.is_noise(),
        summary: JsonSummary::of(&diff.summary()),
        cells: diff
            .cells
            .iter()
            .map(|cell| json_cell(diff, cell))
            .collect(),
        metadata: json_keys(&diff.metadata),
        other: json_keys(&diff.other),
    };
    serde_json::to_writer(&mut *out, &whole)?;
    out.write_all(b"\n")
}

/// The whole diff.
#[derive(Serialize)]
struct JsonDiff<'a> {
    nbweave: u32,
    old: JsonSide<'a>,
    new: JsonSide<'a>,
    /// Whether something changed, and nothing but noise.
    noise: bool,
    summary: JsonSummary,
    cells: Vec<JsonCell>,
    metadata: Vec<JsonKey>,
    other: Vec<JsonKey>,
}

/// One of the two notebooks.
#[derive(Serialize)]
struct JsonSide<'a> {
    path: &'a str,
    nbformat: u64,
    nbformat_minor: u64,
}

#[derive(Serialize)]
struct JsonSummary {
    added: usize,
    removed: usize,
    modified: usize,
    moved: usize,
    split: usize,
    joined: usize,
    outputs: usize,
    metadata: usize,
    noise: usize,
    unchanged: usize,
}

impl JsonSummary {
    fn of(summary: &Summary) -> Self {
        let Summary {
            added,
            removed,
            modified,
            moved,
            split,
            joined,
            outputs,
            metadata,
            noise,
            unchanged,
        } = *summary;
        Self {
            added,
            removed,
            modified,
            moved,
            split,
            joined,
            outputs,
            metadata,
            noise,
            unchanged,
        }
    }
}

/// A cell, or several that were split or joined.
#[derive(Serialize)]
struct JsonCell {
    change: Vec<&'static str>,
    old: Vec<usize>,
    new: Vec<usize>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_kind: Option<&'static str>,
    /// Whether something changed, and nothing but noise.
    noise: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<JsonText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<JsonOutput>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_count: Option<JsonValues>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<JsonValues>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metadata: Vec<JsonKey>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<JsonKey>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other: Vec<JsonKey>,
}

/// Two texts by lines.
#[derive(Serialize)]
struct JsonText {
    added: usize,
    removed: usize,
    hunks: Vec<JsonHunk>,
}

/// Neighbouring changes with equal lines around them.
#[derive(Serialize)]
struct JsonHunk {
    lines: Vec<JsonLine>,
}

/// A line with its end. Numbers count from one.
#[derive(Serialize)]
struct JsonLine {
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<usize>,
    text: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    noise: bool,
}

/// An output that changed.
#[derive(Serialize)]
struct JsonOutput {
    change: &'static str,
    old: Vec<usize>,
    new: Vec<usize>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<String>,
    noise: bool,
    parts: Vec<JsonPart>,
}

/// A part of an output that changed.
#[derive(Serialize)]
struct JsonPart {
    place: &'static str,
    name: String,
    noise: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise_class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<JsonText>,
    #[serde(flatten)]
    values: Option<JsonValues>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<JsonMeaning>,
}

/// A key whose value changed.
#[derive(Serialize)]
struct JsonKey {
    path: Vec<String>,
    noise: bool,
    #[serde(flatten)]
    values: JsonValues,
}

fn json_cell(diff: &NotebookDiff<'_>, cell: &CellDiff<'_>) -> JsonCell {
    let (notebook, indices) = if cell.new.is_empty() {
        (diff.old, &cell.old)
    } else {
        (diff.new, &cell.new)
    };
    let first = indices.first().and_then(|&index| notebook.cells.get(index));
    let kind = first.map_or(CellKind::Unknown, |cell| cell.kind);
    let (attachments, other) = if cell.is_added() || cell.is_removed() {
        let side = if cell.new.is_empty() {
            Side::Old
        } else {
            Side::New
        };
        one_sided_keys(notebook, indices, side)
    } else {
        (json_keys(&cell.attachments), json_keys(&cell.other))
    };
    JsonCell {
        change: cell_change(cell),
        old: cell.old.clone(),
        new: cell.new.clone(),
        kind: kind_name(kind),
        old_kind: cell.kind.map(|kind| kind_name(kind.old)),
        noise: cell.is_noise(),
        source: json_source(diff, cell),
        outputs: json_outputs(diff, cell),
        execution_count: cell.execution_count.map(|change| json_values("", change)),
        id: cell.id.map(|change| json_values("", change)),
        metadata: json_keys(&cell.metadata),
        attachments,
        other,
    }
}

/// Returns attachments and unknown keys of cells that are on one side.
fn one_sided_keys(
    notebook: &Notebook<'_>,
    indices: &[usize],
    side: Side,
) -> (Vec<JsonKey>, Vec<JsonKey>) {
    let key = |(key, value): (Cow<'_, str>, Value<'_>)| {
        let value = Some(value);
        let values = match side {
            Side::Old => Change {
                old: value,
                new: None,
            },
            Side::New => Change {
                old: None,
                new: value,
            },
        };
        JsonKey {
            path: vec![key.into_owned()],
            noise: false,
            values: json_values("", values),
        }
    };
    let (mut attachments, mut other) = (Vec::new(), Vec::new());
    for cell in indices
        .iter()
        .filter_map(|&index| notebook.cells.get(index))
    {
        let keys = cell_keys(cell, notebook.format);
        attachments.extend(keys.attachments.into_iter().map(key));
        other.extend(keys.other.into_iter().map(key));
    }
    (attachments, other)
}

/// Returns the words for what became of a cell, never none.
fn cell_change(cell: &CellDiff<'_>) -> Vec<&'static str> {
    let is_on_both_sides = !cell.is_added() && !cell.is_removed();
    let has_changes = cell.is_modified()
        || cell.outputs.iter().any(|output| !output.is_noise())
        || cell.metadata.iter().any(|key| !key.noise);
    let words = [
        (cell.is_added(), "added"),
        (cell.is_removed(), "removed"),
        (cell.is_split(), "split"),
        (cell.is_joined(), "joined"),
        (cell.moved, "moved"),
        (is_on_both_sides && has_changes, "modified"),
    ];
    let words = words.into_iter().filter(|(holds, _)| *holds);
    let words: Vec<_> = words.map(|(_, word)| word).collect();
    if words.is_empty() {
        vec!["unchanged"]
    } else {
        words
    }
}

const fn kind_name(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Code => "code",
        CellKind::Markdown => "markdown",
        CellKind::Raw => "raw",
        CellKind::Unknown => "unknown",
    }
}

/// Returns the source: what changed of it, all of it for a cell of one side.
fn json_source(diff: &NotebookDiff<'_>, cell: &CellDiff<'_>) -> Option<JsonText> {
    if let Some(source) = &cell.source {
        return Some(json_text(source));
    }
    let text = |notebook: &Notebook<'_>, indices: &[usize]| {
        let cells = indices
            .iter()
            .filter_map(|&index| notebook.cells.get(index));
        let texts: Vec<_> = cells
            .map(|cell| cell_text(cell, notebook.format).into_owned())
            .collect();
        texts.join("\n")
    };
    (cell.is_added() || cell.is_removed()).then(|| {
        let (old, new) = (text(diff.old, &cell.old), text(diff.new, &cell.new));
        json_text(&TextDiff::new(old, new))
    })
}

fn json_text(text: &TextDiff<'_>) -> JsonText {
    let (old, new) = (text.old_lines(), text.new_lines());
    let mut hunks: Vec<JsonHunk> = Vec::new();
    let n_runs = text.runs.len();
    for (nth, run) in text.runs.iter().enumerate() {
        if !run.equal {
            let numbers = |range: &Range<usize>| range.clone().map(|at| at + 1);
            let removed = numbers(&run.old).map(|at| ("removed", Some(at), None, old[at - 1]));
            let added = numbers(&run.new).map(|at| ("added", None, Some(at), new[at - 1]));
            let lines = removed
                .chain(added)
                .map(|(change, old, new, text)| JsonLine {
                    change,
                    old,
                    new,
                    text: text.to_owned(),
                    noise: run.noise,
                });
            add_lines(&mut hunks, lines);
            continue;
        }
        let line = |at: usize| JsonLine {
            change: "equal",
            old: Some(run.old.start + at + 1),
            new: Some(run.new.start + at + 1),
            text: new[run.new.start + at].to_owned(),
            noise: false,
        };
        let count = run.new.len();
        let behind = if nth == 0 { 0 } else { CONTEXT.min(count) };
        let before = if nth + 1 == n_runs {
            count
        } else {
            count.saturating_sub(CONTEXT)
        };
        if nth == 0 {
            hunks.push(JsonHunk { lines: Vec::new() });
            add_lines(&mut hunks, (before..count).map(line));
        } else if before <= behind {
            add_lines(&mut hunks, (0..count).map(line));
        } else {
            add_lines(&mut hunks, (0..behind).map(line));
            hunks.push(JsonHunk { lines: Vec::new() });
            add_lines(&mut hunks, (before..count).map(line));
        }
    }
    hunks.retain(|hunk| !hunk.lines.is_empty());
    let counts = text.counts();
    JsonText {
        added: counts.added,
        removed: counts.removed,
        hunks,
    }
}

/// Adds lines to the last hunk.
fn add_lines(hunks: &mut Vec<JsonHunk>, lines: impl Iterator<Item = JsonLine>) {
    match hunks.last_mut() {
        Some(hunk) => hunk.lines.extend(lines),
        None => hunks.push(JsonHunk {
            lines: lines.collect(),
        }),
    }
}

/// Returns the outputs that changed; all of them for a cell of one side.
fn json_outputs(diff: &NotebookDiff<'_>, cell: &CellDiff<'_>) -> Vec<JsonOutput> {
    if cell.is_added() || cell.is_removed() {
        let old = units_of(diff.old, &cell.old);
        let new = units_of(diff.new, &cell.new);
        let removed = old.iter().map(|unit| one_sided("removed", unit));
        return removed
            .chain(new.iter().map(|unit| one_sided("added", unit)))
            .collect();
    }
    if cell.outputs.is_empty() {
        return Vec::new();
    }
    let old = units_of(diff.old, &cell.old);
    let new = units_of(diff.new, &cell.new);
    let outputs = cell.outputs.iter();
    outputs
        .filter_map(|output| {
            let find = |units: &'_ [OutputUnit<'_>], range: &Range<usize>| {
                units.iter().position(|unit| unit.range == *range)
            };
            if output.new.is_empty() {
                let at = find(&old, &output.old)?;
                return Some(one_sided("removed", &old[at]));
            }
            let unit = &new[find(&new, &output.new)?];
            if output.old.is_empty() {
                return Some(one_sided("added", unit));
            }
            Some(modified_output(output, unit))
        })
        .collect()
}

/// Returns what the cells at `indices` put out, counted on from cell to cell.
fn units_of<'a>(notebook: &Notebook<'a>, indices: &[usize]) -> Vec<OutputUnit<'a>> {
    let mut units = Vec::new();
    let mut first = 0;
    for cell in indices
        .iter()
        .filter_map(|&index| notebook.cells.get(index))
    {
        units.extend(output_units(cell, notebook.format, first));
        first += cell.outputs().count();
    }
    units
}

fn modified_output(output: &OutputDiff<'_>, new: &OutputUnit<'_>) -> JsonOutput {
    JsonOutput {
        change: "modified",
        old: output.old.clone().collect(),
        new: output.new.clone().collect(),
        kind: output_name(new.kind),
        old_kind: output.kind.map(|kind| output_name(kind.old)),
        stream: new.stream_name().map(Cow::into_owned),
        noise: output.is_noise(),
        parts: output.parts.iter().map(json_part).collect(),
    }
}

/// Returns an output that is on one side, with all it holds.
fn one_sided(change: &'static str, unit: &OutputUnit<'_>) -> JsonOutput {
    let is_old = change == "removed";
    let range = || unit.range.clone().collect();
    let part = |name: &str, content: &PartContent<'_>| {
        let value = Some(match content {
            PartContent::Text(text) if text.len() > VALUE_BYTES => {
                let digest = text_digest(text);
                JsonValue::Digest {
                    bytes: digest.bytes,
                    hash: digest.hash,
                }
            }
            PartContent::Text(text) => JsonValue::Text {
                value: text.clone().into_owned(),
            },
            PartContent::Value(value) => json_value(name, value),
        });
        if is_old {
            JsonValues {
                old: value,
                new: None,
            }
        } else {
            JsonValues {
                old: None,
                new: value,
            }
        }
    };
    let parts = unit.parts().into_iter().map(|found| JsonPart {
        place: place_name(PartPlace::Content),
        noise: false,
        noise_class: None,
        text: None,
        values: Some(part(&found.name, &found.content)),
        meaning: None,
        name: found.name.into_owned(),
    });
    JsonOutput {
        change,
        old: if is_old { range() } else { Vec::new() },
        new: if is_old { Vec::new() } else { range() },
        kind: output_name(unit.kind),
        old_kind: None,
        stream: unit.stream_name().map(Cow::into_owned),
        noise: false,
        parts: parts.collect(),
    }
}

fn json_part(part: &PartDiff<'_>) -> JsonPart {
    let (text, values) = match &part.change {
        PartChange::Text(text) => (Some(json_text(text)), None),
        PartChange::Value(change) => (None, Some(json_values(&part.name, *change))),
    };
    JsonPart {
        place: place_name(part.place),
        name: part.name.clone().into_owned(),
        noise: part.noise,
        noise_class: part.noise_class.map(class_name),
        text,
        values,
        meaning: part.meaning.as_ref().map(json_meaning),
    }
}

const fn place_name(place: PartPlace) -> &'static str {
    match place {
        PartPlace::Content => "content",
        PartPlace::ExecutionCount => "execution_count",
        PartPlace::Metadata => "metadata",
        PartPlace::Other => "other",
    }
}

const fn output_name(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Stream => "stream",
        OutputKind::DisplayData => "display_data",
        OutputKind::ExecuteResult => "execute_result",
        OutputKind::Error => "error",
        OutputKind::Unknown => "unknown",
    }
}

fn json_keys(changes: &[KeyChange<'_>]) -> Vec<JsonKey> {
    let keys = changes.iter().map(|change| {
        let values = Change {
            old: change.old,
            new: change.new,
        };
        let path = change.path.iter();
        JsonKey {
            path: path.map(|key| key.clone().into_owned()).collect(),
            noise: change.noise,
            values: json_values("", values),
        }
    });
    keys.collect()
}
