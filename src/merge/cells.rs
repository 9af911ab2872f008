//! Merges what both sides did to one cell.

use std::borrow::Cow;

use super::attachments::merge_attachments;
use super::classes::Class;
use super::deleted::deleted_by;
use super::keys::{KeyEdit, fields};
use super::lines::LineMerge;
use super::markers::Markers;
use super::outputs::{Outputs, SourceOf, merge_outputs};
use super::pieces::merge_pieces;
use super::settle::{json_text, merge_cell_keys, shown_base};
use super::{Conflict, Decided, Disputed, Favor, MergeOptions, Side, Versions};
use crate::diff::{cell_text, equal_options};
use crate::notebook::{Cell, CellKind, Notebook};

/// What a merge works on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inputs<'a> {
    pub(super) notebooks: Versions<&'a Notebook<'a>>,
    /// Whether there is a base, and not just an empty notebook in its place.
    pub(super) has_base: bool,
    pub(super) options: &'a MergeOptions,
    /// The side whose file is edited.
    pub(super) host: Side,
    /// The side that has the say where nobody else has. Ours, but when a merge
    /// is held against its mirror image.
    pub(super) first: Side,
}

impl<'a> Inputs<'a> {
    /// Returns a cell of a side.
    pub(super) fn cell(&self, side: Side, index: usize) -> Option<&'a Cell<'a>> {
        self.notebooks.side(side).cells.get(index)
    }

    /// Returns the source of a cell.
    pub(super) fn text(&self, side: Side, index: usize) -> Cow<'a, str> {
        let notebook = self.notebooks.side(side);
        let cell = notebook.cells.get(index);
        cell.map_or(Cow::Borrowed(""), |cell| cell_text(cell, notebook.format))
    }

    /// Returns the sources of cells of the base as one.
    pub(super) fn base_text(&self, indices: &[usize]) -> String {
        let base = self.notebooks.base;
        let cells = indices.iter().filter_map(|&index| base.cells.get(index));
        joined(cells.map(|cell| cell_text(cell, base.format)))
    }

    /// Returns the sources of cells of a side as one.
    pub(super) fn side_text(&self, side: Side, indices: &[usize]) -> String {
        joined(indices.iter().map(|&index| self.text(side, index)))
    }

    /// Returns the side that is taken in conflicts, if people asked for one.
    pub(super) fn favored(&self) -> Option<Side> {
        self.options.favor.map(|favor| match favor {
            Favor::Ours => Side::Ours,
            Favor::Theirs => Side::Theirs,
            Favor::Union => self.first,
        })
    }
}

/// Joins sources of cells as a split would have made them.
pub(super) fn joined<'t>(texts: impl Iterator<Item = Cow<'t, str>>) -> String {
    let texts: Vec<_> = texts.collect();
    texts.join("\n")
}

/// A cell of the merged notebook: one of a side, and what changes in it.
#[derive(Clone, Debug)]
pub(super) struct MergedCell<'a> {
    /// Whose cell it is.
    pub(super) carrier: Side,
    /// Which of that side's cells.
    pub(super) index: usize,
    /// Its source, if it changes.
    pub(super) source: Option<String>,
    /// What it is, if that changes.
    pub(super) kind: Option<CellKind>,
    pub(super) outputs: Outputs<'a>,
    pub(super) metadata: Vec<KeyEdit<'a>>,
    pub(super) attachments: Vec<KeyEdit<'a>>,
    /// Other keys.
    pub(super) other: Vec<KeyEdit<'a>>,
    /// The id it should have, if it does not have it already.
    pub(super) id: Option<String>,
    /// Conflicts that stand in its source.
    pub(super) conflicts: Vec<Conflict>,
    /// Conflicts that stand in a note above it.
    pub(super) notes: Vec<Conflict>,
    pub(super) decisions: Vec<Decided>,
}

impl MergedCell<'_> {
    /// A cell as it is on a side.
    pub(super) fn kept(carrier: Side, index: usize) -> Self {
        Self {
            carrier,
            index,
            source: None,
            kind: None,
            outputs: Outputs::Kept,
            metadata: Vec::new(),
            attachments: Vec::new(),
            other: Vec::new(),
            id: None,
            conflicts: Vec::new(),
            notes: Vec::new(),
            decisions: Vec::new(),
        }
    }
}

/// What becomes of a class.
#[derive(Clone, Debug, Default)]
pub(super) struct ClassMerge<'a> {
    pub(super) cells: Vec<MergedCell<'a>>,
    /// Decisions about cells that are gone.
    pub(super) decisions: Vec<Decided>,
}

