//! NB101 to NB105: what strip takes out.

use super::collect::Collector;
use super::options::CheckOptions;
use super::rules::Rule;
use crate::error::Result;
use crate::json::{Edit, Kind, Span, Value};
use crate::notebook::{Cell, Notebook};
use crate::strip::{Change, Removal, Stripped, strip_notebook};

/// The rules that are about what strip takes out.
const RULES: [Rule; 5] = [
    Rule::Outputs,
    Rule::ExecutionCount,
    Rule::ToolMetadata,
    Rule::UnwantedCell,
    Rule::UnwantedId,
];

/// Finds what strip takes out of a notebook.
pub(super) fn find(
    notebook: &Notebook<'_>,
    options: &CheckOptions,
    found: &mut Collector,
) -> Result<()> {
    // There is nothing that one could strip in nbformat 1.
    if !found.wants(RULES) || notebook.format.major < 2 {
        return Ok(());
    }
    let stripped = strip_notebook(notebook, &options.strip)?;
    for change in &stripped.changes {
        let rule = rule_of(&change.what);
        let span = place_of(change, notebook);
        found.add_mendable(rule, span, change.cell, || change.what.to_string());
    }
    for edit in &stripped.edits {
        let (rule, cell) = owner_of(edit, notebook);
        if found.wants_in(rule, cell) {
            found.edit([edit.clone()]);
        }
    }
    Ok(())
}

/// Reports what strip takes out of a Zeppelin notebook.
pub(super) fn zeppelin(root: &Value<'_>, stripped: &Stripped, found: &mut Collector) {
    let paragraphs = root.get("paragraphs");
    let paragraphs: Vec<_> = paragraphs.iter().flat_map(Value::elements).collect();
    let mut wanted = false;
    for change in &stripped.changes {
        let paragraph = change.cell.and_then(|index| paragraphs.get(index));
        let span = opening(paragraph.unwrap_or(root));
        let rule = rule_of(&change.what);
        wanted |= found.add_mendable(rule, span, change.cell, || change.what.to_string());
    }
    if wanted {
        found.edit(stripped.edits.iter().cloned());
    }
}

/// Returns the place of the bracket that an array or object starts with.
pub(super) fn opening(value: &Value<'_>) -> Span {
    let start = value.span().start;
    start..start + 1
}

fn rule_of(what: &Removal) -> Rule {
    match what {
        Removal::Outputs(_) | Removal::NullOutputs | Removal::Layout => Rule::Outputs,
        Removal::ExecutionCount => Rule::ExecutionCount,
        Removal::Metadata(_) => Rule::ToolMetadata,
        Removal::Id | Removal::Format => Rule::UnwantedId,
        Removal::Cell => Rule::UnwantedCell,
    }
}

/// Returns the place of what goes: of cells that no reader sees, the start of
/// the notebook.
fn place_of(change: &Change, notebook: &Notebook<'_>) -> Span {
    let root = notebook.document.root();
    let cell = change.cell.and_then(|index| notebook.cells.get(index));
    let whole = opening(&cell.map_or(root, |cell| cell.value));
    let found = match (&change.what, cell) {
        (Removal::Outputs(_) | Removal::NullOutputs, Some(cell)) => cell.outputs.map(|outputs| {
            if outputs.kind() == Kind::Array {
                opening(&outputs)
            } else {
                outputs.span()
            }
        }),
        (Removal::ExecutionCount, Some(cell)) => count_of(cell).map(|count| count.span()),
        (Removal::Metadata(key), Some(cell)) => {
            let metadata = cell.metadata.unwrap_or(cell.value);
            key_place(&metadata, key).or_else(|| key_place(&cell.value, key))
        }
        (Removal::Metadata(key), None) => notebook
            .metadata
            .and_then(|metadata| key_place(&metadata, key)),
        (Removal::Id, Some(cell)) => cell.id.map(|id| id.span()),
        (Removal::Format, _) => root.get("nbformat_minor").map(|minor| minor.span()),
        (_, _) => None,
    };
    found.unwrap_or(whole)
}

