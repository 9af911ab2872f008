//! Which cells are paired so far.

/// Pairs of an old and a new cell, as they are found.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    /// What is known of each old cell.
    old: Vec<Option<Partner>>,
    /// What is known of each new cell.
    new: Vec<Option<Partner>>,
}

/// The cell that another is paired with.
#[derive(Clone, Copy, Debug)]
struct Partner {
    index: usize,
    by_id: bool,
}

impl Pairs {
    /// Starts without any.
    pub(super) fn new(n_old: usize, n_new: usize) -> Self {
        Self {
            old: vec![None; n_old],
            new: vec![None; n_new],
        }
    }

    /// Pairs two cells, both of which are free.
    pub(super) fn join(&mut self, old: usize, new: usize) {
        self.set(old, new, false);
    }

    /// Pairs two free cells because an id says so.
    pub(super) fn join_by_id(&mut self, old: usize, new: usize) {
        self.set(old, new, true);
    }

    fn set(&mut self, old: usize, new: usize, by_id: bool) {
        debug_assert!(self.are_free(old, new), "a cell has one partner");
        self.old[old] = Some(Partner { index: new, by_id });
        self.new[new] = Some(Partner { index: old, by_id });
    }

    /// Takes a pair apart.
    pub(super) fn part(&mut self, old: usize) {
        if let Some(partner) = self.old[old].take() {
            self.new[partner.index] = None;
        }
    }

    /// Makes the old side the new one and the other way round.
    pub(super) fn swap_sides(&mut self) {
        std::mem::swap(&mut self.old, &mut self.new);
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.old.iter().flatten().count()
    }

    /// Returns the partner of an old cell.
    pub(super) fn new_of(&self, old: usize) -> Option<usize> {
        self.old[old].map(|partner| partner.index)
    }

    /// Returns the partner of a new cell.
    pub(super) fn old_of(&self, new: usize) -> Option<usize> {
        self.new[new].map(|partner| partner.index)
    }

    /// Returns whether an id made the pair of an old cell.
    pub(super) fn is_by_id(&self, old: usize) -> bool {
        self.old[old].is_some_and(|partner| partner.by_id)
    }

    /// Returns whether neither cell has a partner.
    pub(super) fn are_free(&self, old: usize, new: usize) -> bool {
        self.old[old].is_none() && self.new[new].is_none()
    }

    /// Returns all pairs in the order of the old notebook.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        let partners = self.old.iter().enumerate();
        partners.filter_map(|(old, partner)| Some((old, partner.as_ref()?.index)))
    }

    /// Returns the old cells without partner.
    pub(super) fn free_old(&self) -> Vec<usize> {
        free(&self.old)
    }

    /// Returns the new cells without partner.
    pub(super) fn free_new(&self) -> Vec<usize> {
        free(&self.new)
    }
}

fn free(side: &[Option<Partner>]) -> Vec<usize> {
    let cells = side.iter().enumerate();
    cells
        .filter_map(|(index, partner)| partner.is_none().then_some(index))
        .collect()
}
