//! Pairs the cells between two anchors: the best total match in order.
//!
//! Small gaps are solved exactly (Needleman and Wunsch). Large ones are first
//! cut at cells that share rare content, then solved in a band around the
//! diagonal.

use std::ops::Range;

use super::Work;
use super::candidates::rare_line_candidates;
use super::chain::{Point, heaviest_chain};
use super::similarity::EQUAL;

/// A gap with no more pairs than this is compared as a whole.
const SMALL: usize = 4_096;

/// How many pairs may be looked at in all larger gaps together.
const BAND: usize = 50_000;

/// The similarity from which two cells of a gap are shown as one that was
/// edited, wherever they stand in it.
///
/// Of 1,050 pairs of edited cells in 480 revisions whose ids tell the truth,
/// with unequal numbers of cells in the gap: below this 5 were right and 22
/// wrong, above it 68 and 13.
const SHOW: u32 = 4_000;

/// The same where as many old as new cells are left between two pairs, for
/// cells that stand opposite to each other. There any likeness will do: of the
/// same revisions, all 15 such pairs below [`SHOW`] were right.
const SHOW_OPPOSITE: u32 = 500;

/// The same if both have trusted ids, and other ones.
pub(super) const SHOW_AGAINST_IDS: u32 = 6_000;

/// Of more cells than this, the place between two pairs says little.
const MOST_OPPOSITE: usize = 16;

/// The similarity at which a pair may cut a large gap in two.
const CUT: u32 = 5_000;

/// Old and new cells between two anchors.
struct Gap {
    old: Vec<usize>,
    new: Vec<usize>,
    /// Whether the gap can be cut further.
    is_cut: bool,
}

/// Pairs the free cells between the pairs of the spine.
pub(super) fn pair_gaps(work: &mut Work<'_, '_>, spine: &[(usize, usize)]) {
    let end = (work.fingerprints.old.len(), work.fingerprints.new.len());
    let (mut old_from, mut new_from) = (0, 0);
    let mut budget = BAND;
    for &(old_to, new_to) in spine.iter().chain([&end]) {
        let old = (old_from..old_to).filter(|&old| work.pairs.new_of(old).is_none());
        let new = (new_from..new_to).filter(|&new| work.pairs.old_of(new).is_none());
        let gap = Gap {
            old: old.collect(),
            new: new.collect(),
            is_cut: false,
        };
        pair_gap(work, gap, &mut budget);
        (old_from, new_from) = (old_to + 1, new_to + 1);
    }
}

fn pair_gap(work: &mut Work<'_, '_>, gap: Gap, budget: &mut usize) {
    let mut gaps = vec![gap];
    while let Some(mut gap) = gaps.pop() {
        if gap.old.is_empty() || gap.new.is_empty() {
            continue;
        }
        let is_small = gap.old.len() * gap.new.len() <= SMALL;
        if !is_small {
            pair_equal_ends(work, &mut gap);
        }
        if is_small || gap.is_cut {
            pair_in_band(work, &gap, budget);
            pair_opposite(work, &gap);
            continue;
        }
        cut(work, &gap, &mut gaps);
    }
}

/// Pairs what is left between the pairs of a gap where as many cells are left
/// on both sides.
fn pair_opposite(work: &mut Work<'_, '_>, gap: &Gap) {
    let (mut old_from, mut new_from) = (0, 0);
    while old_from < gap.old.len() && new_from < gap.new.len() {
        let old = gap.old[old_from..].iter();
        let n_old = old
            .take_while(|&&old| work.pairs.new_of(old).is_none())
            .count();
        let new = gap.new[new_from..].iter();
        let n_new = new
            .take_while(|&&new| work.pairs.old_of(new).is_none())
            .count();
        if n_old == n_new && n_old <= MOST_OPPOSITE {
            for at in 0..n_old {
                let (old, new) = (gap.old[old_from + at], gap.new[new_from + at]);
                if are_alike_opposite(work, old, new) {
                    work.pairs.join(old, new);
                }
            }
        }
        (old_from, new_from) = (old_from + n_old + 1, new_from + n_new + 1);
    }
}

/// Returns whether two cells that stand opposite to each other are shown as
/// one that was edited: an empty cell that was filled, too.
fn are_alike_opposite(work: &mut Work<'_, '_>, old: usize, new: usize) -> bool {
    let [of_old, of_new] = [
        work.fingerprints.old_cell(old),
        work.fingerprints.new_cell(new),
    ];
    let is_filled = (of_old.ink == 0) != (of_new.ink == 0);
    of_old.kind == of_new.kind
        && !work.identified.are_both(old, new)
        && (is_filled || work.comparer.cells(old, new) >= SHOW_OPPOSITE)
}

