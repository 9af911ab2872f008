//! What `nbweave convert` takes.

use std::path::PathBuf;

use clap::Parser;

/// Write notebooks as text and text as notebooks
///
/// Formats are those of jupytext: `py:percent`, or `auto:percent` for the
/// language of the notebook, `md`, `md:myst`; `ipynb` is a notebook of nbformat
/// 4.5. `review` is a script with outputs in short, `review:md` the same as
/// Markdown; there is no way back from these two.
///
/// What is written is read back, and if anything would come back otherwise,
/// that is said.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "flags are")]
pub(crate) struct ConvertArgs {
    /// Files, directories with files as git sees them, or `-` for standard
    /// input
    ///
    /// Of a directory, notebooks are taken; with `--to ipynb`, text that says
    /// in its header that it is a notebook, or all of the format of --from.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// What to write: `auto:percent`, `py:percent`, `md`, `md:myst`, `ipynb`,
    /// `review`, `review:md`
    ///
    /// Without it, the name behind --output tells.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) to: Option<String>,

    /// What is read, if the text or its name does not tell
    #[arg(long, value_name = "FORMAT")]
    pub(crate) from: Option<String>,

    /// Where to write: a file, a directory, or `-` for standard output
    ///
    /// Files of directories keep their place below it. Without it, each result
    /// stands beside what it was made of.
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    /// Take text over into the notebook that is there, which keeps outputs,
    /// ids, attachments and metadata
    #[arg(long)]
    pub(crate) update: bool,

    /// With --update, keep outputs of code that changed, too
    #[arg(long, requires = "update")]
    pub(crate) keep_outputs: bool,

    /// Write nothing; list what would not come back, and exit with 1 if there
    /// is anything
    #[arg(long, conflicts_with_all = ["output", "update", "force"])]
    pub(crate) check: bool,

    /// Put the ids of cells into the text
    #[arg(long)]
    pub(crate) ids: bool,

    /// Put attachments into the text
    #[arg(long)]
    pub(crate) attachments: bool,

    /// Write pictures to a directory, for `review:md` to link to
    #[arg(long, value_name = "DIR")]
    pub(crate) outputs: Option<PathBuf>,

    /// Replace files that are there
    #[arg(short, long)]
    pub(crate) force: bool,

    /// Say what the text does not hold, too
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    /// Say nothing of files that were written
    #[arg(short, long)]
    pub(crate) quiet: bool,
}
