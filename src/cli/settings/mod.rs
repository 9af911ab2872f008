//! What settings files and the environment say, below what the command line
//! says.
//!
//! A setting is a flag that somebody gives every time. So what holds for a
//! path is what the command line means with those flags before its own, but
//! for those it has itself: the parser of the arguments is the only reader of
//! values, and a command needs no code for a key.

mod files;
mod filter;
mod line;
mod parser;
mod per_path;

use std::fmt;

use nbweave::settings::Problem;

pub(crate) use filter::FilterRules;
pub(crate) use line::{CommandLine, Found};
pub(crate) use per_path::{ForPath, PerPath};

/// What becomes of settings that make no sense.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OnProblem {
    /// The command fails.
    Fail,
    /// It is said, and the rest counts: git stops what it does if we fail.
    Say,
}

/// Settings that make no sense.
#[derive(Debug)]
pub(crate) struct BadSettings(Vec<Problem>);

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(Problem::to_string).collect();
        f.write_str(&lines.join("\nnbweave: "))
    }
}

impl std::error::Error for BadSettings {}
