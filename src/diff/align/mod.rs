//! Which old cell became which new cell.

mod candidates;
mod chain;
mod fingerprint;
mod gap;
mod ids;
mod order;
mod pairs;
mod similarity;
mod slide;
mod split;
#[cfg(test)]
mod tests;

use crate::notebook::Notebook;

pub(crate) use chain::{Point, heaviest_chain};
use fingerprint::{Fingerprints, texts};
use ids::{Identified, pair_by_ids};
use pairs::Pairs;
use similarity::{Comparer, EQUAL};

/// Which old cells became which new cells.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Alignment {
    /// Every cell of both notebooks, in exactly one match: in the order of the
    /// new notebook, cells that are gone where they stood.
    pub matches: Vec<Match>,
}

/// Cells that are one and the same, or the parts of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Match {
    /// Indices of the old cells, from zero and in order: none if the cell was
    /// added, several if cells were joined.
    pub old: Vec<usize>,
    /// Indices of the new cells, from zero and in order: none if the cell was
    /// removed, several if a cell was split.
    pub new: Vec<usize>,
    /// Whether the cell stands elsewhere among those that stayed.
    pub moved: bool,
    /// How alike the sources are, from 0 to 1, where 1 is equal.
    pub similarity: f32,
    /// Whether a trusted id says so, whatever the sources.
    pub by_id: bool,
}

impl Eq for Match {}

/// The similarity from which a pair is the same cell to a merge, unless an id
/// says so.
///
/// Showing a doubtful pair as edited costs a reader a moment. Merging two
/// edits of what were two cells would mix them, so this is stricter.
pub const IDENTITY_THRESHOLD: f32 = 0.35;

impl Match {
    /// Returns whether old and new are surely enough the same to merge what
    /// two sides did to it.
    pub fn is_identity(&self) -> bool {
        self.by_id || self.similarity >= IDENTITY_THRESHOLD
    }
}

/// Returns how alike each of these pairs of an old and a new cell is, from 0 to
/// 1, where only equal cells are 1.
///
/// The work is bounded: of very many pairs, the last are not looked at, and
/// have 0.
pub(crate) fn similarities(
    old: &Notebook<'_>,
    new: &Notebook<'_>,
    pairs: &[(usize, usize)],
) -> Vec<f32> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let texts = (texts(old), texts(new));
    let fingerprints = Fingerprints::of((&old.cells, &texts.0), (&new.cells, &texts.1));
    let mut comparer = Comparer::new(&fingerprints);
    let pairs = pairs.iter();
    pairs
        .map(|&(old, new)| part_of_one(comparer.cells(old, new)))
        .collect()
}

/// What the steps of the alignment work on.
struct Work<'f, 't> {
    fingerprints: &'f Fingerprints<'t>,
    comparer: Comparer<'f, 't>,
    pairs: Pairs,
    identified: Identified,
}

/// Content with less ink than this does not tell where a cell went: there are
/// many `df.head()`.
const INK_TO_TELL: usize = 8;

/// Aligns the cells of two versions of a notebook.
///
/// Ids come first if they can be trusted, then equal content of which there is
/// only one, as in patience diff. The heaviest chain of those pairs is the
/// spine; between its pairs cells are matched by likeness, in order. Cells
/// that are left are looked for everywhere else, and neighbours that together
/// are what one cell was become a split or a join.
///
/// The work grows about linearly with the size of the notebooks, whatever is in
/// them.
pub fn align(old: &Notebook<'_>, new: &Notebook<'_>) -> Alignment {
    let texts = (texts(old), texts(new));
    let fingerprints = Fingerprints::of((&old.cells, &texts.0), (&new.cells, &texts.1));
    let mut work = Work::new(old, new, &fingerprints);
    let splits = work.run();
    order::in_reading_order(work, &splits)
}

impl<'f, 't> Work<'f, 't> {
    /// Starts with the pairs that ids and unique content make.
    fn new(old: &Notebook<'_>, new: &Notebook<'_>, fingerprints: &'f Fingerprints<'t>) -> Self {
        let (n_old, n_new) = (fingerprints.old.len(), fingerprints.new.len());
        let all: Vec<usize> = (0..n_old.max(n_new)).collect();
        let unique = fingerprints.unique(&all[..n_old], &all[..n_new], |class| class);
        let mut pairs = Pairs::new(n_old, n_new);
        let identified = pair_by_ids((old, new), &unique, &mut pairs);
        let mut work = Self {
            comparer: Comparer::new(fingerprints),
            fingerprints,
            pairs,
            identified,
        };
        work.pair_ends();
        work.pair_unique(&unique);
        work
    }

