//! `nbweave resolve`: lists conflicts in notebooks and settles them.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use nbweave::git::{self, UnmergedFile};
use nbweave::json::Document;
use nbweave::merge::{Lost, Resolution, Versions, rebuild};
use nbweave::notebook::Notebook;
use nbweave::render::{Theme, conflict_line, counted, stray_line};

use crate::cli::args::{ColorArg, ResolveArgs};
use crate::cli::ask::Dialog;
use crate::cli::conflicted::{Conflicted, Markers, State, conflicted};
use crate::cli::exit::Exit;
use crate::cli::merging::Merge;
use crate::cli::pager;
use crate::cli::shell::quoted_word;
use crate::cli::ui::{self, Usage};

pub(crate) fn run(args: &ResolveArgs) -> Result<Exit> {
    args.check()?;
    if args.interactive && !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        let message = "--interactive needs a terminal; `--ours`, `--theirs`, `--both` do not";
        return Err(Usage(message.to_owned()).into());
    }
    let mut exit = Exit::Clean;
    let mut after = Vec::new();
    let mut is_over = false;
    for found in conflicted(&args.paths)? {
        let done = found.and_then(|found| {
            if is_over {
                return Ok(found);
            }
            let (found, go_on) = work(args, found)?;
            is_over = !go_on;
            Ok(found)
        });
        match done {
            Ok(found) => after.push(found),
            Err(error) => {
                let failed = ui::report(&error);
                if failed == Exit::Clean {
                    // The reader of standard output went away.
                    return Err(error);
                }
                exit = exit.max(failed);
            }
        }
    }
    if args.add {
        add(&mut after)?;
    }
    let is_list = args.choice().is_none() && !args.interactive && !args.restart && !args.rebuild;
    if !is_list {
        for found in after.iter().filter(|found| found.is_one_sided()) {
            let words = unmerged_words(found, "");
            ui::say(&format!("nbweave: '{}': {words}", found.name()));
        }
    }
    if is_list {
        let mut out = BufWriter::new(io::stdout().lock());
        for found in after.iter().filter(|found| !found.is_settled()) {
            list(found, &mut out).context("cannot write")?;
        }
        out.flush().context("cannot write")?;
    }
    let left = tell(&after);
    // What is decided and not staged is left to be done, but not to be decided.
    let is_done = !is_list && after.iter().all(Conflicted::is_finished);
    Ok(exit.max(if is_done { Exit::Clean } else { left }))
}

/// Does what is asked for to one notebook. Returns it as it is then, and
/// whether to go on to others.
fn work(args: &ResolveArgs, found: Conflicted) -> Result<(Conflicted, bool)> {
    if let Some(choice) = args.choice() {
        return Ok((decide(args, found, &choice)?, true));
    }
    if args.restart {
        return Ok((restart(found)?, true));
    }
    if args.rebuild {
        return Ok((make_notebook(found)?, true));
    }
    if args.interactive {
        return interact(found);
    }
    // Who names a file wants to know what is wrong with it.
    if let State::Broken(_, Markers::None) = &found.state
        && found.unmerged.is_none()
        && !args.paths.is_empty()
    {
        return Ok((found.notebook()?, true));
    }
    Ok((found, true))
}

/// Settles the conflicts of a notebook in one way.
fn decide(args: &ResolveArgs, found: Conflicted, choice: &Resolution) -> Result<Conflicted> {
    if found.is_one_sided() && found.conflict_count() == 0 {
        // Whether there is to be a file is for git.
        return Ok(found);
    }
    let mut found = found.notebook()?;
    if *choice == Resolution::Base {
        found.find_bases();
    }
    let count = found.conflict_count();
    let wanted = &args.conflict;
    if let Some(number) = wanted.iter().find(|&&number| number > count) {
        let name = found.name();
        return Err(Usage(format!(
            "'{name}' has no conflict {number}: there are {count}"
        ))
        .into());
    }
    let choose = |index: usize| {
        let is_wanted = wanted.is_empty() || wanted.contains(&(index + 1));
        is_wanted.then(|| choice.clone())
    };
    let asked = (0..count).filter(|&index| choose(index).is_some()).count();
    let Some((bytes, left)) = found.resolved(choose) else {
        return Ok(found);
    };
    for &index in &left {
        let why = match choice {
            Resolution::Base => "the base is not known",
            Resolution::Ours | Resolution::Theirs | Resolution::Both | Resolution::Text(_) => {
                "the cells it is about were changed"
            }
        };
        let name = found.name();
        ui::say(&format!(
            "nbweave: conflict {} of '{name}' stays: {why}",
            index + 1
        ));
    }
    found.write(&bytes)?;
    let settled = asked - left.len();
    if settled > 0 {
        found.is_decided = true;
        let settled = counted(settled, "conflict");
        ui::say(&format!("settled {settled} in '{}'", found.name()));
    }
    found.read_again()
}

