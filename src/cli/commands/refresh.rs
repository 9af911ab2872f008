//! `nbweave refresh`: notebooks of which only the outputs changed have not
//! changed.

use anyhow::{Context as _, Result};
use nbweave::git::{self, Repository};

use crate::cli::args::RefreshArgs;
use crate::cli::exit::Exit;
use crate::cli::ui::{self, Usage};

/// The name of the filter in git's attributes.
const FILTER: &str = "nbweave";

pub(crate) fn run(args: &RefreshArgs) -> Result<Exit> {
    let repository = Repository::find().context("cannot use the repository")?;
    let repository = repository.filter(|repository| repository.top.is_some());
    let Some(repository) = repository else {
        return Err(
            Usage("this is for notebooks in the worktree of a repository".to_owned()).into(),
        );
    };
    let refreshed =
        git::refresh(&repository, &args.paths, FILTER).context("cannot refresh the index")?;
    if !args.quiet {
        let count = refreshed.len();
        let plural = if count == 1 { "" } else { "s" };
        ui::say(&format!("{count} notebook{plural} refreshed"));
    }
    Ok(Exit::Clean)
}
