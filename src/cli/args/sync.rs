//! What `nbweave sync` takes.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Keep notebooks and their texts together
///
/// Which text belongs to a notebook is what `formats` of jupytext says: in the
/// notebook, in the header of the text, or in `jupytext.toml`,
/// `pyproject.toml` and the like; or --formats. Which of the two is brought up
/// to date is decided by what they say and what git has of them, never by the
/// time of a file. If both changed they are merged, from the last version in
/// which they said the same.
///
/// Outputs, ids and attachments stay in the notebook.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "flags are")]
pub(crate) struct SyncArgs {
    /// Notebooks, texts, or directories with them as git sees them
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// What notebooks are kept as, such as `ipynb,py:percent`
    #[arg(long, value_name = "FORMATS")]
    pub(crate) formats: Option<String>,

    /// Take this one of each pair, whatever the other says
    #[arg(long, value_name = "WHICH")]
    pub(crate) from: Option<FromArg>,

    /// Change nothing; list what would be brought up to date, and exit with 1
    /// if anything would
    #[arg(long)]
    pub(crate) check: bool,

    /// Work on what is staged, and stage what is written: for hooks
    ///
    /// Files of the worktree follow if they say what was staged.
    #[arg(long)]
    pub(crate) staged: bool,

    /// Keep the outputs of code that changed in the text
    #[arg(long)]
    pub(crate) keep_outputs: bool,

    /// Say nothing of what was brought up to date
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// One of a pair.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum FromArg {
    /// The notebook
    #[value(alias = "notebook")]
    Ipynb,
    /// The text
    Text,
}
