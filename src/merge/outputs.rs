//! Whose outputs a merged cell has. They follow the source: what a source did
//! not write does not stand below it.

use super::cells::{Cells, Inputs, MergedCell};
use super::{Conflict, Decided, Disputed, OutputChoice, Side};
use crate::diff::equal_options;
use crate::json::{Kind, Value};
use crate::notebook::Cell;

/// What becomes of the outputs and the execution count of a cell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outputs<'a> {
    /// They are those of the carrier.
    Kept,
    /// They are those of a side's cell.
    Of {
        /// Whose outputs.
        side: Side,
        outputs: Option<Value<'a>>,
        count: Option<Value<'a>>,
    },
    /// There are none.
    Clear,
    /// Both sides' outputs, ours first; the count of the first.
    Both {
        ours: Option<Value<'a>>,
        theirs: Option<Value<'a>>,
        count: Option<Value<'a>>,
    },
}

impl Outputs<'_> {
    /// Returns whose they are.
    pub(super) fn side(&self) -> Option<Side> {
        match self {
            Self::Of { side, .. } => Some(*side),
            Self::Kept | Self::Clear | Self::Both { .. } => None,
        }
    }
}

/// Whose source the merged source is: both, one, or neither.
#[derive(Clone, Copy, Debug)]
pub(super) struct SourceOf {
    pub(super) ours: bool,
    pub(super) theirs: bool,
}

impl SourceOf {
    /// Nobody changed it, or both did the same.
    pub(super) const BOTH: Self = Self {
        ours: true,
        theirs: true,
    };
}

/// Decides whose outputs a cell of code has.
pub(super) fn merge_outputs<'a>(
    inputs: &Inputs<'a>,
    cells: &Cells<'a>,
    source: SourceOf,
    merged: &mut MergedCell<'a>,
) {
    let of = |side: Side| {
        let cell = *cells.side(side);
        Outputs::Of {
            side,
            outputs: cell.and_then(|cell| cell.outputs),
            count: cell.and_then(|cell| cell.execution_count),
        }
    };
    merged.outputs = match (source.ours, source.theirs) {
        (true, true) => both_have_the_source(inputs, cells, merged),
        (true, false) => of(Side::Ours),
        (false, true) => of(Side::Theirs),
        (false, false) => {
            let any = has_outputs(cells.ours) || has_outputs(cells.theirs);
            if any && merged.conflicts.is_empty() {
                merged.decisions.push(Decided::OutputsDropped);
            }
            Outputs::Clear
        }
    };
}

fn has_outputs(cell: Option<&Cell<'_>>) -> bool {
    cell.is_some_and(|cell| cell.outputs().next().is_some())
}

/// The source is the same on both sides: who ran it?
fn both_have_the_source<'a>(
    inputs: &Inputs<'a>,
    cells: &Cells<'a>,
    merged: &mut MergedCell<'a>,
) -> Outputs<'a> {
    let outputs = cells.map(|cell| cell.and_then(|cell| cell.outputs));
    let counts = cells.map(|cell| {
        let count = cell.and_then(|cell| cell.execution_count);
        count.filter(|count| count.kind() != Kind::Null)
    });
    let equal = |one: &Option<Value<'a>>, two: &Option<Value<'a>>| {
        equal_options(one.as_ref(), two.as_ref())
    };
    let of = |side: Side, count_of: Side| Outputs::Of {
        side,
        outputs: *outputs.side(side),
        count: *counts.side(count_of),
    };
    let count_of = if equal(&counts.ours, &counts.base) && cells.base.is_some() {
        Side::Theirs
    } else if equal(&counts.theirs, &counts.base) && cells.base.is_some() {
        Side::Ours
    } else {
        inputs.first
    };
    if equal(&outputs.ours, &outputs.theirs) {
        return of(inputs.first, count_of);
    }
    if cells.base.is_some() {
        if equal(&outputs.ours, &outputs.base) {
            return of(Side::Theirs, Side::Theirs);
        }
        if equal(&outputs.theirs, &outputs.base) {
            return of(Side::Ours, Side::Ours);
        }
    }
    let side = match inputs.options.outputs {
        OutputChoice::Ours => inputs.first,
        OutputChoice::Theirs => inputs.first.other(),
        OutputChoice::Clear => {
            merged.decisions.push(Decided::OutputsCleared);
            return Outputs::Clear;
        }
        OutputChoice::Conflict => {
            let count =
                |value: &Option<Value<'_>>| value.map_or(0, |outputs| outputs.elements().count());
            let (n_ours, n_theirs) = (count(&outputs.ours), count(&outputs.theirs));
            let indices = |range: std::ops::Range<usize>| {
                let indices: Vec<_> = range.map(|index| index.to_string()).collect();
                Some(format!("[{}]\n", indices.join(",")))
            };
            merged.notes.push(Conflict {
                cell: None,
                what: Disputed::Outputs,
                base: None,
                ours: indices(0..n_ours),
                theirs: indices(n_ours..n_ours + n_theirs),
            });
            return Outputs::Both {
                ours: outputs.ours,
                theirs: outputs.theirs,
                count: *counts.side(inputs.first),
            };
        }
    };
    merged.decisions.push(Decided::OutputsOf(side));
    of(side, side)
}
