//! What the commands that settle conflicts take.

use std::path::PathBuf;

use clap::Parser;
use nbweave::merge::Resolution;

use crate::cli::ui::Usage;

/// List the conflicts that merges left in notebooks, and settle them
///
/// Without options, lists what is left to decide, in the whole repository if
/// no path is given: conflicts in cells, files that git could not merge, and
/// those that a merge by lines filled with markers. A conflict can be settled
/// by editing the notebook with any program, by `--interactive`, or for many
/// at once by `--ours`, `--theirs`, `--both` or `--base`.
///
/// Exit codes: 0 nothing is left, 1 something is, 2 the arguments make no
/// sense, 129 something could not be done.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "flags are")]
pub(crate) struct ResolveArgs {
    /// Notebooks, or directories with notebooks as git sees them
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Ask for each conflict what is to become of it
    #[arg(long, short, group = "how")]
    pub(crate) interactive: bool,

    /// Take what ours has
    #[arg(long, group = "how", group = "choice")]
    pub(crate) ours: bool,

    /// Take what theirs has
    #[arg(long, group = "how", group = "choice")]
    pub(crate) theirs: bool,

    /// Take the lines of both, ours first; what cannot be both is ours
    #[arg(long, group = "how", group = "choice")]
    pub(crate) both: bool,

    /// Take what was there before both sides changed it
    #[arg(long, group = "how", group = "choice")]
    pub(crate) base: bool,

    /// Settle only the conflict with this number in the list
    ///
    /// Can be given several times.
    #[arg(long, value_name = "N", requires = "choice", value_parser = number)]
    pub(crate) conflict: Vec<usize>,

    /// Merge the versions in git's index anew; what was done in the file since
    /// is lost
    #[arg(long, group = "how")]
    pub(crate) restart: bool,

    /// Make a notebook again of a file with git's conflict markers in its
    /// JSON: of the versions in git's index, or else of the file
    #[arg(long, group = "how")]
    pub(crate) rebuild: bool,

    /// Stage notebooks in which nothing is left, as `git add` does
    #[arg(long)]
    pub(crate) add: bool,
}

impl ResolveArgs {
    /// Returns what is to become of conflicts, if that is said.
    pub(crate) fn choice(&self) -> Option<Resolution> {
        if self.ours {
            Some(Resolution::Ours)
        } else if self.theirs {
            Some(Resolution::Theirs)
        } else if self.both {
            Some(Resolution::Both)
        } else if self.base {
            Some(Resolution::Base)
        } else {
            None
        }
    }

    /// Fails if a path is needed and there is none.
    pub(crate) fn check(&self) -> Result<(), Usage> {
        let is_one = self.paths.len() == 1;
        if self.paths.is_empty() && (self.choice().is_some() || self.restart || self.rebuild) {
            let message = "no notebook is named; `.` is all below this directory";
            return Err(Usage(message.to_owned()));
        }
        if !self.conflict.is_empty() && !is_one {
            let message = "--conflict counts in one notebook: name that alone";
            return Err(Usage(message.to_owned()));
        }
        Ok(())
    }
}

/// Settle the conflicts of one notebook, for `mergetool.nbweave.cmd` of git
///
/// Git is to call it as `nbweave mergetool --base "$BASE" --local "$LOCAL"
/// --remote "$REMOTE" --merged "$MERGED"`, with
/// `mergetool.nbweave.trustExitCode = true`.
#[derive(Debug, Parser)]
pub(crate) struct MergetoolArgs {
    /// What both sides started from
    #[arg(long, value_name = "FILE")]
    pub(crate) base: Option<PathBuf>,

    /// The version that is merged into
    #[arg(long, value_name = "FILE")]
    pub(crate) local: PathBuf,

    /// The version that is merged
    #[arg(long, value_name = "FILE")]
    pub(crate) remote: PathBuf,

    /// The notebook that is to be the result
    #[arg(long, value_name = "FILE")]
    pub(crate) merged: PathBuf,
}

/// Parses the number of a conflict.
fn number(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..) => Ok(number),
        _ => Err("conflicts are numbered from 1".to_owned()),
    }
}
