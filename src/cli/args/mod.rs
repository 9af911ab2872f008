//! What the command line takes. The doc comments are the help.

mod check;
mod config;
mod convert;
mod diff;
mod filter;
mod install;
mod merge;
mod resolve;
mod sync;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, Subcommand, ValueEnum};
use nbweave::strip::{
    BadOption, Counts, Ids, Layout, MetadataKey, MetadataOptions, OutputOptions, StripOptions,
};

use super::ui::Usage;

pub(crate) use check::{CheckArgs, FindingFormatArg};
pub(crate) use config::{ConfigArgs, ConfigFormatArg};
pub(crate) use convert::ConvertArgs;
pub(crate) use diff::{
    ColorArg, DiffArgs, FormatArg, GitDiffArgs, LinksArg, LookArgs, PicturesArg, ShowArgs,
    SyntaxArg, TextconvArgs, WordDiffArg,
};
pub(crate) use filter::{
    FilterArgs, FilterOneArgs, RefreshArgs, RestoreArg, StoreArgs, StoreCommand,
};
pub(crate) use install::{
    DifftoolArgs, GitHookArgs, HookArg, InstallArgs, Part, PlaceArg, ScopeArgs, StatusArgs,
    StatusFormatArg, ToolArg, UninstallArgs,
};
pub(crate) use merge::{GitMergeArgs, MergeArgs, MergeRuleArgs};
pub(crate) use resolve::{MergetoolArgs, ResolveArgs};
pub(crate) use sync::{FromArg, SyncArgs};

/// Jupyter notebooks in git, by content
///
/// Exit codes: 0 all went well, 1 something was found, 2 the arguments make no
/// sense, 129 something could not be done.
#[derive(Debug, Parser)]
#[command(name = "nbweave", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Diff(DiffArgs),
    Merge(MergeArgs),
    Resolve(ResolveArgs),
    Show(ShowArgs),
    Convert(ConvertArgs),
    Strip(StripArgs),
    Check(CheckArgs),
    Sync(SyncArgs),
    GitDiff(GitDiffArgs),
    #[command(hide = true)]
    GitMerge(GitMergeArgs),
    #[command(hide = true)]
    Mergetool(MergetoolArgs),
    Textconv(TextconvArgs),
    #[command(hide = true)]
    FilterProcess(FilterArgs),
    #[command(hide = true)]
    GitClean(FilterOneArgs),
    #[command(hide = true)]
    GitSmudge(FilterOneArgs),
    Config(ConfigArgs),
    Store(StoreArgs),
    Refresh(RefreshArgs),
    Install(InstallArgs),
    Uninstall(UninstallArgs),
    Status(StatusArgs),
    Difftool(DifftoolArgs),
    #[command(hide = true)]
    GitHook(GitHookArgs),
}

/// Remove outputs, execution counts and tool metadata
///
/// Works in place, on the bytes: nothing else in the file changes, and a file
/// with nothing to remove is not written.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "flags are")]
pub(crate) struct StripArgs {
    /// Notebooks, directories with notebooks as git sees them, or `-` for
    /// standard input and output
    ///
    /// A file that is named is taken whatever its name; in a directory those
    /// are taken that end in `.ipynb` or `.zpln`. Without any, standard input
    /// is stripped to standard output.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Change nothing; list what would go and exit with 1 if anything would
    #[arg(long, visible_alias = "verify", group = "mode")]
    pub(crate) check: bool,

    /// Change nothing; list the notebooks that would change
    #[arg(long, group = "mode")]
    pub(crate) dry_run: bool,

    /// Change nothing; show what would go, as a patch
    #[arg(long, group = "mode")]
    pub(crate) diff: bool,

    /// Change nothing; write the stripped notebook to standard output
    #[arg(long, visible_alias = "textconv", short = 't', group = "mode")]
    pub(crate) stdout: bool,

    /// Exit with 1 if any notebook was changed
    #[arg(long, conflicts_with = "mode")]
    pub(crate) exit_code: bool,

    /// Say nothing of notebooks that were changed
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// The path of what comes by standard input, for settings
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,

    /// Lay the notebook out anew: as it is, or as Jupyter writes it
    #[arg(long, value_name = "LAYOUT", default_value = "keep")]
    pub(crate) format: LayoutArg,

    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

/// What goes and what stays.
#[derive(Debug, Parser)]
#[command(next_help_heading = "What goes and what stays")]
#[expect(clippy::struct_excessive_bools, reason = "flags are")]
pub(crate) struct RuleArgs {
    /// Keep outputs
    #[arg(long, visible_alias = "keep-outputs")]
    keep_output: bool,

    /// Keep outputs of a type, such as `error` or `stream:stderr`
    ///
    /// Can be given several times. With --keep-output, other types go.
    #[arg(long, value_name = "TYPE")]
    keep_output_type: Vec<String>,

    /// Remove outputs of a type, even where outputs are kept
    ///
    /// Can be given several times.
    #[arg(long, value_name = "TYPE")]
    drop_output_type: Vec<String>,

    /// Remove a mime type, such as `image/png` or `image/*`, from outputs that
    /// are kept
    ///
    /// Can be given several times. An output with nothing left goes.
    #[arg(long, value_name = "MIME")]
    drop_mime_type: Vec<String>,

    /// Keep outputs up to a size in characters: 500, 10k, 2M
    #[arg(long, value_name = "SIZE", default_value = "0", value_parser = parse_size, hide_default_value = true)]
    max_size: usize,

