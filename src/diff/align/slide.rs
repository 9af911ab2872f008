//! Slides blocks of added or removed cells that could as well stand a little
//! higher or lower to where a reader would see them.
//!
//! With `# A`, code, `# A`, code on the new side and one of both on the old,
//! what was added may be `# A` and code, or code and `# A`. The former reads
//! better. It is what git's indent heuristic does for lines.

use crate::notebook::CellKind;

use super::Work;
use super::fingerprint::{Class, Fingerprint};
use super::pairs::Pairs;

/// How far a block is slid at most. Many cells alike would slide forever, and
/// look the same everywhere.
const FURTHEST: usize = 32;

/// Slides the blocks of both sides.
pub(super) fn slide(work: &mut Work<'_, '_>) {
    let fingerprints = work.fingerprints;
    let rank = |class: Class| rank(&fingerprints.classes[class]);
    slide_added(&fingerprints.new, &mut work.pairs, rank);
    work.pairs.swap_sides();
    slide_added(&fingerprints.old, &mut work.pairs, rank);
    work.pairs.swap_sides();
}

/// Returns how well a block begins with such a cell.
fn rank(cell: &Fingerprint<'_>) -> u8 {
    match cell.kind {
        CellKind::Markdown if cell.text.trim_start().starts_with('#') => 2,
        CellKind::Markdown => 1,
        CellKind::Code | CellKind::Raw | CellKind::Unknown => 0,
    }
}

/// Slides the blocks of free cells of the new side, given by its classes.
fn slide_added(new: &[Class], pairs: &mut Pairs, rank: impl Fn(Class) -> u8) {
    let mut start = 0;
    while start < new.len() {
        if pairs.old_of(start).is_some() {
            start += 1;
            continue;
        }
        let is_free = |&at: &usize| pairs.old_of(at).is_none();
        let length = (start..new.len()).take_while(is_free).count();
        let end = start + length;
        let up = (1..=start.min(FURTHEST))
            .take_while(|by| may_pass(new, pairs, start - by, end - by))
            .count();
        let down = (0..(new.len() - end).min(FURTHEST))
            .take_while(|by| may_pass(new, pairs, end + by, start + by))
            .count();
        // Of places that are equally good the lowest, as git has it.
        let best = (start - up..=start + down)
            .max_by_key(|&at| (rank(new[at]), at == start, at))
            .unwrap_or(start);
        for at in (best..start).rev() {
            change_partner(pairs, at, at + length);
        }
        for at in start..best {
            change_partner(pairs, at + length, at);
        }
        start = end.max(best + length);
    }
}

/// Returns whether the cell at `from` may change places with an equal free one
/// at `to`: nothing but its equal content speaks for its partner.
fn may_pass(new: &[Class], pairs: &Pairs, from: usize, to: usize) -> bool {
    new[from] == new[to] && pairs.old_of(from).is_some_and(|old| !pairs.is_by_id(old))
}

/// Gives the partner of the cell at `from` to the one at `to`.
fn change_partner(pairs: &mut Pairs, from: usize, to: usize) {
    if let Some(old) = pairs.old_of(from) {
        pairs.part(old);
        pairs.join(old, to);
    }
}
