//! Which cells of the three versions are one cell.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Side, Versions};
use crate::diff::{Alignment, IDENTITY_THRESHOLD, Point, align, heaviest_chain, similarities};
use crate::notebook::Notebook;

/// Cells of the three versions that are one cell, or the parts of one that was
/// split or joined. Some versions may have none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Class {
    /// Indices of the cells in each version, in order.
    pub(super) cells: Versions<Vec<usize>>,
    /// Whether ours has it elsewhere among the cells that stayed.
    pub(super) moved_in_ours: bool,
    /// Whether theirs has it elsewhere among the cells that stayed.
    pub(super) moved_in_theirs: bool,
}

impl Class {
    pub(super) fn is_in(&self, side: Side) -> bool {
        !self.cells.side(side).is_empty()
    }

    /// Returns whether a side moved the cell.
    pub(super) fn is_moved_in(&self, side: Side) -> bool {
        match side {
            Side::Ours => self.moved_in_ours,
            Side::Theirs => self.moved_in_theirs,
        }
    }

    /// Returns it as it is if ours and theirs swap their names.
    pub(super) fn swapped(&self) -> Self {
        Self {
            cells: Versions {
                base: self.cells.base.clone(),
                ours: self.cells.theirs.clone(),
                theirs: self.cells.ours.clone(),
            },
            moved_in_ours: self.moved_in_theirs,
            moved_in_theirs: self.moved_in_ours,
        }
    }

    /// Returns whether all versions have it, and neither side elsewhere.
    fn is_stable(&self) -> bool {
        !self.cells.base.is_empty()
            && self.is_in(Side::Ours)
            && self.is_in(Side::Theirs)
            && !self.moved_in_ours
            && !self.moved_in_theirs
    }
}

/// Which cells of the versions are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Alignments {
    /// From the base to ours.
    pub(super) ours: Alignment,
    /// From the base to theirs.
    pub(super) theirs: Alignment,
    /// Cells of ours and theirs that are one though the base does not say so:
    /// both sides added the same, or versions of it, or changed a cell into
    /// the same beyond recognition.
    pub(super) new: Vec<(usize, usize)>,
}

impl Alignments {
    /// Aligns three versions of a notebook.
    pub(super) fn of(notebooks: &Versions<&Notebook<'_>>) -> Self {
        let mut alignments = Self {
            ours: align(notebooks.base, notebooks.ours),
            theirs: align(notebooks.base, notebooks.theirs),
            new: Vec::new(),
        };
        let counts = notebooks.map(|notebook| notebook.cells.len());
        let classes = classes(counts, &alignments);
        alignments.new = same_new_cells(notebooks, &classes);
        let edits = same_edits(notebooks, &classes, &alignments.new);
        alignments.new.extend(edits);
        let pieces = same_pieces(notebooks, &classes, &alignments.new);
        alignments.new.extend(pieces);
        alignments
    }
}

/// All classes, and where each cell belongs.
#[derive(Clone, Debug)]
pub(super) struct Classes {
    pub(super) all: Vec<Class>,
    /// The index of the class of each cell, for each version.
    pub(super) of: Versions<Vec<usize>>,
}

/// From which similarity on two new cells at one place are versions of one.
const SAME_NEW_CELL: f32 = 0.65;

/// From which similarity on two new cells with one id are versions of one.
const SAME_ID: f32 = IDENTITY_THRESHOLD;

/// Returns the classes of all cells; the arguments are how many cells each
/// version has, and how they are aligned.
pub(super) fn classes(counts: Versions<usize>, alignments: &Alignments) -> Classes {
    let mut groups = Groups::new(counts);
    for (alignment, side) in [
        (&alignments.ours, Side::Ours),
        (&alignments.theirs, Side::Theirs),
    ] {
        for found in alignment.matches.iter().filter(|found| found.is_identity()) {
            groups.join(found.old.iter().copied(), side, found.new.iter().copied());
        }
    }
    for &(ours, theirs) in &alignments.new {
        groups.join_sides(ours, theirs);
    }
    groups.classes(alignments)
}

/// How many pairs of new cells at one place are all looked at.
const ALL_PAIRS: usize = 4_096;

