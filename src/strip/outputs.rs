//! Which outputs of a cell stay.

use super::options::OutputOptions;
use crate::error::{ErrorKind, LineColumn, Result};
use crate::json::{Edit, Kind, Value};
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

/// Strips outputs one by one and returns how many are changed. `keeps_all`
/// says whether those stay that no option names.
pub(super) fn select(
    outputs: &Value<'_>,
    format: NbFormat,
    options: &OutputOptions,
    keeps_all: bool,
    edits: &mut Vec<Edit>,
) -> usize {
    let mut items = Vec::new();
    let mut n_changed = 0;
    for value in outputs.elements() {
        let output = Output::read(value, format);
        let is_one_of = |types: &[super::OutputType]| {
            output.is_some_and(|output| types.iter().any(|kind| kind.matches(&output)))
        };
        let mut stays = keeps_all
            || is_one_of(&options.keep_types)
            || (options.max_size > 0 && has_size(&value, options.max_size));
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
fn drop_mime_types(output: &Output<'_>, drop: &[String], edits: &mut Vec<Edit>) -> (bool, bool) {
    let data = output.data();
    let goes = |mime: &str| drop.iter().any(|pattern| mime_matches(pattern, mime));
    let n_gone = data.iter().filter(|(mime, _)| goes(mime)).count();
    if n_gone == 0 {
        return (true, false);
    }
    if n_gone == data.len() {
        return (false, true);
    }
    let gone: Vec<_> = data.iter().filter(|(mime, _)| goes(mime)).collect();
    // In nbformat 4 the types stand in `data`, before beside the other keys.
    let bundle = output
        .value
        .get("data")
        .filter(|data| data.kind() == Kind::Object);
    edits.extend(Edit::remove_members(
        &bundle.unwrap_or(output.value),
        |member| {
            gone.iter()
                .any(|(_, value)| value.span() == member.value.span())
        },
    ));
    (true, true)
}

/// Returns whether a mime type is `pattern`, or of its sort if that ends in
/// `/*`.
fn mime_matches(pattern: &str, mime: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(sort) => mime.starts_with(sort),
        None => mime == pattern,
    }
}

/// Returns whether all values in an output together have at most `limit`
/// characters, as nbstripout counts them: the length of strings, of anything
/// else as it is written.
fn has_size(output: &Value<'_>, limit: usize) -> bool {
    let mut size = 0_usize;
    for leaf in output.leaves() {
        size += match leaf.as_str() {
            Some(text) => text.chars().count(),
            None => leaf.raw().len(),
        };
        if size > limit {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mime_types_match_by_name_or_sort() {
        assert!(mime_matches("image/png", "image/png"));
        assert!(mime_matches("image/*", "image/svg+xml"));
        assert!(mime_matches("*", "text/plain"));
        assert!(!mime_matches("image/png", "image/pngx"));
        assert!(!mime_matches("image/*", "text/plain"));
    }
}
