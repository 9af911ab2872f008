//! End-to-end tests: the command as people and git run it.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and writes its own files"
)]

mod check;
mod convert;
mod convert_review;
mod diff_compare;
#[cfg(unix)]
mod disk;
mod filter;
mod filter_process;
mod filtered;
mod git_diff;
mod git_merge;
mod hooks;
mod html;
mod html_hostile;
mod install;
mod install_use;
mod merge;
mod merges;
mod notebooks;
mod odd_notebooks;
mod outputs;
mod probes;
mod render;
mod resolve;
mod review;
mod revisions;
mod sandbox;
mod settings;
mod settings_git;
mod status;
mod store;
mod store_command;
mod store_files;
mod store_walk;
mod strip;
mod strip_files;
mod strip_modes;
mod sync;
mod terminal;
mod textconv;