/// Returns the new cells of both sides that are one: of those at one place,
/// the ones that are equal or very much alike, in order; anywhere, those with
/// one id that are alike.
fn same_new_cells(notebooks: &Versions<&Notebook<'_>>, classes: &Classes) -> Vec<(usize, usize)> {
    let (ours, theirs) = (
        new_cells(classes, Side::Ours),
        new_cells(classes, Side::Theirs),
    );
    if ours.is_empty() || theirs.is_empty() {
        return Vec::new();
    }
    let slots = (slots(classes, Side::Ours), slots(classes, Side::Theirs));
    let mut pairs = Vec::new();
    let mut is_large = false;
    for at_one_place in ours.chunk_by(|one, two| slots.0[*one] == slots.0[*two]) {
        let slot = slots.0[at_one_place[0]];
        let start = theirs.partition_point(|&cell| slots.1[cell] < slot);
        let end = theirs.partition_point(|&cell| slots.1[cell] <= slot);
        let others = &theirs[start..end];
        if at_one_place.len() * others.len() > ALL_PAIRS {
            is_large = true;
            continue;
        }
        let all = at_one_place
            .iter()
            .flat_map(|&one| others.iter().map(move |&two| (one, two)));
        pairs.extend(all);
    }
    if is_large {
        let alignment = align(notebooks.ours, notebooks.theirs);
        let is_new = |cells: &[usize], cell: usize| cells.binary_search(&cell).is_ok();
        for found in &alignment.matches {
            if let (&[one], &[two]) = (found.old.as_slice(), found.new.as_slice())
                && is_new(&ours, one)
                && is_new(&theirs, two)
                && slots.0[one] == slots.1[two]
            {
                pairs.push((one, two));
            }
        }
    }
    let alike = similarities(notebooks.ours, notebooks.theirs, &pairs);
    let points: Vec<Point> = pairs
        .iter()
        .zip(&alike)
        .filter(|(_, similarity)| **similarity >= SAME_NEW_CELL)
        .map(|(&(old, new), similarity)| Point {
            old,
            new,
            // Equal cells come before any number of alike ones.
            weight: if *similarity < 1.0 { 1 } else { 1_000 },
        })
        .collect();
    let chain = heaviest_chain(&points).into_iter();
    let mut same: Vec<(usize, usize)> = chain.map(|at| (points[at].old, points[at].new)).collect();
    // The same cells in another order are the same cells.
    let mut paired = Paired::of(classes, &same);
    for (&(one, two), similarity) in pairs.iter().zip(&alike) {
        if *similarity >= 1.0 && !paired.has(Side::Ours, one) && !paired.has(Side::Theirs, two) {
            paired.add(one, two);
            same.push((one, two));
        }
    }
    same.extend(same_by_id(notebooks, (&ours, &theirs), &paired));
    same
}

/// Which cells of both sides have found their like.
struct Paired {
    ours: Vec<bool>,
    theirs: Vec<bool>,
}

impl Paired {
    fn of(classes: &Classes, pairs: &[(usize, usize)]) -> Self {
        let mut paired = Self {
            ours: vec![false; classes.of.ours.len()],
            theirs: vec![false; classes.of.theirs.len()],
        };
        for &(ours, theirs) in pairs {
            paired.add(ours, theirs);
        }
        paired
    }

    fn add(&mut self, ours: usize, theirs: usize) {
        self.ours[ours] = true;
        self.theirs[theirs] = true;
    }

    fn has(&self, side: Side, cell: usize) -> bool {
        match side {
            Side::Ours => self.ours[cell],
            Side::Theirs => self.theirs[cell],
        }
    }
}

/// Returns the cells that one side changed so much that they seem new, and the
/// other has exactly so where the base has something else: both did the same.
fn same_edits(
    notebooks: &Versions<&Notebook<'_>>,
    classes: &Classes,
    found: &[(usize, usize)],
) -> Vec<(usize, usize)> {
    let content = |notebook: &Notebook<'_>, cell: usize| {
        let cell = notebook.cells.get(cell)?;
        (!cell.is_blank()).then(|| (cell.kind, cell.text().into_owned()))
    };
    let paired = Paired::of(classes, found);
    let mut pairs = Vec::new();
    for new_in in [Side::Ours, Side::Theirs] {
        let mut new = new_cells(classes, new_in);
        new.retain(|&cell| !paired.has(new_in, cell));
        let mut new_with: HashMap<_, Vec<usize>> = HashMap::new();
        for cell in new.into_iter().rev() {
            if let Some(content) = content(notebooks.side(new_in), cell) {
                new_with.entry(content).or_default().push(cell);
            }
        }
        let other = new_in.other();
        for (cell, &class) in classes.of.side(other).iter().enumerate() {
            let class = &classes.all[class];
            if class.cells.base.is_empty() || class.is_in(new_in) || new_with.is_empty() {
                continue;
            }
            let content = content(notebooks.side(other), cell);
            let same = content.and_then(|content| new_with.get_mut(&content)?.pop());
            pairs.extend(same.map(|same| match new_in {
                Side::Ours => (same, cell),
                Side::Theirs => (cell, same),
            }));
        }
    }
    pairs
}

