//! What the commands that merge notebooks take.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use nbweave::merge::{Adjacent, ConflictStyle, Favor, Inserts, MergeOptions, OutputChoice};

/// The longest conflict markers.
const LONGEST_MARKER: usize = 1000;

/// Merge three versions of a notebook, cell by cell
///
/// The result is OURS with what THEIRS did since BASE, and conflicts where
/// both did different things to the same: in the source of a cell as git's
/// markers, everything else in a note above the cell. It stays a valid
/// notebook.
///
/// `/dev/null` or an empty file as BASE is none: both sides added the
/// notebook. As OURS or THEIRS, that side deleted it. What is no notebook is
/// merged by lines, as git does it.
///
/// Exit codes: 0 merged, 1 conflicts are left, 2 the arguments make no sense,
/// 129 something could not be done.
#[derive(Debug, Parser)]
pub(crate) struct MergeArgs {
    /// What both sides started from; `-` is standard input, once
    #[arg(value_name = "BASE")]
    pub(crate) base: PathBuf,

    /// The version that is merged into
    #[arg(value_name = "OURS")]
    pub(crate) ours: PathBuf,

    /// The version that is merged
    #[arg(value_name = "THEIRS")]
    pub(crate) theirs: PathBuf,

    /// Write the result to a file, which may be OURS, instead of standard
    /// output
    #[arg(long, short, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,

    /// The name of the base behind conflict markers [default: the file's]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) label_base: Option<String>,

    /// The name of ours behind conflict markers [default: the file's]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) label_ours: Option<String>,

    /// The name of theirs behind conflict markers [default: the file's]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) label_theirs: Option<String>,

    /// How long conflict markers are: 4 at least
    #[arg(long, value_name = "N", default_value = "7", value_parser = parse_marker_size)]
    pub(crate) marker_size: usize,

    /// Write what was decided and what is left to standard output; the result
    /// goes to OUT
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<MergeFormatArg>,

    /// Say nothing of conflicts and decisions
    #[arg(long, short)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) rules: MergeRuleArgs,
}

/// What a merge may decide on its own.
#[derive(Debug, Parser)]
#[command(next_help_heading = "What is decided and what is left")]
pub(crate) struct MergeRuleArgs {
    /// Whose outputs stay if both sides ran a cell
    #[arg(long, value_name = "WHOSE", default_value = "ours")]
    outputs: OutputsArg,

    /// How conflicts in sources are written [default: merge.conflictStyle of
    /// git, or else merge]
    #[arg(long, value_name = "STYLE")]
    conflict: Option<ConflictArg>,

    /// What is taken where lines conflict; without it, conflicts are left
    #[arg(long, value_name = "SIDE")]
    favor: Option<FavorArg>,

    /// What becomes of different new cells at one place
    #[arg(long, value_name = "HOW", default_value = "both")]
    inserts: InsertsArg,

    /// What becomes of changed lines that touch
    #[arg(long, value_name = "HOW", default_value = "conflict")]
    adjacent: AdjacentArg,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum MergeFormatArg {
    /// For programs: a JSON object on one line
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutputsArg {
    /// Those of ours
    Ours,
    /// Those of theirs
    Theirs,
    /// None: the cell is to be run again
    Clear,
    /// Both, and a conflict
    Conflict,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ConflictArg {
    /// Both sides
    Merge,
    /// Both sides and the base
    Diff3,
    /// As diff3, without the lines that both sides start or end with
    Zdiff3,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FavorArg {
    /// The lines of ours
    Ours,
    /// The lines of theirs
    Theirs,
    /// The lines of both, ours first
    Union,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum InsertsArg {
    /// All stay, ours first
    Both,
    /// All stay, and it is a conflict
    Conflict,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AdjacentArg {
    /// They conflict, as in git
    Conflict,
    /// They are merged
    Merge,
}

impl MergeRuleArgs {
    /// Returns whether it is said how conflicts are written.
    pub(crate) fn has_style(&self) -> bool {
        self.conflict.is_some()
    }

    /// Returns the options for merge.
    pub(crate) fn options(&self) -> MergeOptions {
        MergeOptions {
            outputs: match self.outputs {
                OutputsArg::Ours => OutputChoice::Ours,
                OutputsArg::Theirs => OutputChoice::Theirs,
                OutputsArg::Clear => OutputChoice::Clear,
                OutputsArg::Conflict => OutputChoice::Conflict,
            },
            style: match self.conflict {
                Some(ConflictArg::Merge) | None => ConflictStyle::Merge,
                Some(ConflictArg::Diff3) => ConflictStyle::Diff3,
                Some(ConflictArg::Zdiff3) => ConflictStyle::Zdiff3,
            },
            favor: self.favor.map(|favor| match favor {
                FavorArg::Ours => Favor::Ours,
                FavorArg::Theirs => Favor::Theirs,
                FavorArg::Union => Favor::Union,
            }),
            inserts: match self.inserts {
                InsertsArg::Both => Inserts::Both,
                InsertsArg::Conflict => Inserts::Conflict,
            },
            adjacent: match self.adjacent {
                AdjacentArg::Conflict => Adjacent::Conflict,
                AdjacentArg::Merge => Adjacent::Merge,
            },
            ..MergeOptions::default()
        }
    }
}

/// Merge a notebook, for `merge.nbweave.driver` of git
///
/// Git is to call it as `nbweave git-merge --base %O --ours %A --theirs %B
/// --marker-size %L --path %P --label-base %S --label-ours %X --label-theirs
/// %Y`, or with those in this order and no options: `%O %A %B %L %P %S %X %Y`.
/// The result replaces %A. The exit code is 0 if it is merged, 1 if conflicts
/// are left, 129 if there is no result: git takes all below for conflicts.
#[derive(Debug, Parser)]
pub(crate) struct GitMergeArgs {
    /// %O: what both sides started from
    #[arg(long, value_name = "FILE")]
    pub(crate) base: Option<PathBuf>,

    /// %A: the version that is merged into; the result replaces it
    #[arg(long, value_name = "FILE")]
    pub(crate) ours: Option<PathBuf>,

    /// %B: the version that is merged
    #[arg(long, value_name = "FILE")]
    pub(crate) theirs: Option<PathBuf>,

    /// %L: how long conflict markers are
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) marker_size: Option<OsString>,

    /// %P: the path of the result, for messages
    #[arg(long, value_name = "PATH", allow_hyphen_values = true)]
    pub(crate) path: Option<PathBuf>,

    /// %S: the name of the base
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) label_base: Option<OsString>,

    /// %X: the name of ours
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) label_ours: Option<OsString>,

    /// %Y: the name of theirs
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) label_theirs: Option<OsString>,

    #[command(flatten)]
    pub(crate) rules: MergeRuleArgs,

    /// %O %A %B %L %P %S %X %Y
    #[arg(
        value_name = "ARGUMENT",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) arguments: Vec<OsString>,
}

/// Parses how long conflict markers are.
fn parse_marker_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size @ 1..=LONGEST_MARKER) => Ok(size),
        _ => Err(format!("the size is a number from 1 to {LONGEST_MARKER}")),
    }
}

impl GitMergeArgs {
    /// Returns how long conflict markers are: git's default, if what git says
    /// is no size.
    pub(crate) fn marker_size(&self) -> usize {
        let text = self.marker_size.as_ref().and_then(|text| text.to_str());
        let size = text.and_then(|text| parse_marker_size(text).ok());
        size.unwrap_or(MergeOptions::default().marker_size)
    }
}
