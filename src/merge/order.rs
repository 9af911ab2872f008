//! In which order the cells of both sides stand in the merged notebook.

use std::collections::{HashMap, HashSet};

use super::Side;
use super::classes::Classes;

/// Returns all classes that a side has, in the order of the merged notebook.
///
/// Cells that nobody moved keep their order. All others stand where the side
/// that put them there has them; of what both sides put at one place, ours
/// comes first.
pub(super) fn order(classes: &Classes) -> Vec<usize> {
    let stable = classes.stable();
    let slot_of: HashMap<usize, usize> = stable
        .iter()
        .enumerate()
        .map(|(slot, &class)| (class, slot + 1))
        .collect();
    let ours = Placed::by(classes, Side::Ours, &slot_of);
    let theirs = Placed::by(classes, Side::Theirs, &slot_of);
    let mut at_slots = Vec::with_capacity(classes.all.len());
    for slot in 0..=stable.len() {
        if let Some(class) = slot.checked_sub(1).and_then(|slot| stable.get(slot)) {
            at_slots.push(*class);
        }
        interleave(&ours.at_slots[slot], &theirs.at_slots[slot], &mut at_slots);
    }
    let mut ordered = Vec::with_capacity(classes.all.len());
    for class in at_slots {
        ordered.push(class);
        for placed in [&ours, &theirs] {
            ordered.extend(placed.behind.get(&class).into_iter().flatten());
        }
    }
    // A cell that is new on both sides can be in both lists.
    let mut seen = vec![false; classes.all.len()];
    ordered.retain(|&class| !std::mem::replace(&mut seen[class], true));
    ordered
}

/// Returns whether both sides moved a cell, each to a place of its own.
pub(super) fn is_moved_apart(classes: &Classes, class: usize) -> bool {
    let found = &classes.all[class];
    if !found.moved_in_ours || !found.moved_in_theirs {
        return false;
    }
    // The same place is the one behind the same cell.
    let before = |side: Side| {
        let first = *found.cells.side(side).first()?;
        classes.of.side(side).get(first.checked_sub(1)?).copied()
    };
    before(Side::Ours) != before(Side::Theirs)
}

/// Where a side has the cells that it has the say about.
#[derive(Debug)]
struct Placed {
    /// For each slot, that is behind so many stable classes, what stands there.
    at_slots: Vec<Vec<usize>>,
    /// What was put between cells that the other side moved together goes with
    /// the one before it.
    behind: HashMap<usize, Vec<usize>>,
}

impl Placed {
    fn by(classes: &Classes, side: Side, slot_of: &HashMap<usize, usize>) -> Self {
        let mut placed = Self {
            at_slots: vec![Vec::new(); slot_of.len() + 1],
            behind: HashMap::new(),
        };
        let mut seen = vec![false; classes.all.len()];
        let mut cells = classes.of.side(side).clone();
        cells.retain(|&class| !std::mem::replace(&mut seen[class], true));
        let is_elsewhere =
            |class: usize| !slot_of.contains_key(&class) && !has_the_say(classes, class, side);
        // From each cell on, the first that is not new.
        let mut next_old = vec![None; cells.len()];
        let mut next = None;
        for (place, &class) in next_old.iter_mut().zip(&cells).rev() {
            if !classes.all[class].cells.base.is_empty() {
                next = Some(class);
            }
            *place = next;
        }
        let mut slot = 0;
        let mut last_moved = None;
        for (&class, next) in cells.iter().zip(next_old) {
            if let Some(&here) = slot_of.get(&class) {
                slot = here;
                last_moved = None;
            } else if is_elsewhere(class) {
                last_moved = Some(class);
            } else {
                match last_moved {
                    Some(moved) if next.is_some_and(is_elsewhere) => {
                        placed.behind.entry(moved).or_default().push(class);
                    }
                    _ => placed.at_slots[slot].push(class),
                }
            }
        }
        placed
    }
}

/// Returns whether a cell stands where this side has it. Both sides say where
/// a cell is that is new on both.
fn has_the_say(classes: &Classes, class: usize, side: Side) -> bool {
    let class = &classes.all[class];
    if !class.is_in(side.other()) || class.cells.base.is_empty() {
        return true;
    }
    match side {
        Side::Ours => class.is_moved_in(Side::Ours) || !class.is_moved_in(Side::Theirs),
        Side::Theirs => class.is_moved_in(Side::Theirs) && !class.is_moved_in(Side::Ours),
    }
}

/// Appends what both sides have at one place: ours first, then theirs, up to
/// each cell that both have there.
fn interleave(ours: &[usize], theirs: &[usize], out: &mut Vec<usize>) {
    let place_in_theirs: HashMap<usize, usize> = theirs
        .iter()
        .enumerate()
        .map(|(at, &class)| (class, at))
        .collect();
    // Where both have a cell, but in another order, ours has the say.
    let shared: HashSet<usize> = ours.iter().copied().collect();
    let alone = |classes: &[usize]| -> Vec<usize> {
        let alone = classes.iter().filter(|class| !shared.contains(class));
        alone.copied().collect()
    };
    let mut next_theirs = 0;
    for &class in ours {
        if let Some(&at) = place_in_theirs.get(&class)
            && at >= next_theirs
        {
            out.extend(alone(&theirs[next_theirs..at]));
            next_theirs = at + 1;
        }
        out.push(class);
    }
    out.extend(alone(&theirs[next_theirs..]));
}