/// Into how many cells one is split at most, when pieces are looked for.
const MOST_PIECES: usize = 4;

/// Returns the cells of one side that are pieces of a cell which the other side
/// split as well, though they were not known for it.
fn same_pieces(
    notebooks: &Versions<&Notebook<'_>>,
    classes: &Classes,
    found: &[(usize, usize)],
) -> Vec<(usize, usize)> {
    let paired = Paired::of(classes, found);
    let mut candidates = Vec::new();
    for side in [Side::Ours, Side::Theirs] {
        let of = classes.of.side(side);
        let is_new = |cell: usize| {
            let class = &classes.all[of[cell]];
            class.cells.base.is_empty() && !paired.has(side, cell)
        };
        for class in &classes.all {
            let pieces = class.cells.side(side.other());
            let own = class.cells.side(side);
            let (Some(&first), Some(&last)) = (own.first(), own.last()) else {
                continue;
            };
            if class.cells.base.is_empty() || pieces.len() <= class.cells.base.len() {
                continue;
            }
            let before = (0..first).rev().take(MOST_PIECES);
            let after = last + 1..(last + 1 + MOST_PIECES).min(of.len());
            let neighbours = before
                .take_while(|&cell| is_new(cell))
                .chain(after.take_while(|&cell| is_new(cell)));
            for cell in neighbours {
                candidates.extend(pieces.iter().map(|&piece| match side {
                    Side::Ours => (cell, piece),
                    Side::Theirs => (piece, cell),
                }));
            }
        }
    }
    let alike = similarities(notebooks.ours, notebooks.theirs, &candidates);
    let pairs = candidates.into_iter().zip(alike);
    pairs
        .filter(|(_, similarity)| *similarity >= SAME_NEW_CELL)
        .map(|(pair, _)| pair)
        .collect()
}

/// Returns the cells of a side that neither the base nor the other side has.
fn new_cells(classes: &Classes, side: Side) -> Vec<usize> {
    let cells = classes.of.side(side).iter().enumerate();
    cells
        .filter(|(_, class)| classes.all[**class].cells.base.is_empty())
        .map(|(cell, _)| cell)
        .collect()
}

/// Returns those of the new cells that have one id and are alike, but for
/// those that have found their like already.
fn same_by_id(
    notebooks: &Versions<&Notebook<'_>>,
    (ours, theirs): (&[usize], &[usize]),
    paired: &Paired,
) -> Vec<(usize, usize)> {
    let id = |notebook: &Notebook<'_>, cell: usize| {
        let id = notebook.cells.get(cell)?.id?;
        id.as_str().map(Cow::into_owned)
    };
    let mut by_id: HashMap<String, usize> = HashMap::new();
    for &cell in ours.iter().filter(|&&cell| !paired.has(Side::Ours, cell)) {
        if let Some(id) = id(notebooks.ours, cell) {
            by_id.entry(id).or_insert(cell);
        }
    }
    let mut pairs = Vec::new();
    for &cell in theirs
        .iter()
        .filter(|&&cell| !paired.has(Side::Theirs, cell))
    {
        let id = id(notebooks.theirs, cell);
        if let Some(ours) = id.and_then(|id| by_id.remove(&id)) {
            pairs.push((ours, cell));
        }
    }
    let alike = similarities(notebooks.ours, notebooks.theirs, &pairs);
    let pairs = pairs.into_iter().zip(alike);
    pairs
        .filter(|(_, similarity)| *similarity >= SAME_ID)
        .map(|(pair, _)| pair)
        .collect()
}

/// Returns for each cell of a side how many stable classes stand before it.
fn slots(classes: &Classes, side: Side) -> Vec<usize> {
    let mut slot = 0;
    let mut seen = vec![false; classes.all.len()];
    let cells = classes.of.side(side).iter();
    cells
        .map(|&class| {
            if classes.all[class].is_stable() && !std::mem::replace(&mut seen[class], true) {
                slot += 1;
            }
            slot
        })
        .collect()
}

/// Cells as they are put together: a forest, in which each tree is a class.
#[derive(Debug)]
struct Groups {
    counts: Versions<usize>,
    parents: Vec<usize>,
}

impl Groups {
    fn new(counts: Versions<usize>) -> Self {
        let all = counts.base + counts.ours + counts.theirs;
        Self {
            counts,
            parents: (0..all).collect(),
        }
    }

