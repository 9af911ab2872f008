//! What the command takes that shows settings.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Show what is set, and where
///
/// Settings are read from `nbweave.toml`, `.nbweave.toml` or `[tool.nbweave]`
/// in `pyproject.toml`: the nearest of them above a notebook, up to the top of
/// the repository. What it does not set is taken from `nbweave/config.toml`
/// among your own settings. Variables of the environment, such as
/// `NBWEAVE_STRIP_KEEP_OUTPUT`, win over files, and flags over everything.
#[derive(Debug, Parser)]
pub(crate) struct ConfigArgs {
    /// Show what holds for this notebook, instead of this directory
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,

    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ConfigFormatArg,

    /// Write the JSON schema of settings files, for editors
    #[arg(long, conflicts_with_all = ["path", "format"])]
    pub(crate) schema: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ConfigFormatArg {
    /// For people
    Text,
    /// For programs: one JSON object
    Json,
}
