//! What the commands take that tell git about nbweave.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::LookArgs;

/// Let git diff and merge notebooks by nbweave
///
/// Writes settings with `git config` and lines of attributes for `*.ipynb`,
/// and nothing that is set so already. `nbweave uninstall` with the same scope
/// takes away what was written, and `nbweave status` says what git runs.
///
/// Options of `nbweave strip` behind `--` are for the filter:
/// `nbweave install --filter -- --keep-count`.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "flags are")]
pub(crate) struct InstallArgs {
    /// Strip notebooks, too, whenever git stores them
    #[arg(long, overrides_with = "no_filter")]
    pub(crate) filter: bool,

    /// Do not strip, and take the filter away if it is there
    #[arg(long)]
    pub(crate) no_filter: bool,

    /// Install these parts only
    #[arg(
        long,
        value_name = "PART,…",
        value_delimiter = ',',
        conflicts_with = "no_filter"
    )]
    pub(crate) only: Vec<Part>,

    /// Write notebooks as text for `git log -p`, `git show` and others, as is
    /// the default
    #[arg(long, overrides_with = "no_textconv")]
    pub(crate) textconv: bool,

    /// Do not write notebooks as text
    #[arg(long)]
    pub(crate) no_textconv: bool,

    /// Let the filter not put outputs back on checkout
    #[arg(long)]
    pub(crate) no_restore: bool,

    /// Where the attributes go: `info` is for you alone, `.gitattributes` is
    /// part of the repository
    ///
    /// Without it they go into `info`, unless `.gitattributes` has them.
    #[arg(long, value_name = "PLACE")]
    pub(crate) attributes: Option<PlaceArg>,

    /// Name the program by its whole path, for clients without a `PATH`
    #[arg(long)]
    pub(crate) absolute_path: bool,

    /// Strip what is staged before each commit, by a hook
    ///
    /// This is for people who want no filter.
    #[arg(long)]
    pub(crate) hooks: bool,

    /// Take over the settings of another tool
    #[arg(long, value_name = "TOOL")]
    pub(crate) from: Option<ToolArg>,

    #[command(flatten)]
    pub(crate) scope: ScopeArgs,

    /// Options of `nbweave strip`, for the filter
    #[arg(last = true, value_name = "FILTER-OPTION")]
    pub(crate) filter_options: Vec<String>,
}

/// Whose settings.
#[derive(Clone, Copy, Debug, Parser)]
#[command(next_help_heading = "Whose settings")]
#[expect(clippy::struct_excessive_bools, reason = "flags are")]
pub(crate) struct ScopeArgs {
    /// Those of this repository, as is the default in one
    #[arg(long, group = "scope")]
    pub(crate) local: bool,

    /// Your own, for all repositories
    #[arg(long, group = "scope")]
    pub(crate) global: bool,

    /// Those of everybody on this machine
    #[arg(long, group = "scope")]
    pub(crate) system: bool,

    /// Those of this worktree
    #[arg(long, group = "scope")]
    pub(crate) worktree: bool,
}

/// What can be installed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, ValueEnum)]
pub(crate) enum Part {
    /// What `git diff` shows
    Diff,
    /// What `git log -p`, `git show` and `git blame` show
    Textconv,
    /// What `git merge` and `git rebase` do
    Merge,
    /// `git difftool` and `git mergetool` with `--tool=nbweave`
    Tools,
    /// What `git add` stores and `git checkout` writes
    Filter,
}

impl Part {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Diff => "diff",
            Self::Textconv => "textconv",
            Self::Merge => "merge",
            Self::Tools => "tools",
            Self::Filter => "filter",
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum PlaceArg {
    /// `info/attributes` in the directory of the repository
    Info,
    /// At the top of the worktree
    #[value(name = ".gitattributes")]
    Gitattributes,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ToolArg {
    /// Its filter
    Nbstripout,
    /// Its filter and its configuration file
    Nbwipers,
    /// Its drivers and tools
    Nbdime,
}

/// Take away what `nbweave install` wrote
///
/// Only settings, attributes and hooks of nbweave go; the files are then what
/// they were before.
#[derive(Debug, Parser)]
pub(crate) struct UninstallArgs {
    #[command(flatten)]
    pub(crate) scope: ScopeArgs,
}

/// Show what is installed, what git runs for notebooks, and what is wrong
///
/// Exits with 1 if anything is wrong, or if nothing is installed.
#[derive(Debug, Parser)]
pub(crate) struct StatusArgs {
    /// Notebooks to look at, instead of all that git tracks
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: StatusFormatArg,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum StatusFormatArg {
    /// For people
    Text,
    /// For programs: one JSON object
    Json,
}

/// Show what changed between two files or directories, for `git difftool`
#[derive(Debug, Parser)]
pub(crate) struct DifftoolArgs {
    /// The path in the repository; nothing for directories
    #[arg(long, value_name = "PATH", allow_hyphen_values = true)]
    pub(crate) path: Option<OsString>,

    #[command(flatten)]
    pub(crate) look: LookArgs,

    /// The old file or directory
    #[arg(value_name = "LOCAL")]
    pub(crate) old: OsString,

    /// The new file or directory
    #[arg(value_name = "REMOTE")]
    pub(crate) new: OsString,
}

/// Do what a hook of git is to do
#[derive(Debug, Parser)]
pub(crate) struct GitHookArgs {
    /// The hook
    #[arg(value_name = "HOOK")]
    pub(crate) hook: HookArg,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum HookArg {
    /// Strip what is staged
    PreCommit,
}
