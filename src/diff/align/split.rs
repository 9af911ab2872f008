//! Finds cells that were split into several, and several that were joined:
//! neighbours that together are what one cell was.

use std::collections::HashMap;

use super::Work;
use super::chain::{Point, heaviest_chain};
use super::fingerprint::{Class, Fingerprint};
use super::pairs::Pairs;
use super::similarity::{EQUAL, lines, weigh_line};

/// Into how many cells one is split at most.
const MOST_PIECES: usize = 4;

/// How far from where a cell stood its pieces are looked for.
const REACH: usize = 6;

/// Which part of all lines, in order, must be on both sides, of [`EQUAL`].
const TOGETHER: u64 = 8_500;

/// Which part of each piece must come from the whole, of [`EQUAL`].
const EACH: u64 = 6_000;

/// One cell and its pieces on the other side.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    /// The index of the one.
    pub(super) one: usize,
    /// The indices of the pieces: neighbours.
    pub(super) many: Vec<usize>,
    /// How alike they are together.
    pub(super) similarity: u32,
    /// Whether an id pairs one of the pieces with the one.
    pub(super) by_id: bool,
}

/// The cells that were split, and those that were joined.
#[derive(Clone, Debug, Default)]
pub(super) struct Splits {
    /// One old cell each.
    pub(super) split: Vec<Pieces>,
    /// One new cell each.
    pub(super) joined: Vec<Pieces>,
}

/// Finds all splits and joins, and takes their cells out of the pairs. A cell
/// is in one of them at most.
pub(super) fn find_splits(work: &mut Work<'_, '_>) -> Splits {
    let fingerprints = work.fingerprints;
    let (old, new) = (&fingerprints.old, &fingerprints.new);
    let classes = &fingerprints.classes;
    let mut taken_old = vec![false; old.len()];
    let mut taken_new = vec![false; new.len()];
    let split = find(
        classes,
        &work.pairs,
        (old, &mut taken_old),
        (new, &mut taken_new),
    );
    work.pairs.swap_sides();
    let joined = find(
        classes,
        &work.pairs,
        (new, &mut taken_new),
        (old, &mut taken_old),
    );
    work.pairs.swap_sides();
    for pieces in &split {
        work.pairs.part(pieces.one);
    }
    work.pairs.swap_sides();
    for pieces in &joined {
        work.pairs.part(pieces.one);
    }
    work.pairs.swap_sides();
    Splits { split, joined }
}

/// Finds the cells of one side that are several on the other.
fn find(
    classes: &[Fingerprint<'_>],
    pairs: &Pairs,
    (ones, taken_ones): (&[Class], &mut [bool]),
    (manys, taken_manys): (&[Class], &mut [bool]),
) -> Vec<Pieces> {
    let mut found = Vec::new();
    let mut after = 0;
    for one in 0..ones.len() {
        let partner = pairs.new_of(one);
        let here = partner.unwrap_or(after);
        after = partner.map_or(after, |partner| partner + 1);
        let is_changed = partner.is_none_or(|partner| manys[partner] != ones[one]);
        let whole = &classes[ones[one]];
        if !is_changed || taken_ones[one] || whole.ink == 0 {
            continue;
        }
        let may_be_piece = |at: usize| {
            let cell = &classes[manys[at]];
            let is_free = pairs.old_of(at).is_none() || partner == Some(at);
            is_free && !taken_manys[at] && cell.kind == whole.kind && cell.ink > 0
        };
        let mut start = here;
        while start > 0 && here - start < REACH && may_be_piece(start - 1) {
            start -= 1;
        }
        let mut end = here;
        while end < manys.len() && end - here < REACH && may_be_piece(end) {
            end += 1;
        }
        let best = best_run(
            classes,
            whole,
            &manys[start..end],
            partner.map(|at| at - start),
        );
        if let Some((run, similarity)) = best {
            let many: Vec<usize> = (start + run.0..start + run.1).collect();
            taken_ones[one] = true;
            for &at in &many {
                taken_manys[at] = true;
            }
            let by_id = partner.is_some() && pairs.is_by_id(one);
            found.push(Pieces {
                one,
                many,
                similarity,
                by_id,
            });
        }
    }
    found
}

/// Returns the neighbours that are most alike the whole together, and how
/// much. `partner` must be among them.
fn best_run(
    classes: &[Fingerprint<'_>],
    whole: &Fingerprint<'_>,
    cells: &[Class],
    partner: Option<usize>,
) -> Option<((usize, usize), u32)> {
    let mut best: Option<((usize, usize), u32)> = None;
    if cells.len() < 2 {
        return None;
    }
    let mut places = None;
    for start in 0..cells.len() {
        let mut ink = 0;
        for end in start + 1..=cells.len().min(start + MOST_PIECES) {
            ink += classes[cells[end - 1]].ink;
            let holds_partner = partner.is_none_or(|at| start <= at && at < end);
            // What is much longer or shorter cannot be alike.
            let is_as_long = 2 * ink > whole.ink && ink < 2 * whole.ink;
            if end - start < 2 || !holds_partner || !is_as_long {
                continue;
            }
            let places = places.get_or_insert_with(|| Places::of(whole.text));
            let pieces = cells[start..end].iter().map(|&class| classes[class].text);
            if let Some(similarity) = together(places, pieces)
                && best.is_none_or(|(_, most)| similarity > most)
            {
                best = Some(((start, end), similarity));
            }
        }
    }
    best
}

/// Where the lines of a text stand.
struct Places {
    of_line: HashMap<u64, Vec<usize>>,
    weight: u64,
}

impl Places {
    fn of(text: &str) -> Self {
        let mut places = Self {
            of_line: HashMap::new(),
            weight: 0,
        };
        for (place, (line, weight)) in lines(text).map(weigh_line).enumerate() {
            places.of_line.entry(line).or_default().push(place);
            places.weight += u64::from(weight);
        }
        places
    }
}

/// Returns how alike a text is to its pieces one after the other, if they can
/// be its pieces.
fn together<'t>(whole: &Places, pieces: impl Iterator<Item = &'t str>) -> Option<u32> {
    let mut points = Vec::new();
    let mut piece_of_point = Vec::new();
    let mut piece_weights: Vec<u64> = Vec::new();
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let mut at = 0;
    for (piece, text) in pieces.enumerate() {
        let mut piece_weight = 0;
        for (line, weight) in lines(text).map(weigh_line) {
            // The first of equal lines with the first, and so on.
            let count = seen.entry(line).or_insert(0);
            if let Some(&place) = whole
                .of_line
                .get(&line)
                .and_then(|places| places.get(*count))
            {
                points.push(Point {
                    old: place,
                    new: at,
                    weight: u64::from(weight),
                });
                piece_of_point.push(piece);
            }
            *count += 1;
            at += 1;
            piece_weight += u64::from(weight);
        }
        piece_weights.push(piece_weight);
    }
    let mut kept = vec![0; piece_weights.len()];
    for point in heaviest_chain(&points) {
        kept[piece_of_point[point]] += points[point].weight;
    }
    let equal = u64::from(EQUAL);
    let all = whole.weight + piece_weights.iter().sum::<u64>();
    let similarity = (2 * kept.iter().sum::<u64>() * equal).checked_div(all)?;
    let each = kept.iter().zip(&piece_weights);
    let is_each = |(kept, weight): (&u64, &u64)| kept * equal >= EACH * weight && *kept > 0;
    let is_split = similarity >= TOGETHER && each.into_iter().all(is_each);
    is_split.then(|| u32::try_from(similarity).unwrap_or(EQUAL).min(EQUAL - 1))
}
