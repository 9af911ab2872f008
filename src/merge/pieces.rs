//! Merges cells that a side split or joined: what the other side did to the
//! whole lands in the piece that holds those lines.

use std::borrow::Cow;

use super::attachments::merge_attachments;
use super::cells::{
    Cells, Inputs, MergedCell, base_cell, ended, joined, merge_cell, merge_id, merge_kind,
};
use super::classes::Class;
use super::lines::{Fate, LineMerge, Region, is_crlf};
use super::markers::Markers;
use super::outputs::Outputs;
use super::settle::merge_cell_keys;
use super::{Decided, Favor, Side, Versions};
use crate::diff::{TextDiff, lines};
use crate::notebook::{Cell, CellKind};

/// Merges a class of which a side has several cells.
pub(super) fn merge_pieces<'a>(inputs: &Inputs<'a>, class: &Class) -> Vec<MergedCell<'a>> {
    let texts = Texts::of(inputs, class);
    if let Some(base) = texts.base_pieces() {
        let pairs = class.cells.ours.iter().zip(&class.cells.theirs).zip(base);
        return pairs
            .map(|((&ours, &theirs), base)| {
                merge_cell(inputs, &class.cells.base, || base, (ours, theirs))
            })
            .collect();
    }
    let side = texts.side_of_structure();
    if texts.pieces.side(side.other()) == &texts.pieces.base {
        let own = class.cells.side(side).iter();
        let sources = own.map(|&index| inputs.text(side, index).into_owned());
        return divided(inputs, class, side, sources);
    }
    let whole = Versions {
        base: &*whole(&texts.pieces.base),
        ours: &*whole(&texts.pieces.ours),
        theirs: &*whole(&texts.pieces.theirs),
    };
    let has_base = !class.cells.base.is_empty();
    let merge = LineMerge::new(whole, inputs.options, has_base);
    let Some(sources) = assigned(&merge, side, texts.pieces.side(side)) else {
        return undivided(inputs, class, side, &merge, &whole, texts.has_crlf);
    };
    let pieces = class.cells.side(side).iter().zip(sources);
    let sources = pieces.map(|(&index, source)| {
        let own = inputs.text(side, index);
        let has_crlf = if own.contains('\n') {
            is_crlf(&own)
        } else {
            texts.has_crlf
        };
        with_line_ends(source, has_crlf)
    });
    divided(inputs, class, side, sources)
}

/// Returns the pieces of a side with their merged sources.
fn divided<'a>(
    inputs: &Inputs<'a>,
    class: &Class,
    side: Side,
    sources: impl Iterator<Item = String>,
) -> Vec<MergedCell<'a>> {
    let pieces = class.cells.side(side).iter().zip(sources);
    let mut merged: Vec<MergedCell<'a>> = pieces
        .map(|(&index, source)| piece(inputs, class, side, index, &source))
        .collect();
    let primary = primary(inputs, class, side);
    if let Some(cell) = merged.get_mut(primary) {
        merge_keys_of(inputs, class, side, cell);
    }
    // A piece of which the other side deleted every line is deleted.
    let is_emptied = |cell: &MergedCell<'_>| {
        let own = inputs.text(side, cell.index);
        cell.source.as_ref().is_some_and(String::is_empty) && !own.is_empty()
    };
    if !merged.iter().all(is_emptied) {
        merged.retain(|cell| !is_emptied(cell));
    }
    merged
}

/// The sources of the cells of a class, with `\n` as the only line end.
#[derive(Clone, Debug)]
struct Texts {
    pieces: Versions<Vec<String>>,
    /// Whether lines ended in `\r\n`.
    has_crlf: bool,
}

