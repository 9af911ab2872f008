//! What the commands that compare and show notebooks take.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use nbweave::render::{MarkdownOptions, Marker};

/// Show what changed in notebooks, cell by cell
///
/// What is compared is what `git diff` would compare, of which the notebooks
/// (`*.ipynb`) are taken: the worktree with the index; with a revision; two
/// revisions; with --cached, the index with `HEAD` or a revision. A revision
/// with a path, as in `HEAD~3:a.ipynb`, is that version of a file.
///
/// Two directories, or two files that git does not both track, are compared
/// with each other, as is anything with --no-index; `-` is standard input.
/// Behind `--` are paths of git and nothing else.
///
/// Notebooks that git does not track are shown if they are named, or with
/// --untracked. A file that is no valid notebook is compared as text, with the
/// reason.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "flags are")]
pub(crate) struct DiffArgs {
    /// Revisions, `A..B`, `A...B`, `REVISION:PATH`, files, directories, `-`
    #[arg(value_name = "WHAT")]
    pub(crate) arguments: Vec<OsString>,

    /// Paths to compare, as patterns of git
    #[arg(last = true, value_name = "PATHSPEC")]
    pub(crate) pathspecs: Vec<OsString>,

    /// Compare what is staged with HEAD or a revision
    #[arg(long, visible_alias = "staged")]
    pub(crate) cached: bool,

    /// Compare two files or directories, also where git would take them for
    /// something else
    #[arg(long, conflicts_with_all = ["cached", "merge_base", "untracked"])]
    pub(crate) no_index: bool,

    /// Compare with the merge base of the revision and HEAD
    #[arg(long)]
    pub(crate) merge_base: bool,

    /// Show notebooks that git does not track as new
    #[arg(long)]
    pub(crate) untracked: bool,

    /// Swap the sides
    #[arg(short = 'R', long = "reverse")]
    pub(crate) reverse: bool,

    /// Take a file for renamed if so much of it stayed, in percent
    #[arg(short = 'M', long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "50%")]
    pub(crate) find_renames: Option<String>,

    /// Show renamed files as removed and added
    #[arg(long, conflicts_with = "find_renames")]
    pub(crate) no_renames: bool,

    /// Show only files that were added (A), deleted (D), modified (M), renamed
    /// (R), …; small letters leave those out
    #[arg(long, value_name = "LETTERS")]
    pub(crate) diff_filter: Option<String>,

    /// Show how much changed in each notebook
    #[arg(long, group = "view")]
    pub(crate) stat: bool,

    /// Show the names of changed notebooks
    #[arg(long, group = "view")]
    pub(crate) name_only: bool,

    /// Show the names of changed notebooks and what became of them
    #[arg(long, group = "view")]
    pub(crate) name_status: bool,

    /// Show changed notebooks as `git diff --raw` does
    #[arg(long, group = "view")]
    pub(crate) raw: bool,

    /// How the changes are written
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "terminal",
        group = "view"
    )]
    pub(crate) format: FormatArg,

    /// Write to a file instead of standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// End names with a zero byte, for --name-only, --name-status and --raw
    #[arg(short = 'z')]
    pub(crate) zero: bool,

    /// Exit with 1 if anything differs
    #[arg(long)]
    pub(crate) exit_code: bool,

    /// Write nothing, and exit with 1 if anything differs
    #[arg(long)]
    pub(crate) quiet: bool,

    /// Write to the terminal directly
    #[arg(long)]
    pub(crate) no_pager: bool,

    #[command(flatten)]
    pub(crate) look: LookArgs,

    #[command(flatten)]
    pub(crate) comment: CommentArgs,
}

/// How a comment for a review is written.
#[derive(Clone, Debug, Parser)]
#[command(next_help_heading = "With --format=markdown")]
pub(crate) struct CommentArgs {
    /// Name the comment: its first line is `<!-- nbweave NAME -->`
    ///
    /// By that line a program finds the comment that it has to update. Without
    /// a name it is `<!-- nbweave -->`.
    #[arg(long, value_name = "NAME")]
    marker: Option<Marker>,

    /// Write no more than so many characters, and count what is left out
    #[arg(long, value_name = "CHARACTERS", default_value_t = 65_000, value_parser = clap::value_parser!(u32).range(1_000..))]
    max_size: u32,
}

impl CommentArgs {
    pub(crate) fn options(&self) -> MarkdownOptions {
        MarkdownOptions {
            marker: self.marker.clone().unwrap_or_default(),
            max_size: usize::try_from(self.max_size).unwrap_or(usize::MAX),
        }
    }
}