/// Merges the versions in the index anew.
fn restart(mut found: Conflicted) -> Result<Conflicted> {
    let Some(versions) = found.versions()? else {
        return Err(found.no_versions());
    };
    let versions = Versions {
        base: &*versions.base,
        ours: &*versions.ours,
        theirs: &*versions.theirs,
    };
    let name = found.name();
    let merge = Merge::of(versions, &found.merge_options())
        .with_context(|| format!("cannot merge '{name}'"))?;
    found.write(&merge.bytes)?;
    merge.tell(&name, false);
    found.is_decided = true;
    found.is_told = true;
    found.read_again()
}

/// Makes a notebook of a file that is none.
fn make_notebook(found: Conflicted) -> Result<Conflicted> {
    let name = found.name();
    if let State::Notebook(..) = found.state {
        ui::say(&format!(
            "nbweave: '{name}' is a notebook: there is nothing to rebuild"
        ));
        return Ok(found);
    }
    if found.versions()?.is_some() {
        return restart(found);
    }
    let bytes = crate::cli::input::Input::File(found.path.clone()).read()?;
    let rebuilt = rebuild(&bytes, &found.merge_options())
        .with_context(|| format!("cannot rebuild '{name}'"))?;
    if !rebuilt.lost.is_empty() {
        keep_original(&found.path, &bytes)?;
        for lost in &rebuilt.lost {
            ui::say(&format!(
                "nbweave: not in '{name}' any more: {}",
                lost_lines(lost)
            ));
        }
        ui::say(&format!("hint: '{name}.orig' is the file as it was"));
    }
    found.write(&rebuilt.bytes)?;
    let hunks = counted(rebuilt.n_hunks, "conflict");
    let left = match rebuilt.conflicts.len() {
        0 => "none is left".to_owned(),
        1 => "1 is left".to_owned(),
        count => format!("{count} are left"),
    };
    ui::say(&format!("rebuilt '{name}': {hunks} by lines, {left}"));
    found.read_again()
}

fn lost_lines(lost: &Lost) -> String {
    let side = lost.side.name();
    let (first, last) = (lost.first_line, lost.last_line);
    if first == last {
        format!("line {first}, of {side}")
    } else {
        format!("lines {first} to {last}, of {side}")
    }
}

/// Keeps the file beside what becomes of it.
fn keep_original(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = OsString::from(path);
    name.push(".orig");
    nbweave::fs::create(Path::new(&name), |file| file.write_all(bytes))
        .with_context(|| format!("cannot write '{}'", Path::new(&name).display()))
}

/// Asks about the conflicts of a notebook.
pub(crate) fn interact(mut found: Conflicted) -> Result<(Conflicted, bool)> {
    found.find_bases();
    let name = found.name();
    let State::Notebook(bytes, leftovers) = &found.state else {
        // It is listed in the end, with what to do about it.
        return Ok((found, true));
    };
    if leftovers.conflicts.is_empty() {
        return Ok((found, true));
    }
    let document = Document::read(bytes)?;
    let notebook = Notebook::read(&document)?;
    let theme = if pager::has_color(ColorArg::Auto) {
        Theme::colored()
    } else {
        Theme::default()
    };
    let mut dialog = Dialog {
        theme: &theme,
        input: &mut io::stdin().lock(),
        out: &mut io::stdout(),
        edit: &mut edit,
    };
    let answers = dialog.ask(&name, &notebook, leftovers)?;
    let choices = &answers.choices;
    let resolved = found.resolved(|index| choices.get(index).cloned().flatten());
    if let Some((bytes, _)) = resolved {
        found.write(&bytes)?;
        let settled = choices.iter().flatten().count();
        if settled > 0 {
            found.is_decided = true;
            ui::say(&format!(
                "settled {} in '{name}'",
                counted(settled, "conflict")
            ));
        }
    }
    Ok((found.read_again()?, !answers.quit))
}

/// Lets somebody edit a text in the editor that git would start.
fn edit(text: &str) -> io::Result<Option<String>> {
    let editor = git::editor()?;
    let mut file = tempfile::Builder::new()
        .prefix("nbweave-")
        .suffix(".txt")
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    let path = file.into_temp_path();
    // An editor may have options, as git takes them.
    let mut command = if cfg!(windows) {
        Command::new(&editor)
    } else {
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("{editor} \"$@\""))
            .arg("editor");
        shell
    };
    let status = command.arg(&path).status()?;
    if !status.success() {
        ui::say(&format!("nbweave: the editor ended with {status}"));
        return Ok(None);
    }
    std::fs::read_to_string(&path).map(Some)
}

/// Stages notebooks in which nothing is left. What one side has not, nobody
/// decided to keep.
fn add(all: &mut [Conflicted]) -> Result<()> {
    let is_finished = |found: &Conflicted| {
        found.unmerged.is_some()
            && !found.is_one_sided()
            && matches!(&found.state, State::Notebook(_, leftovers) if leftovers.is_empty())
            && !found.is_still_ours()
    };
    let mut staged = Vec::new();
    for found in all.iter_mut().filter(|found| is_finished(found)) {
        found.unmerged = None;
        staged.push(found.path.clone());
    }
    if staged.is_empty() {
        return Ok(());
    }
    let paths: Vec<&Path> = staged.iter().map(std::path::PathBuf::as_path).collect();
    git::stage(&paths).context("cannot stage what is settled")
}

