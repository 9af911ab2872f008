//! Puts all matches into reading order, and tells which cells moved.

use super::chain::{Point, heaviest_chain};
use super::split::{Pieces, Splits};
use super::{Alignment, Match, Work, part_of_one, weight};

/// Returns all matches in reading order.
pub(super) fn in_reading_order(mut work: Work<'_, '_>, splits: &Splits) -> Alignment {
    let mut matches = paired(&mut work, splits);
    mark_moved(&work, &mut matches);
    let alone = |taken: Vec<bool>| {
        let cells = taken.into_iter().enumerate();
        cells.filter_map(|(index, taken)| (!taken).then_some(index))
    };
    let mut taken_old = vec![false; work.fingerprints.old.len()];
    let mut taken_new = vec![false; work.fingerprints.new.len()];
    for found in &matches {
        found.old.iter().for_each(|&at| taken_old[at] = true);
        found.new.iter().for_each(|&at| taken_new[at] = true);
    }
    let mut removed = alone(taken_old).peekable();
    matches.extend(alone(taken_new).map(|at| Match {
        new: vec![at],
        ..Match::default()
    }));
    matches.sort_by_key(|found| found.new[0]);

    // Removed cells stand before what came in their place: behind the last
    // cell that stayed, before all that was added or moved there.
    let mut ordered = Vec::with_capacity(matches.len());
    let mut waiting = Vec::new();
    for found in matches {
        let stayed = !found.old.is_empty() && !found.moved;
        if stayed {
            while let Some(at) = removed.next_if(|&at| at < found.old[0]) {
                ordered.push(removed_match(at));
            }
            ordered.append(&mut waiting);
            ordered.push(found);
        } else {
            waiting.push(found);
        }
    }
    ordered.extend(removed.map(removed_match));
    ordered.append(&mut waiting);
    Alignment { matches: ordered }
}

fn removed_match(at: usize) -> Match {
    Match {
        old: vec![at],
        ..Match::default()
    }
}

/// Returns the matches that have both sides.
fn paired(work: &mut Work<'_, '_>, splits: &Splits) -> Vec<Match> {
    let mut matches = Vec::with_capacity(work.pairs.len());
    let pieces = |pieces: &Pieces| Match {
        similarity: part_of_one(pieces.similarity),
        by_id: pieces.by_id,
        ..Match::default()
    };
    for found in &splits.split {
        matches.push(Match {
            old: vec![found.one],
            new: found.many.clone(),
            ..pieces(found)
        });
    }
    for found in &splits.joined {
        matches.push(Match {
            old: found.many.clone(),
            new: vec![found.one],
            ..pieces(found)
        });
    }
    let comparer = &mut work.comparer;
    matches.extend(work.pairs.iter().map(|(old, new)| Match {
        old: vec![old],
        new: vec![new],
        moved: false,
        similarity: part_of_one(comparer.cells(old, new)),
        by_id: work.pairs.is_by_id(old),
    }));
    matches
}

/// Marks those matches as moved that are not in the heaviest chain.
fn mark_moved(work: &Work<'_, '_>, matches: &mut [Match]) {
    let ink = |cells: &[usize]| -> usize {
        let inks = cells.iter().map(|&at| work.fingerprints.old_cell(at).ink);
        inks.sum()
    };
    let point = |found: &Match| Point {
        old: found.old[0],
        new: found.new[0],
        weight: weight(found.old[0], found.new[0], ink(&found.old)),
    };
    let points: Vec<_> = matches.iter().map(point).collect();
    for found in &mut *matches {
        found.moved = true;
    }
    for at in heaviest_chain(&points) {
        matches[at].moved = false;
    }
}