/// Returns the count of a cell, or else the first of its outputs.
fn count_of<'a>(cell: &Cell<'a>) -> Option<Value<'a>> {
    let is_count = |count: &Value<'_>| count.kind() != Kind::Null;
    cell.execution_count.filter(is_count).or_else(|| {
        let mut counts = cell.outputs().filter_map(|output| output.execution_count());
        counts.find(is_count)
    })
}

/// Returns the place of a key that is given with those of the objects it lies
/// in. Keys can have dots in them.
fn key_place(object: &Value<'_>, path: &str) -> Option<Span> {
    let mut object = *object;
    let mut path = path;
    loop {
        let mut inner = None;
        for member in object.members() {
            let Some(key) = member.key.as_str() else {
                continue;
            };
            match path.strip_prefix(&*key) {
                Some("") => return Some(member.key.span()),
                Some(rest) => {
                    let rest = rest.strip_prefix('.');
                    inner = rest.map(|rest| (member.value, rest)).or(inner);
                }
                None => {}
            }
        }
        (object, path) = inner?;
    }
}

/// Returns which rule an edit of strip's is for, and the cell.
fn owner_of(edit: &Edit, notebook: &Notebook<'_>) -> (Rule, Option<usize>) {
    let cells = &notebook.cells;
    let after = cells.partition_point(|cell| cell.value.span().start < edit.span.end.max(1));
    let index = after.saturating_sub(1);
    let Some(cell) = cells.get(index).filter(|_| after > 0) else {
        return of_notebook(edit, notebook);
    };
    let span = cell.value.span();
    if edit.span.start >= span.end {
        // Behind the last cell, or the blanks and the comma of one that goes.
        return of_notebook(edit, notebook);
    }
    if edit.span.start <= span.start {
        return (Rule::UnwantedCell, Some(index));
    }
    let holds = |value: &Value<'_>| {
        value.span().start <= edit.span.start && edit.span.end <= value.span().end
    };
    let holder = cell.value.members().find(|member| holds(&member.value));
    let Some(member) = holder else {
        let is_id = notebook.format.major >= 4 && cell.id.is_some_and(|id| covers(edit, &id));
        let rule = if is_id {
            Rule::UnwantedId
        } else {
            Rule::ToolMetadata
        };
        return (rule, Some(index));
    };
    let key = member.key.as_str().unwrap_or_default();
    let is_count = !edit.text.is_empty()
        && (edit.text == "null" || edit.text.bytes().all(|byte| byte.is_ascii_digit()));
    let rule = match &*key {
        "outputs" if is_count => Rule::ExecutionCount,
        "outputs" => Rule::Outputs,
        "execution_count" | "prompt_number" => Rule::ExecutionCount,
        "id" => Rule::UnwantedId,
        _ => Rule::ToolMetadata,
    };
    (rule, Some(index))
}

fn covers(edit: &Edit, value: &Value<'_>) -> bool {
    edit.span.start <= value.span().start && value.span().end <= edit.span.end
}

/// Returns which rule an edit outside of the cells that readers see is for.
fn of_notebook(edit: &Edit, notebook: &Notebook<'_>) -> (Rule, Option<usize>) {
    let is_in = |value: &Value<'_>| {
        value.span().start <= edit.span.start && edit.span.end <= value.span().end
    };
    let minor = notebook.document.root().get("nbformat_minor");
    let rule = if minor.is_some_and(|minor| is_in(&minor)) {
        Rule::UnwantedId
    } else if notebook.cell_arrays.iter().any(is_in) {
        Rule::UnwantedCell
    } else if notebook.shadowed_arrays.iter().any(is_in) {
        // What nobody sees holds outputs most of all.
        Rule::Outputs
    } else {
        Rule::ToolMetadata
    };
    (rule, None)
}
