//! Merges whose result is known: the sides change different cells, or things
//! of one cell that go together, and no place can be meant in two ways.

use serde_json::json;

use super::content;
use super::model::{Cell, Model};
use super::notebooks::{Edit, edit, give_new_ids, join, new_cell, notebook, split};
use super::random::Random;

/// A merge and what has to come of it.
#[derive(Clone, Debug)]
pub(crate) struct Disjoint {
    pub(crate) base: Model,
    pub(crate) ours: Model,
    pub(crate) theirs: Model,
    pub(crate) expected: Model,
    /// Keys of cells whose outputs could be these or those.
    pub(crate) any_outputs: Vec<u64>,
}

/// Whether both sides may change one cell, in ways that go together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Together {
    Never,
    Sometimes,
}

const SIDES: [usize; 2] = [0, 1];

/// A cell of the base and what became of it.
struct Slot {
    base: Cell,
    /// What each side has in its place, if it changed it.
    sides: [Option<Vec<Cell>>; 2],
    merged: Vec<Cell>,
    /// The side that put it elsewhere.
    moved_by: Option<usize>,
    /// Whether a side joined it with the one in front of it.
    is_joined: bool,
}

/// A place between two cells of the base.
#[derive(Default)]
struct Gap {
    /// The side that put cells there, and those.
    inserted: Option<(usize, Vec<Cell>)>,
    /// The side that moved a cell there, and the index of its slot.
    moved: Option<(usize, usize)>,
}

pub(crate) fn disjoint(random: &mut Random, together: Together) -> Disjoint {
    let n_cells = random.within(4, 13);
    let base = notebook(random, n_cells);
    let mut any_outputs = Vec::new();
    let mut slots: Vec<Slot> = base
        .cells
        .iter()
        .map(|cell| Slot {
            base: cell.clone(),
            sides: [None, None],
            merged: vec![cell.clone()],
            moved_by: None,
            is_joined: false,
        })
        .collect();
    let mut gaps: Vec<Gap> = (0..=slots.len()).map(|_| Gap::default()).collect();

    for at in 0..slots.len() {
        if slots[at].is_touched() || !random.percent(45) {
            continue;
        }
        let side = random.pick(&SIDES);
        // A single line that one side changed could be any to the other.
        let is_long = slots[at].base.lines.len() >= 3;
        if together == Together::Sometimes && is_long && random.percent(60) {
            change_together(random, &mut slots, at, side, &mut any_outputs);
        } else {
            change(random, &mut slots, at, side);
        }
    }
    move_cells(random, &mut slots, &mut gaps, together);
    insert_cells(random, &slots, &mut gaps);

    let mut sides = SIDES.map(|side| Model {
        cells: cells_of(&slots, &gaps, side),
        ..base.clone()
    });
    let mut expected = Model {
        cells: merged_cells(&slots, &gaps),
        ..base.clone()
    };
    if random.percent(12) {
        let side = random.pick(&SIDES);
        give_new_ids(random, &mut sides[side]);
        expected.minor = 5;
    }
    change_metadata(random, &mut sides, &mut expected);
    let [ours, theirs] = sides;
    Disjoint {
        base,
        ours,
        theirs,
        expected,
        any_outputs,
    }
}

impl Slot {
    fn is_touched(&self) -> bool {
        self.sides.iter().any(Option::is_some) || self.moved_by.is_some()
    }

    /// Returns whether a side left nothing in the cell's place.
    fn is_empty_somewhere(&self) -> bool {
        self.moved_by.is_some() || self.sides.iter().flatten().any(Vec::is_empty)
    }

    fn of(&self, side: usize) -> &[Cell] {
        match &self.sides[side] {
            Some(cells) => cells,
            None => std::slice::from_ref(&self.base),
        }
    }

    /// Sets what one side makes of the cell and the other does not touch.
    fn set(&mut self, side: usize, cells: Vec<Cell>) {
        self.merged.clone_from(&cells);
        self.sides[side] = Some(cells);
    }
}