    /// Remove outputs of cells with `init_cell` in their metadata, too
    #[arg(long, visible_alias = "strip-init-cell")]
    strip_init_cells: bool,

    /// Keep execution counts
    #[arg(long, visible_alias = "keep-counts", conflicts_with = "counts")]
    keep_count: bool,

    /// What becomes of execution counts
    #[arg(long, value_name = "HOW", default_value = "strip")]
    counts: CountsArg,

    /// What becomes of cell ids
    #[arg(long, value_name = "HOW", default_value = "keep")]
    ids: IdsArg,

    /// Keep cell ids, as is the default
    #[arg(long, hide = true, conflicts_with = "ids")]
    keep_id: bool,

    /// Keep all metadata: only outputs and execution counts go
    #[arg(long)]
    keep_metadata: bool,

    /// Remove keys, too: `metadata.KEY`, `cell.metadata.KEY` or `cell.FIELD`
    ///
    /// Several are separated by blanks or commas. A dot goes into a key or is
    /// part of its name. `metadata` and `cell.metadata` alone are all keys.
    #[arg(long, value_name = "KEYS")]
    extra_keys: Vec<String>,

    /// Keep keys that would go
    #[arg(long, value_name = "KEYS", visible_alias = "keep-keys")]
    keep_metadata_keys: Vec<String>,

    /// Remove cells without source
    #[arg(long)]
    drop_empty_cells: bool,

    /// Remove cells with one of these tags, separated by blanks or commas
    #[arg(long, value_name = "TAGS")]
    drop_tagged_cells: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LayoutArg {
    /// As it is
    Keep,
    /// As Jupyter writes it: one blank per level, keys sorted
    Jupyter,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CountsArg {
    /// Set to null
    Strip,
    /// As they are
    Keep,
    /// Cells that have run are numbered 1, 2, 3, …
    Renumber,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum IdsArg {
    /// As they are
    Keep,
    /// Removed; the format becomes 4.4, where they are optional
    #[value(alias = "remove")]
    Drop,
    /// 0, 1, 2, … as nbstripout does it
    Renumber,
}

impl RuleArgs {
    /// Returns the options for strip, with the file laid out as it is.
    pub(crate) fn options(&self) -> Result<StripOptions, Usage> {
        Ok(StripOptions {
            outputs: OutputOptions {
                keep: self.keep_output,
                keep_types: parse_all(&self.keep_output_type)?,
                drop_types: parse_all(&self.drop_output_type)?,
                drop_mime_types: parse_all(&self.drop_mime_type)?,
                max_size: self.max_size,
                strip_init_cells: self.strip_init_cells,
            },
            counts: match self.counts {
                _ if self.keep_count => Counts::Keep,
                CountsArg::Strip => Counts::Strip,
                CountsArg::Keep => Counts::Keep,
                CountsArg::Renumber => Counts::Renumber,
            },
            ids: match self.ids {
                IdsArg::Keep => Ids::Keep,
                IdsArg::Drop => Ids::Drop,
                IdsArg::Renumber => Ids::Renumber,
            },
            metadata: MetadataOptions {
                keep_noise: self.keep_metadata,
                extra: parse_all::<MetadataKey>(&self.extra_keys)?,
                keep: parse_all::<MetadataKey>(&self.keep_metadata_keys)?,
            },
            drop_empty_cells: self.drop_empty_cells,
            drop_tagged_cells: words(&self.drop_tagged_cells),
            layout: Layout::Keep,
        })
    }
}

impl From<LayoutArg> for Layout {
    fn from(arg: LayoutArg) -> Self {
        match arg {
            LayoutArg::Keep => Self::Keep,
            LayoutArg::Jupyter => Self::Jupyter,
        }
    }
}

/// Splits lists at blanks and commas. One value an option, never more: the
/// file names behind it are not for it to take.
fn words(lists: &[String]) -> Vec<String> {
    lists
        .iter()
        .flat_map(|list| list.split([' ', ',', '\t', '\n']))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn parse_all<T: FromStr<Err = BadOption>>(lists: &[String]) -> Result<Vec<T>, Usage> {
    let parse = |word: &String| {
        word.parse()
            .map_err(|error: BadOption| Usage(error.to_string()))
    };
    words(lists).iter().map(parse).collect()
}

/// Parses a size with a suffix for thousands, millions, milliards.
fn parse_size(text: &str) -> Result<usize, String> {
    let unit = |suffix: char| match suffix.to_ascii_lowercase() {
        'k' => Some(1_000_usize),
        'm' => Some(1_000_000),
        'g' => Some(1_000_000_000),
        _ => None,
    };
    let (digits, factor) = match text.chars().next_back().and_then(unit) {
        Some(factor) => (text.split_at(text.len() - 1).0, factor),
        None => (text, 1),
    };
    digits
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| "a size is a number with k, M or G behind it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn sizes_have_units() {
        for (text, size) in [("0", 0), ("500", 500), ("10k", 10_000), ("2M", 2_000_000)] {
            assert_eq!(parse_size(text), Ok(size));
        }
        for text in [
            "",
            "k",
            "1.5k",
            "-1",
            "1kb",
            "99999999999999999999",
            "99999999999999999G",
        ] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_are_split_at_blanks_and_commas() {
        assert_eq!(
            words(&["a b,c".to_owned(), " d ".to_owned()]),
            ["a", "b", "c", "d"]
        );
    }
}
