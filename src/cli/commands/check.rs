//! `nbweave check`: what strip would remove, and what a merge left.

use anyhow::Result;
use nbweave::error::{Error, ErrorKind};
use nbweave::json::Document;
use nbweave::merge::{Form, StrayKind, leftovers_in, may_have_conflicts};
use nbweave::notebook::Notebook;

use super::strip::{Mode, Selected, Work};
use crate::cli::args::{CheckArgs, RuleArgs};
use crate::cli::exit::Exit;
use crate::cli::settings::{CommandLine, OnProblem, PerPath};
use crate::cli::ui;

pub(crate) fn run(args: &CheckArgs, line: &CommandLine) -> Result<Exit> {
    let rules = PerPath::new(OnProblem::Fail, |args: RuleArgs| Ok(args.options()?));
    let work = Work {
        mode: if args.conflicts {
            Mode::Conflicts
        } else {
            Mode::Report
        },
        quiet: false,
    };
    let ended = work.on(Selected::of(&args.paths, |path| rules.get(line, path))?)?;
    let has = |count: usize| match (count, ended.notebooks) {
        (1, 1) => "the notebook has".to_owned(),
        (1, all) => format!("1 of {all} notebooks has"),
        (count, all) => format!("{count} of {all} notebooks have"),
    };
    if ended.changed_notebooks > 0 {
        let found = has(ended.changed_notebooks);
        ui::say(&format!("nbweave: {found} something to strip"));
        ui::say("hint: `nbweave strip` with the same paths and options removes it");
    }
    if ended.conflicted_notebooks > 0 {
        let found = has(ended.conflicted_notebooks);
        ui::say(&format!("nbweave: {found} conflicts that a merge left"));
        ui::say("hint: `nbweave resolve` lists and settles them");
    }
    Ok(ended.exit(ended.changed_notebooks + ended.conflicted_notebooks > 0))
}

/// Returns what a merge left in a file, a line for each cell in question.
///
/// # Errors
///
/// Fails if there may be something and the file cannot be read, but for what
/// a merge of lines made unreadable: that is found.
pub(super) fn left_in(bytes: &[u8]) -> Result<Vec<String>, Error> {
    if !may_have_conflicts(bytes) {
        return Ok(Vec::new());
    }
    let document = match Document::read(bytes) {
        Ok(document) => document,
        Err(error) => {
            if let ErrorKind::ConflictMarkers { at } = error.kind() {
                return Ok(vec![format!("line {}: conflict markers", at.line)]);
            }
            return Err(error);
        }
    };
    // What is no notebook of Jupyter's has no cells to look into.
    let Ok(notebook) = Notebook::read(&document) else {
        return Ok(Vec::new());
    };
    let leftovers = leftovers_in(&notebook);
    let conflicts = leftovers
        .conflicts
        .iter()
        .map(|written| match written.form {
            Form::Source(_) => (written.conflict.cell, "conflict markers"),
            Form::Note { note, .. } => (Some(note), "a note on a conflict"),
        });
    let strays = leftovers.strays.iter().map(|stray| {
        let what = match stray.what {
            StrayKind::Marker(_) => "conflict markers",
            StrayKind::Note => "a note on a conflict",
            StrayKind::MarkerCell => "the cell is a conflict marker",
            StrayKind::MarkerOutput => "an output is a conflict marker",
            StrayKind::NbdimeMetadata => "metadata `nbdime-conflicts`",
        };
        (stray.cell, what)
    });
    let mut found: Vec<_> = conflicts.chain(strays).collect();
    found.sort_unstable();
    found.dedup();
    // People count from one.
    let place = |cell: Option<usize>| match cell {
        Some(index) => format!("cell {}", index + 1),
        None => "notebook".to_owned(),
    };
    let lines = found.into_iter();
    Ok(lines
        .map(|(cell, what)| format!("{}: {what}", place(cell)))
        .collect())
}
