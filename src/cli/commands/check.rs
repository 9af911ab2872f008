//! `nbweave check`: what strip would remove.

use anyhow::Result;

use super::strip::{Mode, Work};
use crate::cli::args::CheckArgs;
use crate::cli::exit::Exit;
use crate::cli::input;
use crate::cli::ui;

pub(crate) fn run(args: &CheckArgs) -> Result<Exit> {
    let options = match args.rules.options() {
        Ok(options) => options,
        Err(error) => {
            ui::say(&format!("nbweave: {error}"));
            return Ok(Exit::Usage);
        }
    };
    let work = Work {
        mode: Mode::Check,
        options: &options,
        quiet: false,
    };
    let ended = work.on(input::inputs(&args.paths))?;
    if ended.changed_notebooks > 0 {
        let (found, all) = (ended.changed_notebooks, ended.notebooks);
        ui::say(&format!(
            "nbweave: {found} of {all} notebooks have something to strip"
        ));
        ui::say("hint: `nbweave strip` with the same arguments removes it");
    }
    Ok(ended.exit(ended.changed_notebooks > 0))
}
