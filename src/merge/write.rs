//! Writes the merged notebook, as edits on the host.

use std::borrow::Cow;

use super::cells::{Inputs, MergedCell};
use super::keys::{KeyEdit, NewValue, edit_keys, list, member_text, object, value_text, written};
use super::notes::note_text;
use super::outputs::Outputs;
use super::plan::{Entry, Note, Plan};
use crate::diff::{Point, TextDiff, exact_text, heaviest_chain, lines};
use crate::json::{
    Document, Edit, Edits, Item, KeyOrder, Kind, Style, Value, format_at, splice, string,
};
use crate::notebook::{Cell, CellKind, NbFormat, Notebook};

/// Returns the edits that make the planned notebook of the host.
pub(super) fn write(inputs: &Inputs<'_>, plan: &Plan<'_>) -> Edits {
    let host = *inputs.notebooks.side(inputs.host);
    let root = host.document.root();
    let style = host.document.style();
    let mut keys = plan.notebook.clone();
    let mut edits = Vec::new();
    match (&host.metadata, plan.metadata.is_empty()) {
        (_, true) => {}
        (Some(metadata), false) => edits.extend(edit_keys(metadata, &plan.metadata, 1)),
        (None, false) => keys.push(KeyEdit {
            path: vec!["metadata".to_owned()],
            value: NewValue::Text(new_object(&plan.metadata, &style, 1)),
        }),
    }
    edits.extend(edit_keys(&root, &keys, 0));
    edits.extend(write_cells(inputs, plan, host));
    Edits::new(edits)
}

fn write_cells(inputs: &Inputs<'_>, plan: &Plan<'_>, host: &Notebook<'_>) -> Vec<Edit> {
    let style = host.document.style();
    let depth = host.cell_depth();
    let stays = staying(inputs, plan);
    let mut items: Vec<Vec<Item>> = vec![Vec::new(); host.cell_arrays.len()];
    let mut edits = Vec::new();
    let mut array = 0;
    for (entry, stays) in plan.entries.iter().zip(stays) {
        let item = match entry {
            Entry::Note(note) => Item::New(note_cell(inputs, note, host.format, &style, depth)),
            Entry::Cell(merged) => {
                let Some(cell) = inputs.cell(merged.carrier, merged.index) else {
                    continue;
                };
                let format = inputs.notebooks.side(merged.carrier).format;
                let cell_edits = cell_edits(merged, cell, format, depth);
                if stays {
                    edits.extend(cell_edits);
                    array = array_of(host, &cell.value).unwrap_or(array);
                    Item::Kept(cell.value.span())
                } else {
                    Item::New(moved_text(&cell.value, cell_edits, &style, depth))
                }
            }
        };
        if let Some(items) = items.get_mut(array) {
            items.push(item);
        }
    }
    for (array, items) in host.cell_arrays.iter().zip(&items) {
        edits.extend(splice(array, items, depth - 1));
    }
    edits
}

/// Returns for each entry whether it is a cell of the host that stays where it
/// stands: as many as can.
fn staying(inputs: &Inputs<'_>, plan: &Plan<'_>) -> Vec<bool> {
    let mut points = Vec::new();
    let mut places = Vec::new();
    for (at, entry) in plan.entries.iter().enumerate() {
        if let Entry::Cell(cell) = entry
            && cell.carrier == inputs.host
        {
            let weight = 1;
            points.push(Point {
                old: cell.index,
                new: at,
                weight,
            });
            places.push(at);
        }
    }
    let mut stays = vec![false; plan.entries.len()];
    for point in heaviest_chain(&points) {
        stays[places[point]] = true;
    }
    stays
}

/// Returns the index of the array that a cell stands in.
fn array_of(notebook: &Notebook<'_>, cell: &Value<'_>) -> Option<usize> {
    let start = cell.span().start;
    let mut arrays = notebook.cell_arrays.iter();
    arrays.position(|array| array.span().contains(&start))
}

