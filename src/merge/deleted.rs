//! What becomes of a cell that one side deleted and the other still has.

use super::cells::{ClassMerge, Inputs, MergedCell, ended};
use super::classes::Class;
use super::markers::Markers;
use super::outputs::Outputs;
use super::{Conflict, Decided, Disputed, Favor, Side};
use crate::diff::equal_options;
use crate::notebook::Cell;

/// One side deleted what the other has: gone, unless the other edited it.
pub(super) fn deleted_by<'a>(inputs: &Inputs<'a>, class: &Class, side: Side) -> ClassMerge<'a> {
    let keeper = side.other();
    let kept = class.cells.side(keeper);
    let base_text = inputs.base_text(&class.cells.base);
    let kept_text = inputs.side_text(keeper, kept);
    if kept_text == base_text && !is_edited_beside_source(inputs, class, keeper) {
        let line = kept_text.lines().next().unwrap_or_default().to_owned();
        let raw = |cell: Option<&Cell<'_>>| cell.map(|cell| cell.value.raw().to_vec());
        let base = class.cells.base.first();
        let was = base.and_then(|&index| inputs.notebooks.base.cells.get(index));
        let is = kept.first().and_then(|&index| inputs.cell(keeper, index));
        let decisions = if raw(was) == raw(is) {
            Vec::new()
        } else {
            vec![Decided::Deleted(line)]
        };
        return ClassMerge {
            cells: Vec::new(),
            decisions,
        };
    }
    if let Some(favored) = inputs.favored() {
        // All that is there is taken for both.
        let keeps = favored == keeper || inputs.options.favor == Some(Favor::Union);
        let cells = kept.iter().map(|&index| MergedCell::kept(keeper, index));
        return ClassMerge {
            cells: if keeps { cells.collect() } else { Vec::new() },
            decisions: vec![Decided::Favored],
        };
    }
    let marked = |&index: &usize| {
        let text = ended(inputs.text(keeper, index).into_owned());
        let base_text = ended(base_text.clone());
        let markers = Markers::for_texts(inputs.options, [&*text, &*base_text]);
        let base = markers.shows_base().then_some(base_text);
        let (ours, theirs) = match keeper {
            Side::Ours => (Some(text), None),
            Side::Theirs => (None, Some(text)),
        };
        let mut source = String::new();
        markers.write(
            base.as_deref(),
            ours.as_deref(),
            theirs.as_deref(),
            &mut source,
        );
        source.pop();
        MergedCell {
            source: Some(source),
            outputs: Outputs::Clear,
            conflicts: vec![Conflict {
                cell: None,
                what: Disputed::Source,
                base,
                ours,
                theirs,
            }],
            ..MergedCell::kept(keeper, index)
        }
    };
    ClassMerge {
        cells: kept.iter().map(marked).collect(),
        decisions: Vec::new(),
    }
}

/// Whether a side changed in a cell what people change, its source apart.
fn is_edited_beside_source(inputs: &Inputs<'_>, class: &Class, side: Side) -> bool {
    let base = class.cells.base.first();
    let base = base.and_then(|&index| inputs.notebooks.base.cells.get(index));
    let now = class.cells.side(side).first();
    let now = now.and_then(|&index| inputs.cell(side, index));
    let (Some(base), Some(now)) = (base, now) else {
        return false;
    };
    base.kind != now.kind
        || !equal_options(base.attachments.as_ref(), now.attachments.as_ref())
            && now.attachments.is_some()
}
