//! `nbweave refresh`: notebooks of which only the outputs changed have not
//! changed.

use anyhow::{Context as _, Result};
use nbweave::git::{self, Repository};
use nbweave::render::counted;

use crate::cli::args::RefreshArgs;
use crate::cli::drivers::NAME;
use crate::cli::exit::Exit;
use crate::cli::ui::{self, Usage};

pub(crate) fn run(args: &RefreshArgs) -> Result<Exit> {
    let repository = Repository::find().context("cannot use the repository")?;
    let repository = repository.filter(|repository| repository.top.is_some());
    let Some(repository) = repository else {
        return Err(
            Usage("this is for notebooks in the worktree of a repository".to_owned()).into(),
        );
    };
    let refreshed =
        git::refresh(&repository, &args.paths, NAME).context("cannot refresh the index")?;
    if !args.quiet {
        let notebooks = counted(refreshed.len(), "notebook");
        ui::say(&format!("{notebooks} refreshed"));
    }
    Ok(Exit::Clean)
}