impl Texts {
    fn of(inputs: &Inputs<'_>, class: &Class) -> Self {
        let base = inputs.notebooks.base;
        let base = class.cells.base.iter().map(|&index| {
            let cell = base.cells.get(index);
            cell.map_or(Cow::Borrowed(""), |cell| {
                crate::diff::cell_text(cell, base.format)
            })
        });
        let mut has_crlf = false;
        let mut plain = |text: Cow<'_, str>| {
            if is_crlf(&text) {
                has_crlf = true;
                text.replace("\r\n", "\n")
            } else {
                text.into_owned()
            }
        };
        let of_side = |side: Side| {
            let cells = class.cells.side(side).iter();
            cells.map(move |&index| inputs.text(side, index))
        };
        let pieces = Versions {
            base: base.map(&mut plain).collect(),
            ours: of_side(Side::Ours).map(&mut plain).collect(),
            theirs: of_side(Side::Theirs).map(&mut plain).collect(),
        };
        Self { pieces, has_crlf }
    }

    /// Returns the side that has the say in how many cells there are: the one
    /// that split or joined; of both, the one with more cells. What is left is
    /// decided by the sources, so that it is the same whoever merges.
    fn side_of_structure(&self) -> Side {
        let Versions { base, ours, theirs } = &self.pieces;
        match (ours.len() == base.len(), theirs.len() == base.len()) {
            (false, true) => Side::Ours,
            (true, false) => Side::Theirs,
            (_, _) => {
                let of = |pieces: &Vec<String>| (pieces.len(), pieces.clone());
                if of(ours) >= of(theirs) {
                    Side::Ours
                } else {
                    Side::Theirs
                }
            }
        }
    }

    /// Returns what each piece was in the base, if both sides have as many and
    /// cut at the same places.
    fn base_pieces(&self) -> Option<Vec<String>> {
        let Versions { base, ours, theirs } = &self.pieces;
        if ours.len() != theirs.len() || base.is_empty() {
            return None;
        }
        let base = whole(base);
        let cuts = cuts(&base, ours)?;
        if cuts != self::cuts(&base, theirs)? {
            return None;
        }
        let lines = lines(&base);
        let ends = cuts.iter().copied().chain([lines.len()]);
        let mut start = 0;
        let pieces = ends.map(|end| {
            let piece = lines.get(start..end).map(<[&str]>::concat);
            start = end;
            without_last_end(piece.unwrap_or_default())
        });
        Some(pieces.collect())
    }
}

fn with_line_ends(text: String, has_crlf: bool) -> String {
    if has_crlf {
        text.replace('\n', "\r\n")
    } else {
        text
    }
}

/// Returns pieces as one text whose lines all have an end.
fn whole(pieces: &[String]) -> String {
    let mut text = joined(pieces.iter().map(|piece| Cow::Borrowed(piece.as_str())));
    text.push('\n');
    text
}

fn without_last_end(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

/// Returns the index of the line behind each piece, in the text that the
/// pieces are together.
fn ends(pieces: &[String]) -> Vec<usize> {
    let mut end = 0;
    let counts = pieces.iter().map(|piece| piece.split('\n').count());
    counts
        .map(|count| {
            end += count;
            end
        })
        .collect()
}

/// Returns at which lines of the base a side cut, if it left a line beside
/// each cut as it was.
fn cuts(base: &str, pieces: &[String]) -> Option<Vec<usize>> {
    let diff = TextDiff::new(base, whole(pieces));
    let mut ends = ends(pieces);
    ends.pop();
    let place = |end: usize| {
        let mut equal = diff.runs.iter().filter(|run| run.equal);
        let run = equal.find(|run| run.new.start <= end && end <= run.new.end)?;
        Some(run.old.start + end - run.new.start)
    };
    ends.into_iter().map(place).collect()
}

/// Returns one piece with its merged source.
fn piece<'a>(
    inputs: &Inputs<'a>,
    class: &Class,
    side: Side,
    index: usize,
    source: &str,
) -> MergedCell<'a> {
    let mut cell = MergedCell::kept(side, index);
    let Some(own) = inputs.cell(side, index) else {
        return cell;
    };
    if inputs.text(side, index) != *source {
        if own.kind == CellKind::Code {
            cell.outputs = Outputs::Clear;
            if own.outputs().next().is_some() {
                cell.decisions.push(Decided::OutputsDropped);
            }
        }
        cell.source = Some(source.to_owned());
    }
    let cells = versions_of(inputs, class, side, own);
    merge_kind(inputs, &cells, &mut cell);
    cell
}

/// Returns the versions of a piece: the piece itself and what is most like it
/// in the others.
fn versions_of<'a>(inputs: &Inputs<'a>, class: &Class, side: Side, own: &'a Cell<'a>) -> Cells<'a> {
    let others = class.cells.side(side.other());
    let has_its_id = |index: &&usize| {
        let other = inputs.cell(side.other(), **index);
        let id = other.and_then(|other| other.id);
        id.zip(own.id)
            .is_some_and(|(one, two)| one.raw() == two.raw())
    };
    let other = others.iter().find(has_its_id).or_else(|| others.first());
    let other = other.and_then(|&index| inputs.cell(side.other(), index));
    let (ours, theirs) = match side {
        Side::Ours => (Some(own), other),
        Side::Theirs => (other, Some(own)),
    };
    Versions {
        base: base_cell(inputs, &class.cells.base, own),
        ours,
        theirs,
    }
}

