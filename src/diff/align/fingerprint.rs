//! What a cell is for the alignment: its kind and source, with equal cells
//! numbered alike.
//!
//! Outputs and metadata take no part: running a notebook changes them all.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::notebook::{Cell, CellKind, Notebook};

/// The number of a class of cells: equal kinds and sources, equal numbers.
pub(super) type Class = usize;

/// What all cells of a class have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint<'t> {
    /// What the cells hold.
    pub(super) kind: CellKind,
    /// Their source.
    pub(super) text: &'t str,
    /// How many bytes of the source are not blank.
    pub(super) ink: usize,
}

/// The cells of both notebooks by their classes.
#[derive(Clone, Debug)]
pub(super) struct Fingerprints<'t> {
    /// The class of each old cell.
    pub(super) old: Vec<Class>,
    /// The class of each new cell.
    pub(super) new: Vec<Class>,
    /// The classes, in the order in which they were met.
    pub(super) classes: Vec<Fingerprint<'t>>,
}

/// The sources of a notebook's cells, for fingerprints to point into.
pub(super) fn texts<'a>(notebook: &Notebook<'a>) -> Vec<Cow<'a, str>> {
    notebook.cells.iter().map(Cell::text).collect()
}

impl<'t> Fingerprints<'t> {
    /// Takes the fingerprints of all cells, given with their sources.
    pub(super) fn of(
        old: (&[Cell<'t>], &'t [Cow<'t, str>]),
        new: (&[Cell<'t>], &'t [Cow<'t, str>]),
    ) -> Self {
        let mut seen: HashMap<(CellKind, &str, &[u8]), Class> =
            HashMap::with_capacity(old.0.len() + new.0.len());
        let mut classes = Vec::new();
        let mut class_of = |(cell, text): (&Cell<'t>, &'t Cow<'t, str>)| {
            let next = seen.len();
            let key = (cell.kind, &**text, bytes_to_tell_apart(cell, text));
            *seen.entry(key).or_insert_with(|| {
                classes.push(Fingerprint {
                    kind: cell.kind,
                    text,
                    ink: ink(text),
                });
                next
            })
        };
        let old = old.0.iter().zip(old.1).map(&mut class_of).collect();
        let new = new.0.iter().zip(new.1).map(&mut class_of).collect();
        Self { old, new, classes }
    }

    /// Returns what the old cell at `index` is.
    pub(super) fn old_cell(&self, index: usize) -> &Fingerprint<'t> {
        &self.classes[self.old[index]]
    }

    /// Returns what the new cell at `index` is.
    pub(super) fn new_cell(&self, index: usize) -> &Fingerprint<'t> {
        &self.classes[self.new[index]]
    }

    /// Returns the pairs of equal cells whose like occurs once on each side, in
    /// old order; `number` tells which classes are alike. Empty cells are left
    /// out.
    pub(super) fn unique(
        &self,
        old: &[usize],
        new: &[usize],
        number: impl Fn(Class) -> usize,
    ) -> Vec<(usize, usize)> {
        let mut places = vec![(0_u8, 0_u8, 0); self.classes.len()];
        for &at in new {
            let place = &mut places[number(self.new[at])];
            *place = (place.0, place.1.saturating_add(1), at);
        }
        for &at in old {
            let place = &mut places[number(self.old[at])];
            place.0 = place.0.saturating_add(1);
        }
        let pair = |&at: &usize| match places[number(self.old[at])] {
            (1, 1, new) if self.old_cell(at).ink > 0 => Some((at, new)),
            _ => None,
        };
        old.iter().filter_map(pair).collect()
    }

    /// Returns a number for each class, the same for those that differ in
    /// nothing but blanks at line ends and empty lines at the end. Only the
    /// classes of these cells are looked at; all others have their own.
    pub(super) fn without_blanks(&self, old: &[usize], new: &[usize]) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..self.classes.len()).collect();
        let mut seen = HashMap::new();
        let olds = old.iter().map(|&at| self.old[at]);
        for class in olds.chain(new.iter().map(|&at| self.new[at])) {
            let Fingerprint { kind, text, .. } = self.classes[class];
            let mut trimmed = String::with_capacity(text.len() + 1);
            for line in text.trim_end().lines() {
                trimmed.push_str(line.trim_end());
                trimmed.push('\n');
            }
            numbers[class] = *seen.entry((kind, trimmed)).or_insert(class);
        }
        numbers
    }

    /// Returns whether two cells are equal.
    pub(super) fn are_equal(&self, old: usize, new: usize) -> bool {
        self.old[old] == self.new[new]
    }
}

/// Returns the source as written where the text does not tell all: lone
/// surrogates are all read as U+FFFD.
fn bytes_to_tell_apart<'a>(cell: &Cell<'a>, text: &str) -> &'a [u8] {
    match cell.source {
        Some(source) if text.contains('\u{fffd}') => source.raw(),
        _ => &[],
    }
}

fn ink(text: &str) -> usize {
    let is_ink = |byte: &u8| !byte.is_ascii_whitespace();
    text.as_bytes().iter().filter(|byte| is_ink(byte)).count()
}
