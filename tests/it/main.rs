//! End-to-end tests: the command as people and git run it.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and writes its own files"
)]

#[cfg(unix)]
mod disk;
mod filter;
mod hooks;
mod notebooks;
mod odd_notebooks;
mod render;
mod sandbox;
mod strip;
mod strip_files;
mod strip_modes;
