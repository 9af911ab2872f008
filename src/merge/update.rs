//! Takes what people changed in a copy of a notebook, one without outputs,
//! over into the notebook.

use std::collections::{HashMap, HashSet, VecDeque};

use super::cells::{Inputs, MergedCell};
use super::ids::assign_ids;
use super::keys::{Context, KeyEdit, KeyMerge, NewValue, fields, merge_keys};
use super::outputs::Outputs;
use super::plan::{Entry, Plan};
use super::write::write;
use super::{MergeOptions, Side, Versions, empty_like};
use crate::diff::{Match, align, cell_text};
use crate::error::Result;
use crate::json::{Document, Edits};
use crate::notebook::{Cell, CellKind, NbFormat, Notebook, Scope};

/// The version of the format that notebooks are upgraded to.
const NEWEST: NbFormat = NbFormat { major: 4, minor: 5 };

/// Which outputs stay below a source that changed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KeepOutputs {
    /// Those of sources in which nothing but blanks changed.
    #[default]
    Formatted,
    /// All.
    All,
}

/// What an update comes to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Updated {
    /// The edits on the notebook.
    pub edits: Edits,
    /// How many cells were put in.
    pub added: usize,
    /// How many cells are gone.
    pub removed: usize,
    /// How many cells have another source.
    pub changed: usize,
    /// How many cells lost their outputs with the code that had made them.
    pub cleared: usize,
}

/// Takes the changes from `base` to `copy` over into `notebook`.
///
/// `base` is the notebook as it stands in such copies: with a cell for each of
/// its cells, but without outputs, maybe without ids and metadata. Whatever it
/// does not hold stays as it is in the notebook, with the cell it belongs to,
/// wherever that moved. All three are of the same version of the format.
pub fn update(
    notebook: &Notebook<'_>,
    base: &Notebook<'_>,
    copy: &Notebook<'_>,
    keep: KeepOutputs,
) -> Updated {
    let options = MergeOptions::default();
    let inputs = Inputs {
        notebooks: Versions {
            base,
            ours: notebook,
            theirs: copy,
        },
        has_base: true,
        options: &options,
        host: Side::Ours,
        first: Side::Theirs,
    };
    let mut updated = Updated::default();
    let mut plan = no_plan();
    let mut matches = align(base, copy).matches;
    pair_equals(base, copy, &mut matches);
    for found in matches {
        plan_match(&inputs, &found, keep, &mut plan, &mut updated);
    }
    plan.metadata = notebook_metadata(&inputs);
    updated.edits = write(&inputs, &plan);
    // Ids are no reason to change a notebook that nothing changed in.
    if !updated.edits.is_empty() {
        assign_ids(&inputs, &mut plan);
        updated.edits = write(&inputs, &plan);
    }
    updated
}

/// Pairs cells that are gone with equal ones that are new. A diff does not say
/// of cells with next to nothing in them that they moved; but what they put
/// out is worth to be kept.
fn pair_equals(base: &Notebook<'_>, copy: &Notebook<'_>, matches: &mut Vec<Match>) {
    let content = |notebook: &Notebook<'_>, index: usize| {
        let cell = notebook.cells.get(index)?;
        Some((cell.kind, cell_text(cell, notebook.format).into_owned()))
    };
    let mut gone: HashMap<_, VecDeque<usize>> = HashMap::new();
    for found in matches.iter() {
        if let (&[old], []) = (found.old.as_slice(), found.new.as_slice()) {
            gone.entry(content(base, old)).or_default().push_back(old);
        }
    }
    let mut paired = HashSet::new();
    for found in matches.iter_mut() {
        if let ([], &[new]) = (found.old.as_slice(), found.new.as_slice())
            && let Some(equal) = gone.get_mut(&content(copy, new))
            && let Some(old) = equal.pop_front()
        {
            paired.insert(old);
            found.old.push(old);
        }
    }
    matches.retain(|found| {
        let is_gone = found.new.is_empty();
        !(is_gone && found.old.iter().all(|old| paired.contains(old)))
    });
}

