//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod convert;
pub(crate) mod diff;
pub(crate) mod difftool;
pub(crate) mod filter;
pub(crate) mod git_diff;
pub(crate) mod git_hook;
pub(crate) mod git_merge;
pub(crate) mod install;
pub(crate) mod merge;
pub(crate) mod mergetool;
pub(crate) mod refresh;
pub(crate) mod resolve;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod strip;
pub(crate) mod sync;
pub(crate) mod textconv;
pub(crate) mod uninstall;
