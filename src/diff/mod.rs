//! Diff: which old cell became which new cell.

mod align;

pub use align::{Alignment, IDENTITY_THRESHOLD, Match, align};