/// Returns a cell that stands elsewhere or in another file, with its edits.
fn moved_text(cell: &Value<'_>, edits: Vec<Edit>, style: &Style, depth: usize) -> String {
    if edits.is_empty() {
        return value_text(cell, style, depth);
    }
    let start = cell.span().start;
    let shifted = edits.into_iter().map(|edit| Edit {
        span: edit.span.start - start..edit.span.end - start,
        text: edit.text,
    });
    let bytes = Edits::new(shifted.collect()).apply(cell.raw());
    let own = cell.document().style();
    let same = Style {
        final_newline: style.final_newline,
        ..own
    } == *style;
    if same {
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    match Document::read_whole(&bytes) {
        Ok(document) => format_at(&document.root(), style, KeyOrder::Kept, depth),
        Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// Returns the edits on the cell that a merged cell is made of.
fn cell_edits(
    merged: &MergedCell<'_>,
    cell: &Cell<'_>,
    format: NbFormat,
    depth: usize,
) -> Vec<Edit> {
    let style = cell.value.document().style();
    let mut edits = Vec::new();
    let mut keys: Vec<KeyEdit<'_>> = merged.other.clone();
    let mut set = |key: &str, value| {
        keys.push(KeyEdit {
            path: vec![key.to_owned()],
            value,
        });
    };
    if let Some(id) = &merged.id {
        set("id", NewValue::Text(string(id, &style)));
    }
    write_kind(merged, cell, format, &mut set);
    write_outputs(merged, cell, format, &style, depth, &mut set);
    for (key, object, keys) in [
        ("metadata", cell.metadata, &merged.metadata),
        ("attachments", cell.attachments, &merged.attachments),
    ] {
        match object.filter(|object| object.kind() == Kind::Object) {
            _ if keys.is_empty() => {}
            Some(object) => edits.extend(edit_keys(&object, keys, depth + 1)),
            None => set(key, NewValue::Text(new_object(keys, &style, depth + 1))),
        }
    }
    if let Some(text) = &merged.source {
        write_source(text, cell, format, &style, depth, &mut set, &mut edits);
    }
    edits.extend(edit_keys(&cell.value, &keys, depth));
    edits
}

/// Returns an object that has nothing but these keys.
fn new_object(keys: &[KeyEdit<'_>], style: &Style, depth: usize) -> String {
    let members = keys
        .iter()
        .filter(|key| !matches!(key.value, NewValue::Nothing))
        .filter_map(|key| {
            let name = key.path.first()?;
            Some(member_text(name, &key.value, style, depth + 1))
        });
    object(&members.collect::<Vec<_>>(), style, depth)
}

/// Makes another kind of cell of one.
fn write_kind<'v>(
    merged: &MergedCell<'_>,
    cell: &Cell<'_>,
    format: NbFormat,
    set: &mut impl FnMut(&str, NewValue<'v>),
) {
    let is_heading = cell
        .value
        .get("cell_type")
        .is_some_and(|kind| kind.is_str("heading"));
    let kind = match merged.kind {
        Some(kind) => kind,
        // The text of a heading has its marks in it.
        None if is_heading && merged.source.is_some() => CellKind::Markdown,
        None => return,
    };
    let name = match kind {
        CellKind::Code => "\"code\"",
        CellKind::Markdown => "\"markdown\"",
        CellKind::Raw => "\"raw\"",
        CellKind::Unknown => return,
    };
    set("cell_type", NewValue::Text(name.to_owned()));
    let (count, code_source, text_source) = match format.major {
        ..=3 => ("prompt_number", "input", "source"),
        4.. => ("execution_count", "source", "source"),
    };
    let is_code = kind == CellKind::Code;
    if is_code {
        set("attachments", NewValue::Nothing);
        for (key, missing, value) in [
            (
                count,
                cell.execution_count.is_none() && format.major >= 4,
                "null",
            ),
            ("outputs", cell.outputs.is_none(), "[]"),
        ] {
            if missing {
                set(key, NewValue::Text(value.to_owned()));
            }
        }
    } else {
        set(count, NewValue::Nothing);
        set("outputs", NewValue::Nothing);
    }
    if code_source != text_source && merged.source.is_none() {
        let (from, to) = if is_code {
            (text_source, code_source)
        } else {
            (code_source, text_source)
        };
        if cell.value.get(from).is_some() {
            set(from, NewValue::Nothing);
            let style = cell.value.document().style();
            set(to, NewValue::Text(string(&cell.text(), &style)));
        }
    }
}

fn write_outputs<'v>(
    merged: &MergedCell<'v>,
    cell: &Cell<'_>,
    format: NbFormat,
    style: &Style,
    depth: usize,
    set: &mut impl FnMut(&str, NewValue<'v>),
) {
    let kind = merged.kind.unwrap_or(cell.kind);
    if kind != CellKind::Code {
        return;
    }
    let count_key = if format.major < 4 {
        "prompt_number"
    } else {
        "execution_count"
    };
    let nothing = || NewValue::Text("null".to_owned());
    let (outputs, count) = match merged.outputs {
        Outputs::Kept => return,
        Outputs::Of { outputs, count, .. } => (
            outputs.map_or_else(|| NewValue::Text("[]".to_owned()), NewValue::Value),
            count.map_or_else(nothing, NewValue::Value),
        ),
        Outputs::Clear => (NewValue::Text("[]".to_owned()), nothing()),
        Outputs::Both {
            ours,
            theirs,
            count,
        } => {
            let all = [ours, theirs].into_iter().flatten();
            let texts = all
                .flat_map(|outputs| outputs.elements().collect::<Vec<_>>())
                .map(|output| value_text(&output, style, depth + 2));
            (
                NewValue::Text(list(&texts.collect::<Vec<_>>(), style, depth + 1)),
                count.map_or_else(nothing, NewValue::Value),
            )
        }
    };
    // What says the same is left as it is written.
    let says = |value: Option<Value<'_>>, new: &NewValue<'_>| match (value, new) {
        (Some(value), NewValue::Value(new)) => crate::diff::equal(&value, new),
        (Some(value), new) => {
            let text = written(new, style, depth + 1);
            value.raw() == text.as_bytes() || (text == "[]" && value.is_empty_container())
        }
        (None, NewValue::Text(text)) => text == "null" && format.major < 4,
        (None, _) => false,
    };
    if !says(cell.outputs, &outputs) {
        set("outputs", outputs);
    }
    if !says(cell.execution_count, &count) {
        set(count_key, count);
    }
}

/// Writes a source in the shape it has: a string, or a list of lines, of which
/// those that stay are left as they are written.
fn write_source<'v>(
    text: &str,
    cell: &Cell<'_>,
    format: NbFormat,
    style: &Style,
    depth: usize,
    set: &mut impl FnMut(&str, NewValue<'v>),
    edits: &mut Vec<Edit>,
) {
    let Some(source) = cell.source else {
        let key = if format.major < 4 && cell.kind == CellKind::Code {
            "input"
        } else {
            "source"
        };
        set(key, NewValue::Text(string(text, style)));
        return;
    };
    if source.kind() != Kind::Array {
        edits.extend(Edit::replace(&source, string(text, style)));
        return;
    }
    let elements: Vec<_> = source.elements().collect();
    // As `cell_text` has it, of which the merged text was made.
    let is_text = elements
        .iter()
        .all(|element| element.kind() == Kind::String);
    let old: Vec<Cow<'_, str>> = if format.major >= 4 {
        elements.iter().map(exact_text).collect()
    } else {
        elements.iter().filter_map(Value::as_str).collect()
    };
    let is_by_line = is_text && old.concat().split_inclusive('\n').eq(old.iter());
    let new_lines = lines(text);
    let new = |line: &str| Item::New(string(line, style));
    // Before nbformat 4 some writers left the line ends out.
    let without_ends =
        format.major < 4 && old.len() > 1 && old.first().is_some_and(|line| !line.ends_with('\n'));
    let items: Vec<Item> = if is_by_line {
        let diff = TextDiff::new(old.concat(), text);
        let mut items = Vec::with_capacity(new_lines.len());
        for run in &diff.runs {
            if run.equal {
                let kept = elements.get(run.old.clone()).unwrap_or_default();
                items.extend(kept.iter().map(|element| Item::Kept(element.span())));
            } else {
                let changed = new_lines.get(run.new.clone()).unwrap_or_default();
                items.extend(changed.iter().map(|line| new(line)));
            }
        }
        items
    } else if without_ends {
        text.split('\n').map(new).collect()
    } else {
        new_lines.into_iter().map(new).collect()
    };
    edits.extend(splice(&source, &items, depth + 1));
}

/// Returns the cell that a note is.
fn note_cell(
    inputs: &Inputs<'_>,
    note: &Note,
    format: NbFormat,
    style: &Style,
    depth: usize,
) -> String {
    let text = note_text(inputs.options, note);
    let inner = depth + 1;
    let source: Vec<String> = lines(&text)
        .into_iter()
        .map(|line| string(line, style))
        .collect();
    let mut members = vec![("cell_type", "\"markdown\"".to_owned())];
    if let Some(id) = &note.id {
        members.push(("id", string(id, style)));
    }
    if format.major >= 3 {
        members.push(("metadata", "{}".to_owned()));
    }
    members.push(("source", list(&source, style, inner)));
    let members = members
        .into_iter()
        .map(|(key, text)| member_text(key, &NewValue::Text(text), style, inner));
    object(&members.collect::<Vec<_>>(), style, depth)
}
