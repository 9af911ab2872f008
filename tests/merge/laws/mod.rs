//! Laws of merge, over notebooks and changes made by a seeded generator.
//!
//! `NBWEAVE_MERGE_CASES=20000` runs more of them, `NBWEAVE_MERGE_SEED=7`
//! starts with that one. What breaks a law is written below `tmp` of the
//! target directory.

mod content;
mod disjoint;
mod expected;
mod harness;
mod identities;
mod model;
mod notebooks;
mod overlap;
mod overlapping;
mod random;
