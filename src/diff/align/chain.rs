//! The heaviest chain of pairs that do not cross: a longest increasing
//! subsequence with weights, as in patience diff and in Hunt and Szymanski's.

/// A pair of positions that may become part of a chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// The position on the old side.
    pub(crate) old: usize,
    /// The position on the new side.
    pub(crate) new: usize,
    /// What the pair is worth.
    pub(crate) weight: u64,
}

/// Returns the indices of the points in the heaviest chain that rises strictly
/// on both sides, in order; of chains of one weight, the one whose last points
/// come first.
///
/// Takes O(n log n) for n points, in any order.
pub(crate) fn heaviest_chain(points: &[Point]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    // Points of one old position must not see each other: the greatest new
    // position comes first, where none of the others looks.
    order.sort_by_key(|&at| (points[at].old, usize::MAX - points[at].new));
    let mut news: Vec<usize> = points.iter().map(|point| point.new).collect();
    news.sort_unstable();
    news.dedup();

    let mut best = PrefixMaximum::new(news.len());
    let mut before: Vec<Option<usize>> = vec![None; points.len()];
    let mut last: Option<(u64, usize)> = None;
    for at in order {
        let point = points[at];
        let rank = news.partition_point(|&new| new < point.new);
        let (weight, previous) = match best.below(rank) {
            Some((weight, previous)) => (weight, Some(previous)),
            None => (0, None),
        };
        before[at] = previous;
        let weight = weight + point.weight;
        best.raise(rank, weight, at);
        if last.is_none_or(|(heaviest, _)| weight > heaviest) {
            last = Some((weight, at));
        }
    }

    let mut chain = Vec::new();
    let mut next = last.map(|(_, at)| at);
    while let Some(at) = next {
        chain.push(at);
        next = before[at];
    }
    chain.reverse();
    chain
}

/// The greatest weight among the first so many ranks, with who has it: a
/// Fenwick tree.
struct PrefixMaximum {
    tree: Vec<Option<(u64, usize)>>,
}

impl PrefixMaximum {
    fn new(ranks: usize) -> Self {
        Self {
            tree: vec![None; ranks + 1],
        }
    }

    /// Returns the greatest weight of the ranks below `rank`.
    fn below(&self, rank: usize) -> Option<(u64, usize)> {
        let mut found: Option<(u64, usize)> = None;
        let mut node = rank;
        while node > 0 {
            if let Some((weight, who)) = self.tree[node]
                && found.is_none_or(|(heaviest, _)| weight > heaviest)
            {
                found = Some((weight, who));
            }
            node &= node - 1;
        }
        found
    }

    /// Raises the weight of `rank`; of equal weights the first stays.
    fn raise(&mut self, rank: usize, weight: u64, who: usize) {
        let mut node = rank + 1;
        while node < self.tree.len() {
            if self.tree[node].is_none_or(|(heaviest, _)| weight > heaviest) {
                self.tree[node] = Some((weight, who));
            }
            node += node & node.wrapping_neg();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(points: &[(usize, usize, u64)], expected: &[usize]) {
        let point = |&(old, new, weight)| Point { old, new, weight };
        let points: Vec<_> = points.iter().map(point).collect();
        assert_eq!(heaviest_chain(&points), expected);
    }

    #[test]
    fn the_heavier_of_two_that_cross_stays() {
        check(&[(0, 1, 5), (1, 0, 6)], &[1]);
        check(&[(0, 1, 6), (1, 0, 5)], &[0]);
    }

    #[test]
    fn many_light_ones_outweigh_a_heavy_one() {
        check(&[(0, 3, 5), (1, 0, 2), (2, 1, 2), (3, 2, 2)], &[1, 2, 3]);
    }

    #[test]
    fn a_position_is_taken_once() {
        check(&[(0, 0, 1), (0, 1, 1), (1, 1, 1)], &[0, 2]);
    }

    proptest! {
        #[test]
        fn no_chain_is_heavier(points in prop::collection::vec((0..6usize, 0..6usize, 1..9u64), 0..9)) {
            let points: Vec<_> = points
                .iter()
                .map(|&(old, new, weight)| Point { old, new, weight })
                .collect();
            let rises = |chain: &[usize]| {
                chain.windows(2).all(|two| {
                    let (a, b) = (points[two[0]], points[two[1]]);
                    a.old < b.old && a.new < b.new
                })
            };
            let weight = |chain: &[usize]| chain.iter().map(|&at| points[at].weight).sum::<u64>();
            let mut order: Vec<usize> = (0..points.len()).collect();
            order.sort_by_key(|&at| (points[at].old, points[at].new));
            let heaviest = (0..1_u32 << points.len())
                .map(|set| order.iter().copied().filter(|at| set >> at & 1 == 1).collect::<Vec<_>>())
                .filter(|chain| rises(chain))
                .map(|chain| weight(&chain))
                .max();
            let chain = heaviest_chain(&points);
            prop_assert!(rises(&chain));
            prop_assert_eq!(Some(weight(&chain)), heaviest);
        }
    }
}
