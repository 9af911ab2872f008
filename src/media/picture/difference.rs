//! How the pixels of two pictures differ.

use super::{Raster, Samples};

/// How the pixels of two pictures of one size differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RasterDifference {
    /// The share of pixels that differ, above 0 and up to 1.
    pub share: f64,
    /// By how much those differ on average over their channels, above 0 and
    /// up to 1.
    pub mean: f64,
    /// By how much the one that differs most does, likewise.
    pub max: f64,
}

/// Returns how two pictures of one size differ; `None` if they do not, or are
/// of different sizes. The color of what is fully transparent does not count.
pub fn difference(old: &Raster, new: &Raster) -> Option<RasterDifference> {
    if (old.width, old.height) != (new.width, new.height) {
        return None;
    }
    match (&old.samples, &new.samples) {
        (Samples::Eight(old), Samples::Eight(new)) if old == new => None,
        (Samples::Eight(old), Samples::Eight(new)) => {
            sum_up(old.chunks_exact(4), new.chunks_exact(4), u8::MAX.into())
        }
        (Samples::Sixteen(old), Samples::Sixteen(new)) => {
            sum_up(old.chunks_exact(4), new.chunks_exact(4), u16::MAX.into())
        }
        (Samples::Eight(old), Samples::Sixteen(new)) => {
            let old = deepened(old);
            sum_up(old.chunks_exact(4), new.chunks_exact(4), u16::MAX.into())
        }
        (Samples::Sixteen(old), Samples::Eight(new)) => {
            let new = deepened(new);
            sum_up(old.chunks_exact(4), new.chunks_exact(4), u16::MAX.into())
        }
    }
}

fn deepened(samples: &[u8]) -> Vec<u16> {
    samples
        .iter()
        .map(|&sample| u16::from(sample) * 257)
        .collect()
}

/// Sums up how pixels differ. The sums are of whole numbers: the same on every
/// machine.
fn sum_up<'p, T: Copy + PartialEq + Into<u64> + 'p>(
    old: impl ExactSizeIterator<Item = &'p [T]>,
    new: impl Iterator<Item = &'p [T]>,
    most: u64,
) -> Option<RasterDifference> {
    // Of three channels or of four, in twelfths.
    const TWELFTHS: u64 = 12;
    let n_pixels = old.len();
    let (mut count, mut sum, mut greatest) = (0_u32, 0_u64, 0);
    for (old, new) in old.zip(new) {
        let (&[r, g, b, a], &[new_r, new_g, new_b, new_a]) = (old, new) else {
            continue;
        };
        let is_clear = a.into() == 0 && new_a.into() == 0;
        if old == new || is_clear {
            continue;
        }
        let by = |old: T, new: T| old.into().abs_diff(new.into());
        let colors = by(r, new_r) + by(g, new_g) + by(b, new_b);
        let amount = if a == new_a {
            colors * 4
        } else {
            (colors + by(a, new_a)) * 3
        };
        count += 1;
        sum += amount;
        greatest = greatest.max(amount);
    }
    if count == 0 {
        return None;
    }
    let whole = float(most * TWELFTHS);
    Some(RasterDifference {
        share: f64::from(count) / float(u64::try_from(n_pixels).unwrap_or(u64::MAX)),
        mean: float(sum) / f64::from(count) / whole,
        max: float(greatest) / whole,
    })
}

/// Returns a number that is far below the 2⁵³ up to which this is exact, or
/// near enough above.
#[expect(clippy::cast_precision_loss, reason = "sums of pixels, for people")]
fn float(number: u64) -> f64 {
    number as f64
}
