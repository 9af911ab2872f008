//! Which old output became which new one.

use std::collections::BTreeSet;
use std::ops::Range;

use super::OutputUnit;
use crate::notebook::OutputKind;

/// How many pairs of outputs are looked at to find out which became which.
/// Beyond, they are taken in order.
const PAIRS: usize = 10_000;

/// The likeness of units that are most likely equal.
const SAME: u64 = 1000;

/// Indices of an old thing and the new one that it became; one of them missing
/// where there is none.
pub(in crate::diff) type Pair = (Option<usize>, Option<usize>);

/// Returns which old unit became which new one, none of them crossing, by the
/// greatest likeness in all.
pub(super) fn pairs(old: &[OutputUnit<'_>], new: &[OutputUnit<'_>]) -> Vec<Pair> {
    let sketches =
        |units: &[OutputUnit<'_>]| -> Vec<_> { units.iter().map(OutputUnit::sketch).collect() };
    let (old_sketches, new_sketches) = (sketches(old), sketches(new));
    let likeness =
        |at: usize, to: usize| old[at].likeness(&old_sketches[at], &new[to], &new_sketches[to]);
    let (start, end) = ends_in_common(old.len(), new.len(), |at, to| likeness(at, to) == SAME);
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let n_pairs = (old_end - start).saturating_mul(new_end - start);
    if n_pairs > PAIRS {
        let (start, end) = ends_in_common(old.len(), new.len(), |at, to| likeness(at, to) > 0);
        let (old_end, new_end) = (old.len() - end, new.len() - end);
        let mut pairs = in_order(0..start, 0..start);
        pairs.extend(in_order(start..old_end, 0..0));
        pairs.extend(in_order(0..0, start..new_end));
        pairs.extend(in_order(old_end..old.len(), new_end..new.len()));
        return pairs;
    }
    let mut pairs = in_order(0..start, 0..start);
    pairs.extend(likeliest_pairs(start..old_end, start..new_end, likeness));
    pairs.extend(in_order(old_end..old.len(), new_end..new.len()));
    pairs
}

/// Returns how many pairs at the start and at the end hold what is asked.
fn ends_in_common(old: usize, new: usize, holds: impl Fn(usize, usize) -> bool) -> (usize, usize) {
    let common = old.min(new);
    let start = (0..common).take_while(|&at| holds(at, at)).count();
    let end = (0..common - start)
        .take_while(|&by| holds(old - 1 - by, new - 1 - by))
        .count();
    (start, end)
}

/// Pairs things at the same places.
pub(in crate::diff) fn in_order(old: Range<usize>, new: Range<usize>) -> Vec<Pair> {
    let n_pairs = old.len().max(new.len());
    let at = |range: &Range<usize>, by: usize| range.clone().nth(by);
    (0..n_pairs)
        .map(|by| (at(&old, by), at(&new, by)))
        .collect()
}

/// Pairs things of two ranges, none of them crossing, by the greatest likeness
/// in all; what has none with anything stays alone. Work grows with the
/// product of their numbers.
pub(in crate::diff) fn likeliest_pairs(
    old: Range<usize>,
    new: Range<usize>,
    likeness: impl Fn(usize, usize) -> u64,
) -> Vec<Pair> {
    // best[at][to]: the greatest likeness of the old ones from `at` on and the
    // new ones from `to` on.
    let width = new.len() + 1;
    let mut best = vec![0_u64; (old.len() + 1) * width];
    let mut pair = vec![0_u64; best.len()];
    for at in (0..old.len()).rev() {
        for to in (0..new.len()).rev() {
            let here = at * width + to;
            pair[here] = likeness(old.start + at, new.start + to);
            let paired = match pair[here] {
                0 => 0,
                likeness => likeness + best[here + width + 1],
            };
            best[here] = paired.max(best[here + 1]).max(best[here + width]);
        }
    }
    let (mut at, mut to) = (0, 0);
    let mut pairs = Vec::with_capacity(old.len().max(new.len()));
    while at < old.len() && to < new.len() {
        let here = at * width + to;
        if pair[here] > 0 && best[here] == pair[here] + best[here + width + 1] {
            pairs.push((Some(old.start + at), Some(new.start + to)));
            at += 1;
            to += 1;
        } else if best[here] == best[here + width] {
            pairs.push((Some(old.start + at), None));
            at += 1;
        } else {
            pairs.push((None, Some(new.start + to)));
            to += 1;
        }
    }
    pairs.extend((old.start + at..old.end).map(|at| (Some(at), None)));
    pairs.extend((new.start + to..new.end).map(|to| (None, Some(to))));
    pairs
}

impl OutputUnit<'_> {
    /// Returns whether the other unit can be a version of this one, and how
    /// likely that is.
    fn likeness(&self, sketch: &Sketch, other: &Self, other_sketch: &Sketch) -> u64 {
        let shows = |unit: &Self| {
            matches!(
                unit.kind,
                OutputKind::DisplayData | OutputKind::ExecuteResult
            )
        };
        if self.kind != other.kind && !(shows(self) && shows(other))
            || self.stream_name() != other.stream_name()
        {
            return 0;
        }
        let types = sketch.types.len().max(other_sketch.types.len());
        let common = sketch.types.intersection(&other_sketch.types).count();
        if common == 0 && types > 0 {
            return 0;
        }
        if sketch.total == other_sketch.total && sketch.ends == other_sketch.ends {
            return SAME;
        }
        let ends = sketch.ends.as_slice();
        let start = ends
            .iter()
            .zip(&other_sketch.ends)
            .take_while(|(old, new)| old == new)
            .count();
        let alike = 40 * start / ends.len().max(other_sketch.ends.len()).max(1);
        let kind = if self.kind == other.kind { 20 } else { 0 };
        let types = 40 * common / types.max(1);
        u64::try_from(20 + kind + types + alike).unwrap_or(0)
    }

    fn sketch(&self) -> Sketch {
        let mut sketch = Sketch {
            types: BTreeSet::new(),
            total: 0,
            ends: Vec::new(),
        };
        for output in &self.outputs {
            let raw = output.value.raw();
            sketch.total += raw.len();
            match self.kind {
                OutputKind::DisplayData | OutputKind::ExecuteResult => {
                    for (mime, value) in output.data().into_iter().take(Sketch::TYPES) {
                        sketch.add_ends(value.raw());
                        sketch.types.insert(mime.into_owned());
                    }
                    // Counts and metadata are no part of what is shown.
                    sketch.total = sketch.ends.len();
                }
                OutputKind::Stream => {
                    let text = output.value.get("text");
                    sketch.add_ends(text.map_or(b"".as_slice(), |text| text.raw()));
                }
                OutputKind::Error | OutputKind::Unknown => sketch.add_ends(raw),
            }
        }
        sketch
    }
}

/// What is looked at to find out which output became which: not all of an
/// image.
#[derive(Debug)]
struct Sketch {
    types: BTreeSet<String>,
    total: usize,
    ends: Vec<u8>,
}

impl Sketch {
    /// How many mime types are looked at.
    const TYPES: usize = 16;

    fn add_ends(&mut self, raw: &[u8]) {
        const END: usize = 128;
        const ALL: usize = 2048;
        if self.ends.len() > ALL {
            return;
        }
        self.ends.extend_from_slice(&raw[..raw.len().min(END)]);
        self.ends
            .extend_from_slice(&raw[raw.len().saturating_sub(END)..]);
        self.ends.extend_from_slice(&raw.len().to_le_bytes());
    }
}