/// How differences look.
#[derive(Clone, Debug, Parser)]
#[command(next_help_heading = "How it looks")]
pub(crate) struct LookArgs {
    /// Show so many unchanged lines around changes
    #[arg(short = 'U', long, value_name = "LINES", default_value_t = 3)]
    pub(crate) unified: usize,

    /// Show changed words in their lines, as `[-old-]{+new+}` or by color
    #[arg(
        long,
        value_name = "MODE",
        default_value = "none",
        default_missing_value = "plain",
        num_args = 0..=1,
        require_equals = true
    )]
    pub(crate) word_diff: WordDiffArg,

    /// Show old and new in two columns, where there are 60 columns or more
    ///
    /// Lines that are too long go on below.
    #[arg(short = 'y', long, conflicts_with = "word_diff")]
    pub(crate) side_by_side: bool,

    /// Whether to show keywords, strings, numbers and comments of sources in
    /// color, where there is color
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) syntax: SyntaxArg,

    /// How to draw pictures, old and new beside each other
    ///
    /// They are drawn on terminals only that are known to show them, and never
    /// through a pager: use --no-pager. A protocol that is named is used
    /// wherever the output goes.
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub(crate) pictures: PicturesArg,

    /// When names of files are links to them
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        default_missing_value = "always",
        num_args = 0..=1,
        require_equals = true
    )]
    pub(crate) hyperlinks: LinksArg,

    /// Show what changed in outputs and metadata even if no source did
    ///
    /// Without it, a notebook that was only run again takes one line.
    #[arg(long)]
    pub(crate) outputs: bool,

    /// Show all changes, also of what tools write on their own
    #[arg(long)]
    pub(crate) all: bool,

    /// When to use color
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        default_missing_value = "always",
        num_args = 0..=1,
        require_equals = true
    )]
    pub(crate) color: ColorArg,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum FormatArg {
    /// For people, as `git diff` does it
    Terminal,
    /// For programs: a JSON object for each notebook, each on its own line
    Json,
    /// For a browser: one page for all notebooks, which loads nothing
    Html,
    /// For a review: one comment on all notebooks
    Markdown,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum WordDiffArg {
    /// Old and new lines below each other
    None,
    /// As `[-old-]{+new+}`
    Plain,
    /// By color alone
    Color,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum SyntaxArg {
    /// In the languages of most kernels
    Auto,
    /// Never
    Never,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum PicturesArg {
    /// As the terminal is known to take them, if it is
    Auto,
    /// Never
    Never,
    /// By the protocol of kitty
    Kitty,
    /// By that of iTerm2
    Iterm,
    /// As sixels
    Sixel,
    /// As half blocks, coarsely
    Blocks,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LinksArg {
    /// On terminals of this machine that are known to take them, without a pager
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ColorArg {
    /// On terminals and as git's settings want it
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Show notebooks as text
#[derive(Debug, Parser)]
pub(crate) struct ShowArgs {
    /// Notebooks, `REVISION:PATH`, directories, or `-` for standard input
    #[arg(value_name = "WHAT")]
    pub(crate) inputs: Vec<PathBuf>,

    /// Write to the terminal directly
    #[arg(long)]
    pub(crate) no_pager: bool,

    #[command(flatten)]
    pub(crate) look: LookArgs,
}

/// Show what changed in a notebook, for `diff.nbweave.command` of git
///
/// Git calls it as `PATH OLD-FILE OLD-ID OLD-MODE NEW-FILE NEW-ID NEW-MODE`,
/// with two more for a renamed file, and with the path alone if a merge left
/// it in conflict. The exit code is 0, since git gives up on all files if it
/// is not.
#[derive(Debug, Parser)]
pub(crate) struct GitDiffArgs {
    /// Exit with 1 if anything differs, for `diff.nbweave.trustExitCode`
    #[arg(long)]
    pub(crate) trust_exit_code: bool,

    #[command(flatten)]
    pub(crate) look: LookArgs,

    /// What git says of the file
    #[arg(
        value_name = "ARGUMENT",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) arguments: Vec<OsString>,
}

/// Write a notebook as text, for `diff.nbweave.textconv` of git
///
/// What is no notebook is copied as it is, and everything is where an editor
/// asks git for the file itself.
#[derive(Debug, Parser)]
pub(crate) struct TextconvArgs {
    /// The notebook
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}