/// Lets one side change a cell, or join it with the next one.
fn change(random: &mut Random, slots: &mut [Slot], at: usize, side: usize) {
    let mut cell = slots[at].base.clone();
    let n_lines = cell.lines.len();
    match random.below(100) {
        0..10 => slots[at].set(side, Vec::new()),
        10..18 if n_lines >= 4 => {
            let line = random.within(2, n_lines - 2);
            slots[at].set(side, split(random, &cell, line).into());
        }
        18..24 if can_join(slots, at) => {
            let joined = join(&cell, &slots[at + 1].base);
            slots[at].set(side, vec![joined]);
            slots[at + 1].set(side, Vec::new());
            slots[at + 1].is_joined = true;
        }
        _ => {
            let how = Edit::any(random);
            edit(random, &mut cell, how);
            slots[at].set(side, vec![cell]);
        }
    }
}

fn can_join(slots: &[Slot], at: usize) -> bool {
    let [one, two, ..] = &slots[at..] else {
        return false;
    };
    !two.is_touched() && one.base.kind == two.base.kind && one.base.crlf == two.base.crlf
}

/// Lets both sides change a cell in ways that go together.
fn change_together(
    random: &mut Random,
    slots: &mut [Slot],
    at: usize,
    side: usize,
    any_outputs: &mut Vec<u64>,
) {
    let base = slots[at].base.clone();
    let n_lines = base.lines.len();
    let (mut one, mut two) = (base.clone(), base.clone());
    let merged = match random.below(6) {
        // One edits lines, the other runs it, or says something about it.
        0 | 1 => {
            edit(random, &mut one, Edit::Lines);
            let how = random.pick(&[Edit::Run, Edit::Label, Edit::Noise]);
            if how == Edit::Run && !base.is_code() || one.lines == base.lines {
                return;
            }
            edit(random, &mut two, how);
            let mut merged = one.clone();
            merged.metadata.clone_from(&two.metadata);
            merged
        }
        // One makes it another kind, the other edits lines.
        2 => {
            edit(random, &mut one, Edit::Kind);
            edit(random, &mut two, Edit::Lines);
            let mut merged = two.clone();
            merged.become_kind(one.kind);
            merged
        }
        // One deletes it, the other only runs it.
        3 if base.is_code() => {
            edit(random, &mut two, Edit::Run);
            slots[at].sides[side] = Some(Vec::new());
            slots[at].sides[1 - side] = Some(vec![two]);
            slots[at].merged.clear();
            return;
        }
        // Both edit lines that lie far from each other.
        4 if n_lines >= 7 => {
            let (first, last) = (random.within(0, 1), random.within(n_lines - 3, n_lines - 2));
            one.lines[first] = content::edited_line(random, base.kind, &one.lines[first]);
            two.lines[last] = content::edited_line(random, base.kind, &two.lines[last]);
            let mut merged = one.clone();
            merged.lines[last].clone_from(&two.lines[last]);
            // They belong to no source.
            merged.outputs.clear();
            merged.count = None;
            merged
        }
        // One splits it, the other edits a line away from there.
        5 if n_lines >= 6 => {
            let line = random.within(3, n_lines - 3);
            let edited = if random.percent(50) {
                line - 2
            } else {
                line + 1
            };
            two.lines[edited] = content::edited_line(random, base.kind, &two.lines[edited]);
            let parts = split(random, &base, line);
            let mut merged = parts.clone();
            merged[usize::from(edited >= line)].lines[if edited >= line {
                edited - line
            } else {
                edited
            }]
            .clone_from(&two.lines[edited]);
            any_outputs.extend(merged.iter().map(|cell| cell.key));
            slots[at].sides[side] = Some(parts.into());
            slots[at].sides[1 - side] = Some(vec![two]);
            slots[at].merged = merged.into();
            return;
        }
        _ => return,
    };
    slots[at].sides[side] = Some(vec![one]);
    slots[at].sides[1 - side] = Some(vec![two]);
    slots[at].merged = vec![merged];
}

