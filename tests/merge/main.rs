//! Merge of whole notebooks: cases one by one, and laws over many.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and how many cases it takes is asked for by variables"
)]

mod cases;
mod laws;
mod result;