fn no_plan<'a>() -> Plan<'a> {
    Plan {
        entries: Vec::new(),
        notebook: Vec::new(),
        metadata: Vec::new(),
        decisions: Vec::new(),
        merged: Vec::new(),
    }
}

fn plan_match<'a>(
    inputs: &Inputs<'a>,
    found: &Match,
    keep: KeepOutputs,
    plan: &mut Plan<'a>,
    updated: &mut Updated,
) {
    // Of a cell that was split, the first part has what the cell had.
    let (carried, new) = match (found.old.first(), found.new.as_slice()) {
        (Some(&old), [first, rest @ ..]) => {
            let cell = taken_over(inputs, (old, *first), keep, updated);
            (Some(cell), rest)
        }
        (_, new) => (None, new),
    };
    updated.removed += found.old.len().saturating_sub(found.new.len().min(1));
    updated.added += new.len();
    if let Some(mut cell) = carried {
        for &joined in found.old.iter().skip(1) {
            carry_attachments(inputs, joined, &mut cell);
        }
        plan.entries.push(Entry::Cell(Box::new(cell)));
    }
    for &index in new {
        let cell = MergedCell::kept(Side::Theirs, index);
        plan.entries.push(Entry::Cell(Box::new(cell)));
    }
}

/// Returns the cell of the notebook that stands at `old` with what changed in
/// the cell of the copy that stands at `new`.
fn taken_over<'a>(
    inputs: &Inputs<'a>,
    (old, new): (usize, usize),
    keep: KeepOutputs,
    updated: &mut Updated,
) -> MergedCell<'a> {
    let mut merged = MergedCell::kept(Side::Ours, old);
    let cells = Versions {
        base: inputs.notebooks.base.cells.get(old),
        ours: inputs.cell(Side::Ours, old),
        theirs: inputs.cell(Side::Theirs, new),
    };
    let (Some(base), Some(ours), Some(theirs)) = (cells.base, cells.ours, cells.theirs) else {
        return merged;
    };
    let format = inputs.notebooks.ours.format;
    let text = cell_text(theirs, format);
    let was = cell_text(base, format);
    if text != was {
        updated.changed += 1;
        let stays = keep == KeepOutputs::All || is_formatted(&was, &text);
        let has_outputs = ours.outputs().next().is_some();
        if !stays && ours.kind == CellKind::Code {
            updated.cleared += usize::from(has_outputs);
            merged.outputs = Outputs::Clear;
        }
        merged.source = Some(text.into_owned());
    }
    if theirs.kind != base.kind && theirs.kind != ours.kind {
        merged.kind = Some(theirs.kind);
    }
    let context = Context {
        scope: Some(Scope::Cell),
        first: Side::Theirs,
        run: Side::Ours,
    };
    let metadata = cells.map(|cell| fields(cell.and_then(|cell| cell.metadata).as_ref()));
    merged.metadata = edits_on_ours(&merge_keys(&metadata, context));
    if theirs.attachments.is_some() {
        let attachments = cells.map(|cell| fields(cell.and_then(|cell| cell.attachments).as_ref()));
        let context = Context {
            scope: None,
            ..context
        };
        merged.attachments = edits_on_ours(&merge_keys(&attachments, context));
    }
    merged.id = id_of(theirs);
    merged
}

fn edits_on_ours<'a>(keys: &[KeyMerge<'a>]) -> Vec<KeyEdit<'a>> {
    keys.iter()
        .filter_map(|key| key.edit_on(Side::Ours))
        .collect()
}

/// Whether nothing but blanks changed.
fn is_formatted(old: &str, new: &str) -> bool {
    let ink = |text: &'_ str| {
        text.chars()
            .filter(|character| !character.is_whitespace())
            .collect::<String>()
    };
    ink(old) == ink(new)
}

