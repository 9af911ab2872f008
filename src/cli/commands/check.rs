//! `nbweave check`: what strip would remove.

use anyhow::Result;

use super::strip::{Mode, Work};
use crate::cli::args::CheckArgs;
use crate::cli::exit::Exit;
use crate::cli::input;
use crate::cli::ui;

pub(crate) fn run(args: &CheckArgs) -> Result<Exit> {
    let options = args.rules.options()?;
    let work = Work {
        mode: Mode::Check,
        options: &options,
        quiet: false,
    };
    let ended = work.on(input::inputs(&args.paths))?;
    let found = match (ended.changed_notebooks, ended.notebooks) {
        (0, _) => return Ok(ended.exit(false)),
        (1, 1) => "the notebook has".to_owned(),
        (1, all) => format!("1 of {all} notebooks has"),
        (found, all) => format!("{found} of {all} notebooks have"),
    };
    ui::say(&format!("nbweave: {found} something to strip"));
    ui::say("hint: `nbweave strip` with the same paths and options removes it");
    Ok(ended.exit(true))
}
