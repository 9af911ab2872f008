//! Finds cells that may be one by the rare lines they share, without comparing
//! all with all.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::Work;
use super::gap::SHOW_AGAINST_IDS;
use super::similarity::EQUAL;

/// A line that stands in more cells of a side than this says nothing about
/// which cell it came from.
const RARE: usize = 8;

/// With how many new cells an old one is compared.
const PER_CELL: usize = 4;

/// The similarity from which a cell is taken to have gone elsewhere and been
/// edited. Moves are rare (0.7 % of revisions), and wrong ones mislead.
const MOVED: u32 = 6_000;

/// A cell with less ink than this is not said to have gone elsewhere.
const INK_TO_MOVE: usize = 24;

/// Two cells that may be one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// The position among the old cells that were given.
    pub(super) old: usize,
    /// The position among the new cells that were given.
    pub(super) new: usize,
    /// How alike they are.
    pub(super) similarity: u32,
}

/// Where a line stands.
#[derive(Clone, Debug, Default)]
struct Postings {
    n_old: usize,
    new: [u32; RARE],
    n_new: usize,
}

/// A hasher for what is hashed already.
#[derive(Clone, Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Pairs free cells of the whole notebooks that are much alike, best first.
pub(super) fn pair_moved(work: &mut Work<'_, '_>) {
    let (olds, news) = (work.pairs.free_old(), work.pairs.free_new());
    if olds.is_empty() || news.is_empty() {
        return;
    }
    let mut candidates = rare_line_candidates(work, &olds, &news);
    let fingerprints = work.fingerprints;
    candidates.retain(|found| {
        let (old, new) = (olds[found.old], news[found.new]);
        let ink = fingerprints
            .old_cell(old)
            .ink
            .min(fingerprints.new_cell(new).ink);
        let enough = if work.identified.are_both(old, new) {
            MOVED.max(SHOW_AGAINST_IDS)
        } else {
            MOVED
        };
        found.similarity >= enough && ink >= INK_TO_MOVE
    });
    candidates.sort_by_key(|found| {
        let distance = olds[found.old].abs_diff(news[found.new]);
        (EQUAL - found.similarity, distance, found.old, found.new)
    });
    for found in candidates {
        let (old, new) = (olds[found.old], news[found.new]);
        if work.pairs.are_free(old, new) {
            work.pairs.join(old, new);
        }
    }
}

/// Returns pairs of cells that share rare lines, by their positions in `olds`
/// and `news`: for each old cell the few new ones that share most.
pub(super) fn rare_line_candidates(
    work: &mut Work<'_, '_>,
    olds: &[usize],
    news: &[usize],
) -> Vec<Candidate> {
    let fingerprints = work.fingerprints;
    let mut postings: HashMap<u64, Postings, BuildHasherDefault<AsItIs>> = HashMap::default();
    for (position, &new) in news.iter().enumerate() {
        let mut last = None;
        for &(line, _) in &work.comparer.lines(fingerprints.new[new]).items {
            if last.replace(line) == Some(line) {
                continue;
            }
            let found = postings.entry(line).or_default();
            if let Some(place) = found.new.get_mut(found.n_new) {
                *place = u32::try_from(position).unwrap_or(u32::MAX);
            }
            found.n_new += 1;
        }
    }
    for &old in olds {
        let mut last = None;
        for &(line, _) in &work.comparer.lines(fingerprints.old[old]).items {
            if last.replace(line) != Some(line)
                && let Some(found) = postings.get_mut(&line)
            {
                found.n_old += 1;
            }
        }
    }

    let mut candidates = Vec::new();
    let mut shared: Vec<(usize, u64)> = Vec::new();
    for (position, &old) in olds.iter().enumerate() {
        shared.clear();
        for &(line, weight) in &work.comparer.lines(fingerprints.old[old]).items {
            let Some(found) = postings.get(&line) else {
                continue;
            };
            if found.n_old <= RARE && found.n_new <= RARE {
                let places = found.new.iter().take(found.n_new);
                shared.extend(places.map(|&new| (new as usize, u64::from(weight))));
            }
        }
        shared.sort_unstable();
        let mut sums: Vec<(usize, u64)> = Vec::new();
        for &(new, weight) in &shared {
            match sums.last_mut() {
                Some((last, sum)) if *last == new => *sum += weight,
                _ => sums.push((new, weight)),
            }
        }
        let expected = position * news.len() / olds.len();
        sums.sort_by_key(|&(new, sum)| (u64::MAX - sum, new.abs_diff(expected), new));
        for &(new, _) in sums.iter().take(PER_CELL) {
            candidates.push(Candidate {
                old: position,
                new,
                similarity: work.comparer.cells(old, news[new]),
            });
        }
    }
    candidates
}
