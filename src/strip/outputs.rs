//! Which outputs of a cell stay.

use super::options::{Counts, MimePattern, OutputOptions};
use crate::error::{ErrorKind, LineColumn, Result};
use crate::json::{Edit, Kind, Member, Value};
use crate::notebook::{Cell, NbFormat, Output};

/// Returns whether a cell says that its outputs stay (`true`) or go (`false`),
/// by the keys that nbstripout made known.
///
/// # Errors
///
/// Fails if metadata and tags of the cell say opposite things.
pub(super) fn says_keep(cell: &Cell<'_>, strip_init_cells: bool) -> Result<Option<bool>> {
    let Some(metadata) = cell
        .metadata
        .filter(|metadata| !metadata.is_empty_container())
    else {
        return Ok(None);
    };
    if let Some(init_cell) = metadata.get("init_cell") {
        return Ok(Some(init_cell.is_truthy() && !strip_init_cells));
    }
    let by_tag = cell.has_tag("keep_output");
    match metadata.get("keep_output") {
        Some(keep) if by_tag && !keep.is_truthy() => {
            let at = LineColumn::of(metadata.document().bytes(), keep.span().start);
            let what = "the metadata of the cell says not to keep its outputs \
                        (`keep_output`), its tags say to keep them"
                .to_owned();
            Err(ErrorKind::Contradiction { at, what }.into())
        }
        Some(keep) => Ok(Some(keep.is_truthy())),
        None => Ok(by_tag.then_some(true)),
    }
}

/// How the outputs of one cell are selected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selection<'o> {
    pub(super) format: NbFormat,
    pub(super) options: &'o OutputOptions,
    /// Whether those stay that no option names.
    pub(super) keeps_all: bool,
    /// What becomes of execution counts.
    pub(super) counts: Counts,
    /// The number that the cell gets.
    pub(super) number: Option<usize>,
}

/// Strips outputs one by one and returns how many are changed.
pub(super) fn select(
    outputs: &Value<'_>,
    selection: Selection<'_>,
    edits: &mut Vec<Edit>,
) -> usize {
    let options = selection.options;
    let mut items = Vec::new();
    let mut n_changed = 0;
    for value in outputs.elements() {
        let output = Output::read(value, selection.format);
        let is_one_of = |types: &[super::OutputType]| {
            output.is_some_and(|output| types.iter().any(|kind| kind.matches(&output)))
        };
        let mut stays = selection.keeps_all
            || is_one_of(&options.keep_types)
            || (options.max_size > 0 && has_size(&value, selection));
        stays &= !is_one_of(&options.drop_types);
        let mut changed = !stays;
        if stays
            && let Some(output) = output
            && !options.drop_mime_types.is_empty()
        {
            (stays, changed) = drop_mime_types(&output, &options.drop_mime_types, edits);
        }
        n_changed += usize::from(changed);
        items.push((value.span(), !stays));
    }
    edits.extend(Edit::remove_items(outputs, items));
    n_changed
}

/// Removes mime types from an output; returns whether the output stays, and
/// whether it is changed. One that has nothing left to show goes.
fn drop_mime_types(
    output: &Output<'_>,
    drop: &[MimePattern],
    edits: &mut Vec<Edit>,
) -> (bool, bool) {
    let data = output.data();
    let goes = |mime: &str| drop.iter().any(|pattern| pattern.matches(mime));
    if !data.is_empty() && data.iter().all(|(mime, _)| goes(mime)) {
        return (false, true);
    }
    let n_edits = edits.len();
    let named = |member: &Member<'_>| member.key.as_str().is_some_and(|key| goes(&key));
    let mut in_data = false;
    for member in output.value.members() {
        // Repeated keys hold something, too.
        if member.key.is_str("data") && member.value.kind() == Kind::Object {
            in_data = true;
            edits.extend(Edit::remove_members(&member.value, named));
        }
    }
    if !in_data {
        // Before nbformat 4 the types stood beside the other keys, under other
        // names.
        let gone: Vec<_> = data.iter().filter(|(mime, _)| goes(mime)).collect();
        edits.extend(Edit::remove_members(&output.value, |member| {
            let spans = gone.iter().map(|(_, value)| value.span());
            spans.into_iter().any(|span| span == member.value.span())
        }));
    }
    (true, edits.len() > n_edits)
}

/// Returns whether all values in an output together have at most as many
/// characters as may stay, as nbstripout counts them: the length of strings,
/// of anything else as it is written.
///
/// Execution counts are taken as they will be: a second strip must not find
/// the output grown.
fn has_size(output: &Value<'_>, selection: Selection<'_>) -> bool {
    let is_count = |member: &Member<'_>| {
        member.key.is_str("execution_count") || member.key.is_str("prompt_number")
    };
    let mut size = 0_usize;
    for member in output.members() {
        if is_count(&member) {
            size += match (selection.counts, selection.number) {
                (Counts::Keep, _) => leaves_size(&member.value),
                (Counts::Renumber, Some(number)) if member.value.kind() != Kind::Null => {
                    number.to_string().len()
                }
                (Counts::Strip | Counts::Renumber, _) => "null".len(),
            };
        } else {
            size = size.saturating_add(leaves_size(&member.value));
        }
        if size > selection.options.max_size {
            return false;
        }
    }
    size <= selection.options.max_size
}

fn leaves_size(value: &Value<'_>) -> usize {
    let size = |leaf: Value<'_>| match leaf.as_str() {
        Some(text) => text.chars().count(),
        None => leaf.raw().len(),
    };
    value.leaves().map(size).sum()
}