/// Pairs equal cells from both ends of a gap.
fn pair_equal_ends(work: &mut Work<'_, '_>, gap: &mut Gap) {
    let equal = |&(old, new): &(&usize, &usize)| work.fingerprints.are_equal(*old, *new);
    let start = gap.old.iter().zip(&gap.new).take_while(equal).count();
    let ends = gap.old[start..]
        .iter()
        .rev()
        .zip(gap.new[start..].iter().rev());
    let end = ends.take_while(equal).count();
    let (n_old, n_new) = (gap.old.len(), gap.new.len());
    for at in 0..start {
        work.pairs.join(gap.old[at], gap.new[at]);
    }
    for at in 1..=end {
        work.pairs.join(gap.old[n_old - at], gap.new[n_new - at]);
    }
    gap.old = gap.old[start..n_old - end].to_vec();
    gap.new = gap.new[start..n_new - end].to_vec();
}

/// Pairs the cells of a large gap that share rare content and do not cross,
/// and leaves the gaps between them.
fn cut(work: &mut Work<'_, '_>, gap: &Gap, gaps: &mut Vec<Gap>) {
    let candidates = rare_line_candidates(work, &gap.old, &gap.new);
    let candidates = candidates
        .into_iter()
        .filter(|found| found.similarity >= CUT);
    let points: Vec<_> = candidates
        .map(|found| Point {
            old: found.old,
            new: found.new,
            weight: worth(found.similarity),
        })
        .collect();
    let (mut old_from, mut new_from) = (0, 0);
    let between = |old: Range<usize>, new: Range<usize>| Gap {
        old: gap.old[old].to_vec(),
        new: gap.new[new].to_vec(),
        is_cut: true,
    };
    for at in heaviest_chain(&points) {
        let Point { old, new, .. } = points[at];
        work.pairs.join(gap.old[old], gap.new[new]);
        gaps.push(between(old_from..old, new_from..new));
        (old_from, new_from) = (old + 1, new + 1);
    }
    gaps.push(between(old_from..gap.old.len(), new_from..gap.new.len()));
}

/// Returns what a pair is worth in the sum that is made as great as possible.
fn worth(similarity: u32) -> u64 {
    let similarity = u64::from(similarity);
    let equal = u64::from(EQUAL);
    similarity + similarity * similarity / equal + if similarity == equal { equal } else { 0 }
}

/// What to do with the first cells of what is left of a gap.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Step {
    /// Pair them.
    Pair,
    /// Leave the old one.
    #[default]
    SkipOld,
    /// Leave the new one.
    SkipNew,
}

/// Pairs the cells of a gap so that the sum of what the pairs are worth is
/// greatest, looking only near the diagonal if the gap is too large.
fn pair_in_band(work: &mut Work<'_, '_>, gap: &Gap, budget: &mut usize) {
    let (n_old, n_new) = (gap.old.len(), gap.new.len());
    if n_old == 0 || n_new == 0 {
        return;
    }
    let cells = n_old * n_new;
    let width = if cells <= SMALL {
        n_new
    } else {
        let wide = (*budget / n_old).min(n_new);
        *budget -= wide * n_old;
        wide.max(1)
    };
    // The columns of a row: around where the diagonal passes.
    let columns = |row: usize| {
        let middle = row * n_new / n_old;
        let start = middle.saturating_sub(width / 2).min(n_new - width);
        start..start + width
    };
    // Row by row from the end, so that the walk from the start prefers the
    // first of equally good partners.
    let mut steps = vec![Step::default(); n_old * width];
    let mut below = vec![0_u64; n_new + 1];
    let mut below_from = n_new;
    for row in (0..n_old).rev() {
        let range = columns(row);
        let mut here = vec![0_u64; width + 1];
        let at_below = |column: usize| {
            below
                .get(column.saturating_sub(below_from))
                .copied()
                .unwrap_or(0)
        };
        let from = range.start;
        let beyond = range.end;
        here[width] = at_below(beyond);
        for column in range.rev() {
            let similarity = similarity(work, gap.old[row], gap.new[column]);
            let pair = similarity.map(|similarity| worth(similarity) + at_below(column + 1));
            let skip_old = at_below(column);
            let skip_new = here[column + 1 - from];
            let (best, step) = match pair {
                Some(pair) if pair >= skip_old.max(skip_new) => (pair, Step::Pair),
                _ if skip_old >= skip_new => (skip_old, Step::SkipOld),
                _ => (skip_new, Step::SkipNew),
            };
            here[column - from] = best;
            steps[row * width + column - from] = step;
        }
        below = here;
        below_from = from;
    }
    let (mut row, mut column) = (0, 0);
    while row < n_old && column < n_new {
        let range = columns(row);
        if column >= range.end {
            row += 1;
            continue;
        }
        column = column.max(range.start);
        match steps[row * width + column - range.start] {
            Step::Pair => {
                work.pairs.join(gap.old[row], gap.new[column]);
                row += 1;
                column += 1;
            }
            Step::SkipOld => row += 1,
            Step::SkipNew => column += 1,
        }
    }
}

/// Returns how alike two cells of a gap are, if enough to be one.
fn similarity(work: &mut Work<'_, '_>, old: usize, new: usize) -> Option<u32> {
    let enough = if work.identified.are_both(old, new) {
        SHOW_AGAINST_IDS
    } else {
        SHOW
    };
    let similarity = work.comparer.cells(old, new);
    (similarity >= enough).then_some(similarity)
}