/// Lets each side move a cell, perhaps, past at least three that stay: nobody
/// could say that those moved instead.
fn move_cells(random: &mut Random, slots: &mut [Slot], gaps: &mut [Gap], together: Together) {
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for side in SIDES {
        if !random.percent(35) {
            continue;
        }
        let (from, to) = (random.below(slots.len()), random.below(gaps.len()));
        let slot = &slots[from];
        let is_one =
            slot.merged.len() == 1 && slot.sides.iter().flatten().all(|cells| cells.len() == 1);
        let others = slot.sides[1 - side].is_some();
        // A short cell that the other side edits could be any, and one that it
        // joined with the next belongs where that is as well.
        let is_joined = slots.get(from + 1).is_some_and(|next| next.is_joined);
        let movable =
            !others || together == Together::Sometimes && slot.base.lines.len() >= 5 && !is_joined;
        let (first, last) = (from.min(to), from.max(to));
        let passed = &slots[if to > from { from + 1..to } else { to..from }];
        let n_steady = passed
            .iter()
            .filter(|slot| !slot.is_empty_somewhere() && slot.merged.len() == 1)
            .count();
        let is_free = taken
            .iter()
            .all(|(taken_first, taken_last)| last < *taken_first || *taken_last < first);
        if is_one && movable && n_steady >= 3 && is_free {
            slots[from].moved_by = Some(side);
            gaps[to].moved = Some((side, from));
            taken.push((first, last));
        }
    }
}

/// Lets the sides insert cells, only one of them between two cells that both
/// keep in place.
fn insert_cells(random: &mut Random, slots: &[Slot], gaps: &mut [Gap]) {
    let mut start = 0;
    while start < gaps.len() {
        let n_more = slots[start..]
            .iter()
            .take_while(|slot| slot.is_empty_somewhere())
            .count();
        let run = start..start + n_more + 1;
        start = run.end;
        let is_free = gaps[run.clone()].iter().all(|gap| gap.moved.is_none())
            && slots[run.start..run.end - 1]
                .iter()
                .all(|slot| slot.moved_by.is_none() && !slot.is_joined);
        if is_free && random.percent(25) {
            let side = random.pick(&SIDES);
            let n_new = random.within(1, 2);
            let cells = (0..n_new).map(|_| new_cell(random)).collect();
            gaps[random.within(run.start, run.end - 1)].inserted = Some((side, cells));
        }
    }
}

fn cells_of(slots: &[Slot], gaps: &[Gap], side: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (at, gap) in gaps.iter().enumerate() {
        match &gap.inserted {
            Some((by, inserted)) if *by == side => cells.extend_from_slice(inserted),
            _ => {}
        }
        match gap.moved {
            Some((by, from)) if by == side => cells.extend_from_slice(slots[from].of(side)),
            _ => {}
        }
        match slots.get(at) {
            Some(slot) if slot.moved_by != Some(side) => cells.extend_from_slice(slot.of(side)),
            _ => {}
        }
    }
    cells
}

fn merged_cells(slots: &[Slot], gaps: &[Gap]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (at, gap) in gaps.iter().enumerate() {
        if let Some((_, inserted)) = &gap.inserted {
            cells.extend_from_slice(inserted);
        }
        if let Some((_, from)) = gap.moved {
            cells.extend_from_slice(&slots[from].merged);
        }
        match slots.get(at) {
            Some(slot) if slot.moved_by.is_none() => cells.extend_from_slice(&slot.merged),
            _ => {}
        }
    }
    cells
}

/// Lets the sides change different keys of the notebook's metadata.
fn change_metadata(random: &mut Random, sides: &mut [Model; 2], expected: &mut Model) {
    let first = random.pick(&SIDES);
    if random.percent(15) {
        for model in [&mut sides[first], expected] {
            if let Some(language) = model.metadata.get_mut("language_info") {
                language["version"] = json!("3.11.7");
            }
        }
    }
    let title = format!("Report {}", random.below(100));
    if random.percent(10) {
        for model in [&mut sides[1 - first], expected] {
            model.metadata.insert("title".into(), title.clone().into());
        }
    }
}