    /// Pairs all that can be paired, and returns what was split or joined.
    fn run(&mut self) -> split::Splits {
        let spine = self.spine();
        self.drop_doubtful(&spine);
        gap::pair_gaps(self, &spine);
        self.comparer.refill();
        candidates::pair_moved(self);
        slide::slide(self);
        split::find_splits(self)
    }
}

impl Work<'_, '_> {
    /// Pairs equal cells from both ends.
    fn pair_ends(&mut self) {
        let (n_old, n_new) = (self.fingerprints.old.len(), self.fingerprints.new.len());
        let mut start = 0;
        while start < n_old.min(n_new) && self.is_or_becomes_pair(start, start) {
            start += 1;
        }
        let (mut end_old, mut end_new) = (n_old, n_new);
        while end_old.min(end_new) > start && self.is_or_becomes_pair(end_old - 1, end_new - 1) {
            end_old -= 1;
            end_new -= 1;
        }
    }

    /// Pairs two cells if they are free and equal; returns whether they are a
    /// pair now.
    fn is_or_becomes_pair(&mut self, old: usize, new: usize) -> bool {
        if self.pairs.new_of(old) == Some(new) {
            return true;
        }
        let free = self.pairs.are_free(old, new) && self.fingerprints.are_equal(old, new);
        if free {
            self.pairs.join(old, new);
        }
        free
    }

    /// Pairs free cells of which there is only one with their content, then of
    /// those that are left, those with only blanks changed.
    fn pair_unique(&mut self, unique: &[(usize, usize)]) {
        for &(old, new) in unique {
            if self.pairs.are_free(old, new) {
                self.pairs.join(old, new);
            }
        }
        let fingerprints = self.fingerprints;
        let (olds, news) = (self.pairs.free_old(), self.pairs.free_new());
        for (old, new) in fingerprints.unique(&olds, &news, |class| class) {
            self.pairs.join(old, new);
        }
        let (olds, news) = (self.pairs.free_old(), self.pairs.free_new());
        let numbers = fingerprints.without_blanks(&olds, &news);
        for (old, new) in fingerprints.unique(&olds, &news, |class| numbers[class]) {
            self.pairs.join(old, new);
        }
    }

    /// Returns the pairs that stay in order: the heaviest chain.
    fn spine(&self) -> Vec<(usize, usize)> {
        let pairs: Vec<_> = self.pairs.iter().collect();
        let point = |&(old, new): &(usize, usize)| Point {
            old,
            new,
            weight: weight(old, new, self.fingerprints.old_cell(old).ink),
        };
        let points: Vec<_> = pairs.iter().map(point).collect();
        let chain = heaviest_chain(&points);
        chain.into_iter().map(|at| pairs[at]).collect()
    }

    /// Takes pairs beside the spine apart that nothing but little content
    /// speaks for.
    fn drop_doubtful(&mut self, spine: &[(usize, usize)]) {
        let mut in_spine = vec![false; self.fingerprints.old.len()];
        for &(old, _) in spine {
            in_spine[old] = true;
        }
        for (old, in_spine) in in_spine.into_iter().enumerate() {
            let little = self.fingerprints.old_cell(old).ink < INK_TO_TELL;
            if little && !in_spine && !self.pairs.is_by_id(old) {
                self.pairs.part(old);
            }
        }
    }
}

/// Returns what a pair with so much ink weighs among those that may stay in
/// order: first how many, then how much.
///
/// Of equally good ones, those stay that stand where they stood.
fn weight(old: usize, new: usize, ink: usize) -> u64 {
    2 * (4 + (ink as u64 / 16).min(64)) + u64::from(old == new)
}

/// Returns a similarity as a part of one.
fn part_of_one(similarity: u32) -> f32 {
    let part = |number: u32| f32::from(u16::try_from(number).unwrap_or(u16::MAX));
    part(similarity) / part(EQUAL)
}
