//! What `nbweave check` takes.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use nbweave::check::{CheckOptions, Rule, RuleSet, UnknownRule};
use nbweave::render::ReportFormat;

use super::{ColorArg, RuleArgs, parse_size, words};
use crate::cli::ui::Usage;

/// Report what strip would remove, what is broken, conflicts that a merge left,
/// secrets, and exit with 1 if there is anything
///
/// Each finding has a rule with a code: `--rules` lists them, `--explain` says
/// more of one. A tag of a cell, `nbweave-ignore` or `nbweave-ignore-CODE`,
/// keeps findings in that cell quiet.
///
/// Exit codes: 0 nothing was found, 1 something was, 2 the arguments make no
/// sense, 129 a notebook could not be read.
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "flags are")]
pub(crate) struct CheckArgs {
    /// Notebooks, directories with notebooks, or `-` for standard input
    ///
    /// A file that is named is taken whatever its name. In directories those
    /// are taken that git tracks, outside of git all.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// Check what is staged for the next commit, not the files in the worktree
    #[arg(long, visible_alias = "cached", conflicts_with_all = ["fix", "diff", "untracked"])]
    pub(crate) staged: bool,

    /// Take notebooks in directories that git does not track, too
    #[arg(long)]
    pub(crate) untracked: bool,

    /// Look for these rules only: codes, the start of codes, names, or `ALL`
    ///
    /// Several are separated by blanks or commas.
    #[arg(long, value_name = "RULES", help_heading = RULES)]
    select: Vec<String>,

    /// Look for these rules, too
    #[arg(long, value_name = "RULES", help_heading = RULES)]
    extend_select: Vec<String>,

    /// Do not look for these rules, whatever else is said
    #[arg(long, value_name = "RULES", help_heading = RULES)]
    ignore: Vec<String>,

    /// Report only conflicts that a merge left
    #[arg(long, conflicts_with_all = ["select", "extend_select", "ignore"], help_heading = RULES)]
    pub(crate) conflicts: bool,

    /// Report outputs of a cell that are larger: 500k, 2M
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = RULES)]
    max_output_size: Option<usize>,

    /// List the rules
    #[arg(long = "rules", conflicts_with_all = ["explain", "fix", "diff"], help_heading = RULES)]
    pub(crate) lists_rules: bool,

    /// Say what rules are about, why, and what to do
    #[arg(long, value_name = "RULES", help_heading = RULES)]
    pub(crate) explain: Vec<String>,

    /// Mend what can be mended safely, in place; the rest is reported
    #[arg(long)]
    pub(crate) fix: bool,

    /// Change nothing; show what --fix would do, as a patch
    #[arg(long, conflicts_with = "fix")]
    pub(crate) diff: bool,

    /// How findings are written
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        conflicts_with = "diff"
    )]
    pub(crate) output_format: FindingFormatArg,

    /// Write findings to a file
    #[arg(long, short, value_name = "FILE", conflicts_with = "diff")]
    pub(crate) output_file: Option<PathBuf>,

    /// Count findings by rule instead of listing them
    #[arg(long, conflicts_with = "diff")]
    pub(crate) statistics: bool,

    /// When to use color
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorArg,

    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

/// The heading of options that say what is looked for.
const RULES: &str = "What is looked for";

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum FindingFormatArg {
    /// For people, with the lines that findings are about; of many that strip
    /// would take out of a notebook, the first
    Text,
    /// For people, one line each
    Concise,
    /// All that is known, see docs/check.md
    Json,
    /// Annotations of GitHub's runners
    Github,
    /// GitLab's report of code quality
    Gitlab,
    /// SARIF 2.1.0
    Sarif,
    /// A report of tests, as of `JUnit`
    Junit,
}

impl From<FindingFormatArg> for ReportFormat {
    fn from(arg: FindingFormatArg) -> Self {
        match arg {
            FindingFormatArg::Text => Self::Text,
            FindingFormatArg::Concise => Self::Concise,
            FindingFormatArg::Json => Self::Json,
            FindingFormatArg::Github => Self::Github,
            FindingFormatArg::Gitlab => Self::Gitlab,
            FindingFormatArg::Sarif => Self::Sarif,
            FindingFormatArg::Junit => Self::Junit,
        }
    }
}

impl CheckArgs {
    /// Returns what is looked for.
    pub(crate) fn options(&self) -> Result<CheckOptions, Usage> {
        let defaults = CheckOptions::default();
        let select = match self.select.as_slice() {
            _ if self.conflicts => RuleSet::from(Rule::Conflict),
            [] => defaults.select,
            selected => rules(selected)?,
        };
        Ok(CheckOptions {
            select: select.and(rules(&self.extend_select)?),
            ignore: rules(&self.ignore)?,
            strip: self.rules.options()?,
            max_output_size: self.max_output_size.unwrap_or(defaults.max_output_size),
        })
    }

    /// Returns the rules that are to be explained.
    pub(crate) fn explained(&self) -> Result<RuleSet, Usage> {
        rules(&self.explain)
    }
}

/// Returns the rules that lists name.
fn rules(lists: &[String]) -> Result<RuleSet, Usage> {
    let mut all = RuleSet::NONE;
    for word in words(lists) {
        let named = word.parse::<RuleSet>();
        all = all.and(named.map_err(|error: UnknownRule| Usage(error.to_string()))?);
    }
    Ok(all)
}