/// Lists what is left in a notebook.
fn list(found: &Conflicted, out: &mut impl Write) -> io::Result<()> {
    let name = found.name();
    let (bytes, leftovers) = match &found.state {
        State::Missing => {
            return writeln!(out, "{name}: {}", unmerged_words(found, "there is no file"));
        }
        State::Broken(error, _) => {
            return writeln!(out, "{name}: {}", unmerged_words(found, &error.to_string()));
        }
        State::Notebook(bytes, leftovers) => (bytes, leftovers),
    };
    if leftovers.is_empty() {
        let words = if found.is_still_ours() {
            "it is what ours has, nothing of theirs was merged"
        } else {
            "no conflict is left in it, not staged"
        };
        return writeln!(out, "{name}: {}", unmerged_words(found, words));
    }
    let Ok(document) = Document::read(bytes) else {
        return Ok(());
    };
    let Ok(notebook) = Notebook::read(&document) else {
        return Ok(());
    };
    writeln!(out, "{name}")?;
    for (index, written) in leftovers.conflicts.iter().enumerate() {
        writeln!(
            out,
            "  {}. {}",
            index + 1,
            conflict_line(&notebook, written)
        )?;
    }
    for stray in &leftovers.strays {
        writeln!(out, "  -  {}", stray_line(&notebook, stray))?;
    }
    Ok(())
}

/// Returns words on a file, or that a side has none, if that is so.
fn unmerged_words(found: &Conflicted, words: &str) -> String {
    let Some(UnmergedFile {
        base, ours, theirs, ..
    }) = &found.unmerged
    else {
        return words.to_owned();
    };
    let words = match (base.is_some(), ours.is_some(), theirs.is_some()) {
        (_, true, true) => words,
        (true, true, false) => "theirs deleted it, ours changed it",
        (true, false, true) => "ours deleted it, theirs changed it",
        (false, true, false) => "only ours has it under this name",
        (false, false, true) => "only theirs has it under this name",
        (_, false, false) => "both sides deleted or renamed it",
    };
    words.to_owned()
}

/// Says what is left to do, and returns how the process should end.
pub(crate) fn tell(all: &[Conflicted]) -> Exit {
    let left: Vec<_> = all.iter().filter(|found| !found.is_settled()).collect();
    if left.is_empty() {
        return Exit::Clean;
    }
    let mut conflicts = 0;
    let mut strays = 0;
    let mut broken = 0;
    let mut ours = 0;
    let mut one_sided = 0;
    let mut to_add = Vec::new();
    for found in left.iter().filter(|found| !found.is_told) {
        if found.is_one_sided() {
            one_sided += 1;
        }
        match &found.state {
            State::Notebook(_, leftovers) if found.is_one_sided() && leftovers.is_empty() => {}
            State::Missing if found.is_one_sided() => {}
            State::Missing | State::Broken(..) => broken += 1,
            State::Notebook(_, leftovers) => {
                conflicts += leftovers.conflicts.len();
                strays += leftovers.strays.len();
                if leftovers.is_empty() {
                    if found.is_still_ours() {
                        ours += 1;
                    } else {
                        to_add.push(found.name());
                    }
                }
            }
        }
    }
    let hint = |is_due: bool, text: &str| {
        if is_due {
            ui::say(&format!("hint: {text}"));
        }
    };
    if conflicts > 0 {
        let verb = if conflicts == 1 { "is" } else { "are" };
        ui::say(&format!(
            "nbweave: {} {verb} left",
            counted(conflicts, "conflict")
        ));
    }
    hint(
        conflicts > 0,
        "edit the notebook, or settle them by `nbweave resolve -i`, or by `--ours`, `--theirs` or \
         `--both` with the path",
    );
    hint(
        strays > 0,
        "what is not numbered is to be removed from the notebook by hand",
    );
    hint(
        broken > 0,
        "`nbweave resolve --rebuild` with the path makes a notebook of it",
    );
    hint(
        ours > 0,
        "`nbweave resolve --restart` with the path merges it",
    );
    hint(
        one_sided > 0,
        "`git add` with the path keeps it, `git rm` deletes it",
    );
    match to_add.as_slice() {
        [] => {}
        [path] => {
            // What starts with a hyphen would be an option.
            let here = if path.starts_with('-') { "./" } else { "" };
            let path = quoted_word(&format!("{here}{path}"));
            ui::say(&format!(
                "hint: `git add {path}` when it is as it should be"
            ));
        }
        [_, _, ..] => ui::say("hint: `nbweave resolve --add` stages what is as it should be"),
    }
    Exit::Found
}