/// Merges what both sides did to a class.
pub(super) fn merge_class<'a>(inputs: &Inputs<'a>, class: &Class) -> ClassMerge<'a> {
    let cells = &class.cells;
    let as_it_is = |side: Side| ClassMerge {
        cells: cells
            .side(side)
            .iter()
            .map(|&index| MergedCell::kept(side, index))
            .collect(),
        decisions: Vec::new(),
    };
    match (class.is_in(Side::Ours), class.is_in(Side::Theirs)) {
        (false, false) => ClassMerge::default(),
        (true, false) if cells.base.is_empty() => as_it_is(Side::Ours),
        (false, true) if cells.base.is_empty() => as_it_is(Side::Theirs),
        (true, false) => deleted_by(inputs, class, Side::Theirs),
        (false, true) => deleted_by(inputs, class, Side::Ours),
        (true, true) => {
            let merged = match (cells.ours.as_slice(), cells.theirs.as_slice()) {
                (&[ours], &[theirs]) => {
                    let text = || inputs.base_text(&cells.base);
                    vec![merge_cell(inputs, &cells.base, text, (ours, theirs))]
                }
                (_, _) => merge_pieces(inputs, class),
            };
            ClassMerge {
                cells: merged,
                decisions: Vec::new(),
            }
        }
    }
}

/// Returns a text whose last line has an end.
pub(super) fn ended(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Merges one cell that both sides have. `base_text` is what its source was.
pub(super) fn merge_cell<'a>(
    inputs: &Inputs<'a>,
    base: &[usize],
    base_text: impl FnOnce() -> String,
    (ours, theirs): (usize, usize),
) -> MergedCell<'a> {
    let sides = (
        inputs.cell(Side::Ours, ours),
        inputs.cell(Side::Theirs, theirs),
    );
    let (Some(our_cell), Some(their_cell)) = sides else {
        return MergedCell::kept(Side::Ours, ours);
    };
    let base_cell = base_cell(inputs, base, our_cell);
    let host_index = match inputs.host {
        Side::Ours => ours,
        Side::Theirs => theirs,
    };
    let formats = inputs.notebooks.map(|notebook| notebook.format);
    let one_format = formats.ours == formats.theirs && formats.ours == formats.base;
    if one_format {
        let raw = our_cell.value.raw();
        if raw == their_cell.value.raw() {
            return MergedCell::kept(inputs.host, host_index);
        }
        let other = match inputs.host {
            Side::Ours => their_cell,
            Side::Theirs => our_cell,
        };
        // What the other side left alone needs no look.
        if let Some(base_cell) = base_cell
            && base.len() == 1
            && other.value.raw() == base_cell.value.raw()
        {
            return MergedCell::kept(inputs.host, host_index);
        }
    }
    let mut merged = MergedCell::kept(inputs.host, host_index);
    let cells = Versions {
        base: base_cell,
        ours: Some(our_cell),
        theirs: Some(their_cell),
    };
    let kind = merge_kind(inputs, &cells, &mut merged);
    let is_written_alike = one_format
        && our_cell.source.map(|source| source.raw())
            == their_cell.source.map(|source| source.raw());
    let source_of = if is_written_alike {
        SourceOf::BOTH
    } else {
        let texts = Versions {
            base: base_text(),
            ours: inputs.text(Side::Ours, ours).into_owned(),
            theirs: inputs.text(Side::Theirs, theirs).into_owned(),
        };
        let has_base = inputs.has_base && !base.is_empty();
        let text = merge_source(inputs, &texts, has_base, &mut merged);
        let is_marked = !merged.conflicts.is_empty();
        let source_of = SourceOf {
            ours: !is_marked && text == texts.ours,
            theirs: !is_marked && text == texts.theirs,
        };
        if text != *texts.side(inputs.host) {
            merged.source = Some(text);
        }
        source_of
    };
    if kind == CellKind::Code {
        merge_outputs(inputs, &cells, source_of, &mut merged);
    }
    let run = merged.outputs.side().unwrap_or(inputs.first);
    merge_cell_keys(inputs, &cells, run, &mut merged);
    merge_attachments(inputs, &cells, kind, &mut merged);
    merged.id = merge_id(inputs, &cells);
    merged
}

/// Returns the cell of the base that a class stems from: of several, the one
/// whose id the other has.
pub(super) fn base_cell<'a>(
    inputs: &Inputs<'a>,
    base: &[usize],
    like: &Cell<'_>,
) -> Option<&'a Cell<'a>> {
    let cells = base
        .iter()
        .filter_map(|&index| inputs.notebooks.base.cells.get(index));
    let id = |cell: &Cell<'_>| cell.id.and_then(|id| id.as_str().map(Cow::into_owned));
    let wanted = id(like);
    let same = cells
        .clone()
        .find(|cell| wanted.is_some() && id(cell) == wanted);
    same.or_else(|| cells.clone().next())
}