/// Returns which of a side's pieces goes on as the cell: the one that kept its
/// id, else the first.
fn primary(inputs: &Inputs<'_>, class: &Class, side: Side) -> usize {
    let id = |cell: Option<&Cell<'_>>| cell.and_then(|cell| cell.id).map(|id| id.raw().to_vec());
    let bases = class.cells.base.iter();
    let wanted: Vec<_> = bases
        .filter_map(|&index| id(inputs.notebooks.base.cells.get(index)))
        .collect();
    let mut pieces = class.cells.side(side).iter();
    let has_it =
        |&index: &usize| id(inputs.cell(side, index)).is_some_and(|id| wanted.contains(&id));
    pieces.position(has_it).unwrap_or(0)
}

/// Merges the metadata and the id of the whole into one of the pieces.
fn merge_keys_of<'a>(inputs: &Inputs<'a>, class: &Class, side: Side, cell: &mut MergedCell<'a>) {
    let Some(own) = inputs.cell(side, cell.index) else {
        return;
    };
    let cells = versions_of(inputs, class, side, own);
    merge_cell_keys(inputs, &cells, side, cell);
    merge_attachments(inputs, &cells, cell.kind.unwrap_or(own.kind), cell);
    if own.id.is_none() {
        cell.id = merge_id(inputs, &cells);
    }
}

/// Returns the source of each piece, or `None` if a change belongs to more
/// than one of them.
fn assigned(merge: &LineMerge, side: Side, pieces: &[String]) -> Option<Vec<String>> {
    let ends = ends(pieces);
    let mut sources = vec![String::new(); pieces.len()];
    let piece_of = |line: usize| {
        ends.partition_point(|&end| end <= line)
            .min(pieces.len() - 1)
    };
    for region in &merge.regions {
        match region.fate {
            Fate::Conflict => return None,
            Fate::From(from) if from == side || merge.is_unchanged(region) => {
                let start = region.lines.side(side).start;
                for (nth, line) in merge.side(region, side).iter().enumerate() {
                    sources.get_mut(piece_of(start + nth))?.push_str(line);
                }
            }
            Fate::From(_) | Fate::Union => {
                let source = sources.get_mut(piece_of_region(region, side, piece_of)?)?;
                for from in [Side::Ours, Side::Theirs] {
                    if region.fate == Fate::From(from) || region.fate == Fate::Union {
                        let lines = merge.side(region, from).iter();
                        lines.for_each(|line| *source += line);
                    }
                }
            }
        }
    }
    Some(sources.into_iter().map(without_last_end).collect())
}

/// Returns the piece in which all lines of a region are; lines that are put
/// in belong to the line before them.
fn piece_of_region(
    region: &Region,
    side: Side,
    piece_of: impl Fn(usize) -> usize,
) -> Option<usize> {
    let lines = region.lines.side(side);
    if lines.is_empty() {
        return Some(piece_of(lines.start.saturating_sub(1)));
    }
    let (first, last) = (piece_of(lines.start), piece_of(lines.end - 1));
    (first == last).then_some(first)
}

/// Returns what is shown where a change belongs to several pieces: all of them
/// as one cell, with markers around what conflicts.
fn undivided<'a>(
    inputs: &Inputs<'a>,
    class: &Class,
    side: Side,
    merge: &LineMerge,
    whole: &Versions<&str>,
    has_crlf: bool,
) -> Vec<MergedCell<'a>> {
    if let Some(favored) = inputs
        .favored()
        .filter(|_| inputs.options.favor != Some(Favor::Union))
    {
        let cells = class.cells.side(favored).iter();
        let mut cells: Vec<_> = cells
            .map(|&index| MergedCell::kept(favored, index))
            .collect();
        if let Some(first) = cells.first_mut() {
            first.decisions.push(Decided::Favored);
        }
        return cells;
    }
    let index = class.cells.side(side).get(primary(inputs, class, side));
    let mut cell = MergedCell::kept(side, index.copied().unwrap_or(0));
    let markers = Markers::for_texts(inputs.options, [whole.base, whole.ours, whole.theirs]);
    cell.conflicts = merge.conflicts(&markers);
    let mut source = merge.text(&markers);
    if inputs.options.favor == Some(Favor::Union) {
        cell.decisions.push(Decided::Favored);
    } else if cell.conflicts.is_empty() {
        // No line is disputed, only where the cells begin: all of it is shown.
        let (text, conflict) = merge.whole(&markers);
        source = text;
        cell.conflicts = vec![conflict];
    }
    source = without_last_end(ended(source));
    cell.source = Some(with_line_ends(source, has_crlf));
    cell.outputs = Outputs::Clear;
    merge_keys_of(inputs, class, side, &mut cell);
    vec![cell]
}
