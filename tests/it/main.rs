//! End-to-end tests: the command as people and git run it.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and writes its own files"
)]

mod sandbox;
mod strip;
