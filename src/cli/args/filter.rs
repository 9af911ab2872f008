//! What the filter and the commands around the output store take.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use super::{RuleArgs, parse_size};

/// Filter notebooks, for `filter.nbweave.process` of git
///
/// Git starts one for all files of a command and talks to it by standard input
/// and output. What is no notebook is passed on as it is.
#[derive(Debug, Parser)]
pub(crate) struct FilterArgs {
    /// What is put back into notebooks that are checked out
    #[arg(long, value_name = "WHAT", default_value = "cell")]
    pub(crate) restore: RestoreArg,

    /// Keep nothing, and put nothing back; the same as --restore=off
    #[arg(long, conflicts_with = "restore")]
    pub(crate) no_restore: bool,

    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum RestoreArg {
    /// The outputs of versions that were in the worktree
    Exact,
    /// Those, and in other versions those of cells that are the same
    Cell,
    /// Nothing
    Off,
}

/// Filter one notebook from standard input to standard output, for
/// `filter.nbweave.clean` and `filter.nbweave.smudge` of git
#[derive(Debug, Parser)]
pub(crate) struct FilterOneArgs {
    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    /// The path of the notebook, from the top of the worktree: `%f` of git
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,
}

/// Look after the outputs that the filter keeps
///
/// What the filter takes out of notebooks on their way into the repository is
/// kept in git's directory, on this machine only, and put back when the
/// notebook is checked out.
#[derive(Debug, Parser)]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    pub(crate) command: StoreCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// List the notebooks of which outputs are kept
    List,
    /// Show what is kept of a notebook
    Show {
        /// The notebook
        #[arg(value_name = "PATH")]
        path: PathBuf,
    },
    /// Remove what is kept, at once
    #[command(arg_required_else_help = true)]
    Forget {
        /// Notebooks, or directories with notebooks
        #[arg(value_name = "PATH", required_unless_present = "all")]
        paths: Vec<PathBuf>,

        /// All of them
        #[arg(long, conflicts_with = "paths")]
        all: bool,
    },
    /// Remove what was not used for long
    Prune {
        /// Keep at most so many bytes, those that were used last: 500k, 100M,
        /// 2G
        #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = parse_size)]
        max_size: usize,

        /// Keep nothing that was not used for so long: 12h, 30d, 8w
        #[arg(long, value_name = "AGE", default_value = "90d", value_parser = parse_age)]
        max_age: Duration,
    },
    /// Say where it is
    Path,
}

/// Make git see that notebooks have not changed of which only the outputs have
///
/// Git calls a file modified by its size, before it asks the filter. Outputs
/// are kept first, as if the notebooks were added.
#[derive(Debug, Parser)]
pub(crate) struct RefreshArgs {
    /// Paths to refresh, as patterns of git
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<std::ffi::OsString>,

    /// Say nothing of what was done
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Parses a length of time with a suffix for hours, days, weeks.
fn parse_age(text: &str) -> Result<Duration, String> {
    const HOUR: u64 = 60 * 60;
    let (digits, unit) = match text.chars().next_back() {
        Some('h') => (text.strip_suffix('h'), HOUR),
        Some('d') => (text.strip_suffix('d'), 24 * HOUR),
        Some('w') => (text.strip_suffix('w'), 7 * 24 * HOUR),
        _ => (None, 0),
    };
    digits
        .and_then(|digits| digits.parse::<u64>().ok()?.checked_mul(unit))
        .map(Duration::from_secs)
        .ok_or_else(|| "an age is a number with h, d or w behind it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_units() {
        for (text, hours) in [("0h", 0), ("12h", 12), ("2d", 48), ("1w", 168)] {
            assert_eq!(parse_age(text), Ok(Duration::from_secs(hours * 3600)));
        }
        for text in [
            "",
            "d",
            "3",
            "-1d",
            "1.5d",
            "1 d",
            "99999999999999999999d",
            "9999999999999999w",
        ] {
            assert!(parse_age(text).is_err(), "{text}");
        }
    }
}