/// The cells that one cell is in each version.
pub(super) type Cells<'a> = Versions<Option<&'a Cell<'a>>>;

/// Returns what three-way merge takes without a question: the side that
/// changed something, if only one did.
pub(super) fn one_side<T: PartialEq>(
    base: Option<&T>,
    ours: &T,
    theirs: &T,
    first: Side,
) -> Option<Side> {
    if ours == theirs {
        return Some(first);
    }
    let base = base?;
    if ours == base {
        Some(Side::Theirs)
    } else if theirs == base {
        Some(Side::Ours)
    } else {
        None
    }
}

/// Merges what the cell is; returns what it will be.
pub(super) fn merge_kind(
    inputs: &Inputs<'_>,
    cells: &Cells<'_>,
    merged: &mut MergedCell<'_>,
) -> CellKind {
    let kinds = cells.map(|cell| cell.map(|cell| cell.kind));
    let (Some(ours), Some(theirs)) = (kinds.ours, kinds.theirs) else {
        return CellKind::Unknown;
    };
    let of = |side: Side| match side {
        Side::Ours => ours,
        Side::Theirs => theirs,
    };
    let taken = one_side(kinds.base.as_ref(), &ours, &theirs, inputs.first);
    let stays = taken.or(inputs.favored()).unwrap_or(inputs.first);
    // Code has no attachments: where the other side added some, that is a
    // question, too.
    let would_lose = of(stays) == CellKind::Code
        && of(stays.other()) != CellKind::Code
        && inputs.options.favor.is_none()
        && has_new_attachments(cells, stays.other());
    let stays = if would_lose { stays.other() } else { stays };
    if taken.is_none() && inputs.options.favor.is_some() {
        merged.decisions.push(Decided::Favored);
    } else if taken.is_none() || would_lose {
        let name = |cell: Option<&Cell<'_>>| {
            let kind = cell.and_then(|cell| cell.value.get("cell_type"));
            kind.map(|kind| json_text(&kind))
        };
        merged.notes.push(Conflict {
            cell: None,
            what: Disputed::Kind,
            base: shown_base(inputs, name(cells.base)),
            ours: name(cells.ours),
            theirs: name(cells.theirs),
        });
    }
    let kind = of(stays);
    if kind != of(merged.carrier) {
        merged.kind = Some(kind);
    }
    kind
}

/// Whether a side added or changed attachments.
fn has_new_attachments(cells: &Cells<'_>, side: Side) -> bool {
    let attachments = cells.map(|cell| fields(cell.and_then(|cell| cell.attachments).as_ref()));
    let base = &attachments.base;
    let mut own = attachments.side(side).iter();
    own.any(|(name, value)| !equal_options(base.get(name), Some(value)))
}

/// Merges the source; returns it, with markers where it conflicts.
fn merge_source(
    inputs: &Inputs<'_>,
    texts: &Versions<String>,
    has_base: bool,
    merged: &mut MergedCell<'_>,
) -> String {
    let base = has_base.then_some(&texts.base);
    if let Some(side) = one_side(base, &texts.ours, &texts.theirs, inputs.first) {
        return texts.side(side).clone();
    }
    let lines = LineMerge::new(
        Versions {
            base: if has_base { &texts.base } else { "" },
            ours: &texts.ours,
            theirs: &texts.theirs,
        },
        inputs.options,
        has_base,
    );
    let markers = Markers::for_texts(inputs.options, [&*texts.base, &*texts.ours, &*texts.theirs]);
    merged.conflicts = lines.conflicts(&markers);
    if lines.was_favored() {
        merged.decisions.push(Decided::Favored);
    }
    lines.text(&markers)
}

/// Returns the id that the cell should have: of the side that changed it, or
/// of the first.
pub(super) fn merge_id(inputs: &Inputs<'_>, cells: &Cells<'_>) -> Option<String> {
    let id = |cell: Option<&Cell<'_>>| -> Option<String> { Some(cell?.id?.as_str()?.into_owned()) };
    let ids = cells.map(id);
    let (Some(ours), Some(theirs)) = (&ids.ours, &ids.theirs) else {
        return ids.ours.or(ids.theirs);
    };
    let side = one_side(ids.base.as_ref(), ours, theirs, inputs.first);
    ids.side(side.unwrap_or(inputs.first)).clone()
}