/// Lets a cell have the attachments of one that was joined to it.
fn carry_attachments<'a>(inputs: &Inputs<'a>, joined: usize, cell: &mut MergedCell<'a>) {
    let attachments = |index| {
        let cell = inputs.cell(Side::Ours, index);
        fields(cell.and_then(|cell| cell.attachments).as_ref())
    };
    let own = attachments(cell.index);
    for (name, value) in attachments(joined) {
        if !own.contains_key(&name) {
            cell.attachments.push(KeyEdit {
                path: vec![name.into_owned()],
                value: NewValue::Value(value),
            });
        }
    }
}

/// Returns what changes in the metadata of the notebook. A copy that has none
/// says nothing about it.
fn notebook_metadata<'a>(inputs: &Inputs<'a>) -> Vec<KeyEdit<'a>> {
    let metadata = inputs
        .notebooks
        .map(|notebook| fields(notebook.metadata.as_ref()));
    if metadata.theirs.is_empty() {
        return Vec::new();
    }
    let context = Context {
        scope: Some(Scope::Notebook),
        first: Side::Theirs,
        run: Side::Ours,
    };
    edits_on_ours(&merge_keys(&metadata, context))
}

fn id_of(cell: &Cell<'_>) -> Option<String> {
    let id = cell.id?.as_str()?;
    Some(id.into_owned())
}

/// Returns the edits that make a notebook of nbformat 4 one of nbformat 4.5:
/// each cell has an id of its own, made of its content if it had none.
///
/// What a cell must have by any version of the format is put in if it is
/// missing. Notebooks of later versions have only their ids looked after.
///
/// # Errors
///
/// None but those of reading a notebook of our own, which do not occur.
pub fn newest(notebook: &Notebook<'_>) -> Result<Edits> {
    let bytes = empty_like(NEWEST);
    let document = Document::read(&bytes)?;
    let empty = Notebook::read(&document)?;
    let options = MergeOptions::default();
    let inputs = Inputs {
        notebooks: Versions {
            base: &empty,
            ours: notebook,
            theirs: &empty,
        },
        has_base: false,
        options: &options,
        host: Side::Ours,
        first: Side::Ours,
    };
    let mut plan = no_plan();
    let root = notebook.document.root();
    let set = |key: &str, value: &str| KeyEdit {
        path: vec![key.to_owned()],
        value: NewValue::Text(value.to_owned()),
    };
    if notebook.format < NEWEST || root.get("nbformat_minor").is_none() {
        plan.notebook.push(set("nbformat_minor", "5"));
    }
    let is_plain = root.get("nbformat").is_some_and(|it| it.raw() == b"4");
    if notebook.format.major == NEWEST.major && !is_plain {
        plan.notebook.push(set("nbformat", "4"));
    }
    if notebook.metadata.is_none() {
        plan.notebook.push(set("metadata", "{}"));
    }
    let mut wanted = HashSet::new();
    for (index, cell) in notebook.cells.iter().enumerate() {
        let mut kept = MergedCell::kept(Side::Ours, index);
        for (key, is_missing, value) in [
            ("metadata", cell.metadata.is_none(), "{}"),
            ("source", cell.source.is_none(), "[]"),
        ] {
            if is_missing {
                kept.other.push(set(key, value));
            }
        }
        if cell.kind == CellKind::Code {
            let no_outputs = cell.outputs.is_none_or(|outputs| outputs.raw() == b"null");
            if no_outputs {
                kept.other.push(set("outputs", "[]"));
            }
            if cell.execution_count.is_none() {
                kept.other.push(set("execution_count", "null"));
            }
        }
        let legal = id_of(cell).map(|id| legal_id(&id));
        kept.id = legal.filter(|id| !id.is_empty() && wanted.insert(id.clone()));
        plan.entries.push(Entry::Cell(Box::new(kept)));
    }
    assign_ids(&inputs, &mut plan);
    Ok(write(&inputs, &plan))
}

/// Returns an id as the format wants it: 1 to 64 letters, digits, `-` and
/// `_`.
fn legal_id(id: &str) -> String {
    let legal = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => character,
        _ => '-',
    };
    id.chars().map(legal).take(64).collect()
}