    /// Returns the number that a cell of a side has among all cells; those of
    /// the base come first.
    fn of_side(&self, side: Side, cell: usize) -> usize {
        match side {
            Side::Ours => self.counts.base + cell,
            Side::Theirs => self.counts.base + self.counts.ours + cell,
        }
    }

    fn root(&mut self, mut cell: usize) -> usize {
        while self.parents[cell] != cell {
            self.parents[cell] = self.parents[self.parents[cell]];
            cell = self.parents[cell];
        }
        cell
    }

    fn union(&mut self, one: usize, two: usize) {
        let (one, two) = (self.root(one), self.root(two));
        // The smaller number is the root: the base, then ours, in order.
        self.parents[one.max(two)] = one.min(two);
    }

    fn join(
        &mut self,
        base: impl Iterator<Item = usize>,
        side: Side,
        cells: impl Iterator<Item = usize>,
    ) {
        let cells: Vec<usize> = cells.map(|cell| self.of_side(side, cell)).collect();
        let all: Vec<usize> = base.chain(cells).collect();
        for pair in all.windows(2) {
            self.union(pair[0], pair[1]);
        }
    }

    fn join_sides(&mut self, ours: usize, theirs: usize) {
        let (ours, theirs) = (
            self.of_side(Side::Ours, ours),
            self.of_side(Side::Theirs, theirs),
        );
        self.union(ours, theirs);
    }

    fn classes(&mut self, alignments: &Alignments) -> Classes {
        let mut all: Vec<Class> = Vec::new();
        let mut class_of_root = vec![None; self.parents.len()];
        let mut of = Versions::<Vec<usize>>::default();
        let Versions { base, ours, theirs } = self.counts;
        for cell in 0..self.parents.len() {
            let root = self.root(cell);
            let class = *class_of_root[root].get_or_insert_with(|| {
                all.push(Class::default());
                all.len() - 1
            });
            let cells = &mut all[class].cells;
            if cell < base {
                cells.base.push(cell);
                of.base.push(class);
            } else if cell < base + ours {
                cells.ours.push(cell - base);
                of.ours.push(class);
            } else if cell < base + ours + theirs {
                cells.theirs.push(cell - base - ours);
                of.theirs.push(class);
            }
        }
        for (alignment, side) in [
            (&alignments.ours, Side::Ours),
            (&alignments.theirs, Side::Theirs),
        ] {
            let moved = alignment.matches.iter();
            for found in moved.filter(|found| found.moved && found.is_identity()) {
                for &cell in &found.old {
                    let class = &mut all[of.base[cell]];
                    match side {
                        Side::Ours => class.moved_in_ours = true,
                        Side::Theirs => class.moved_in_theirs = true,
                    }
                }
            }
        }
        for side in [Side::Ours, Side::Theirs] {
            mark_out_of_order(&mut all, side);
        }
        Classes { all, of }
    }
}

/// Marks those classes as moved by a side that are not in the order of the
/// base there, though no alignment says so: cells that were found to be one
/// later on.
fn mark_out_of_order(classes: &mut [Class], side: Side) {
    let mut places = Vec::new();
    let mut points = Vec::new();
    for (at, class) in classes.iter().enumerate() {
        let (base, own) = (class.cells.base.first(), class.cells.side(side).first());
        if let (Some(&old), Some(&new)) = (base, own)
            && !class.is_moved_in(side)
        {
            let weight = 1;
            points.push(Point { old, new, weight });
            places.push(at);
        }
    }
    if points.is_sorted_by_key(|point| (point.old, point.new))
        && points.is_sorted_by_key(|point| point.new)
    {
        return;
    }
    let mut in_order = vec![false; points.len()];
    for at in heaviest_chain(&points) {
        in_order[at] = true;
    }
    for (at, _) in places
        .into_iter()
        .zip(in_order)
        .filter(|(_, in_order)| !in_order)
    {
        match side {
            Side::Ours => classes[at].moved_in_ours = true,
            Side::Theirs => classes[at].moved_in_theirs = true,
        }
    }
}

impl Classes {
    /// Returns the classes that all versions have in the same order: what
    /// everything else stands between.
    pub(super) fn stable(&self) -> Vec<usize> {
        let first = |class: &Class, side: Side| class.cells.side(side).first().copied();
        let mut last = (None, None);
        let mut stable = Vec::new();
        let mut seen = vec![false; self.all.len()];
        for &at in &self.of.base {
            let class = &self.all[at];
            let here = (first(class, Side::Ours), first(class, Side::Theirs));
            let in_order = here.0 > last.0 && here.1 > last.1;
            if class.is_stable() && in_order && !std::mem::replace(&mut seen[at], true) {
                stable.push(at);
                last = here;
            }
        }
        stable
    }
}
