//! Turns merged keys into edits on a cell or a notebook, and into what is left
//! to decide.

use super::cells::{Cells, Inputs, MergedCell, ended};
use super::keys::{Context, Fields, KeyEdit, KeyMerge, Take, fields, merge_keys};
use super::{Conflict, ConflictStyle, Decided, Disputed, Side, Versions};
use crate::diff::{canonical, exact_text};
use crate::json::{Document, Indent, KeyOrder, Kind, Style, Value, format};
use crate::notebook::{Cell, Scope};

/// Merges metadata, and keys that nbformat does not know.
pub(super) fn merge_cell_keys<'a>(
    inputs: &Inputs<'a>,
    cells: &Cells<'a>,
    run: Side,
    merged: &mut MergedCell<'a>,
) {
    let metadata = cells.map(|cell| cell.and_then(|cell| cell.metadata));
    let raw = metadata.map(|metadata| metadata.map(|metadata| metadata.raw()));
    let metadata = if raw.ours == raw.theirs {
        Versions::default()
    } else {
        metadata.map(|metadata| fields(metadata.as_ref()))
    };
    let context = Context {
        scope: Some(Scope::Cell),
        first: inputs.first,
        run,
    };
    let keys = merge_keys(&metadata, context);
    merged.metadata = settle_keys(inputs, keys, merged, Disputed::Metadata);
    let other = cells.map(|cell| cell.map(other_fields).unwrap_or_default());
    let context = Context {
        scope: None,
        ..context
    };
    let keys = merge_keys(&other, context);
    merged.other = settle_keys(inputs, keys, merged, |path| Disputed::Other(path.join("/")));
}

/// Returns the keys of a cell that have no meaning of their own here.
fn other_fields<'a>(cell: &'a Cell<'a>) -> Fields<'a> {
    const KNOWN: [&str; 9] = [
        "id",
        "cell_type",
        "metadata",
        "attachments",
        "source",
        "outputs",
        "execution_count",
        "input",
        "prompt_number",
    ];
    let members = cell.value.members();
    let others = members.filter(|member| !KNOWN.iter().any(|known| member.key.is_str(known)));
    others
        .map(|member| (exact_text(&member.key), member.value))
        .collect()
}

/// Returns the edits that merged keys come to, and notes what is left to
/// decide.
fn settle_keys<'a>(
    inputs: &Inputs<'a>,
    keys: Vec<KeyMerge<'a>>,
    merged: &mut MergedCell<'a>,
    what: impl Fn(Vec<String>) -> Disputed,
) -> Vec<KeyEdit<'a>> {
    let carrier = merged.carrier;
    settle(
        inputs,
        keys,
        carrier,
        what,
        &mut merged.notes,
        &mut merged.decisions,
    )
}

/// Returns the edits on what `carrier` has that merged keys come to, with what
/// is left to decide and what was decided.
pub(super) fn settle<'a>(
    inputs: &Inputs<'a>,
    keys: Vec<KeyMerge<'a>>,
    carrier: Side,
    what: impl Fn(Vec<String>) -> Disputed,
    conflicts: &mut Vec<Conflict>,
    decisions: &mut Vec<Decided>,
) -> Vec<KeyEdit<'a>> {
    let mut edits = Vec::new();
    for mut key in keys {
        if let Take::Conflict(_) = key.take
            && let Some(favored) = inputs.favored()
        {
            key.take = Take::Noted(favored);
        }
        match &key.take {
            Take::Conflict(_) => {
                let text = |value: Option<Value<'_>>| value.map(|value| json_text(&value));
                conflicts.push(Conflict {
                    cell: None,
                    what: what(key.path.clone()),
                    base: shown_base(inputs, text(key.values.base)),
                    ours: text(key.values.ours),
                    theirs: text(key.values.theirs),
                });
            }
            Take::Noted(side) => decisions.push(Decided::KeyOf(key.path.join("."), *side)),
            Take::Of(_) | Take::Quietly(_) | Take::Words(_) => {}
        }
        edits.extend(key.edit_on(carrier));
    }
    edits
}

/// Returns what is told of the base: nothing, if the style of the markers does
/// not show it.
pub(super) fn shown_base(inputs: &Inputs<'_>, base: Option<String>) -> Option<String> {
    base.filter(|_| inputs.options.style != ConflictStyle::Merge)
}

/// What one line of JSON may be long in a note, in bytes.
const LONG_LINE: usize = 100;

/// Returns a value as it stands in a note, with a line end: on one line, if it
/// is not too long.
pub(super) fn json_text(value: &Value<'_>) -> String {
    let line = canonical(value);
    let line = if line.len() > LONG_LINE && matches!(value.kind(), Kind::Array | Kind::Object) {
        let style = Style {
            indent: Indent::Spaces(2),
            final_newline: false,
            ..Style::JUPYTER
        };
        match Document::read(&line) {
            Ok(document) => format(&document.root(), &style, KeyOrder::Kept),
            Err(_) => line,
        }
    } else {
        line
    };
    ended(String::from_utf8_lossy(&line).into_owned())
}
